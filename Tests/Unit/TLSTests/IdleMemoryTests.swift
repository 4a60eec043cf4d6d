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

    private func residentKiB() throws -> Int {
        let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        return try #require(text.split(separator: " ").dropFirst().first.flatMap { Int($0) }) * 4
    }

    /// A sanitizer holds on to freed memory: then there is nothing to measure.
    private static let isSanitized =
        unsafe dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil

    @Test("costs a few KiB an end", .disabled(if: isSanitized))
    func idle() throws {
        let authority = try Authority()
        let certificate = try authority.certificate("server", extensions: serverExtensions)
        let server = try ServerTLSContext(
            ServerTLSSettings(certificates: [certificate], ticketKeys: TicketKeys(at: .zero))
        )
        let client = try ClientTLSContext(
            ClientTLSSettings(caPEM: authority.caPEM, serverName: "imap.example.org")
        )
        let count = 500
        let before = try residentKiB()
        var holders: [Holder] = []
        for _ in 0..<count {
            var pair = try Pair(client, server)
            pair.idle()
            holders.append(Holder(pair.serverAlone()))
        }
        let spent = try (residentKiB() - before) / count
        // About 14 KiB; a record buffer that stays behind would add 16. Suites beside this one add noise.
        #expect(spent < 30)
        #expect(holders.count == count)
    }
}
