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
