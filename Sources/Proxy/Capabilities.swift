// What the gateway says it can do, state by state: an allow-list, met with what the backend has.
import Bytes
import IMAP

/// The capability lists of imap-enforcement's table A6.
enum Offer {
    /// Before TLS nothing can be done but to start it.
    static let beforeTLS = CapabilitySet([.imap4rev1, .startTLS, .loginDisabled, .id])

    /// Before the login; `certificate` offers EXTERNAL.
    static func beforeLogin(password: Bool, certificate: Bool) -> CapabilitySet {
        var offer = CapabilitySet([.imap4rev1, .saslIR, .id, .literalMinus])
        if password {
            offer.insert(.authPlain)
            offer.insert(.authLogin)
        } else {
            offer.insert(.loginDisabled)
        }
        if certificate { offer.insert(.authExternal) }
        return offer
    }

    /// What can be policed, and so is offered on when the backend has it.
    private static let relayed = CapabilitySet([
        .idle, .namespace, .uidPlus, .unselect, .move, .children, .listExtended, .listStatus,
        .specialUse, .esearch, .condStore, .qresync, .enable, .notify, .searchRes, .within, .searchFuzzy,
        .sort, .sortDisplay, .esort, .threadOrderedSubject, .threadReferences, .threadRefs,
        .binary, .statusSize, .objectID, .saveDate, .preview, .i18nLevel1, .partial, .inProgress,
        .uidOnly, .uidBatches, .messageLimit, .saveLimit,
    ])

    /// What the gateway does by itself, whatever the backend has.
    private static let own = CapabilitySet([.imap4rev1, .id, .literalMinus])

    /// `compression`: whether the administrator lets clients compress; the backend has no part in it.
    static func afterLogin(backend: CapabilitySet, compression: Bool = true) -> CapabilitySet {
        var offer = own.union(relayed.intersection(backend))
        // CONDSTORE comes with QRESYNC (RFC 7162, 3.2.3), ENABLE is of use only with one of them.
        if offer.contains(.qresync) { offer.insert(.condStore) }
        if compression { offer.insert(.compressDeflate) }
        return offer
    }
}
