// The digest of a message that comes in pieces.
import Audit
import Bytes
import Testing

@Suite struct MessageDigestTests {
    /// FIPS 180-2, appendix B.
    @Test("is SHA-256, however the message is cut", arguments: [0, 1, 2, 3])
    func isSHA256(cut: Int) throws {
        let message = Array("abc".utf8)
        guard var digest = MessageDigest() else { throw CancellationError() }
        digest.update(message.span.extracting(..<cut))
        digest.update(message.span.extracting(cut...))
        let finished = digest.finish()
        let bytes = try #require(finished)
        let text = bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        #expect(text == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test func writesWhatWasFiled() {
        var record = Record(.append, .outcome, session: [])
        record.filed = [
            Record.Filed(bytes: 5, digest: [0x0F, 0xA0]), Record.Filed(bytes: 0, digest: nil),
        ]
        var encoder = RecordEncoder()
        var buffer = Buffer()
        encoder.encode(record, at: noon, into: &buffer)
        let text = String(decoding: buffer.bytes, as: UTF8.self)
        #expect(text.contains(#","filed":[{"bytes":5,"sha256":"0fa0"},{"bytes":0}]"#))
    }
}
