"""NOTIFY with a real Dovecot, and with one that watches more than it was told to."""

from parts.processes import wait_until
from postern_support.canary import Canary, answer
from postern_support.stage import StageCase

MESSAGE = b"From: bob@example.org\r\nSubject: filed\r\n\r\nA line.\r\n"
MESSAGES = "(MessageNew MessageExpunge)"


def file(wire, mailbox):
    wire.send(b"put APPEND %s {%d+}\r\n%s\r\n" % (mailbox, len(MESSAGE), MESSAGE))
    return wire.until("put")


class Watched(StageCase):
    """ann, from whom Secret is kept, at a Dovecot that others file into."""

    def setUp(self):
        self.client = self.session("ann")
        self.real = self.behind("ann")
        for name in ("Work/Old", "Secret/Hoard"):
            self.assert_ok(self.real.answer(f"CREATE {name}"))
            self.addCleanup(self.real.answer, f"DELETE {name}")

    def idling(self):
        self.client.send(b"wait IDLE\r\n")
        self.assertRegex(self.client.until("+")[-1], rb"^\+ ")

    def told(self):
        """What an IDLE has told by the time that it is over."""
        self.client.send(b"DONE\r\n")
        return b"".join(self.client.until("wait")[:-1])

    def polled(self, mailbox):
        """What NOOPs have told by the time that they tell of the mailbox that is filed into.

        Of changes that come close behind a NOTIFY this Dovecot may miss the first.
        """
        told = []

        def is_told():
            file(self.real, mailbox)
            told.extend(self.client.command("NOOP"))
            return b"* STATUS \"" + mailbox in b"".join(told)

        wait_until(is_told, 10, f"STATUS of {mailbox}")
        return b"".join(told)

    def until(self, *words):
        """Reads what is pushed until there is a response with all the words."""
        while True:
            response = self.client.response()
            self.assertNotIn(b"Secret", response)
            if all(word in response for word in words):
                return response

    def test_the_state_of_readable_mailboxes_is_told_at_once(self):
        told = b"".join(self.client.command(f"NOTIFY SET STATUS (personal {MESSAGES})"))
        self.assertIn(b"OK NOTIFY completed", told)
        for name in (b"INBOX", b"Work/Old", b"Archive/2019"):
            self.assertRegex(told, rb'\* STATUS "' + name + rb'" \(MESSAGES \d+ ')
        self.assertNotIn(b"Secret", told)

    def test_what_comes_into_other_mailboxes_is_told_and_of_denied_ones_never(self):
        for filter in ("personal", "subtree (Work Secret)", "mailboxes (Work/Old Secret/Hoard)"):
            with self.subTest(filter):
                self.client = self.session("ann")
                self.assert_ok(self.client.answer(f"NOTIFY SET ({filter} {MESSAGES})"))
                self.assertIn(b" OK", file(self.real, b"Secret/Hoard")[-1])
                self.polled(b"Work/Old")
                self.assertNotIn(b"Secret", bytes(self.client.seen))

    def test_it_is_pushed_in_an_idle(self):
        self.assert_ok(self.client.answer(f"NOTIFY SET (personal {MESSAGES})"))
        self.idling()
        file(self.real, b"Work/Old")
        self.until(b"* STATUS ", b"Work/Old")
        self.told()

    def test_a_mailbox_of_the_session_is_watched_from_then_on(self):
        self.assert_ok(self.client.answer(f"NOTIFY SET (personal {MESSAGES})"))
        self.assert_ok(self.client.answer("CREATE Work/New"))
        self.addCleanup(self.real.answer, "DELETE Work/New")
        self.assertNotIn(b"Secret", self.polled(b"Work/New"))

    def test_new_messages_are_pushed_without_being_marked_and_recorded(self):
        self.assert_ok(self.client.answer("SELECT Work/Old"))
        self.assert_ok(self.client.answer(
            "NOTIFY SET (selected (MessageNew (UID BODY[HEADER.FIELDS (SUBJECT)]) MessageExpunge))"))
        self.idling()
        file(self.real, b"Work/Old")
        pushed = self.until(b" FETCH (", b"BODY[HEADER.FIELDS (SUBJECT)]")
        self.assertIn(b"Subject: filed", pushed)
        self.told()
        self.assertEqual(self.client.command("SEARCH SEEN")[0].strip(), b"* SEARCH")
        record = self.await_record(event="msg.fetch", verb="NOTIFY")
        self.assertEqual(record["mailbox"]["name"], "Work/Old")
        self.assertEqual(record["messages"], 1)

    def test_what_is_watched_is_recorded(self):
        self.assert_ok(
            self.client.answer(f"NOTIFY SET (mailboxes (Work/Old Secret/Hoard) {MESSAGES})", tag="see"))
        asked = self.await_record(event="mbox.notify", tag="see")
        of = {"session": asked["session"], "command": asked["command"], "verb": "NOTIFY"}
        watched = self.await_record(event="mbox.status", verdict="allow", **of)
        self.assertEqual(watched["mailbox"]["name"], "Work/Old")
        denied = self.await_record(event="mbox.status", verdict="deny", **of)
        self.assertEqual(denied["mailbox"]["rules"], ["secret-is-secret"])

    def test_a_policy_that_takes_more_away_counts_in_an_idle(self):
        self.assert_ok(self.client.answer(f"NOTIFY SET (personal {MESSAGES})"))
        self.idling()
        before = self.policy_file.read_text()
        self.addCleanup(self.load, before)
        self.load(before + """\
  - id: no-work
    who: { users: [ann] }
    mailboxes: ["Work/**"]
    limit: deny
""")
        reload = [r for r in self.postern.records() if r["event"] == "policy.reload"][-1]
        # When this is written the backend is told at once, and IDLE comes behind it.
        self.await_record(event="mbox.status", verb="NOTIFY", policy=reload["policy"])
        file(self.real, b"Work/Old")
        self.assertNotIn(b"Work", self.told() + self.polled(b"Sent"))

    def load(self, policy):
        self.policy_file.write_text(policy)
        self.assertIn("in force", self.postern.reload())


