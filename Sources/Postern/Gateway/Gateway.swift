// The program that speaks with strangers: started by the supervisor, it holds no root and no trail.
import ArgumentParser
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
        try confinement.enter(.gateway)
        let channel = ControlChannel(owning: control)
        var reception = Reception(
            channel,
            configurationPath: config,
            log: confinement.log("gateway")
        )
        try reception.run()
    }
}
