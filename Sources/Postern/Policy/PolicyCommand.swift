// `postern policy`: what a policy means, said before and after it is in force.
import ArgumentParser
import Configuration
import Glibc
import Policy
import TLS

struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Check, explain, test and compare policies.",
        subcommands: [PolicyCheck.self, PolicyDiff.self, PolicyReport.self]
    )
}

extension PolicySet {
    /// Reads a policy file, or the folder at a path that ends with "/"; what is wrong is printed.
    static func read(_ path: String) throws -> PolicySet {
        do throws(ConfigurationErrors) {
            return try load(
                path: path,
                reader: .disk,
                warn: { Diagnostics.say("\($0.position): warning: \($0.message)") },
                digest: Digest.sha256
            )
        } catch {
            for error in error.errors { Diagnostics.say("\(error)") }
            throw ExitCode.failure
        }
    }
}

/// What is said beside the result, on standard error.
enum Diagnostics {
    static func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}

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
                    Diagnostics.say("\(warning.position): warning: \(warning.message)")
                },
                digest: Digest.sha256
            )
            print("\(policy.rules.count) rules, revision \(policy.revision)")
        } catch {
            for error in error.errors { Diagnostics.say("\(error)") }
            throw ExitCode.failure
        }
        if strict && warnings > 0 { throw ExitCode.failure }
    }
}
