// What of a FETCH response may pass, and what passed.
import Bytes

/// Which attributes of a message the client may see in a FETCH response.
package struct FetchFilter: Equatable, Sendable {
    package var attributes: KeywordSet<FetchAttribute>
    /// Whether `BODY[…]` may pass.
    package var allowsSections: Bool
    /// Whether `BINARY[…]` and `BINARY.SIZE[…]` may pass.
    package var allowsBinary: Bool
    package var renames: Fetch.Renames
    /// Whether \Recent is left out of flags: IMAP4rev2 does not know it (RFC 9051, E).
    package var hidesRecent = false

    package init(
        attributes: KeywordSet<FetchAttribute>,
        allowsSections: Bool = false,
        allowsBinary: Bool = false,
        renames: Fetch.Renames = []
    ) {
        self.attributes = attributes
        self.allowsSections = allowsSections
        self.allowsBinary = allowsBinary
        self.renames = renames
    }

    /// What a backend may tell unasked: a confused one must not push message text.
    package static let unsolicited = FetchFilter(attributes: [.uid, .flags, .modSequence])

    /// Of messages of no mailbox nothing is told.
    package static let nothing = FetchFilter(attributes: [])

    /// What an answer to `fetch` may hold: what was asked for, and what comes unasked.
    package init(answering fetch: Fetch, renames: Fetch.Renames = []) {
        self.init(items: fetch.items)
        self.renames = renames
    }

    /// What may be told where `items` were asked for, and what comes unasked.
    package init(items: FetchItems) {
        self = .unsolicited
        for index in items.indices {
            switch items[index] {
            case .attribute(let attribute): attributes.insert(attribute)
            case .section: allowsSections = true
            case .binary, .binarySize: allowsBinary = true
            case .lazyPreview: attributes.insert(.preview)
            }
        }
    }

    /// Whether anything of messages' texts may pass, headers included.
    package var tellsAnyText: Bool {
        allowsSections || allowsBinary || !attributes.intersection(Self.texts).isEmpty
    }

    private static let texts: KeywordSet<FetchAttribute> = [
        .rfc822, .rfc822Header, .rfc822Text, .preview,
    ]

    /// Lets nothing of messages' texts pass any more.
    package mutating func withholdText() {
        allowsSections = false
        allowsBinary = false
        for text in Self.texts { attributes.remove(text) }
    }

    /// Lets pass what `other` lets pass, too: the answers of both are under way together.
    package mutating func formUnion(_ other: FetchFilter) {
        attributes = attributes.union(other.attributes)
        allowsSections = allowsSections || other.allowsSections
        allowsBinary = allowsBinary || other.allowsBinary
        renames.formUnion(other.renames)
    }
}

/// What a FETCH response told the client, for counts and the record.
package struct FetchSummary: Equatable, Sendable {
    /// The message's number; in a UIDFETCH response its UID (RFC 9586).
    package var sequence: UInt32
    package var uid: UInt32?
    /// Bytes of message text that passed.
    package var bodyBytes: UInt64
    /// Whether message text passed, empty text included.
    package var hasBody: Bool
    /// Bytes of previews that passed; nil where there was none.
    package var previewBytes: UInt64?
    /// Whether message text did not pass for want of permission, previews and headers included.
    package var isTextWithheld = false
    /// Whether nothing was left to tell: then nothing was written.
    package var isSuppressed: Bool
    package var content: FetchContent

    package init(
        sequence: UInt32,
        uid: UInt32? = nil,
        bodyBytes: UInt64 = 0,
        hasBody: Bool = false,
        isSuppressed: Bool = true,
        content: FetchContent = []
    ) {
        self.sequence = sequence
        self.uid = uid
        self.bodyBytes = bodyBytes
        self.hasBody = hasBody
        self.isSuppressed = isSuppressed
        self.content = content
    }
}
