// The capabilities that the gateway knows; whatever else a backend advertises does not exist.

/// A capability by its name on the wire, in the order in which the gateway lists them.
package enum Capability: String, CaseIterable, Sendable {
    case imap4rev1 = "IMAP4rev1"
    case imap4rev2 = "IMAP4rev2"
    case startTLS = "STARTTLS"
    case loginDisabled = "LOGINDISABLED"
    case saslIR = "SASL-IR"
    case authPlain = "AUTH=PLAIN"
    case authLogin = "AUTH=LOGIN"
    case authExternal = "AUTH=EXTERNAL"
    case literalPlus = "LITERAL+"
    case literalMinus = "LITERAL-"
    case id = "ID"
    case enable = "ENABLE"
    case idle = "IDLE"
    case namespace = "NAMESPACE"
    case uidPlus = "UIDPLUS"
    case unselect = "UNSELECT"
    case move = "MOVE"
    case children = "CHILDREN"
    case listExtended = "LIST-EXTENDED"
    case listStatus = "LIST-STATUS"
    case specialUse = "SPECIAL-USE"
    case esearch = "ESEARCH"
    case searchRes = "SEARCHRES"
    case within = "WITHIN"
    case searchFuzzy = "SEARCH=FUZZY"
    case sort = "SORT"
    case sortDisplay = "SORT=DISPLAY"
    case esort = "ESORT"
    case threadOrderedSubject = "THREAD=ORDEREDSUBJECT"
    case threadReferences = "THREAD=REFERENCES"
    case threadRefs = "THREAD=REFS"
    case condStore = "CONDSTORE"
    case qresync = "QRESYNC"
    case binary = "BINARY"
    case multiAppend = "MULTIAPPEND"
    case statusSize = "STATUS=SIZE"
    case objectID = "OBJECTID"
    case saveDate = "SAVEDATE"
    case preview = "PREVIEW"
    case appendLimit = "APPENDLIMIT"
    case i18nLevel1 = "I18NLEVEL=1"
    case partial = "PARTIAL"
    case utf8Accept = "UTF8=ACCEPT"
    case acl = "ACL"
    case listMyRights = "LIST-MYRIGHTS"
    case quota = "QUOTA"
    case createSpecialUse = "CREATE-SPECIAL-USE"
    case replace = "REPLACE"
    case inProgress = "INPROGRESS"
    case uidOnly = "UIDONLY"
    case uidBatches = "UIDBATCHES"
    case metadata = "METADATA"
}

/// A set of known capabilities.
package struct CapabilitySet: Equatable, Sendable {
    private var bits: UInt64 = 0

    package init() {}

    package init(_ capabilities: some Sequence<Capability>) {
        for capability in capabilities { insert(capability) }
    }

    package var isEmpty: Bool { bits == 0 }

    package func contains(_ capability: Capability) -> Bool { bits & Self.bit(capability) != 0 }

    package mutating func insert(_ capability: Capability) { bits |= Self.bit(capability) }

    package mutating func remove(_ capability: Capability) { bits &= ~Self.bit(capability) }

    package func union(_ other: CapabilitySet) -> CapabilitySet { CapabilitySet(bits | other.bits) }

    package func intersection(_ other: CapabilitySet) -> CapabilitySet {
        CapabilitySet(bits & other.bits)
    }

    package func subtracting(_ other: CapabilitySet) -> CapabilitySet {
        CapabilitySet(bits & ~other.bits)
    }

    private init(_ bits: UInt64) { self.bits = bits }

    /// The capability's place in the fixed order as a bit; there are fewer than 64.
    private static func bit(_ capability: Capability) -> UInt64 {
        var bit: UInt64 = 1
        for other in Capability.allCases {
            if other == capability { return bit }
            bit <<= 1
        }
        return 0
    }
}
