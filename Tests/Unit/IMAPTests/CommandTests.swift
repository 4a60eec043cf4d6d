// Every command: what is taken, how it is written again, what the record says, what is refused.
import Bytes
import IMAP
import Testing

@Suite struct CommandTests {
    @Test(
        "takes and writes canonically",
        arguments: [
            ("noop", "NOOP"),
            ("Capability", "CAPABILITY"),
            ("LOGOUT", "LOGOUT"),
            ("starttls", "STARTTLS"),
            ("idle", "IDLE"),
            ("namespace", "NAMESPACE"),
            ("check", "CHECK"),
            ("close", "CLOSE"),
            ("unselect", "UNSELECT"),
            ("expunge", "EXPUNGE"),
            ("uid expunge 1:*", "UID EXPUNGE 1:*"),
            ("id nil", "ID NIL"),
            ("id ()", "ID NIL"),
            (#"id ("name" "x" "os" NIL)"#, #"ID ("name" "x" "os" NIL)"#),
            ("login ann {2}\r\npw", #"LOGIN "ann" "pw""#),
            (#"login "a\"n" "p\\w""#, #"LOGIN "a\"n" "p\\w""#),
            ("login ann a]b", #"LOGIN "ann" "a]b""#),
            ("authenticate plain", "AUTHENTICATE PLAIN"),
            ("authenticate plain =", "AUTHENTICATE PLAIN ="),
            ("authenticate plain AGEAYg==", "AUTHENTICATE PLAIN AGEAYg=="),
            ("enable condstore qresync", "ENABLE CONDSTORE QRESYNC"),
            ("create box", #"CREATE "box""#),
            (#"create "a b/""#, #"CREATE "a b/""#),
            (#"create Sent (use (\sent))"#, #"CREATE "Sent" (USE (\Sent))"#),
            ("delete {3}\r\nbox", #"DELETE "box""#),
            ("delete {3+}\r\nbox", #"DELETE "box""#),
            ("delete NIL", #"DELETE "NIL""#),
            ("delete {2}\r\n\u{1}x", "DELETE {2+}\r\n\u{1}x"),
            ("rename a b", #"RENAME "a" "b""#),
            ("subscribe a", #"SUBSCRIBE "a""#),
            ("unsubscribe a", #"UNSUBSCRIBE "a""#),
            ("copy 1,3:2 box", #"COPY 1,2:3 "box""#),
            ("uid copy *:4 box", #"UID COPY 4:* "box""#),
            ("move * box", #"MOVE * "box""#),
            ("uid move $ box", #"UID MOVE $ "box""#),
        ]
    )
    func takes(text: String, written: String) throws {
        #expect(try canonical(text) == written)
    }

    @Test(
        "takes mailboxes to open, list and ask about",
        arguments: [
            ("select inbox", #"SELECT "inbox""#),
            ("examine {3}\r\na b (condstore)", #"EXAMINE "a b" (CONDSTORE)"#),
            ("select a (QRESYNC (1 2))", #"SELECT "a" (QRESYNC (1 2))"#),
            ("select a (QRESYNC (1 2 3:4))", #"SELECT "a" (QRESYNC (1 2 3:4))"#),
            ("select a (QRESYNC (1 2 (5 6)))", #"SELECT "a" (QRESYNC (1 2 (5 6)))"#),
            (
                "select a (QRESYNC (1 2 3:4 (5 6)) CONDSTORE)",
                #"SELECT "a" (CONDSTORE QRESYNC (1 2 3:4 (5 6)))"#
            ),
            (#"list "" *"#, #"LIST "" "*""#),
            (#"list "" """#, #"LIST "" """#),
            (#"list "" (a% "b *")"#, #"LIST "" ("a%" "b *")"#),
            (#"list () "" %"#, #"LIST "" "%""#),
            (
                #"list (subscribed recursivematch) "" % return (children status (messages unseen))"#,
                #"LIST (SUBSCRIBED RECURSIVEMATCH) "" "%" RETURN (CHILDREN STATUS (MESSAGES UNSEEN))"#
            ),
            (#"list "" % return ()"#, #"LIST "" "%" RETURN ()"#),
            (#"list "" % return (special-use)"#, #"LIST "" "%" RETURN (SPECIAL-USE)"#),
            (#"lsub a "b%""#, #"LSUB "a" "b%""#),
            ("status a (unseen messages)", #"STATUS "a" (MESSAGES UNSEEN)"#),
            ("status a (HIGHESTMODSEQ)", #"STATUS "a" (HIGHESTMODSEQ)"#),
        ]
    )
    func takesMailboxes(text: String, written: String) throws {
        #expect(try canonical(text) == written)
    }

    @Test(
        "takes what concerns messages",
        arguments: [
            ("fetch 1 flags", "FETCH 1 (FLAGS)"),
            ("uid fetch 1:5 (UID FLAGS BODY.PEEK[])", "UID FETCH 1:5 (UID FLAGS BODY.PEEK[])"),
            ("fetch 1 fast", "FETCH 1 (FLAGS INTERNALDATE RFC822.SIZE)"),
            ("fetch 1 ALL", "FETCH 1 (FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)"),
            ("fetch 1 FULL", "FETCH 1 (FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODY)"),
            ("fetch 1 (uid uid)", "FETCH 1 (UID)"),
            ("fetch 1 body", "FETCH 1 (BODY)"),
            ("fetch 1 body[1.2.Mime]<0.10>", "FETCH 1 (BODY[1.2.Mime]<0.10>)"),
            (
                #"fetch 1 body[HEADER.FIELDS (From "To" {2}\#r\#nCC)]"#,
                #"FETCH 1 (BODY[HEADER.FIELDS (From "To" "CC")])"#
            ),
            (
                "fetch 1 body.peek[2.header.fields.not (x)]",
                "FETCH 1 (BODY.PEEK[2.header.fields.not (x)])"
            ),
            ("fetch 1 (rfc822 rfc822.text)", "FETCH 1 (RFC822 RFC822.TEXT)"),
            ("fetch 1 modseq (changedsince 5)", "FETCH 1 (MODSEQ) (CHANGEDSINCE 5)"),
            (
                "uid fetch 1 uid (vanished changedsince 5)",
                "UID FETCH 1 (UID) (CHANGEDSINCE 5 VANISHED)"
            ),
            (#"store 1 +flags (\seen Junk)"#, #"STORE 1 +FLAGS (\Seen Junk)"#),
            (#"store 1 flags.silent \seen \deleted"#, #"STORE 1 FLAGS.SILENT (\Seen \Deleted)"#),
            ("uid store 1 -flags ()", "UID STORE 1 -FLAGS ()"),
            (
                "store 1 (unchangedsince 0) flags ()",
                "STORE 1 (UNCHANGEDSINCE 0) FLAGS ()"
            ),
            ("append box {5}\r\n", #"APPEND "box" {5+}"# + "\r\n"),
            ("append box () ~{5}\r\n", #"APPEND "box" ~{5+}"# + "\r\n"),
            (
                #"append box (\Draft) "01-feb-2026 08:00:00 -0130" {5+}"# + "\r\n",
                #"APPEND "box" (\Draft) " 1-Feb-2026 08:00:00 -0130" {5+}"# + "\r\n"
            ),
            ("append box utf8 (~{5}\r\n", #"APPEND "box" UTF8 (~{5+}"# + "\r\n"),
            (
                "append box (k) catenate (url /a;UID=1 text {5}\r\n",
                #"APPEND "box" (k) CATENATE (URL "/a;UID=1" TEXT {5+}"# + "\r\n"
            ),
            (
                "append box catenate (url a) (k) catenate (url b)",
                #"APPEND "box" CATENATE (URL "a") (k) CATENATE (URL "b")"#
            ),
            (
                #"uid replace 7 box (\seen) {5}"# + "\r\n",
                #"UID REPLACE 7 "box" (\Seen) {5+}"# + "\r\n"
            ),
            ("replace * box {5}\r\n", #"REPLACE * "box" {5+}"# + "\r\n"),
        ]
    )
    func takesMessages(text: String, written: String) throws {
        var written = written
        if written.hasSuffix("\r\n") { written.removeLast() }
        #expect(try canonical(text) == written)
    }

    @Test(
        "takes searches",
        arguments: [
            ("search all", "SEARCH ALL"),
            ("search return () unseen", "SEARCH RETURN (ALL) UNSEEN"),
            (
                "uid search return (min count) 1:5 not deleted",
                "UID SEARCH RETURN (MIN COUNT) 1:5 NOT DELETED"
            ),
            ("search charset utf-8 subject {2}\r\né", "SEARCH CHARSET UTF-8 SUBJECT {2+}\r\né"),
            (#"search charset "us-ascii" to ann"#, #"SEARCH CHARSET US-ASCII TO "ann""#),
            ("search or seen (from a to b)", #"SEARCH OR SEEN (FROM "a" TO "b")"#),
            (#"search header x """#, #"SEARCH HEADER "x" """#),
            (
                #"search since 1-jan-2020 sentbefore "01-Feb-2021""#,
                "SEARCH SINCE 1-Jan-2020 SENTBEFORE 1-Feb-2021"
            ),
            (
                "search larger 5 keyword Junk unkeyword x",
                "SEARCH LARGER 5 KEYWORD Junk UNKEYWORD x"
            ),
            ("search uid 4:2 $", "SEARCH UID 2:4 $"),
            ("search modseq 5", "SEARCH MODSEQ 5"),
            (
                #"search modseq "/flags/\\seen" all 5"#,
                #"SEARCH MODSEQ "/flags/\\Seen" ALL 5"#
            ),
        ]
    )
    func takesSearches(text: String, written: String) throws {
        #expect(try canonical(text) == written)
    }

    @Test(
        "records what was asked, never what was said",
        arguments: [
            ("noop", ""),
            ("login ann secret", "user of 3 bytes"),
            ("authenticate plain AGEAYg==", "PLAIN with initial response"),
            (#"id ("name" "x" "os" NIL)"#, #"name "x" os NIL"#),
            ("id (\"name\" {4}\r\na\u{E9}b)", #"name "a??b""#),
            ("uid fetch 1:5 (UID BODY[TEXT]<0.9>)", "1:5 (UID BODY[TEXT]<0.9>)"),
            (#"uid store 1 +flags (\seen)"#, #"1 +FLAGS (\Seen)"#),
            ("search from ann not (header a b text c) 1:3", "FROM NOT (HEADER TEXT) 1:3"),
            ("copy 1:2 Secret", "1:2"),
            (#"append Secret (\seen) {5}"# + "\r\n", #"(\Seen) 5 bytes"#),
            ("append Secret catenate (url /Secret;UID=1 text {5}\r\n", "CATENATE URL 5 bytes"),
            ("replace 7 Secret {5}\r\n", "7 5 bytes"),
            (
                #"list (subscribed) "" Secret return (status (unseen))"#,
                "(SUBSCRIBED) 1 pattern RETURN (STATUS (UNSEEN))"
            ),
            ("status Secret (unseen)", "(UNSEEN)"),
            ("select Secret (condstore)", "(CONDSTORE)"),
            ("enable condstore", "CONDSTORE"),
            ("delete Secret", ""),
        ]
    )
    func records(text: String, digested: String) throws {
        #expect(try digest(text) == digested)
    }

    @Test func tellsTheWordsThatAreSearchedForWhereThatIsWanted() throws {
        var text = ShortBytes()
        let command = try parse(#"a search from ann not (header a "b c" seen) 1:3"#).command
        command.describe(into: &text, tellsSearched: true)
        #expect(text.text == #"FROM "ann" NOT (HEADER "a" "b c" SEEN) 1:3"#)
    }

    @Test func keepsRecordsShort() throws {
        let set = (1...2000).map { "\($0 * 2)" }.joined(separator: ",")
        let text = try digest("fetch \(set) uid")
        #expect(text.utf8.count == 1027)
        #expect(text.hasSuffix("..."))
    }

    @Test func tellsMessageNumbersFromUIDs() throws {
        #expect(try parse("a fetch 1 uid").command.takesSequenceNumbers)
        #expect(try !parse("a uid fetch 1 uid").command.takesSequenceNumbers)
        #expect(try parse("a uid search not 1:5").command.takesSequenceNumbers)
        #expect(try !parse("a uid search uid 1:5").command.takesSequenceNumbers)
    }

    @Test func waitsWhereTheBackendMustAsk() throws {
        var buffer = Buffer("waiting")
        let command = try parse("a rename {1}\r\n\u{1} {1}\r\n\u{2}").command
        let waits = command.encode(tag: 12, literals: .synchronizing, into: &buffer)
        #expect(buffer.text == "waitingg12 RENAME {1}\r\n\u{1} {1}\r\n\u{2}\r\n")
        #expect(waits == [16, 23])
    }

    @Test func asksForLongLiteralsUnderLiteralMinus() throws {
        let message = AppendPart.literal(LiteralHeader(size: 4097))
        let parts = [AppendPart.heading(FlagSet(), nil), message]
        let command = Command.append(Append(mailbox: Array("a".utf8), parts: parts))
        var buffer = Buffer()
        let waits = command.encode(tag: 1, literals: .literalMinus, into: &buffer)
        #expect(buffer.text == "g1 APPEND \"a\" {4097}\r\n")
        #expect(waits == [buffer.count])
    }
}
