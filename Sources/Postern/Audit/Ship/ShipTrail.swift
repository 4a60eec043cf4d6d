// `postern audit ship`: sends the trail's records on to where others collect what happens.
import ArgumentParser
import Audit
import Bytes
import Configuration
import Glibc
import Reactor

struct ShipTrail: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ship",
        abstract: "Send records on: to a file, or to a collector over TCP, TLS or a local socket.",
        discussion: """
            Reads the trail's files and troubles the recorder with nothing. Records that a \
            checkpoint covers are sent in their order, each at least once: the number of the \
            record is the key by which a receiver knows one that it has already. Goes on where it \
            was, whichever side was away. Deploy/shipping.md tells how records are mapped.
            """
    )

    @Argument(help: "The folder of the trail.")
    var trail: String

    @Option(help: "file:PATH, tcp:HOST:PORT, tls:HOST:PORT or unix:PATH.")
    var to: ShipTarget

    @Option(help: "syslog, cef, ecs, ocsf or json.")
    var format = ShipFormat.syslog

    @Option(help: "The folder in which the position is kept; it must exist.")
    var state: String

    @Option(help: "With tls: the authorities that the receiver is believed by; else the system's.")
    var ca: String?

    @Option(help: "With tls: the name in the receiver's certificate; else the host's.")
    var serverName: String?

    @Option(help: "With tls: a certificate to show, with its issuers.")
    var certificate: String?

    @Option(help: "With tls: the private key of the certificate.")
    var certificateKey: String?

    @Option(help: "The first record that is sent, when nothing was sent yet.")
    var from: UInt64 = 1

    @Flag(help: "End when all that is signed is sent; else wait for more.")
    var once = false

    /// Set by the supervisor: gives up what it doesn't need, and ends with its parent.
    @Flag(help: .hidden)
    var confined = false

    @OptionGroup(visibility: .hidden) var confinement: Confinement

    func validate() throws {
        guard (certificate == nil) == (certificateKey == nil) else {
            throw ValidationError("--certificate and --certificate-key belong together")
        }
        let isTLS = if case .tls = to { true } else { false }
        guard isTLS || [ca, serverName, certificate].allSatisfy({ $0 == nil }) else {
            throw ValidationError("--ca, --server-name and --certificate belong to tls:")
        }
        guard from > 0 else { throw ValidationError("--from is at least 1") }
    }

    func run() throws {
        let log = confinement.log("ship")
        for ignored in [SIGHUP, SIGPIPE] { _ = signal(ignored, SIG_IGN) }
        do {
            // An administrator's Ctrl-C; the supervisor's children are told by it.
            let signals = try SignalDescriptor(confined ? [SIGTERM] : [SIGTERM, SIGINT])
            if confined { _ = signal(SIGINT, SIG_IGN) }
            let security = try ShipSecurity(
                caFile: ca,
                serverName: serverName,
                chainFile: certificate,
                keyFile: certificateKey
            )
            if confined {
                let file = if case .file(let path) = to { path } else { String?.none }
                let files = FileAccess.shipper(trail: trail, state: state, file: file)
                try confinement.enter(.shipper, reaching: files, log: log)
            }
            let position = try ShipPosition(in: state, beginningAt: from)
            var loop = ShipLoop(
                // A child of the supervisor's may be ready before the recorder is.
                announcement: ShipAnnouncement(folder: trail, awaitsRecorder: confined),
                reader: ShipReader(folder: trail),
                target: to,
                format: format,
                security: security,
                position: position,
                log: log
            )
            guard try loop.run(once: once, until: signals) else { throw ExitCode.failure }
        } catch let error as ExitCode {
            throw error
        } catch {
            log.error("\(error)")
            throw ExitCode(2)
        }
    }
}
