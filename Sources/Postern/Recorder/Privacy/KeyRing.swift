// The keys of the present period in memory: who has one, who gets one, which are not on disk yet.
package import Audit
import Bytes
import Reactor

/// Finds the key for a record's subject, and sees to it that it is on disk before the record is.
package final class KeyRing {
    /// Users with a key of their own in one period; records of more go under the common key.
    ///
    /// What a gateway that was taken over could fill the disk with is 400 MB, in files of a block.
    package static let subjectsMax = 100_000

    private let folder: KeyFolder
    private let rules: PrivacyRules
    /// Who is told that more users come than may have keys.
    var log: Log?
    private var period = ""
    private var day: UInt64 = .max
    private var common: FieldKey?
    package private(set) var pseudonyms: FieldKey?
    private var persons: [[UInt8]: FieldKey] = [:]
    /// Who had a key in the period before: their tried names are theirs in this one, too.
    private var known: Set<[UInt8]> = []
    private var unwritten: [FieldKey] = []
    private var hasToldFull = false

    /// Opens the folder and loads the present period's keys.
    package init(
        _ folder: KeyFolder,
        _ rules: PrivacyRules,
        at now: UInt64
    ) throws(TrailError) {
        self.folder = folder
        self.rules = rules
        try folder.prepare()
        try folder.dropDrafts()
        try turn(to: now)
    }

    /// Changes to the keys of another period when it has begun.
    package func turn(to now: UInt64) throws(TrailError) {
        let today = KeyPeriod.day(of: now)
        guard today != day else { return }
        let name = rules.period.name(at: now)
        if name != period { try load(name) }
        day = today
    }

    private func load(_ name: String) throws(TrailError) {
        let keys = try folder.keys(of: name)
        let before = try folder.periods().last { $0 < name && $0.utf8.count == name.utf8.count }
        let earlier = try before.map { (name) throws(TrailError) in try folder.keys(of: name) }
        known = Set(earlier?.compactMap(\.person) ?? [])
        persons = [:]
        for key in keys { if let person = key.person { persons[person] = key } }
        common = keys.first { $0.subject == .common }
        if common == nil { common = try made(.common, name) }
        pseudonyms = keys.first { $0.subject == .pseudonyms }
        if pseudonyms == nil && rules.uses(.hmac) { pseudonyms = try made(.pseudonyms, name) }
        period = name
        hasToldFull = false
    }

    private func made(_ subject: FieldKey.Subject, _ period: String) throws(TrailError) -> FieldKey
    {
        guard let key = FieldKey(for: subject, in: period) else { throw .signing }
        unwritten.append(key)
        return key
    }

    /// The key for what a record says of its subject; nil where the library fails.
    package func key(for subject: RecordSubject) -> FieldKey? {
        switch subject {
        case .nobody: return commonKey
        case .tried(let name):
            return persons[name] != nil || known.contains(name) ? key(of: name) : commonKey
        case .person(let name): return key(of: name)
        }
    }

    private func key(of person: [UInt8]) -> FieldKey? {
        if let key = persons[person], key.uses < FieldKey.usesMax { return key }
        guard persons.count < Self.subjectsMax else {
            if !hasToldFull {
                log?.warning("more than \(Self.subjectsMax) users in a period: others share a key")
            }
            hasToldFull = true
            return commonKey
        }
        let key = try? made(.person(person), period)
        if let key { persons[person] = key }
        return key
    }

    private var commonKey: FieldKey? {
        if let common, common.uses >= FieldKey.usesMax { self.common = try? made(.common, period) }
        return common
    }

    /// Returns when every key is on disk that a line stands under.
    package func persist() throws(TrailError) {
        guard !unwritten.isEmpty else { return }
        try folder.write(unwritten)
        unwritten.removeAll()
    }

    /// Lets a user's key go: the next record of his is under a new one.
    package func forget(_ user: String) {
        guard case .person(let name) = FieldKey.Subject(user: user) else { return }
        persons[name] = nil
        known.remove(name)
    }
}

extension FieldKey {
    fileprivate var person: [UInt8]? {
        if case .person(let name) = subject { name } else { nil }
    }
}
