// Which sockets a confined process can still make. A filter holds for a thread and what it starts, so
// each test confines a thread of its own, which then ends.
import CLinux
import Glibc
import Reactor
import Synchronization
import Testing

@testable import Postern

@Suite("A filtered process")
struct SandboxTests {
    /// errno of making a socket of each family in the sandbox; 0 where it succeeded.
    private func making(_ families: [Int32], in sandbox: Sandbox) async throws -> [Int32] {
        let errors = Mutex<[Int32]>([])
        try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
            do {
                try Reactor.Thread.start {
                    do {
                        guard linux_no_new_privileges() == 0 else {
                            return done.resume(throwing: SystemError.last("prctl"))
                        }
                        try sandbox.enter()
                        for family in families {
                            let number = socket(family, Int32(SOCK_DGRAM.rawValue), 0)
                            let error = number < 0 ? errno : 0
                            if number >= 0 { close(number) }
                            errors.withLock { $0.append(error) }
                        }
                        done.resume()
                    } catch {
                        done.resume(throwing: error)
                    }
                }
            } catch {
                done.resume(throwing: error)
            }
        }
        return errors.withLock(\.self)
    }

    private static let needed = [AF_INET, AF_INET6, AF_UNIX]
    /// AF_NETLINK, AF_PACKET, AF_KEY, AF_CAN, AF_TIPC, AF_BLUETOOTH, AF_ALG, AF_VSOCK, AF_XDP, none.
    private static let others: [Int32] = [16, 17, 15, 29, 30, 31, 38, 40, 44, 0, -1]

    @Test(
        "makes sockets of the internet and of this machine, and no others",
        arguments: [Sandbox.gateway, .shipper]
    )
    func network(sandbox: Sandbox) async throws {
        let needed = try await making(Self.needed, in: sandbox)
        // IPv6 may be missing here.
        #expect(!needed.contains(EPERM))
        let others = try await making(Self.others, in: sandbox)
        #expect(others == Self.others.map { _ in EPERM })
    }

    @Test("that records makes none")
    func recorder() async throws {
        let errors = try await making(Self.needed + Self.others, in: .recorder)
        #expect(errors.allSatisfy { $0 == EPERM })
    }
}
