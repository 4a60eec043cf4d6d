// In which words records are sent on, and how one message ends and the next begins.
import ArgumentParser
import Bytes
import Configuration
import Foundation

extension ShipTarget: ExpressibleByArgument {
    init?(argument: String) { self.init(argument) }
}

extension ShipFormat: ExpressibleByArgument {}

/// What stands between two messages.
enum ShipFraming: Equatable, Sendable {
    case lineFeed
    /// The length in digits and a space before each (RFC 5425, 4.3; RFC 6587, 3.4.1).
    case octetCount
}

extension ShipTarget {
    func framing(_ format: ShipFormat) -> ShipFraming {
        if case .file = self { return .lineFeed }
        return format == .syslog || format == .cef ? .octetCount : .lineFeed
    }
}

/// Turns lines of a trail into messages.
struct ShipEncoder {
    private let format: ShipFormat
    private let framing: ShipFraming
    private let source: ShipSource

    init(_ format: ShipFormat, origin: String, framing: ShipFraming) {
        self.format = format
        self.framing = framing
        source = ShipSource(origin: origin)
    }

    /// The message for a line without its end, framed.
    func message(for line: Span<UInt8>) -> Buffer {
        let record = ShippedRecord(line)
        let body = body(record)
        var message = Buffer()
        switch framing {
        case .octetCount:
            message.append(decimal: body.utf8.count)
            message.append(" ")
            message.append(text: body)
        case .lineFeed:
            message.append(text: body)
            message.append("\n")
        }
        return message
    }

    private func body(_ record: ShippedRecord) -> String {
        switch format {
        case .json: record.line
        case .syslog: SyslogMessage.text(record, record.line, of: source)
        case .cef:
            framing == .octetCount
                ? SyslogMessage.text(record, CEFMessage.text(record, of: source), of: source)
                : CEFMessage.text(record, of: source)
        case .ecs: ECSDocument.text(record, of: source)
        case .ocsf: OCSFEvent.text(record, of: source)
        }
    }
}

/// The trail that a record is of.
struct ShipSource: Equatable {
    /// Its whole name, which is different for each trail.
    let origin: String

    /// The machine that wrote it.
    var host: String { String(origin.prefix { $0 != "/" }) }

    /// A name for one record among all of all trails.
    func id(_ record: ShippedRecord) -> String { "\(origin)#\(record.sequence)" }
}

extension String {
    /// `object`, of which the last brace is taken off and `name` with a line of the trail put on.
    static func splicing(_ object: [String: Any], _ name: String, _ line: String) -> String {
        let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
        let data = (try? JSONSerialization.data(withJSONObject: object, options: options)) ?? Data()
        let opened = String(decoding: data, as: UTF8.self).dropLast()
        return "\(opened.isEmpty ? "{" : "\(opened),")\"\(name)\":\(line)}"
    }
}

/// Those fields of an object that have a value.
func present(_ fields: [String: Any?]) -> [String: Any] { fields.compactMapValues(\.self) }
