// Results of cases in the XML that continuous integration reads.
import Configuration
import Policy

struct JUnitReport {
    let xml: String

    init(_ runs: [(path: String, run: CaseRun)], requiresCoverage: Bool) {
        let suites = runs.map { Self.suite($0.path, $0.run, requiresCoverage) }
        xml =
            (["<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<testsuites>"] + suites
            + ["</testsuites>"])
            .joined(separator: "\n") + "\n"
    }

    private static func suite(_ path: String, _ run: CaseRun, _ requiresCoverage: Bool) -> String {
        var tests = run.results.map { test($0, in: path) }
        var failures = run.failed.count
        if requiresCoverage {
            let missing = run.rulesWithoutCase
            if !missing.isEmpty { failures += 1 }
            tests.append(coverage(of: path, missing))
        }
        let head = element(
            "testsuite",
            [("name", path), ("tests", "\(tests.count)"), ("failures", "\(failures)")]
        )
        return ([head] + tests + ["</testsuite>"]).joined(separator: "\n")
    }

    private static func test(_ result: CaseResult, in path: String) -> String {
        let position = result.example.position
        let head = element(
            "testcase",
            [
                ("classname", path), ("name", result.example.name), ("file", position.file),
                ("line", "\(position.line)"),
            ]
        )
        return head + failure(result.complaints) + "</testcase>"
    }

    private static func coverage(of path: String, _ missing: [Rule]) -> String {
        let head = element("testcase", [("classname", path), ("name", "every rule has a case")])
        return head + failure(missing.map { "\($0.position): rule \($0.id) has no case" })
            + "</testcase>"
    }

    private static func failure(_ complaints: [String]) -> String {
        guard let first = complaints.first else { return "" }
        let text = escaped(complaints.joined(separator: "\n"))
        return element("failure", [("message", first)]) + text + "</failure>"
    }

    private static func element(_ name: String, _ attributes: [(String, String)]) -> String {
        "<\(name)" + attributes.map { " \($0)=\"\(escaped($1))\"" }.joined() + ">"
    }

    /// XML 1.0 has no way to write most control characters: they become spaces.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\n": escaped += "&#10;"
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF:
                escaped += " "
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
