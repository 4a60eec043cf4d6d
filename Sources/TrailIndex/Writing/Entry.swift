// One row of the index: a decision or an event, with what its outcome added.

/// An entry on its way into the index; names are numbers of the name table.
struct Entry {
    let seq: Int64
    /// Microseconds of UTC since 1970.
    let time: Int64
    /// The first byte of its line in its segment.
    let place: Int64
    var session: Int64?
    var event: Int64 = 0
    var verdict: Int64?
    var user: Int64?
    var client: Int64?
    var mailbox: Int64?
    var destination: Int64?
    var outcome: Outcome?

    /// What came of a command.
    struct Outcome {
        let seq: Int64
        let place: Int64
        let result: Int64?
        var messages: Int64
        var bytes: Int64
    }
}

/// A decision whose outcome has not been read yet.
struct WaitingCommand {
    let command: Int64
    let seq: Int64
    let event: Int64
    let mailbox: Int64?
    let time: Int64
    /// Counts the entries of this run, to find it among those that are not in the table yet; 0 for
    /// one of an earlier run.
    let number: Int
}
