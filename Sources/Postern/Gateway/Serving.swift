// What a ready connection gets in one turn: a read from either side, and one write to the client.
import Audit
import Bytes
import Proxy
import Reactor
import TLS

extension Driver {
    mutating func serve(_ connection: Connection) {
        switch connection.course {
        case .closed: return
        case .lingers: return discard(connection)
        case .open, .saysGoodbye: break
        }
        sendUnsent(connection)
        if connection.attempt != nil { continueAttempt(connection) }
        if connection.mayReadClient && mayRead { readClient(connection) }
        if connection.mayReadBackend && mayRead { readBackend(connection) }
        settle(connection)
    }

    /// Whoever is read now may cause records that nobody could take.
    var mayRead: Bool {
        if recorder.goesOn { return true }
        return !recorder.isBlocked
            && !recorder.isOverfull(snapshot.limits.unacknowledgedRecordsMax)
    }

    private mutating func readClient(_ connection: Connection) {
        switch Driver.receive(from: &connection.client, into: &clientRoom) {
        case .moved: break
        case .wouldBlock: return
        case .ended: return clientHasEnded(connection)
        case .failed: return clientIsGone(connection)
        }
        // Taken out for as long as the session reads them.
        let room = clientRoom
        if connection.header == nil {
            takeFromClient(room.bytes, at: connection)
        } else {
            readHeader(room.bytes, at: connection)
        }
    }

    mutating func takeFromClient(_ bytes: Span<UInt8>, at connection: Connection) {
        if connection.client.tls == nil {
            take(bytes, of: .client, at: connection)
        } else {
            decryptClient(bytes, at: connection)
        }
    }

    private mutating func decryptClient(_ bytes: Span<UInt8>, at connection: Connection) {
        var plaintext = Buffer()
        swap(&plaintext, &self.plaintext)
        defer { swap(&plaintext, &self.plaintext) }
        let progress = connection.client.tls?.receive(
            bytes,
            plaintext: &plaintext,
            ciphertextOut: &clientOut
        )
        if connection.client.isSecuring { greetIfSecured(connection) }
        if connection.client.isCompressed {
            connection.client.compression?.keep(plaintext.span)
        } else {
            take(plaintext.span, of: .client, at: connection)
        }
        if connection.isLoggedIn { plaintext.removeAll() } else { plaintext.overwrite() }
        clientTLSCame(to: progress, at: connection)
    }

    private mutating func clientTLSCame(to progress: TLSProgress?, at connection: Connection) {
        switch progress {
        case .closed?: clientHasEnded(connection)
        case .failed(let error)?:
            if connection.session == nil { recordFailedOpening(of: connection, error.phrase) }
            clientIsGone(connection)
        case .handshaking?, .open?, nil: break
        }
    }

    private mutating func readBackend(_ connection: Connection) {
        let transfer = Driver.receive(from: &connection.backend, into: &backendRoom)
        guard case .moved = transfer else {
            if transfer != .wouldBlock { backendIsGone(connection) }
            return
        }
        let room = backendRoom
        if connection.backend.tls == nil {
            take(room.bytes, of: .backend, at: connection)
        } else {
            decryptBackend(room.bytes, at: connection)
        }
    }

    private mutating func decryptBackend(_ bytes: Span<UInt8>, at connection: Connection) {
        var plaintext = Buffer()
        swap(&plaintext, &self.plaintext)
        defer { swap(&plaintext, &self.plaintext) }
        let progress = connection.backend.tls?.receive(
            bytes,
            plaintext: &plaintext,
            ciphertextOut: &staged.bytes
        )
        staged.assign(to: connection.id)
        if connection.backend.isSecuring, connection.backend.tls?.isEstablished == true {
            backendIsSecured(connection)
        }
        take(plaintext.span, of: .backend, at: connection)
        plaintext.removeAll()
        switch progress {
        case .closed? where connection.backend.unread.isEmpty: backendIsGone(connection)
        case .failed(let error)?: backendTLSFailed(connection, error)
        case .handshaking?, .open?, .closed?, nil: break
        }
    }

    /// Receives once; a short read means that the kernel has no more.
    private static func receive(from peer: inout Peer, into room: inout Scratch) -> Transfer {
        let transfer = peer.receive(into: &room)
        switch transfer {
        case .moved(let count): peer.mayReceive = count == room.capacity || peer.isEnding
        case .wouldBlock, .ended, .failed: peer.mayReceive = false
        }
        return transfer
    }

    /// Feeds the session and keeps what it leaves.
    mutating func take(_ bytes: Span<UInt8>, of side: Side, at connection: Connection) {
        let taken = feed(bytes, from: side, to: connection)
        guard taken < bytes.count else { return }
        let rest = bytes.extracting(droppingFirst: taken)
        switch side {
        case .client where connection.course == .open: connection.client.unread.append(rest)
        case .backend where connection.backend.socket != nil:
            connection.backend.unread.append(rest)
        default: break
        }
    }

