// `postern serve`: the service, from its configuration to its end.
import ArgumentParser
import CLinux
import Configuration
import Glibc
import Policy
import Reactor

struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the service in the foreground.",
        discussion: """
            SIGTERM and SIGINT end it in order. SIGHUP reads configuration, policy and certificates \
            again; what is wrong then is logged, and the old ones stay in force.
            """
    )

    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config = "/etc/postern/postern.yaml"

    @Option(
        help: ArgumentHelp(
            "The program that asks PAM; by default postern-pam beside this program.",
            valueName: "file"
        )
    )
    var pamHelper: String?

    @Flag(help: "Let the policy refuse nothing and write into the trail what it would refuse.")
    var rehearse = false

    func run() throws {
        let log = Log("serve")
        do {
            let supervisor = try supervisor()
            guard supervisor.run() else { throw ExitCode.failure }
        } catch let error as ConfigurationErrors {
            for error in error.errors { log.error("\(error)") }
            throw ExitCode.failure
        } catch let error as ExitCode {
            throw error
        } catch {
            log.error("\(error)")
            throw ExitCode.failure
        }
    }

    private func supervisor() throws -> Supervisor {
        let loaded = try LoadedConfiguration(path: config, rehearses: rehearse)
        let configuration = loaded.configuration
        let log = Log(
            "serve",
            level: configuration.log.supervisorLevel,
            format: configuration.log.supervisorFormat
        )
        if configuration.policy.isRehearsed {
            log.warning("the whole policy is under rehearsal: no rule refuses anything")
        }
        let isRoot = geteuid() == 0
        if isRoot {
            _ = try Account(configuration.processes.user)
            _ = try Account(configuration.processes.auditUser)
            if !configuration.audit.shippings.isEmpty {
                _ = try Account(configuration.processes.shipUser)
            }
        } else {
            log.info("not root: all processes run as user \(geteuid())")
        }
        guard linux_forbid_dumps() == 0 else { throw SystemError.last("setrlimit") }
        return try Supervisor(
            loaded: loaded,
            programs: Programs(
                configurationPath: config,
                rehearses: rehearse,
                pamHelper: pamHelper,
                isRoot: isRoot
            ),
            reactors: Self.reactors(configuration.processes),
            log: log
        )
    }

    /// One for each processor that we may run on, unless the administrator says otherwise.
    private static func reactors(_ processes: Processes) -> UInt16 {
        let wanted = processes.reactors > 0 ? processes.reactors : Int(linux_processors())
        return UInt16(clamping: max(1, wanted))
    }
}
