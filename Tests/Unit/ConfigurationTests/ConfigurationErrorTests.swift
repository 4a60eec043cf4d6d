// A wrong configuration: every error at its place, in words that say what to do.
import Configuration
import Testing

@Suite struct ConfigurationErrorTests {
    struct Case: CustomStringConvertible, Sendable {
        var old: String
        var new: String
        var errors: [String]
        var description: String { "\(new.debugDescription) for \(old.debugDescription)" }

        init(_ old: String, _ new: String, _ errors: String...) {
            self.old = old
            self.new = new
            self.errors = errors
        }
    }

    static let top = [
        Case(
            "listeners:",
            "listners:",
            "postern.yaml:1:1: \"listeners\" is missing",
            "postern.yaml:2:1: unknown key \"listners\"; did you mean \"listeners\"?"
        ),
        Case("postern: 1", "postern: 2", "postern.yaml:1:10: 2 is out of range; from 1 to 1"),
        Case("postern: 1\n", "", "postern.yaml:1:1: \"postern\" is missing"),
        Case(
            "postern: 1",
            "postern: 1\npostern: 1",
            "postern.yaml:1:1: key \"postern\" stands twice in the same place"
        ),
        Case(
            "policy.yaml",
            "nowhere.yaml",
            "postern.yaml:12:9: can't read etc/nowhere.yaml: no such file"
        ),
        Case(
            "{ folder: trail }",
            "{ folder: trail, segment-size: 64 MB }",
            "postern.yaml:13:39: expected a size such as \"8 KiB\", \"64 MiB\" or a number of bytes, "
                + "not \"64 MB\""
        ),
        Case(
            "{ folder: trail }",
            "{ folder: trail, segment-size: 2 GiB }",
            "postern.yaml:13:39: 2 GiB is out of range; from 1 MiB to 1 GiB"
        ),
        Case(
            "{ folder: trail }",
            "{ folder: trail, ship: [{ to: syslog.example.org, state: s }] }",
            "postern.yaml:13:38: expected file:PATH, tcp:HOST:PORT, tls:HOST:PORT or unix:PATH, "
                + "not \"syslog.example.org\""
        ),
        Case(
            "{ folder: trail }",
            "{ folder: trail, ship: [{ to: \"tcp:a:1\", state: s, ca: x }] }",
            "postern.yaml:13:63: \"ca\" belongs to a receiver \"tls:HOST:PORT\""
        ),
        Case(
            "{ folder: trail }",
            "{ folder: trail, ship: [{ to: \"tcp:a:1\", state: s }, { to: \"tcp:b:1\", state: s }] }",
            "postern.yaml:13:85: the name \"s\" stands twice"
        ),
        Case(
            "{ folder: trail }",
            "{ folder: trail, privacy: { peoples: drop } }",
            "postern.yaml:13:36: unknown key \"peoples\"; did you mean \"people\"?"
        ),
        Case(
            "{ folder: trail }",
            "{ folder: trail, privacy: { people: encrypted, period: week } }",
            "postern.yaml:13:44: expected one of keep, hmac, encrypt, drop, not \"encrypted\"; "
                + "did you mean \"encrypt\"?",
            "postern.yaml:13:63: expected one of day, month, year, not \"week\""
        ),
        Case(
            "{ folder: trail }",
            "{ folder: trail }\nlimits: { command-timeout: 10 }",
            "postern.yaml:14:28: expected a duration such as \"500 ms\", \"10 s\" or \"5 min\", "
                + "not \"10\""
        ),
        Case(
            "{ folder: trail }",
            "{ folder: trail }\nlimits: { idle-timeout: 29 min }",
            "postern.yaml:14:25: 29 min is out of range; from 30 min to 24 h"
        ),
        Case(
            "{ folder: trail }",
            "{ folder: trail }\nlog: { level: warn }",
            "postern.yaml:14:15: expected one of debug, info, warning, error, not \"warn\"; did you mean "
                + "\"warning\"?"
        ),
        Case(
            "{ folder: trail }",
            "{ folder: trail }\nlimits: { message-rate: 0 }",
            "postern.yaml:14:25: 0 is out of range; from 1 to 1 MiB"
        ),
        Case(
            "{ folder: trail }",
            "{ folder: trail }\nrefusals: strickt",
            "postern.yaml:14:11: expected one of strict, compatible, not \"strickt\"; did you mean "
                + "\"strict\"?"
        ),
        Case(
            "{ folder: trail }",
            "{ folder: trail }\npermit: { acl-changes: 1 }",
            "postern.yaml:14:24: expected true or false, not \"1\""
        ),
        Case(
            "{ folder: trail }",
            "{ folder: trail }\ncopies: \"lax\\nor\\u2028not\"",
            "postern.yaml:14:9: expected one of lax, strict, not \"lax or not\""
        ),
        Case(
            "{ folder: trail }",
            "[trail]",
            "postern.yaml:13:8: expected a mapping such as \"key: value\", not a list"
        ),
    ]

