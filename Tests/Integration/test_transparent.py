"""With a policy that allows all, nobody can tell Postern's answers from the backend's."""

import re

from postern_support import cyrus
from postern_support.comparison import compared, converse, same
from postern_support.stage import PASSWORDS, StageCase
from postern_support.wire import Wire

MESSAGE = b"From: bob@example.org\r\nDate: Fri, 01 Mar 2019 09:30:00 +0000\r\nSubject: filed\r\n\r\nA line.\r\n"
SECOND = b"From: eve@example.org\r\nSubject: another\r\n\r\nTwo\r\nlines.\r\n"


def append(mailbox, message=MESSAGE, options=""):
    return (f'APPEND {mailbox} {options}{{{len(message)}}}', message)


# What both backends have: RFC 3501, and what every client of today uses.
BASIC = {
    "mailboxes": [
        'LIST "" *', 'LIST "" %', 'LIST "" ""', "CREATE Work", "CREATE Work/2020", "CREATE Work",
        'LIST "" Work*', 'LIST "" Work/%', "SUBSCRIBE Work", 'LSUB "" *', "UNSUBSCRIBE Work",
        'LSUB "" *', "RENAME Work Play", 'LIST "" Play*', "DELETE Play/2020", "DELETE Play",
        'LIST "" Play*', "DELETE Nowhere", "RENAME Nowhere Else", "DELETE INBOX",
    ],
    "selecting": [
        "SELECT INBOX", "EXAMINE INBOX", "SELECT Nowhere", "FETCH 1 FLAGS", "SELECT INBOX",
        "CHECK", "NOOP", "CLOSE", "FETCH 1 FLAGS", "STATUS INBOX (MESSAGES UIDNEXT UIDVALIDITY UNSEEN)",
        "STATUS Nowhere (MESSAGES)", "SELECT INBOX", "UNSELECT", "UNSELECT",
    ],
    "filing": [
        "CREATE Box", append("Box"), append("Box", SECOND, "(\\Seen \\Flagged) "),
        append("Box", MESSAGE, '(\\Draft) "01-Mar-2019 10:00:00 +0100" '), append("Nowhere"),
        "SELECT Box", "FETCH 1:* (UID FLAGS RFC822.SIZE)", "FETCH 3 INTERNALDATE", "COPY 1:2 Box",
        "NOOP", "UID FETCH 1:* FLAGS", "COPY 1 Nowhere", "UID COPY 999 Box", "CREATE Other",
        "MOVE 1 Other", "UID MOVE 2 Other", "NOOP", "STATUS Other (MESSAGES)", "CLOSE",
    ],
    "reading": [
        "CREATE Box", append("Box"), append("Box", SECOND), "SELECT Box", "FETCH 1 ALL", "FETCH 1 FAST",
        "FETCH 1 FULL", "FETCH 1:2 (UID FLAGS)", "FETCH 1 BODY[]", "FETCH 2 BODY.PEEK[]", "FETCH 2 RFC822",
        "FETCH 2 RFC822.HEADER", "FETCH 2 RFC822.TEXT", "FETCH 1 BODY[TEXT]", "FETCH 1 BODY.PEEK[]<5.10>",
        "FETCH 1 BODY.PEEK[HEADER.FIELDS (SUBJECT From)]", "FETCH 1 BODY.PEEK[HEADER.FIELDS.NOT (SUBJECT)]",
        "FETCH 1 BODY.PEEK[1]", "FETCH 1 BODYSTRUCTURE", "FETCH 1 ENVELOPE", "FETCH 9 FLAGS", "UID FETCH 9 FLAGS",
        "UID FETCH 1:* (FLAGS BODY.PEEK[HEADER])", "FETCH 2 BODY.PEEK[1.MIME]", "FETCH 1 (BODY[]<0.4> UID)",
    ],
    "marking": [
        "CREATE Box", append("Box"), append("Box", SECOND), append("Box"), "SELECT Box",
        "STORE 1 +FLAGS (\\Seen)", "STORE 1:2 FLAGS (\\Flagged $Label1)", "STORE 1 -FLAGS (\\Flagged)",
        "STORE 1 FLAGS.SILENT (\\Answered)", "FETCH 1:* FLAGS", "UID STORE 3 +FLAGS (\\Deleted)",
        "STORE 9 +FLAGS (\\Seen)", "EXPUNGE", "STORE 1:* +FLAGS.SILENT (\\Deleted)", "UID EXPUNGE 1",
        "NOOP", "CLOSE", "SELECT Box", "EXPUNGE",
    ],
    "searching": [
        "CREATE Box", append("Box"), append("Box", SECOND, "(\\Seen) "), append("Box", SECOND, "(\\Flagged) "),
        "SELECT Box", "SEARCH ALL", "SEARCH UNSEEN", "SEARCH SEEN NOT FLAGGED", "UID SEARCH 2:*",
        'SEARCH SUBJECT "another"', "SEARCH OR FLAGGED SEEN", 'SEARCH HEADER From "eve"', "SEARCH TEXT lines",
        "SEARCH LARGER 10 SMALLER 1000", "SEARCH SINCE 1-Jan-2019 BEFORE 1-Jan-2035", "SEARCH KEYWORD $Label1",
        "SEARCH CHARSET UTF-8 SUBJECT filed", "SEARCH (1 FLAGGED)", "SEARCH SENTON 1-Mar-2019", "SEARCH UID 1,3",
        ("SEARCH CHARSET UTF-8 SUBJECT {5}", b"filed"), 'SEARCH BODY "Two"', "SEARCH DELETED", "SEARCH 4",
    ],
    "waiting": ["SELECT INBOX", "IDLE", "NOOP", "IDLE"],
    "namespaces": ["NAMESPACE"],
    "condstore": [
        "CREATE Box", append("Box"), append("Box", SECOND), "SELECT Box (CONDSTORE)", "FETCH 1:2 (MODSEQ)",
        "STORE 1 (UNCHANGEDSINCE 1) +FLAGS (\\Seen)", "STORE 1 +FLAGS (\\Seen)", "FETCH 1:* (FLAGS) (CHANGEDSINCE 2)",
        "SEARCH MODSEQ 2", "STATUS Box (HIGHESTMODSEQ)",
    ],
    "qresync": [
        "ENABLE QRESYNC", "CREATE Box", append("Box"), append("Box", SECOND), append("Box"), "SELECT Box",
        "STORE 2 +FLAGS (\\Deleted)", "EXPUNGE", "UID FETCH 1:* (FLAGS) (CHANGEDSINCE 1 VANISHED)", "SELECT INBOX",
        "CLOSE",
    ],
    "esearch": [
        "CREATE Box", append("Box"), append("Box", SECOND), append("Box"), "SELECT Box",
        "SEARCH RETURN (MIN MAX COUNT ALL) ALL", "UID SEARCH RETURN () 2:*", "SEARCH RETURN (MIN) SEEN",
        "SEARCH RETURN (COUNT) ALL",
    ],
    "list-extended": [
        "CREATE Work", "CREATE Work/2020", "SUBSCRIBE Work/2020", 'LIST (SUBSCRIBED) "" *',
        'LIST (SUBSCRIBED RECURSIVEMATCH) "" %', 'LIST "" * RETURN (SUBSCRIBED CHILDREN)',
        'LIST "" ("INBOX" "Work*") RETURN (STATUS (MESSAGES UIDNEXT))', 'LIST (SPECIAL-USE) "" * RETURN (SPECIAL-USE)',
        "UNSUBSCRIBE Work/2020",
    ],
}

