"""What strangers throw at it: refused, bounded, and nobody else's trouble."""

import os
import random
import socket
import time

from parts.processes import resident_kib
from postern_support.stage import PASSWORDS, StageCase
from postern_support.wire import Wire, trusting

KIB = 1024


class Malformed(StageCase):
    backend = "canary"

    def test_a_malformed_command_gets_a_tagged_bad(self):
        client = self.session("ann")
        for index, text in enumerate((
            "", "NOOP now", "SELECT", "SELECT (", "FETCH", "FETCH x FLAGS", "FETCH 1 (", "STORE 1",
            "SEARCH", "UID", "UID NOOP", "APPEND INBOX", "LIST", 'LIST ""', "STATUS INBOX ()",
            "COPY 1", "RENAME x", "ENABLE", 'SELECT "x', "FETCH 1 BODY[", "STORE 1 FLAGS (\\Seen",
        )):
            with self.subTest(text):
                tag = f"t{index}"
                data = f"{tag} {text}\r\n" if text else f"{tag}\r\n"
                client.send(data.encode())
                answer = client.response()
                self.assertRegex(answer, rb"^(%s|\*) BAD " % tag.encode())
                self.assert_ok(client.answer("NOOP"))
        self.await_record(event="proto.bad", user="ann")

    def test_ten_in_a_row_end_the_session_with_bye(self):
        client = self.session("ann")
        client.send(b"".join(b"t%d XYZZY\r\n" % index for index in range(30)))
        rest = client.rest()
        self.assertIn(b"* BYE", rest)
        self.assertEqual(rest.count(b" BAD "), 10)

    def test_broken_framing_ends_the_session_with_bye(self):
        for data in (b"a NOOP\n", b"a NO\rOP\r\n", b"a NO\0OP\r\n", b"a SELECT {3+}\r\na\0b\r\n"):
            with self.subTest(data):
                client, other = self.session("ann"), self.session("bob")
                client.send(data)
                self.assertIn(b"* BYE", client.rest())
                self.assert_ok(other.answer("NOOP"))
        self.await_record(event="proto.smuggle")

    def test_another_protocol_is_shown_the_door(self):
        for data in (
            b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"POST / HTTP/1.0\r\n\r\n",
            b"EHLO localhost\r\n" * 12, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n",
        ):
            with self.subTest(data[:20]):
                wire = self.wire()
                wire.send(data)
                self.assertTrue(wire.closed_within(10))

    def test_control_bytes_do_not_reach_the_trail_raw(self):
        client = self.session("ann")
        client.answer('SELECT "x\x1b[2J\x7f"')
        client.answer(b'SELECT "\xe2\x80\xaegnp"')
        trail = self.postern.trail()
        self.assertTrue(trail.isascii())
        for character in "\x1b\x7f\t\r":
            self.assertNotIn(character, trail)


