// The commands that the property tests make up: one line a form, extended with the parser.

extension Grammar {
    /// Every form of every command; the first word or two name the verb.
    static let commandForms = [
        "CAPABILITY", "NOOP", "LOGOUT", "STARTTLS", "IDLE", "NAMESPACE", "CHECK", "CLOSE",
        "UNSELECT", "EXPUNGE", "UID EXPUNGE <set>", "ID NIL", "ID (<fields>)",
        "LOGIN <user> <astring>", "AUTHENTICATE PLAIN", "AUTHENTICATE PLAIN AGFubgBzZWNyZXQ=",
        "ENABLE CONDSTORE", "ENABLE QRESYNC X-OTHER", "SELECT <mailbox><select>",
        "EXAMINE <mailbox><select>", "CREATE <mailbox>", #"CREATE <mailbox> (USE (\Sent \Trash))"#,
        "DELETE <mailbox>", "RENAME <mailbox> <mailbox>", "SUBSCRIBE <mailbox>",
        "UNSUBSCRIBE <mailbox>", "LIST <mailbox> <pattern>", "LIST <mailbox> (<patterns>)",
        "LIST (<list-selection>) <mailbox> <pattern> RETURN (<list-return>)",
        "LSUB <mailbox> <pattern>", "STATUS <mailbox> (<status>)",
        "APPEND <mailbox><append> {5}", "APPEND <mailbox><append> {5+}",
        "<uid>SEARCH <search-return><charset><keys>", "<uid>SORT (<sort>) UTF-8 <keys>",
        "<uid>THREAD REFERENCES UTF-8 <keys>", "UIDBATCHES 100", "COMPRESS DEFLATE",
        "ESEARCH <search-in><search-return><charset><keys>",
        "NOTIFY NONE", "NOTIFY SET<notify-status><notify-groups>",
        "<uid>FETCH <set> <fetch><fetch-modifier>", "<uid>STORE <set><unchanged> <store>",
        "<uid>COPY <set> <mailbox>", "<uid>MOVE <set> <mailbox>",
        "<uid>REPLACE 7 <mailbox><append> {5}", "GETACL <mailbox>", "SETACL <mailbox> bob +lr",
        "DELETEACL <mailbox> bob", "LISTRIGHTS <mailbox> bob", "MYRIGHTS <mailbox>",
        "GETQUOTA <astring>", "GETQUOTAROOT <mailbox>", "SETQUOTA <astring> (STORAGE 5)",
        "GETMETADATA <mailbox> /private/comment", #"SETMETADATA <mailbox> (/private/comment "x")"#,
    ]