class Hostile(StageCase):
    """A backend that pushes what nobody may know, at every turn."""

    backend = "canary"

    @classmethod
    def make_canary(cls):
        pushed = (
            b'* STATUS "Secret" (MESSAGES 1)\r\n* STATUS Secret/Plans (MESSAGES 2 UIDNEXT 3)\r\n'
            b'* LIST () "/" Secret\r\n* LIST (\\NonExistent) "/" Secret/Plans\r\n'
            b'* LIST (\\Subscribed) "/" Work ("OLDNAME" ("Secret"))\r\n* LSUB () "/" Secret\r\n'
            b"* METADATA Secret /private/comment\r\n* OK [NOUPDATE \"Secret\"] Secret\r\n"
        )

        def act(visit, tag, verb, rest):
            visit.send(pushed)
            answer(visit, tag, verb, rest)
            visit.send(pushed)

        return Canary(acts={verb: act for verb in (b"NOTIFY", b"LIST", b"LSUB", b"NOOP", b"SELECT")})

    def test_no_filter_and_no_push_tells_a_denied_name(self):
        for filter in (
            "personal", "subscribed", "inboxes", "subtree Secret", "subtree (Work Secret)",
            "subtree-one Secret", "mailboxes Secret", "mailboxes (Secret/Plans Work)",
        ):
            with self.subTest(filter):
                client = self.session("ann")
                client.command(f"NOTIFY SET STATUS ({filter} (MessageNew MessageExpunge MailboxName))")
                client.command("NOOP")
                client.command("LOGOUT")
                self.assertNotIn(b"secret", bytes(client.seen).lower())
        for command in self.canary.commands():
            if b" NOTIFY " in command:
                self.assertNotIn(b"Secret", command)
                self.assertNotRegex(command, rb"(?i)personal|subtree|subscribed|inboxes")

    def test_wild_spellings_are_no_names(self):
        client = self.session("ann")
        for name in ('"*"', '"%"', '"Secret/%"', "&AOl-", "Secret/", "./Secret", "Work//Secret"):
            with self.subTest(name):
                answer = client.answer(f"NOTIFY SET (mailboxes {name} (MailboxName))")
                self.assertRegex(answer, r"^NO \[CANNOT\]")
        self.assertFalse([each for each in self.canary.visits[-1].commands if b" NOTIFY " in each])
