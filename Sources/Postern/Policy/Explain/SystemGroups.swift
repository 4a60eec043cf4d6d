// The Unix groups of a user, as this machine's name service knows them.
import Glibc

enum SystemGroups {
    /// As many as Linux gives a process.
    private static let groupsMax = 65_536

    /// The names of the user's groups; none for a user that the system doesn't know.
    static func names(of user: String) -> Set<String> {
        guard let account = unsafe getpwnam(user) else { return [] }
        let primary = unsafe account.pointee.pw_gid
        var count: CInt = 64
        while Int(count) <= groupsMax {
            var groups = [gid_t](repeating: 0, count: Int(count))
            let room = count
            if unsafe getgrouplist(user, primary, &groups, &count) >= 0 {
                return Set(groups.prefix(Int(count)).compactMap(name))
            }
            count = max(count, room * 2)
        }
        return []
    }

    private static func name(_ group: gid_t) -> String? {
        guard let entry = unsafe getgrgid(group), let name = unsafe entry.pointee.gr_name else {
            return nil
        }
        return unsafe String(cString: name)
    }
}
