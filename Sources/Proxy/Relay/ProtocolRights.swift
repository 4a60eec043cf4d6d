// The policy's rights in the protocol's letters and back (RFC 4314, 2.1.1).
import Bytes
import IMAP
import Policy

extension AccessRight {
    /// The rights that the letter stands for.
    fileprivate var rights: Rights {
        switch self {
        case .lookup: .lookup
        case .read: .read
        case .seen: .seen
        case .write: .write
        case .insert: .insert
        case .post: .post
        case .createMailbox: .createMailbox
        case .deleteMailbox: .deleteMailbox
        case .deleteMessages: .deleteMessages
        case .expunge: .expunge
        case .administer: .administer
        case .create: [.createMailbox, .deleteMailbox]
        case .delete: [.deleteMessages, .expunge]
        }
    }
}

extension Rights {
    /// The rights that letters stand for, the obsolete ones included.
    init(_ letters: KeywordSet<AccessRight>) {
        self = .none
        for letter in letters { formUnion(letter.rights) }
    }

    /// What a backend means by its letters.
    ///
    /// With RIGHTS= it names each right beside the obsolete letters, which tell nothing then: some
    /// send `d` for a part of what it stands for.
    init(_ letters: KeywordSet<AccessRight>, ofModernBackend isModern: Bool) {
        var letters = letters
        if isModern {
            letters.remove(.create)
            letters.remove(.delete)
        }
        self.init(letters)
    }

    /// The letters without the obsolete ones.
    var modernLetters: KeywordSet<AccessRight> {
        var letters = KeywordSet<AccessRight>()
        for right in AccessRight.allCases where right != .create && right != .delete {
            if isSuperset(of: right.rights) { letters.insert(right) }
        }
        return letters
    }

    /// The letters for a client: `c` and `d` where all is there that they stand for.
    var protocolLetters: KeywordSet<AccessRight> {
        var letters = modernLetters
        for right in [AccessRight.create, .delete] where isSuperset(of: right.rights) {
            letters.insert(right)
        }
        return letters
    }
}
