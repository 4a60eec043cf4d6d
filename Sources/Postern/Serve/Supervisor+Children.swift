// Starting the children, wiring them to each other, and what to do when one ends.
import Audit
import Configuration
import Glibc
import Reactor

extension Supervisor {
    func start(_ child: Child) {
        do {
            let pair = try SocketPair(.messages)
            let near = Socket(try pair.near.descriptor.duplicate())
            let process = try programs.start(
                child.role,
                loaded.configuration,
                channel: pair.far
            )
            log.debug("started \(child.role) as process \(process.id)")
            adopt(child, process, near)
        } catch {
            log.error("can't start \(child.role): \(error)")
            child.failedToStart(at: MonotonicClock.now)
            if phase == .starting { close(failed: true) }
        }
    }

    private func adopt(
        _ child: Child,
        _ process: consuming ChildProcess,
        _ near: consuming Socket
    ) {
        let now = MonotonicClock.now
        switch child.role {
        case .shipper: child.started(process, channel: nil, at: now)
        case .helper:
            child.started(process, channel: nil, at: now)
            child.offer = consume near
            offerHelpers()
        case .recorder:
            child.started(process, channel: ControlChannel(near), at: now)
            connectRecorder()
        case .gateway:
            child.started(process, channel: ControlChannel(near), at: now)
            equipGateway()
        }
    }

    /// Hands a new gateway everything it needs.
    private func equipGateway() {
        tell(gateway, .configure(by: .own), lending: loaded.bundle.number)
        for socket in sockets {
            let message = ControlMessage.listener(
                reactor: socket.reactor,
                listener: socket.listener
            )
            tell(gateway, message, lending: socket.socket.descriptor.number)
        }
        offerHelpers()
        connectRecorder()
        tell(gateway, .start(reactors: reactors))
    }

    /// Gives the gateway the channels of helpers that none has got yet, and keeps no copy: a helper
    /// must notice when its gateway is gone.
    private func offerHelpers() {
        guard gateway.isRunning else { return }
        for (index, helper) in helpers.enumerated() {
            guard let offer = helper.offer.take() else { continue }
            tell(gateway, .helper(UInt16(clamping: index)), lending: offer.descriptor.number)
        }
    }

    /// Connects every reactor of the gateway with the recorder, as soon as both are there.
    private func connectRecorder() {
        guard gateway.isRunning, recorder.isRunning else { return }
        for reactor in 0..<reactors {
            do {
                let pair = try SocketPair(.stream)
                let message = ControlMessage.recorder(reactor: reactor)
                tell(recorder, message, lending: pair.far.descriptor.number)
                tell(gateway, message, lending: pair.near.descriptor.number)
            } catch {
                log.error("can't connect gateway and recorder: \(error)")
                recorder.signal(SIGKILL)
            }
        }
    }

    /// Sends a message; a child that can't take it is broken and is killed, to be started anew.
    func tell(_ child: Child, _ message: ControlMessage, lending descriptor: Int32? = nil) {
        guard let channel = child.channel else { return }
        do {
            try channel.send(message, lending: descriptor)
        } catch {
            // A closed channel says the same as the end of the process, which follows.
            if error == .closed { return }
            log.error("the \(child.role) takes no messages: \(error)")
            child.signal(SIGKILL)
        }
    }

    func takeMessages(of child: Child) {
        while let channel = child.channel {
            switch Result(catching: { () throws(ControlChannel.Failure) in try channel.receive() })
            {
            case .success(.message(let message, _)) where heed(message, of: child): continue
            case .success(.nothing): return
            case .success(.closed): return child.lostChannel()
            case .success(.message), .failure:
                log.error("the \(child.role) breaks the protocol")
                child.signal(SIGKILL)
                return
            }
        }
    }

    /// Returns false for a message that this child has no business to send.
    private func heed(_ message: ControlMessage, of child: Child) -> Bool {
        switch (message, child.role) {
        case (.ready, .gateway), (.ready, .recorder):
            child.isReady = true
            if child.role == .gateway { recordRefusals() }
            noteReadiness()
        case (.killHelper(let index), .gateway):
            guard helpers.indices.contains(Int(index)) else { return false }
            log.warning("pam helper \(index) is over its deadline")
            helpers[Int(index)].signal(SIGKILL)
        case (.configured, .gateway): reloaded(refusal: nil)
        case (.refused(let why), .gateway): reloaded(refusal: why)
        case (.checkpoint(let line), .recorder):
            guard CheckpointLine.note(in: line) != nil else { return false }
            publish(line)
        default: return false
        }
        return true
    }

    /// Puts a checkpoint where whoever changes the trail doesn't reach it, if there is such a place.
    private func publish(_ line: String) {
        guard let path = loaded.configuration.audit.syslog else { return }
        if !SystemLog(path: path).send(line) {
            log.warning("the checkpoint was not taken by \(path)")
        }
    }

    private func noteReadiness() {
        if phase == .starting, gateway.isReady, recorder.isReady {
            phase = .serving
            let addresses = loaded.configuration.listeners.flatMap {
                $0.addresses.map(\.description)
            }
            log.info("serving on \(addresses.joined(separator: ", "))")
            ServiceNotification.ready.send()
        }
        reloadIfDue()
    }

    func noticeEnd(of child: Child) {
        guard let end = child.reap(at: MonotonicClock.now) else { return }
        if case .helper = child.role { killOrphans() }
        switch (phase, child.role) {
        case (.closing, _): return
        case (.draining, .gateway):
            log.info("the gateway has ended")
            close(failed: end != .exited(0))
        case (.draining, .helper), (.draining, .shipper): return
        case (.starting, .gateway), (.starting, .recorder):
            log.error("the \(child.role) \(end.words) before it was ready")
            close(failed: true)
        // A helper ends in order when its gateway is gone, or its service is another one.
        case (_, .helper) where end == .exited(0) || end == .killed(signal: SIGTERM):
            log.debug("\(child.role) has ended")
        default: log.error("the \(child.role) \(end.words) and is started again")
        }
        if child.role == .gateway { forgetProposal() }
    }
}

extension ChildProcess.End {
    fileprivate var words: String {
        switch self {
        case .exited(let status): "ended with status \(status)"
        case .killed(let signal): "was ended by signal \(signal)"
        }
    }
}
