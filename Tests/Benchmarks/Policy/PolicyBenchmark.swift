// What a decision costs, and what it takes to load a large policy; `--check` fails above the targets.
import Bytes
import Configuration
import Glibc
import Policy

@main
struct PolicyBenchmark {
    private static let rounds = 5

    static func main() throws {
        var isWithin = true
        func judge(_ name: String, _ nanoseconds: Double, atMost bound: Double) {
            print(padded(name, 48), words(nanoseconds), " at most", words(bound))
            if nanoseconds > bound { isWithin = false }
        }
        let policy = try SamplePolicy.policy(rules: 1_000)
        let user = policy.policy(for: Subject(user: "ann"), at: 0)
        judge("a mailbox already seen, 1,000 rules", seen(user), atMost: 100)
        judge("a new name, 1,000 rules", new(user), atMost: 5_000)
        judge("compile 10,000 rules", try compiling(10_000), atMost: 1_000_000_000)
        print(padded("read 10,000 rules from YAML", 48), words(try reading(10_000)))
        if CommandLine.arguments.contains("--check") && !isWithin { exit(1) }
    }

    // MARK: Decisions

    /// As many as a session keeps in mind.
    private static let names = (0..<16).map { Array("Department \($0 * 50)/Projects/2026".utf8) }

    /// The same few mailboxes again and again, as a client's session has them.
    private static func seen(_ user: UserPolicy) -> Double {
        for name in names { _ = user.decide(name) }
        // Octets of their own, as every command brings them.
        let asked = names.map { $0.map { $0 } }
        return best(of: 100_000) { user.decide(asked[$0 & 15]).rights }
    }

    /// Names that no session has asked for.
    private static func new(_ user: UserPolicy) -> Double {
        let names = (0..<20_000).map { Array("Department \($0 % 1_500)/Mail \($0)".utf8) }
        return best(of: names.count) { user.decide(names[$0]).rights }
    }

    // MARK: Loading

    private static func compiling(_ count: Int) throws -> Double {
        let rules = try SamplePolicy.rules(count)
        let groups = SamplePolicy.groups
        return best(of: 1) { _ in
            let policy = PolicySet(rules: rules, groups: groups, revision: "")
            return policy.policy(for: Subject(user: "ann"), at: 0).decide(names[0]).rights
        }
    }

    private static func reading(_ count: Int) throws -> Double {
        let text = SamplePolicy.yaml(count)
        let reader = FileReader { (_) throws(FileReader.Failure) in Secret(text) }
        let start = clock()
        let policy = try PolicySet.load(path: "policy.yaml", reader: reader) { "\($0.count)" }
        let cost = Double(clock() - start)
        return policy.rules.count == count ? cost : .infinity
    }

    // MARK: Measuring

    /// The best of some rounds, since whatever else the machine does only adds.
    ///
    /// In nanoseconds for one call.
    private static func best(of count: Int, _ body: (Int) -> Rights) -> Double {
        var best = Double.infinity
        var rights = Rights.all
        for _ in 0..<rounds {
            let start = clock()
            for number in 0..<count { rights.formIntersection(body(number)) }
            best = min(best, Double(clock() - start) / Double(count))
        }
        // Looked at, so that the compiler leaves nothing out.
        if rights.contains(.administer) { print("nothing was decided") }
        return best
    }

    /// CPU time of this process in nanoseconds.
    private static func clock() -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    private static func words(_ nanoseconds: Double) -> String {
        nanoseconds < 10_000
            ? "\(Int(nanoseconds)) ns"
            : nanoseconds < 10_000_000
                ? "\(Int(nanoseconds / 1_000)) µs" : "\(Int(nanoseconds / 1_000_000)) ms"
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.utf8.count))
    }
}
