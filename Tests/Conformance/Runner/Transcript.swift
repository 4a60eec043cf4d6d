// A transcript as values: who says what, and what must have been said after each turn.
import Audit

/// One file of the corpus.
struct Transcript: Sendable {
    let file: String
    var heading: Heading
    var turns: [Turn] = []
}

/// Things that happen one after the other, and all that they must lead to.
struct Turn: Sendable {
    var happenings: [Happening] = []
    var toClient: [ExpectedLine] = []
    var toBackend: [ExpectedLine] = []
    var records: [ExpectedRecord] = []
    var endsSession = false
    /// The line in the file that the turn ends with.
    var lastLine = 0

    var expectsNothing: Bool {
        toClient.isEmpty && toBackend.isEmpty && records.isEmpty && !endsSession
    }
}

/// Something that comes to the session from outside.
enum Happening: Sendable {
    case client([Piece])
    case backend([Piece])
    case event(StageDirection)
}

/// What the parties do other than talk.
enum StageDirection: Sendable {
    case clientCloses, backendCloses
    /// It sends nothing more and still listens.
    case clientStopsSending
    /// The recorder answers only when told to, or at once again.
    case recorderHolds, recorderAcknowledges
    case recorderIsLost, recorderIsBack
    /// The next login is not let to PAM.
    case throttleRefuses
    /// What PAM says to the next password instead of comparing it.
    case pamAnswers(String)
    case timePasses
    case gatewayDrains
    /// The administrator loads other rules, written as in the heading.
    case rules([String])
}

/// Octets as they stand, or a tag of the gateway's.
enum Piece: Equatable, Sendable {
    case octets([UInt8])
    case tag(Int)
}

struct ExpectedLine: Sendable {
    let line: Int
    let pieces: [Piece]
}

/// A record that must have been written, by what stands in the transcript of it.
struct ExpectedRecord: Sendable {
    let line: Int
    let event: String
    /// A verdict or a result.
    let word: String
    let fields: [(key: String, value: String)]
}

/// Why a file is no transcript, or what went otherwise than it says.
struct Failure: Error, CustomStringConvertible {
    let file: String
    let line: Int
    let text: String

    var description: String { "\(file):\(line): \(text)" }
}
