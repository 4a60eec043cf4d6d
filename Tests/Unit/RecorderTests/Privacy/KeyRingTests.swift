// Keys in memory and on disk: who gets one, when it is there, what is left of one that is destroyed.
import Audit
import Bytes
import Foundation
import Postern
import Testing

/// 2026-03-01T10:00:00Z, and a month later.
private let march: UInt64 = 1_772_359_200_000_000
private let april: UInt64 = march + 31 * 86_400_000_000

private func rules(_ fields: FieldClass..., as treatment: Treatment = .encrypt) -> PrivacyRules {
    var rules = PrivacyRules()
    for fields in fields { rules[fields] = treatment }
    return rules
}

private func keyRing(in folder: Folder, at now: UInt64 = march) throws -> KeyRing {
    try KeyRing(KeyFolder("\(folder.path)/keys"), rules(.people), at: now)
}

private func person(_ name: String) -> RecordSubject { .person(Array(name.utf8)) }

private func tried(_ name: String) -> RecordSubject { .tried(Array(name.utf8)) }

extension Folder {
    fileprivate func keyFiles(_ period: String = "2026-03") -> [String] {
        let path = "\(path)/keys/\(period)"
        return ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }
}

@Suite("The keys of a trail")
struct KeyRingTests {
    @Test("are one for each user, and one for all others")
    func subjects() throws {
        let ring = try keyRing(in: Folder())
        let ann = try #require(ring.key(for: person("ann")))
        let common = try #require(ring.key(for: .nobody))
        #expect(ring.key(for: person("ann")) === ann)
        #expect(ring.key(for: tried("ann")) === ann)
        #expect(ring.key(for: tried("bob")) === common)
        #expect(ring.key(for: person("bob")) !== common)
        #expect(ring.pseudonyms == nil)
    }

    @Test("are on disk once they are persisted, for their owner alone, and found again")
    func persisted() throws {
        let folder = try Folder()
        let ring = try keyRing(in: folder)
        let ann = try #require(ring.key(for: person("ann")))
        #expect(folder.keyFiles().isEmpty)
        try ring.persist()
        #expect(folder.keyFiles().contains(ann.id))
        for path in ["keys", "keys/2026-03", "keys/2026-03/\(ann.id)"] {
            let facts = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/\(path)")
            let mode = try #require(facts[.posixPermissions] as? NSNumber).uint16Value
            #expect(mode & 0o077 == 0, "\(path)")
        }
        let again = try #require(keyRing(in: folder).key(for: person("ann")))
        #expect(again.id == ann.id)
        #expect(again.secret == ann.secret)
    }

    @Test("are others in the next period, in which whoever was known before is known")
    func periods() throws {
        let folder = try Folder()
        let ring = try keyRing(in: folder)
        let old = try #require(ring.key(for: person("ann")))
        try ring.persist()
        try ring.turn(to: april)
        let new = try #require(ring.key(for: tried("ann")))
        #expect(new.id != old.id)
        #expect(new.period == "2026-04")
        #expect(ring.key(for: tried("bob"))?.subject == .common)
        try ring.persist()
        #expect(folder.keyFiles("2026-04").contains(new.id))
        #expect(folder.keyFiles().contains(old.id))
        // A clock that is set back finds the keys of then.
        try ring.turn(to: march)
        #expect(ring.key(for: person("ann"))?.id == old.id)
    }

    @Test("are not made for more users than a period may have")
    func bounded() throws {
        let ring = try keyRing(in: Folder())
        for number in 0..<KeyRing.subjectsMax {
            #expect(ring.key(for: person("user\(number)"))?.subject != .common)
        }
        #expect(ring.key(for: person("one too many"))?.subject == .common)
        #expect(ring.key(for: person("user0"))?.subject != .common)
    }

    @Test("are refused where others could read them")
    func open() throws {
        let folder = try Folder()
        let path = "\(folder.path)/keys"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        try FileManager.default.setAttributes([.posixPermissions: 0o750], ofItemAtPath: path)
        #expect(throws: TrailError.keysOpen(folder: path)) { _ = try keyRing(in: folder) }
    }

    @Test("don't count where a crash left them unfinished, and where they were damaged stop it all")
    func damaged() throws {
        let folder = try Folder()
        try keyRing(in: folder).persist()
        try folder.write("half a key of ann", to: "keys/2026-03/0123456789abcdef.new")
        _ = try keyRing(in: folder)
        #expect(!folder.keyFiles().contains("0123456789abcdef.new"))
        try folder.write("half a key", to: "keys/2026-03/0123456789abcdef")
        #expect(throws: TrailError.keyDamaged(file: "\(folder.path)/keys/2026-03/0123456789abcdef"))
        {
            _ = try keyRing(in: folder)
        }
    }
}

