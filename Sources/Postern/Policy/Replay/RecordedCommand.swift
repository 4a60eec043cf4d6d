// From a record back to a command that a policy judges in the same way.
import Audit

/// A command that asks a policy for what a recorded one asked.
///
/// The trail keeps no contents, and searched words only where that is wanted: other words stand in
/// their place, and always the first message, since no policy looks at either.
struct RecordedCommand: Hashable {
    /// The canonical name of the mailbox that must be selected.
    let selected: String?
    let text: String

    /// nil for a command that no policy refuses, and for one that says too little.
    init?(_ entry: TrailEntry) {
        guard let verb = entry.verb, let mailbox = entry.mailbox?.name,
            entry.mailbox?.isPseudonym != true, entry.destination?.isPseudonym != true
        else { return nil }
        let name = WireName(mailbox).argument
        let target = (entry.destination?.name).map { WireName($0).argument }
        let arguments = entry.args ?? ""
        var selected: String? = mailbox
        switch verb {
        case "SELECT", "EXAMINE", "CREATE", "DELETE", "SUBSCRIBE", "UNSUBSCRIBE", "GETACL",
            "MYRIGHTS", "GETQUOTA", "GETQUOTAROOT":
            selected = nil
            text = "\(verb) \(name)"
        case "SETACL", "DELETEACL", "LISTRIGHTS":
            selected = nil
            text = "\(verb) \(name) \(arguments)"
        case "STATUS":
            selected = nil
            text = "STATUS \(name) (MESSAGES)"
        case "GETMETADATA":
            selected = nil
            text = "GETMETADATA \(name) /private/comment"
        case "SETMETADATA":
            selected = nil
            text = "SETMETADATA \(name) (/private/comment \"x\")"
        case "RENAME":
            guard let target else { return nil }
            selected = nil
            text = "RENAME \(name) \(target)"
        case "APPEND":
            selected = nil
            text = "APPEND \(name) \(Self.flags(of: arguments)){310}"
        case "REPLACE", "UID REPLACE":
            guard let target else { return nil }
            text = "\(verb) 1 \(target) \(Self.flags(of: Self.behindSet(arguments))){310}"
        case "COPY", "UID COPY", "MOVE", "UID MOVE":
            guard let target else { return nil }
            text = "\(verb) 1 \(target)"
        case "CATENATE": text = "UID FETCH 1 (BODY.PEEK[])"
        case "FETCH", "UID FETCH":
            text = "\(verb) 1 \(Self.firstList(of: Self.behindSet(arguments)) ?? "(BODY.PEEK[])")"
        case "STORE", "UID STORE":
            let change = Self.behindSet(arguments)
            guard !change.isEmpty else { return nil }
            text = "\(verb) 1 \(change)"
        case "SEARCH", "UID SEARCH":
            text = "\(verb) \(RecordedSearch(arguments, of: "SEARCH").keys)"
        case "SORT", "UID SORT":
            text = "\(verb) (ARRIVAL) UTF-8 \(RecordedSearch(arguments, of: "SORT").keys)"
        case "THREAD", "UID THREAD":
            text = "\(verb) ORDEREDSUBJECT UTF-8 \(RecordedSearch(arguments, of: "THREAD").keys)"
        case "UID EXPUNGE": text = "UID EXPUNGE 1"
        case "EXPUNGE", "CLOSE", "CHECK", "UNSELECT": text = verb
        default: return nil
        }
        self.selected = selected
    }

    private static func behindSet(_ arguments: String) -> String {
        String(arguments.drop { $0 != " " }.dropFirst())
    }

    /// The flags at the beginning with a space behind them, or nothing.
    private static func flags(of arguments: String) -> String {
        guard arguments.first == "(", let flags = firstList(of: arguments) else { return "" }
        return flags + " "
    }

    /// The list in parentheses at the beginning.
    private static func firstList(of text: String) -> String? {
        guard text.first == "(" else { return nil }
        var depth = 0
        for index in text.indices {
            if text[index] == "(" { depth += 1 }
            if text[index] == ")" { depth -= 1 }
            if depth == 0 { return String(text[...index]) }
        }
        return nil
    }
}
