// Turns a record into what may stand in the trail: each field kept, encrypted, a pseudonym, or gone.
package import Bytes

/// Whom a record tells of, as far as its own members say.
package enum RecordSubject: Equatable {
    /// A user who has proved who he is.
    case person([UInt8])
    /// A name that somebody has tried.
    case tried([UInt8])
    case nobody
}

/// Veils records; one serves all records of a recorder.
package struct RecordVeil {
    /// Of Message-IDs, and of messages filed: as many as the encoder writes.
    private static let listMax = 256

    package enum Fault: Error, Equatable {
        /// It is none of a gateway's records: whatever isn't known is not written either.
        case malformed
        /// The cryptographic library failed.
        case library
    }

    private let rules: PrivacyRules
    private let cipher: FieldCipher
    private var list = MemberList(.record)
    private var inner = MemberList(.mailbox)
    private var filed = MemberList(.filed)
    /// What values of this record are encrypted under, and pseudonyms made with.
    private var key: FieldKey?
    private var pseudonyms: FieldKey?
    private var isOwn = false

    package init(_ rules: PrivacyRules, _ cipher: FieldCipher) {
        self.rules = rules
        self.cipher = cipher
    }

    /// Appends what of the record may be written.
    ///
    /// `key` is asked once at most, for the key of the record's subject.
    package mutating func veil(
        _ record: Span<UInt8>,
        pseudonyms: FieldKey?,
        into out: inout Buffer,
        key keyFor: (RecordSubject) -> FieldKey?
    ) throws(Fault) {
        guard list.read(record, 0..<record.count) else { throw .malformed }
        let facts = Facts(list.members, record)
        isOwn = facts.isOwn
        self.pseudonyms = pseudonyms
        key = nil
        defer { key = nil }
        if list.members.contains(where: { treatment(of: $0.kind) == .encrypt }) {
            guard let found = keyFor(facts.subject), cipher.begin(found) else { throw .library }
            key = found
        }
        try write(list.members, of: record, in: "", to: &out)
        if let key {
            out.append(",\"key\":\"")
            out.append(text: key.id)
            out.append("\"")
        }
    }

    /// What is done with a member, or with what is in it.
    private func treatment(of kind: MemberKind) -> Treatment {
        switch kind {
        case .plain: .keep
        case .field(let fields), .list(let fields): rules[fields]
        case .sessionField(let fields): isOwn ? .keep : rules[fields]
        case .mailbox: rules[.mailboxes]
        case .filed: rules[.messages]
        }
    }

    /// Writes the members of an object, without its braces.
    private mutating func write(
        _ members: [MemberList.Member],
        of record: Span<UInt8>,
        in object: StaticString,
        to out: inout Buffer
    ) throws(Fault) {
        var isFirst = true
        for member in members {
            let treatment = treatment(of: member.kind)
            if treatment == .drop, !member.kind.isObject { continue }
            if !isFirst { out.append(",") }
            isFirst = false
            out.append("\"")
            out.append(record.extracting(member.name))
            if treatment == .keep || member.isCut {
                out.append("\":")
                out.append(record.extracting(member.value))
            } else {
                try write(member, of: record, in: object, treatment, to: &out)
            }
        }
    }

    /// Writes what follows a member's name.
    private mutating func write(
        _ member: MemberList.Member,
        of record: Span<UInt8>,
        in object: StaticString,
        _ treatment: Treatment,
        to out: inout Buffer
    ) throws(Fault) {
        switch member.kind {
        case .mailbox:
            out.append("\":")
            try writeMailbox(member, of: record, to: &out)
        case .filed:
            out.append("\":")
            try writeFiled(member, of: record, to: &out)
        case .field(let fields), .sessionField(let fields), .list(let fields):
            if treatment == .hmac {
                out.append("_hmac\":")
                return try writePseudonym(member, fields, of: record, to: &out)
            }
            guard let key else { throw .library }
            out.append("_enc\":\"")
            let path = FieldPath(object, record.extracting(member.name))
            guard cipher.seal(record.extracting(member.value), path, key, into: &out) else {
                throw .library
            }
            out.append("\"")
        case .plain: throw .malformed
        }
    }

    private mutating func writeMailbox(
        _ member: MemberList.Member,
        of record: Span<UInt8>,
        to out: inout Buffer
    ) throws(Fault) {
        guard member.valueKind == .object, inner.read(record, member.value.inside) else {
            throw .malformed
        }
        let isSecond = record.extracting(member.name).equals("destination")
        out.append("{")
        try write(inner.members, of: record, in: isSecond ? "destination." : "mailbox.", to: &out)
        out.append("}")
    }

    private mutating func writeFiled(
        _ member: MemberList.Member,
        of record: Span<UInt8>,
        to out: inout Buffer
    ) throws(Fault) {
        guard member.valueKind == .list else { throw .malformed }
        var scanner = JSONScanner(member.value.inside)
        var count = 0
        out.append("[")
        repeat {
            guard let (kind, value) = scanner.value(in: record), kind == .object,
                count < Self.listMax, filed.read(record, value.inside)
            else { throw .malformed }
            if count > 0 { out.append(",") }
            count += 1
            out.append("{")
            try write(filed.members, of: record, in: "filed.", to: &out)
            out.append("}")
        } while scanner.take(",", in: record)
        guard scanner.isAtEnd(in: record) else { throw .malformed }
        out.append("]")
    }

    private mutating func writePseudonym(
        _ member: MemberList.Member,
        _ fields: FieldClass,
        of record: Span<UInt8>,
        to out: inout Buffer
    ) throws(Fault) {
        switch member.valueKind {
        case .text: try appendPseudonym(member.value.inside, fields, of: record, to: &out)
        case .number: try appendPseudonym(member.value, fields, of: record, to: &out)
        case .list:
            var scanner = JSONScanner(member.value.inside)
            var count = 0
            out.append("[")
            repeat {
                guard let (kind, value) = scanner.value(in: record), kind == .text,
                    count < Self.listMax
                else { throw .malformed }
                if count > 0 { out.append(",") }
                count += 1
                try appendPseudonym(value, fields, of: record, to: &out)
            } while scanner.take(",", in: record)
            guard scanner.isAtEnd(in: record) else { throw .malformed }
            out.append("]")
        case .object, .literal: throw .malformed
        }
    }

    private func appendPseudonym(
        _ value: Range<Int>,
        _ fields: FieldClass,
        of record: Span<UInt8>,
        to out: inout Buffer
    ) throws(Fault) {
        let value = record.extracting(value)
        guard let pseudonyms,
            cipher.appendPseudonym(of: value, fields, under: pseudonyms, to: &out)
        else { throw .library }
    }
}

