// Records in others' words: what a gateway that was taken over may write does no harm there.
import Bytes
import Configuration
import Foundation
import Testing

@testable import Postern

@Suite struct ShipFormatTests {
    private static func message(_ members: String, as format: ShipFormat) -> String {
        let line = #"{"seq":7,"v":1,"time":"2026-03-01T09:30:00.000123Z","mono":9,\#(members)}"#
        let encoder = ShipEncoder(format, origin: "gate/trail", framing: .lineFeed)
        return String(decoding: encoder.message(for: Array(line.utf8).span).bytes, as: UTF8.self)
    }

    @Test("control characters end no message of CEF and steer no terminal")
    func control() {
        let members = #""event":"msg.fetch\u001b[2J|","user":"a\nb\u0007=\u007f\\""#
        let message = Self.message(members, as: .cef)
        #expect(message.contains(#"|msg.fetch [2J\||"#))
        #expect(message.hasSuffix(#" suser=a\nb \= \\"# + "\n"))
        let values = message.dropLast().unicodeScalars.map(\.value)
        #expect(!values.contains { $0 < 0x20 || $0 == 0x7F })
    }

    @Test(
        "a duration in nanoseconds is told as far as it is one",
        arguments: [("5", 5000), ("18446744073709551615", nil), ("18446744073709552", nil)]
    )
    func duration(_ microseconds: String, _ nanoseconds: Int?) throws {
        let message = Self.message(
            #""event":"msg.fetch","duration_us":\#(microseconds)"#,
            as: .ecs
        )
        let document = try JSONSerialization.jsonObject(with: Data(message.utf8))
        let event = (document as? [String: Any])?["event"] as? [String: Any]
        #expect(event?["action"] as? String == "msg.fetch")
        #expect(event?["duration"] as? Int == nanoseconds)
    }
}
