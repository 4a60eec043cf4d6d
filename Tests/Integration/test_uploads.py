"""Messages on their way to a real Dovecot: many in one command, parts of others, all or nothing."""

import hashlib

from parts import sample
from postern_support.stage import StageCase

HELLO = b"Subject: hello\r\n\r\nHello.\r\n"
BYE = b"Subject: bye\r\n\r\nGood bye.\r\n"


def literal(message, sign="{"):
    return f"{sign}{len(message)}+}}\r\n".encode() + message


class Uploads(StageCase):
    """bob, whom no rule limits; ann may not see Secret."""

    def setUp(self):
        self.client = self.session("bob")

    def fresh(self, name):
        self.assert_ok(self.client.answer(f"CREATE {name}"))

    def count(self, name, user="bob"):
        """How many messages Dovecot itself has there."""
        lines = b"".join(self.behind(user).command(f"STATUS {name} (MESSAGES)"))
        return int(lines.partition(b"MESSAGES ")[2].partition(b")")[0])

    def begin(self, wire, name):
        """One message of a command that is to have more."""
        wire.send(f"a APPEND {name} {{{len(HELLO)}}}\r\n".encode())
        self.assertTrue(wire.line().startswith(b"+ "))
        wire.send(HELLO)

    def test_many_messages_arrive_byte_for_byte(self):
        self.fresh("Many")
        big = HELLO + b"A goose is a goose is a goose.\r\n" * 100_000
        self.client.send(b"a APPEND Many (\\Seen) " + literal(HELLO) + b" (\\Flagged) "
                         + literal(BYE) + f" {{{len(big)}}}\r\n".encode())
        self.assertTrue(self.client.line().startswith(b"+ "))
        self.client.send(big + b"\r\n")
        self.assertRegex(self.client.until("a")[-1], rb"^a OK \[APPENDUID \d+ 1:3\]")
        self.client.command("EXAMINE Many")
        for number, message, flag in ((1, HELLO, b"\\Seen"), (2, BYE, b"\\Flagged"), (3, big, b"")):
            fetched = self.client.command(f"FETCH {number} (FLAGS BODY.PEEK[])")[0]
            self.assertIn(message, fetched)
            self.assertIn(flag, fetched)
        record = self.await_record(event="msg.append", phase="outcome", messages=3)
        self.assertEqual(
            record["filed"],
            [{"bytes": len(m), "sha256": hashlib.sha256(m).hexdigest()} for m in (HELLO, BYE, big)],
        )

    def test_nothing_is_filed_of_a_command_that_is_refused_later(self):
        for name, rest in (
            ("Big", b" {99999999}\r\n"), ("Odd", b" (\\Recent) {5}\r\n"), ("Empty", b" {0}\r\n"),
            ("Eager", b" {4097+}\r\n"), ("Behind", b"x\r\n"), ("Space", b" \r\n"),
        ):
            with self.subTest(name):
                self.fresh(name)
                wire = self.session("bob")
                self.begin(wire, name)
                wire.send(rest)
                self.assertRegex(wire.line(), rb"^a (NO|BAD) ")
                self.assertTrue(wire.line().startswith(b"* BYE "))
                self.assertTrue(wire.closed_within(10))
                self.assertEqual(self.count(name), 0)

    def test_nothing_is_filed_for_a_client_that_is_gone(self):
        for name, rest in (("Within", b" {100}\r\nhalf"), ("Between", b""), ("Marker", b" {1")):
            with self.subTest(name):
                self.fresh(name)
                wire = self.session("bob")
                self.begin(wire, name)
                wire.send(rest)
                wire.close()
                # Dovecot takes a mailbox's lock for an APPEND that it has not given up.
                self.assertEqual(self.count(name), 0)
                self.assert_ok(self.client.answer(f"APPEND {name} ".encode() + literal(BYE)))
                self.assertEqual(self.count(name), 1)

    def test_a_message_is_made_of_others(self):
        self.fresh("Parts")
        self.client.command(b"APPEND Parts " + literal(HELLO))
        self.client.command("SELECT Parts")
        answer = self.client.answer(
            b'APPEND Parts CATENATE (URL "/Parts/;UID=1/;section=HEADER" TEXT '
            + literal(b"Mine.\r\n") + b' URL ";UID=1/;SECTION=TEXT/;PARTIAL=0.5")'
        )
        self.assertRegex(answer, r"^OK \[APPENDUID \d+ 2\]")
        fetched = self.client.command("FETCH 2 BODY.PEEK[]")[-2]
        self.assertIn(b"Subject: hello\r\n\r\nMine.\r\nHello", fetched)
        self.await_record(event="msg.fetch", verb="CATENATE", args="UID 1 BODY[HEADER]")

    def test_a_mailbox_with_a_foreign_name_is_a_source(self):
        # Dovecot finds no message by URL in a mailbox that nobody has opened yet.
        self.client.command(f'EXAMINE "{sample.modified_utf7("Rechnungen/März")}"')
        self.client.command("EXAMINE INBOX")
        answer = self.client.answer(
            'APPEND INBOX CATENATE (URL "/Rechnungen/M%C3%A4rz/;UID=1")'
        )
        self.assertRegex(answer, r"^OK ")

    def test_a_hidden_source_looks_like_a_missing_one(self):
        client = self.session("ann")
        before = self.count("INBOX", "ann")
        answers = {
            client.answer(f'APPEND INBOX CATENATE (URL "/{name}/;UID=1")')
            for name in ("Secret", "Secret/Plans", "%53ecret", "Missing", "Missing/Too")
        }
        self.assertEqual(
            answers, {"NO [BADURL] A URL leads to nothing that can be filed"}
        )
        self.assertNotIn(b"Secret", bytes(client.seen))
        self.assertEqual(self.count("INBOX", "ann"), before)

    def test_the_backend_dies_in_the_middle_of_a_message(self):
        wire = self.session("bob")
        wire.send(b"a APPEND INBOX {1000}\r\n")
        self.assertTrue(wire.line().startswith(b"+ "))
        wire.send(b"half")
        self.addCleanup(self.dovecot.start)
        self.dovecot.stop()
        self.assertIn(b"* BYE ", wire.rest())
        self.await_record(event="msg.append", phase="outcome", result="aborted")