    /// Offers bytes to the session until it has dealt with all or wants no more for now.
    ///
    /// Returns how many it has dealt with.
    private mutating func feed(
        _ bytes: Span<UInt8>,
        from side: Side,
        to connection: Connection
    ) -> Int {
        var offset = 0
        while offset < bytes.count, connection.course == .open {
            let rest = bytes.extracting(droppingFirst: offset)
            let progress =
                switch side {
                case .client: connection.session?.clientSent(rest, at: now, into: &outbox)
                case .backend: connection.session?.backendSent(rest, at: now, into: &outbox)
                }
            guard let progress else { break }
            let consumed = min(max(0, progress.consumed), rest.count)
            let relayed = min(max(0, progress.relayed), rest.count - consumed)
            if side == .client { connection.traffic.received(consumed + relayed) }
            let wasSecuring = isSecuring(side, at: connection)
            let wasCompressed = connection.client.isCompressed
            performOutbox(
                of: connection,
                relaying: rest.extracting(consumed..<consumed + relayed),
                from: side
            )
            offset += consumed + relayed
            if side == .client && wasCompressed {
                connection.client.compression?.passedMessage(relayed)
            }
            if offset < bytes.count && !wasSecuring && isSecuring(side, at: connection) {
                refuseInjection(from: side, at: connection)
                return bytes.count
            }
            if side == .client && !wasCompressed && connection.client.isCompressed {
                let rest = bytes.extracting(droppingFirst: offset)
                connection.client.compression?.keep(rest)
                return bytes.count
            }
            if consumed + relayed == 0 {
                setOffered(side, at: connection)
                break
            }
            connection.calls &+= 1
        }
        return offset
    }

    private func setOffered(_ side: Side, at connection: Connection) {
        switch side {
        case .client: connection.client.offeredAt = connection.calls
        case .backend: connection.backend.offeredAt = connection.calls
        }
    }

    private func isSecuring(_ side: Side, at connection: Connection) -> Bool {
        side == .client ? connection.client.isSecuring : connection.backend.isSecuring
    }

    /// Bytes that stood in plain text behind STARTTLS would be taken as said under TLS.
    private mutating func refuseInjection(from side: Side, at connection: Connection) {
        switch side {
        case .client: clientIsGone(connection)
        case .backend:
            notReached(connection, BackendReach.Failure("the backend sent data before TLS"))
            backendIsGone(connection)
        }
    }

    /// Reads on until the client ends, so that closing resets nothing.
    private mutating func discard(_ connection: Connection) {
        guard connection.client.mayReceive else { return }
        switch Driver.receive(from: &connection.client, into: &clientRoom) {
        case .moved: if connection.client.mayReceive { enqueue(connection) }
        case .wouldBlock: break
        case .ended, .failed: remove(connection)
        }
    }

    /// Ends every piece of work on a connection: answers, the write to the client, the timer.
    mutating func settle(_ connection: Connection) {
        repeat {
            deliverAnswers(to: connection)
            offerUnread(of: .client, at: connection)
            inflate(from: connection)
            tellClientsEnd(of: connection)
            offerUnread(of: .backend, at: connection)
        } while !answers.isEmpty && connection.course == .open
        answers.removeAll(keepingCapacity: true)
        sendToClient(connection)
        if connection.course == .saysGoodbye && connection.client.unsent.isEmpty {
            linger(connection)
        }
        guard connection.course != .closed else { return }
        arm(connection)
        let wantsReading =
            connection.mayReadClient || connection.mayReadBackend || connection.mayInflate
        if wantsReading && mayRead { enqueue(connection) }
    }

    /// Tells the session that nothing more comes, once it has dealt with all that came.
    private mutating func tellClientsEnd(of connection: Connection) {
        guard connection.client.hasEnded, connection.client.isRead, connection.course == .open
        else { return }
        connection.client.hasEnded = false
        connection.session?.clientEnded(at: now, into: &outbox)
        performOutbox(of: connection)
    }

    /// Gives the session what it left unread, once after anything that may have changed its mind.
    private mutating func offerUnread(of side: Side, at connection: Connection) {
        guard connection.course == .open, let waiting = takeUnread(of: side, at: connection)
        else { return }
        var unread = waiting
        unread.removeFirst(feed(unread.span, from: side, to: connection))
        guard !unread.isEmpty, connection.course == .open else { return }
        switch side {
        case .client: connection.client.unread = unread
        case .backend where connection.backend.socket != nil: connection.backend.unread = unread
        case .backend: break
        }
    }

    private mutating func takeUnread(of side: Side, at connection: Connection) -> Buffer? {
        var unread = Buffer()
        switch side {
        case .client:
            guard connection.client.hasUnreadNews(connection.calls) else { return nil }
            swap(&unread, &connection.client.unread)
        case .backend:
            guard connection.backend.hasUnreadNews(connection.calls) else { return nil }
            swap(&unread, &connection.backend.unread)
        }
        return unread
    }
}

extension Connection {
    /// A client is read only while all that it caused so far has found its way.
    fileprivate var mayReadClient: Bool {
        client.mayReceive && course == .open && client.isSettled && backend.unsent.isEmpty
    }

    fileprivate var mayReadBackend: Bool {
        backend.mayReceive && course == .open && attempt == nil && backend.unread.isEmpty
            && client.unsent.isEmpty
    }
}

extension Peer {
    fileprivate borrowing func receive(into room: inout Scratch) -> Transfer {
        switch socket {
        case .some(let socket): room.receive(from: socket)
        case .none: .ended
        }
    }

    /// Whether the session may take of `unread` what it didn't take before.
    fileprivate func hasUnreadNews(_ calls: UInt64) -> Bool {
        !unread.isEmpty && offeredAt != calls
    }
}
