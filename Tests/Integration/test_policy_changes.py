"""Rules that come and go: by the hour, by SIGHUP, under five hundred live sessions; rehearsals."""

import os
import time

from parts.processes import wait_until
from postern_support.stage import POLICY, StageCase

SESSIONS = 500
CHANGED = 200
READ_ONLY = b"* OK [READ-ONLY] Mailbox is read-only by policy\r\n"


def rule(identity, limit, mailbox="INBOX", users="[ann]", extra=""):
    return (f"  - {{ id: {identity}, who: {{ users: {users} }}, mailboxes: [\"{mailbox}\"], "
            f"limit: {limit}{extra} }}\n")


class PolicyCase(StageCase):
    def setUp(self):
        self.addCleanup(self.load, POLICY)

    def load(self, text):
        self.policy_file.write_text(text)
        self.assertIn("in force", self.postern.reload())

    def rules(self, *rules):
        self.load("policy: 1\nrules:\n" + "".join(rules))


class Conditions(PolicyCase):
    def test_a_rule_about_the_client_s_network_holds_for_who_comes_from_there(self):
        here = ", when: { networks: [127.0.0.0/8] }, because: loopback, message: Not from here"
        away = ", when: { except-networks: [127.0.0.0/8] }"
        self.rules(rule("here", "read-only", extra=here), rule("away", "deny", extra=away))
        client = self.session("ann")
        client.command("SELECT INBOX")
        answer = client.answer("STORE 1 +FLAGS (\\Flagged)", tag="flagging")
        self.assertEqual(answer, "NO [NOPERM] Not from here")
        record = self.await_record(event="msg.store", verdict="deny", tag="flagging")
        self.assertEqual(record["mailbox"]["rules"], ["here"])
        self.assertEqual(record["mailbox"]["because"], ["loopback"])

    def test_a_rule_begins_by_itself_in_open_sessions(self):
        begin = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3))
        self.rules(rule("soon", "read-only", extra=f', when: {{ from: "{begin}" }}'))
        client = self.session("ann")
        client.command("SELECT INBOX")
        self.assert_ok(client.answer("STORE 1 +FLAGS (\\Flagged)"))
        self.assertEqual(client.line(), READ_ONLY)
        self.assertRegex(client.answer("STORE 1 -FLAGS (\\Flagged)"), r"^NO \[NOPERM\]")

    def test_operations_are_refused_that_the_backend_would_do(self):
        self.rules(rule("kept", "full", extra=", operations: { no: [expunge, copy-out, fetch-text] }"))
        client = self.session("ann")
        client.command("SELECT INBOX")
        for command in ("EXPUNGE", "COPY 1 Sent", "FETCH 1 BODY.PEEK[TEXT]"):
            with self.subTest(command):
                self.assertRegex(client.answer(command), r"^NO \[NOPERM\]")
        self.assert_ok(client.answer("FETCH 1 (FLAGS BODY.PEEK[HEADER])"))


class Rehearsal(PolicyCase):
    @classmethod
    def configure(cls, settings):
        settings["rehearse"] = True

    def test_a_rehearsed_policy_refuses_nothing_and_says_what_it_would(self):
        client = self.session("ann")
        self.assertIn("READ-WRITE", client.answer("SELECT Secret/Plans", tag="secret"))
        record = self.await_record(event="mbox.select", verdict="would-deny", tag="secret")
        self.assertTrue(record["mailbox"]["rules"])
        client.command("SELECT Archive/2019")
        self.assert_ok(client.answer("STORE 1 +FLAGS (\\Flagged)", tag="marking"))
        self.await_record(event="msg.store", verdict="would-deny", tag="marking")
        self.await_record(event="msg.store", verdict="allow", tag="marking")
        self.assert_ok(client.answer("STORE 1 -FLAGS (\\Flagged)"))


class ManySessions(PolicyCase):
    """A reload takes from whom it says, and nobody else notices."""

    @classmethod
    def prepare(cls, backend):
        with open(backend.configuration, "a") as configuration:
            configuration.write(f"default_process_limit = {SESSIONS + 100}\n"
                                f"mail_max_userip_connections = {SESSIONS + 100}\n")

    def test_none_of_five_hundred_is_lost_and_each_changed_one_is_changed(self):
        self.rules(rule("none", "full"))
        ann = [self.session("ann") for _ in range(CHANGED)]
        bob = [self.session("bob") for _ in range(SESSIONS - CHANGED)]
        for client in ann + bob:
            self.assertIn("READ-WRITE", client.answer("SELECT INBOX"))
        self.rules(rule("hold", "read-only"))
        for client in ann:
            self.assertEqual(client.line(), READ_ONLY)
            self.assertRegex(client.answer("STORE 1 +FLAGS (\\Flagged)"), r"^NO \[NOPERM\]")
        for client in bob:
            responses = client.command("NOOP")
            self.assertEqual(len(responses), 1, responses)
        self.rules(rule("hold", "deny"))
        for client in ann:
            self.assertIn(b"* BYE", client.line())
        for client in bob:
            responses = client.command("NOOP")
            self.assertEqual(len(responses), 1, responses)
            self.assertIn(b" OK ", responses[0])
        self.await_record(event="policy.reload", args=f"user ID {os.getuid()}, process {os.getpid()}")
        revisions = {r["policy"] for r in self.postern.records() if r["event"] == "policy.reload"
                     and r.get("verdict") is None}
        self.assertGreaterEqual(len(revisions), 3)
