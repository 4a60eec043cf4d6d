// From a path to a checked configuration, or to the list of everything that is wrong with it.
package import Policy
import Proxy

/// One thing that is wrong, where it stands and what to do about it.
package struct ConfigurationError: Error, Equatable, Sendable {
    package var position: SourcePosition
    /// One line, in lower case but for what it quotes.
    package var message: String

    package init(_ position: SourcePosition, _ message: String) {
        self.position = position
        self.message = message
    }
}

extension ConfigurationError: CustomStringConvertible {
    package var description: String { "\(position): \(message)" }
}

/// Everything that is wrong, in the order of the files' lines; never empty.
package struct ConfigurationErrors: Error, Equatable, Sendable {
    package var errors: [ConfigurationError]

    package init(errors: [ConfigurationError]) { self.errors = errors }
}

extension Configuration {
    /// Reads and checks the configuration at `path` and every file that it names.
    ///
    /// Relative paths inside are relative to the file that holds them. `policy` names another policy
    /// file than the configuration does. `digest` gives the SHA-256 of its argument in lower-case
    /// hexadecimal: the policy's revision.
    package static func load(
        path: String,
        policy: String? = nil,
        reader: FileReader,
        digest: @escaping ([UInt8]) -> String
    ) throws(ConfigurationErrors) -> Configuration {
        let findings = Findings()
        let files = Files(reader: reader, findings: findings)
        let configuration = files.document(path).flatMap {
            ConfigurationReader(files: files, findings: findings, digest: digest)
                .configuration($0, policy: policy)
        }
        guard let configuration, findings.errors.isEmpty else { throw findings.inOrder() }
        return configuration
    }
}

extension PolicySet {
    /// Reads and checks a policy alone: a file, or a folder whose path ends with `/`.
    ///
    /// `warn` gets what is no error, and yet hardly what was meant.
    package static func load(
        path: String,
        reader: FileReader,
        warn: (ConfigurationError) -> Void = { _ in },
        digest: @escaping ([UInt8]) -> String
    ) throws(ConfigurationErrors) -> PolicySet {
        let findings = Findings()
        let files = Files(reader: reader, findings: findings)
        let policy = files.policy(path).flatMap {
            PolicyReader(files: files, findings: findings, digest: digest).policy($0)
        }
        guard let policy, findings.errors.isEmpty else { throw findings.inOrder() }
        findings.warnings.sorted { $0.position < $1.position }.forEach(warn)
        return policy
    }
}

extension Findings {
    /// The findings by place, each once.
    func inOrder() -> ConfigurationErrors {
        var known: Set<String> = []
        let sorted = errors.sorted { $0.position < $1.position }
        return ConfigurationErrors(errors: sorted.filter { known.insert($0.description).inserted })
    }
}
