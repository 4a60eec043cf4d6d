// Which system calls a child may still make once it is confined: an allow-list for each duty.
import CSeccomp
import Glibc

/// A seccomp filter.
///
/// A call that is not listed fails with EPERM: a C library that tries something new then takes its
/// other path, where killing the process would end everybody's sessions. Calls that only an intruder
/// would make here end the process.
enum Sandbox {
    /// Parses what strangers send: may talk to the network, and open files for reading.
    case gateway
    /// Appends to the trail: may write files, and use the sockets it was given.
    case recorder
    /// Sends records on: may talk to the network, and write its position.
    case shipper

    /// Puts the filter in force for this thread and all that it starts; it can't be taken off.
    func enter() throws(ConfinementError) {
        guard let filter = unsafe seccomp_init(seccomp_refuse(EPERM)) else {
            throw .refused("seccomp_init", ENOMEM)
        }
        defer { unsafe seccomp_release(filter) }
        for name in Self.shared + own { try unsafe Self.add(name, Self.allowed, to: filter) }
        for name in Self.hostile { try unsafe Self.add(name, Self.killed, to: filter) }
        // Its flags lie in memory where a filter can't look; without it, clone is used.
        try unsafe Self.add("clone3", seccomp_refuse(ENOSYS), to: filter)
        try Self.check(unsafe seccomp_allow_threads(filter))
        for family in families { try Self.check(unsafe seccomp_allow_sockets(filter, family)) }
        if self == .gateway { try Self.check(unsafe seccomp_allow_reading(filter)) }
        try Self.check(unsafe seccomp_load(filter))
    }

    private var own: [String] {
        switch self {
        case .gateway: Self.network
        case .recorder: Self.files
        case .shipper: Self.network + Self.files
        }
    }

    /// Of sockets that may be made.
    ///
    /// Others are much of a kernel that nobody needs here. The C library asks by AF_NETLINK which
    /// addresses the machine has, and does without an answer.
    private var families: [Int32] {
        switch self {
        case .gateway, .shipper: [AF_INET, AF_INET6, AF_UNIX]
        case .recorder: []
        }
    }

    private static let allowed: UInt32 = 0x7FFF_0000
    private static let killed: UInt32 = 0x8000_0000

    /// Memory, threads, time, descriptors: what every Swift program needs.
    private static let shared = [
        "brk", "clock_getres", "clock_gettime", "clock_nanosleep", "close", "dup", "dup3",
        "epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_wait", "eventfd2", "exit",
        "exit_group", "fcntl", "fstat", "futex", "get_robust_list", "getegid", "geteuid",
        "getgid", "getpid", "getppid", "getrandom", "gettid", "gettimeofday", "getuid", "lseek",
        "madvise", "membarrier", "mmap", "mprotect", "mremap", "munmap", "nanosleep",
        "newfstatat", "poll", "ppoll", "prctl", "pread64", "prlimit64", "read", "readlink",
        "readlinkat", "readv", "recvfrom", "recvmsg", "restart_syscall", "rseq", "rt_sigaction",
        "rt_sigprocmask", "rt_sigreturn", "sched_getaffinity", "sched_yield", "sendmsg",
        "sendto", "set_robust_list", "sigaltstack", "signalfd4", "statx", "sysinfo", "tgkill",
        "timerfd_create", "timerfd_settime", "uname", "write", "writev",
    ]

    /// Clients, backends and name servers, which nscd and systemd-resolved may stand for (AF_UNIX).
    private static let network = [
        "accept4", "access", "connect", "faccessat", "faccessat2", "getpeername",
        "getsockname", "getsockopt", "ioctl", "recvmmsg", "sendmmsg", "setsockopt", "shutdown",
        "socketpair",
    ]

    private static let files = [
        "accept4", "access", "adjtimex", "clock_adjtime", "faccessat", "faccessat2", "fallocate",
        "fchmod",
        "fdatasync", "flock",
        "fstatfs", "fsync", "ftruncate", "getdents64", "getsockopt", "mkdirat", "open", "openat",
        "pwrite64", "rename", "renameat", "renameat2", "setsockopt", "statfs", "syncfs",
        "umask", "unlinkat",
    ]

    /// Nothing of ours or of the C library's makes these once the process is confined.
    private static let hostile = [
        "bpf", "chroot", "delete_module", "execve", "execveat", "finit_module", "fork",
        "init_module", "io_uring_setup", "kexec_load", "mount", "perf_event_open", "pivot_root",
        "process_vm_readv", "process_vm_writev", "ptrace", "reboot", "setns", "setuid",
        "swapon", "umount2", "unshare", "userfaultfd", "vfork",
    ]

    /// A call that this machine doesn't know needs no rule.
    private static func add(
        _ name: String,
        _ action: UInt32,
        to filter: UnsafeMutableRawPointer
    ) throws(ConfinementError) {
        let number = unsafe seccomp_syscall_resolve_name(name)
        guard number >= 0 else { return }
        try check(unsafe seccomp_rule_add_array(filter, action, number, 0, nil))
    }

    private static func check(_ result: Int32) throws(ConfinementError) {
        guard result == 0 else { throw .refused("seccomp", -result) }
    }
}
