// An authenticated session: the client's commands on one side, the backend's answers on the other.
import Audit
import Bytes
import IMAP
import Policy

/// The relay between a client and the backend that knows its user.
///
/// One command of the client is judged at a time. One that must wait (for a barrier, for its record
/// to be durable, for names it depends on) stays whole in the fragmenter, and nothing behind it is
/// read; then it is judged anew, so that a decision is never older than what it rests on.
struct Relay: ~Copyable {
    /// A command whose literals the client sends unasked, though nothing will come of it.
    enum PassingBy {
        /// What the client hears at the command's end.
        indirect case refused(Tag?, Refusal)
        /// The client has its answer.
        case answered
    }

    private let place = InPlace()
    var subject: Subject
    private var epoch: Epoch
    var backend: BackendFacts
    private(set) var offer: CapabilitySet
    private let compressionRoom: CompressionRoom
    /// Taken while the client compresses.
    private var compressionPlace: CompressionRoom.Place?
    var settings: Settings
    var policy: UserPolicy
    var trail: Trail
    var client: CommandFragmenter
    var answers = ResponseFragmenter()
    /// The FETCH response that has begun and not ended.
    var transcoder: FetchTranscoder?
    /// Responses that the session has dropped and recorded.
    var unknownResponses = 0
    var inFlight = InFlight()
    /// The plan that is being carried out, at most one; kept elsewhere, since it is big and few
    /// sessions have one.
    private var undertakings: [Undertaking] = []
    var selection: Selection?
    /// The client has not been told yet that it is READ-ONLY now, or no more.
    var owesAccess = false
    /// It may not be read any more and is being left.
    var isShut = false
    var enabled = CapabilitySet()
    /// The last search that was to be saved was refused: what `$` is at the backend is older.
    var isResultLost = false
    /// Elsewhere, since it is big and looked for at every turn.
    private var boxedUpload: Boxed<Upload>?
    /// The client's messages on their way to the backend.
    var upload: Upload? {
        get { boxedUpload?.value }
        set { boxedUpload = newValue.map(Boxed.boxed) }
    }
    /// Asked without taking it out.
    var isUploading: Bool { if case .some = boxedUpload { true } else { false } }
    /// Over the message that streams.
    var digest: MessageDigest?
    var idling: Idling?
    /// The command under way is refused, and the rest of it passes by.
    var passingBy: PassingBy?
    /// Of the literal that is passed on or counted away, once its first bytes are there.
    var pace: LiteralPace?
    /// The rest of a command after a literal that the backend must ask for first.
    var unsent: [Buffer] = []
    /// The number of the command that `unsent` is of.
    var unsentNumber: UInt64 = 0

    /// A whole command waits in the fragmenter.
    var isHolding = false
    /// The literal at which the waiting command stands; only a message waits in front of one.
    var heldLiteral: LiteralHeader?
    /// The waiting command has its number in the trail.
    private var isCounted = false
    /// The waiting command's record is written.
    var isRecorded = false
    /// Names below the mailbox that the waiting command would delete or rename.
    var descendants: [MailboxName?]?
    var quotaLabels = QuotaLabels()
    /// What NOTIFY asked for; nil: nothing.
    var watch: Watch?
    /// The backend does not watch what `watch` means by now.
    var isWatchStale = false
    var hidden = HidingTally()
    var uses = UsesKnowledge()
    var groups: GroupsKnowledge
    /// Of the selected mailbox, where rules bound how much may be fetched from it.
    var metering: Metering?
    var lastReport: UInt64 = 0

    var isRecorderAvailable: Bool
    /// The literal that is passing by goes to the client.
    var isPassingLiteral = false
    var isDraining = false
    /// The client says nothing more, and hears what it has asked for.
    var isClientDone = false
    var isFinished = false
    private var lastTag: UInt64
    /// The last tag that was sent under another policy than that of now.
    private(set) var judgedTag: UInt64 = 0
    private var malformedCommands = 0
    private var lastInput: Instant
    /// When a rule begins or ends to apply by itself.
    private var policyDeadline: Instant
    /// The settings' timeouts: the deadline is asked for at every turn.
    private var idleMicroseconds: UInt64
    private var commandMicroseconds: UInt64

