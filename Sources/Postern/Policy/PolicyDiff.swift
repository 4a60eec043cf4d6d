// `postern policy diff`: what a new policy changes, for whom and where.
import ArgumentParser
import Glibc
import Policy

struct PolicyDiff: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Say what a new policy changes, for whom and where.",
        discussion: """
            Looks at every class of users, mailboxes and conditions that the two policies tell \
            apart, and shows one case of each that is treated differently. A name that no rule \
            knows stands for all such.
            """
    )

    @Argument(help: "The policy in force: a file, or a folder whose path ends with \"/\".")
    var old: String

    @Argument(help: "The policy that is to take its place.")
    var new: String

    @Flag(help: "Show only what becomes permitted, and exit with 1 when anything does.")
    var onlyWidening = false

    func run() throws {
        let before = try PolicySet.read(old)
        let after = try PolicySet.read(new)
        let found: [PolicyDifference]
        do throws(TooManyClasses) {
            found = try before.differences(to: after, near: UnixTime(time(nil)))
        } catch {
            complain(
                "the policies tell too many \(error.what) apart to compare them exactly"
            )
            throw ExitCode(2)
        }
        let shown = onlyWidening ? found.filter(\.isWidening) : found
        for difference in shown { print(difference.words) }
        if !onlyWidening && shown.isEmpty { print("no difference") }
        if onlyWidening && !shown.isEmpty { throw ExitCode.failure }
    }
}

extension PolicyDifference {
    fileprivate var words: String {
        let way = subject.way(at: time)
        let uses = specialUses.names.map { " (\\\($0.rawValue))" }.joined()
        return """
            \(isWidening ? "wider" : "narrower"): \(subject.words) in "\(mailbox)"\(uses)\
            \(way.isEmpty ? "" : ", \(way)")
                before: \(before.words)
                after:  \(after.words)
            """
    }
}