    static let listeners = [
        Case(
            "\"0.0.0.0:993\"",
            "\"0.0.0.0\"",
            "postern.yaml:4:15: expected an address and a port such as \"0.0.0.0:993\" or "
                + "\"[::]:993\", not \"0.0.0.0\""
        ),
        Case(
            "\"0.0.0.0:993\"",
            "\"localhost:993\"",
            "postern.yaml:4:15: expected an address and a port such as \"0.0.0.0:993\" or "
                + "\"[::]:993\"; listeners take no names such as \"localhost\""
        ),
        Case("\"[::]:993\"", "\"0.0.0.0:993\"", "postern.yaml:4:30: 0.0.0.0:993 stands twice"),
        Case(
            "\"0.0.0.0:993\"",
            "\"0.0.0.0:65536\"",
            "postern.yaml:4:15: expected an address and a port such as \"0.0.0.0:993\" or "
                + "\"[::]:993\", not \"0.0.0.0:65536\""
        ),
        Case(
            "implicit",
            "tls",
            "postern.yaml:5:10: expected one of implicit, starttls, not \"tls\""
        ),
        Case(
            "implicit",
            "implicit\n    proxy-from: [\"10.0.0.0/8\", \"0.0.0.0/0\", \"::/0\", \"10.0.0.1/8\"]",
            "postern.yaml:6:32: \"0.0.0.0/0\" is everybody; name the balancers, or their network",
            "postern.yaml:6:45: \"::/0\" is everybody; name the balancers, or their network",
            "postern.yaml:6:53: \"10.0.0.1/8\" has bits behind its prefix; which network is meant?"
        ),
        Case(
            "implicit",
            "implicit\n    proxy-from: balancer.example.org",
            "postern.yaml:6:17: expected a network such as \"192.0.2.0/24\" or \"2001:db8::/32\", "
                + "not \"balancer.example.org\""
        ),
        Case("chain: chain.pem, ", "", "postern.yaml:6:20: \"chain\" is missing"),
        Case(
            "require: false",
            "require: maybe",
            "postern.yaml:7:65: expected true or false, not \"maybe\""
        ),
        Case(
            "name: imaps",
            "name: 993",
            "postern.yaml:3:11: expected a text; put it in quotes: \"993\""
        ),
        Case(
            "name: imaps",
            "name: \"a b\"",
            "postern.yaml:3:11: expected a name of letters, digits, \"-\", \"_\" and \".\", not \"a b\""
        ),
    ]

    static let backends = [
        Case(
            "login: password",
            "login: password, emulate: { idel: true, idle-interval: 1 s }",
            "postern.yaml:9:97: unknown key \"idel\"; did you mean \"idle\"?",
            "postern.yaml:9:124: 1 s is out of range; from 5 s to 20 min"
        ),
        Case(
            "login: password",
            "login: password, emulate: { move: maybe }",
            "postern.yaml:9:103: expected true or false, not \"maybe\""
        ),
        Case(
            "login: password",
            "login: passwort",
            "postern.yaml:9:76: expected one of password, plain-proxy, master, external, not "
                + "\"passwort\"; did you mean \"password\"?"
        ),
        Case(
            "login: password",
            "login: external",
            "postern.yaml:9:76: login: external needs TLS and a client-certificate"
        ),
        Case(
            "login: password",
            "login: master",
            "postern.yaml:9:76: login: master needs \"master\" with user, password-file"
        ),
        Case(
            "login: password",
            "login: master, master: { user: gate, password-file: map.yaml, x: 1 }",
            "postern.yaml:9:131: unknown key \"x\""
        ),
        Case(
            "login: password",
            "login: password, server-name: 5",
            "postern.yaml:9:99: expected a text; put it in quotes: \"5\""
        ),
        Case(
            "login: password",
            "login: password, mailbox-names: { normalization: nfd }",
            "postern.yaml:9:118: expected one of refuse, map, not \"nfd\""
        ),
        Case(
            "login: password",
            "login: password, mailbox-names: { refuse-characters: [ab], virtual: [\"a**\"] }",
            "postern.yaml:9:123: expected one character, not \"ab\"",
            "postern.yaml:9:138: \"**\" stands alone between slashes, but here in \"a**\""
        ),
        Case(
            "login: password",
            "login: password, mailbox-names: { case: true }",
            "postern.yaml:9:103: unknown key \"case\""
        ),
        Case(
            "tls: starttls",
            "tls: none, ca: ca.pem",
            "postern.yaml:9:69: \"ca\" means nothing with tls: none"
        ),
        Case(
            "mail.example.org:143",
            "mail_example:143",
            "postern.yaml:9:29: expected a host and a port such as \"mail.example.org:143\" or "
                + "\"[::1]:143\", not \"mail_example:143\""
        ),
        Case(
            "backend: main",
            "backend: mian",
            "postern.yaml:11:30: unknown backend \"mian\"; did you mean \"main\"?"
        ),
        Case(
            "users: [\"*\"]",
            "users: [Ann]",
            "postern.yaml:11:15: user names are in lower case: write \"ann\""
        ),
        Case(
            "users: [\"*\"]",
            "users: [\"ann*master\", \"a/*\"]",
            "postern.yaml:11:29: \"a/*\" fits no user name: lower-case letters, digits, \".\", "
                + "\"_\", \"-\", \"@\""
        ),
        Case(
            "users: [\"*\"]",
            "users: []",
            "postern.yaml:11:14: expected a list with something in it"
        ),
    ]

