// Where records are sent to: written and read back, and nothing else taken for it.
import Configuration
import Testing

@Suite struct ShippingTests {
    @Test(
        "reads what it writes",
        arguments: [
            "file:/var/spool/out", "unix:/run/collector", "tcp:collector.example.org:514",
            "tls:192.0.2.1:6514", "tls:[2001:db8::1]:6514",
        ]
    )
    func roundTrip(text: String) {
        #expect(ShipTarget(text)?.description == text)
    }

    @Test(
        "takes nothing else",
        arguments: [
            "", "file", "file:", "ftp:x", "tcp:host", "tcp:host:", "tcp:host:0", "tcp:host:65536",
            "tcp::514", "tls:2001:db8::1:6514", "tls:[]:6514", "TLS:host:1",
        ]
    )
    func refuses(text: String) {
        #expect(ShipTarget(text) == nil)
    }
}
