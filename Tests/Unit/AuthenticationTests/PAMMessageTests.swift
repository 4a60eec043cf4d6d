// Questions and answers on their way through a socket, whole and broken.
import Chance
import Authentication
import Bytes
import Testing

private func packet(
    user: String = "ann",
    password: String = "secret",
    host: String = "192.0.2.1",
    id: UInt32 = 0x0102_0304
) -> [UInt8]? {
    let credentials = Credentials(user: user, password: Secret(password), host: host)
    var buffer = Buffer()
    let isSendable = PAMQuestion(id: id, .login(credentials)).encode(into: &buffer)
    return isSendable ? buffer.bytes : nil
}

private func groupsPacket(of user: String) -> [UInt8]? {
    var buffer = Buffer()
    return PAMQuestion(id: 9, .groups(of: user)).encode(into: &buffer) ? buffer.bytes : nil
}

private func reply(_ groups: Set<String>) -> [UInt8]? {
    var buffer = Buffer()
    return PAMReply(id: 9, .groups(groups)).encode(into: &buffer) ? buffer.bytes : nil
}

@Suite("A PAM message")
struct PAMMessageTests {
    @Test("comes out as it went in", arguments: ["", "192.0.2.1", "2001:db8::1"])
    func roundTrip(host: String) throws {
        let bytes = try #require(packet(password: " ä\n", host: host, id: .max))
        let question = PAMQuestion(bytes.span)
        #expect(question?.id == .max)
        #expect(
            question?.request
                == .login(Credentials(user: "ann", password: Secret(" ä\n"), host: host))
        )
    }

    @Test("has the documented form")
    func form() {
        #expect(
            packet(user: "a", password: "b", host: "c")
                == [1, 2, 3, 4, 0, 0, 1, 97, 0, 1, 98, 0, 1, 99]
        )
        var buffer = Buffer()
        #expect(PAMReply(id: 7, answer: .expired).encode(into: &buffer) == true)
        #expect(buffer.bytes == [0, 0, 0, 7, 2])
        #expect(groupsPacket(of: "a") == [0, 0, 0, 9, 1, 0, 1, 97])
        #expect(reply(["b", "a c"]) == [0, 0, 0, 9, 16, 0, 2, 0, 3, 97, 32, 99, 0, 1, 98])
        #expect(reply([]) == [0, 0, 0, 9, 16, 0, 0])
    }

    @Test(
        "is not made of what PAM must not see",
        arguments: [
            ("", "x", ""), ("Ann", "x", ""), ("a b", "x", ""), ("ann", "", ""), ("ann", "a\0b", ""),
            ("ann", String(repeating: "x", count: 513), ""), ("ann", "x", "a b"),
            ("ann", "x", String(repeating: "1", count: 65)),
        ]
    )
    func isNotSent(user: String, password: String, host: String) {
        #expect(packet(user: user, password: password, host: host) == nil)
    }

    @Test("is refused when cut anywhere or followed by anything")
    func isRefusedInParts() throws {
        let bytes = try #require(packet())
        for cut in bytes.indices { #expect(PAMQuestion(bytes.span.extracting(..<cut)) == nil) }
        #expect(PAMQuestion((bytes + [0]).span) == nil)
        for cut in 0..<5 { #expect(PAMReply([UInt8](repeating: 0, count: cut).span) == nil) }
        #expect(PAMReply([0, 0, 0, 1, 0, 0].span) == nil)
    }

    @Test("carries as many groups as fit, and no others")
    func groups() throws {
        let most = Set((1...PAMReply.groupsMax).map { "group \($0)" })
        let bytes = try #require(reply(most))
        #expect(PAMReply(bytes.span) == PAMReply(id: 9, .groups(most)))
        #expect(reply(most.union(["one more"])) == nil)
        let long = String(repeating: "x", count: PAMReply.groupBytesMax)
        #expect(reply([long]) != nil)
        for name in [long + "x", "", "a\nb", "é"] { #expect(reply([name]) == nil) }
        #expect(reply(Set((100...400).map { "\($0)" + long.dropFirst(3) })) == nil)
        #expect(groupsPacket(of: "Ann") == nil)
        let asked = try #require(groupsPacket(of: "ann"))
        #expect(PAMQuestion(asked.span) == PAMQuestion(id: 9, .groups(of: "ann")))
        for cut in asked.indices { #expect(PAMQuestion(asked.span.extracting(..<cut)) == nil) }
        let told = try #require(reply(["ab", "c"]))
        for cut in told.indices { #expect(PAMReply(told.span.extracting(..<cut)) == nil) }
        #expect(PAMReply((told + [0]).span) == nil)
        // A name that stands twice.
        #expect(PAMReply([0, 0, 0, 9, 16, 0, 2, 0, 1, 97, 0, 1, 97].span) == nil)
    }

    @Test("knows five answers")
    func knowsFiveAnswers() {
        let known = (UInt8.min...UInt8.max).filter { PAMReply([0, 0, 0, 1, $0].span) != nil }
        #expect(known == [0, 1, 2, 3, 4])
    }

    @Test("with any byte changed is refused or a question that can be sent", arguments: 0..<200)
    func survives(seed: UInt64) throws {
        var chance = Dice(seed: seed)
        var bytes = try #require(packet())
        for _ in 0..<Int.random(in: 1...4, using: &chance) {
            let index = Int.random(in: bytes.indices, using: &chance)
            bytes[index] = UInt8.random(in: .min ... .max, using: &chance)
        }
        if let question = PAMQuestion(bytes.span) {
            var again = Buffer()
            #expect(question.encode(into: &again) == true)
            #expect(again.bytes == bytes)
        }
        var answer = try #require(reply(["staff", "mail", "a b"]))
        for _ in 0..<Int.random(in: 1...4, using: &chance) {
            let index = Int.random(in: answer.indices, using: &chance)
            answer[index] = UInt8.random(in: .min ... .max, using: &chance)
        }
        if let reply = PAMReply(answer.span) {
            var again = Buffer()
            #expect(reply.encode(into: &again) == true)
            #expect(again.count == answer.count)
        }
        let noise = chance.bytes(atMost: PAMQuestion.bytesMax + 1)
        _ = PAMQuestion(noise.span)
        _ = PAMReply(noise.span)
    }
}
