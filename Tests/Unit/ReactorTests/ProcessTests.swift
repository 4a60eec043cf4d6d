// Children: which descriptors they get, how their end is noticed; and names that are resolved.
import Glibc
import Reactor
import Testing

@Suite("A child process")
struct ChildProcessTests {
    private func start(
        _ script: String,
        _ inheriting: [ChildProcess.Inheritance] = [],
        environment: [String] = []
    ) throws -> ChildProcess {
        try ChildProcess(
            "/bin/bash",
            arguments: ["bash", "-c", script],
            environment: environment,
            inheriting: inheriting
        )
    }

    /// How the child ended, once its descriptor says that it has.
    private func end(of child: borrowing ChildProcess) throws -> ChildProcess.End? {
        var loop = try EventLoop()
        try loop.watchInput(of: child.ending, token: 1)
        #expect(wait(for: 1, .readable, in: &loop))
        return child.reap()
    }

    @Test("finds each descriptor under the number it was promised, even when they cross")
    func inherits() throws {
        let first = try SocketPair()
        let second = try SocketPair()
        // The child's numbers are those of the other descriptor here.
        let numbers = (first.far.descriptor.number, second.far.descriptor.number)
        let child = try start(
            "echo first >&\(numbers.1); echo second >&\(numbers.0)",
            [
                ChildProcess.Inheritance(numbers.0, as: numbers.1),
                ChildProcess.Inheritance(numbers.1, as: numbers.0),
            ]
        )
        let ending = try end(of: child)
        #expect(ending == .exited(0))
        let throughFirst = received(first.near).0
        #expect(throughFirst == Array("first\n".utf8))
        let throughSecond = received(second.near).0
        #expect(throughSecond == Array("second\n".utf8))
    }

    @Test("gets no other descriptor and no environment but its own")
    func inheritsNothingElse() throws {
        let output = try SocketPair()
        let secret = try SocketPair()
        let child = try start(
            "[ -e /proc/self/fd/\(secret.near.descriptor.number) ] && exit 1; echo $WORD >&3",
            [ChildProcess.Inheritance(output.far.descriptor.number, as: 3)],
            environment: ["WORD=given"]
        )
        let ending = try end(of: child)
        #expect(ending == .exited(0))
        let said = received(output.near).0
        #expect(said == Array("given\n".utf8))
    }

    @Test("tells its exit status")
    func exitStatus() throws {
        let child = try start("exit 7")
        let ending = try end(of: child)
        #expect(ending == .exited(7))
    }

    @Test("runs until it is killed, and tells the signal")
    func killed() throws {
        let child = try start("while :; do sleep 60; done")
        let early = child.reap()
        #expect(early == nil)
        child.signal(SIGKILL)
        let ending = try end(of: child)
        #expect(ending == .killed(signal: SIGKILL))
    }

    @Test("is not started from a program that isn't there")
    func missing() {
        #expect(throws: SystemError("posix_spawn /nonexistent", code: ENOENT)) {
            let child = try ChildProcess("/nonexistent", arguments: ["x"], inheriting: [])
            child.signal(SIGKILL)
        }
    }
}

@Suite("The resolver")
struct ResolverTests {
    @Test("knows addresses at once, and names when it says so")
    func resolves() throws {
        let mailbox = try Mailbox<Bool>()
        let resolver = try Resolver(["192.0.2.7", "localhost"]) { mailbox.post(true) }
        let literal = try #require(SocketAddress("192.0.2.7", port: 143))
        #expect(resolver.addresses(of: "192.0.2.7", port: 143) == .addresses([literal]))
        #expect(resolver.addresses(of: "never.asked.for", port: 1) == .failed)
        var loop = try EventLoop()
        try loop.watchInput(of: mailbox.waker.descriptor, token: 1)
        #expect(wait(for: 1, .readable, in: &loop))
        guard case .addresses(let found) = resolver.addresses(of: "localhost", port: 25) else {
            Issue.record("localhost has no address")
            return
        }
        #expect(found.contains { ["127.0.0.1", "::1"].contains($0.host) && $0.port == 25 })
    }
}
