// The groups of a policy: lists of users, Unix groups, certificates and other groups.
import Policy
import Yams

struct GroupReader {
    let findings: Findings

    private struct Group {
        var value: Value
        var members = Members()
        var groups: [String] = []
    }

    /// The members of each group, nested groups included; a group within a group is `group:NAME`.
    func groups(_ sections: [Value]) -> [String: Members] {
        let entries = sections.compactMap { $0.entries() }.joined()
        let names = Set(entries.map(\.key.name))
        var groups: [String: Group] = [:]
        for (key, members) in entries where key.value.name() != nil {
            guard groups[key.name] == nil else {
                key.value.refuse("the group \"\(key.name)\" stands in two files")
                continue
            }
            groups[key.name] = group(key.value, members, names)
        }
        refuseCycles(entries.map(\.key.name), groups)
        return groups.mapValues { group in
            var seen: Set<String> = []
            return members(of: group, groups, &seen).sorted
        }
    }

    private static let prefix = "group:"
    private static let unixPrefix = "unix-group:"

    private func group(_ key: Value, _ members: Value, _ names: Set<String>) -> Group {
        var group = Group(value: key)
        for member in members.list() ?? [] {
            if member.node.mapping != nil {
                let certificate = member.table(PolicyKeys.groupCertificate)?.required("certificate")
                group.members.certificates += certificate?.elements { $0.certificateMatch() } ?? []
            } else if let name = GroupReader.groupName(member) {
                if names.contains(name) {
                    group.groups.append(name)
                } else {
                    let hint = Spelling.nearest(to: name, among: names.sorted())
                    member.refuse("unknown group \"\(name)\"" + Spelling.question(hint))
                }
            } else if let name = GroupReader.unixGroupName(member) {
                if let name = member.unixGroup(named: name) {
                    group.members.unixGroups.append(name)
                }
            } else if let user = member.userPattern() {
                group.members.users.append(user)
            }
        }
        return group
    }

    /// The group that a text written `group:NAME` names; nil for any other text.
    static func groupName(_ member: Value) -> String? { name(in: member, after: prefix) }

    /// The Unix group that a text written `unix-group:NAME` names; nil for any other text.
    static func unixGroupName(_ member: Value) -> String? { name(in: member, after: unixPrefix) }

    private static func name(in member: Value, after prefix: String) -> String? {
        guard let spelling = member.spelling, spelling.hasPrefix(prefix) else { return nil }
        return String(spelling.dropFirst(prefix.count))
    }

    private func members(
        of group: Group,
        _ groups: [String: Group],
        _ seen: inout Set<String>
    ) -> Members {
        var members = group.members
        for name in group.groups {
            guard seen.insert(name).inserted, let inner = groups[name] else { continue }
            members.formUnion(self.members(of: inner, groups, &seen))
        }
        return members
    }

    /// Names each group once that is among its own members.
    private func refuseCycles(_ names: [String], _ groups: [String: Group]) {
        for name in names {
            guard let group = groups[name] else { continue }
            var reached: Set<String> = []
            var waiting = group.groups
            while let next = waiting.popLast() {
                guard reached.insert(next).inserted else { continue }
                waiting += groups[next]?.groups ?? []
            }
            if reached.contains(name) {
                group.value.refuse("group \"\(name)\" is a member of itself")
            }
        }
    }
}

extension Members {
    /// Each user and Unix group once, in the order of the alphabet.
    fileprivate var sorted: Members {
        Members(
            users: Set(users).sorted(),
            unixGroups: Set(unixGroups).sorted(),
            certificates: certificates
        )
    }
}
