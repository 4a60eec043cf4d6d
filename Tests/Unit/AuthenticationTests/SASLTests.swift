// What clients send after AUTHENTICATE, good and bad.
import Chance
import Authentication
import Bytes
import Testing

private func base64(_ text: String) -> [UInt8] {
    var buffer = Buffer()
    Base64.encode(Array(text.utf8).span, into: &buffer)
    return buffer.bytes
}

/// `user/password`, or the error.
private func plain(_ base64: [UInt8]) -> String {
    do throws(SASLError) {
        let (user, password) = try SASLPlain.decode(base64: base64.span)
        let text = password.withBytes { String(decoding: $0.array, as: UTF8.self) }
        return String(decoding: user, as: UTF8.self) + "/" + text
    } catch {
        return "\(error)"
    }
}

@Suite("SASL")
struct SASLTests {
    @Test(
        "PLAIN yields user and password",
        arguments: [
            ("\0ann\0secret", "ann/secret"),
            ("ann\0ann\0secret", "ann/secret"),
            ("ANN\0ann\0secret", "ann/secret"),
            ("\0Ann@Example.org\0p ä \"", "Ann@Example.org/p ä \""),
        ]
    )
    func plainIsRead(_ response: String, _ result: String) {
        #expect(plain(base64(response)) == result)
    }

    @Test(
        "PLAIN refuses what is malformed",
        arguments: [
            "", "ann", "\0ann", "ann\0secret", "\0\0secret", "\0ann\0", "\0\0", "\0ann\0sec\0ret",
            "\0ann\0secret\0", "\0\0\0",
        ]
    )
    func plainRefuses(_ response: String) {
        #expect(plain(base64(response)) == "malformed")
    }

    @Test(
        "PLAIN lets nobody act as somebody else",
        arguments: ["bob\0ann\0x", "*\0ann\0x", "ann*\0ann*\0x", "root\0ann\0x"]
    )
    func plainRefusesOthers(_ response: String) {
        #expect(plain(base64(response)) == "otherAuthorizationIdentity")
    }

    @Test(
        "refuses what is no Base64",
        arguments: ["AGFubgBzZWNyZXQ", "AGFubgBzZWNyZXR=", "AGFu bgBzZWNyZXQ=", "====", "*", "="]
    )
    func refusesBadBase64(_ text: String) {
        #expect(plain(Array(text.utf8)) == "malformed")
    }

    @Test("refuses a response longer than any real one")
    func refusesLongResponses() {
        let letter = Array(repeating: UInt8(ascii: "A"), count: 8 * 1024)
        #expect(plain(letter) == "malformed")
    }

    @Test("LOGIN yields a name, then a password")
    func loginIsRead() throws {
        let name = try SASLLogin.decodeUser(base64: base64("Ann").span)
        let password = try SASLLogin.decodePassword(base64: base64("secret").span)
        #expect(name == Array("Ann".utf8))
        #expect(password == Secret("secret"))
    }

    @Test("LOGIN refuses nothing and NUL", arguments: ["", "a\0b", "\0"])
    func loginRefuses(_ response: String) {
        #expect(throws: SASLError.malformed) {
            try SASLLogin.decodeUser(base64: base64(response).span)
        }
        #expect(throws: SASLError.malformed) {
            try SASLLogin.decodePassword(base64: base64(response).span)
        }
    }

    @Test("EXTERNAL accepts no name and the certificate's own", arguments: ["", "ann", "ANN"])
    func externalAccepts(_ response: String) throws {
        try SASLExternal.check(base64: base64(response).span, against: "ann")
    }

    @Test(
        "EXTERNAL refuses every other name",
        arguments: [("bob", SASLError.otherAuthorizationIdentity), ("an\0n", .malformed)]
    )
    func externalRefuses(_ response: String, _ error: SASLError) {
        #expect(throws: error) {
            try SASLExternal.check(base64: base64(response).span, against: "ann")
        }
    }

    @Test("survives any bytes", arguments: 0..<200)
    func survives(seed: UInt64) {
        var chance = Dice(seed: seed)
        for _ in 0..<50 {
            let bytes = chance.bytes(atMost: 120)
            _ = plain(bytes)
            _ = plain(base64(String(decoding: bytes, as: UTF8.self)))
        }
    }
}
