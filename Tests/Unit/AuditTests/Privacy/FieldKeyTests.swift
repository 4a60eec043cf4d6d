// Keys as they lie on disk, how long they last, and what an administrator may ask for.
import Audit
import Bytes
import Testing

@Suite("A key's file")
struct FieldKeyTests {
    @Test(
        "is read as it was written",
        arguments: [FieldKey.Subject(user: "ann@example.org"), .common, .pseudonyms]
    )
    func roundTrip(subject: FieldKey.Subject) throws {
        let key = try #require(FieldKey(for: subject, in: "2026-03"))
        let read = try #require(FieldKey(text: key.text))
        #expect(read.id == key.id)
        #expect(read.period == "2026-03")
        #expect(read.subject == subject)
        #expect(read.secret == key.secret)
    }

    @Test("counts only as a whole")
    func cut() throws {
        let key = try #require(FieldKey(for: FieldKey.Subject(user: "ann"), in: "2026-03"))
        let bytes = key.text.withBytes { text in text.indices.map { text[$0] } }
        for end in bytes.indices {
            #expect(FieldKey(text: Secret(bytes.span.extracting(..<end))) == nil)
        }
        #expect(FieldKey(text: Secret((bytes + [10]).span)) == nil)
    }

    @Test("names its subject as records do")
    func escaped() {
        #expect(FieldKey.Subject(user: "a\"b") == .person(Array("a\\u0022b".utf8)))
    }
}

@Suite("A period")
struct KeyPeriodTests {
    /// 2026-03-01T10:00:00Z.
    private let moment: UInt64 = 1_772_359_200_000_000

    @Test("is a day, a month or a year in UTC")
    func names() {
        #expect(KeyPeriod.day.name(at: moment) == "2026-03-01")
        #expect(KeyPeriod.month.name(at: moment) == "2026-03")
        #expect(KeyPeriod.year.name(at: moment) == "2026")
        #expect(KeyPeriod.month.name(at: moment - 10 * 3_600_000_000 - 1) == "2026-02")
    }

    @Test("has a folder's name")
    func folders() {
        for name in ["2026", "2026-03", "2026-03-01"] { #expect(KeyPeriod.isName(name)) }
        for name in ["", "..", "2026-3", "2026/03", "2026-03-0x", "20260301"] {
            #expect(!KeyPeriod.isName(name))
        }
    }
}

@Suite("Rules of privacy")
struct PrivacyRulesTests {
    @Test("are told in words and read from them")
    func words() {
        var rules = PrivacyRules()
        #expect(rules.keepsEverything)
        rules[.people] = .encrypt
        rules[.words] = .drop
        #expect(rules.words == "people=encrypt words=drop")
        #expect(PrivacyRules(rules.words) == rules)
        #expect(!rules.keepsEverything)
        for words in ["people", "people=", "people=burn", "names=keep", "people=keep=keep"] {
            #expect(PrivacyRules(words) == nil)
        }
    }
}
