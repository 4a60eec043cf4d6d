// Who has asked the service for something by a signal, as far as the kernel tells.
import Glibc

/// The process that sent a signal, and its user.
struct Requester: Equatable, Sendable {
    /// User ID.
    let user: UInt32
    /// 0 where the kernel itself sent the signal, or a process that is not to be seen from here.
    let process: UInt32

    /// This process, where nobody else has asked.
    static var own: Requester {
        Requester(user: geteuid(), process: UInt32(bitPattern: getpid()))
    }

    /// As the trail says it.
    var words: String {
        process == 0 ? "user ID \(user), process unknown" : "user ID \(user), process \(process)"
    }

    /// As it stands in a control message.
    var text: String { "\(user) \(process)" }

    init(user: UInt32, process: UInt32) {
        self.user = user
        self.process = process
    }

    init?(text: some StringProtocol) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 2, let user = UInt32(words[0]), let process = UInt32(words[1]) else {
            return nil
        }
        self.init(user: user, process: process)
    }
}