    init(
        subject: Subject,
        knowsGroups: Bool,
        epoch: Epoch,
        backend: BackendFacts,
        settings: Settings,
        trail: Trail,
        isRecorderAvailable: Bool,
        compressionRoom: CompressionRoom,
        at now: Instant
    ) {
        self.subject = subject
        self.epoch = epoch
        self.backend = backend
        self.settings = settings
        self.trail = trail
        self.isRecorderAvailable = isRecorderAvailable
        self.compressionRoom = compressionRoom
        idleMicroseconds = Instant(0).advanced(by: settings.limits.idleTimeout)
        commandMicroseconds = Instant(0).advanced(by: settings.limits.commandTimeout)
        client = CommandFragmenter(limits: settings.limits.afterLogin)
        policy = settings.policy.policy(for: subject, at: epoch.time(at: now), backend.names)
        policyDeadline = policy.changes.map(epoch.instant) ?? .max
        groups = GroupsKnowledge(
            isKnown: knowsGroups || settings.policy.unixGroupsNeed == .rehearsed,
            expires: now.advanced(by: settings.authentication.groupsAge)
        )
        uses.expires = now.advanced(by: UsesKnowledge.ageMax)
        offer = Offer.afterLogin(
            backend: backend.capabilities,
            messageBytesMax: settings.limits.messageBytesMax,
            permissions: settings.permissions,
            compression: settings.offersCompression,
            emulating: backend.emulations
        )
        lastInput = now
        // The login at the backend used the tags below.
        lastTag = BackendLogin.tagsMax
        weighUses()
        // What rules in report mode miss stands in the trail by now.
        uses.isStale = backend.names.uses == nil && uses.need != .rehearsed
    }

    var undertaking: Undertaking? {
        get { undertakings.first }
        set { undertakings = newValue.map { [$0] } ?? [] }
    }

    /// Asked without taking it out, which would copy as much for none as for one.
    var isUndertaking: Bool { !undertakings.isEmpty }

    var isCompressing: Bool { if case .some = compressionPlace { true } else { false } }

    /// Whether the client has half a response, into which nothing else may be put.
    var isInsideResponse: Bool { transcoder?.isUnfinished ?? false }

    /// Gives the command under way its number, however often it is judged.
    mutating func count() {
        guard !isCounted else { return }
        isCounted = true
        trail.beginCommand()
    }

    /// The command under way is dealt with: the next one has a number and a record of its own.
    mutating func forgetCommand() {
        isCounted = false
        isRecorded = false
    }

    mutating func nextTag() -> UInt64 {
        lastTag += 1
        return lastTag
    }

    var authorization: Authorization {
        Authorization(
            policy: policy,
            naming: namesToBackend,
            capabilities: backend.capabilities,
            offer: offer,
            selection: selection,
            enabled: enabled,
            isResultLost: isResultLost,
            isCompressing: isCompressing,
            mayCompress: !compressionRoom.isFull,
            refusals: settings.refusals,
            copies: settings.copies,
            descendants: descendants,
            permissions: settings.permissions,
            quotaLabels: quotaLabels,
            spent: metering?.spent ?? []
        )
    }

    // MARK: Events from outside

    mutating func recorded(at now: Instant, into out: inout Outbox) {
        trail.recorded()
        resume(at: now, into: &out)
        endIfDrained(into: &out)
        endIfClientIsDone(into: &out)
    }

    mutating func recorderChanged(isAvailable: Bool, at now: Instant, into out: inout Outbox) {
        isRecorderAvailable = isAvailable
        guard isAvailable else { return }
        sawInput(at: now)
        resume(at: now, into: &out)
        endIfClientIsDone(into: &out)
    }

    mutating func settingsChanged(_ settings: Settings, at now: Instant, into out: inout Outbox) {
        let planned = plannedJudgement
        self.settings = settings
        idleMicroseconds = Instant(0).advanced(by: settings.limits.idleTimeout)
        commandMicroseconds = Instant(0).advanced(by: settings.limits.commandTimeout)
        trail.facts.policyRevision = settings.policy.revision
        judgeAnew(since: planned, at: now, into: &out)
        reviewGroups(into: &out)
    }

    /// The client has said who it is: rules may look at that.
    mutating func introduced(as name: String, at now: Instant, into out: inout Outbox) {
        guard name != subject.clientName else { return }
        subject.clientName = name
        judgeAnew(at: now, into: &out)
    }

    /// The clock on the wall was set: it may be another hour than rules were judged by.
    mutating func clockSet(_ epoch: Epoch, at now: Instant, into out: inout Outbox) {
        self.epoch = epoch
        judgeAnew(at: now, into: &out)
    }

    /// Takes the policy of this moment, for what is selected and for what waits.
    mutating func judgeAnew(at now: Instant, into out: inout Outbox) {
        judgeAnew(since: plannedJudgement, at: now, into: &out)
    }

    /// `planned` is what was judged before of what is being carried out.
    private mutating func judgeAnew(
        since planned: Judgement?,
        at now: Instant,
        into out: inout Outbox
    ) {
        judgedTag = lastTag
        policy = settings.policy.policy(for: subject, at: epoch.time(at: now), backend.names)
        policyDeadline = policy.changes.map(epoch.instant) ?? .max
        // A waiting command is judged and recorded anew under the new policy.
        isRecorded = false
        endMetering(into: &out)
        inFlight.refreshSelection(under: policy)
        refreshSelection(at: now, into: &out)
        if !isFinished && !isShut { tellAccess(into: &out) }
        reviewPlan(since: planned)
        reviewUses(at: now, into: &out)
        reviewWatch(at: now, into: &out)
    }

