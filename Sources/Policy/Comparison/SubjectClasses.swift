// Everyone who could be treated differently, and every moment: one of each kind.

/// The subjects and moments that the rules of some policies tell apart, dimension by dimension.
///
/// In each dimension there is one value for every combination of conditions that a value can meet;
/// values that meet the same are one class.
struct SubjectClasses {
    /// All combinations of this many Unix groups are tried.
    static let unixGroupsMax = 10

    private let rules: [Rule]
    private let rolls: [[String: Members]]
    /// The moment that witnesses are to be close to, where rules look at the clock.
    private let near: UnixTime

    init(_ policies: [PolicySet], near: UnixTime) {
        self.near = near
        rules = policies.flatMap(\.rules)
        rolls = policies.map(\.groups)
    }

    private var audiences: [Audience] { rules.flatMap { [$0.who, $0.except] } }
    private var members: [Members] { rolls.flatMap(\.values) }

    // MARK: Who

    /// Users with every set of Unix groups and every certificate.
    func people() throws(TooManyClasses) -> [Subject] {
        let groups = try unixGroups()
        let certificates = try certificates()
        return try users().flatMap { user in
            groups.flatMap { unixGroups in
                certificates.map { certificate in
                    var subject = Subject(user: user)
                    subject.unixGroups = unixGroups
                    subject.certificate = certificate
                    return subject
                }
            }
        }
    }

    private func users() throws(TooManyClasses) -> [String] {
        let patterns = audiences.flatMap(\.users) + members.flatMap(\.users)
        return try NameClasses(wildcards: Set(patterns).sorted()).witnesses("users")
    }

    private func unixGroups() throws(TooManyClasses) -> [Set<String>] {
        let names = Set(audiences.flatMap(\.unixGroups) + members.flatMap(\.unixGroups)).sorted()
        guard names.count <= Self.unixGroupsMax else { throw TooManyClasses(what: "Unix groups") }
        return names.reduce([[]]) { sets, name in sets + sets.map { $0.union([name]) } }
    }

    /// nil: no certificate.
    private func certificates() throws(TooManyClasses) -> [CertificateNames?] {
        let matches =
            audiences.flatMap(\.certificates) + members.flatMap(\.certificates)
            + rules.flatMap(\.when.certificates)
        guard !matches.isEmpty else { return [nil] }
        let subjects = Set(matches.flatMap(\.subjects)).sorted()
        let issuers = Set(matches.flatMap(\.issuers)).sorted()
        var names: [CertificateNames?] = [nil]
        for issuer in try NameClasses(wildcards: issuers).witnesses("issuers", orEmpty: true) {
            for subject in try NameClasses(wildcards: subjects).witnesses(
                "certificates",
                orEmpty: true
            ) {
                names.append(CertificateNames(subject: subject, issuer: issuer))
            }
        }
        return names
    }

    // MARK: From where and how

    /// Whether a network holds an address changes at its first address and behind its last.
    var addresses: [NetworkAddress?] {
        let networks = rules.flatMap { $0.when.networks + $0.when.exceptNetworks }
        guard !networks.isEmpty else { return [nil] }
        let bounds = networks.flatMap { [$0.first, $0.last == .max ? 0 : $0.last + 1] }
        return [nil] + Set(bounds + [0]).sorted().map { NetworkAddress(bits: $0) }
    }

    var methods: [AuthenticationMethod] {
        rules.allSatisfy(\.when.methods.isEmpty) ? [.password] : AuthenticationMethod.allCases
    }

    var tlsVersions: [TLSVersion] {
        rules.allSatisfy(\.when.tlsVersions.isEmpty) ? [.tls13] : TLSVersion.allCases
    }

    var listeners: [String] { [""] + Set(rules.flatMap(\.when.listeners)).sorted() }

    func clients() throws(TooManyClasses) -> [String] {
        let patterns = Set(rules.flatMap(\.when.clients)).sorted()
        return try NameClasses(wildcards: patterns, isFolding: true).witnesses(
            "clients",
            orEmpty: true
        )
    }

    // MARK: When

    /// The moments at which some rule begins or ends to apply, one from before all of them, and
    /// `near`: first what is to come, then what is past, backwards; 0 where no rule asks the time.
    ///
    /// Weekly hours come back: one week is looked at for every stretch in which no date and no
    /// clock changes anything else.
    var moments: [UnixTime] {
        let conditions = rules.map(\.when)
        let schedules = conditions.flatMap { [$0.hours, $0.exceptHours] }.compactMap { $0 }
        let dates = conditions.flatMap { [$0.from, $0.until] }.compactMap { $0 }
        guard !schedules.isEmpty || !dates.isEmpty else { return [0] }
        let changes = dates + schedules.flatMap(\.zone.moments) + [near]
        var moments: Set<UnixTime> = []
        let before = changes.reduce(near, min) - Self.weekSeconds
        for stretch in Set(changes + [before]).sorted() {
            moments.insert(stretch)
            guard !schedules.isEmpty else { continue }
            var moment = stretch
            while moment < stretch + Self.weekSeconds {
                moments.insert(moment)
                moment = schedules.map { $0.nextEdge(after: moment) }.min() ?? .max
            }
        }
        let sorted = moments.sorted()
        return sorted.filter { $0 >= near } + sorted.filter { $0 < near }.reversed()
    }

    private static let weekSeconds: Int64 = 7 * 86_400

    // MARK: Where

    func mailboxes() throws(TooManyClasses) -> [String] {
        let covered = Set(rules.flatMap { $0.mailboxes.map(\.text) }).sorted()
        let spared = Set(rules.flatMap { $0.exceptMailboxes.map(\.text) }).sorted()
        return try NameClasses(
            mailboxes: covered.compactMap { try? Pattern($0) },
            exact: spared.compactMap { try? Pattern($0) }
        ).witnesses("mailbox patterns")
    }

    var specialUses: [SpecialUses] {
        let uses = rules.reduce(into: SpecialUses.none) { $0.formUnion($1.specialUses) }.names
        return uses.reduce([.none]) { sets, use in sets + sets.map { $0.union(SpecialUses(use)) } }
    }
}

extension ZoneOffsets {
    /// The moments at which the clocks are moved.
    fileprivate var moments: [UnixTime] { changes.map(\.at) }
}
