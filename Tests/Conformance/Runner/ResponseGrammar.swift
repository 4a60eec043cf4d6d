// What a hostile backend says: denied names wherever a name, a code or a word may stand.

extension Grammar {
    /// The denied names that may stand in answers, as `Heading.denied` has them.
    static let deniedNames = ["Secret", "Gehäuse/Plan"]

    static let hostileRules = ["secret Secret/** deny", "plan Gehäuse/Plan/** deny"]

    static let responses = Grammar(rules: [
        // What no command in flight asks for ends the session: seldom, so that more is heard.
        "response": ["<data>", "<data>", "<data>", "<data>", "<data>", "<end>", "<fatal>"],
        "data": [
            "* OK <text>", "* LIST (<attributes>) <delimiter> <name><list-extension>",
            "* LSUB (<attributes>) <delimiter> <name>", "* STATUS <name> (MESSAGES 3)",
            "* STATUS <name> (MESSAGES 3 UNSEEN 1)", "* NAMESPACE <spaces> <spaces> <spaces>",
            "* ACL <name> <name> lrs", "* MYRIGHTS <name> lr", "* LISTRIGHTS <name> x l",
            "* QUOTAROOT <name> <name>", "* QUOTA <name> (STORAGE 1 2)",
            "* METADATA <name> (/private/comment <name>)", "* METADATA <name> /private/comment",
            "* OK [<code>] <text>", "* NO [<code>] <text>", "* BAD <text>",
            "* <number> EXISTS", "* <number> RECENT", "* <number> EXPUNGE", "* VANISHED 1:3",
            "* CAPABILITY IMAP4rev1 IDLE", "* ID (\"name\" <name>)",
            "* XLIST (<attributes>) <delimiter> <name>", "* X-OTHER <name>",
            "* <number> FETCH (FLAGS (\\Seen) X-MAILBOX <name>)",
            "* <number> FETCH (UID 9 X-GM-LABELS (<name> <name>))", "* FLAGS (\\Seen)",
        ],
        "end": [
            "<tag> OK <text>", "<tag> OK [<code>] <text>", "<tag> NO [<code>] <text>",
            "<tag> NO <text>",
        ],
        "fatal": [
            "* BYE <text>", #"* ESEARCH (TAG "<tag>" MAILBOX <name> UIDVALIDITY 7) UID ALL 1"#,
            #"* ESEARCH (TAG "<tag>") ALL 1:3"#, "* SEARCH 1 2 3", "* SEARCH 1 <name>",
            "* ENABLED CONDSTORE <name>", "* CAPABILITY IMAP4rev1 <name>", "* <name> <name>",
            "+ <text>", "<tag> BAD [<code>] <text>", "g99 OK <text>", "<name>",
        ],
        // The runner puts the last tag here.
        "tag": ["\u{1}"],
        "name": [
            "Secret", #""Secret""#, #""Secret/Plan""#, "{6}\r\nSecret", "secret", #""SECRET/x""#,
            #""Geh&AOQ-use/Plan""#, "Geh&AOQ-use/Plan/A", "{16}\r\nGeh&AOQ-use/Plan",
            #""Sec\\ret""#, "Work", "INBOX", "\"Gehäuse/Plan\"", #""&AFMAZQBjAHIAZQB0-""#,
        ],
        "attributes": ["", "\\HasChildren", "\\Noselect \\HasNoChildren", "\\Sent", "\\Secret"],
        "delimiter": [#""/""#, "NIL", #"".""#],
        "list-extension": ["", " (\"OLDNAME\" (<name>))", " (\"CHILDINFO\" (\"SUBSCRIBED\"))"],
        "spaces": ["NIL", #"(("" "/"))"#, #"(("Secret/" "/" "TRANSLATION" ("Secret")))"#],
        "number": ["1", "3", "4294967295"],
        "code": [
            "ALERT", "TRYCREATE", "NONEXISTENT", "HASCHILDREN", "READ-ONLY", "READ-WRITE", "CLOSED",
            "REFERRAL imap://host/Secret", #"BADURL "imap://host/Secret""#, "UIDNEXT 4",
            "APPENDUID 7 9", "COPYUID 7 1 9", "MAILBOXID (Secret)", "METADATA LONGENTRIES 5",
            #"INPROGRESS ("<tag>" 1 2)"#, #"NOUPDATE "Secret""#, "UNDEFINED-FILTER Secret",
            "CAPABILITY IMAP4rev1 Secret", "BADCHARSET (Secret)", "X-OTHER (Secret)",
            "PERMANENTFLAGS (\\Seen \\*)", "BADEVENT (Secret)", "NOPERM", "CANNOT",
        ],
        "text": ["done", "Mailbox Secret is there", "[ALERT] Secret", "Secret: Geh&AOQ-use/Plan"],
    ])
}
