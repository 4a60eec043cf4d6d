// Threads, sorted lists, parts of results and batches: copied number by number, or not at all.
import Bytes
import IMAP
import Testing

@Suite struct NumberListTests {
    private func copied(_ line: String) throws -> String {
        var client = Buffer()
        let tag = Tag("c1")
        try NumberTranscoder.transcode(Array(line.utf8).span, clientTag: tag, into: &client)
        return client.text
    }

    @Test(
        "copies",
        arguments: [
            ("* THREAD", "* THREAD"), ("* THREAD ", "* THREAD"),
            (
                "* thread (2)(3 6 (4 23)(44 7 96))",
                "* THREAD (2)(3 6 (4 23)(44 7 96))"
            ),
            ("* THREAD ((1)(2)) ", "* THREAD ((1)(2))"), ("* SORT", "* SORT"),
            ("* SORT 5 3 4 (MODSEQ 7)", "* SORT 5 3 4 (MODSEQ 7)"),
            (
                "* ESEARCH (TAG \"g9\") UID PARTIAL (-1:-100 9,7:8) RELEVANCY (4 99) COUNT 3",
                "* ESEARCH (TAG \"c1\") UID PARTIAL (-1:-100 9,7:8) RELEVANCY (4 99) COUNT 3"
            ),
            (
                "* ESEARCH (TAG \"g9\") PARTIAL (1:9 NIL)",
                "* ESEARCH (TAG \"c1\") PARTIAL (1:9 NIL)"
            ),
            ("* ESEARCH (TAG \"g9\")", "* ESEARCH (TAG \"c1\")"),
            ("* ESEARCH (TAG \"g9\") RELEVANCY ()", "* ESEARCH (TAG \"c1\") RELEVANCY ()"),
            ("* ESEARCH (TAG \"g9\") ADDTO (0 32)", "* ESEARCH (TAG \"c1\")"),
            ("* UIDBATCHES (TAG \"g9\") 99:50,49:1", "* UIDBATCHES (TAG \"c1\") 99:50,49:1"),
            ("* UIDBATCHES (TAG \"g9\")", "* UIDBATCHES (TAG \"c1\")"),
        ]
    )
    func copies(line: String, expected: String) throws {
        #expect(try copied(line) == expected + "\r\n")
    }

    @Test(
        "refuses",
        arguments: [
            "* THREAD 1", "* THREAD ()", "* THREAD (1", "* THREAD (1))", "* THREAD (0)",
            "* THREAD (1 )", "* THREAD (1 (2) 3)", "* THREAD (1(2))", "* THREAD (1) (2)",
            "* THREAD (Secret)", "* THREAD (4294967296)", "* THREAD  (1)",
            "* SORT Secret", "* SORT (1)", "* ESEARCH (TAG \"g9\") PARTIAL 1:9 NIL",
            "* ESEARCH (TAG \"g9\") PARTIAL (1:9)", "* ESEARCH (TAG \"g9\") PARTIAL (1:9 x)",
            "* ESEARCH (TAG \"g9\") RELEVANCY 4", "* ESEARCH (TAG \"g9\") RELEVANCY (x)",
            "* ESEARCH (TAG \"g9\") ALL \"Secret\"", "* UIDBATCHES (TAG \"g9\") 1:*",
            "* UIDBATCHES (TAG \"g9\") Secret",
        ]
    )
    func refuses(line: String) {
        #expect(throws: ResponseError.self) { try copied(line) }
    }

    @Test func boundsTheDepthOfThreads() throws {
        func nested(_ depth: Int) -> String {
            let opening = String(repeating: "(", count: depth)
            return "* THREAD \(opening)1" + String(repeating: ")", count: depth)
        }
        _ = try copied(nested(512))
        #expect(throws: ResponseError.self) { try copied(nested(513)) }
    }

    @Test func asksBatchesForTheirTag() {
        #expect(throws: ResponseError.self) {
            try ResponseParser.parse(Array("* UIDBATCHES 1:2".utf8).span)
        }
    }
}
