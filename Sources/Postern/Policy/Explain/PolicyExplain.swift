// `postern policy explain`: what one user may do with one mailbox, and which rules took the rest.
import ArgumentParser
import Configuration
import Policy
import Proxy

struct PolicyExplain: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say what a user may do with a mailbox, and why no more.",
        discussion: """
            Shows the rights that remain, each rule that took some with its place, and for every \
            command what a client is answered. Commands are tried out in a session of the \
            gateway's own code; behind it stands a mail server that agrees to everything. \
            Commands that need a selected mailbox are given with MAILBOX selected.
            """
    )

    @Argument(help: "The user's name, as it is after the login.")
    var user: String

    @Argument(help: "A mailbox, with \"/\" between levels.")
    var mailbox: String

    @Argument(
        help: "Commands as in IMAP, without a tag, each in quotes; without any the usual ones."
    )
    var commands: [String] = []

    @OptionGroup var source: PolicySource
    @OptionGroup var way: WayOptions

    func run() throws {
        let (policy, base) = try source.load()
        var circumstances = try way.circumstances(of: user, under: policy)
        circumstances.mailboxes[mailbox] = try way.specialUses()
        let explanation = try Explanation(
            of: mailbox,
            commands.isEmpty ? UsualCommands.on(mailbox) : commands,
            in: circumstances,
            under: policy,
            like: base
        )
        print(explanation.text)
    }
}

/// Which policy is meant, and what else decides.
struct PolicySource: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A policy file, or a folder whose path ends with \"/\"; else the configuration's.",
            valueName: "path"
        )
    )
    var policy: String?

    @Option(
        help: ArgumentHelp(
            """
            Judge as this configuration says: refusals, permissions, names of mailboxes, routes; \
            without --policy /etc/postern/postern.yaml.
            """,
            valueName: "file"
        )
    )
    var config: String?

    func load() throws -> (policy: PolicySet, base: Settings?) {
        guard let policy else {
            let configuration = try Configuration.read(config ?? "/etc/postern/postern.yaml")
            return (configuration.policy, configuration.settings)
        }
        return (try PolicySet.read(policy), try config.map { try Configuration.read($0).settings })
    }
}
