// The command line: what `postern` can be asked to do.
import ArgumentParser

@main
struct Postern: ParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "postern",
        abstract: "An IMAP proxy that enforces per-mailbox policy and keeps an audit trail.",
        version: "postern \(version)",
        subcommands: [
            Serve.self, Check.self, PolicyCommand.self, AuditCommand.self, Version.self,
            Gateway.self, Recorder.self,
        ]
    )
}

struct Version: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print the version.")

    func run() { print("postern \(Postern.version)") }
}
