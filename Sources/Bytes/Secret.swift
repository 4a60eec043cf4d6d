// Password bytes: lent, never handed over, wiped when the last owner lets go.
import Glibc

/// A password or another secret in memory of its own, overwritten before it is freed.
@safe
package final class Secret: Sendable {
    /// Written in `init` only, so that any thread may read it.
    private nonisolated(unsafe) let memory: UnsafeMutablePointer<UInt8>

    /// Copies `bytes`; the caller wipes its own copy.
    package init(_ bytes: Span<UInt8>) {
        unsafe memory = .allocate(capacity: max(1, bytes.count))
        count = bytes.count
        for index in bytes.indices { unsafe memory[index] = bytes[index] }
    }

    package convenience init(_ text: String) { self.init(Array(text.utf8).span) }

    package let count: Int

    package var isEmpty: Bool { count == 0 }

    /// Lends the bytes for the duration of `body`.
    package func withBytes<Result>(_ body: (Span<UInt8>) throws -> Result) rethrows -> Result {
        let bytes = unsafe UnsafeBufferPointer(start: memory, count: count)
        return try unsafe body(Span(_unsafeElements: bytes))
    }

    deinit {
        unsafe explicit_bzero(memory, count)
        unsafe memory.deallocate()
    }
}

extension Secret: Equatable {
    /// Compares in time that depends on the lengths only.
    package static func == (left: Secret, right: Secret) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        left.withBytes { leftBytes in
            right.withBytes { rightBytes in
                for index in leftBytes.indices {
                    difference |= leftBytes[index] ^ rightBytes[index]
                }
            }
        }
        return difference == 0
    }
}

extension Secret: CustomStringConvertible {
    package var description: String { "a secret of \(count) bytes" }
}
