// Reads a file of the corpus; README.md describes the format.
import Foundation

struct TranscriptReader {
    private let file: String
    private var transcript: Transcript
    private var turn = Turn()
    private var line = 0
    /// The heading's key whose indented lines follow.
    private var block: String?
    private var isInHeading = true

    static func read(_ file: String, _ text: String) throws(Failure) -> Transcript {
        var reader = TranscriptReader(file)
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            reader.line += 1
            try reader.take(String(line))
        }
        reader.endTurn()
        if reader.isInHeading { throw reader.failure("there is no line --- behind the heading") }
        return reader.transcript
    }

    private init(_ file: String) {
        self.file = file
        transcript = Transcript(file: file, heading: Heading())
    }

    private func failure(_ text: String) -> Failure { Failure(file: file, line: line, text: text) }

    private mutating func take(_ text: String) throws(Failure) {
        if text.hasPrefix("#") || text.allSatisfy(\.isWhitespace) { return }
        guard isInHeading else { return try speak(text) }
        if text == "---" {
            isInHeading = false
            if transcript.heading.title.isEmpty { throw failure("the heading has no title") }
            if transcript.heading.proves.isEmpty { throw failure("the heading proves nothing") }
        } else if let block, text.hasPrefix("  ") {
            try append(String(text.dropFirst(2)), to: block)
        } else {
            try head(text)
        }
    }

    // MARK: Heading

    private mutating func head(_ text: String) throws(Failure) {
        guard let colon = text.firstIndex(of: ":") else { throw failure("expected KEY: VALUE") }
        let key = String(text[..<colon])
        let value = text[text.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        block = nil
        switch key {
        case "title": transcript.heading.title = value
        case "proves": transcript.heading.proves.append(value)
        case "user": transcript.heading.user = value
        case "certificate":
            transcript.heading.certificate =
                value == "nameless" ? [] : value.split(separator: ",").map { $0.trimmed }
        case "unix-groups":
            let groups = value.split(separator: ",").map { $0.trimmed }
            transcript.heading.unixGroups = value == "unavailable" ? nil : Set(groups)
        case "tls": transcript.heading.startsWithTLS = value != "none"
        case "state": transcript.heading.state = try state(value)
        case "capabilities": transcript.heading.capabilities = value
        case "namespace": transcript.heading.namespace = value
        case "delimiter": transcript.heading.delimiter = value
        case "cuts": transcript.heading.cuts = !value.hasPrefix("none")
        case "denied":
            transcript.heading.denied =
                value == "none" ? [] : value.split(separator: ",").map { $0.trimmed }
        case "rule":
            transcript.heading.rules = (transcript.heading.rules ?? [])
            if value != "none" { transcript.heading.rules?.append(value) }
        case "policy", "backend", "settings": block = key
        default: throw failure("unknown key \(key)")
        }
    }

    private func state(_ value: String) throws(Failure) -> Heading.State {
        if value == "greeting" { return .greeting }
        if value == "logged in" { return .loggedIn }
        guard value.hasPrefix("selected ") else { throw failure("unknown state \(value)") }
        return .selected(String(value.dropFirst("selected ".count)))
    }

    private mutating func append(_ line: String, to block: String) throws(Failure) {
        switch block {
        case "policy": transcript.heading.policy.append(line)
        case "backend": transcript.heading.backend.append(line)
        default: transcript.heading.settings.append(line)
        }
    }

    // MARK: Conversation

    private mutating func speak(_ text: String) throws(Failure) {
        let mark = String(text.prefix(2))
        let words = text.dropFirst(2)
        let said = String(words.first == " " ? words.dropFirst() : words)
        switch mark {
        case "C:": happen(.client(pieces(of: said, bindsTags: false)))
        case "B<": happen(.backend(pieces(of: said, bindsTags: true)))
        case "S:":
            let lines = said == "nothing" ? [] : [line(said, false)]
            expect { $0.toClient += lines }
        case "B>":
            let lines = said == "nothing" ? [] : [line(said, true)]
            expect { $0.toBackend += lines }
        case "R:":
            let record = try record(said)
            expect { $0.records.append(record) }
        case "--":
            if said == "session ends" { return expect { $0.endsSession = true } }
            happen(.event(try direction(said)))
        default: throw failure("expected C:, S:, B>, B<, R: or --")
        }
    }

    private func line(_ text: String, _ bindsTags: Bool) -> ExpectedLine {
        ExpectedLine(line: line, pieces: pieces(of: text, bindsTags: bindsTags))
    }

    private var isExpecting = false

    private mutating func happen(_ happening: Happening) {
        if isExpecting { endTurn() }
        turn.happenings.append(happening)
        turn.lastLine = line
    }

    private mutating func expect(_ add: (inout Turn) -> Void) {
        isExpecting = true
        add(&turn)
        turn.lastLine = line
    }

    private mutating func endTurn() {
        transcript.turns.append(turn)
        turn = Turn()
        isExpecting = false
    }

    private func direction(_ text: String) throws(Failure) -> StageDirection {
        switch text {
        case "client closes": return .clientCloses
        case "client stops sending": return .clientStopsSending
        case "backend closes": return .backendCloses
        case "recorder holds": return .recorderHolds
        case "recorder acknowledges": return .recorderAcknowledges
        case "recorder is lost": return .recorderIsLost
        case "recorder is back": return .recorderIsBack
        case "throttle refuses": return .throttleRefuses
        case "time passes": return .timePasses
        case "gateway drains": return .gatewayDrains
        default: break
        }
        if text.hasPrefix("pam answers ") {
            return .pamAnswers(String(text.dropFirst("pam answers ".count)))
        }
        if text.hasPrefix("rules: ") {
            let rules = text.dropFirst("rules: ".count).split(separator: ";").map { $0.trimmed }
            return .rules(rules.filter { $0 != "none" })
        }
        throw failure("unknown stage direction \(text)")
    }

    /// `EVENT WORD key=value…`, a value with spaces in quotes.
    private func record(_ text: String) throws(Failure) -> ExpectedRecord {
        let parts = text.matches(of: #/[^\s"]+("[^"]*")?/#).map { String($0.output.0) }
        guard parts.count >= 2 else { throw failure("expected R: EVENT VERDICT key=value…") }
        var fields: [(key: String, value: String)] = []
        for part in parts.dropFirst(2) {
            guard let equals = part.firstIndex(of: "=") else { throw failure("expected key=value") }
            let value = part[part.index(after: equals)...].filter { $0 != "\"" }
            fields.append((String(part[..<equals]), String(value)))
        }
        return ExpectedRecord(line: line, event: parts[0], word: parts[1], fields: fields)
    }
}

extension Substring {
    fileprivate var trimmed: String { trimmingCharacters(in: .whitespaces) }
}
