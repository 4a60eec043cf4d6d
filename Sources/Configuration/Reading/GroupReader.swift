// The groups of a policy file: lists of users and of other groups, resolved to users alone.
import Policy
import Yams

struct GroupReader {
    let findings: Findings

    private struct Group {
        var value: Value
        var users: [String] = []
        var groups: [Value] = []
    }

    /// The users of each group, nested groups included; a group within a group is `group:NAME`.
    func groups(_ value: Value) -> [String: [String]]? {
        guard let entries = value.entries() else { return nil }
        let names = Set(entries.map(\.key.name))
        var groups: [String: Group] = [:]
        for (key, members) in entries where key.value.name() != nil {
            groups[key.name] = group(key.value, members, names)
        }
        refuseCycles(entries.map(\.key.name), groups)
        return groups.mapValues { group in
            var seen: Set<String> = []
            return Set(users(of: group, groups, &seen)).sorted()
        }
    }

    private static let prefix = "group:"

    private func group(_ key: Value, _ members: Value, _ names: Set<String>) -> Group {
        var group = Group(value: key)
        for member in members.list() ?? [] {
            guard let name = GroupReader.groupName(member) else {
                if let user = member.userPattern() { group.users.append(user) }
                continue
            }
            if names.contains(name) {
                group.groups.append(member)
            } else {
                let hint = Spelling.nearest(to: name, among: names.sorted())
                member.refuse("unknown group \"\(name)\"" + Spelling.question(hint))
            }
        }
        return group
    }

    /// The group that a text written `group:NAME` names; nil for any other text.
    static func groupName(_ member: Value) -> String? {
        guard let spelling = member.spelling, spelling.hasPrefix(prefix) else { return nil }
        return String(spelling.dropFirst(prefix.count))
    }

    private func users(
        of group: Group,
        _ groups: [String: Group],
        _ seen: inout Set<String>
    ) -> [String] {
        var users = group.users
        for name in group.groups.compactMap(GroupReader.groupName) {
            guard seen.insert(name).inserted, let inner = groups[name] else { continue }
            users += self.users(of: inner, groups, &seen)
        }
        return users
    }

    /// Names each group once that is among its own members.
    private func refuseCycles(_ names: [String], _ groups: [String: Group]) {
        for name in names {
            guard let group = groups[name] else { continue }
            var reached: Set<String> = []
            var waiting = group.groups.compactMap(GroupReader.groupName)
            while let next = waiting.popLast() {
                guard reached.insert(next).inserted else { continue }
                waiting += (groups[next]?.groups ?? []).compactMap(GroupReader.groupName)
            }
            if reached.contains(name) {
                group.value.refuse("group \"\(name)\" is a member of itself")
            }
        }
    }
}
