// The Unix groups of a user, as this machine's name service knows them.
import Bytes
import Glibc

/// May take as long as a directory server does, and is for one thread: no reactor asks here.
package enum SystemGroups {
    /// As many as Linux gives a process.
    private static let groupsMax: CInt = 65_536

    /// The names of the user's groups, as far as a policy could name them.
    ///
    /// None for a user that the system doesn't know; nil when the name service can't tell.
    package static func names(of user: String) -> Set<String>? {
        errno = 0
        guard let account = unsafe getpwnam(user) else { return isUnknown(errno) ? [] : nil }
        let primary = unsafe account.pointee.pw_gid
        var count: CInt = 64
        while count <= groupsMax {
            var groups = [gid_t](repeating: 0, count: Int(count))
            let room = count
            if unsafe getgrouplist(user, primary, &groups, &count) >= 0 {
                return names(of: groups.prefix(Int(count)))
            }
            count = max(count, room * 2)
        }
        return nil
    }

    private static func names(of groups: some Sequence<gid_t>) -> Set<String>? {
        var names: Set<String> = []
        for group in groups {
            errno = 0
            guard let entry = unsafe getgrgid(group), let name = unsafe entry.pointee.gr_name else {
                guard isUnknown(errno) else { return nil }
                continue
            }
            let text = unsafe String(cString: name)
            if PAMReply.isGroup(Array(text.utf8).span) { names.insert(text) }
        }
        return names
    }

    /// Whether there is no such entry, or the question failed (getpwnam(3)).
    private static func isUnknown(_ error: Int32) -> Bool {
        [0, ENOENT, ESRCH, EBADF, EPERM].contains(error)
    }
}
