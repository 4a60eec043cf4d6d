// Records in the words of the Elastic Common Schema.

enum ECSDocument {
    private static let version = "8.17.0"

    /// The mapped fields, and the whole record under `postern`.
    static func text(_ record: ShippedRecord, of source: ShipSource) -> String {
        var document: [String: Any] = [
            "@timestamp": record.time,
            "ecs": ["version": version],
            "event": event(record, source),
            "observer": [
                "vendor": "Postern", "product": "Postern", "version": Postern.version,
                "type": "proxy", "hostname": source.host,
            ],
            "network": ["protocol": "imap", "transport": "tcp"],
            "message": message(record),
        ]
        let parts: [(String, [String: Any])] = [
            ("user", present(["name": record["user"]])),
            ("source", client(record)),
            ("tls", tls(record)),
            ("rule", record.rules.isEmpty ? [:] : ["id": record.rules]),
            (
                "related",
                present(["user": record["user"].map { [$0] }, "ip": record["client"].map { [$0] }])
            ),
        ]
        for (name, part) in parts where !part.isEmpty { document[name] = part }
        return .splicing(document, "postern", record.line)
    }

    private static func event(_ record: ShippedRecord, _ source: ShipSource) -> [String: Any] {
        var event: [String: Any] = [
            "kind": "event", "module": "postern", "dataset": "postern.audit",
            "action": record.event, "sequence": record.sequence, "id": source.id(record),
            "severity": record.severity, "category": category(record), "type": types(record),
        ]
        event["reason"] = record["reason"]
        event["code"] = record["code"]
        event["outcome"] = record.isSuccess.map { $0 ? "success" : "failure" } ?? "unknown"
        // Nanoseconds there, microseconds here.
        event["duration"] = record.number("duration_us").flatMap { duration in
            let (product, overflows) = duration.multipliedReportingOverflow(by: 1000)
            return overflows ? nil : product
        }
        return event
    }

    private static func category(_ record: ShippedRecord) -> [String] {
        switch family(record) {
        case "auth", "authz": ["authentication"]
        case "conn", "tls", "backend", "proto": ["network"]
        case "mbox", "msg": ["email"]
        case "acl": ["iam"]
        case "policy": ["configuration"]
        case "audit": ["process"]
        default: ["session"]
        }
    }

    private static func types(_ record: ShippedRecord) -> [String] {
        let kind =
            switch record.event {
            case "conn.open", "auth.ok", "audit.start": "start"
            case "conn.close", "session.logout", "audit.stop": "end"
            case "mbox.create", "msg.append": "creation"
            case "mbox.delete", "msg.expunge": "deletion"
            case "mbox.rename", "msg.store", "msg.move", "msg.replace", "acl.set", "meta.set",
                "quota.set", "policy.reload":
                "change"
            case "msg.fetch", "mbox.select", "mbox.examine", "mbox.status": "access"
            default: "info"
            }
        return record.isRefused ? [kind, "denied"] : [kind]
    }

    private static func family(_ record: ShippedRecord) -> String {
        String(record.event.prefix { $0 != "." })
    }

    private static func message(_ record: ShippedRecord) -> String {
        [record["user"], record["verb"] ?? record.event, record.mailbox, record.verdict]
            .compactMap(\.self).joined(separator: " ")
    }

    private static func client(_ record: ShippedRecord) -> [String: Any] {
        present([
            "ip": record["client"], "address": record["client"],
            "port": record.number("client_port"),
        ])
    }

    private static func tls(_ record: ShippedRecord) -> [String: Any] {
        guard let version = record["tls"] else { return [:] }
        let client = present([
            "server_name": record["sni"], "subject": record["cert_subject"],
            "hash": record["cert_sha256"].map { ["sha256": $0.uppercased()] },
        ])
        var tls: [String: Any] = ["version_protocol": "tls", "established": true]
        tls["version"] = version.hasPrefix("TLSv") ? String(version.dropFirst(4)) : version
        tls["cipher"] = record["cipher"]
        if !client.isEmpty { tls["client"] = client }
        return tls
    }
}
