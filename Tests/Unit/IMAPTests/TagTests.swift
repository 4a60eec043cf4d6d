// Tags and the table of verbs.
import IMAP
import Testing

@Suite struct TagTests {
    @Test("takes", arguments: ["a", "A001", "]x", "}", String(repeating: "z", count: 64)])
    func takes(text: String) {
        #expect(Tag(text)?.description == text)
    }

    @Test("refuses", arguments: ["", "A 1", "+", "a+", "*", "a\"", "(", "{", "\u{e9}", "a\u{7f}"])
    func refuses(text: String) {
        #expect(Tag(text) == nil)
    }

    @Test func knowsWhereEachVerbStands() {
        for verb in Verb.allCases where verb.standing.effect == .identity {
            #expect(verb.standing.validity == .notAuthenticated)
            #expect(verb.standing.pipelining == .alone)
        }
        #expect(Verb.noop.standing.validity == .any)
        #expect(Verb.fetch.standing.pipelining == .numbers)
        #expect(Verb.uidExpunge.name == "UID EXPUNGE")
    }
}
