// What users have fetched, counted for all reactors; lost with the gateway's process.
import Policy
import Synchronization

/// Asked where a rule bounds how much may be fetched, and nowhere else: no other command waits for
/// its lock.
final class SharedVolumes: Sendable {
    private let ledger = Mutex(VolumeLedger())

    /// Adds to each of the meters and returns what each holds then.
    func add(_ amount: VolumeAmount, to meters: [VolumeMeter], at now: UInt64) -> [VolumeAmount] {
        ledger.withLock { ledger in meters.map { ledger.add(amount, to: $0, at: now) } }
    }
}