class Limits(StageCase):
    backend = "canary"

    def ended(self, wire, data):
        """Sends until the other side closes; returns what it said."""
        try:
            wire.send(data)
        except OSError:
            pass
        return wire.rest()

    def test_a_line_of_64_kib_is_the_longest(self):
        client = self.session("ann")
        fits = b"a SELECT " + b"x" * (60 * KIB) + b"\r\n"
        client.send(fits)
        self.assertRegex(client.until("a")[-1], rb"^a (NO|BAD) ")
        rest = self.ended(client, b"b SELECT " + b"x" * (66 * KIB) + b"\r\n")
        self.assertIn(b"* BYE", rest)

    def test_before_the_login_8_kib_are_all_there_is(self):
        rest = self.ended(self.wire(), b"a NOOP\r\n" * 2000)
        self.assertIn(b"* BYE", rest)
        self.assertLess(rest.count(b"a OK"), 8 * KIB // 8 + 1)
        self.assertIn(b"* BYE", self.ended(self.wire(), b"a" * (9 * KIB)))

    def test_an_argument_literal_of_more_than_256_kib_is_refused_unsent(self):
        client = self.session("ann")
        client.send(b"a SEARCH SUBJECT {%d}\r\n" % (257 * KIB))
        self.assertRegex(client.response(), rb"^a (BAD|NO) ")
        self.assert_ok(client.answer("NOOP"))

    def test_a_name_longer_than_1000_octets_is_refused(self):
        client = self.session("ann")
        self.assertRegex(client.answer('SELECT "' + "x" * 1001 + '"'), r"^(NO|BAD)\b")
        self.assert_ok(client.answer("NOOP"))

    def test_literals_that_add_up_to_more_than_1_mib_are_refused(self):
        client = self.session("ann")
        client.send(b"a SEARCH")
        answers = []
        for _ in range(6):
            client.send(b" SUBJECT {%d}\r\n" % (250 * KIB))
            answers.append(client.response())
            if not answers[-1].startswith(b"+"):
                break
            client.send(b"x" * (250 * KIB))
        self.assertRegex(answers[-1], rb"^(a (BAD|NO)|\* BYE) ")
        self.assertLessEqual(len(answers), 5)

    def test_an_eager_literal_over_4_kib_is_refused_and_never_taken_for_commands(self):
        client = self.session("ann")
        body = (b"b NOOP\r\n" * 1000)[:5000]
        client.send(b"a SELECT {5000+}\r\n" + body + b"\r\nend LOGOUT\r\n")
        rest = client.rest()
        self.assertRegex(rest, rb"\A(a BAD|\* BYE)")
        self.assertNotIn(b"\nb ", rest)

    def test_a_message_over_the_limit_is_refused_unsent(self):
        client = self.session("ann")
        client.send(b"a APPEND INBOX {%d}\r\n" % (65 * KIB * KIB))
        self.assertRegex(client.response(), rb"^a NO \[(TOOBIG|LIMIT)\]")
        client.send(b"b APPEND INBOX {99999999999999999999}\r\n")
        self.assertRegex(client.response(), rb"^(b (NO|BAD)|\* BYE) ")

    def test_a_nesting_of_a_thousand_parentheses_is_bad(self):
        client = self.session("ann")
        deep = "(" * 1000 + "ALL" + ")" * 1000
        self.assertRegex(client.answer("SEARCH " + deep), r"^BAD\b")


class SlowStranger(StageCase):
    backend = "canary"
    limit = 3

    @classmethod
    def configure(cls, settings):
        settings["limits"] = {"unauthenticated-timeout": f"{cls.limit} s"}

    def test_a_stranger_who_trickles_is_closed_in_time(self):
        wire = self.wire()
        began = time.monotonic()
        try:
            for _ in range(self.limit * 8):
                wire.send(b"a")
                time.sleep(0.25)
        except OSError:
            pass
        self.assertTrue(wire.closed_within(self.limit))
        self.assertLess(time.monotonic() - began, self.limit * 3)

    def test_a_handshake_that_never_comes_is_closed_in_time(self):
        for port in (self.ports.tls, self.ports.starttls):
            with self.subTest(port), socket.create_connection(("127.0.0.1", port)) as silent:
                silent.settimeout(self.limit + 3)
                while silent.recv(4096):
                    pass


class RandomBytes(StageCase):
    """POSTERN_RANDOM_SECONDS lengthens it; 120 s is what a release gets."""

    backend = "canary"
    seconds = float(os.environ.get("POSTERN_RANDOM_SECONDS", "8"))

    def throw(self, chance, port, context):
        try:
            wire = Wire(port, context, timeout=2, greeting=context is not None)
            for _ in range(chance.randrange(1, 6)):
                wire.send(chance.randbytes(chance.randrange(1, 4096)))
            wire.close()
        except OSError:
            pass
        except EOFError:
            pass

    def test_the_process_stays_up_and_its_memory_where_it_was(self):
        chance = random.Random(int(os.environ.get("POSTERN_SEED", "7")))
        context = trusting(self.authority)
        targets = ((self.ports.tls, None), (self.ports.tls, context), (self.ports.starttls, None))
        gateways = self.postern.children("gateway")
        self.storm(chance, targets, 2)
        before = sum(map(resident_kib, gateways))
        self.storm(chance, targets, self.seconds)
        self.assertEqual(self.postern.children("gateway"), gateways)
        growth = sum(map(resident_kib, gateways)) - before
        self.assertLess(growth, 8 * KIB, "resident memory grew by more than 8 MiB")
        # The stranger's address is slowed down by now; another one's user is not.
        self.assert_ok(self.wire().answer("NOOP"))

    def storm(self, chance, targets, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.throw(chance, *chance.choice(targets))
