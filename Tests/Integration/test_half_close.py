"""Clients that say all they have to say, stop sending, and wait for the answers."""

import threading

from postern_support.canary import Canary, answer
from postern_support.stage import PASSWORDS, StageCase


def slowly(visit, tag, verb, rest):
    """Answers a NOOP when the next command is due, and no sooner."""
    visit.canary.may_answer.wait(20)
    answer(visit, tag, verb, rest)


class HalfClose(StageCase):
    backend = "canary"

    @classmethod
    def make_canary(cls):
        canary = Canary(acts={b"NOOP": slowly})
        canary.may_answer = threading.Event()
        return canary

    def setUp(self):
        self.canary.may_answer.clear()
        self.addCleanup(self.canary.may_answer.set)

    def heard(self, client):
        """What the client gets until the gateway closes."""
        client.stop_sending()
        self.canary.may_answer.set()
        return client.rest()

    def test_the_answers_under_way_still_come(self):
        client = self.session("ann")
        client.send(b"a NOOP\r\nb SELECT INBOX\r\nc STATUS Sent (MESSAGES)\r\n")
        heard = self.heard(client)
        for ending in (b"a OK NOOP", b"b OK [READ-WRITE] SELECT", b"c OK STATUS"):
            self.assertIn(ending, heard)
        self.assertTrue(heard.endswith(b"c OK STATUS completed\r\n"), heard)

    def test_a_login_and_all_behind_it_are_answered(self):
        client = self.wire()
        login = f'a LOGIN "ann" "{PASSWORDS["ann"]}"'
        client.send(login.encode() + b"\r\nb NOOP\r\nc LOGOUT\r\n")
        heard = self.heard(client)
        self.assertRegex(heard, rb"(?s)a OK .*b OK NOOP.*\* BYE .*c OK LOGOUT")

    def test_a_command_without_its_end_is_not_carried_out(self):
        client = self.session("ann")
        client.send(b"a NOOP\r\nb CREATE Unfinished")
        self.assertEqual(self.heard(client), b"a OK NOOP completed\r\n")
        self.assertNotIn(b"Unfinished", self.canary.received())

    def test_a_client_without_a_question_is_let_go_at_once(self):
        client = self.session("ann")
        self.assertEqual(self.heard(client), b"")
