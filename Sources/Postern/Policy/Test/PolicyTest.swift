// `postern policy test`: whether a policy does what the cases beside it say.
import ArgumentParser
import Configuration
import Foundation
import Policy
import Proxy

struct PolicyTest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Play the cases beside a policy.",
        discussion: """
            Each case is a command that somebody gives in a session of its own; the gateway's own \
            code judges it. Prints what came otherwise than expected, and which rules no case \
            has to do with. Exits with 1 when a case fails.
            """
    )

    @Argument(
        help: """
            Policy files, with their cases beside them as NAME.cases.yaml; or folders: in each \
            that holds cases all policy files are one policy.
            """
    )
    var paths: [String]

    @Option(
        help: ArgumentHelp(
            "Judge as this configuration says: refusals, permissions, names of mailboxes.",
            valueName: "file"
        )
    )
    var config: String?

    @Option(help: ArgumentHelp("Write the results in JUnit's form.", valueName: "file"))
    var junit: String?

    @Flag(help: "Let a rule that no case has to do with count as a failure.")
    var requireCoverage = false

    func run() throws {
        let base = try config.map { try Configuration.read($0).settings }
        var runs: [(path: String, run: CaseRun)] = []
        for suite in try paths.flatMap(CaseSuite.at) {
            let policy = try PolicySet.read(suite.policy)
            let cases = try suite.cases.flatMap(PolicyCase.read)
            let run = CaseRun(cases, of: policy, like: base)
            print(run.words(suite.policy, requiresCoverage: requireCoverage))
            runs.append((suite.policy, run))
        }
        if let junit {
            let report = JUnitReport(runs, requiresCoverage: requireCoverage)
            try report.xml.write(toFile: junit, atomically: true, encoding: .utf8)
        }
        let isGood = runs.allSatisfy { $0.run.isGood(requiringCoverage: requireCoverage) }
        if !isGood { throw ExitCode.failure }
    }
}

extension PolicyCase {
    /// Reads a file of cases; what is wrong is printed.
    fileprivate static func read(_ path: String) throws -> [PolicyCase] {
        do throws(ConfigurationErrors) {
            return try load(path: path, reader: .disk)
        } catch {
            throw Diagnostics.failure(error)
        }
    }
}

extension CaseRun {
    func isGood(requiringCoverage: Bool) -> Bool {
        failed.isEmpty && (!requiringCoverage || rulesWithoutCase.isEmpty)
    }

    fileprivate func words(_ path: String, requiresCoverage: Bool) -> String {
        let count = results.count == 1 ? "1 case" : "\(results.count) cases"
        let outcome = failed.isEmpty ? "as expected" : "\(failed.count) of them failed"
        var lines = ["\(path): \(count), \(outcome)"]
        for result in failed {
            lines.append("  \(result.example.position): \(result.example.name)")
            lines += result.complaints.map { "    " + $0 }
        }
        lines += rulesWithoutCase.map { "  \($0.position): no case has to do with rule \($0.id)" }
        return lines.joined(separator: "\n")
    }
}
