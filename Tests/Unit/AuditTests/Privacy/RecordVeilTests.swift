// What of a record may stand in the trail, and that nothing else of it does.
import Audit
import Bytes
import Chance
import Foundation
import Testing

@Suite("A veiled record")
struct RecordVeilTests {
    private let clear = [
        "ann", "Ann", "2001:db8", "50000", "imap.example.org", "CN=", "abab", "postern\"", "\"a3\"",
        "Umlaut", "Shared", "41726368697665", "Seen", "@x", "@y", "0707",
    ]

    @Test("is the same again when it is revealed")
    func revealed() throws {
        let veiled = try Veiled(rules(.encrypt))
        let record = fullRecord()
        let members = try veiled(record)
        for text in clear {
            #expect(record.contains(text), "the record lacks \(text)")
            #expect(!visible(members).contains(text), "\(text) is in \(members)")
        }
        #expect(veiled.revealed(members) == "{\"seq\":7,\(record)}")
    }

    @Test("says \"(forgotten)\" where the key is gone, and nothing of what stood there")
    func forgotten() throws {
        let veiled = try Veiled(rules(.encrypt))
        let members = try veiled(fullRecord())
        let line = veiled.revealed(members, without: [FieldKey.Subject(user: "ann")])
        let record = try #require(TrailRecord(Array(line.utf8)))
        #expect(record[.user] == RecordReveal.forgotten)
        #expect(record.mailbox(.mailbox)?.name == RecordReveal.forgotten)
        #expect(record[.verdict] == "allow")
        #expect(record.mailbox(.destination)?.rules == ["read-only"])
        for text in clear { #expect(!line.contains(text), "\(text) is in \(line)") }
    }

    @Test("doesn't show how long a name is")
    func lengths() throws {
        let veiled = try Veiled(rules(.encrypt))
        let short = try veiled(fullRecord(facts(user: "al")))
        let long = try veiled(fullRecord(facts(user: "annabella.longname@example")))
        #expect(short.utf8.count == long.utf8.count)
    }

    @Test("has equal pseudonyms for equal values of a class, and others for others")
    func pseudonyms() throws {
        let veiled = try Veiled(rules(.hmac))
        let first = try object(veiled(fullRecord()))
        let second = try object(veiled(fullRecord(facts(user: "bob"))))
        #expect(first["client_hmac"] as? String == second["client_hmac"] as? String)
        #expect(first["user_hmac"] as? String != second["user_hmac"] as? String)
        #expect(first["key"] == nil)
        #expect(first["user"] == nil)
        #expect((first["message_ids_hmac"] as? [String])?.count == 2)
        let key = try #require(veiled.keys[.pseudonyms])
        let made = veiled.cipher.pseudonym(of: "ann", .people, under: key)
        #expect(made == first["user_hmac"] as? String)
        #expect(made != veiled.cipher.pseudonym(of: "ann", .words, under: key))
        let mailbox = try #require(first["mailbox"] as? [String: Any])
        let name = "Archive/Umlaut \u{FC}"
        #expect(
            mailbox["name_hmac"] as? String
                == veiled.cipher.pseudonym(of: name, .mailboxes, under: key)
        )
        let line = Array("{\"seq\":1,\(try veiled(fullRecord()))}".utf8)
        #expect(TrailRecord(line)?[.user] == made.map { "hmac:\($0)" })
        let seen = visible(String(decoding: line, as: UTF8.self))
        for text in clear { #expect(!seen.contains(text), "\(text)") }
    }

    @Test("lacks what is dropped")
    func dropped() throws {
        let members = try Veiled(rules(.drop))(fullRecord())
        for text in clear { #expect(!members.contains(text), "\(text) is in \(members)") }
        let object = try object(members)
        #expect(object["session"] as? String == "00000000000000a1")
        #expect(object["messages"] as? Int == 2)
        #expect((object["filed"] as? [[String: Int]])?.first == ["bytes": 5])
        #expect(members == (try Veiled(rules(.drop))(members)))
    }

    @Test("keeps each class that is kept, as it is", arguments: FieldClass.allCases)
    func kept(fields: FieldClass) throws {
        let veiled = try Veiled(rules(.encrypt, [fields: .keep]))
        let record = fullRecord()
        let members = try veiled(record)
        let was = try object(record)
        let now = try object(members)
        let names = FieldClass.ofRecord.filter { $0.value == fields }.map(\.key)
        for name in names where was[name] != nil {
            #expect("\(was[name] ?? 0)" == "\(now[name] ?? 1)", "\(name)")
        }
        #expect(veiled.revealed(members) == "{\"seq\":7,\(record)}")
    }

    @Test("stays what it is where all is kept")
    func untouched() throws {
        #expect(try Veiled(rules(.keep))(fullRecord()) == fullRecord())
    }

    @Test("leaves the machinery's own words, but not what somebody searched for")
    func own() throws {
        let veiled = try Veiled(rules(.encrypt))
        var record = Record(.auditStart, .event, session: [])
        record.arguments = ShortBytes("boot 1234")
        #expect(try veiled(encoded(record)) == encoded(record))
        record.event = .auditSearch
        record.arguments = ShortBytes("search --user ann")
        #expect(try !visible(veiled(encoded(record))).contains("ann"))
        // A gateway can't have its words taken for the machinery's.
        #expect(try !visible(veiled(fullRecord(event: .auditStart))).contains("Seen"))
    }
}

@Suite("A record's key")
struct RecordSubjectTests {
    private func keyID(_ members: String) throws -> String {
        try #require(object(members)["key"] as? String)
    }

    @Test("is its user's, in decisions and in outcomes")
    func person() throws {
        let veiled = try Veiled(rules(.encrypt))
        let decision = try keyID(veiled(fullRecord()))
        let outcome = Record(.fetch, .outcome, session: facts().encodedIdentity)
        #expect(try keyID(veiled(encoded(outcome))) == decision)
        #expect(veiled.keys[FieldKey.Subject(user: "ann")]?.id == decision)
    }

    @Test("is everybody's for a name that somebody tried, unless it is a user's")
    func tried() throws {
        let veiled = try Veiled(rules(.encrypt))
        let failure = fullRecord(facts(method: nil), event: .authenticationFail)
        let before = try keyID(veiled(failure))
        #expect(veiled.keys[.common]?.id == before)
        let login = try keyID(veiled(fullRecord()))
        #expect(login != before)
        #expect(try keyID(veiled(failure)) == login)
        #expect(veiled.keys.count == 2)
    }

    @Test("opens no value in another field's place, nor under another key")
    func moved() throws {
        let veiled = try Veiled(rules(.encrypt))
        let members = try veiled(fullRecord())
        let moved = members.replacing("\"user_enc\"", with: "\"tmp\"")
            .replacing("\"backend_user_enc\"", with: "\"user_enc\"")
        let line = veiled.revealed(moved)
        #expect(TrailRecord(Array(line.utf8))?[.user] == RecordReveal.unreadable)
        let other = try #require(veiled.key(for: .nobody))
        let own = try keyID(members)
        let swapped = veiled.revealed(members.replacing(own, with: other.id))
        #expect(TrailRecord(Array(swapped.utf8))?[.user] == RecordReveal.unreadable)
    }
}

@Suite("What is no record of a gateway's")
struct RefusedRecordTests {
    @Test(
        "is refused whole",
        arguments: [
            #""v":1,"name":"ann""#, #""v":1,"user":"ann","user":"bob""#, #""v":1,"key":"x""#,
            #""v":1,"user":"ann","user_hex":"61""#, #""v":1,"user_enc":"x""#, #""v":1,"#,
            #""v":1,"us\u0065r":"ann""#, #""v":1,"mailbox":"ann""#, #""v":1,"mailbox":{"x":1}"#,
            #""v":1,"filed":[1]"#, #""v":1,"filed":{}"#, #""v":1,"filed":[{"bytes":1}"#,
            #""v":1 "user":"ann""#, #""v":1,"user""#, #""v":1,"user":"ann"}"#, #""v":1,"user":"#,
        ]
    )
    func refused(record: String) throws {
        #expect(throws: RecordVeil.Fault.malformed) { _ = try Veiled(rules(.encrypt))(record) }
    }

    @Test("is refused rather than read past, whatever was changed in it", arguments: 0..<300)
    func changed(seed: UInt64) throws {
        var dice = Dice(seed: seed)
        let veiled = try Veiled(rules(.encrypt))
        var bytes = Array(fullRecord().utf8)
        for _ in 0...dice.below(3) {
            let place = dice.below(bytes.count)
            bytes[place] = UInt8(truncatingIfNeeded: 0x20 + dice.below(0x5F))
        }
        let record = String(decoding: bytes, as: UTF8.self)
        guard let members = try? veiled(record) else { return }
        // What was taken comes back; spaces between members may go.
        let line = veiled.revealed(members)
        #expect(line.filter { $0 != " " } == "{\"seq\":7,\(record)}".filter { $0 != " " })
    }

    @Test("may have many messages, but not without end")
    func long() throws {
        let veiled = try Veiled(rules(.hmac))
        func record(_ count: Int) -> String {
            let ids = Array(repeating: "\"\"", count: count).joined(separator: ",")
            return #""v":1,"message_ids":["# + ids + "]"
        }
        #expect(try veiled(record(256)).utf8.count > 256 * 34)
        #expect(throws: RecordVeil.Fault.malformed) { _ = try veiled(record(257)) }
    }
}

private func object(_ members: String) throws -> [String: Any] {
    let json = try JSONSerialization.jsonObject(with: Data("{\(members)}".utf8))
    return try #require(json as? [String: Any])
}
