// The bundle: what goes in comes out, and nothing else is ever taken for one.
import Bytes
import Configuration
import Testing

@Suite struct BundleTests {
    private static func sample() -> ConfigurationBundle {
        var bundle = ConfigurationBundle()
        bundle["/etc/postern.yaml"] = Secret("postern: 1\n")
        bundle["key.pem"] = Secret("swordfish")
        bundle["empty"] = Secret("")
        return bundle
    }

    private static func decode(
        _ bytes: [UInt8]
    ) throws(ConfigurationBundle.CodingError)
        -> ConfigurationBundle
    {
        try ConfigurationBundle(decoding: bytes.span)
    }

    @Test("comes back as it went")
    func roundTrip() throws {
        let bytes = try Self.sample().encoded().bytes
        #expect(try Self.decode(bytes) == Self.sample())
        #expect(try Self.decode(ConfigurationBundle().encoded().bytes) == ConfigurationBundle())
    }

    @Test("is refused when cut anywhere, and when anything follows")
    func cut() throws {
        let bytes = try Self.sample().encoded().bytes
        for end in bytes.indices {
            #expect(throws: ConfigurationBundle.CodingError.self) {
                try Self.decode(Array(bytes[..<end]))
            }
        }
        #expect(throws: ConfigurationBundle.CodingError.trailingBytes) {
            try Self.decode(bytes + [0])
        }
    }

    static let hostile: [([UInt8], ConfigurationBundle.CodingError)] = [
        ([], .notABundle),
        (Array("postern2".utf8) + [0, 0, 0, 0], .notABundle),
        (Array("postern1".utf8) + [0xFF, 0xFF, 0xFF, 0xFF], .tooManyFiles),
        (Array("postern1".utf8) + [0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0x61], .truncated),
        (Array("postern1".utf8) + [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0], .badPath),
        (Array("postern1".utf8) + [0, 0, 0, 1, 0, 0, 0, 1, 0xFF, 0, 0, 0, 0], .badPath),
        (Array("postern1".utf8) + [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0], .badPath),
        (
            Array("postern1".utf8)
                + [0, 0, 0, 2, 0, 0, 0, 1, 0x61, 0, 0, 0, 0, 0, 0, 0, 1, 0x61, 0, 0, 0, 0],
            .unsortedPaths
        ),
    ]

    @Test("refuses hostile bytes", arguments: hostile)
    func refuses(_ bytes: [UInt8], _ error: ConfigurationBundle.CodingError) {
        #expect(throws: error) { try Self.decode(bytes) }
    }

    @Test("is read from memory alone: a file that wasn't bundled is missing")
    func missing() {
        let reader = FileReader(Self.sample())
        #expect(throws: FileReader.Failure.self) { try reader.read("/etc/passwd") }
    }

    @Test("never prints what is inside")
    func redacts() {
        #expect(!"\(Self.sample())".contains("swordfish"))
    }
}
