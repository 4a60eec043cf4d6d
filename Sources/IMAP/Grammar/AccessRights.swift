// Rights as the protocol writes them: one letter each (RFC 4314, 2.1), in commands and responses.
import Bytes

/// A right by its letter; `c` and `d` are those of RFC 2086, which stand for several (2.1.1).
package enum AccessRight: UInt8, CaseIterable, Keyword {
    case lookup, read, seen, write, insert, post, createMailbox, deleteMailbox
    case deleteMessages, expunge, administer, create, delete

    package var spelling: StaticString {
        switch self {
        case .lookup: "l"
        case .read: "r"
        case .seen: "s"
        case .write: "w"
        case .insert: "i"
        case .post: "p"
        case .createMailbox: "k"
        case .deleteMailbox: "x"
        case .deleteMessages: "t"
        case .expunge: "e"
        case .administer: "a"
        case .create: "c"
        case .delete: "d"
        }
    }

    fileprivate init?(letter: UInt8) {
        for right in Self.allCases where unsafe right.spelling.utf8Start[0] == letter {
            self = right
            return
        }
        return nil
    }
}

extension KeywordSet<AccessRight> {
    /// Nil where one of the letters is no right.
    init?(letters: some Sequence<UInt8>) {
        self.init()
        for letter in letters {
            guard let right = AccessRight(letter: letter) else { return nil }
            insert(right)
        }
    }

    /// Appends the letters without anything between them.
    package func append(letters sink: inout some ByteSink) {
        for right in self { sink.append(right.spelling) }
    }
}

extension Cursor {
    /// Takes a backend's rights; letters of its own, such as Cyrus's `n`, are passed over.
    mutating func backendRights() throws(SyntaxError) -> KeywordSet<AccessRight> {
        var rights = KeywordSet<AccessRight>()
        for letter in try astring(bytesMax: ResponseLimit.quotedBytesMax) {
            if let right = AccessRight(letter: letter) { rights.insert(right) }
        }
        return rights
    }
}
