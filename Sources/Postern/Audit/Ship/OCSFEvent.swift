// Records as events of the Open Cybersecurity Schema Framework.

enum OCSFEvent {
    private static let version = "1.3.0"

    /// A class of OCSF and what of it happened.
    private struct Kind {
        let category: Int
        let classID: Int
        let activity: Int
    }

    /// The mapped attributes, and the whole record under `unmapped`.
    static func text(_ record: ShippedRecord, of source: ShipSource) -> String {
        let kind = kind(of: record)
        var event: [String: Any] = [
            "category_uid": kind.category, "class_uid": kind.classID,
            "activity_id": kind.activity, "type_uid": kind.classID * 100 + kind.activity,
            "time": record.milliseconds, "severity_id": severity(record),
            "metadata": [
                "version": version, "uid": source.id(record), "sequence": record.sequence,
                "log_name": source.origin, "original_time": record.time,
                "event_code": record.event, "profiles": ["security_control"],
                "product": [
                    "name": "Postern", "vendor_name": "Postern", "version": Postern.version,
                ],
            ] as [String: Any],
        ]
        event["status_id"] = record.isSuccess.map { $0 ? 1 : 2 } ?? 0
        event["status_code"] = record["code"]
        event["status_detail"] = record["reason"]
        if record.verdict != nil {
            event["action_id"] = record.isRefused ? 2 : 1
            event["disposition_id"] = record.isRefused ? 2 : 1
        }
        put(who(record, kind), source, into: &event)
        if kind.classID == datastore { putDatastore(record, into: &event) }
        return .splicing(event, "unmapped", record.line)
    }

    private static let authentication = 3002
    private static let network = 4001
    private static let lifecycle = 6002
    private static let datastore = 6005

    private static func kind(of record: ShippedRecord) -> Kind {
        switch record.event {
        case "auth.ok", "auth.fail", "auth.cancel", "authz.denied":
            Kind(category: 3, classID: authentication, activity: 1)
        case "session.logout": Kind(category: 3, classID: authentication, activity: 2)
        case "conn.open", "tls.start": Kind(category: 4, classID: network, activity: 1)
        case "conn.close": Kind(category: 4, classID: network, activity: 2)
        case "proto.bad", "proto.limit", "proto.smuggle":
            Kind(category: 4, classID: network, activity: 5)
        case "audit.start": Kind(category: 6, classID: lifecycle, activity: 3)
        case "audit.stop": Kind(category: 6, classID: lifecycle, activity: 4)
        case _ where ["mbox", "msg", "acl", "meta", "quota"].contains(family(record)):
            Kind(category: 6, classID: datastore, activity: activity(record.event))
        default: Kind(category: 0, classID: 0, activity: 99)
        }
    }

    private static func family(_ record: ShippedRecord) -> String {
        String(record.event.prefix { $0 != "." })
    }

    /// Of a Datastore Activity.
    private static func activity(_ event: String) -> Int {
        switch event {
        case "msg.fetch", "acl.get", "acl.my", "meta.get", "quota.get": 1
        case "msg.store", "msg.move", "msg.replace", "mbox.rename", "acl.set", "meta.set",
            "quota.set", "mbox.subscribe", "mbox.unsubscribe":
            2
        case "mbox.select", "mbox.examine": 3
        case "msg.search", "msg.msearch", "mbox.status": 4
        case "msg.append", "msg.copy": 5
        case "mbox.create": 6
        case "mbox.delete", "msg.expunge": 7
        case "mbox.list", "mbox.lsub", "mbox.namespace": 8
        default: 99
        }
    }

    private static func severity(_ record: ShippedRecord) -> Int {
        switch record.severity {
        case ...3: 4
        case 4: 3
        case 5: 2
        default: 1
        }
    }

    private static func who(_ record: ShippedRecord, _ kind: Kind) -> [String: Any] {
        var attributes: [String: Any] = [:]
        let user: [String: Any] = ["name": record["user"] ?? "unknown"]
        let session = present(["uid": record["session"]])
        let client = present(["ip": record["client"], "port": record.number("client_port")])
        if kind.classID == authentication {
            attributes["user"] = user
            attributes["is_remote"] = true
            attributes["service"] = ["name": "imap"]
            if !session.isEmpty { attributes["session"] = session }
        } else if kind.classID == datastore || record["user"] != nil {
            attributes["actor"] =
                session.isEmpty ? ["user": user] : ["user": user, "session": session]
        }
        if !client.isEmpty { attributes["src_endpoint"] = client }
        if let version = record["tls"] {
            attributes["tls"] = present(["version": version, "cipher": record["cipher"]])
        }
        return attributes
    }

    private static func put(
        _ attributes: [String: Any],
        _ source: ShipSource,
        into event: inout [String: Any]
    ) {
        for (name, value) in attributes { event[name] = value }
        event["dst_endpoint"] = ["hostname": source.host, "svc_name": "imap"]
        event["device"] = ["hostname": source.host, "type_id": 0] as [String: Any]
        if event["class_uid"] as? Int == lifecycle {
            event["app"] = ["name": "Postern", "vendor_name": "Postern"]
        }
    }

    private static func putDatastore(_ record: ShippedRecord, into event: inout [String: Any]) {
        event["databucket"] = ["name": record.mailbox ?? ""]
        event["type_id"] = 2
        if let verb = record["verb"] {
            let query = record["args"].map { "\(verb) \($0)" } ?? verb
            event["query_info"] = ["query_string": query]
        }
    }
}
