// The documentation's tables of commands are those in the code.
import Foundation
import IMAP
import Testing

@Suite struct CommandDocumentTests {
    private let file = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Deploy/commands.md")

    @Test func saysWhatTheCodeSays() throws {
        if ProcessInfo.processInfo.environment["POSTERN_WRITE_DOCUMENTS"] != nil {
            try CommandDocument.text.write(to: file, atomically: true, encoding: .utf8)
        }
        let written = try String(contentsOf: file, encoding: .utf8)
        let isCurrent = written == CommandDocument.text
        #expect(isCurrent, "run POSTERN_WRITE_DOCUMENTS=1 swift test --filter CommandDocumentTests")
    }

    @Test func namesEveryVerbOnce() {
        let taken = Set(Verb.allCases.map(\.name))
        let refused = RefusedVerb.allCases.map { "\($0.spelling)" }
        #expect(taken.isDisjoint(with: refused))
        #expect(Set(refused).count == refused.count)
    }
}
