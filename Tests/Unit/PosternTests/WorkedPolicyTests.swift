// The worked policies do what their cases say, and the cases leave no rule out.
import Configuration
import Foundation
import Policy
import Testing

@testable import Postern

@Suite struct WorkedPolicyTests {
    private static let folder =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../Policies").standardizedFileURL.path + "/"

    static let names = [
        "contractors", "department-secrecy", "journal-drop-box", "legal-hold", "migration-freeze",
        "read-only-archive", "shared-mailbox",
    ]

    @Test("does what its cases say, and each rule has a part in one", arguments: names)
    func cases(_ name: String) throws {
        let suite = try #require(try CaseSuite.at(Self.folder + name).first)
        let cases = try suite.cases.flatMap {
            try PolicyCase.load(path: $0, reader: .disk)
        }
        let run = CaseRun(cases, of: try PolicySet.read(suite.policy))
        let failed = run.failed.map {
            "\($0.example.position): \($0.example.name): \($0.complaints)"
        }
        #expect(failed == [])
        #expect(run.rulesWithoutCase.map(\.id) == [])
    }

    @Test("all worked policies are among the tested")
    func completeness() throws {
        let tested = try CaseSuite.at(Self.folder).map(\.policy)
        let expected = Self.names.map { Self.folder + $0 + "/" }
        #expect(tested.filter { $0 != Self.folder } == expected)
    }
}
