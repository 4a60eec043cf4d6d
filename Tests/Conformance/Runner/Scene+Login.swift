// Brings a scene into the state that a transcript begins in, with a backend that says yes to all.
import Proxy

extension Scene {
    /// A scene in the state that the heading names.
    static func begun(_ heading: Heading, _ settings: Settings) -> Scene {
        let scene = Scene(heading, settings)
        guard heading.state != .greeting else { return scene }
        scene.client(Array("a LOGIN \(heading.user) secret\r\n".utf8))
        scene.backend(Array("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\r\n".utf8))
        scene.answerEverything(heading, from: 0)
        if case .selected(let mailbox) = heading.state {
            let heard = scene.toBackend.count
            scene.client(Array("s SELECT \(mailbox)\r\n".utf8))
            scene.answerEverything(heading, from: heard)
        }
        scene.forgetRecords()
        return scene
    }

    /// Plays a friendly backend until it is asked nothing more, from the octet `start` on.
    private func answerEverything(_ heading: Heading, from start: Int) {
        var heard = start
        while heard < toBackend.count {
            let asked = String(decoding: toBackend[heard...], as: UTF8.self)
            heard = toBackend.count
            for line in asked.split(separator: "\r\n") {
                let words = line.split(separator: " ", maxSplits: 2).map(String.init)
                guard words.count > 1 else { continue }
                let isAboutUses = line.contains("(SPECIAL-USE)")
                let lines =
                    isAboutUses
                    ? heading.marks.map { "* LIST \($0)" } : Self.data(for: words[1], heading)
                let data = lines.map { $0 + "\r\n" }.joined()
                backend(Array("\(data)\(words[0]) OK done\r\n".utf8))
            }
        }
    }

    private static func data(for verb: String, _ heading: Heading) -> [String] {
        switch verb {
        case "CAPABILITY", "AUTHENTICATE", "LOGIN": ["* CAPABILITY \(heading.capabilities)"]
        case "NAMESPACE": ["* NAMESPACE \(heading.namespace)"]
        case "LIST": [#"* LIST (\Noselect) \#(heading.quotedDelimiter) """#]
        case "SELECT", "EXAMINE": ["* 3 EXISTS"]
        default: []
        }
    }
}

extension Heading {
    /// The delimiter as LIST has it.
    fileprivate var quotedDelimiter: String {
        delimiter == "NIL" ? delimiter : "\"\(delimiter)\""
    }
}
