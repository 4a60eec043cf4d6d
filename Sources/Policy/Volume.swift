// How much may leave the building: what FETCH lets out per user and span of time.

/// The `at-most` of a rule.
package struct Volume: Equatable, Sendable {
    package enum Period: String, CaseIterable, Sendable {
        case minute, hour, day

        package var seconds: Int64 {
            switch self {
            case .minute: 60
            case .hour: 3_600
            case .day: 86_400
            }
        }
    }

    /// What becomes of a FETCH beyond the volume.
    package enum Excess: String, CaseIterable, Sendable {
        /// It passes, and stands in the trail.
        case report
        /// `NO [LIMIT]`.
        case refuse
        /// BYE.
        case end

        fileprivate var severity: Int {
            switch self {
            case .report: 0
            case .refuse: 1
            case .end: 2
            }
        }
    }

    package var messages: UInt64?
    package var bytes: UInt64?
    package var period: Period
    package var excess: Excess

    package init(messages: UInt64?, bytes: UInt64?, period: Period, excess: Excess = .refuse) {
        self.messages = messages
        self.bytes = bytes
        self.period = period
        self.excess = excess
    }

    /// Whether what this lets pass, `other` lets pass too.
    func isWithin(_ other: Volume) -> Bool {
        period == other.period && excess.severity >= other.excess.severity
            && Self.isWithin(messages, other.messages) && Self.isWithin(bytes, other.bytes)
    }

    private static func isWithin(_ bound: UInt64?, _ other: UInt64?) -> Bool {
        guard let other else { return true }
        return bound.map { $0 <= other } ?? false
    }

    /// Whether nothing more may be fetched once so much was.
    package func isSpent(by amount: VolumeAmount) -> Bool {
        messages.map { amount.messages >= $0 } ?? false || bytes.map { amount.bytes >= $0 } ?? false
    }
}
