// What PAM helpers have started and left behind: ended with them, whatever session or group it is in.
import CLinux
import Glibc
import Reactor

/// Processes below a child of ours that has ended; they are our own children since then.
///
/// The kernel gives them to the next subreaper above (prctl(2)). A module such as pam_exec puts what
/// it starts into a session of its own, where no signal to the helper's group arrives.
final class Orphans {
    /// Children of this process from before it was this program, as a script's that has executed it.
    private let strangers: Set<Int32>
    private var killed: Set<Int32> = []

    /// To be called before a child is started.
    init() throws(SystemError) {
        guard linux_become_subreaper() == 0 else { throw .last("prctl") }
        strangers = Set(Self.children)
    }

    /// Kills all children of this process but `known`.
    func kill(allBut known: [Int32]) {
        let spared = strangers.union(known)
        for id in Self.children where !spared.contains(id) {
            // Its number is nobody else's before it is reaped.
            _ = Glibc.kill(id, SIGKILL)
            killed.insert(id)
        }
    }

    /// Lets the kernel forget those that have ended but `known`, for which somebody else asks.
    ///
    /// Returns whether what was killed is among them: it may have left others.
    func reap(allBut known: [Int32]) -> Bool {
        var mayHaveLeftOthers = false
        while case let id = linux_ended_child(), id > 0, !known.contains(id) {
            guard linux_reap(id) >= 0 else { break }
            if killed.remove(id) != nil { mayHaveLeftOthers = true }
        }
        return mayHaveLeftOthers
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
