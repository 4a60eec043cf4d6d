// getaddrinfo as the libraries inside postern-pam find it: this program is linked with the helper's.
import Glibc
import PAMHelper
import Testing

@Suite("A look-up of an address in postern-pam")
struct AddressLookupTests {
    @Test(
        "takes digits for what they are, whatever addresses the machine has",
        arguments: ["127.0.0.1", "192.0.2.7", "::1", "2001:db8::7"]
    )
    func digits(address: String) { #expect(lookUp(address) == address) }

    @Test("finds names as the C library does")
    func names() {
        #expect(["127.0.0.1", "::1"].contains(lookUp("localhost")))
        #expect(lookUp("nowhere.invalid") == nil)
        #expect(lookUp("1.2.3.4.5") == nil)
    }

    @Test("does without a wish that nobody has")
    func withoutHints() throws {
        var found: UnsafeMutablePointer<addrinfo>?
        try #require(unsafe getaddrinfo("192.0.2.7", nil, nil, &found) == 0)
        unsafe freeaddrinfo(found)
    }

    /// The first address found in the way of libaudit, in digits; nil when there is none.
    private func lookUp(_ name: String) -> String? {
        var hints = unsafe addrinfo()
        unsafe hints.ai_flags = AI_ADDRCONFIG
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(name, nil, &hints, &found) == 0, let first = unsafe found?.pointee
        else { return nil }
        defer { unsafe freeaddrinfo(found) }
        return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
            let status = unsafe getnameinfo(
                first.ai_addr,
                first.ai_addrlen,
                text.baseAddress,
                socklen_t(text.count),
                nil,
                0,
                NI_NUMERICHOST
            )
            return unsafe status == 0 ? text.baseAddress.map { unsafe String(cString: $0) } : nil
        }
    }
}
