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
        .specialUse, .esearch, .condStore, .qresync, .enable, .searchRes, .within, .searchFuzzy,
        .sort, .sortDisplay, .esort, .threadOrderedSubject, .threadReferences, .threadRefs,
        .binary, .statusSize, .objectID, .saveDate, .preview, .i18nLevel1, .partial, .inProgress,
        .uidOnly, .uidBatches, .messageLimit, .saveLimit,
        .multiAppend, .catenate, .replace,
        .notify, .multiSearch, .listMyRights, .quota, .quotaStorage, .quotaMessage, .quotaMailbox,
        .quotaAnnotationStorage, .metadata, .createSpecialUse,
    ])

    /// What the gateway does by itself, whatever the backend has.
    private static let own = CapabilitySet([
        .imap4rev1, .id, .literalMinus, .enable, .appendLimit, .utf8Accept, .acl, .rights,
    ])

    /// `compression`: whether the administrator lets clients compress; the backend has no part in it.
    static func afterLogin(
        backend: CapabilitySet,
        messageBytesMax: UInt64 = Limits().messageBytesMax,
        permissions: Permissions = Permissions(),
        compression: Bool = true,
        emulating emulations: Emulations = .none
    ) -> CapabilitySet {
        let emulated = emulations.offered(with: backend)
        var offer = own.union(relayed.intersection(backend)).union(emulated)
        // With limits that differ by mailbox the client must ask for each (RFC 7889, 2).
        let isPerMailbox = backend.contains(.appendLimit) && backend.appendLimit == nil
        let limit = min(messageBytesMax, backend.appendLimit ?? .max)
        offer.insert(appendLimit: isPerMailbox ? nil : limit)
        // CONDSTORE comes with QRESYNC (RFC 7162, 3.2.3), ENABLE is of use only with one of them.
        if offer.contains(.qresync) { offer.insert(.condStore) }
        if compression { offer.insert(.compressDeflate) }
        // Without access control lists at the backend a user's rights are the policy's alone.
        if !backend.contains(.acl) && backend.contains(.listExtended) {
            offer.insert(.listMyRights)
        }
        if !permissions.specialUse { offer.remove(.createSpecialUse) }
        if revision2.subtracting(offer).isEmpty { offer.insert(.imap4rev2) }
        return offer
    }

    /// What IMAP4rev2 makes part of the protocol (RFC 9051, appendix E): it is offered only where
    /// all of this is, by the backend or by the gateway in its place.
    private static let revision2 = CapabilitySet([
        // 6.3.10, 6.4.2, 6.3.13, 6.3.1: commands of their own.
        .namespace, .unselect, .idle, .enable, .move,
        // APPENDUID, COPYUID and UID EXPUNGE (6.4.9).
        .uidPlus,
        // SEARCH RETURN, its answer, and `$` (6.4.4).
        .esearch, .searchRes,
        // Selection and return options of LIST, STATUS among them, and the uses of mailboxes (6.3.9).
        .listExtended, .listStatus, .children, .specialUse,
        // FETCH of decoded parts (6.4.5), literals with NUL (4.3), small ones unasked.
        .binary, .literalMinus,
        // STATUS SIZE (6.3.11). DELETED, which older backends don't know, is left out of an answer.
        .statusSize,
        // Names and quoted strings in UTF-8 (5.1): the gateway's own.
        .utf8Accept,
    ])
}
