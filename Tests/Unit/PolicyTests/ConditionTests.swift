// When rules apply: networks, hours with their zones, ways to log in, and the rest of `when`.
import Chance
import Policy
import Testing

@Suite struct ConditionTests {
    /// Berlin's clocks around the summer of 2026.
    private static let berlin = ZoneOffsets(
        name: "Europe/Berlin",
        first: 3_600,
        changes: [
            .init(at: 1_774_746_000, offset: 7_200),  // 2026-03-29T01:00Z
            .init(at: 1_792_890_000, offset: 3_600),  // 2026-10-25T01:00Z
        ]
    )

    private static func subject(_ change: (inout Subject) -> Void = { _ in }) -> Subject {
        var subject = Subject(user: "ann")
        subject.address = NetworkAddress("192.0.2.7")
        subject.tlsVersion = .tls13
        subject.listener = "imaps"
        change(&subject)
        return subject
    }

    private static func letters(
        _ subject: Subject,
        at time: UnixTime = 0,
        _ change: (inout Conditions) -> Void
    ) throws -> String {
        var denial = try rule("r", ["**"], limit: .none)
        change(&denial.when)
        let user = policy([denial]).policy(for: subject, at: time)
        return user.decide(Array("INBOX".utf8)).rights.letters
    }

    @Test(
        "an address is in a network when the bits of the prefix are the same",
        arguments: [
            ("192.0.2.0/24", "192.0.2.255", true), ("192.0.2.0/24", "192.0.3.0", false),
            ("192.0.2.7", "192.0.2.7", true), ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "2001:db8::1", false), ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::", false), ("::/0", "::1", true),
            ("192.0.2.0/24", "::ffff:192.0.2.1", true),
        ]
    )
    func networks(_ network: String, _ address: String, _ isInside: Bool) throws {
        let address = try #require(NetworkAddress(address))
        #expect(try Network(network).contains(address) == isInside)
    }

    @Test(
        "what is no network is refused",
        arguments: [
            "", "192.0.2", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/024", "192.0.2.01/32",
            "192.0.2.256", "1:2:3:4:5:6:7", "1::2::3", "1:2:3:4:5:6:7:8:9", "g::", "::/129",
            "a.b.c.d", "192.0.2.", ".192.0.2.1", "192..2.1", "192.0.2.1.", "192.0.2.1.5",
            "+192.0.2.1", "192.0.2.٣", "192.0.2.4294967297", "00.0.2.1", "192.0.2.1 ",
            "192.0.2.1/24", "2001:db8::1/32", "192.0.2.0/24/8", "::1%eth0",
            "::ffff:192.0.2.0/120",
        ]
    )
    func noNetworks(text: String) {
        #expect(throws: Network.Failure.self) { try Network(text) }
    }

    @Test("each condition that is given must hold")
    func conditions() throws {
        let inside = try Network("192.0.2.0/24")
        let here = Self.subject()
        #expect(try Self.letters(here) { $0.networks = [inside] } == "")
        #expect(try Self.letters(here) { $0.exceptNetworks = [inside] } == "lrswipkxte")
        #expect(try Self.letters(here) { $0.methods = [.password] } == "")
        #expect(try Self.letters(here) { $0.methods = [.certificate, .both] } == "lrswipkxte")
        #expect(try Self.letters(here) { $0.tlsVersions = [.tls12] } == "lrswipkxte")
        #expect(try Self.letters(here) { $0.listeners = ["imaps"] } == "")
        #expect(
            try Self.letters(here) {
                $0.networks = [inside]
                $0.listeners = ["imap"]
            } == "lrswipkxte"
        )
    }

    @Test("an address that is not known is a stranger's")
    func strangers() throws {
        let nowhere = Self.subject { $0.address = nil }
        let inside = try Network("192.0.2.0/24")
        #expect(try Self.letters(nowhere) { $0.exceptNetworks = [inside] } == "")
        #expect(try Self.letters(nowhere) { $0.networks = [inside] } == "lrswipkxte")
    }

    @Test("certificates are told apart by the names in them")
    func certificates() throws {
        let ops = Self.subject {
            $0.certificate = CertificateNames(subject: "CN=ann,OU=Ops", issuer: "CN=CA,O=Example")
        }
        let match = CertificateMatch(subjects: ["*OU=Ops*"], issuers: ["*O=Example"])
        let other = CertificateMatch(subjects: ["*OU=Ops*"], issuers: ["*O=Other"])
        #expect(try Self.letters(ops) { $0.certificates = [match] } == "")
        #expect(try Self.letters(ops) { $0.certificates = [other] } == "lrswipkxte")
        #expect(try Self.letters(Self.subject()) { $0.certificates = [match] } == "lrswipkxte")
    }

    @Test("a client is known by what it calls itself, in either case")
    func clients() throws {
        let outlook = Self.subject { $0.clientName = "Microsoft OUTLOOK" }
        #expect(try Self.letters(outlook) { $0.clients = ["*outlook*"] } == "")
        #expect(try Self.letters(Self.subject()) { $0.clients = ["*outlook*"] } == "lrswipkxte")
    }

    @Test(
        "hours are those of the zone's clocks, in summer and in winter",
        arguments: [
            (1_785_135_600, true),  // Mon 2026-07-27 09:00 in Berlin, 07:00Z
            (1_785_128_399, false),  // 06:59:59
            (1_785_128_400, true),  // 07:00
            (1_785_171_599, true),  // 18:59:59
            (1_785_171_600, false),  // 19:00
            (1_785_049_200, false),  // Sun
            (1_797_832_800, false),  // Mon 2026-12-21 06:00Z+1h = 07:00 winter
        ]
    )
    func hours(_ time: UnixTime, _ isInside: Bool) {
        let office = Schedule(
            windows: [.init(days: [.mon, .tue, .wed, .thu, .fri], start: 420, end: 1140)],
            zone: Self.berlin
        )
        let winter = time == 1_797_832_800
        #expect(office.contains(winter ? time - 1 : time) == isInside)
    }

    @Test("a window may go past midnight")
    func nights() {
        let night = Schedule(
            windows: [.init(days: [.fri], start: 1320, end: 360)],
            zone: .utc
        )
        // 1970-01-02 was a Friday.
        let friday: UnixTime = 86_400
        #expect(!night.contains(friday + 21 * 3600))
        #expect(night.contains(friday + 22 * 3600))
        #expect(night.contains(friday + 29 * 3600))
        #expect(!night.contains(friday + 30 * 3600))
        #expect(!night.contains(friday + 46 * 3600))
    }

    @Test("the policy says when it may change, and never changes before", arguments: 0..<50)
    func edges(seed: UInt64) throws {
        var generator = Dice(seed: seed)
        var limit = try rule("r", ["**"], limit: .none)
        let start = Int64.random(in: 0...1439, using: &generator)
        let end = Int64.random(in: 0...1440, using: &generator)
        limit.when.hours = Schedule(
            windows: [
                .init(
                    days: Set(generator.pick(Weekday.allCases, atMost: 7)),
                    start: start,
                    end: end == start ? end + 1 : end
                )
            ],
            zone: Self.berlin
        )
        let set = policy([limit])
        func rights(_ time: UnixTime) -> String {
            set.policy(for: Self.subject(), at: time).decide(Array("x".utf8)).rights.letters
        }
        // Over the night in which the clocks go forward.
        var time: UnixTime = 1_774_600_000
        for _ in 0..<20 {
            let edge = try #require(set.policy(for: Self.subject(), at: time).changes)
            #expect(edge > time)
            let before = rights(time)
            for probe in [time, edge - 1, time + (edge - time) / 2] {
                #expect(rights(probe) == before)
            }
            time = edge
        }
    }

    @Test("a rule begins and ends by itself")
    func validity() throws {
        let here = Self.subject()
        for (time, letters) in [(99, "lrswipkxte"), (100, ""), (199, ""), (200, "lrswipkxte")] {
            #expect(
                try Self.letters(here, at: UnixTime(time)) {
                    $0.from = 100
                    $0.until = 200
                } == letters
            )
        }
    }
}
