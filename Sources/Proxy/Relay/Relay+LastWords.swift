// A client that has said its last and still listens: it gets its answers, then the session ends.
import Audit
import Bytes
import IMAP

extension Relay {
    /// The client says nothing more; all that it said was offered before.
    mutating func clientEnded(into out: inout Outbox) {
        isClientDone = true
        endIfClientIsDone(into: &out)
    }

    /// Ends the session when only the client could bring it on.
    ///
    /// The rest of a command or message that is missing will never come, nor the end of an IDLE:
    /// nothing is made up in its place (section D, 10).
    mutating func endIfClientIsDone(into out: inout Outbox) {
        guard isClientDone, !isFinished, acceptsInput else { return }
        guard inFlight.isEmpty || upload != nil || idling != nil else { return }
        finish("the client says nothing more", into: &out)
    }
}
