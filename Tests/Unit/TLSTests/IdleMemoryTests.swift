// What a connection costs while nobody speaks.
import Bytes
import Foundation
import Glibc
import TLS
import Testing

@Suite struct IdleMemoryTests {
    /// An end in an array: noncopyable values need a class around them.
    private final class Holder {
        let connection: TLSConnection

        init(_ connection: consuming TLSConnection) { self.connection = connection }
    }

    private static func residentKiB() throws -> Int {
        let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        return try #require(text.split(separator: " ").dropFirst().first.flatMap { Int($0) }) * 4
    }

    /// A sanitizer holds on to freed memory: then there is nothing to measure.
    private static let isSanitized =
        unsafe dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil

    /// In a process of its own, where no other suite takes memory meanwhile.
    @Test("costs a few KiB an end", .disabled(if: isSanitized))
    func idle() async {
        await #expect(processExitsWith: .success) {
            let spent = try IdleMemoryTests.spentKiB(on: 500)
            // About 14; a record buffer that stays behind would add 16.
            #expect(spent < 25)
        }
    }

    private static func spentKiB(on count: Int) throws -> Int {
        let authority = try Authority()
        let certificate = try authority.certificate("server", extensions: serverExtensions)
        let server = try ServerTLSContext(
            ServerTLSSettings(certificates: [certificate], ticketKeys: TicketKeys(at: .zero))
        )
        let client = try ClientTLSContext(
            ClientTLSSettings(caPEM: authority.caPEM, serverName: "imap.example.org")
        )
        let before = try residentKiB()
        var holders: [Holder] = []
        for _ in 0..<count {
            var pair = try Pair(client, server)
            pair.idle()
            holders.append(Holder(pair.serverAlone()))
        }
        return try withExtendedLifetime(holders) { try (residentKiB() - before) / count }
    }
}
