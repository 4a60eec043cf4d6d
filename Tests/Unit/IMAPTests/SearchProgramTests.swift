// SEARCH, SORT, THREAD and UIDBATCHES as clients write them, and as the backend reads them.
import Bytes
import IMAP
import Testing

@Suite struct SearchProgramTests {
    @Test(
        "takes programs",
        arguments: [
            ("sort (date) us-ascii all", "SORT (DATE) US-ASCII ALL"),
            (
                #"uid sort (reverse arrival cc from size subject to) "utf-8" unseen 4:2"#,
                "UID SORT (REVERSE ARRIVAL CC FROM SIZE SUBJECT TO) UTF-8 UNSEEN 2:4"
            ),
            (
                "sort return () (displayfrom reverse displayto relevancy) utf-8 all",
                "SORT RETURN (ALL) (DISPLAYFROM REVERSE DISPLAYTO RELEVANCY) UTF-8 ALL"
            ),
            (
                "thread references utf-8 since 5-Mar-2000",
                "THREAD REFERENCES UTF-8 SINCE 5-Mar-2000"
            ),
            (
                #"uid thread orderedsubject us-ascii text "a""#,
                #"UID THREAD ORDEREDSUBJECT US-ASCII TEXT "a""#
            ),
            ("thread refs utf-8 subject {2}\r\né", "THREAD REFS UTF-8 SUBJECT {2+}\r\né"),
            ("uidbatches 2000", "UIDBATCHES 2000"),
            ("uidbatches 500 20:10", "UIDBATCHES 500 10:20"),
            ("search return (save) seen", "SEARCH RETURN (SAVE) SEEN"),
            ("search return (save min) $", "SEARCH RETURN (MIN SAVE) $"),
            (
                "uid search return (partial 500:1 count) all",
                "UID SEARCH RETURN (COUNT PARTIAL 1:500) ALL"
            ),
            ("search return (partial -1:-100) all", "SEARCH RETURN (PARTIAL -1:-100) ALL"),
            ("search older 3600 younger 9", "SEARCH OLDER 3600 YOUNGER 9"),
            (
                #"search fuzzy (subject "a" fuzzy body b)"#,
                #"SEARCH FUZZY (SUBJECT "a" FUZZY BODY "b")"#
            ),
            (
                "search savedbefore 1-Jan-2020 savedon 2-Jan-2020 or savedsince 3-Jan-2020 "
                    + "savedatesupported",
                "SEARCH SAVEDBEFORE 1-Jan-2020 SAVEDON 2-Jan-2020 OR SAVEDSINCE 3-Jan-2020 "
                    + "SAVEDATESUPPORTED"
            ),
            ("search emailid M-1_x not threadid t", "SEARCH EMAILID M-1_x NOT THREADID t"),
        ]
    )
    func takes(text: String, written: String) throws {
        #expect(try canonical(text) == written)
    }

    @Test(
        "refuses what is no program",
        arguments: [
            "sort date utf-8 all", "sort () utf-8 all", "sort (x-size) utf-8 all",
            "sort (reverse) utf-8 all", "sort (reverse reverse date) utf-8 all",
            "sort (date) all", "sort (date)  utf-8 all", "sort (date) utf-8",
            "sort return (context) (date) utf-8 all", "sort return (update) (date) utf-8 all",
            "sort (date) us-ascii subject {2}\r\né", "thread x-refs utf-8 all",
            "thread refs all", "thread return () refs utf-8 all", "uid uidbatches 500",
            "uidbatches", "uidbatches 0", "uidbatches 500 1", "uidbatches 500 1:*",
            "search return (partial 1) all", "search return (partial 0:1) all",
            "search return (partial -1:100) all", "search return (partial 1:-100) all",
            "search return (all partial 1:2) all", "search return (partial 1:2 partial 1:2) all",
            "search return (context) all", "search return (save", "search older 0", "search older",
            "search younger 4294967296", "search fuzzy", "search emailid", "search emailid (a)",
            "search emailid \"a\"", "search emailid \(String(repeating: "a", count: 256))",
            "search inthread refs all", "search mailbox a", "search x-guid a",
            "search x-real-uid 1",
            "search x-gm-raw a", "search x-gm-labels a", "search filter a", "search folder a",
            "search in a", "search cid a", "search convflag a", "search convmodseq 1",
            "search convread", "search xlistid a", "search xattachmentname a",
            "search xcontenttype a", "search spamabove 1", "search deliveredto a",
            "search annotation /comment value a", "search x-mailbox a",
            "search not", "search or seen", "search charset", "search all charset utf-8",
            "search charset utf-8", "search return (all)",
        ]
    )
    func refuses(text: String) {
        guard case .syntax? = failure(of: "a " + text)?.reason else {
            return #expect(failure(of: "a " + text)?.reason == .unknownCommand)
        }
    }

