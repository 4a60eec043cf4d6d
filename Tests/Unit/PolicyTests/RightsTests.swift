// Letters and levels: what the policy file may say, and what the trail prints.
import Policy
import Testing

@Suite struct RightsTests {
    @Test(
        "reads letters in any order and prints them in RFC 4314's",
        arguments: [
            ("", ""), ("lr", "lr"), ("rl", "lr"), ("etxkpiwsrl", "lrswipkxte"), ("a", "a"),
            ("c", "kx"), ("d", "te"), ("llr", "lr"),
        ]
    )
    func readsLetters(_ written: String, _ printed: String) throws {
        #expect(try Rights(letters: written).letters == printed)
    }

    @Test(
        "refuses what is no right",
        arguments: [
            ("-l", RightsError.negative), ("l-r", .negative), ("z", .unknownLetter("z")),
            ("L", .unknownLetter("L")), ("l r", .unknownLetter(" ")), ("n", .unknownLetter("n")),
        ]
    )
    func refuses(_ written: String, _ error: RightsError) {
        #expect(throws: error) { try Rights(letters: written) }
    }

    @Test(
        "gives each level its letters",
        arguments: [
            ("deny", ""), ("list-only", "l"), ("read-only", "lr"), ("read-and-mark", "lrs"),
            ("drop-box", "li"), ("no-delete", "lrswik"), ("full", "lrswipkxte"),
        ]
    )
    func levels(_ name: String, _ letters: String) {
        #expect(Level(rawValue: name)?.rights.letters == letters)
    }
}
