// How fast a literal comes that is passed on or counted away: nobody keeps one coming for ever.

/// A literal under way, from its first bytes on.
struct LiteralPace {
    private let since: Instant
    /// Bytes that were to come then.
    private let bytes: UInt64

    /// At `now` the literal lacks `bytes`.
    init(_ bytes: UInt64, at now: Instant) {
        since = now
        self.bytes = bytes
    }

    /// When it is too slow, with `left` bytes to come: after `allowance` microseconds and those that
    /// what has come may take at `rate` bytes a second.
    func deadline(left: UInt64, allowance: UInt64, rate: UInt64) -> Instant {
        let come = bytes - min(bytes, left)
        let (product, isHuge) = come.multipliedReportingOverflow(by: 1_000_000)
        let earned = (isHuge ? .max : product) / max(1, rate)
        let (end, isPast) = since.addingReportingOverflow(allowance)
        let (later, isLater) = end.addingReportingOverflow(earned)
        return isPast || isLater ? .max : later
    }
}
