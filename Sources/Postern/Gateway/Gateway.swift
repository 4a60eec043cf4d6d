// The program that speaks with strangers: started by the supervisor, it holds no root and no trail.
import ArgumentParser
import CLinux
import Glibc

/// `postern gateway`: takes its sockets and configuration from the supervisor and serves clients.
struct Gateway: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway",
        abstract: "Serve mail clients (started by the supervisor).",
        shouldDisplay: false
    )

    @Option(help: "The path of the configuration file, as the supervisor's bundle names it.")
    var config: String

    @Option(help: "The descriptor of the supervisor's control channel.")
    var control: Int32 = ControlChannel.inherited

    @OptionGroup var confinement: Confinement

    func run() throws {
        _ = signal(SIGPIPE, SIG_IGN)
        let log = confinement.log("gateway")
        // Each session holds two sockets; no other limit than the administrator's should count.
        linux_raise_descriptor_limit()
        try confinement.enter(.gateway, reaching: .gateway, log: log)
        let channel = ControlChannel(owning: control)
        var reception = Reception(channel, configurationPath: config, log: log)
        try reception.run()
    }
}