@Suite("A trail with encrypted fields")
struct VeiledTrailTests {
    private func recording(
        in folder: Folder,
        _ rules: PrivacyRules = rules(.people, .words)
    ) throws -> Recording {
        let keys = try KeyRing(KeyFolder("\(folder.path)/keys"), rules, at: march)
        let veil = try TrailVeil(rules, keys)
        let trail = try Trail(
            in: folder.held(),
            limits: SegmentLimits(),
            veil: veil,
            at: 0
        )
        let seal = try seal(in: folder, trail)
        return Recording(trail, sealing: seal, boot: "test", at: moment(0))
    }

    @Test("has no line whose key is not on disk: without a place for it nothing is written")
    func keyFirst() throws {
        let folder = try Folder()
        var recording = try recording(in: folder)
        // Where the period's folder should be, stands a file.
        try folder.write("", to: "keys/2026-03")
        recording.recordReading(.auditSearch, by: 7, Array("--user annabella".utf8), at: moment(1))
        recording.commit(at: moment(1))
        #expect(recording.error != nil)
        #expect(folder.lines.isEmpty)
        try FileManager.default.removeItem(atPath: "\(folder.path)/keys/2026-03")
        recording.commit(at: moment(2))
        #expect(recording.error == nil)
        let entries = try folder.entries()
        #expect(
            entries.map { $0["event"] as? String } == ["audit.start", "audit.search", "audit.fail"]
        )
        let id = try #require(entries[1]["key"] as? String)
        #expect(folder.keyFiles().contains(id))
        #expect(!folder.text(firstSegment).contains("annabella"))
    }

    @Test("forgets a user once the trail says which keys went, and without his name")
    func forgets() throws {
        let folder = try Folder()
        var recording = try recording(in: folder)
        let ring = try self.keys(folder)
        _ = ring.key(for: person("annabella"))
        try ring.persist()
        let id = try #require(ring.key(for: person("annabella"))?.id)
        try folder.write("person annabella\n", to: "keys/2026-03/0123456789abcdef.new")
        let order = TrailOrder.forget(user: "annabella", because: "her wish")
        try recording.carryOut(order, by: 7, at: moment(1))
        let entry = try #require(folder.entries().last)
        #expect(entry["event"] as? String == "audit.forget")
        #expect(entry["args"] as? String == "1 key: 2026-03/\(id)")
        #expect(entry["uid"] as? Int == 7)
        #expect(!folder.keyFiles().contains(id))
        #expect(!folder.keyFiles().contains { $0.hasSuffix(".new") })
        for file in folder.files where !folder.text(file).isEmpty {
            #expect(!folder.text(file).contains("annabella"), "\(file)")
        }
        #expect(throws: OrderRefusal.self) {
            try recording.carryOut(order, by: 7, at: moment(2))
        }
    }

    private func keys(_ folder: Folder) throws -> KeyRing {
        try KeyRing(KeyFolder("\(folder.path)/keys"), rules(.people), at: march)
    }

    @Test("forgets nobody on whose records a hold is", arguments: [nil, "ann", "a*"])
    func held(user: String?) throws {
        let folder = try Folder()
        var recording = try recording(in: folder)
        let ring = try keys(folder)
        for name in ["ann", "bob"] { _ = ring.key(for: person(name)) }
        try ring.persist()
        let hold = try Hold("case-7", user: user, because: "letter of the court")
        try recording.carryOut(.hold(hold), by: 7, at: moment(1))
        #expect(throws: OrderRefusal("case-7 is a legal hold on what would be forgotten")) {
            try recording.carryOut(.forget(user: "ann", because: "x"), by: 7, at: moment(2))
        }
        #expect(folder.keyFiles().count == 4)
        if user != nil {
            try recording.carryOut(.forget(user: "bob", because: "x"), by: 7, at: moment(3))
            #expect(folder.keyFiles().count == 3)
        }
    }

    @Test("says at its start what is treated how")
    func start() throws {
        let folder = try Folder()
        let trail = try Trail(in: folder.held(), limits: SegmentLimits(), at: 0)
        let seal = try seal(in: folder, trail)
        var recording = Recording(
            trail,
            sealing: seal,
            boot: "test",
            settings: " privacy people=encrypt period=month",
            at: moment(0)
        )
        recording.commit(at: moment(0))
        let args = try folder.entries().first?["args"] as? String
        #expect(args == "boot test privacy people=encrypt period=month")
    }
}
