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
    private static let hour: Int64 = 3_600_000_000

    @Test(
        "moments are read as people write them",
        arguments: [
            ("now", now), ("2 h", now - 2 * hour), ("2h ago", now - 2 * hour),
            ("90 s", now - 90_000_000), ("5 min", now - 300_000_000), ("1 d", now - 24 * hour),
            ("1w", now - 168 * hour), ("today", now - 19 * hour / 2),
            ("yesterday", now - 67 * hour / 2), ("2026-03-01", now - 19 * hour / 2),
            ("2026-03-01T09:30", now), ("2026-03-01 09:30:00", now),
            ("2026-03-01T10:30:00+01:00", now), ("2026-03-01T09:30:00.000123Z", now + 123),
            ("2026-03-01T09:30:00.5", now + 500_000),
        ]
    )
    func read(_ text: String, _ microseconds: Int64) {
        #expect(TrailTime(text, now: Self.now)?.microseconds == microseconds)
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
