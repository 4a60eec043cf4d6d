// Strangers' text on a terminal, in a spreadsheet and in a web page.
import Testing

@testable import Postern

@Suite struct HarmlessTextTests {
    @Test(
        "what is not plainly visible is written out",
        arguments: [
            ("INBOX", "INBOX"), ("Entw\u{FC}rfe", "Entw\u{FC}rfe"), (#"(\Seen)"#, #"(\Seen)"#),
            ("a\u{1B}[2J", #"a\u{1B}[2J"#), ("a\nb\r\tc", #"a\u{A}b\u{D}\u{9}c"#),
            ("\u{202E}fdp", #"\u{202E}fdp"#), ("a\u{200B}b\u{FEFF}", #"a\u{200B}b\u{FEFF}"#),
            ("\u{85}\u{9B}31m", #"\u{85}\u{9B}31m"#), ("\u{2028}", #"\u{2028}"#),
            ("a\u{A0}b", #"a\u{A0}b"#), ("\u{E000}", #"\u{E000}"#), ("\u{E0041}", #"\u{E0041}"#),
        ]
    )
    func harmless(_ text: String, _ shown: String) {
        #expect(text.harmless == shown)
    }

    @Test(
        "a field of CSV is no formula and ends where it should",
        arguments: [
            ("a", "\"a\""), ("a\"b", "\"a\"\"b\""), ("=1+1", "\"'=1+1\""), ("+1", "\"'+1\""),
            ("-1", "\"'-1\""), ("@SUM(A1)", "\"'@SUM(A1)\""), ("\t=1", "\"\\u{9}=1\""),
            ("a\"\u{301},b", "\"a\"\"\u{301},b\""), ("=\u{301}1", "\"'=\u{301}1\""), ("", "\"\""),
        ]
    )
    func csv(_ text: String, _ field: String) {
        #expect(Array(text.csv.unicodeScalars) == Array(field.unicodeScalars))
    }

    @Test(
        "nothing in HTML is an element, or leaves its attribute",
        arguments: [
            ("<b>&\"'", "&lt;b&gt;&amp;&quot;&#39;"), ("<\u{338}b", "&lt;\u{338}b"),
            ("\"\u{301}onload=", "&quot;\u{301}onload="),
        ]
    )
    func html(_ text: String, _ escaped: String) {
        #expect(Array(text.html.unicodeScalars) == Array(escaped.unicodeScalars))
    }
}

@Suite struct TrailTimeTests {
    /// 2026-03-01T09:30:00Z.
    private static let now: Int64 = 1_772_357_400_000_000

    /// What is read, and how many seconds before that it is.
    private static let moments: [(String, Double)] = [
        ("now", 0), ("2 h", 7200), ("2h ago", 7200), ("90 s", 90), ("5 min", 300),
        ("1 d", 86_400), ("1w", 604_800), ("today", 34_200), ("yesterday", 120_600),
        ("2026-03-01", 34_200), ("2026-03-01T09:30", 0), ("2026-03-01 09:30:00", 0),
        ("2026-03-01T10:30:00+01:00", 0), ("2026-03-01T09:29:59.5Z", 0.5),
        ("2026-03-01T09:29:59.75", 0.25), ("2026-03-01T09:29", 60),
    ]

    @Test("moments are read as people write them", arguments: moments)
    func read(_ text: String, _ before: Double) {
        let expected = Self.now - Int64(before * 1_000_000)
        #expect(TrailTime(text, now: Self.now)?.microseconds == expected)
    }

    @Test(
        "what is no moment is none",
        arguments: [
            "", "h", "2 y", "-2 h", "9999999 h", "tomorrow", "2026-02-30", "2026-03-01T",
            "2026-03-01.5", "2026-03-01T09:30:00.Z", "2026-03-01T25:00", "12:00",
        ]
    )
    func refused(_ text: String) {
        #expect(TrailTime(text, now: Self.now) == nil)
    }
}
