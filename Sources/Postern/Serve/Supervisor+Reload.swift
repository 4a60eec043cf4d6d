// SIGHUP: the configuration is read anew, and counts only if everything about it is right.
import Configuration
import Glibc
import Reactor

extension Supervisor {
    /// Reads the files again and proposes them to the gateway, for the user of this ID.
    func reload(for user: UInt32) {
        guard phase == .serving, gateway.isReady else {
            return log.warning("not reloading: the gateway is not ready")
        }
        // The gateway's word would be taken for one about the files of today.
        guard proposed == nil else {
            reloadIsDueFor = user
            return
        }
        do {
            let new = try LoadedConfiguration(
                path: programs.configurationPath,
                rehearses: programs.rehearses
            )
            if let obstacle = loaded.obstacle(to: new.configuration) {
                // Listeners are known by their place in the configuration: with others, the sockets
                // that are open would be given another listener's rules.
                return log.warning("not reloading: \(obstacle) changed, which needs a restart")
            }
            proposed = new
            tell(gateway, .configure(by: user), lending: new.bundle.number)
        } catch let error as ConfigurationErrors {
            for error in error.errors { log.error("\(error)") }
            log.error("the new configuration is not used; the old one stays in force")
        } catch {
            log.error("not reloading: \(error)")
        }
    }

    /// The gateway's judgement on what was proposed to it.
    func reloaded(refusal: String?) {
        guard let new = proposed else { return }
        proposed = nil
        if let refusal {
            log.error("the gateway refused the new configuration: \(refusal)")
        } else {
            use(new)
        }
        guard let user = reloadIsDueFor else { return }
        reloadIsDueFor = nil
        reload(for: user)
    }

    /// The gateway is gone before it said a word: its successor gets what is in force.
    func forgetProposal() {
        guard proposed != nil else { return }
        proposed = nil
        reloadIsDueFor = nil
        log.error("the new configuration is not used: the gateway ended over it")
    }

    private func use(_ new: LoadedConfiguration) {
        let old = loaded.configuration
        loaded = new
        log.level = new.configuration.log.supervisorLevel
        log.format = new.configuration.log.supervisorFormat
        log.info("the new configuration is in force")
        // They know their service from their command line.
        if old.pam != new.configuration.pam { for helper in helpers { helper.signal(SIGTERM) } }
    }
}

extension OperationalLog {
    var supervisorLevel: Log.Level {
        switch level {
        case .debug: .debug
        case .info: .info
        case .warning: .warning
        case .error: .error
        }
    }

    var supervisorFormat: Log.Format {
        switch format {
        case .text: .text
        case .json: .json
        }
    }
}
