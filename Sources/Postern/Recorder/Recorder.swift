// The program that owns the trail: started by the supervisor, it appends and never rewrites.
import ArgumentParser
import Audit
import Glibc
import Reactor

/// `postern recorder`: takes records from the gateway and answers when they are on disk.
///
/// With a control channel it lives as long as the supervisor does; without one, as long as the
/// connections that it was started with.
struct Recorder: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recorder",
        abstract: "Write the audit trail (started by the supervisor).",
        shouldDisplay: false
    )

    private static let megabyte: UInt64 = 1024 * 1024

    @Option(help: "The folder of the trail; it must exist.")
    var folder: String

    @Option(help: "Begin a new segment when one has this many MiB.")
    var segmentMegabytes: UInt64 = 64

    @Option(help: "Begin a new segment when one is this many hours old.")
    var segmentHours: UInt64 = 24

    @Option(help: "Take no records when less than this many MiB are free, but write the end.")
    var reserveMegabytes: UInt64 = 16

    @OptionGroup var privacy: PrivacyOptions

    @Option(help: "The descriptor of the supervisor's control channel.")
    var control: Int32?

    @Option(help: "The descriptor of a gateway's connection; may be repeated.")
    var feed: [Int32] = []

    @OptionGroup var confinement: Confinement

    func validate() throws {
        guard (1...1024 * 1024).contains(segmentMegabytes) else {
            throw ValidationError("--segment-megabytes is 1 to 1048576")
        }
        guard (1...24 * 366).contains(segmentHours) else {
            throw ValidationError("--segment-hours is 1 to 8784")
        }
        guard reserveMegabytes <= 1024 * 1024 else {
            throw ValidationError("--reserve-megabytes is at most 1048576")
        }
        for descriptor in feed + [control].compactMap({ $0 }) {
            guard descriptor > 2, fcntl(descriptor, F_GETFD) >= 0 else {
                throw ValidationError("descriptor \(descriptor) is not open")
            }
        }
    }

    func run() throws {
        let log = confinement.log("recorder")
        // Before confinement: the library may want to read its configuration.
        guard let hasher = TreeHasher() else { throw ExitCode.failure }
        do {
            // Before the door, which may be that of a recorder at work.
            let place = try TrailFolder(folder, reserveBytes: reserveMegabytes * Self.megabyte)
            let files = FileAccess.recorder(folder: folder, keys: privacy.keys)
            let door = try confinement.enter(.recorder, reaching: files, log: log) {
                try TrailDoor.open(in: folder)
            }
            guard try record(log, hasher, in: place, Visitors(door)) else { throw ExitCode.failure }
        } catch let error as ExitCode {
            throw error
        } catch {
            log.error("\(error)")
            throw ExitCode.failure
        }
    }

    /// Runs to the end; returns whether every record is on disk.
    private func record(
        _ log: Log,
        _ hasher: TreeHasher,
        in place: consuming TrailFolder,
        _ visitors: consuming Visitors
    ) throws -> Bool {
        // Ctrl-C reaches the whole group: the gateway's last records come after it.
        for ignored in [SIGINT, SIGHUP, SIGPIPE] { _ = signal(ignored, SIG_IGN) }
        let signals = try SignalDescriptor([SIGTERM])
        _ = umask(0o027)
        var recording = try recording(hasher, in: place, at: Moment.now, log)
        for descriptor in feed { recording.add(Feed(descriptor: descriptor)) }
        let channel = control.map { ControlChannel(owning: $0) }
        // The start stands in the trail, and is signed, before anybody counts on it.
        recording.commit(at: Moment.now)
        try channel?.send(.ready)
        var loop = RecorderLoop(
            recording,
            visitors: visitors,
            control: channel,
            signals: signals,
            log: log
        )
        defer { TrailDoor.close(in: folder) }
        return loop.run()
    }

    private func recording(
        _ hasher: TreeHasher,
        in place: consuming TrailFolder,
        at now: Moment,
        _ log: Log
    ) throws -> Recording {
        var limits = SegmentLimits()
        limits.bytesMax = segmentMegabytes * Self.megabyte
        limits.ageMax = .seconds(Int64(segmentHours) * 3600)
        let veil = try privacy.veil(of: folder, at: now.utc, log)
        let trail = try Trail(in: place, limits: limits, veil: veil, at: now.monotonic)
        let seal = try Seal(in: folder, size: trail.next - 1, hasher: hasher, at: now.monotonic)
        if let key = seal.newKey {
            log.warning("a new trail; keep its first public key where nobody here can: \(key)")
        }
        return Recording(
            trail,
            sealing: seal,
            boot: Boot.id,
            settings: privacy.words,
            keys: privacy.folder(of: folder),
            at: now
        )
    }
}