# What Dovecot 2.3.19 has beyond them.
DOVECOT = {
    "SORT": [
        "SELECT INBOX", "SORT (SUBJECT) UTF-8 ALL", "SORT (REVERSE DATE) US-ASCII ALL", "UID SORT (ARRIVAL SIZE) UTF-8 1:5",
        "SORT (DISPLAYFROM) UTF-8 ALL", "SORT RETURN (COUNT MIN MAX ALL) (SUBJECT) UTF-8 ALL", "SORT (FROM TO CC) UTF-8 SEEN",
    ],
    "THREAD=REFERENCES": [
        "SELECT INBOX", "THREAD REFERENCES UTF-8 ALL", "THREAD ORDEREDSUBJECT US-ASCII ALL", "UID THREAD REFS UTF-8 ALL",
    ],
    "SEARCHRES": [
        "SELECT INBOX", "SEARCH RETURN (SAVE) SUBJECT horse", "FETCH $ (UID)", "SEARCH RETURN (SAVE COUNT) 1:3",
        "UID SEARCH $", "STORE $ +FLAGS.SILENT (\\Flagged)", "FETCH $ FLAGS", "STORE $ -FLAGS.SILENT (\\Flagged)",
    ],
    "WITHIN": ["SELECT INBOX", "SEARCH OLDER 86400", "SEARCH YOUNGER 86400"],
    "BINARY": ["SELECT INBOX", "FETCH 7 BINARY.SIZE[2]", "FETCH 1 BINARY.PEEK[1]", "FETCH 1 BINARY[1]<0.7>", "FETCH 1 BINARY.SIZE[1]"],
    "PREVIEW": ["SELECT INBOX", "FETCH 1:3 PREVIEW", "FETCH 1 (UID PREVIEW (LAZY))"],
    "SAVEDATE": ["SELECT INBOX", "FETCH 1:2 SAVEDATE", "SEARCH SAVEDSINCE 1-Jan-2019", "SEARCH SAVEDATESUPPORTED"],
    "STATUS=SIZE": ["STATUS INBOX (SIZE)", 'LIST "" INBOX RETURN (STATUS (SIZE MESSAGES))'],
    "MULTIAPPEND": [
        "CREATE Box",
        (f"APPEND Box {{{len(MESSAGE)}}}", MESSAGE, f" (\\Seen) {{{len(SECOND)}}}", SECOND),
        "STATUS Box (MESSAGES UIDNEXT)", "SELECT Box", "FETCH 1:* (UID FLAGS RFC822.SIZE)",
    ],
    "CATENATE": [
        "CREATE Box", append("Box"), "SELECT Box",
        ("APPEND Box CATENATE (URL \"/Box/;UID=1/;SECTION=HEADER\" TEXT {6}", b"Hello\n", ")"),
        "NOOP", "FETCH 2 (RFC822.SIZE BODY.PEEK[])",
        'APPEND Box CATENATE (URL "/Nowhere/;UID=1")',
    ],
    "NOTIFY": [
        "CREATE Box", "NOTIFY SET STATUS (mailboxes (Box INBOX) (MessageNew MessageExpunge))", append("Box"),
        "NOOP", "NOTIFY SET (subtree Box (MessageNew MessageExpunge FlagChange)) (personal (SubscriptionChange))",
        append("Box"), "NOOP", "SELECT Box",
        "NOTIFY SET (selected-delayed (MessageNew (UID FLAGS) MessageExpunge FlagChange))", append("Box"), "NOOP",
        "NOTIFY NONE", append("Box"), "NOOP",
    ],
    "SPECIAL-USE": ['LIST (SPECIAL-USE) "" *', 'LIST "" % RETURN (SPECIAL-USE)'],
    "I18NLEVEL=1": ["SELECT INBOX", ("SEARCH CHARSET UTF-8 SUBJECT {6}", "Grüße".encode()[:6]), "SEARCH SUBJECT WELL"],
}

