"""What rules must know: special uses from Dovecot's LIST, Unix groups from the name service, volumes."""

import grp
import os
import signal

from parts.processes import wait_until
from postern_support.stage import PASSWORDS, StageCase
from test_policy_changes import PolicyCase

# An account with a group of its own name, on every Debian.
ACCOUNT = "mail"
PASSWORD = "mail's secret"


def policy(*rules, groups="{}"):
    lines = "".join(f"  - {{ {rule} }}\n" for rule in rules)
    return f"policy: 1\ngroups: {groups}\nrules:\n{lines or '  []'}"


class SpecialUses(PolicyCase):
    """Dovecot marks Sent, and a Papierkorb and Alles as soon as there is one."""

    policy = policy("id: kept, who: everyone, mailboxes: { special-use: [Sent, Trash] }, "
                    "limit: no-delete")

    @classmethod
    def prepare(cls, backend):
        with open(backend.configuration, "a") as configuration:
            configuration.write("namespace inbox {\n  mailbox Papierkorb {\n"
                                "    special_use = \\Trash\n  }\n"
                                "  mailbox Alles {\n    special_use = \\All\n  }\n}\n")

    def setUp(self):
        super().setUp()
        self.load(type(self).policy)

    def test_a_rule_means_what_the_server_marks(self):
        client = self.session("ann")
        self.assertIn("READ-WRITE", client.answer("SELECT Sent"))
        self.assertRegex(client.answer("EXPUNGE"), r"^NO \[NOPERM\]")
        self.assertRegex(client.answer("DELETE sent/x", tag="deleting"), r"^NO \[NOPERM\]")
        record = self.await_record(event="mbox.delete", verdict="deny", tag="deleting")
        self.assertEqual(record["mailbox"]["rules"], ["kept"])
        self.assertIn("READ-WRITE", client.answer("SELECT INBOX"))
        self.assert_ok(client.answer("EXPUNGE"))

    def test_a_mailbox_that_is_made_and_marked_is_meant_by_the_next_command(self):
        client = self.session("bob")
        self.assert_ok(client.answer("CREATE Papierkorb"))
        self.assertRegex(client.answer("DELETE Papierkorb"), r"^NO \[NOPERM\]")
        self.assertRegex(client.answer("RENAME Papierkorb Frei"), r"^NO \[NOPERM\]")

    def test_a_reload_makes_open_sessions_ask(self):
        self.load(policy())
        client = self.session("carl")
        self.assertIn("READ-WRITE", client.answer("SELECT Sent"))
        self.load(policy("id: read, who: everyone, mailboxes: { special-use: Sent }, "
                         "limit: read-only"))
        self.assertEqual(client.line(), b"* OK [READ-ONLY] Mailbox is read-only by policy\r\n")
        self.assertRegex(client.answer("STORE 1 +FLAGS (\\Seen)"), r"^NO \[NOPERM\]")

    def test_the_first_rule_shuts_what_shows_the_messages_of_others_to_open_sessions(self):
        self.load(policy())
        client = self.session("bob")
        self.assert_ok(client.answer("CREATE Alles"))
        self.assert_ok(client.answer("STATUS Alles (MESSAGES)"))
        self.load(policy("id: secret, who: everyone, mailboxes: Secret/**, limit: deny"))
        self.assertRegex(client.answer("SELECT Alles"), r"^NO \[NONEXISTENT\]")
        self.assert_ok(client.answer("SELECT Sent"))


class NoSpecialUses(PolicyCase):
    """A server that says nothing of uses: nobody gets in under a rule that must know them."""

    @classmethod
    def prepare(cls, backend):
        with open(backend.configuration, "a") as configuration:
            configuration.write("imap_capability = IMAP4rev1 UIDPLUS UNSELECT\n")

    def test_the_login_is_refused_and_the_trail_says_why(self):
        rule = "id: kept, who: { users: [ann] }, mailboxes: { special-use: Sent }, limit: read-only"
        self.load(policy(rule))
        self.assert_refused(self.wire().login("ann", PASSWORDS["ann"]), "UNAVAILABLE")
        record = self.await_record(event="backend.auth", verdict="deny")
        self.assertIn("what mailboxes are for", record["reason"])
        self.session("bob")
        self.load(policy(f"{rule}, mode: report"))
        self.session("ann")
        self.await_record(event="backend.auth", verdict="would-deny")


