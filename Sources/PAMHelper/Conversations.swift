// The helper's life: a question, an answer, until the gateway's end of the socket is closed.
import Authentication
import Bytes
import Glibc

struct Conversations {
    /// Where the supervisor puts the socket.
    private static let socket: Int32 = 3

    let stack: PAMStack
    let deadlineSeconds: UInt32

    /// Returns whether the socket ended as it should.
    func run() -> Bool {
        // The supervisor's sockets don't wait; this process has nothing else to do.
        guard fcntl(Self.socket, F_SETFL, 0) == 0 else {
            PAMHelper.complain("descriptor \(Self.socket) is not open")
            return false
        }
        // One byte more than a question has, so that a longer packet shows.
        var packet = [UInt8](repeating: 0, count: PAMQuestion.bytesMax + 1)
        var reply = Buffer()
        while true {
            let count = unsafe packet.withUnsafeMutableBytes { bytes in
                unsafe recv(Self.socket, bytes.baseAddress, bytes.count, 0)
            }
            // ECONNRESET: the gateway died with an answer of ours that it hadn't read.
            if count == 0 || (count < 0 && errno == ECONNRESET) { return true }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                PAMHelper.complain("can't read questions: error \(errno)")
                return false
            }
            let question = PAMQuestion(packet.span.extracting(first: count))
            unsafe packet.withUnsafeMutableBytes { bytes in
                if let start = bytes.baseAddress { unsafe explicit_bzero(start, count) }
            }
            guard let question else {
                PAMHelper.complain("got something that is no question")
                return false
            }
            if !PAMReply(id: question.id, answer(to: question)).encode(into: &reply) {
                PAMHelper.complain("a user is in more groups than can be told")
                _ = PAMReply(id: question.id, answer: .unavailable).encode(into: &reply)
            }
            guard send(reply) else { return true }
            reply.removeAll()
        }
    }

    /// A module that hangs ends the process: SIGALRM's default does it, whatever the module does.
    ///
    /// The gateway has given up by then; this is for a gateway that is not there to say so.
    private func answer(to question: PAMQuestion) -> PAMReply.Answer {
        alarm(deadlineSeconds + 1)
        defer { alarm(0) }
        switch question.request {
        case .login(let credentials): return .judged(stack.answer(to: credentials))
        case .groups(let user):
            return SystemGroups.names(of: user).map { .groups($0) } ?? .judged(.unavailable)
        }
    }

    private func send(_ reply: Buffer) -> Bool {
        let flags = Int32(MSG_NOSIGNAL)
        return unsafe reply.span.withUnsafeBufferPointer { bytes in
            unsafe Glibc.send(Self.socket, bytes.baseAddress, bytes.count, flags) == bytes.count
        }
    }
}
