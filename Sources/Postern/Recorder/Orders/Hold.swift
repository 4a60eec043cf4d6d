// A legal hold: records that must stay whatever their age, and why.
import Audit
import Bytes
import Policy

/// What is held; without any criterion it is everything.
package struct Hold: Equatable, Sendable {
    private static let nameBytesMax = 64

    package let name: String
    /// A user; `*` stands for anything.
    package var user: String?
    /// A pattern of mailboxes, as policies have them.
    package var mailbox: String?
    /// Times as the trail writes them; the second is not included.
    package var since: String?
    package var until: String?
    package var because: String

    package init(
        _ name: String,
        user: String? = nil,
        mailbox: String? = nil,
        since: String? = nil,
        until: String? = nil,
        because: String
    ) throws(OrderRefusal) {
        self.name = try Self.name(name)
        if let mailbox, (try? Pattern(mailbox)) == nil {
            throw OrderRefusal("\"\(mailbox)\" is no pattern of mailboxes")
        }
        for time in [since, until].compactMap(\.self) {
            guard Timestamp.microseconds(of: Array(time.utf8).span) != nil else {
                throw OrderRefusal("\"\(time)\" is no time such as 2026-03-01T09:30:00.000000Z")
            }
        }
        self.user = user
        self.mailbox = mailbox
        self.since = since
        self.until = until
        self.because = because
    }

    init(from values: inout NamedValues) throws(OrderRefusal) {
        try self.init(
            values.need("name"),
            user: values.take("user"),
            mailbox: values.take("mailbox"),
            since: values.take("since"),
            until: values.take("until"),
            because: values.need("because")
        )
    }

    func put(into values: inout NamedValues) throws(OrderRefusal) {
        try values.put("name", name)
        try values.put("user", user)
        try values.put("mailbox", mailbox)
        try values.put("since", since)
        try values.put("until", until)
        try values.put("because", because)
    }

    /// The name of a hold: letters, digits, and what joins them.
    static func name(_ text: String) throws(OrderRefusal) -> String {
        let isName = text.utf8.allSatisfy { byte in
            !ByteClass.of(byte).isDisjoint(with: [.letter, .digit]) || "-_.".utf8.contains(byte)
        }
        guard isName, 1...nameBytesMax ~= text.utf8.count else {
            throw OrderRefusal(
                "a hold can't be called \"\(text)\": 1 to \(nameBytesMax) letters, digits, \".\", "
                    + "\"-\" and \"_\""
            )
        }
        return text
    }

    /// What is held, in words: `user ann, mailbox Archive/**`.
    package var criteria: String {
        let words = [
            user.map { "user \($0)" }, mailbox.map { "mailbox \($0)" },
            since.map { "since \($0)" }, until.map { "until \($0)" },
        ]
        let given = words.compactMap(\.self).joined(separator: ", ")
        return given.isEmpty ? "everything" : given
    }
}