class UnixGroups(PolicyCase):
    """The groups of a real account; certificates bear its name."""

    policy = policy("id: group-reads, who: { groups: [readers] }, mailboxes: INBOX, limit: read-only",
                    groups='{ readers: ["unix-group:' + ACCOUNT + '"] }')
    deadline = 2

    @classmethod
    def prepare(cls, backend):
        with open(backend.folder / "users", "a") as users:
            users.write(f"{ACCOUNT}:{{PLAIN}}{PASSWORD}::::::\n")

    @classmethod
    def configure(cls, settings):
        settings["authentication"]["certificate"]["identity"] = "common-name"
        settings["authentication"]["pam"]["deadline"] = f"{cls.deadline} s"
        settings["processes"]["reactors"] = 1
        cls.service.set_passwords({**PASSWORDS, ACCOUNT: PASSWORD})

    def setUp(self):
        super().setUp()
        self.load(type(self).policy)
        self.assertIn(ACCOUNT, [group.gr_name for group in grp.getgrall()])

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certificates = {name: cls.authority.client(name) for name in (ACCOUNT, "carl")}

    def by_certificate(self, name):
        wire = self.wire(self.certificates[name])
        return wire, wire.answer("AUTHENTICATE EXTERNAL =")

    def test_the_groups_count_for_logins_by_password(self):
        wire = self.wire()
        self.assert_ok(wire.login(ACCOUNT, PASSWORD))
        self.assertIn("READ-ONLY", wire.answer("SELECT INBOX", tag="reading"))
        self.await_record(event="mbox.select", verdict="rewrite", tag="reading")
        self.assertIn("READ-WRITE", self.session("ann").answer("SELECT INBOX"))

    def test_the_groups_count_for_logins_by_certificate(self):
        wire, answer = self.by_certificate(ACCOUNT)
        self.assert_ok(answer)
        self.assertIn("READ-ONLY", wire.answer("SELECT INBOX"))

    def test_what_is_known_is_not_asked_again_and_what_is_not_keeps_people_out(self):
        self.assert_ok(self.by_certificate(ACCOUNT)[1])
        helpers = self.postern.children("postern-pam")
        for pid in helpers:
            os.kill(pid, signal.SIGSTOP)
        self.assert_ok(self.by_certificate(ACCOUNT)[1])
        _, answer = self.by_certificate("carl")
        self.assert_refused(answer, "UNAVAILABLE")
        record = self.await_record(event="authz.denied", verdict="deny", args="carl")
        self.assertIn("Unix groups", record["reason"])
        # A stopped helper that was asked is replaced; the others go on.
        for pid in helpers:
            if pid in self.postern.children("postern-pam"):
                os.kill(pid, signal.SIGCONT)
        wait_until(lambda: self.by_certificate("carl")[1].startswith("OK"), 60, "a helper")

    def test_a_reload_that_names_a_group_counts_in_open_sessions(self):
        self.load(policy())
        wire, answer = self.by_certificate(ACCOUNT)
        self.assert_ok(answer)
        self.assertIn("READ-WRITE", wire.answer("SELECT INBOX"))
        self.load(type(self).policy)
        self.assertRegex(wire.answer("STORE 1 +FLAGS (\\Seen)"), r"^NO \[NOPERM\]")
        self.assertIn("READ-ONLY", wire.answer("SELECT INBOX"))


class Volumes(PolicyCase):
    """What FETCH lets out is counted over all sessions of a user, and outlives a reload."""

    bound = "id: little, who: { users: [%s] }, mailboxes: INBOX, at-most: { %s, per: day%s }"

    def open(self, user):
        client = self.session(user)
        client.command("SELECT INBOX")
        return client

    def texts(self, client, command):
        responses = client.command(command)
        return sum(b"BODY[]" in response for response in responses[:-1]), responses[-1]

    def test_one_fetch_gets_what_is_left_and_other_sessions_get_nothing(self):
        rule = self.bound % ("ann", "messages: 5", "")
        self.load(policy(rule))
        client, other = self.open("ann"), self.open("ann")
        self.assertEqual(self.texts(client, "FETCH 1:3 (UID BODY.PEEK[])")[0], 3)
        count, answer = self.texts(other, "UID FETCH 1:* (FLAGS BODY.PEEK[])")
        self.assertEqual(count, 2)
        self.assertRegex(answer, rb"^w\d+ NO \[LIMIT\]")
        record = self.await_record(event="msg.fetch", verdict="deny", user="ann")
        self.assertEqual(record["mailbox"]["rules"], ["little"])
        self.assertEqual(record["code"], "LIMIT")
        self.load(policy(rule + ", message: Enough"))
        self.assertEqual(client.answer("FETCH 1 BODY[HEADER]"), "NO [LIMIT] Enough")
        self.assert_ok(client.answer("FETCH 1:* (FLAGS ENVELOPE)"))
        self.assertEqual(self.open("ann").answer("FETCH 1 RFC822"), "NO [LIMIT] Enough")

    def test_bytes_count_and_the_session_may_end(self):
        self.load(policy(self.bound % ("bob", "bytes: 1", ", excess: end")))
        client = self.open("bob")
        self.assertEqual(self.texts(client, "FETCH 1 (BODY.PEEK[])")[0], 1)
        client.send(b"a FETCH 2 (BODY.PEEK[])\r\n")
        self.assertRegex(client.line(), rb"^a NO \[LIMIT\]")
        self.assertRegex(client.line(), rb"^\* BYE ")
        self.await_record(event="proto.limit", verdict="disconnect", user="bob")

    def test_what_only_reports_lets_all_pass(self):
        self.load(policy(self.bound % ("carl", "messages: 2", ", excess: report")))
        client = self.open("carl")
        count, answer = self.texts(client, "FETCH 1:12 (BODY.PEEK[])")
        self.assertEqual(count, 12)
        self.assertRegex(answer, rb"^w\d+ OK ")
        record = self.await_record(event="msg.fetch", verdict="would-deny", user="carl")
        self.assertEqual(record["mailbox"]["rules"], ["little"])
