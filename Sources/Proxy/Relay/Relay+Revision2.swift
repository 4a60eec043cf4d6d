// What a client that enabled IMAP4rev2 hears otherwise than one of IMAP4rev1 (RFC 9051, E).
import Bytes
import IMAP

extension CapabilitySet {
    var hasRevision2: Bool { contains(.imap4rev2) }

    /// Whether the client counts on being told that a mailbox is no longer selected
    /// (RFC 7162, 3.2.11; RFC 9051, 7.1).
    var expectsClosed: Bool { contains(.qresync) || hasRevision2 }

    /// Whether it is the gateway that tells: with QRESYNC the backend does.
    private var gatewayTellsClosed: Bool { hasRevision2 && !contains(.qresync) }

    /// Whether the client may hear this untagged response at all.
    func admits(_ response: Response) -> Bool {
        switch response {
        case .recent, .status(.ok, .unseen?): !hasRevision2
        case .status(.ok, .bare(.closed)?): !gatewayTellsClosed
        default: true
        }
    }

    fileprivate func announcesDeparture(for purpose: Purpose) -> Bool {
        guard gatewayTellsClosed, case .select = purpose else { return false }
        return true
    }
}

extension Relay {
    /// What FETCH responses may tell now.
    var fetchFilter: FetchFilter {
        guard isSelecting, !isShut else { return .nothing }
        var filter = inFlight.fetchFilter
        if let watchedFilter { filter.formUnion(watchedFilter) }
        if metering?.isSpent ?? false { filter.withholdText() }
        filter.hidesRecent = enabled.hasRevision2
        return filter
    }

    /// Says that the selected mailbox is left when a command is sent that selects another.
    ///
    /// What the backend tells from then on can only be meant of the new one.
    mutating func announceDeparture(for purpose: Purpose, into out: inout Outbox) {
        guard case .some = selection, enabled.announcesDeparture(for: purpose) else { return }
        Response.status(.ok, code: .bare(.closed)).encode(into: &out.client)
    }

    /// Names the mailbox that is selected now (RFC 9051, 6.3.2), and what the client called it.
    mutating func nameSelected(_ selection: Selection, into out: inout Outbox) {
        guard enabled.hasRevision2 else { return }
        let naming = namesToClient
        let name = naming.encode(selection.name)
        var entry = ListEntry(delimiter: naming.delimiter(below: selection.name), mailbox: name)
        if name != selection.raw { entry.oldName = selection.raw }
        Response.list(entry).encode(into: &out.client)
    }
}