    static let authentication = [
        Case(
            "policy: ",
            "authentication: { password: false }\npolicy: ",
            "postern.yaml:12:17: nobody can log in: neither password nor certificate is allowed"
        ),
        Case(
            "policy: ",
            "authentication: { certificate: { identity: upn } }\npolicy: ",
            "postern.yaml:9:3: backend \"main\" needs a password, which users with a certificate "
                + "alone don't have; use login: plain-proxy, master or external"
        ),
        Case(
            "policy: ",
            "authentication: { certificate: { use: with-password } }\npolicy: ",
            "postern.yaml:12:32: \"identity\" is missing"
        ),
        Case(
            "policy: ",
            "authentication: { certificate: { use: with-password, identity: map } }\npolicy: ",
            "postern.yaml:12:64: identity: map needs \"map\", a file of certificates and users"
        ),
        Case(
            "policy: ",
            "authentication: { pam: { helpers: 0, service: ../x } }\npolicy: ",
            "postern.yaml:12:35: 0 is out of range; from 1 to 64",
            "postern.yaml:12:47: expected a name of letters, digits, \"-\", \"_\" and \".\", not "
                + "\"../x\""
        ),
    ]

    static let audit = [
        Case(
            "{ folder: trail }",
            "{ folder: trail, durability: { reads: durable } }",
            "postern.yaml:13:39: unknown key \"reads\"; did you mean \"reading\"?"
        ),
        Case(
            "{ folder: trail }",
            "{ folder: trail, durability: { reading: true } }",
            "postern.yaml:13:48: expected one of durable, handed-over, not \"true\""
        ),
        Case(
            "{ folder: trail }",
            "{ folder: trail, on-failure: wait }",
            "postern.yaml:13:37: expected one of refuse, continue, not \"wait\""
        ),
        Case(
            "{ folder: trail }",
            "{ folder: trail, retention: { reading: 90 d } }",
            "postern.yaml:13:47: expected a time such as \"90 days\", \"18 months\" or \"7 years\", "
                + "not \"90 d\""
        ),
        Case(
            "{ folder: trail }",
            "{ folder: trail, retention: { reading: 0 s } }",
            "postern.yaml:13:47: 0 s is out of range; from 1 s to 200 years"
        ),
        Case(
            "{ folder: trail }",
            "{ folder: trail, free-space: 1 MiB }",
            "postern.yaml:13:25: unknown key \"free-space\""
        ),
    ]

    static let syntax = [
        Case("  - name: imaps", "\t- name: imaps", "postern.yaml:3:1: a tab; indent with spaces"),
        Case(
            "tls: implicit",
            "tls: &x implicit",
            "postern.yaml:5:10: anchors (&) and aliases (*) are not used here"
        ),
        Case(
            "tls: implicit",
            "tls: *x",
            "postern.yaml:5:10: not YAML: found undefined alias; put a text that begins with \"*\" or "
                + "\"&\" in quotes"
        ),
        Case(
            "audit: { folder: trail }",
            "audit: { folder: trail",
            "postern.yaml:14:1: not YAML: did not find expected ',' or '}'"
        ),
        Case(
            "{ folder: trail }",
            String(repeating: "[", count: 20) + String(repeating: "]", count: 20),
            "postern.yaml:13:23: nested more than 16 levels deep"
        ),
    ]

    @Test(
        "says where and what",
        arguments: top + listeners + backends + authentication + audit + syntax
    )
    func located(_ example: Case) {
        #expect(Files.changed(example.old, to: example.new).errors == example.errors)
    }

    @Test("names every error of a file, in the order of its lines")
    func all() {
        let files = Files.changed("tls: implicit", to: "tls: yes\n    colour: red")
        var twice = files
        twice.texts["etc/policy.yaml"] = "policy: 2\nrules: []\n"
        #expect(
            twice.errors == [
                "policy.yaml:1:9: 2 is out of range; from 1 to 1",
                "postern.yaml:5:10: expected one of implicit, starttls, not \"yes\"",
                "postern.yaml:6:5: unknown key \"colour\"",
            ]
        )
    }

    @Test("never repeats a secret")
    func secrets() {
        var files = Files.changed(
            "login: password",
            to: "login: master, master: { user: gate, password-file: master }"
        )
        #expect(files.errors.isEmpty)
        files.texts["etc/master"] = "swordfish\nsecond line\n"
        #expect(
            files.errors == ["postern.yaml:9:121: etc/master must hold one line, the password"]
        )
    }

    @Test("refuses what is no text, empty or too big")
    func odd() throws {
        #expect(Files(configuration: "").errors == ["postern.yaml:1:1: etc/postern.yaml is empty"])
        #expect(Files(configuration: "# x\n").errors == ["postern.yaml:1:1: the file is empty"])
        let big = Files(configuration: String(repeating: "#", count: 4 * 1024 * 1024 + 1))
        #expect(big.errors == ["postern.yaml:1:1: the file has more than 4194304 bytes"])
    }
}
