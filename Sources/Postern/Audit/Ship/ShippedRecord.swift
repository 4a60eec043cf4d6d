// A line of the trail as far as the mappings speak of it: read by name, so that new fields harm none.
import Audit
import Bytes
import Foundation

/// A record, with nothing where a field is absent or is not what it should be.
struct ShippedRecord {
    /// The whole line without its end.
    let line: String
    let sequence: UInt64
    private let fields: [String: Any]

    /// A line that is no record to a search, as one in which a name stands twice, goes on as it is, and
    /// nothing is read from it: it would mean one thing here and another thing there.
    init(_ line: Span<UInt8>) {
        self.line = unsafe line.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
        sequence = TrailLine.sequence(of: line) ?? 0
        let object =
            TrailRecord(line.array) == nil
            ? nil : try? JSONSerialization.jsonObject(with: Data(self.line.utf8))
        fields = object as? [String: Any] ?? [:]
    }

    subscript(name: String) -> String? {
        if let text = fields[name] as? String { return text }
        if let text = fields["\(name)_hex"] as? String { return "hex:\(text)" }
        // Where a format wants an address, none is better than what is no address.
        return name == "client" ? nil : (fields["\(name)_hmac"] as? String).map { "hmac:\($0)" }
    }

    func number(_ name: String) -> UInt64? { (fields[name] as? NSNumber)?.uint64Value }

    var event: String { self["event"] ?? "unknown" }
    var time: String { self["time"] ?? "-" }
    var verdict: String? { self["verdict"] }
    /// A name as it can be shown; the client's octets where it has none.
    var mailbox: String? { name(of: "mailbox") }
    var destination: String? { name(of: "destination") }

    private func name(of field: String) -> String? {
        guard let mailbox = fields[field] as? [String: Any] else { return nil }
        return mailbox["name"] as? String ?? (mailbox["raw"] as? String).map { "hex:\($0)" }
    }

    /// The rules that took something away.
    var rules: [String] {
        ["mailbox", "destination"].flatMap { field in
            (fields[field] as? [String: Any])?["rules"] as? [String] ?? []
        }
    }

    /// The digests of the messages that were filed.
    var digests: [String] {
        (fields["filed"] as? [[String: Any]] ?? []).compactMap { $0["sha256"] as? String }
    }

    /// Whether what was asked for happened; nil where that is not known yet, or not the question.
    var isSuccess: Bool? {
        if isRefused { return false }
        switch (event, self["result"]) {
        case ("auth.ok", _): return true
        case (_, "OK"?): return true
        case (_, .some): return false
        default: return nil
        }
    }

    /// Whether somebody was kept from something.
    var isRefused: Bool {
        ["deny", "bad", "disconnect"].contains(verdict)
            || ["auth.fail", "authz.denied", "vendor.refused"].contains(event)
            || event.hasPrefix("proto.")
    }

    /// How serious, in syslog's numbers (RFC 5424, 6.2.1).
    var severity: Int {
        switch event {
        case "audit.fail": 3
        case "proto.smuggle", "backend.desync": 4
        case _ where isRefused: 4
        case "audit.start", "audit.stop", "policy.reload": 5
        case _ where verdict?.hasPrefix("would-") == true: 5
        default: 6
        }
    }

    /// Milliseconds since 1970; 0 where the time can't be read.
    var milliseconds: Int64 {
        // RFC 3339 with microseconds, always in UTC: the second, and three digits of its fraction.
        guard time.utf8.count == 27 else { return 0 }
        let second = try? Date("\(time.prefix(19))Z", strategy: .iso8601)
        let fraction = Int64(time.dropFirst(20).prefix(3)) ?? 0
        return second.map { Int64($0.timeIntervalSince1970) * 1000 + fraction } ?? 0
    }
}
