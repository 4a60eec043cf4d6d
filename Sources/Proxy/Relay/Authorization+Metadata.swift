// Notes on a mailbox: entries on the allow-list, of one mailbox at a time, never the server's own.
import IMAP
import Policy

extension Authorization {
    func getMetadata(_ asked: GetMetadata) -> Judgement {
        let access = access(toNotesOf: asked.mailbox, .getMetadata)
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
        let access = access(toNotesOf: asked.mailbox, .setMetadata)
        let grounds = Grounds(access)
        if let refusal = refusal(of: access) { return .refuse(refusal, grounds) }
        guard let name = access.name, asked.changes.allSatisfy(\.name.isWritable) else {
            return .refuse(.noPermission, grounds)
        }
        var set = asked
        set.mailbox = naming.encode(name)
        return .forward(Forward(.setMetadata(set), grounds))
    }

    /// Where all rights are missing of which one would do, each of them is needed, so that the record
    /// names the rules that took them.
    private func access(toNotesOf mailbox: [UInt8], _ verb: Verb) -> Access {
        let access = access(mailbox, needs: verb.row.mailbox)
        if access.rights.mayReadNotes { return access }
        return self.access(mailbox, needs: verb.row.mailbox.adding(Rights.anyForNotes))
    }

    private func refusal(of access: Access) -> Refusal? {
        // The server's own entries have no mailbox.
        access.raw.isEmpty ? .noPermission : access.refusal
    }
}

extension Rights {
    /// The rights to do something with a mailbox (RFC 5464, 4.2 and 4.3).
    fileprivate static let anyForNotes: Rights = [.read, .seen, .write, .insert, .post]

    /// `l` and one of the others.
    var mayReadNotes: Bool { contains(.lookup) && !isDisjoint(with: Self.anyForNotes) }
}

extension MetadataName {
    fileprivate var isKnown: Bool { if case .known = self { true } else { false } }

    fileprivate var isWritable: Bool {
        if case .known(let entry) = self { entry.isWritable } else { false }
    }
}
