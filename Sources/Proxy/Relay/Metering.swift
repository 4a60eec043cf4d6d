// How much of a mailbox may still be fetched: what was let out is counted against rules' volumes.
import Policy

/// The meters of the selected mailbox, as far as this session knows them.
///
/// Other sessions of the user count on the same meters: what they hold is asked for before each
/// command that fetches text, and again while many messages go out.
struct Metering {
    /// So much may go out before it is counted where other sessions see it.
    static let unreportedMax = VolumeAmount(messages: 64, bytes: 1 << 20)

    struct Meter {
        let rule: Rule
        let volume: Volume
        /// The rule is in report mode, or this is all that it does beyond its volume.
        let onlyReports: Bool
        /// Together with all sessions, by the last answer.
        var told = VolumeAmount.zero
        /// That nothing is left stands in the trail.
        var isWritten = false
    }

    private(set) var meters: [Meter] = []
    /// Let out and not reported.
    private var pending = VolumeAmount.zero
    /// Reported and not part of `told` yet.
    private var underWay = VolumeAmount.zero
    private(set) var report: UInt64?
    /// The command that the last answer was for.
    private var isToldFor: UInt64?

    init(_ decision: Decision, rehearsed: Decision?) {
        let enforced = decision.meters
        let others = rehearsed?.meters.filter { $0.mode == .report } ?? []
        for rule in enforced + others {
            guard let volume = rule.volume else { continue }
            let onlyReports = rule.mode == .report || volume.excess == .report
            meters.append(Meter(rule: rule, volume: volume, onlyReports: onlyReports))
        }
    }

    var isEmpty: Bool { meters.isEmpty }

    /// Whether what the meters hold is known for the command with this number.
    func isCurrent(for sequence: UInt64) -> Bool { isToldFor == sequence && report == nil }

    private func isSpent(_ meter: Meter) -> Bool {
        meter.volume.isSpent(by: meter.told + underWay + pending)
    }

    /// Whether nothing more may be fetched.
    var isSpent: Bool { meters.contains { !$0.onlyReports && isSpent($0) } }

    /// The rules by which that is so.
    var spent: [Rule] { meters.filter { !$0.onlyReports && isSpent($0) }.map(\.rule) }

    /// Rules that only say it, each once for every time that its volume is spent.
    mutating func takeNewlySpent() -> [Rule] {
        var rules: [Rule] = []
        for index in meters.indices where meters[index].onlyReports {
            let isSpent = isSpent(meters[index])
            if isSpent && !meters[index].isWritten { rules.append(meters[index].rule) }
            meters[index].isWritten = isSpent
        }
        return rules
    }

    /// A message has gone out; true when it is time to report.
    mutating func count(_ amount: VolumeAmount) -> Bool {
        pending = pending + amount
        return report == nil
            && (pending.messages >= Self.unreportedMax.messages
                || pending.bytes >= Self.unreportedMax.bytes)
    }

    /// What is to be reported under this number.
    mutating func takeReport(_ number: UInt64) -> VolumeAmount {
        defer { pending = .zero }
        report = number
        underWay = pending
        return pending
    }

    /// The answer to a report; false when it is none to the last one.
    mutating func told(_ amounts: [VolumeAmount], of number: UInt64, for sequence: UInt64) -> Bool {
        guard report == number, amounts.count == meters.count else { return false }
        report = nil
        underWay = .zero
        isToldFor = sequence
        for index in meters.indices { meters[index].told = amounts[index] }
        return true
    }

    /// What was let out and nobody knows of.
    var unreported: VolumeAmount { pending }
}
