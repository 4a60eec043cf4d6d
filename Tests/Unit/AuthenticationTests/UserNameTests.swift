// Which spellings are user names, and which are tricks.
import Authentication
import Testing

@Suite("A user name")
struct UserNameTests {
    @Test(
        "is kept, in lower case",
        arguments: [
            ("ann", "ann"), ("Ann.B-c_9", "ann.b-c_9"), ("ANN@Example.ORG", "ann@example.org"),
            ("_x", "_x"), ("0", "0"),
        ]
    )
    func isKept(_ spelling: String, _ canonical: String) {
        #expect(UserName.canonical(Array(spelling.utf8)) == canonical)
    }

    @Test(
        "is refused",
        arguments: [
            "", "ann*master", "dom/ann/box", "ann+folder", "ann%dom", "ann!x", "a b", "a\tb",
            "a\nb",
            "a\rb", "a\0b", "a\u{7F}", "a\\b", "a:b", "a,b", "a\"b", "a'b", "a(b", "a)b", "a{b",
            "a}b", "a&b", "a=b", "$a", "a@b@c", "@", "@b", "a@", "-a", ".a", "a@-b", "a@.b",
            "ännchen", "ann\u{200B}", "anonymous", "ANYONE", "a;b", "a|b", "a`b", "a<b",
        ]
    )
    func isRefused(_ spelling: String) {
        #expect(UserName.canonical(Array(spelling.utf8)) == nil)
    }

    @Test("has 255 octets at most")
    func isBounded() {
        let letter = UInt8(ascii: "a")
        #expect(UserName.canonical(Array(repeating: letter, count: 255)) != nil)
        #expect(UserName.canonical(Array(repeating: letter, count: 256)) == nil)
    }

    @Test("consists of the listed octets only")
    func allowsFewOctets() {
        let allowed = (UInt8.min...UInt8.max).filter { octet in
            UserName.canonical([UInt8(ascii: "a"), octet, UInt8(ascii: "a")]) != nil
        }
        let letters = "-.0123456789@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
        #expect(allowed == Array(letters.utf8))
    }

    @Test("stays what it is when it is made canonical twice")
    func isStable() {
        for spelling in ["Ann", "a@B.c", "X_1"] {
            let once = UserName.canonical(Array(spelling.utf8))
            #expect(once.flatMap { UserName.canonical(Array($0.utf8)) } == once)
        }
    }
}
