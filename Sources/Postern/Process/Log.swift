// The operational log: lines for the operator on standard error. The audit trail is something else.
import ArgumentParser
import Audit
import Bytes
import Glibc

/// Where a process tells the operator what it does; one line a message, as text or as JSON.
///
/// Nothing in a line is trusted: control characters and what is not ASCII are escaped.
struct Log: Sendable {
    enum Level: String, Sendable, CaseIterable, ExpressibleByArgument {
        case debug, info, warning, error

        /// What systemd reads a line's priority from (sd-daemon(3)); the most serious is the least.
        fileprivate var priority: Int {
            switch self {
            case .debug: 7
            case .info: 6
            case .warning: 4
            case .error: 3
            }
        }
    }

    enum Format: String, Sendable, CaseIterable, ExpressibleByArgument { case text, json }

    /// Longest message that is written; a longer one is cut.
    private static let messageBytesMax = 4096

    var format = Format.text
    /// Less serious messages are dropped.
    var level = Level.info
    /// The process that speaks: `serve`, `gateway`, `recorder`.
    let process: String
    /// systemd's journal reads standard error, and wants no time but a priority.
    private let isJournal = unsafe getenv("JOURNAL_STREAM") != nil

    init(_ process: String, level: Level = .info, format: Format = .text) {
        self.process = process
        self.level = level
        self.format = format
    }

    func debug(_ message: @autoclosure () -> String) { write(.debug, message) }
    func info(_ message: @autoclosure () -> String) { write(.info, message) }
    func warning(_ message: @autoclosure () -> String) { write(.warning, message) }
    func error(_ message: @autoclosure () -> String) { write(.error, message) }

    private func write(_ level: Level, _ message: () -> String) {
        guard level.priority <= self.level.priority else { return }
        let line = Array((line(level, message(), at: Moment.now.utc) + "\n").utf8)
        // Nobody to tell when standard error is gone. One call, so that processes don't mix lines.
        _ = unsafe line.withUnsafeBytes {
            unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count)
        }
    }

    /// The line without its end; `utc` is in microseconds since 1970.
    func line(_ level: Level, _ message: String, at utc: UInt64) -> String {
        let time = Self.text(utc)
        let message = Self.escaped(message)
        return switch format {
        case .json:
            #"{"time":"\#(time)","level":"\#(level.rawValue)","#
                + #""process":"\#(process)","message":"\#(message)"}"#
        case .text where isJournal: "<\(level.priority)>\(process): \(message)"
        case .text: "\(time) \(level.rawValue) \(process): \(message)"
        }
    }

    /// Visible ASCII as it is; `"`, `\` and everything else as JSON escapes them.
    private static func escaped(_ message: String) -> String {
        var escaped = ""
        for unit in message.utf16.prefix(messageBytesMax) {
            switch unit {
            case 0x22: escaped += "\\\""
            case 0x5C: escaped += "\\\\"
            case 0x20..<0x7F: escaped.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
            default:
                let digits = String(unit, radix: 16)
                escaped += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return escaped
    }

    private static func text(_ utc: UInt64) -> String {
        var timestamp = Timestamp()
        var text = Buffer()
        timestamp.append(utc, to: &text)
        return text.text
    }
}