extension MemberKind {
    fileprivate var isObject: Bool { self == .mailbox || self == .filed }
}

extension Range<Int> {
    /// Without the brackets or quotes at both ends.
    fileprivate var inside: Range<Int> {
        lowerBound + 1..<Swift.max(lowerBound + 1, upperBound - 1)
    }
}

/// What decides over a record before any member of it is written.
private struct Facts {
    /// Whether the machinery says it of itself: its words are nobody's.
    var isOwn = false
    var subject = RecordSubject.nobody

    /// `args` of these tell of the machine; those of a search tell what somebody searched for.
    private static let ownEvents: [StaticString] = [
        "config.reload", "cert.reload", "policy.reload", "control.drain", "audit.start",
        "audit.forget", "audit.expire",
    ]

    init(_ members: [MemberList.Member], _ record: Span<UInt8>) {
        var user: Range<Int>?
        var isInSession = false
        var isAuthenticated = false
        for member in members where member.valueKind == .text {
            let name = record.extracting(member.name)
            switch name.count {
            case 4 where name.equals("user"): user = member.value.inside
            case 7 where name.equals("session"): isInSession = true
            case 6 where name.equals("method"): isAuthenticated = true
            case 5 where name.equals("event"):
                let event = record.extracting(member.value.inside)
                isOwn = !isInSession && Self.ownEvents.contains { event.equals($0) }
            // An outcome has little of its session; before a login it has no user either.
            case 5 where name.equals("phase"):
                if record.extracting(member.value.inside).equals("outcome") {
                    isAuthenticated = true
                }
            default: break
            }
        }
        guard let user, !user.isEmpty, user.count <= FieldKey.subjectBytesMax else { return }
        let name = user.map { record[$0] }
        subject = isAuthenticated ? .person(name) : .tried(name)
    }
}