    /// The command is read to its end, so that it can be refused and `$` be given up with it.
    @Test(
        "reads strings in a charset that it does not know",
        arguments: [
            "search charset koi8-r subject {1}\r\n\u{1}", "sort (date) latin1 text {2}\r\né",
        ]
    )
    func readsOtherCharsets(text: String) throws {
        #expect(try parse("a " + text).command.program?.charset == .unsupported)
    }

    @Test(
        "knows what depends on the saved result",
        arguments: [
            "fetch $ uid", "uid fetch $ uid", "store $ flags ()", "copy $ a", "uid move $ a",
            "uid expunge $", "search $", "search not uid $", "search or seen (fuzzy $)",
            "sort (date) utf-8 $", "uid thread refs utf-8 all not $",
        ]
    )
    func knowsUses(text: String) throws {
        #expect(try parse("a " + text).command.usesSavedResult)
    }

    @Test func knowsWhatDoesNot() throws {
        for text in ["fetch 1 uid", "search return (save) all", "search 1 uid 2", "noop"] {
            #expect(try !parse("a " + text).command.usesSavedResult)
        }
        #expect(try parse("a search return (save) all").command.savesResult)
        #expect(try parse("a sort return (save) (date) utf-8 all").command.savesResult)
        #expect(try !parse("a search return (all) all").command.savesResult)
    }

    @Test(
        "tells message numbers from UIDs",
        arguments: [
            ("sort (date) utf-8 all", true), ("uid sort (date) utf-8 all", false),
            ("uid sort (date) utf-8 1", true), ("thread refs utf-8 all", true),
            ("uid thread refs utf-8 uid 1", false), ("uid search fuzzy (not 1)", true),
            ("uidbatches 500", false), ("fetch $ uid", true),
        ]
    )
    func tells(text: String, numbers: Bool) throws {
        #expect(try parse("a " + text).command.takesSequenceNumbers == numbers)
    }

    @Test(
        "records programs without what they look for",
        arguments: [
            (
                "sort return (count) (reverse date) utf-8 subject secret",
                "RETURN (COUNT) (REVERSE DATE) UTF-8 SUBJECT"
            ),
            ("thread refs utf-8 fuzzy body secret", "REFS UTF-8 FUZZY BODY"),
            ("search emailid M1 older 5", "EMAILID M1 OLDER 5"),
            ("uidbatches 500 1:2", "500 1:2"),
        ]
    )
    func records(text: String, digested: String) throws {
        #expect(try digest(text) == digested)
    }

    @Test func boundsCriteriaAndDepth() {
        let criteria = Array(repeating: "DATE", count: 21).joined(separator: " ")
        #expect(failure(of: "a SORT (\(criteria)) UTF-8 ALL")?.reason == .syntax(.tooMany(at: 108)))
        for word in [" NOT", " FUZZY", " OR ALL"] {
            let deep = "a SEARCH" + String(repeating: word, count: 32) + " ALL"
            guard case .syntax(.tooDeep)? = failure(of: deep)?.reason else {
                Issue.record("taken as deep as it is")
                continue
            }
        }
    }
}
