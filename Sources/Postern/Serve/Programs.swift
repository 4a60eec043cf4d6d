// How the children are called: their programs, their arguments, their environment.
import Audit
import Configuration
import Glibc
import Reactor

/// Knows the files to execute.
struct Programs {
    /// This very program, even when its file was replaced meanwhile: all parts are of one version.
    private static let own = "/proc/self/exe"
    /// What of our environment the children may see.
    private static let environmentNames = ["JOURNAL_STREAM", "TZ", "LANG", "LD_LIBRARY_PATH"]

    /// Under this name the gateway finds the configuration in the bundle.
    let configurationPath: String
    /// Whether the policy is rehearsed, whatever the configuration says.
    let rehearses: Bool
    let pamHelper: String
    /// Whether there are rights to give up.
    let isRoot: Bool
    private let environment: [String]

    /// `pamHelper` nil means the one beside this program.
    init(
        configurationPath: String,
        rehearses: Bool,
        pamHelper: String?,
        isRoot: Bool
    ) throws(SystemError) {
        self.configurationPath = configurationPath
        self.rehearses = rehearses
        self.isRoot = isRoot
        self.pamHelper = if let pamHelper { pamHelper } else { try Self.sibling("postern-pam") }
        guard unsafe access(self.pamHelper, X_OK) == 0 else { throw .last(self.pamHelper) }
        environment = Self.environmentNames.compactMap { name in
            guard let value = unsafe getenv(name) else { return nil }
            return unsafe "\(name)=\(String(cString: value))"
        }
    }

    private static func sibling(_ name: String) throws(SystemError) -> String {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlink(own, &path, path.count)
        guard count > 0 else { throw .last("readlink \(own)") }
        let bytes = path.prefix(count).map(UInt8.init(bitPattern:))
        let folder = bytes[...(bytes.lastIndex(of: UInt8(ascii: "/")) ?? 0)]
        return String(decoding: folder, as: UTF8.self) + name
    }

    /// Starts a child with its end of the channel as descriptor 3.
    func start(
        _ role: Role,
        _ configuration: Configuration,
        channel: borrowing Socket
    ) throws(SystemError) -> ChildProcess {
        let path = if case .helper = role { pamHelper } else { Self.own }
        return try ChildProcess(
            path,
            arguments: arguments(role, configuration),
            environment: environment,
            inheriting: [
                ChildProcess.Inheritance(
                    channel.descriptor.number,
                    as: ControlChannel.inherited
                )
            ]
        )
    }

    func arguments(_ role: Role, _ configuration: Configuration) -> [String] {
        switch role {
        case .gateway:
            ["postern", "gateway", "--config", configurationPath]
                + confinement(configuration.processes.user, configuration)
        case .recorder:
            ["postern", "recorder"] + trail(configuration.audit)
                + confinement(configuration.processes.auditUser, configuration)
        case .helper:
            ["postern-pam"] + pam(configuration.pam ?? PAMService())
        case .shipper(let index):
            ["postern", "audit", "ship", configuration.audit.folder, "--confined"]
                + shipping(configuration.audit.shippings[index])
                + little(configuration.processes.shipUser, configuration)
        }
    }

    private func shipping(_ shipping: Shipping) -> [String] {
        let options: KeyValuePairs<String, String?> = [
            "--to": shipping.target.description, "--format": shipping.format.rawValue,
            "--state": shipping.state, "--ca": shipping.authorities,
            "--server-name": shipping.serverName, "--certificate": shipping.certificate,
            "--certificate-key": shipping.certificateKey,
        ]
        return options.flatMap { name, value in value.map { [name, $0] } ?? [] }
    }

    private func confinement(_ user: String, _ configuration: Configuration) -> [String] {
        ["--control", "\(ControlChannel.inherited)"] + little(user, configuration)
    }

    /// How little a child may be, and how much it says.
    private func little(_ user: String, _ configuration: Configuration) -> [String] {
        let log = configuration.log
        let options = [
            "--log-level", log.level.rawValue,
            "--log-format", log.format.rawValue,
        ]
        return isRoot ? options + ["--user", user] : options
    }

    private func trail(_ audit: AuditTrail) -> [String] {
        let megabyte: UInt64 = 1024 * 1024
        let segment = max(1, audit.segmentBytesMax / megabyte)
        // Rounded up: a reserve below a megabyte is one still.
        let reserve = audit.reserveBytes / megabyte + (audit.reserveBytes % megabyte > 0 ? 1 : 0)
        return [
            "--folder", audit.folder,
            "--segment-megabytes", "\(segment)",
            "--reserve-megabytes", "\(reserve)",
        ] + privacy(audit)
    }

    private func privacy(_ audit: AuditTrail) -> [String] {
        // Where keys are from before, users may be forgotten yet when nothing is encrypted any more.
        let keys = audit.keys.map { ["--keys", $0] } ?? []
        guard !audit.privacy.keepsEverything else { return keys }
        return ["--privacy", audit.privacy.words, "--key-period", audit.privacy.period.rawValue]
            + keys
    }

    private func pam(_ pam: PAMService) -> [String] {
        let deadline = min(max(1, pam.deadline.components.seconds), 600)
        let folder = pam.folder.map { ["--confdir", $0] } ?? []
        return ["--service", pam.service, "--deadline", "\(deadline)"] + folder
    }
}
