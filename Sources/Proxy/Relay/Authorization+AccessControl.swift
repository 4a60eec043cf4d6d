// Who may do what: the policy's view of one's own rights for everybody, the lists by permission.
import Audit
import Authentication
import IMAP
import Policy

extension Authorization {
    /// What the policy leaves the user: with the administrator's permission also `a`, where no
    /// rule takes it.
    func rights(on name: MailboxName) -> Rights {
        let decision = policy.decide(name.canonical)
        return decision.rights.union(administration(under: decision))
    }

    /// `a` is in no policy's gift: it is there where it is permitted and no rule stands against it.
    private func administration(under decision: Decision) -> Rights {
        permissions.accessControl && decision.reasons(taking: .administer).isEmpty
            ? .administer : .none
    }

    private func administering(_ octets: [UInt8], _ verb: Verb) -> Access {
        var access = access(octets, needs: verb.row.mailbox)
        access.granted = administration(under: access.decision)
        return access
    }

    /// Whether the backend has access control lists in which every right has its letter.
    private var hasLists: Bool {
        capabilities.contains(.acl) && capabilities.contains(.rights)
    }

    func myRights(_ octets: [UInt8]) -> Judgement {
        if capabilities.contains(.acl) { return named(octets, .myRights, Command.myRights) }
        let access = access(octets, needs: Verb.myRights.row.mailbox)
        if let refusal = access.refusal { return .refuse(refusal, Grounds(access)) }
        guard let name = access.name else { return .refuse(.invalidName, Grounds(access)) }
        return .local(.myRights(name), Grounds(access))
    }

    /// GETACL and LISTRIGHTS, which tell of other users.
    func lists(_ octets: [UInt8], _ verb: Verb, _ command: ([UInt8]) -> Command) -> Judgement {
        let access = administering(octets, verb)
        let grounds = Grounds(access)
        if let refusal = access.refusal { return .refuse(refusal, grounds) }
        guard let name = access.name, hasLists else { return .refuse(.noPermission, grounds) }
        return .forward(Forward(command(naming.encode(name)), grounds))
    }

    func setACL(_ asked: SetACL) -> Judgement {
        let access = administering(asked.mailbox, .setACL)
        let grounds = Grounds(access)
        if let refusal = access.refusal { return .refuse(refusal, grounds) }
        let rights = Rights(asked.rights)
        // Nobody gives what the policy does not leave to himself.
        let isHis = asked.change == .remove || rights.isSubset(of: access.rights)
        guard let name = access.name, let user = Self.user(asked.identifier), hasLists, isHis else {
            return .refuse(.noPermission, grounds)
        }
        let change = SetACL(
            mailbox: naming.encode(name),
            identifier: user,
            change: asked.change,
            rights: rights.modernLetters
        )
        return .forward(Forward(.setACL(change), grounds))
    }

    func deleteACL(_ octets: [UInt8], _ identifier: [UInt8]) -> Judgement {
        guard let user = Self.user(identifier) else {
            let access = administering(octets, .deleteACL)
            return .refuse(access.refusal ?? .noPermission, Grounds(access))
        }
        return lists(octets, .deleteACL) { .deleteACL(mailbox: $0, identifier: user) }
    }

    /// The canonical name of the one user that an identifier means.
    ///
    /// Groups, negative rights (`-ann`, which once were read as a grant) and words for everybody
    /// have no such form: their reach is beyond what the gateway sees.
    private static func user(_ identifier: [UInt8]) -> [UInt8]? {
        guard let name = UserName.canonical(identifier), !wordsForMany.contains(name) else {
            return nil
        }
        return Array(name.utf8)
    }

    /// Identifiers of servers that read like a user's name.
    private static let wordsForMany: Set = ["authenticated", "administrators", "owner", "guest"]
}
