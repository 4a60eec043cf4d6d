// The load and the backend of the benchmark: `Benchmarks stub`, or `Benchmarks MODE PORT COUNT SECONDS`.
import Glibc

/// What stops a benchmark; a figure taken after it would be worthless.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    /// The failure of the system call just made.
    static func system(_ call: String) -> Failure { Failure("\(call): error \(errno)") }
}

@main
struct Benchmarks {
    private static let usage = """
        usage: Benchmarks stub
                 a backend: prints `imap PORT auth PORT`, serves until standard input ends
               Benchmarks noop|fetch|login|idle PORT COUNT SECONDS
                 COUNT connections with TLS to PORT: prints `ready`, waits for a line, works for
                 SECONDS, prints `operations N`, waits for a line
        """

    static func main() {
        _ = signal(SIGPIPE, SIG_IGN)
        do {
            try run(Array(CommandLine.arguments.dropFirst()))
        } catch {
            say("benchmark: \(error)", to: STDERR_FILENO)
            exit(1)
        }
    }

    private static func run(_ arguments: [String]) throws {
        if arguments == ["stub"] { return try Stub().run() }
        guard
            arguments.count == 4,
            let mode = LoadMode(rawValue: arguments[0]),
            let port = UInt16(arguments[1]),
            let count = Int(arguments[2]), count > 0,
            let seconds = UInt64(arguments[3])
        else { throw Failure(usage) }
        let load = try Load(mode, port: port, connections: count)
        try load.prepare()
        say("ready")
        awaitLine()
        let operations = try load.work(seconds: seconds)
        say("operations \(operations)")
        awaitLine()
    }

    static func say(_ line: String, to descriptor: Int32 = STDOUT_FILENO) {
        let bytes = Array("\(line)\n".utf8)
        // Whoever listened is gone when this fails, and will not miss it.
        _ = unsafe write(descriptor, bytes, bytes.count)
    }

    /// Returns when standard input gave a line or ended.
    private static func awaitLine() { _ = readLine() }
}
