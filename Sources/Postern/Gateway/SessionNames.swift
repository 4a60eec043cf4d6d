// What sessions are called in the trail, the log and towards the backend.
import CLinux
import Glibc
import Reactor

/// Names for sessions, 16 hexadecimal digits that nobody can foretell.
struct SessionNames {
    /// Drawn at once: one question to the kernel names so many sessions.
    private static let drawnMax = 64
    private static let digits = 16

    private var drawn: [UInt64] = []

    mutating func next() throws(SystemError) -> String {
        if drawn.isEmpty { try draw() }
        let digits = String(drawn.removeLast(), radix: 16)
        return String(repeating: "0", count: Self.digits - digits.count) + digits
    }

    private mutating func draw() throws(SystemError) {
        var numbers = [UInt64](repeating: 0, count: Self.drawnMax)
        let count = unsafe numbers.withUnsafeMutableBytes { bytes in
            unsafe getrandom(bytes.baseAddress, bytes.count, 0)
        }
        guard count == Self.drawnMax * MemoryLayout<UInt64>.size else { throw .last("getrandom") }
        drawn = numbers
    }
}
