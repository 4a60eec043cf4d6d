// Which sockets a confined process can still make.
import CLinux
import Glibc
import Testing

@testable import Postern

@Suite("A filtered process")
struct SandboxTests {
    /// errno of making a socket of each family in the sandbox; 0 where it succeeded.
    private func making(_ families: [Int32], in sandbox: Sandbox) async throws -> [Int32] {
        try await confined(by: { try sandbox.enter() }) {
            families.map { family in
                let number = socket(family, Int32(SOCK_DGRAM.rawValue), 0)
                defer { if number >= 0 { close(number) } }
                return number < 0 ? errno : 0
            }
        }
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
