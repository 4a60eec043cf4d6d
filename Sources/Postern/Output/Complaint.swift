// What the tools say beside their results, on standard error.
import Glibc

/// Says something; whatever of it a stranger chose does no harm to the terminal.
func complain(_ message: String) {
    let line = Array((message.harmless + "\n").utf8)
    // Nobody to tell when standard error is gone.
    _ = unsafe line.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
