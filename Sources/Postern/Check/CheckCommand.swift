// `postern check`: says everything that is wrong with a configuration, before anything runs on it.
import ArgumentParser
import Configuration
import Glibc
import Policy
import TLS

struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check a configuration and its policy.",
        discussion: """
            Prints one line for each error, as FILE:LINE:COLUMN: what is wrong, and exits with 1. \
            Reads every file that the configuration names, so run it as the user that runs \
            "postern serve".
            """
    )

    @Option(help: "The configuration file.")
    var config = "/etc/postern/postern.yaml"

    @Option(help: "A policy file to check in place of the configuration's.")
    var policy: String?

    func run() throws {
        do {
            let configuration = try Configuration.load(
                path: config,
                policy: policy,
                reader: .disk(),
                digest: SHA256.hexadecimal
            )
            print(Summary(configuration).text)
        } catch let found as ConfigurationErrors {
            for error in found.errors { print(error) }
            throw ExitCode(1)
        }
    }
}

/// What a good configuration amounts to, in a few lines.
private struct Summary {
    let text: String

    init(_ configuration: Configuration) {
        let doors = configuration.listeners.map { listener in
            "\(listener.name) at " + listener.addresses.map(\.description).joined(separator: ", ")
        }
        let backends = configuration.backends.map { backend in
            "\(backend.settings.name) at "
                + backend.addresses.map(\.description).joined(separator: ", ")
        }
        text = """
            listeners: \(doors.joined(separator: "; "))
            backends: \(backends.joined(separator: "; ")), chosen by \(configuration.routes.count) routes
            policy: \(configuration.policy.rules.count) rules, revision \(configuration.policy.revision)
            the configuration is good
            """
    }
}
