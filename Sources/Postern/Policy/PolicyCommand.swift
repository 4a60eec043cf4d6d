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
        subcommands: [
            PolicyCheck.self, PolicyExplain.self, PolicyTest.self, PolicyDiff.self,
            PolicyReplay.self, PolicyReport.self,
        ]
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
            throw Diagnostics.failure(error)
        }
    }
}

extension Configuration {
    /// Reads a configuration with all that it names; what is wrong is printed.
    static func read(_ path: String) throws -> Configuration {
        do throws(ConfigurationErrors) {
            return try load(path: path, reader: .disk, digest: Digest.sha256)
        } catch {
            throw Diagnostics.failure(error)
        }
    }
}

/// What is said beside the result, on standard error.
enum Diagnostics {
    /// Says all that is wrong.
    static func failure(_ errors: ConfigurationErrors) -> ExitCode {
        for error in errors.errors { say("\(error)") }
        return .failure
    }

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
            throw Diagnostics.failure(error)
        }
        if strict && warnings > 0 { throw ExitCode.failure }
    }
}
