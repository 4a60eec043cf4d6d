// Rules that know the time of day, when clocks are moved and when one is set while sessions last.
import Audit
import Bytes
import Policy
import Proxy
import Testing

@Suite("Policy and the clock")
struct PolicyClockTests {
    private static func settings(_ set: (inout Conditions) -> Void) -> Settings {
        var rule = Rule.sample("timed", ["**"], "lr")
        set(&rule.when)
        var limits = Limits()
        limits.idleTimeout = .seconds(10 * 86_400)
        return .sample(limits: limits, rules: [rule])
    }

    private let store = "s STORE 1 +FLAGS (\\Seen)\n"

    /// Between seven and eight o'clock the clocks go forward by an hour.
    @Test func hoursAreThoseOfTheClocksAfterTheyWereMoved() {
        let zone = ZoneOffsets(
            name: "Test",
            first: 0,
            changes: [.init(at: 7 * 3600 + 1800, offset: 3600)]
        )
        let settings = Self.settings { when in
            let window = Schedule.Window(days: Set(Weekday.allCases), start: 480, end: 540)
            when.hours = Schedule(windows: [window], zone: zone)
        }
        let talk = Conversation.selected("INBOX", settings: settings)
        talk.waitForDeadline()
        #expect(talk.heardByClient() == "* OK [READ-ONLY] Mailbox is read-only by policy\n")
        #expect(talk.now / 1_000_000 == 7 * 3600 + 1800)
        #expect(talk.client(store) == "s NO [NOPERM] Mailbox is read-only by policy\n")
        talk.waitForDeadline()
        #expect(talk.heardByClient() == "* OK [READ-WRITE] Mailbox may be changed again\n")
        #expect(talk.now / 1_000_000 == 8 * 3600)
    }

    @Test func aClockThatIsSetCountsAtOnce() {
        let settings = Self.settings { $0.from = 1_000_000_000 }
        let talk = Conversation.selected("INBOX", settings: settings)
        talk.setClock(999_999_990)
        #expect(talk.heardByClient() == "")
        talk.pass(.seconds(11))
        #expect(talk.heardByClient() == "* OK [READ-ONLY] Mailbox is read-only by policy\n")
        talk.setClock(999_999_990)
        #expect(talk.heardByClient() == "* OK [READ-WRITE] Mailbox may be changed again\n")
    }

    @Test func aClockThatIsSetBeforeTheLoginCounts() {
        let settings = Self.settings { $0.from = 1_000_000_000 }
        let talk = Conversation(settings: settings)
        talk.setClock(1_000_000_000)
        talk.logIn()
        talk.client("a SELECT INBOX\n")
        #expect(talk.heardByBackend().hasSuffix("EXAMINE \"INBOX\"\n"))
    }

    @Test("only a clock that was set is apart, not two readings")
    func tellsSettingFromReading() {
        let now = Epoch(utc: 1_800_000_000_000_000, monotonic: 5_000_000)
        #expect(!now.isApart(from: Epoch(utc: 1_800_000_001_000_000, monotonic: 5_500_000)))
        #expect(now.isApart(from: Epoch(utc: 1_800_003_600_000_000, monotonic: 6_000_000)))
        #expect(now.isApart(from: Epoch(utc: 1_799_996_400_000_000, monotonic: 6_000_000)))
    }
}
