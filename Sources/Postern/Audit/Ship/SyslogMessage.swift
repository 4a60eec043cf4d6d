// Records as syslog messages (RFC 5424).

enum SyslogMessage {
    /// "log audit" of RFC 5424, 6.2.1.
    private static let facility = 13
    /// RFC 5424 asks for a number of one's own; this one is for whoever has none (RFC 5612).
    private static let enterprise = 32473
    private static let hostBytesMax = 255
    private static let idBytesMax = 32
    /// Fields that one searches by; the whole record is the message.
    private static let fields = [
        "event", "phase", "verdict", "user", "client", "session", "command", "verb", "result",
    ]

    /// A whole message around `text`.
    static func text(_ record: ShippedRecord, _ text: String, of source: ShipSource) -> String {
        let priority = facility * 8 + record.severity
        let host = word(source.host, bytesMax: hostBytesMax)
        let id = word(record.event, bytesMax: idBytesMax)
        let head = "<\(priority)>1 \(record.time) \(host) postern - \(id)"
        return "\(head) \(data(record, source)) \(text)"
    }

    private static func data(_ record: ShippedRecord, _ source: ShipSource) -> String {
        var data =
            "[postern@\(enterprise) seq=\"\(record.sequence)\" trail=\"\(escaped(source.origin))\""
        for name in fields {
            let value = record[name] ?? record.number(name).map(String.init)
            if let value { data += " \(name)=\"\(escaped(value))\"" }
        }
        if let mailbox = record.mailbox { data += " mailbox=\"\(escaped(mailbox))\"" }
        return data + "]"
    }

    /// Printable ASCII without a space, never empty.
    private static func word(_ text: String, bytesMax: Int) -> String {
        let word = text.unicodeScalars.filter { (0x21...0x7E).contains($0.value) }.prefix(bytesMax)
        return word.isEmpty ? "-" : String(String.UnicodeScalarView(word))
    }

    /// A value between quotes; control characters, which no receiver wants, become spaces.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\", "]": escaped += "\\\(scalar)"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F: escaped += " "
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
