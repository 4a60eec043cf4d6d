// The table of commands holds together.
import Bytes
import IMAP
import Policy
import Testing

@testable import Proxy

@Suite struct CommandTableTests {
    @Test func letsNoIdentityCommandRunBesideAnother() {
        for verb in Verb.allCases where verb.row.effect == .identity {
            #expect(verb.row.validity == .notAuthenticated)
            #expect(verb.row.pipelining == .alone)
        }
    }

    /// A mailbox that may not be seen must look like one that does not exist.
    @Test func asksLookupOfEveryNamedMailbox() {
        for verb in Verb.allCases {
            for rights in [verb.row.mailbox, verb.row.destination].map(\.rights)
            where !rights.isEmpty {
                #expect(rights.contains(.lookup), "\(verb.name)")
            }
        }
    }

    @Test func tellsMessageNumbersFromUIDs() {
        let fetch = { Command.fetch(Fetch(isUID: $0, set: .savedResult, items: [])).pipelining }
        #expect(fetch(false) == .numbers)
        #expect(fetch(true) == .free)
    }
}
