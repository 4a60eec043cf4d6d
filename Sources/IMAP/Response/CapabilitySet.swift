// The capabilities that the gateway knows; whatever else a backend advertises does not exist.

/// A capability by its name on the wire, in the order in which the gateway lists them.
package enum Capability: UInt8, Keyword, CaseIterable {
    case imap4rev1, imap4rev2, startTLS, loginDisabled, saslIR, authPlain, authLogin,
        authExternal, literalPlus, literalMinus, id, enable, idle, namespace, uidPlus, unselect,
        move, children, listExtended, listStatus, specialUse, esearch, searchRes, within,
        searchFuzzy, sort, sortDisplay, esort, threadOrderedSubject, threadReferences, threadRefs,
        condStore, qresync, binary, multiAppend, catenate, statusSize, objectID, saveDate, preview,
        appendLimit, i18nLevel1, partial, utf8Accept, utf8Only, acl, rights, listMyRights, quota,
        quotaStorage, quotaMessage, quotaMailbox, quotaAnnotationStorage, createSpecialUse,
        replace, inProgress, uidOnly, uidBatches, metadata, messageLimit, saveLimit,
        compressDeflate, notify, multiSearch

    package var spelling: StaticString {
        switch self {
        case .imap4rev1: "IMAP4REV1"
        case .imap4rev2: "IMAP4REV2"
        case .startTLS: "STARTTLS"
        case .loginDisabled: "LOGINDISABLED"
        case .saslIR: "SASL-IR"
        case .authPlain: "AUTH=PLAIN"
        case .authLogin: "AUTH=LOGIN"
        case .authExternal: "AUTH=EXTERNAL"
        case .literalPlus: "LITERAL+"
        case .literalMinus: "LITERAL-"
        case .id: "ID"
        case .enable: "ENABLE"
        case .idle: "IDLE"
        case .namespace: "NAMESPACE"
        case .uidPlus: "UIDPLUS"
        case .unselect: "UNSELECT"
        case .move: "MOVE"
        case .children: "CHILDREN"
        case .listExtended: "LIST-EXTENDED"
        case .listStatus: "LIST-STATUS"
        case .specialUse: "SPECIAL-USE"
        case .esearch: "ESEARCH"
        case .searchRes: "SEARCHRES"
        case .within: "WITHIN"
        case .searchFuzzy: "SEARCH=FUZZY"
        case .sort: "SORT"
        case .sortDisplay: "SORT=DISPLAY"
        case .esort: "ESORT"
        case .threadOrderedSubject: "THREAD=ORDEREDSUBJECT"
        case .threadReferences: "THREAD=REFERENCES"
        case .threadRefs: "THREAD=REFS"
        case .condStore: "CONDSTORE"
        case .qresync: "QRESYNC"
        case .binary: "BINARY"
        case .multiAppend: "MULTIAPPEND"
        case .catenate: "CATENATE"
        case .statusSize: "STATUS=SIZE"
        case .objectID: "OBJECTID"
        case .saveDate: "SAVEDATE"
        case .preview: "PREVIEW"
        case .appendLimit: "APPENDLIMIT"
        case .i18nLevel1: "I18NLEVEL=1"
        case .partial: "PARTIAL"
        case .utf8Accept: "UTF8=ACCEPT"
        // Never offered: a backend that says so can't be spoken to.
        case .utf8Only: "UTF8=ONLY"
        case .acl: "ACL"
        // Servers put the letters in any order, and add some of their own.
        case .rights: "RIGHTS=TEXK"
        case .listMyRights: "LIST-MYRIGHTS"
        case .quota: "QUOTA"
        case .quotaStorage: "QUOTA=RES-STORAGE"
        case .quotaMessage: "QUOTA=RES-MESSAGE"
        case .quotaMailbox: "QUOTA=RES-MAILBOX"
        case .quotaAnnotationStorage: "QUOTA=RES-ANNOTATION-STORAGE"
        case .createSpecialUse: "CREATE-SPECIAL-USE"
        case .replace: "REPLACE"
        case .inProgress: "INPROGRESS"
        case .uidOnly: "UIDONLY"
        case .uidBatches: "UIDBATCHES"
        case .metadata: "METADATA"
        case .messageLimit: "MESSAGELIMIT="
        case .saveLimit: "SAVELIMIT="
        case .compressDeflate: "COMPRESS=DEFLATE"
        case .notify: "NOTIFY"
        case .multiSearch: "MULTISEARCH"
        }
    }

    /// As everybody writes it in CAPABILITY.
    package var name: StaticString {
        switch self {
        case .imap4rev1: "IMAP4rev1"
        case .imap4rev2: "IMAP4rev2"
        case .rights: "RIGHTS=texk"
        default: spelling
        }
    }

    /// Whether a number stands behind the name.
    var hasLimit: Bool { self == .messageLimit || self == .saveLimit }
}

/// A set of known capabilities.
package struct CapabilitySet: Equatable, Sendable {
    /// One bit a capability; there are at most 128.
    private var bits: UInt128 = 0
    /// Bytes of the largest message, behind `APPENDLIMIT=`; nil without a number (RFC 7889).
    package private(set) var appendLimit: UInt64?
    /// Messages that one command deals with, behind MESSAGELIMIT= (RFC 9738).
    package private(set) var messageLimit: UInt32?
    /// Messages that one SEARCH saves, behind SAVELIMIT= (RFC 9738).
    package private(set) var saveLimit: UInt32?

    package init() {}

    package init(_ capabilities: some Sequence<Capability>) {
        for capability in capabilities { insert(capability) }
    }

    package var isEmpty: Bool { bits == 0 }

    package func contains(_ capability: Capability) -> Bool { bits & Self.bit(capability) != 0 }

    package mutating func insert(_ capability: Capability) { bits |= Self.bit(capability) }

    package mutating func insert(appendLimit limit: UInt64?) {
        insert(.appendLimit)
        appendLimit = limit
    }

    package mutating func insert(messageLimit limit: UInt32) {
        insert(.messageLimit)
        messageLimit = limit
    }

    package mutating func insert(saveLimit limit: UInt32) {
        insert(.saveLimit)
        saveLimit = limit
    }

    package mutating func remove(_ capability: Capability) { bits &= ~Self.bit(capability) }

    package func union(_ other: CapabilitySet) -> CapabilitySet {
        with(bits | other.bits, limitsOf: other)
    }

    package func intersection(_ other: CapabilitySet) -> CapabilitySet {
        with(bits & other.bits, limitsOf: other)
    }

    package func subtracting(_ other: CapabilitySet) -> CapabilitySet {
        with(bits & ~other.bits, limitsOf: self)
    }

    /// This set with other capabilities, and the limits of those that have one.
    private func with(_ bits: UInt128, limitsOf other: CapabilitySet) -> CapabilitySet {
        var set = CapabilitySet()
        set.bits = bits
        if set.contains(.appendLimit) { set.appendLimit = appendLimit ?? other.appendLimit }
        if set.contains(.messageLimit) { set.messageLimit = messageLimit ?? other.messageLimit }
        if set.contains(.saveLimit) { set.saveLimit = saveLimit ?? other.saveLimit }
        return set
    }

    private static func bit(_ capability: Capability) -> UInt128 {
        1 << UInt128(capability.rawValue)
    }
}