# What Dovecot offers and Postern does not, and why.
REFUSED = {
    "LITERAL+",  # LITERAL- is offered: a refused message must not be sent first
    "SASL-IR",  # of no use after the login
    "LOGIN-REFERRALS",  # another server
    "URL-PARTIAL",  # a part of URLAUTH
    "CONTEXT=SEARCH",  # standing queries
    "SNIPPET=FUZZY", "PREVIEW=FUZZY",  # drafts of PREVIEW
}

# Codes that no client gets from the gateway, and why.
STRIPPED = (
    "ALERT",  # a text that a stranger's server wrote
    "REFERRAL",  # another server
    "URLMECH", "ANNOTATIONS",  # extensions that are refused
)


class Transparent(StageCase):
    maxDiff = None
    policy = "policy: 1\nrules: []\n"

    def compare(self, steps, direct, through, strips=STRIPPED):
        expected, got = converse(direct, steps), converse(through, steps)
        for (step, wanted), (_, had) in zip(expected, got):
            with self.subTest(step):
                had, wanted = compared(had, strips), compared(wanted, strips)
                if not same(had, wanted):
                    self.assertEqual(had, wanted)


class DovecotSessions(Transparent):
    """ann at Dovecot itself, bob, who has the same mail, through Postern."""

    def test_what_both_backends_have(self):
        for name, steps in BASIC.items():
            with self.subTest(name):
                self.hold(steps)

    def test_what_dovecot_has(self):
        for name, steps in DOVECOT.items():
            with self.subTest(name):
                self.hold(steps)

    def test_every_extension_is_on_offer_or_refused_for_a_reason(self):
        has, shows = (self.capabilities(wire) for wire in (self.behind("ann"), self.session("bob")))
        self.assertEqual(has - shows, REFUSED)

    def capabilities(self, wire):
        return set(wire.command("CAPABILITY")[0].decode().split()[2:])

    def hold(self, steps):
        direct, through = self.behind("ann"), self.session("bob")
        self.compare(steps, direct, through)
        for wire in (direct, through):
            tidy(wire)


