// A disk of a few files, and a good configuration on it that a test changes.
import Bytes
import Configuration
import Foundation
import Policy
import Proxy

/// Files by path.
struct Files {
    var texts: [String: String] = [
        "etc/chain.pem": "chain", "etc/key.pem": "key", "etc/ca.pem": "ca", "etc/crl.pem": "crl",
        "etc/master": "swordfish\n", "etc/policy.yaml": "policy: 1\nrules: []\n",
        "etc/map.yaml": "CN=Ann,O=Example: ann\n",
    ]

    init(configuration: String) { texts["etc/postern.yaml"] = configuration }

    init(policy: String) {
        self.init(configuration: Files.good)
        texts["etc/policy.yaml"] = policy
    }

    var reader: FileReader {
        FileReader { [texts] (path) throws(FileReader.Failure) in
            guard let text = texts[path] else { throw FileReader.Failure("no such file") }
            return Secret(text)
        }
    }

    func load() throws(ConfigurationErrors) -> Configuration {
        try Configuration.load(path: "etc/postern.yaml", reader: reader) { "\($0.count)" }
    }

    /// The policy alone, with all that the language has.
    var policy: PolicySet {
        get throws(ConfigurationErrors) {
            try PolicySet.load(path: "etc/policy.yaml", reader: reader) {
                "\($0.count)"
            }
        }
    }

    /// What is wrong with the policy alone, one line each; the folder is left out.
    var policyErrors: [String] { Self.lines { () throws(ConfigurationErrors) in _ = try policy } }

    /// What is wrong, one line each; the folder is left out.
    var errors: [String] { Self.lines { () throws(ConfigurationErrors) in _ = try load() } }

    private static func lines(_ load: () throws(ConfigurationErrors) -> Void) -> [String] {
        do throws(ConfigurationErrors) {
            try load()
            return []
        } catch {
            return error.errors.map { String($0.description.dropFirst("etc/".count)) }
        }
    }

    static let good = """
        postern: 1
        listeners:
          - name: imaps
            address: ["0.0.0.0:993", "[::]:993"]
            tls: implicit
            certificates: [{ chain: chain.pem, key: key.pem }]
            client-certificates: { ca: ca.pem, crl: [crl.pem], require: false }
        backends:
          - { name: main, address: ["mail.example.org:143"], tls: starttls, login: password }
        routes:
          - { users: ["*"], backend: main }
        policy: policy.yaml
        audit: { folder: trail }

        """

    /// The good configuration with one piece of its text replaced.
    static func changed(_ old: String, to new: String) -> Files {
        Files(configuration: good.replacingOccurrences(of: old, with: new))
    }

    /// A file of the repository.
    static func ofRepository(_ path: String) throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../..")
        return try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }
}

extension PolicySet {
    /// For a user who came in some way at some time, where neither matters.
    func policy(for user: String) -> UserPolicy { policy(for: Subject(user: user), at: 0) }
}
