// Mailboxes that a command does not name and would touch: parents that come into being, children
// that go along.
import Audit
import Bytes
import IMAP
import Policy

/// What stands in a command's way though the command does not name it.
struct Obstacle {
    let refusal: Refusal
    /// The mailbox in the way and what it lacks; nil for a name that is not canonical,
    /// or where no other mailbox than those named is in the way.
    private(set) var mailbox: Access?

    func judgement(_ grounds: Grounds) -> Judgement {
        var grounds = grounds
        if let mailbox { grounds.implied = [mailbox] }
        return .refuse(refusal, grounds)
    }
}

extension Authorization {
    /// What forbids that `name` comes into being; nil when nothing does.
    ///
    /// The backend creates missing superiors too, and which are missing is not known: `k` is asked
    /// of every one, and of the new name itself, since a mailbox on the top level has no parent.
    func obstacle(creating name: MailboxName, _ access: Access) -> Obstacle? {
        if policy.isInbox(name.canonical) { return Obstacle(refusal: .inbox) }
        if let refusal = access.refusal { return Obstacle(refusal: refusal) }
        for superior in name.superiors {
            let access = implied(superior, needs: Demand(.createMailbox).adding(.createBelow))
            guard access.isGranted else {
                return Obstacle(refusal: .noPermission, mailbox: access)
            }
        }
        return nil
    }

    /// What of all that is below a mailbox may not be deleted.
    func obstacle(deletingAll descendants: [MailboxName?]) -> Obstacle? {
        first(of: descendants.lazy.map { self.hinders(deleting: $0) }, hidden: .undeletable)
    }

    /// What may not move, of a mailbox and all that is below it.
    func obstacle(
        moving descendants: [MailboxName?],
        from old: MailboxName,
        to new: MailboxName
    ) -> Obstacle? {
        let all = [old] + descendants
        return first(
            of: all.lazy.map { self.hinders(moving: $0, from: old, to: new) },
            hidden: .unmovable
        )
    }

    private enum Hindrance {
        case none
        /// The user can see why.
        case visible(Refusal, Access)
        /// By a mailbox that must not show.
        case hidden(Access?)
    }

    /// The first obstacle that the user may know of, or else one that he may not.
    ///
    /// Of that he hears what he would hear if the backend had its own reasons: neither that there
    /// is something below nor that a rule of the policy is about it.
    private func first(
        of hindrances: some Sequence<Hindrance>,
        hidden refusal: Refusal
    ) -> Obstacle? {
        var concealed: Obstacle?
        for hindrance in hindrances {
            switch hindrance {
            case .none: continue
            case .visible(let refusal, let access):
                return Obstacle(refusal: refusal, mailbox: access)
            case .hidden(let access):
                concealed = concealed ?? Obstacle(refusal: refusal, mailbox: access)
            }
        }
        return concealed
    }

    private func hinders(deleting name: MailboxName?) -> Hindrance {
        guard let name else { return .hidden(nil) }
        let access = implied(name, needs: Demand(.deleteMailbox).adding(.delete))
        if access.isGranted { return .none }
        return access.rights.contains(.lookup) ? .visible(.hasChildren, access) : .hidden(access)
    }

    /// Renaming must take nothing along that may not move, must give no right that the user could
    /// not give himself, and must put nothing where it could not be created.
    private func hinders(
        moving name: MailboxName?,
        from old: MailboxName,
        to new: MailboxName
    ) -> Hindrance {
        guard let name else { return .hidden(nil) }
        let moved = name.moved(from: old, to: new)
        let before = implied(name, needs: Demand(.deleteMailbox).adding(.rename))
        guard before.rights.contains(.lookup) else { return .hidden(before) }
        let after = implied(moved, needs: Verb.rename.row.destination)
        for access in [before, after] where !access.isGranted {
            return .visible(.noPermission, access)
        }
        let own = rights(on: name)
        let gained = Demand(
            after.rights.subtracting(own),
            before.decision.forbidden.subtracting(after.decision.forbidden)
        )
        guard own.contains(.administer) || gained.isEmpty else {
            return .visible(.noPermission, implied(name, needs: gained))
        }
        return .none
    }

    private func implied(_ name: MailboxName, needs needed: Demand) -> Access {
        Access(name.canonical, name, needs: needed, under: policy)
    }
}
