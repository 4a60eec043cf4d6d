// Tags: what may be one.
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
}
