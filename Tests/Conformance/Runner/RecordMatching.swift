// Compares records with what a transcript says of them.
import Audit
import Bytes

extension ExpectedRecord {
    func matches(_ record: Record) -> Bool {
        guard event == record.event.rawValue, word == record.word else { return false }
        return fields.allSatisfy { record.field($0.key) == $0.value }
    }

    var shown: String {
        ([event, word] + fields.map { "\($0.key)=\"\($0.value)\"" }).joined(separator: " ")
    }
}

extension Record {
    /// The verdict of a decision, the result of an outcome.
    var word: String { verdict?.rawValue ?? result?.rawValue ?? "-" }

    /// All that a transcript can ask for and that is there.
    var shown: String {
        let fields = Self.fields.compactMap { key in
            field(key).flatMap { $0.isEmpty ? nil : "\(key)=\"\($0)\"" }
        }
        return ([event.rawValue, word] + fields).joined(separator: " ")
    }

    private static let fields = [
        "verb", "tag", "state", "mailbox", "needed", "held", "missing", "forbidden", "rules",
        "because", "destination",
        "args", "rewrite", "reason", "code", "messages", "bytes", "uidvalidity", "sections",
        "extent", "message_ids", "details", "durable",
    ]

    func field(_ key: String) -> String? {
        switch key {
        case "verb": verb.map(\.words)
        case "tag": tag.text
        case "state": state.map(\.words)
        case "mailbox": mailbox.map(\.words)
        case "destination": destination.map(\.words)
        case "needed": mailbox?.needed
        case "held": mailbox?.held
        case "missing": mailbox?.missing
        case "rules": mailbox?.rules.joined(separator: ",")
        case "forbidden":
            (mailbox?.forbidden ?? []).joined(separator: ",")
        case "because": mailbox?.because.joined(separator: ",")
        case "args": arguments.text
        case "rewrite": rewrite.map(\.words)
        case "reason": reason.map(\.words)
        case "code": code.map(\.words)
        case "messages": String(messages)
        case "bytes": String(bytes)
        case "uidvalidity": uidValidity > 0 ? String(uidValidity) : nil
        case "sections": content.words
        case "extent": extent?.rawValue
        case "message_ids": String(decoding: messageIDs, as: UTF8.self).replacing("\n", with: ";")
        case "details": details.map(\.words).joined(separator: ",")
        case "filed": filed.map(\.text).joined(separator: ",")
        case "durable": isDurable ? "yes" : "no"
        default: nil
        }
    }
}

extension Phrase {
    fileprivate var words: String { "\(text)" }
}

extension Record.Mailbox {
    /// The canonical name, or what the client wrote where it is none.
    fileprivate var words: String { String(decoding: canonical ?? raw, as: UTF8.self) }
}

extension Record.Filed {
    /// `BYTES:SHA-256`.
    fileprivate var text: String {
        let digits = (digest ?? []).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
        return "\(bytes):\(digits.joined())"
    }
}

extension MessageContent {
    fileprivate var words: String {
        let names: KeyValuePairs<String, MessageContent> = [
            "whole": .whole, "header": .header, "text": .text, "part": .part,
            "envelope": .envelope, "structure": .structure, "preview": .preview,
        ]
        return names.filter { contains($0.value) }.map(\.key).joined(separator: "+")
    }
}

extension RecordDetail {
    fileprivate var words: String {
        switch self {
        case .number(let name, let number): "\(name.words):\(number)"
        case .phrase(let name, let phrase): "\(name.words):\(phrase.words)"
        case .text(let name, let text): "\(name.words):\(String(decoding: text, as: UTF8.self))"
        }
    }
}
