// CPU and allocations of one command, parsed and written again; `--check` fails above the targets.
import Bytes
import CountedMalloc
import Glibc
import IMAP

@main
struct ParserBenchmark {
    /// What the median of the judged commands may cost, in nanoseconds of CPU.
    private static let medianMax = 1000.0
    private static let rounds = 7
    private static let commandsPerRound = 100_000

    static func main() {
        var isWithin = true
        var judged: [Double] = []
        for sample in Sample.judged + Sample.steady {
            let cost = measure(sample)
            print(padded(sample.name, 24), "\(Int(cost.nanoseconds)) ns", cost.words)
            if sample.isFree && cost.allocations > 0 { isWithin = false }
            if judged.count < Sample.judged.count { judged.append(cost.nanoseconds) }
        }
        let median = judged.sorted()[judged.count / 2]
        print(padded("median of the first five", 24), "\(Int(median)) ns")
        let isChecked = CommandLine.arguments.contains("--check")
        if isChecked && (!isWithin || median > medianMax) { exit(1) }
    }

    private struct Cost {
        let nanoseconds: Double
        /// Per command.
        let allocations: Double

        var words: String { allocations == 0 ? "no allocation" : "\(allocations) allocations" }
    }

    /// The best of some rounds: whatever else the machine does only adds.
    private static func measure(_ sample: Sample) -> Cost {
        let bytes = Array(sample.text.utf8)
        var out = Buffer()
        for _ in 0..<1000 { relay(bytes, into: &out) }
        var best = Double.infinity
        let before = counted_allocations()
        for _ in 0..<rounds {
            let start = clock()
            for _ in 0..<commandsPerRound { relay(bytes, into: &out) }
            best = min(best, Double(clock() - start))
        }
        let allocations = counted_allocations() - before
        return Cost(
            nanoseconds: best / Double(commandsPerRound),
            allocations: Double(allocations) / Double(rounds * commandsPerRound)
        )
    }

    private static func relay(_ bytes: [UInt8], into out: inout Buffer) {
        out.removeAll()
        if bytes.last == 0x0A {
            guard case .message(let tagged) = CommandParser.atLiteral(bytes.span, header: header)
            else { return fail() }
            write(tagged.command, into: &out)
        } else {
            guard let tagged = try? CommandParser.parse(bytes.span) else { return fail() }
            write(tagged.command, into: &out)
        }
    }

    private static func write(_ command: borrowing Command, into out: inout Buffer) {
        _ = command.encode(tag: 4711, literals: .literalMinus, into: &out)
    }

    private static let header = LiteralHeader(size: 52310)

    private static func fail() {
        print("a sample is no command")
        exit(1)
    }

    /// CPU time of this process in nanoseconds.
    private static func clock() -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.utf8.count))
    }
}
