// What the recorder alone may do to a trail beside writing it, as others order it at `TrailDoor`.
package import Audit
import Bytes

/// An order: one event code, under which it stands in the trail, and values by their names.
///
///     audit.release
///     name case-7
///     because the case was closed on 2 May
///
/// Root and the recorder's own user may give one. It is checked, put into the trail, and carried
/// out when that is on disk (`Recording.carryOut`); what can't be done is refused before.
package enum TrailOrder: Equatable, Sendable {
    case hold(Hold)
    case release(name: String, because: String)
    case forget(user: String, because: String)
    case expire(Expiry)

    /// The codes of all orders.
    package static let events: [Event] = [
        .auditHold, .auditRelease, .auditForget, .auditExpire,
    ]

    /// Reads what stands behind the event code.
    package init(_ event: Event, _ text: String) throws(OrderRefusal) {
        var values = try NamedValues(text)
        switch event {
        case .auditHold: self = .hold(try Hold(from: &values))
        case .auditRelease:
            self = .release(
                name: try Hold.name(try values.need("name")),
                because: try values.need("because")
            )
        case .auditForget:
            self = .forget(user: try values.need("user"), because: try values.need("because"))
        case .auditExpire: self = .expire(try Expiry(from: &values))
        default: throw OrderRefusal("\(event.rawValue) is no order")
        }
        try values.expectNothing()
    }

    package var event: Event {
        switch self {
        case .hold: .auditHold
        case .release: .auditRelease
        case .forget: .auditForget
        case .expire: .auditExpire
        }
    }

    /// What goes behind the event code.
    package func text() throws(OrderRefusal) -> String {
        var values = NamedValues()
        switch self {
        case .hold(let hold): try hold.put(into: &values)
        case .release(let name, let because):
            try values.put("name", name)
            try values.put("because", because)
        case .forget(let user, let because):
            try values.put("user", user)
            try values.put("because", because)
        case .expire(let expiry): try expiry.put(into: &values)
        }
        return values.text
    }

    /// What stands in the trail before the order is carried out.
    func record(by user: UInt32) -> Record {
        var record = Record(event, .event, isDurable: true, session: [])
        switch self {
        case .hold(let hold):
            record.arguments = ShortBytes(hold.criteria)
            record.details = Self.details(hold.name, hold.because)
        case .release(let name, let because):
            record.details = Self.details(name, because)
        // Whom it forgets is what it must not say.
        case .forget(_, let because):
            record.details = [.text("because", Array(because.utf8))]
        case .expire(let expiry):
            record.details = [
                .text("segment", Array(expiry.segment.text.utf8)),
                .number("first", expiry.segment.first), .number("last", expiry.last),
                .text("retention", Array(expiry.retention.utf8)),
            ]
        }
        record.details.append(.number("uid", UInt64(user)))
        return record
    }

    private static func details(_ hold: String, _ because: String) -> [RecordDetail] {
        [.text("hold", Array(hold.utf8)), .text("because", Array(because.utf8))]
    }
}
