// Notes on a mailbox: entries on the allow-list, of one mailbox at a time, never the server's own.
import IMAP
import Policy

extension Authorization {
    func getMetadata(_ asked: GetMetadata) -> Judgement {
        let access = access(asked.mailbox, needs: Verb.getMetadata.row.mailbox)
        let grounds = Grounds(access)
        if let refusal = refusal(of: access) { return .refuse(refusal, grounds) }
        guard let name = access.name, asked.entries.allSatisfy(\.isKnown) else {
            return .refuse(.noPermission, grounds)
        }
        var get = asked
        get.mailbox = naming.encode(name)
        return .forward(Forward(.getMetadata(get), grounds))
    }

    func setMetadata(_ asked: SetMetadata) -> Judgement {
        let access = access(asked.mailbox, needs: Verb.setMetadata.row.mailbox)
        let grounds = Grounds(access)
        if let refusal = refusal(of: access) { return .refuse(refusal, grounds) }
        guard let name = access.name, asked.changes.allSatisfy(\.name.isWritable) else {
            return .refuse(.noPermission, grounds)
        }
        var set = asked
        set.mailbox = naming.encode(name)
        return .forward(Forward(.setMetadata(set), grounds))
    }

    private func refusal(of access: Access) -> Refusal? {
        // The server's own entries have no mailbox.
        if access.raw.isEmpty { return .noPermission }
        if let refusal = access.refusal { return refusal }
        return access.rights.mayReadNotes ? nil : .noPermission
    }
}

extension Rights {
    /// `l` and one of the rights to do something with a mailbox (RFC 5464, 4.2 and 4.3).
    var mayReadNotes: Bool {
        contains(.lookup) && !isDisjoint(with: [.read, .seen, .write, .insert, .post])
    }
}

extension MetadataName {
    fileprivate var isKnown: Bool { if case .known = self { true } else { false } }

    fileprivate var isWritable: Bool {
        if case .known(let entry) = self { entry.isWritable } else { false }
    }
}
