// `postern policy check`: whether a policy is one, and what in it is hardly meant.
import ArgumentParser
import Configuration
import Policy
import TLS

struct PolicyCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a policy alone.",
        discussion: """
            Prints errors and warnings to standard error, FILE:LINE:COLUMN first, and exits with 1 \
            when there is an error, or with --strict a warning.
            """
    )

    @Argument(help: "A policy file, or a folder of them: its path ends with \"/\".")
    var path: String

    @Flag(help: "Let warnings count as errors.")
    var strict = false

    func run() throws {
        var warnings = 0
        do throws(ConfigurationErrors) {
            let policy = try PolicySet.load(
                path: path,
                reader: .disk,
                warn: { warning in
                    warnings += 1
                    warning.saidAsWarning()
                },
                digest: Digest.sha256
            )
            print("\(policy.rules.count) rules, revision \(policy.revision)")
        } catch {
            throw error.said()
        }
        if strict && warnings > 0 { throw ExitCode.failure }
    }
}
