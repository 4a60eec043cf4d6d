// `postern check`: says everything that is wrong with a configuration, before anything runs on it.
import ArgumentParser
import Configuration
import Glibc
import TLS

struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check a configuration, its policy and its certificates.",
        discussion: """
            Prints each error on a line of its own, FILE:LINE:COLUMN first, and exits with 1. \
            Warnings, such as of a certificate that has expired, let it exit with 0. It \
            reads every file that the configuration names: run it as the user that runs \
            "postern serve". What only this machine can tell, such as whether the users, the PAM \
            service and the audit folder exist, shows when "postern serve" starts.
            """
    )

    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config = "/etc/postern/postern.yaml"

    @Option(
        help: ArgumentHelp(
            "A policy file to check in place of the configuration's.",
            valueName: "file"
        )
    )
    var policy: String?

    func run() throws {
        do throws(ConfigurationErrors) {
            print(CheckSummary(try checked()).text)
        } catch {
            for error in error.errors { print(error) }
            throw ExitCode.failure
        }
    }

    private func checked() throws(ConfigurationErrors) -> Configuration {
        let configuration = try Configuration.load(
            path: config,
            policy: policy,
            reader: .disk,
            digest: Digest.sha256
        )
        let findings = CertificateFindings(configuration, at: Int64(time(nil)))
        guard findings.errors.isEmpty else { throw ConfigurationErrors(errors: findings.errors) }
        for warning in findings.warnings { warning.saidAsWarning() }
        return configuration
    }
}
