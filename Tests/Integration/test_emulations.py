"""A backend of bare IMAP4rev1: for each extension that it lacks, what it is asked instead."""

import base64

from parts.processes import wait_until
from postern_support.canary import Canary, answer
from postern_support.stage import PASSWORDS, StageCase

BARE = b"IMAP4rev1 UIDPLUS"


def capability(visit, tag, verb, rest):
    visit.send(b"* CAPABILITY " + BARE + b"\r\n" + tag + b" OK done\r\n")


def unknown(visit, tag, verb, rest):
    visit.send(tag + b" BAD Unknown command\r\n")


def listing(visit, tag, verb, rest):
    if b'""' in rest.split(b" ", 2)[2]:
        visit.send(b'* LIST (\\Noselect) "/" ""\r\n')
    else:
        visit.send(b'* LIST () "/" INBOX\r\n* LIST () "/" Work\r\n* LIST () "/" Secret\r\n')
    answer(visit, tag, verb, rest)


def subscriptions(visit, tag, verb, rest):
    visit.send(b'* LSUB () "/" Work\r\n* LSUB () "/" Secret\r\n')
    answer(visit, tag, verb, rest)


def status(visit, tag, verb, rest):
    visit.send(b"* STATUS " + rest.split()[1] + b" (MESSAGES 3)\r\n")
    answer(visit, tag, verb, rest)


def search(visit, tag, verb, rest):
    visit.send(b"* SEARCH 2 3\r\n")
    answer(visit, tag, verb, rest)


class BareServer(StageCase):
    backend = "canary"

    @classmethod
    def make_canary(cls):
        return Canary(
            greeting=b"* OK [CAPABILITY " + BARE + b"] canary-host.internal ready\r\n",
            acts={
                b"CAPABILITY": capability, b"LIST": listing, b"LSUB": subscriptions,
                b"STATUS": status, b"SEARCH": search, b"UID SEARCH": search,
                b"NAMESPACE": unknown,
            },
        )

    @classmethod
    def configure(cls, settings):
        settings["backends"][0]["emulate"] = {"move": True, "idle-interval": "5 s"}

    def setUp(self):
        self.client = self.session("ann")

    def asked(self):
        """What the canary was asked on its last connection, without the tags."""
        return [command.partition(b" ")[2] for command in self.canary.visits[-1].commands]

    def after(self, *commands):
        """The answers to the last of some commands, and what the canary was asked for it."""
        for command in commands[:-1]:
            self.client.command(command)
        before = len(self.asked())
        answers = self.client.command(commands[-1])
        return answers, self.asked()[before:]

    def test_namespace_is_told_from_the_delimiter(self):
        self.assertIn(b'LIST "" ""\r\n', self.asked())
        answers, asked = self.after("NAMESPACE")
        self.assertEqual(answers[0], b'* NAMESPACE (("" "/")) NIL NIL\r\n')
        self.assertEqual(asked, [])

    def test_idle_is_a_noop_now_and_then(self):
        self.client.send(b"i IDLE\r\n")
        self.assertTrue(self.client.line().startswith(b"+"))
        wait_until(lambda: self.asked()[-1] == b"NOOP\r\n", 30, "a NOOP")
        self.client.send(b"DONE\r\n")
        self.assertEqual(self.client.until("i")[-1], b"i OK IDLE completed\r\n")
        self.assertNotIn(b"IDLE", self.canary.received())

    def test_unselect_examines_before_it_closes(self):
        answers, asked = self.after("SELECT INBOX", "UNSELECT")
        self.assertEqual(asked, [b'EXAMINE "INBOX"\r\n', b"CLOSE\r\n"])
        self.assertTrue(answers[-1].endswith(b"OK UNSELECT completed\r\n"))

    def test_esearch_is_made_of_search(self):
        answers, asked = self.after("SELECT INBOX", "SEARCH RETURN (MIN MAX COUNT) UNSEEN")
        self.assertEqual(asked, [b"SEARCH UNSEEN\r\n"])
        self.assertRegex(answers[0], rb'^\* ESEARCH \(TAG "w\d+"\) MIN 2 MAX 3 COUNT 2\r\n')

    def test_move_is_copied_marked_and_expunged(self):
        answers, asked = self.after("SELECT INBOX", "MOVE 2:3 Work")
        self.assertEqual(
            asked,
            [
                b"UID SEARCH 2:3\r\n", b'UID COPY 2:3 "Work"\r\n',
                b"UID STORE 2:3 +FLAGS.SILENT (\\Deleted)\r\n", b"UID EXPUNGE 2:3\r\n",
            ],
        )
        self.assertTrue(answers[-1].endswith(b"OK MOVE completed\r\n"))

    def test_subscribed_mailboxes_come_from_lsub(self):
        answers, asked = self.after('LIST (SUBSCRIBED) "" "*"')
        self.assertEqual(asked, [b'LSUB "" "*"\r\n', b'LIST "" "*"\r\n'])
        self.assertEqual(answers[:-1], [b'* LIST (\\Subscribed) "/" "Work"\r\n'])

    def test_status_in_list_is_a_status_for_each_mailbox_that_shows(self):
        answers, asked = self.after('LIST "" "*" RETURN (STATUS (MESSAGES))')
        self.assertEqual(
            asked,
            [
                b'LIST "" "*"\r\n', b'STATUS "INBOX" (MESSAGES)\r\n',
                b'STATUS "Work" (MESSAGES)\r\n',
            ],
        )
        self.assertIn(b'* STATUS "Work" (MESSAGES 3)\r\n', answers)

    def test_enable_and_id_are_answered_here(self):
        answers, asked = self.after("ENABLE UTF8=ACCEPT")
        self.assertEqual(answers[0], b"* ENABLED UTF8=ACCEPT\r\n")
        answers, more = self.after('ID ("name" "client")')
        self.assertTrue(answers[0].startswith(b"* ID ("))
        self.assertEqual(asked + more, [])

    def test_literals_that_nobody_asked_for_are_asked_for_there(self):
        self.after("CREATE {4+}\r\nWork")
        self.after("APPEND INBOX {5+}\r\nhello")
        self.assertIn(b'APPEND "INBOX" {5}\r\nhello\r\n', self.asked())
        self.assertNotIn(b"+}", self.canary.received())

    def test_an_initial_response_is_taken_here(self):
        client = self.wire()
        words = base64.b64encode(f"\0ann\0{PASSWORDS['ann']}".encode()).decode()
        self.assert_ok(client.answer(f"AUTHENTICATE PLAIN {words}"))
        self.assertNotIn(b"AUTHENTICATE", self.canary.received())
