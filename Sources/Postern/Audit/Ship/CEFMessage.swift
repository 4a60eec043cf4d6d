// Records in ArcSight's Common Event Format.

enum CEFMessage {
    static func text(_ record: ShippedRecord, of source: ShipSource) -> String {
        let header = [
            "CEF:0", "Postern", "Postern", Postern.version, record.event, name(record),
            "\(severity(record))",
        ]
        let escaped = header.map { escape($0, "|") }.joined(separator: "|")
        let pairs = fields(record, source).compactMap { name, value in
            value.map { "\(name)=\(escape($0, "="))" }
        }
        return "\(escaped)|\(pairs.joined(separator: " "))"
    }

    private static func name(_ record: ShippedRecord) -> String {
        [record["verb"] ?? record.event, record.verdict ?? record["result"]].compactMap(\.self)
            .joined(separator: " ")
    }

    /// From 0 to 10.
    private static func severity(_ record: ShippedRecord) -> Int {
        switch record.severity {
        case ...3: 9
        case 4: 6
        case 5: 4
        default: 2
        }
    }

    private static func fields(
        _ record: ShippedRecord,
        _ source: ShipSource
    ) -> [(String, String?)] {
        let number = { (name: String) in record.number(name).map(String.init) }
        let outcome = record.isSuccess.map { $0 ? "success" : "failure" }
        var pairs: [(String, String?)] = [
            ("rt", "\(record.milliseconds)"), ("externalId", "\(record.sequence)"),
            ("deviceExternalId", source.origin), ("dvchost", source.host),
            ("app", "IMAP"), ("suser", record["user"]), ("src", address(record).v4),
            ("c6a2", address(record).v6),
            ("c6a2Label", address(record).v6.map { _ in "Source IPv6 Address" }),
            ("spt", number("client_port")), ("act", record.verdict), ("outcome", outcome),
            ("request", record["args"]), ("requestMethod", record["verb"]),
            ("reason", record["reason"]), ("dhost", record["backend"]),
            ("filePath", record.mailbox), ("fileHash", record.digests.first),
        ]
        let labelled: [(name: String, label: String, value: String?)] = [
            ("cs1", "session", record["session"]), ("cs2", "rules", list(record.rules)),
            ("cs3", "destination", record.destination), ("cs4", "uids", record["uids"]),
            ("cs5", "policy", record["policy"]), ("cs6", "phase", record["phase"]),
            ("cn1", "command", number("command")), ("cn2", "messages", number("messages")),
            ("cn3", "bytes", number("bytes")),
        ]
        for (name, label, value) in labelled where value != nil {
            pairs += [("\(name)Label", label), (name, value)]
        }
        return pairs
    }

    private static func list(_ texts: [String]) -> String? {
        texts.isEmpty ? nil : texts.joined(separator: ",")
    }

    /// `src` is for IPv4 alone; an IPv6 address has a field of its own.
    private static func address(_ record: ShippedRecord) -> (v4: String?, v6: String?) {
        guard let client = record["client"] else { return (nil, nil) }
        return client.contains(":") ? (nil, client) : (client, nil)
    }

    private static func escape(_ text: String, _ special: Character) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": escaped += "\\\\"
            case _ where Character(character) == special: escaped += "\\\(character)"
            case "\n": escaped += special == "=" ? "\\n" : " "
            case "\r": escaped += special == "=" ? "\\r" : " "
            case _ where character.value < 0x20 || character.value == 0x7F: escaped += " "
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}
