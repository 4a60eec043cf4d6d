// The tables of the index. All of it is derived from the trail: a new form makes a new index.
import GRDB

enum Schema {
    /// Kept as SQLite's `user_version`: an index of another form is made anew.
    static let version = 1

    static let tables = """
        -- The texts that records repeat. count: in how many entries, to tell what is rare.
        CREATE TABLE name (
            id INTEGER PRIMARY KEY,
            kind INTEGER NOT NULL,
            text TEXT NOT NULL,
            count INTEGER NOT NULL,
            UNIQUE (kind, text)
        ) STRICT;
        -- A decision or event, with what its outcome added. place: its first byte in its segment.
        CREATE TABLE entry (
            seq INTEGER PRIMARY KEY,
            time INTEGER NOT NULL,
            place INTEGER NOT NULL,
            session INTEGER,
            event INTEGER NOT NULL,
            verdict INTEGER,
            user INTEGER,
            client INTEGER,
            mailbox INTEGER,
            destination INTEGER,
            outcome INTEGER,
            outcome_place INTEGER,
            result INTEGER,
            messages INTEGER,
            bytes INTEGER
        ) STRICT;
        CREATE TABLE ruled (
            rule INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            PRIMARY KEY (rule, seq)
        ) STRICT, WITHOUT ROWID;
        -- UIDs by ranges of at most 2^span messages: one UID is in few rows for each span.
        CREATE TABLE touched (
            mailbox INTEGER NOT NULL,
            span INTEGER NOT NULL,
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            PRIMARY KEY (mailbox, span, first, seq, last)
        ) STRICT, WITHOUT ROWID;
        -- Commands that were not answered yet.
        CREATE TABLE waiting (
            session INTEGER NOT NULL,
            command INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            event INTEGER NOT NULL,
            mailbox INTEGER,
            time INTEGER NOT NULL
        ) STRICT;
        -- Stretches of entries with the earliest and latest time in them.
        CREATE TABLE stretch (
            first INTEGER PRIMARY KEY,
            last INTEGER NOT NULL,
            earliest INTEGER NOT NULL,
            latest INTEGER NOT NULL
        ) STRICT;
        -- How far the trail's files are read, and by what they are known again.
        CREATE TABLE segment (
            first INTEGER PRIMARY KEY,
            bytes INTEGER NOT NULL,
            head TEXT NOT NULL,
            tail_place INTEGER NOT NULL,
            tail TEXT NOT NULL
        ) STRICT;
        CREATE TABLE unread (
            segment INTEGER NOT NULL,
            place INTEGER NOT NULL
        ) STRICT;
        """

    /// Made after the entries where many come at once: sorting them is faster than inserting.
    static let indices = """
        CREATE INDEX entry_session ON entry (session);
        CREATE INDEX entry_user ON entry (user);
        CREATE INDEX entry_client ON entry (client);
        CREATE INDEX entry_mailbox ON entry (mailbox);
        CREATE INDEX entry_destination ON entry (destination) WHERE destination IS NOT NULL;
        CREATE INDEX entry_event ON entry (event);
        CREATE INDEX entry_verdict ON entry (verdict);
        CREATE INDEX entry_result ON entry (result);
        """
}

/// What a name in the index is a name of.
package enum NameKind: Int64, Sendable, CaseIterable {
    case user = 1
    case client, mailbox, event, verdict, result, rule
}
