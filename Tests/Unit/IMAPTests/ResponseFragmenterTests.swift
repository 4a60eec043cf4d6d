// Where responses begin and end, and what memory the fragmenter keeps in between.
import Bytes
import IMAP
import Testing

@Suite struct ResponseFragmenterTests {
    private func events(_ text: String, collects: Bool = true) -> [String] {
        let bytes = Array(text.utf8)
        var fragmenter = ResponseFragmenter()
        var offset = 0
        var events: [String] = []
        while true {
            let event = fragmenter.feed(bytes.span, from: &offset)
            let piece = String(decoding: fragmenter.piece.array, as: UTF8.self)
            switch event {
            case .needMore: return events
            case .violation(let violation): return events + ["! \(violation)"]
            case .response: events.append(piece)
            case .literal(let size):
                events.append("\(piece)|\(size)")
                if collects { fragmenter.collectLiteral() } else { fragmenter.streamLiteral() }
            case .streamed(let range):
                events.append(String(decoding: bytes[range], as: UTF8.self))
            case .streamEnded: events.append("|")
            }
        }
    }

    @Test func cutsLines() {
        #expect(events("* A\r\n* B\r\ng1 OK\r\nrest") == ["* A", "* B", "g1 OK"])
    }

    @Test func collectsALiteralIntoItsResponse() {
        #expect(
            events("* LIST {3}\r\na\r\n b\r\n* B\r\n")
                == ["* LIST {3}\r\n|3", "* LIST {3}\r\na\r\n b", "* B"]
        )
    }

    @Test func streamsALiteralAndGoesOnBehindIt() {
        #expect(
            events("* 1 FETCH (A {4}\r\n* B\n)\r\n* C\r\n", collects: false)
                == ["* 1 FETCH (A {4}\r\n|4", "* B\n", "|", ")", "* C"]
        )
        #expect(events("* X {0}\r\n y\r\n", collects: false) == ["* X {0}\r\n|0", "|", " y"])
    }

    @Test(
        "sees no literal in text for people or in quotes",
        arguments: [
            "g1 NO No such mailbox {5}", "* OK hi {5}", "* bye {5}", "+ go ahead {5}",
            "* LIST () \"/\" \"{5}\"", "* LIST () \"/\" \"a\\\" {5}\"",
        ]
    )
    func seesNoLiteral(line: String) { #expect(events(line + "\r\n* B\r\n") == [line, "* B"]) }

    @Test func staysLost() {
        var fragmenter = ResponseFragmenter()
        for text in ["* A\n", "* OK fine\r\n"] {
            var offset = 0
            let event = fragmenter.feed(Array(text.utf8).span, from: &offset)
            #expect(event == .violation(.bareLF))
            fragmenter.reset()
        }
    }

    @Test(
        "gives every kind of line its own limit",
        arguments: [
            ("* X ", 64 * 1024), ("* SEARCH ", 8 * 1024 * 1024), ("* VANISHED ", 8 * 1024 * 1024),
            ("* 17 FETCH (", 1024 * 1024), ("g1 OK ", 64 * 1024),
        ]
    )
    func limits(head: String, bytesMax: Int) {
        let filler = [UInt8](repeating: 0x31, count: bytesMax - head.utf8.count - 2)
        for excess in 0...1 {
            var fragmenter = ResponseFragmenter()
            var offset = 0
            let line = Array(head.utf8) + filler + Array(repeating: 0x31, count: excess)
            let event = fragmenter.feed((line + [0x0D, 0x0A]).span, from: &offset)
            #expect(event == (excess == 0 ? .response : .violation(.lineTooLong)))
        }
    }
}
