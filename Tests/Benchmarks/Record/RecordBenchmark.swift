// What a record costs the gateway: CPU and allocations of encoding it and keeping its frame; and the
// recorder at its door.
import Audit
import Bytes
import CountedMalloc
import Glibc

@main
struct RecordBenchmark {
    /// What one record may cost, in nanoseconds of CPU.
    private static let nanosecondsMax = 3000.0
    private static let rounds = 7
    private static let recordsPerRound = 100_000

    static func main() {
        var isWithin = true
        for (name, record) in [("decision", decision), ("outcome", outcome)] {
            let (nanoseconds, allocations) = measure(record)
            print("\(name): \(Int(nanoseconds)) ns, \(allocations) allocations")
            if nanoseconds > nanosecondsMax || allocations > 0 { isWithin = false }
        }
        print("let in by the recorder: \(Int(measureAdmission())) ns")
        if CommandLine.arguments.contains("--check") && !isWithin { exit(1) }
    }

    private static var facts: SessionFacts {
        var facts = SessionFacts()
        facts.session = "00000000000000a1"
        facts.listener = "imaps"
        facts.clientAddress = "2001:db8::1"
        facts.clientPort = 50_000
        facts.tlsVersion = "TLSv1.3"
        facts.tlsCipher = "TLS_AES_128_GCM_SHA256"
        facts.serverName = "imap.example.org"
        facts.user = "ann@example.org"
        facts.method = "password"
        facts.backend = "main"
        facts.policyRevision = "3f786850e387550fdab836ed7e6dc881de23001b"
        return facts
    }

    private static var decision: Record {
        var record = Record(.fetch, .decision, verdict: .allow, session: facts.encoded)
        record.sequence = 17
        record.tag = ShortBytes("a17")
        record.verb = "UID FETCH"
        record.state = "selected"
        record.mailbox = Record.Mailbox(
            raw: Array("Archive/2026".utf8),
            canonical: Array("Archive/2026".utf8),
            needed: "r",
            held: "lrs",
            missing: "",
            rules: []
        )
        record.arguments = ShortBytes("1:50 (UID FLAGS ENVELOPE)")
        return record
    }

    private static var outcome: Record {
        var record = Record(.fetch, .outcome, session: facts.encodedIdentity)
        record.sequence = 17
        record.backendTag = 33
        record.state = "selected"
        record.result = .ok
        record.arguments = ShortBytes("1:50")
        record.messages = 50
        record.bytes = 123_456
        record.uidValidity = 1_772_359_200
        record.content = .envelope
        record.extent = .headers
        record.messageIDs = Array("<1@example.org>\n<2@example.org>\n".utf8)
        record.duration = 1500
        return record
    }

    /// The best of some rounds: whatever else the machine does only adds.
    private static func measure(_ record: Record) -> (nanoseconds: Double, allocations: UInt) {
        var client = RecorderClient()
        client.connected()
        var answer = Buffer()
        var best = Double.infinity
        var allocations: UInt = 0
        for _ in 0..<rounds {
            let before = (cpu(), counted_allocations())
            for number in 0..<recordsPerRound {
                let time = UInt64(number)
                client.append(
                    record,
                    at: Moment(utc: 1_772_359_200_000_000 &+ time, monotonic: time)
                )
                if number % 64 == 63 { acknowledge(&client, &answer) }
            }
            best = min(best, cpu() - before.0)
            allocations = counted_allocations() - before.1
            acknowledge(&client, &answer)
        }
        return (best / Double(recordsPerRound), allocations)
    }

    /// What it costs the recorder to look at a decision before it lets it in.
    private static func measureAdmission() -> Double {
        var encoder = RecordEncoder()
        var payload = Buffer()
        encoder.encode(
            decision,
            at: Moment(utc: 1_772_359_200_000_000, monotonic: 1),
            into: &payload
        )
        var best = Double.infinity
        for _ in 0..<rounds {
            let before = cpu()
            for _ in 0..<recordsPerRound where !TrailLine.accepts(payload.span) {
                fatalError("a record of ours is refused")
            }
            best = min(best, cpu() - before)
        }
        return best / Double(recordsPerRound)
    }

    /// As the recorder answers: all is on disk.
    private static func acknowledge(_ client: inout RecorderClient, _ answer: inout Buffer) {
        client.sent(client.unsent.count)
        answer.removeAll()
        Acknowledgement(status: .working, durableUpTo: client.last).encode(into: &answer)
        try? client.received(answer.span)
    }

    private static func cpu() -> Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }
}
