// What of the backend's notes on mailboxes the client may see.
import IMAP
import Policy

extension Relay {
    /// Values that were asked for pass; that something has changed is not told.
    mutating func pass(_ metadata: MailboxMetadata, into out: inout Outbox) -> Bool {
        guard inFlight.contains(.getMetadata), !metadata.isNotice else {
            return noteUnknown(into: &out)
        }
        guard let name = try? namesToClient.decode(metadata.mailbox) else { return true }
        guard policy.decide(name.canonical).rights.mayReadNotes else { return true }
        var shown = metadata
        shown.mailbox = namesToClient.encode(name)
        Response.metadata(shown).encode(into: &out.client)
        return true
    }
}
