// The options by which an auditor says what he looks for, and where.
import ArgumentParser
import Audit
import Glibc
import Policy
import TrailIndex

/// The trail and its index.
struct TrailOptions: ParsableArguments {
    @Option(help: "The folder of the trail.")
    var trail: String

    @Option(
        help: ArgumentHelp(
            "The file of the index; without this option one below your cache folder.",
            valueName: "file"
        )
    )
    var index: String?

    /// The trail, its index up to date; that it is read stands in it first.
    ///
    /// What is revealed goes into no file: its index lives and ends with this process.
    func open(
        anew: Bool = false,
        revealing options: RevealOptions? = nil
    ) throws(TrailError) -> IndexedTrail {
        let reveal = try options?.reveal(of: trail)
        try announceCommand(at: trail)
        if let reveal { return try IndexedTrail(trail, revealing: reveal) }
        let path = if let index { index } else { try IndexPlace.usual(of: trail) }
        return try IndexedTrail(trail, index: path, anew: anew)
    }
}

/// What is looked for.
struct SearchOptions: ParsableArguments {
    @Option(help: "A user; \"*\" stands for anything, as in \"*@example.org\". May be repeated.")
    var user: [String] = []

    @Option(
        help: """
            A mailbox, first or second of a command; as in policies, "*" stands for anything \
            within a level and "**" for any levels. May be repeated.
            """
    )
    var mailbox: [MailboxOption] = []

    @Option(help: "An event, such as msg.fetch or \"auth.*\". May be repeated.")
    var event: [String] = []

    @Option(
        name: [.long, .customLong("decision")],
        help: "allow, rewrite, local, deny, bad, disconnect, would-deny or would-rewrite."
    )
    var verdict: [String] = []

    @Option(help: "OK, NO, BAD or aborted. May be repeated.")
    var result: [String] = []

    @Option(help: "The id of a rule that took something away. May be repeated.")
    var rule: [String] = []

    @Option(
        help: ArgumentHelp(
            "The client's address, or a network such as 192.0.2.0/24. May be repeated.",
            valueName: "network"
        )
    )
    var address: [AddressOption] = []

    @Option(help: "A session: 16 hexadecimal digits.")
    var session: String?

    @Option(help: "A message that answers told of, or that was asked for and refused.")
    var uid: UInt32?

    @OptionGroup var window: TimeWindow

    var search: Search {
        var search = Search()
        search.users = user
        search.mailboxes = mailbox.map(\.pattern)
        search.events = event
        search.verdicts = verdict
        search.results = result
        search.rules = rule
        search.networks = address.map(\.network)
        search.session = session
        search.uid = uid
        search.since = window.since?.microseconds
        search.until = window.until?.microseconds
        return search
    }
}

struct MailboxOption: ExpressibleByArgument {
    let pattern: Pattern

    init?(argument: String) {
        guard let pattern = try? Pattern(argument) else { return nil }
        self.pattern = pattern
    }
}

struct AddressOption: ExpressibleByArgument {
    let network: Network

    init?(argument: String) {
        guard let network = try? Network(argument) else { return nil }
        self.network = network
    }
}
