// Which files a child may still open once it is confined (Landlock): seccomp can't see names.
import CLinux
import Glibc
import Reactor

/// The paths that are left to a process, each with everything below it.
struct FileAccess {
    private var readable: [String] = []
    private var writable: [String] = []

    /// What the C library reads for names of hosts, and OpenSSL for certificate authorities.
    ///
    /// Whole folders, because a rule holds for the file that is there today: resolv.conf is replaced
    /// by a new file whenever the network changes. Permissions of files count as ever.
    static let gateway = FileAccess(
        readable: [
            "/etc", "/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager", "/lib",
            "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/share/ca-certificates",
            "/usr/share/ca-certificates", "/usr/share/zoneinfo", "/dev/null", "/dev/urandom",
            "/sys/devices/system/cpu",
        ]
    )

    /// The trail, and the kernel's name for its run, which stands in the trail's first record.
    ///
    /// `keys` is where the keys for fields are, if not in the trail's folder.
    static func recorder(folder: String, keys: String? = nil) -> FileAccess {
        FileAccess(
            readable: ["/proc/sys/kernel/random/boot_id"],
            writable: [folder] + [keys].compactMap(\.self)
        )
    }

    /// The trail and what names and certificates take, to be read; the position, and the file that
    /// records go to, to be written.
    static func shipper(trail: String, state: String, file: String?) -> FileAccess {
        // The file may have to be made anew after a rotation.
        let target = file.map { path in path[..<(path.lastIndex(of: "/") ?? path.endIndex)] }
        return FileAccess(
            readable: gateway.readable + [trail],
            writable: [state] + [target].compactMap { $0.map(String.init) }
        )
    }

    private init(readable: [String] = [], writable: [String] = []) {
        self.readable = readable
        self.writable = writable
    }

    /// Gives all other files up; false where the kernel can't do that.
    func enter() throws(ConfinementError) -> Bool {
        let rights = linux_landlock_rights()
        guard rights != 0 else { return false }
        let number = linux_landlock_begin(rights)
        guard number >= 0 else { throw .refused("landlock_create_ruleset", errno) }
        let rules = FileDescriptor(owning: number)
        for path in readable { try Self.allow(path, Self.reading & rights, in: rules) }
        for path in writable { try Self.allow(path, Self.writing & rights, in: rules) }
        guard linux_landlock_enter(rules.number) == 0 else {
            throw .refused("landlock_restrict_self", errno)
        }
        return true
    }

    private static let reading = UInt64(LINUX_FILES_READ_FILE | LINUX_FILES_READ_DIR)
    private static let writing =
        reading
        | UInt64(LINUX_FILES_WRITE_FILE | LINUX_FILES_TRUNCATE)
        | UInt64(LINUX_FILES_MAKE_REG | LINUX_FILES_REMOVE_FILE)
        | UInt64(LINUX_FILES_MAKE_DIR | LINUX_FILES_REMOVE_DIR)

    private static func allow(
        _ path: String,
        _ rights: UInt64,
        in rules: borrowing FileDescriptor
    ) throws(ConfinementError) {
        guard unsafe linux_landlock_allow(rules.number, path, rights) == 0 else {
            throw .refused("landlock_add_rule \(path)", errno)
        }
    }
}
