// Which names a pattern covers, the spellings of somebody who wants to get around it among them.
import Glibc
import Policy
import Testing

@Suite struct PatternTests {
    struct Case: CustomStringConvertible, Sendable {
        var pattern: String
        var name: String
        var isCovered: Bool
        var description: String { "\(pattern) \(isCovered ? "covers" : "spares") \(name)" }

        init(_ pattern: String, _ name: String, _ isCovered: Bool) {
            self.pattern = pattern
            self.name = name
            self.isCovered = isCovered
        }
    }

    static let cases = [
        Case("Secret/**", "Secret", true), Case("Secret/**", "Secret/Plans", true),
        Case("Secret/**", "Secret/a/b/c", true), Case("Secret/**", "Secretary", false),
        Case("Secret/**", "secret", true), Case("Secret/**", "SECRET/Plans", true),
        Case("Secret/**", "My/Secret", false), Case("Secret", "Secret/Plans", false),
        Case("**/Secret", "Secret", true), Case("**/Secret", "a/b/Secret", true),
        Case("**/Secret", "a/Secret/b", false), Case("**/Secret/**", "a/Secret/b", true),
        Case("**", "INBOX", true), Case("**", "a/b/c", true), Case("*", "a", true),
        Case("*", "a/b", false), Case("a/*", "a", false), Case("a/*", "a/b", true),
        Case("a/*", "a/b/c", false), Case("a/*/c", "a/b/c", true), Case("a/**/c", "a/c", true),
        Case("a/**/c", "a/x/y/c", true), Case("a/**/c/**/d", "a/c/c/c/x/d", true),
        Case("a/**/b/c", "a/b/b/c", true), Case("a/**/b/c", "a/b/c/b", false),
        Case("20*", "2019", true), Case("20*", "1920", false), Case("*19", "2019", true),
        Case("*o*o*", "foo", true), Case("*o*o*o*", "foo", false), Case("a*a", "a", false),
        Case("a*a", "aa", true), Case("ab*ba", "aba", false),
        Case("Geheim-Übergabe", "geheim-übergabe", true), Case("Straße", "STRASSE", true),
        Case("Οδός", "ΟΔΌΣ", true), Case("Été/**", "ÉTÉ/x", true), Case("Ete", "Été", false),
        Case("INBOX", "INBOX", true), Case("INBOX/**", "INBOX/Drafts", true),
        Case("INBOX", "INBOX2", false), Case("Kelvin", "\u{212A}elvin", true),
        // An accent in front of a level is no part of the slash before it.
        Case("a/\u{301}b/**", "a/\u{301}b/c", true), Case("a/*/c", "a/\u{301}b/c", true),
    ]

    @Test("covers what it says and no more", arguments: cases)
    func covers(_ example: Case) throws {
        let set = policy([try rule("r", [example.pattern], limit: .none)])
        #expect(set.letters("ann", example.name).isEmpty == example.isCovered)
    }

    @Test(
        "refuses what no canonical name can match",
        arguments: [
            ("", PatternError.empty), ("/a", .emptyLevel), ("a/", .emptyLevel),
            ("a//b", .emptyLevel), ("a//\u{5AC}b", .emptyLevel),
            ("\\\u{5AC}a", .reservedStart("\\")), ("a/../b", .dotLevel), (".", .dotLevel),
            ("a%", .percent),
            ("a**", .partialDoubleStar("a**")), ("a/***", .partialDoubleStar("***")),
            ("a\u{0}b", .unprintable(0)), ("a\u{202E}b", .unprintable(0x202E)),
            ("a\r\nb", .unprintable(0x0D)), ("/ann", .emptyLevel),
            ("\\Sent", .reservedStart("\\")),
            ("Inbox", .inbox("Inbox")), ("inbox/x", .inbox("inbox")),
            (String(repeating: "a", count: 1001), .tooLong),
        ]
    )
    func refuses(_ text: String, _ error: PatternError) {
        #expect(throws: error) { try Pattern(text) }
    }

    @Test("decides at once on the names and patterns that make matchers backtrack")
    func isBounded() throws {
        let stars = String(repeating: "a*", count: 400) + "b"
        let levels = Array(repeating: "**/a", count: 190).joined(separator: "/") + "/b"
        let set = policy([
            try rule("stars", [stars], limit: .none), try rule("levels", [levels], limit: .none),
        ])
        let began = Self.ownTime
        #expect(set.letters("ann", String(repeating: "a", count: 1000)) == "lrswipkxte")
        let deep = Array(repeating: "a", count: 500).joined(separator: "/")
        #expect(set.letters("ann", deep) == "lrswipkxte")
        // Trying all ways would take longer than anybody waits.
        #expect(Self.ownTime - began < .seconds(2))
    }

    /// What this thread had of the processors, whatever else runs on them.
    private static var ownTime: Duration {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
