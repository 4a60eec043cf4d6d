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

    /// Whether a command is about the mailbox that is selected; what can't be read is not.
    static func needsSelection(_ command: String) -> Bool {
        let bytes = Array("a \(command)".utf8)
        return (try? CommandParser.parse(bytes.span))?.command.verb.needsSelection ?? false
    }
}
