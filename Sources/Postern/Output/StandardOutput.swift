// Standard output in large pieces: a search may print millions of lines.
import Bytes
import Glibc

/// Lines for standard output; ends the process as other tools do when nobody reads them any more.
struct StandardOutput {
    private static let pieceBytes = 64 * 1024

    private var waiting = Buffer()

    mutating func write(_ line: String) {
        waiting.append(text: line)
        waiting.append("\n")
        if waiting.count >= Self.pieceBytes { flush() }
    }

    mutating func flush() {
        while !waiting.isEmpty {
            let count = unsafe waiting.span.withUnsafeBytes { bytes in
                unsafe Glibc.write(STDOUT_FILENO, bytes.baseAddress, bytes.count)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { exit(EXIT_FAILURE) }
            waiting.removeFirst(count)
        }
    }
}
