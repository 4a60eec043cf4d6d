// What a PAM helper has started and left behind: ended with it, whatever session or group it is in.
import CLinux
import Glibc
import Reactor

/// Processes that a child of ours had started when it ended; they are ours since then.
///
/// The kernel gives the orphans below a subreaper to it (prctl(2)). A module such as pam_exec puts
/// what it starts into a session of its own, where no signal to the helper's group arrives.
final class Orphans {
    private var processes: [OrphanedProcess] = []

    /// To be called before a child is started.
    init() throws(SystemError) {
        guard linux_become_subreaper() == 0 else { throw .last("prctl") }
    }

    /// Readable when one has ended.
    var endingNumbers: [Int32] { processes.map { $0.ending.number } }

    /// Kills all children of this process but `known`, and what they leave behind after them.
    func kill(allBut known: [Int32]) {
        let known = Set(known + processes.map(\.id))
        for id in Self.children where !known.contains(id) {
            guard let process = OrphanedProcess(id) else { continue }
            _ = linux_pidfd_kill(process.ending.number, SIGKILL)
            processes.append(process)
        }
    }

    /// Forgets those that have ended; true when there were some, which may have left others.
    func reap() -> Bool {
        let before = processes.count
        processes.removeAll { linux_reap($0.id) >= 0 }
        return processes.count < before
    }

    /// The children of this process, as the kernel lists them.
    private static var children: [Int32] {
        guard let folder = unsafe opendir("/proc") else { return [] }
        defer { unsafe closedir(folder) }
        var children: [Int32] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard let id = Int32(name), parent(of: id) == getpid() else { continue }
            children.append(id)
        }
        return children
    }

    /// `ID (NAME) STATE PARENT …`; the name may hold anything, a parenthesis too.
    private static func parent(of id: Int32) -> Int32? {
        guard let file = try? FileDescriptor.opening("/proc/\(id)/stat", O_RDONLY) else {
            return nil
        }
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = unsafe read(file.number, &bytes, bytes.count)
        guard count > 0, let end = bytes.prefix(count).lastIndex(of: UInt8(ascii: ")")) else {
            return nil
        }
        let words = bytes[(end + 1)..<count].split(separator: UInt8(ascii: " "))
        return words.count > 1 ? Int32(String(decoding: words[1], as: UTF8.self)) : nil
    }
}

/// A child that was not started by us; its number is not used anew before we have asked how it ended.
private final class OrphanedProcess {
    let id: Int32
    let ending: FileDescriptor

    init?(_ id: Int32) {
        let number = linux_pidfd_open(id)
        guard number >= 0 else { return nil }
        self.id = id
        ending = FileDescriptor(owning: number)
    }
}