class CyrusCase(StageCase):
    backend = "cyrus"

    @classmethod
    def _start_backend(cls):
        cls.cyrus = cyrus.Cyrus(cls.folder / "cyrus", PASSWORDS)
        cls.addClassCleanup(cls.cyrus.stop)
        cls.cyrus.start()
        return cls.cyrus.port

    @classmethod
    def configure(cls, settings):
        password = cls.folder / "cyrus-password"
        password.write_text(cyrus.PASSWORD + "\n")
        password.chmod(0o600)
        settings["backends"][0] |= {
            "login": "plain-proxy",
            "master": {"user": cyrus.GATEWAY, "password-file": str(password)},
        }


class CyrusNames(CyrusCase):
    """Names that no LIST and no NAMESPACE tells of, and that Cyrus opens all the same."""

    policy = "policy: 1\nrules:\n  - { id: s, who: everyone, mailboxes: Secret/**, limit: deny }\n"

    def test_a_denied_mailbox_is_denied_under_each_of_its_names(self):
        direct = Wire(self.cyrus.port)
        self.addCleanup(direct.close)
        self.assert_ok(direct.login("ann", PASSWORDS["ann"]))
        self.assert_ok(direct.answer("CREATE Secret"))
        self.addCleanup(direct.answer, "DELETE Secret")
        through = self.session("ann")
        identity = self.identity(direct, "Secret")
        self.assertTrue(identity)
        for name in ("Alt Folders/Secret", "Shared Folders/user/ann/Secret"):
            with self.subTest(name):
                self.assertEqual(self.identity(direct, name), identity)
                answer = through.answer(f'STATUS "{name}" (MESSAGES)')
                self.assertRegex(answer, r"^NO \[NONEXISTENT\]")

    def identity(self, wire, name):
        """What Cyrus says that the mailbox is, whatever its name."""
        answer = b"".join(wire.command(f'STATUS "{name}" (MAILBOXID)')).decode()
        found = re.search(r"MAILBOXID (\(.*?\))", answer)
        return found and found[1]


class CyrusSessions(CyrusCase, Transparent):
    def test_the_basic_set(self):
        for name, steps in BASIC.items():
            with self.subTest(name):
                direct = Wire(self.cyrus.port)
                self.addCleanup(direct.close)
                self.assert_ok(direct.login("ann", PASSWORDS["ann"]))
                through = self.session("bob")
                self.compare(steps, direct, through)
                for wire in (direct, through):
                    tidy(wire)


def tidy(wire):
    """Removes what a session has made, so that the next one begins as on the first day."""
    wire.command("UNSELECT")
    for name in ("Box", "Other", "Work/2020", "Work", "Play/2020", "Play"):
        wire.command(f"DELETE {name}")
    wire.close()