    mutating func drain(into out: inout Outbox) {
        isDraining = true
        endIfDrained(into: &out)
    }

    mutating func endIfDrained(into out: inout Outbox) {
        guard isDraining, !isFinished, !isUploading, !isAwaitingDisk else { return }
        if inFlight.isEmpty || idling != nil { end("Server is shutting down", into: &out) }
    }

    /// The waiting command goes on as soon as its record is written.
    private var isAwaitingDisk: Bool { isHolding && isRecorderAvailable }

    /// The backend is gone: nothing can be relayed any more.
    mutating func backendClosed(into out: inout Outbox) {
        guard !isFinished else { return }
        end("Connection to the mail server was lost", .backendBye, into: &out)
    }

    /// From now on the client's bytes are compressed; it is offered once.
    mutating func startCompression() {
        compressionPlace = compressionRoom.take()
        offer.remove(.compressDeflate)
    }

    /// What the client sent is no compressed stream any more: nothing it says can be understood.
    mutating func clientBroke(_ fault: StreamFault, into out: inout Outbox) {
        switch fault {
        case .malformed: end("Malformed compressed data", .malformed, into: &out)
        case .excessive: end("Compressed data grows without measure", .limit, into: &out)
        }
    }

    // MARK: Time

    var deadline: Instant { min(min(clientDeadline, policyDeadline), idleDeadline ?? .max) }

    private var clientDeadline: Instant {
        let (end, isPast) = lastInput.addingReportingOverflow(
            client.isIdle && !isClientDone ? idleMicroseconds : commandMicroseconds
        )
        return min(isPast ? .max : end, literalDeadline)
    }

    private var literalDeadline: Instant {
        guard let pace, let left = client.literalBytesLeft else { return .max }
        return pace.deadline(
            left: left,
            allowance: commandMicroseconds,
            rate: settings.limits.messageBytesPerSecondMin
        )
    }

    /// Whether nothing but the client can bring the session on.
    private var isClientsTurn: Bool {
        if isIdleRenewed { return true }
        return acceptsInput && (inFlight.isEmpty || idling != nil || !client.isIdle)
    }

    mutating func sawInput(at now: Instant) { lastInput = now }

    /// Bytes of a literal come of which `left` were still to come.
    mutating func sawLiteral(_ left: UInt64, at now: Instant) {
        lastInput = now
        if pace == nil { pace = LiteralPace(left, at: now) }
    }

    mutating func timePassed(at now: Instant, into out: inout Outbox) {
        guard !isFinished else { return }
        if now >= policyDeadline { judgeAnew(at: now, into: &out) }
        idleTimePassed(at: now, into: &out)
        guard !isFinished, now >= clientDeadline else { return }
        // While the client waits for the backend or the disk, its time does not run.
        guard isClientsTurn || isClientDone else {
            pace = nil
            return sawInput(at: now)
        }
        end("Idle for too long", .limit, into: &out)
    }

    // MARK: The end

    mutating func countMalformed(into out: inout Outbox) {
        malformedCommands += 1
        if malformedCommands >= settings.limits.malformedCommandsMax {
            end("Too many malformed commands", .limit, into: &out)
        }
    }

    mutating func sawWellFormed() { malformedCommands = 0 }

    /// Says BYE, records why, closes both sides.
    mutating func end(_ text: Phrase, _ event: Event? = nil, into out: inout Outbox) {
        guard !isFinished else { return }
        if let event {
            var record = trail.event(event, verdict: .disconnect, reason: text)
            record.sequence = trail.sequence
            trail.record(record, into: &out)
        }
        // A BYE in the middle of a message would be taken for a part of it.
        if !isInsideResponse { out.client.appendBye(text) }
        finish(text, into: &out)
    }

    mutating func finish(_ reason: Phrase, into out: inout Outbox) {
        guard !isFinished else { return }
        isFinished = true
        meterUnfinished()
        endMetering(into: &out)
        for exchange in inFlight.exchanges where exchange.tag != nil {
            recordOutcome(exchange, .aborted, code: nil, at: exchange.started, into: &out)
        }
        inFlight.removeAll()
        if let asked = undertaking?.asked, asked.tag != nil {
            recordOutcome(asked, .aborted, code: nil, at: asked.started, into: &out)
        }
        undertaking = nil
        if let asked = idling?.detached {
            recordOutcome(asked, .aborted, code: nil, at: asked.started, into: &out)
        }
        trail.record(trail.end(reason), into: &out)
        out.effects.append(.closeBackend)
        out.effects.append(.closeClient)
    }
}
