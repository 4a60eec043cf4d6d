// The program that owns the trail: started by the supervisor, it appends and never rewrites.
import ArgumentParser
import Audit
import Glibc

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

    @Option(help: "The folder of the trail; it must exist.")
    var folder: String

    @Option(help: "Begin a new segment when one has this many MiB.")
    var segmentMegabytes: UInt64 = 64

    @Option(help: "Begin a new segment when one is this many hours old.")
    var segmentHours: UInt64 = 24

    @Option(help: "The descriptor of the supervisor's control channel.")
    var control: Int32?

    @Option(help: "The descriptor of a gateway's connection; may be repeated.")
    var feed: [Int32] = []

    func validate() throws {
        guard (1...1024 * 1024).contains(segmentMegabytes) else {
            throw ValidationError("--segment-megabytes is 1 to 1048576")
        }
        guard (1...24 * 366).contains(segmentHours) else {
            throw ValidationError("--segment-hours is 1 to 8784")
        }
        for descriptor in feed + [control].compactMap({ $0 }) {
            guard descriptor > 2, fcntl(descriptor, F_GETFD) >= 0 else {
                throw ValidationError("descriptor \(descriptor) is not open")
            }
        }
    }

    func run() throws {
        _ = umask(0o027)
        var limits = SegmentLimits()
        limits.bytesMax = segmentMegabytes * 1024 * 1024
        limits.ageMax = .seconds(Int64(segmentHours) * 3600)
        do {
            guard try record(limits) else { throw ExitCode.failure }
        } catch let error as TrailError {
            Self.log("\(error)")
            throw ExitCode.failure
        }
    }

    /// Runs to the end; returns whether every record is on disk.
    private func record(_ limits: SegmentLimits) throws -> Bool {
        let now = SystemCall.now()
        let trail = try Trail(in: TrailFolder(folder), limits: limits, at: now.monotonic)
        var recording = Recording(trail, boot: SystemCall.boot, at: now)
        for descriptor in feed { recording.add(Feed(descriptor: descriptor)) }
        let channel = control.map { ControlChannel(owning: $0) }
        var loop = try RecorderLoop(recording, control: channel)
        try channel?.send(.ready)
        return loop.run()
    }

    static func log(_ line: String) {
        let bytes = Array("postern recorder: \(line)\n".utf8)
        // Nobody to tell when standard error is gone.
        _ = unsafe bytes.withUnsafeBytes {
            unsafe write(STDERR_FILENO, $0.baseAddress, $0.count)
        }
    }
}
