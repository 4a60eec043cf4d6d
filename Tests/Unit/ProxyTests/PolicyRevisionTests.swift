// Every decision says by which revision of the policy it was made.
import Audit
import Authentication
import Bytes
import Proxy
import Testing

@Suite("Policy revisions")
struct PolicyRevisionTests {
    /// The revisions in the decisions that `act` leads to.
    private func revisions(_ talk: Conversation, _ act: () -> Void) -> [String] {
        let before = talk.records.count
        act()
        return talk.records[before...].filter { $0.phase == .decision }.map { record in
            let facts = String(decoding: record.session, as: UTF8.self)
            let rest = facts.components(after: #""policy":""#)
            return String(rest.prefix { $0 != "\"" })
        }
    }

    @Test func standInDecisionsOfEveryKind() {
        let talk = Conversation(settings: .sample(revision: "one"))
        let login = revisions(talk) {
            talk.client("x LOGIN ann wrong\n")
            talk.admit()
            talk.pam(.rejected)
            talk.logIn()
        }
        #expect(login == ["one", "one"])
        let refused = revisions(talk) { talk.client("a SELECT Secret\nb FETCH 1 UID\nc NOOP\n") }
        #expect(refused == ["one", "one", "one"])
        talk.backend("g16 OK\n")
        talk.reload(.sample(revision: "two"))
        let later = revisions(talk) { talk.client("d SELECT Secret\ne BAD\nf NAMESPACE\n") }
        #expect(later == ["two", "two", "two"])
    }
}

extension String {
    fileprivate func components(after mark: String) -> Substring {
        firstRange(of: mark).map { self[$0.upperBound...] } ?? ""
    }
}
