// Which messages a command told of, in few bytes.
import Bytes
import IMAP
import Proxy
import Testing

@Suite struct UIDLogTests {
    private func written(_ ranges: [(UInt32, UInt32)]) -> String {
        var log = UIDLog()
        for (lower, upper) in ranges { log.note(MessageRange(lower, upper)) }
        return log.written.text
    }

    @Test(
        "joins neighbours",
        arguments: [
            ([], ""), ([(5, 5)], "5"), ([(5, 5), (6, 6), (7, 9)], "5:9"), ([(5, 5), (5, 5)], "5"),
            ([(5, 5), (7, 7), (6, 6)], "5,7,6"), ([(1, 3), (9, 9)], "1:3,9"),
            ([(.max, .max), (1, 1)], "4294967295,1"),
        ] as [([(UInt32, UInt32)], String)]
    )
    func joins(ranges: [(UInt32, UInt32)], expected: String) {
        #expect(written(ranges) == expected)
    }

    @Test func keepsTheBeginningOfALongSet() {
        let text = written((1...100_000).map { ($0 * 2, $0 * 2) })
        #expect(text.hasPrefix("2,4,6,"))
        #expect(text.hasSuffix("..."))
        #expect(text.utf8.count <= UIDLog.bytesMax + 3)
    }
}
