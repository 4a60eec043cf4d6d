// `postern policy`: what a policy means, said before and after it is in force.
import ArgumentParser
import Configuration
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
                warn: { $0.saidAsWarning() },
                digest: Digest.sha256
            )
        } catch {
            throw error.said()
        }
    }
}

extension Configuration {
    /// Reads a configuration with all that it names; what is wrong is printed.
    static func read(_ path: String) throws -> Configuration {
        do throws(ConfigurationErrors) {
            return try load(path: path, reader: .disk, digest: Digest.sha256)
        } catch {
            throw error.said()
        }
    }
}

extension ConfigurationErrors {
    /// Says all that is wrong; returns how to end.
    func said() -> ExitCode {
        errors.forEach { complain("\($0)") }
        return .failure
    }
}

extension ConfigurationError {
    /// Says what is no error, and yet hardly what was meant.
    func saidAsWarning() { complain("\(position): warning: \(message)") }
}
