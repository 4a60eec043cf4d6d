// What clients do with a mailbox, one command a right or an operation.
import IMAP
import Proxy

enum UsualCommands {
    static func on(_ mailbox: String) -> [String] {
        let name = WireName(mailbox).argument
        let other = WireName(mailbox == "INBOX" ? "Trash" : "INBOX").argument
        return [
            "LIST \"\" \(name)", "SELECT \(name)", "EXAMINE \(name)", "STATUS \(name) (MESSAGES)",
            "FETCH 1 (FLAGS ENVELOPE)", "FETCH 1 BODY[]", "UID SEARCH UNSEEN",
            "UID SEARCH TEXT word", "STORE 1 +FLAGS (\\Seen)", "STORE 1 +FLAGS (\\Flagged)",
            "STORE 1 +FLAGS (\\Deleted)", "EXPUNGE", "CLOSE", "COPY 1 \(other)",
            "MOVE 1 \(other)", "APPEND \(name) {310}", "COPY 1 \(name)", "SUBSCRIBE \(name)",
            "CREATE \(WireName(mailbox + "/x").argument)",
            "RENAME \(name) \(WireName(mailbox + " old").argument)", "DELETE \(name)",
            "GETMETADATA \(name) /private/comment", "MYRIGHTS \(name)",
        ]
    }

    /// Whether a command is about the mailbox that is selected, by its verb alone.
    static func needsSelection(_ command: String) -> Bool {
        let words = command.split(separator: " ").prefix(2).map { $0.uppercased() }
        let verb = words.first == "UID" ? words.last : words.first
        return Verb.allCases.contains { "\($0.spelling)" == verb && $0.needsSelection }
    }
}
