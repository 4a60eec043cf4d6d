// SIGHUP: the configuration is read anew, and counts only if everything about it is right.
import Configuration
import Glibc
import Reactor

extension Supervisor {
    /// Reads the files again and proposes them to the gateway.
    func reload(for requester: Requester) {
        switch phase {
        case .starting, .serving: break
        case .draining, .closing: return log.warning("not reloading: the service is stopping")
        }
        // A gateway that starts has older files; the word of one that is asked already would be taken
        // for one about the files of today.
        guard phase == .serving, gateway.isReady, proposed == nil else {
            log.info("reloading as soon as the gateway can be asked")
            reloadIsDueFor = requester
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
                log.warning("not reloading: \(obstacle) changed, which needs a restart")
                return refuse(.needsRestart, obstacle, requester)
            }
            proposed = Proposal(configuration: new, requester: requester)
            tell(gateway, .configure(by: requester), lending: new.bundle.number)
        } catch let error as ConfigurationErrors {
            for error in error.errors { log.error("\(error)") }
            log.error("the new configuration is not used; the old one stays in force")
            record(RefusedReload(error, for: requester))
        } catch {
            log.error("not reloading: \(error)")
            refuse(.isUnreadable, "", requester)
        }
    }

    private func refuse(
        _ reason: RefusedReload.Reason,
        _ detail: String,
        _ requester: Requester
    ) {
        record(RefusedReload(reason: reason, detail: detail, requester: requester))
    }

    /// Has the gateway put it into the trail, or its successor.
    private func record(_ reload: RefusedReload) {
        if gateway.isReady { return tell(gateway, .unchanged(reload)) }
        if unrecorded.count < Self.unrecordedMax { unrecorded.append(reload) }
    }

    /// Tells a new gateway what its predecessor could not put into the trail.
    func recordRefusals() {
        for reload in unrecorded { tell(gateway, .unchanged(reload)) }
        unrecorded.removeAll()
    }

    /// The gateway's judgement on what was proposed to it.
    func reloaded(refusal: String?) {
        guard let new = proposed else { return }
        proposed = nil
        if let refusal {
            log.error("the gateway refused the new configuration: \(refusal)")
        } else {
            use(new.configuration)
        }
        reloadIfDue()
    }

    /// Does what was asked for while the gateway could not be asked, as soon as it can.
    func reloadIfDue() {
        guard phase == .serving, gateway.isReady, proposed == nil,
            let requester = reloadIsDueFor.take()
        else { return }
        reload(for: requester)
    }

    /// The gateway is gone before it said a word: its successor gets what is in force.
    func forgetProposal() {
        guard let proposal = proposed else { return }
        proposed = nil
        refuse(.endedGateway, "", proposal.requester)
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
