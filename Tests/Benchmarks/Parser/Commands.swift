// The commands that are parsed and written again, as clients spell them.

struct Sample {
    let name: String
    /// Without the last CRLF; an APPEND ends with its message's marker.
    let text: String
    /// Whether parsing and writing it may allocate nothing at all.
    let isFree: Bool

    init(_ name: String, _ text: String, isFree: Bool = false) {
        self.name = name
        self.text = text
        self.isFree = isFree
    }

    /// The five that the target is set for.
    static let judged = [
        Sample("SELECT", #"a14 SELECT "Work/Projects/2026""#),
        Sample(
            "UID FETCH, 10 items",
            "a15 UID FETCH 4022:4030,4100:* (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE "
                + "BODYSTRUCTURE MODSEQ BODY.PEEK[HEADER.FIELDS (DATE FROM SUBJECT TO)] "
                + "BODY.PEEK[1] BODY.PEEK[TEXT]<0.2048>)"
        ),
        Sample(
            "SEARCH, 10 keys",
            "a16 UID SEARCH UNSEEN NOT DELETED SINCE 1-Jan-2026 BEFORE 1-Feb-2026 FROM ann "
                + #"SUBJECT "quarterly report" LARGER 2048 OR FLAGGED ANSWERED UID 1:5000 "#
                + "KEYWORD $Work"
        ),
        Sample(
            "APPEND header",
            #"a17 APPEND "Sent" (\Seen $Forwarded) "24-Nov-2026 10:00:00 +0100" {52310}"# + "\r\n"
        ),
        Sample(
            "LIST-EXTENDED",
            #"a18 LIST (SUBSCRIBED) "" "*" RETURN (CHILDREN SPECIAL-USE STATUS (MESSAGES UNSEEN))"#
        ),
    ]

    /// What sessions say all the time.
    static let steady = [
        Sample("NOOP", "a19 NOOP", isFree: true),
        Sample("UID FETCH, 3 items", "a20 UID FETCH 4022:4030 (UID FLAGS MODSEQ)", isFree: true),
        Sample("UID STORE", #"a21 UID STORE 4022 +FLAGS.SILENT (\Seen)"#),
    ]
}
