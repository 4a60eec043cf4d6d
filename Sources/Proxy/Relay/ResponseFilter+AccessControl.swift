// What of the backend's access control lists the client may see.
import IMAP
import Policy

extension Relay {
    /// The user's own rights: those of the backend that the policy leaves.
    mutating func pass(_ own: OwnRights, into out: inout Outbox) -> Bool {
        guard inFlight.contains(.myRights) || inFlight.contains(.list) else {
            return noteUnknown(into: &out)
        }
        guard let name = try? namesToClient.decode(own.mailbox) else { return true }
        tell(left(of: own.rights, on: name), on: name, into: &out)
        return true
    }

    /// Writes the user's rights on a mailbox that he may see.
    func tell(_ rights: Rights, on name: MailboxName, into out: inout Outbox) {
        guard policy.decide(name.canonical).rights.contains(.lookup) else { return }
        let own = OwnRights(mailbox: namesToClient.encode(name), rights: rights.protocolLetters)
        Response.ownRights(own).encode(into: &out.client)
    }

    /// What the policy leaves of the backend's rights.
    private func left(of letters: KeywordSet<AccessRight>, on name: MailboxName) -> Rights {
        mean(letters).intersection(authorization.rights(on: name))
    }

    private func mean(_ letters: KeywordSet<AccessRight>) -> Rights {
        Rights(letters, ofModernBackend: backend.capabilities.contains(.rights))
    }

    mutating func pass(_ list: AccessList, into out: inout Outbox) -> Bool {
        guard inFlight.contains(.getACL) else { return noteUnknown(into: &out) }
        guard let name = administered(list.mailbox) else { return true }
        var shown = list
        shown.mailbox = namesToClient.encode(name)
        shown.entries = list.entries.map { entry in
            var entry = entry
            let isOwn = entry.identifier.elementsEqual(subject.user.utf8)
            let rights = isOwn ? left(of: entry.rights, on: name) : mean(entry.rights)
            entry.rights = rights.protocolLetters
            return entry
        }
        Response.accessList(shown).encode(into: &out.client)
        return true
    }

    mutating func pass(_ grantable: GrantableRights, into out: inout Outbox) -> Bool {
        guard inFlight.contains(.listRights) else { return noteUnknown(into: &out) }
        guard let name = administered(grantable.mailbox) else { return true }
        var shown = grantable
        shown.mailbox = namesToClient.encode(name)
        Response.grantableRights(shown).encode(into: &out.client)
        return true
    }

    /// The mailbox, where the user may still read its lists.
    private func administered(_ octets: [UInt8]) -> MailboxName? {
        guard let name = try? namesToClient.decode(octets) else { return nil }
        let rights = authorization.rights(on: name)
        return rights.isSuperset(of: [.lookup, .administer]) ? name : nil
    }
}
