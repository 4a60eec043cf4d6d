// The names of a line's fields, as Deploy/audit-record.md describes them, and how they are found.

/// A field of a record, or of a mailbox in it.
package enum TrailField: UInt8, CaseIterable, Sendable {
    case seq, v, time, mono, session, listener, client, clientPort, proxy, tls, cipher, sni
    case certSha256, certSubject, login, user, method, backend, backendUser, policy, event, phase
    case verdict, command, tag, backendTag, verb, state, mailbox, destination, uids, args
    case rewrite, reason, result, code, messages, bytes, filed, uidvalidity, sections, extent
    case durationUs, toUids, segment, first, last
    // Of a mailbox.
    case raw, name, needed, held, missing, forbidden, rules, because
    // Of a filed message.
    case sha256

    /// The name that stands in the trail.
    package var spelling: String {
        switch self {
        case .clientPort: "client_port"
        case .certSha256: "cert_sha256"
        case .certSubject: "cert_subject"
        case .backendUser: "backend_user"
        case .backendTag: "backend_tag"
        case .durationUs: "duration_us"
        case .toUids: "to_uids"
        default: String(describing: self)
        }
    }
}

/// A name of at most 24 bytes as three numbers, so that looking it up compares no text.
struct PackedName: Equatable {
    static let bytesMax = 24

    private let head: UInt64
    private let middle: UInt64
    private let tail: UInt64

    /// Nil for a name that is longer than any of ours.
    init?(_ name: Span<UInt8>) {
        guard name.count <= Self.bytesMax else { return nil }
        var head: UInt64 = 0
        var middle: UInt64 = 0
        var tail: UInt64 = 0
        for index in name.indices {
            if index < 8 { head = head << 8 | UInt64(name[index]) }
            if index >= 8 && index < 16 { middle = middle << 8 | UInt64(name[index]) }
            if index >= 16 { tail = tail << 8 | UInt64(name[index]) }
        }
        self.head = head
        self.middle = middle
        self.tail = tail
    }
}

extension TrailField {
    private static let packed: [PackedName] = allCases.compactMap {
        PackedName(Array($0.spelling.utf8).span)
    }

    /// Finds a field by its name, beginning behind `last`: fields stand in a fixed order, mostly.
    static func named(_ name: Span<UInt8>, after last: Int) -> TrailField? {
        guard !name.isEmpty, let wanted = PackedName(name) else { return nil }
        let packed = packed
        for index in last..<packed.count where packed[index] == wanted {
            return TrailField(rawValue: UInt8(truncatingIfNeeded: index))
        }
        for index in 0..<min(last, packed.count) where packed[index] == wanted {
            return TrailField(rawValue: UInt8(truncatingIfNeeded: index))
        }
        return nil
    }
}
