// The schema, the catalogue of events and Deploy/audit-record.md say the same of a line.
import Audit
import Bytes
import Foundation
import Testing

/// A file of the repository.
private func file(_ path: String) throws -> Data {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../..")
    return try Data(contentsOf: root.appendingPathComponent(path))
}

private func schema() throws -> [String: Any] {
    let object = try JSONSerialization.jsonObject(with: file("Deploy/audit-record.schema.json"))
    return try #require(object as? [String: Any])
}

private func names(_ object: Any?) throws -> Set<String> {
    Set(try #require(object as? [String: Any]).keys)
}

/// The names in the first column of each table of the document, in its order.
private func tables() throws -> [Set<String>] {
    let lines = String(decoding: try file("Deploy/audit-record.md"), as: UTF8.self)
        .split(separator: "\n", omittingEmptySubsequences: false)
    var tables: [Set<String>] = []
    var isInside = false
    for line in lines {
        if line == "| field | type | class | meaning |" { tables.append([]) }
        isInside = line.hasPrefix("|") && (isInside || line == "| field | type | class | meaning |")
        guard isInside, let cell = line.split(separator: "|").first else { continue }
        for match in cell.matches(of: #/`([a-z0-9_]+)`/#) {
            tables[tables.count - 1].insert(String(match.1))
        }
    }
    return tables
}

@Suite("A line of the trail, as it is described")
struct SchemaTests {
    @Test("has an event of the catalogue, each with a code of its own")
    func events() throws {
        let properties = try #require(schema()["properties"] as? [String: [String: Any]])
        let codes = try #require(properties["event"]?["enum"] as? [String])
        #expect(Set(codes).count == codes.count)
        #expect(Set(codes) == Set(Event.allCases.map(\.rawValue)))
        let text = String(decoding: try file("Deploy/audit-record.md"), as: UTF8.self)
        let section = try #require(text.components(separatedBy: "## Events\n").dropFirst().first)
        let catalogue = try #require(section.components(separatedBy: "\n\n").first)
        let named = catalogue.matches(of: #/[a-z]+\.[a-z]+/#).map { String($0.0) }
        #expect(Set(named) == Set(codes))
    }

    @Test("has the fields of the document, and no others")
    func fields() throws {
        let schema = try schema()
        let tables = try tables()
        try #require(tables.count == 3)
        #expect(try names(schema["properties"]) == tables[0])
        let definitions = try #require(schema["$defs"] as? [String: [String: Any]])
        let mailbox = try names(definitions["mailbox"]?["properties"])
        #expect(mailbox.filter { !$0.hasSuffix("_cut") && !$0.hasSuffix("_hex") } == tables[1])
        #expect(try names(definitions["filed"]?["properties"]) == tables[2])
    }

    /// What each field's third column says, by table.
    private func classes() throws -> [[String: String]] {
        let lines = String(decoding: try file("Deploy/audit-record.md"), as: UTF8.self)
            .split(separator: "\n")
        var classes: [[String: String]] = []
        for line in lines where line.hasPrefix("| ") {
            if line == "| field | type | class | meaning |" { classes.append([:]) }
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 4, !classes.isEmpty else { continue }
            for match in cells[0].matches(of: #/`([a-z0-9_]+)`/#) {
                classes[classes.count - 1][String(match.1)] = cells[2]
            }
        }
        return classes
    }

    @Test("has no field of which the veil over it doesn't know the class")
    func privacy() throws {
        let schema = try schema()
        let definitions = try #require(schema["$defs"] as? [String: [String: Any]])
        // Only the recorder writes these, behind the veil.
        let record = try names(schema["properties"]).subtracting(["seq", "key"])
        let endings: (String) -> Bool = { $0.hasSuffix("_cut") || $0.hasSuffix("_hex") }
        let mailbox = try names(definitions["mailbox"]?["properties"]).filter { !endings($0) }
        #expect(Set(FieldClass.ofRecord.keys) == record)
        #expect(Set(FieldClass.ofMailbox.keys) == mailbox)
        #expect(try Set(FieldClass.ofFiled.keys) == names(definitions["filed"]?["properties"]))
        let known = [FieldClass.ofRecord, FieldClass.ofMailbox, FieldClass.ofFiled]
        for (fields, documented) in zip(known, try classes()) {
            for (name, fieldClass) in fields {
                #expect(documented[name] == fieldClass?.rawValue ?? "", "\(name)")
            }
        }
    }

    @Test("has the words of the record's kinds")
    func words() throws {
        let properties = try #require(schema()["properties"] as? [String: [String: Any]])
        func words(_ field: String) throws -> Set<String> {
            Set(try #require(properties[field]?["enum"] as? [String]))
        }
        let verdicts: [Record.Verdict] = [
            .allow, .rewrite, .local, .deny, .bad, .disconnect, .wouldDeny, .wouldRewrite,
        ]
        #expect(try words("verdict") == Set(verdicts.map(\.rawValue)))
        let results: [Record.Result] = [.ok, .no, .bad, .aborted]
        #expect(try words("result") == Set(results.map(\.rawValue)))
        let extents: [ReadingExtent] = [.headers, .single, .bulk]
        #expect(try words("extent") == Set(extents.map(\.rawValue)))
    }

    @Test("says how much of which messages left, and where others went")
    func reading() throws {
        var record = Record(.fetch, .outcome, session: [])
        record.uidValidity = 7
        record.content = MessageContent.whole.union(.envelope)
        record.extent = .bulk
        record.messageIDs = Array("<1@x>\n<\"2\"@y>\n".utf8)
        record.details = [
            .number("to_uidvalidity", UInt64(9)), .text("to_uids", Array("3:4".utf8)),
            .number("lost", UInt64(0)), .number("step_us", Int64(-12)), .phrase("clock", "unknown"),
        ]
        let members = """
            "uidvalidity":7,"sections":"whole envelope","extent":"bulk",\
            "message_ids":["<1@x>","<\\u00222\\u0022@y>"],"to_uidvalidity":9,"to_uids":"3:4",\
            "step_us":-12,"clock":"unknown"
            """
        #expect(encoded(record).hasSuffix(members))
        let fields = try names(schema()["properties"])
        #expect(try Set(#require(parsed(record)).keys).isSubset(of: fields))
    }

    @Test("has whose certificate it was, and the name as it was typed")
    func identity() throws {
        var facts = SessionFacts()
        facts.certificateIssuer = "CN=Mail clients"
        facts.certificateSerial = "0a"
        facts.login = Array("Ann\u{FF}".utf8.dropLast(2)) + [0xFF]
        facts.user = "ann"
        let object = try #require(
            parsed(Record(.authenticationOK, .decision, session: facts.encoded))
        )
        #expect(object["cert_issuer"] as? String == "CN=Mail clients")
        #expect(object["cert_serial"] as? String == "0a")
        #expect(object["login_hex"] as? String == "416e6eff")
    }
}
