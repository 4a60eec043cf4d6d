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
            has to do with. Exits with 1 when a case fails or something can't be read.
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
        let suites = try paths.flatMap(CaseSuite.at)
        for suite in suites {
            // What can't be read is said, and the others are played all the same.
            guard let policy = try? PolicySet.read(suite.policy),
                let cases = try? suite.cases.flatMap(PolicyCase.read)
            else { continue }
            let run = CaseRun(cases, of: policy, like: base)
            print(run.words(suite.policy))
            runs.append((suite.policy, run))
        }
        if let junit {
            let report = JUnitReport(runs, requiresCoverage: requireCoverage)
            try report.xml.write(toFile: junit, atomically: true, encoding: .utf8)
        }
        let isGood = runs.allSatisfy { $0.run.isGood(requiringCoverage: requireCoverage) }
        if !isGood || runs.count < suites.count { throw ExitCode.failure }
    }
}

extension PolicyCase {
    /// Reads a file of cases; what is wrong is printed.
    fileprivate static func read(_ path: String) throws -> [PolicyCase] {
        do throws(ConfigurationErrors) {
            return try load(path: path, reader: .disk)
        } catch {
            throw error.said()
        }
    }
}

extension CaseRun {
    func isGood(requiringCoverage: Bool) -> Bool {
        failed.isEmpty && (!requiringCoverage || rulesWithoutCase.isEmpty)
    }

    fileprivate func words(_ path: String) -> String {
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
