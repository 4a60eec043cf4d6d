// What a configuration says once it is read, and what is said about a wrong one.
import Audit
import Authentication
import Bytes
import Configuration
import IMAP
import Policy
import Proxy
import Testing

@Suite struct ConfigurationTests {
    @Test("reads a small configuration, with defaults for what it leaves out")
    func small() throws {
        let configuration = try Files(configuration: Files.good).load()
        let listener = try #require(configuration.listeners.first)
        #expect(listener.addresses.map(\.description) == ["0.0.0.0:993", "[::]:993"])
        #expect(listener.security == .implicit)
        #expect(listener.proxies.isEmpty)
        #expect(listener.certificates.first?.chain.contents == Array("chain".utf8))
        #expect(listener.certificates.first?.key.contents == Secret("key"))
        #expect(listener.clientCertificates?.revocationLists.map(\.path) == ["etc/crl.pem"])
        let backend = try #require(configuration.backends.first)
        #expect(backend.addresses == [Endpoint(host: "mail.example.org", port: 143)])
        #expect(
            backend.settings == BackendSettings(name: "main", security: .startTLS, login: .password)
        )
        #expect(backend.tls?.serverName == "mail.example.org")
        #expect(configuration.routes == [Route(user: "*", backend: 0)])
        #expect(configuration.audit == AuditTrail(folder: "etc/trail"))
        #expect(configuration.permissions == Permissions())
        #expect(configuration.limits == Limits())
        #expect(configuration.pam == PAMService())
        #expect(configuration.throttle == ThrottleSettings())
        #expect(configuration.authentication == AuthenticationSettings())
        #expect(configuration.refusals == .strict)
        #expect(configuration.copies == .lax)
    }

    @Test(
        "knows the balancers of a listener, one or several",
        arguments: [
            ("10.0.0.0/8", ["10.0.0.0/8"]),
            (#"["192.0.2.80", "2001:db8::/64"]"#, ["192.0.2.80", "2001:db8::/64"]),
            ("[]", []),
        ]
    )
    func balancers(text: String, networks: [String]) throws {
        let configuration = try Files.changed(
            "tls: implicit",
            to: "tls: implicit\n    proxy-from: \(text)"
        ).load()
        #expect(configuration.listeners.first?.proxies.map(\.text) == networks)
    }

    @Test("reads the documented file, whose values are the defaults")
    func documented() throws {
        var files = Files(configuration: try Files.ofRepository("Deploy/postern.yaml"))
        for name in ["fullchain.pem", "key.pem", "clients-ca.pem"] {
            files.texts["etc/tls/\(name)"] = name
        }
        files.texts["etc/tls/master-password"] = "swordfish\n"
        #expect(files.errors.isEmpty)
        let configuration = try files.load()
        #expect(configuration.listeners.map(\.security) == [.implicit, .startTLS])
        #expect(configuration.permissions == Permissions())
        #expect(configuration.limits == Limits())
        #expect(configuration.throttle == ThrottleSettings())
        #expect(configuration.processes == Processes())
        #expect(configuration.log == OperationalLog())
        #expect(configuration.pam == PAMService())
        #expect(configuration.audit == AuditTrail(folder: "/var/log/postern"))
        #expect(configuration.authentication.certificate == .alone)
        #expect(configuration.authentication.identity == .emailAddress)
        let login = BackendSettings.Login.plainProxy(user: "postern", password: Secret("swordfish"))
        #expect(configuration.backends.first?.settings.login == login)
        let defaults = BackendSettings(name: "main", security: .startTLS, login: login)
        #expect(configuration.backends.first?.settings == defaults)
        #expect(configuration.routes.map(\.user) == ["*@example.org", "ann", "*"])
    }

    @Test("reads how a backend tells mailboxes apart")
    func mailboxNames() throws {
        let names = """
            login: password, mailbox-names: { case-insensitive: true, normalization: map,
            allow-format-characters: true, refuse-characters: [], virtual: ["Search/**"],
            virtual-by-use: false }
            """
        let settings = try #require(
            try Files.changed("login: password", to: names).load().backends.first?.settings
        )
        #expect(settings.mailboxNames.isCaseInsensitive)
        #expect(settings.mailboxNames.normalization == .map)
        #expect(settings.mailboxNames.allowsFormatCharacters)
        #expect(settings.mailboxNames.refusedCharacters.isEmpty)
        #expect(settings.virtualMailboxes.patterns == [try Pattern("Search/**")])
        #expect(!settings.findsVirtual)
    }

    @Test("reads what the trail must hold before it takes effect, and what if it can't")
    func audit() throws {
        let section = """
            { folder: trail, disk-reserve: 1 GiB, on-failure: continue,
            durability: { identity: durable, denied: handed-over, reading: durable } }
            """
        let audit = try Files.changed("{ folder: trail }", to: section).load().audit
        #expect(audit.reserveBytes == 1 << 30)
        #expect(audit.continuesOnFailure)
        let demanded = RecordClass.allCases.filter(audit.durability.isDemanded)
        #expect(demanded == [.identity, .writing, .reading])
    }

    @Test("reads what becomes of fields that tell of people; without a word all is kept")
    func privacy() throws {
        let section = """
            { folder: trail, privacy: { people: encrypt, addresses: hmac, words: drop,
            messages: keep, period: day, keys: keys } }
            """
        let audit = try Files.changed("{ folder: trail }", to: section).load().audit
        #expect(audit.privacy.words == "people=encrypt addresses=hmac words=drop")
        #expect(audit.privacy[.mailboxes] == .keep)
        #expect(audit.privacy.period == .day)
        #expect(audit.keys == "etc/keys")
        let plain = try Files(configuration: Files.good).load().audit
        #expect(plain.privacy.keepsEverything)
        #expect(plain.privacy.period == .month)
        #expect(plain.keys == nil)
    }

    @Test("reads how long records are kept, and keeps what it is not told of")
    func retention() throws {
        let section = """
            { folder: trail,
            retention: { reading: 90 days, denied: 18 months, identity: 7 years, operation: 1 h } }
            """
        let retention = try Files.changed("{ folder: trail }", to: section).load().audit.retention
        let day: UInt64 = 86_400_000_000
        #expect(retention.end(of: .reading, madeAt: 5) == 90 * day + 5)
        #expect(retention.end(of: .denied, madeAt: 0) == 18 * 31 * day)
        #expect(retention.end(of: .identity, madeAt: 0) == 7 * 366 * day)
        #expect(retention.end(of: .operation, madeAt: 0) == day / 24)
        #expect(retention.end(of: .writing, madeAt: 0) == nil)
        #expect(retention[.identity]?.words == "7 years")
        #expect(try Files(configuration: Files.good).load().audit.retention.isForEver)
    }

    @Test("reads what is permitted")
    func permissions() throws {
        let section = "permit: { acl-changes: true }\n"
        let permissions = try Files(configuration: Files.good + section).load().permissions
        #expect(permissions.accessControl)
        #expect(!permissions.specialUse)
    }

    @Test("reads how users prove who they are")
    func authentication() throws {
        let section = """
            authentication:
              pam: { service: test, confdir: pam.d, helpers: 2, deadline: 2 min }
              certificate: { use: with-password, identity: map, map: map.yaml }
              throttle: { base-delay: 500 ms, free-failures-per-user: 0 }
            """
        let configuration = try Files(configuration: Files.good + section).load()
        #expect(configuration.pam?.folder == "etc/pam.d")
        #expect(configuration.pam?.helpers == 2)
        #expect(configuration.authentication.deadline == .seconds(120))
        #expect(configuration.authentication.certificate == .withPassword)
        #expect(configuration.authentication.identity == .map(["CN=Ann,O=Example": "ann"]))
        #expect(configuration.throttle.firstDelay == .milliseconds(500))
        #expect(configuration.throttle.userFailuresFree == 0)
    }

    @Test("hands the same configuration on through a bundle")
    func bundled() throws {
        let reader = Files(configuration: Files.good).reader
        let first = try Configuration.load(path: "etc/postern.yaml", reader: reader) { "\($0)" }
        let bytes = try reader.bundle.encoded()
        let bundle = try ConfigurationBundle(decoding: bytes.span)
        let second = try Configuration.load(path: "etc/postern.yaml", reader: FileReader(bundle)) {
            "\($0)"
        }
        #expect(second.policy.revision == first.policy.revision)
        #expect(second.listeners.map(\.addresses) == first.listeners.map(\.addresses))
        #expect(
            second.listeners.first?.certificates.first?.key
                == first.listeners.first?.certificates.first?.key
        )
    }
}
