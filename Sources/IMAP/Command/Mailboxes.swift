// Commands on mailboxes as such: CREATE (RFC 9051, 6.3.4, with RFC 6154), RENAME (6.3.6).
import Bytes

/// What a mailbox is for (RFC 6154, 2).
package enum SpecialUse: UInt8, Keyword {
    case all, archive, drafts, flagged, junk, sent, trash

    package var spelling: StaticString {
        switch self {
        case .all: "ALL"
        case .archive: "ARCHIVE"
        case .drafts: "DRAFTS"
        case .flagged: "FLAGGED"
        case .junk: "JUNK"
        case .sent: "SENT"
        case .trash: "TRASH"
        }
    }

    /// The attribute as servers write it.
    package var name: StaticString {
        switch self {
        case .all: #"\All"#
        case .archive: #"\Archive"#
        case .drafts: #"\Drafts"#
        case .flagged: #"\Flagged"#
        case .junk: #"\Junk"#
        case .sent: #"\Sent"#
        case .trash: #"\Trash"#
        }
    }
}

extension KeywordSet<SpecialUse> {
    /// Appends `USE (\Sent)` in parentheses.
    func append(to sink: inout some ByteSink) {
        sink.append("(USE (")
        appendWords(to: &sink, as: { $0.name })
        sink.append("))")
    }
}

extension Cursor {
    /// CREATE: mailbox [SP `(USE (` use *(SP use) `))`].
    mutating func create() throws(SyntaxError) -> Command {
        let mailbox = try mailbox()
        var uses: KeywordSet<SpecialUse> = []
        if takeSpace() {
            try open()
            try word("USE")
            try space()
            try open()
            repeat {
                try expect(UInt8(ascii: "\\"), as: .flag)
                uses.insert(try keyword(SpecialUse.self))
            } while takeSpace()
            try close()
            try close()
        }
        return .create(mailbox: mailbox, specialUse: uses)
    }

    mutating func rename() throws(SyntaxError) -> Command {
        let old = try mailbox()
        try space()
        return .rename(from: old, to: try mailbox())
    }
}

extension CommandEncoder {
    /// Appends a space and the name as a quoted string or literal, never as an atom.
    mutating func mailbox(_ octets: [UInt8]) {
        space()
        string(octets)
    }

    mutating func create(_ mailbox: [UInt8], _ uses: KeywordSet<SpecialUse>) {
        self.mailbox(mailbox)
        guard !uses.isEmpty else { return }
        space()
        uses.append(to: &self)
    }
}
