// The members of a record as they came from a gateway: each has a name that is known here, and stands
// once. What is known here is what Deploy/audit-record.schema.json lists; a test holds them together.
import Bytes

/// What a member is to the veil.
enum MemberKind: Equatable {
    /// Tells of nobody.
    case plain
    case field(FieldClass)
    /// A field that tells of nobody where the record is the machinery's own.
    case sessionField(FieldClass)
    /// A list of texts.
    case list(FieldClass)
    /// An object with members of its own.
    case mailbox
    /// A list of objects.
    case filed
}

/// The names that members of one object may have, in the order in which the encoder writes them.
struct MemberTable: Sendable {
    fileprivate let spellings: [String]
    private let names: [PackedName]
    let kinds: [MemberKind]

    private init(_ rows: KeyValuePairs<String, MemberKind>) {
        spellings = rows.map(\.key)
        names = rows.compactMap { PackedName(Array($0.key.utf8).span) }
        kinds = rows.map(\.value)
    }

    /// The row of a name, looked for first behind the member before it.
    func row(_ name: Span<UInt8>, after last: Int) -> Int? {
        guard let wanted = PackedName(name) else { return nil }
        for index in last..<names.count where names[index] == wanted { return index }
        for index in 0..<min(last, names.count) where names[index] == wanted { return index }
        return nil
    }

    /// At most 128 rows: see `MemberList`.
    static let record = MemberTable([
        "v": .plain, "time": .plain, "mono": .plain, "session": .plain, "listener": .plain,
        "client": .field(.addresses), "client_port": .field(.addresses), "proxy": .plain,
        "proxy_port": .plain, "tls": .plain, "cipher": .plain, "sni": .field(.words),
        "cert_sha256": .sessionField(.people), "cert_subject": .sessionField(.people),
        "cert_issuer": .sessionField(.people), "cert_serial": .sessionField(.people),
        "login": .field(.people), "user": .field(.people), "method": .plain, "backend": .plain,
        "backend_user": .field(.people), "policy": .plain, "event": .plain, "phase": .plain,
        "verdict": .plain, "command": .plain, "tag": .field(.words), "backend_tag": .plain,
        "verb": .plain, "state": .plain, "mailbox": .mailbox, "destination": .mailbox,
        "uids": .plain, "args": .sessionField(.words), "rewrite": .plain, "reason": .plain,
        "result": .plain, "code": .plain, "messages": .plain, "bytes": .plain,
        "uidvalidity": .plain, "sections": .plain, "extent": .plain,
        "message_ids": .list(.messages), "filed": .filed, "duration_us": .plain,
        "to_uidvalidity": .plain, "to_uids": .plain, "commands": .plain, "bytes_in": .plain,
        "bytes_out": .plain, "backend_address": .plain, "backend_port": .plain,
        "backend_tls": .plain, "backend_cipher": .plain, "backend_cert_sha256": .plain,
        "clock": .plain, "clock_error_us": .plain, "uid": .plain, "step_us": .plain,
        "hold": .plain, "segment": .plain, "first": .plain, "last": .plain, "retention": .plain,
        "because": .field(.words), "lost": .plain, "late": .plain,
    ])

    static let mailbox = MemberTable([
        "raw": .field(.mailboxes), "name": .field(.mailboxes), "needed": .plain, "held": .plain,
        "missing": .plain, "forbidden": .plain, "rules": .plain, "because": .plain,
    ])

    static let filed = MemberTable(["bytes": .plain, "sha256": .field(.messages)])
}

extension FieldClass {
    /// The fields that a record, a mailbox in it and a filed message may have, with their classes.
    package static var ofRecord: [String: FieldClass?] { all(.record) }
    package static var ofMailbox: [String: FieldClass?] { all(.mailbox) }
    package static var ofFiled: [String: FieldClass?] { all(.filed) }

    private static func all(_ table: MemberTable) -> [String: FieldClass?] {
        let rows = zip(table.spellings, table.kinds).map { ($0, $1.fields) }
        return Dictionary(rows) { first, _ in first }
    }
}

extension MemberKind {
    fileprivate var fields: FieldClass? {
        switch self {
        case .field(let fields), .sessionField(let fields), .list(let fields): fields
        case .plain, .mailbox, .filed: nil
        }
    }
}

/// Where the members of an object stand; one serves any number of objects of its kind.
struct MemberList {
    struct Member {
        /// Without quotes.
        let name: Range<Int>
        /// As it stands, quotes included.
        let value: Range<Int>
        let valueKind: JSONScanner.Kind
        let kind: MemberKind
        /// Tells only how many bytes of a text were left out.
        let isCut: Bool
    }

    private let table: MemberTable
    private(set) var members: [Member] = []

    init(_ table: MemberTable) { self.table = table }

    /// Reads what stands between an object's braces; false where that is not as the encoder writes.
    mutating func read(_ line: Span<UInt8>, _ range: Range<Int>) -> Bool {
        members.removeAll(keepingCapacity: true)
        if range.isEmpty { return true }
        var scanner = JSONScanner(range)
        var last = 0
        var seen: UInt128 = 0
        var seenCut: UInt128 = 0
        repeat {
            guard let name = scanner.string(in: line), scanner.take(":", in: line),
                let (kind, value) = scanner.value(in: line),
                let (row, isCut) = row(line.extracting(name), kind, after: last)
            else { return false }
            let bit: UInt128 = 1 << UInt128(row)
            guard (isCut ? seenCut : seen) & bit == 0 else { return false }
            if isCut { seenCut |= bit } else { seen |= bit }
            last = row + 1
            members.append(
                Member(
                    name: name,
                    value: kind == .text ? value.lowerBound - 1..<value.upperBound + 1 : value,
                    valueKind: kind,
                    kind: table.kinds[row],
                    isCut: isCut
                )
            )
        } while scanner.take(",", in: line)
        return scanner.isAtEnd(in: line)
    }

    /// The row of a name with or without an ending.
    private func row(
        _ name: Span<UInt8>,
        _ kind: JSONScanner.Kind,
        after last: Int
    ) -> (row: Int, isCut: Bool)? {
        if let row = table.row(name, after: last) { return (row, false) }
        guard name.count > 4, name[name.count - 4] == UInt8(ascii: "_"),
            let row = table.row(name.extracting(droppingLast: 4), after: max(0, last - 1))
        else { return nil }
        if name.ends(with: "_hex"), kind == .text { return (row, false) }
        return name.ends(with: "_cut") && kind == .number ? (row, true) : nil
    }
}

extension Span where Element == UInt8 {
    func ends(with ending: StaticString) -> Bool {
        let wanted = ending.span
        guard count >= wanted.count else { return false }
        for index in wanted.indices where self[count - wanted.count + index] != wanted[index] {
            return false
        }
        return true
    }

    func equals(_ text: StaticString) -> Bool {
        count == text.utf8CodeUnitCount && ends(with: text)
    }
}