    static let commands = Grammar(rules: [
        "command": commandForms,
        "uid": ["", "UID "],
        "user": ["ann", #""bob""#, "{3+}\r\neve"],
        "astring": [
            "x", "a]b", #""""#, #""two words""#, #""q\"b\\""#, "{4+}\r\nlong", "{0+}\r\n",
            "{3+}\r\na\rb",
        ],
        "text": ["<astring>", "{2+}\r\né"],
        "mailbox": [
            "INBOX", "inbox", "Work", "Work/Plan", #""a b""#, #""q\"b\\""#, "{6+}\r\nSecret",
            "Archive", "&AOk-", "&-", "NIL", "{1+}\r\n%", "~x", "a//b",
        ],
        "pattern": ["*", "%", "Work/%", #""*""#, "a%b*c", "{1+}\r\n*", #""""#],
        "patterns": ["<pattern>", "<pattern> <patterns>"],
        "fields": [#""name" "x""#, #""a" NIL "b" "c""#],
        "select": ["", " (CONDSTORE)", " (QRESYNC (7 5))", " (QRESYNC (7 5 1:9 (1:2 3:4)))"],
        "list-selection": ["SUBSCRIBED", "SPECIAL-USE", "SUBSCRIBED RECURSIVEMATCH"],
        "list-return": ["CHILDREN", "SUBSCRIBED SPECIAL-USE", "STATUS (<status>)"],
        "status": ["MESSAGES", "UIDNEXT UIDVALIDITY", "UNSEEN RECENT HIGHESTMODSEQ"],
        "append": [
            "", " ()", " (<flags>)", #" " 1-Feb-2026 08:00:00 -0130""#,
            #" (<flags>) "01-feb-2026 23:59:60 +1400""#,
        ],
        "flags": [#"\Seen"#, #"\seen \Deleted"#, "$Label", #"\Flagged x y x"#],
        "number": ["1", "7", "4294967295"],
        "range": ["<number>", "<number>:<number>", "*", "1:*", "*:4"],
        "set": ["<range>", "<range>,<set>"],
        "saved-set": ["<set>", "$"],
        "section": [
            "", "HEADER", "TEXT", "1.2.MIME", "2", "HEADER.FIELDS (From Subject)",
            #"1.HEADER.FIELDS.NOT ("x" y)"#,
        ],
        "partial": ["", "<0.10>", "<5.4294967295>"],
        "fetch-item": [
            "UID", "FLAGS", "flags", "INTERNALDATE", "ENVELOPE", "BODY", "BODYSTRUCTURE",
            "RFC822", "RFC822.SIZE", "RFC822.HEADER", "RFC822.TEXT", "MODSEQ",
            "BODY[<section>]<partial>", "BODY.PEEK[<section>]<partial>",
        ],
        "fetch-items": ["<fetch-item>", "<fetch-item> <fetch-items>"],
        "fetch": ["<fetch-item>", "(<fetch-items>)", "ALL", "FAST", "full"],
        "fetch-modifier": ["", "", " (CHANGEDSINCE 5)"],
        "unchanged": ["", " (UNCHANGEDSINCE 0)"],
        "store": [
            "FLAGS (<flags>)", "+FLAGS (<flags>)", "-FLAGS.SILENT <flags>", "flags.silent ()",
        ],
        "search-return": ["", "", "RETURN () ", "RETURN (MIN MAX COUNT) "],
        "charset": ["", "CHARSET UTF-8 ", #"CHARSET "us-ascii" "#],
        "sort": ["DATE", "REVERSE ARRIVAL SUBJECT", "FROM SIZE"],
        "date": ["1-Jan-2026", #""31-Dec-1999""#, "01-feb-2020"],
        "key": [
            "ALL", "unseen", "KEYWORD x", "UNKEYWORD $y", "FROM <astring>", "SUBJECT <astring>",
            "HEADER <astring> <astring>", "SINCE <date>", "BEFORE <date>", "SENTON <date>",
            "LARGER 5", "SMALLER 4294967295", "UID <saved-set>", "<saved-set>", "MODSEQ 5",
            #"MODSEQ "/flags/\\Seen" all 5"#, "NOT <key>", "OR <key> <key>", "(<keys>)",
        ],
        "keys": ["<key>", "<key> <keys>"],
        "search-in": ["", "IN (<search-sources>) "],
        "search-sources": ["<filter>", "selected", "<filter> <search-sources>"],
        "notify-status": ["", "", " STATUS"],
        "notify-groups": ["<notify-group>", "<notify-group><notify-groups>"],
        "notify-group": [
            " (<filter> NONE)", " (<filter> (<notify-messages>))",
            " (<filter> (MailboxName SubscriptionChange))", " (selected <notify-selected>)",
        ],
        "notify-messages": [
            "MessageNew MessageExpunge", "flagchange MESSAGEEXPUNGE messagenew",
            "MessageNew MessageExpunge AnnotationChange",
        ],
        "notify-selected": [
            "NONE", "(<notify-messages>)", "(MessageNew (<fetch-items>) MessageExpunge)",
        ],
        "filter": [
            "inboxes", "personal", "SUBSCRIBED", "selected-delayed", "subtree <filter-names>",
            "Subtree-One <filter-names>", "mailboxes <filter-names>",
        ],
        "filter-names": ["<mailbox>", "(<mailbox-list>)"],
        "mailbox-list": ["<mailbox>", "<mailbox> <mailbox-list>"],
    ])
}
