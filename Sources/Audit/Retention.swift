// How long records are kept, class by class; what has no period is kept for ever.

/// A time that records are kept, and how the administrator wrote it.
package struct RetentionPeriod: Equatable, Sendable {
    package let microseconds: UInt64
    package let words: String

    package init(seconds: UInt64, words: String) {
        let product = seconds.multipliedReportingOverflow(by: 1_000_000)
        microseconds = product.overflow ? .max : product.partialValue
        self.words = words
    }
}

/// The period of each class.
package struct Retention: Equatable, Sendable {
    private var periods: [RetentionClass: RetentionPeriod] = [:]

    package init() {}

    package subscript(_ retentionClass: RetentionClass) -> RetentionPeriod? {
        get { periods[retentionClass] }
        set { periods[retentionClass] = newValue }
    }

    /// Whether anything ever expires.
    package var isForEver: Bool { periods.isEmpty }

    /// Until when a record must be kept, in microseconds since 1970; nil: for ever.
    package func end(of retentionClass: RetentionClass, madeAt moment: UInt64) -> UInt64? {
        guard let period = periods[retentionClass] else { return nil }
        let (end, overflows) = moment.addingReportingOverflow(period.microseconds)
        return overflows ? nil : end
    }
}
