// Moments as auditors give them.
import Testing

@testable import Postern

@Suite struct TrailTimeTests {
    /// 2026-03-01T09:30:00Z.
    private static let now: Int64 = 1_772_357_400_000_000

    /// What is read, and how many seconds before that it is.
    private static let moments: [(String, Double)] = [
        ("now", 0), ("2 h", 7200), ("2h ago", 7200), ("90 s", 90), ("5 min", 300),
        ("1 d", 86_400), ("1w", 604_800), ("today", 34_200), ("yesterday", 120_600),
        ("2026-03-01", 34_200), ("2026-03-01T09:30", 0), ("2026-03-01 09:30:00", 0),
        ("2026-03-01T10:30:00+01:00", 0), ("2026-03-01T09:29:59.5Z", 0.5),
        ("2026-03-01T09:29:59.75", 0.25), ("2026-03-01T09:29", 60),
    ]

    @Test("moments are read as people write them", arguments: moments)
    func read(_ text: String, _ before: Double) {
        let expected = Self.now - Int64(before * 1_000_000)
        #expect(TrailTime(text, now: Self.now)?.microseconds == expected)
    }

    @Test(
        "what is no moment is none",
        arguments: [
            "", "h", "2 y", "-2 h", "9999999 h", "tomorrow", "2026-02-30", "2026-03-01T",
            "2026-03-01.5", "2026-03-01T09:30:00.Z", "2026-03-01T25:00", "12:00",
        ]
    )
    func refused(_ text: String) {
        #expect(TrailTime(text, now: Self.now) == nil)
    }
}
