"""A backend that is down, slow or wrong: an honest refusal in time, and no word of its own."""

import hashlib
import socket
import ssl
import time

from parts.processes import free_port
from postern_support.canary import GREETING, Canary, answer
from postern_support.stage import PASSWORDS, StageCase
from postern_support.wire import Wire

DEADLINE_SECONDS = 3
LEAK = b"canary-host.internal"


class TroubleCase(StageCase):
    backend = "canary"

    @classmethod
    def configure(cls, settings):
        settings["limits"] = {"backend-timeout": f"{DEADLINE_SECONDS} s"}

    def assert_unavailable(self):
        began = time.monotonic()
        wire = self.wire()
        reply = wire.login("ann", PASSWORDS["ann"])
        self.assertLess(time.monotonic() - began, DEADLINE_SECONDS + 2)
        self.assert_refused(reply, "UNAVAILABLE")
        self.assertNotIn(LEAK, bytes(wire.seen))
        self.assert_ok(self.wire().answer("NOOP"))


class WrongGreeting(TroubleCase):
    def test_every_wrong_greeting_is_unavailable(self):
        for greeting in (
            b"* PREAUTH canary-host.internal\r\n", b"* BYE canary-host.internal is full\r\n",
            b"* NO canary-host.internal\r\n", b"220 canary-host.internal ESMTP\r\n", b"\r\n",
            b"* OK [ALERT] canary-host.internal\0\r\n", b"+OK canary-host.internal\r\n",
            b"* OK " + b"x" * 70_000 + b"\r\n", b"a OK canary-host.internal\r\n", b"", b"* OK slow",
        ):
            with self.subTest(greeting[:40]):
                self.canary.greeting = greeting
                self.addCleanup(setattr, self.canary, "greeting", GREETING)
                self.assert_unavailable()


class RefusedLogin(TroubleCase):
    def refuse(self, words):
        def act(visit, tag, verb, rest):
            visit.send(words.replace(b"TAG", tag))

        self.canary.acts = {b"LOGIN": act, b"AUTHENTICATE": act}
        self.addCleanup(setattr, self.canary, "acts", {})

    def test_a_refused_login_is_unavailable(self):
        for words in (
            b"TAG NO [AUTHENTICATIONFAILED] canary-host.internal\r\n",
            b"TAG NO [REFERRAL imap://canary-host.internal/] try there\r\n",
            b"TAG BAD canary-host.internal\r\n", b"* BYE canary-host.internal\r\n",
            b"zzz OK canary-host.internal\r\n", b"+ canary-host.internal\r\n" * 9, b"",
        ):
            with self.subTest(words):
                self.refuse(words)
                self.assert_unavailable()


class Unreachable(TroubleCase):
    def test_a_backend_that_is_down(self):
        self.canary.close()
        self.assert_unavailable()
        type(self).canary = Canary.__new__(Canary)
        self.canary.close = lambda: None


class Reached(StageCase):
    """Which server it was, and how that is known, stands in the trail."""

    name = "localhost"

    @classmethod
    def configure(cls, settings):
        settings["backends"][0] |= {
            "address": [f"127.0.0.1:{free_port()}", f"127.0.0.1:{cls.dovecot.tls_port}"],
            "tls": "implicit", "ca": str(cls.authority.certificate), "server-name": cls.name,
        }

    def reached(self, port, verdict):
        return self.await_record(event="backend.connect", backend_port=port, verdict=verdict)

    def test_with_its_address_its_tls_and_its_certificate(self):
        self.session("ann")
        down, up = (int(address.rpartition(":")[2])
                    for address in self.postern.settings["backends"][0]["address"])
        refused = self.reached(down, "disconnect")
        self.assertEqual(refused["reason"], "the backend can't be connected to")
        self.assertIn("refused", refused["args"])
        self.assertNotIn("backend_tls", refused)
        reached = self.reached(up, "allow")
        self.assertEqual((reached["backend_address"], reached["backend"]), ("127.0.0.1", "dovecot"))
        self.assertEqual(reached["user"], "ann")
        self.assertEqual(reached["backend_tls"], "TLSv1.3")
        certificate = ssl.PEM_cert_to_DER_cert(self.certificate.chain.read_text())
        self.assertEqual(
            reached["backend_cert_sha256"], hashlib.sha256(certificate).hexdigest())


class Impostor(Reached):
    name = "mail.example.org"

    def test_with_its_address_its_tls_and_its_certificate(self):
        self.assert_refused(self.wire().login("ann", PASSWORDS["ann"]), "UNAVAILABLE")
        refused = self.reached(self.dovecot.tls_port, "disconnect")
        self.assertEqual(refused["reason"], "the backend's certificate is refused")
        self.assertEqual(refused["args"], "the backend's certificate is not for mail.example.org")


class Silent(TroubleCase):
    """Accepts connections, and that is all."""

    @classmethod
    def _start_backend(cls):
        port = free_port()
        listener = socket.create_server(("127.0.0.1", port))
        cls.addClassCleanup(listener.close)
        return port

    def test_a_backend_that_never_answers(self):
        self.assert_unavailable()


class ClosedMidLiteral(TroubleCase):
    def test_the_session_ends_with_bye_and_others_live(self):
        def half(visit, tag, verb, rest):
            visit.send(b"* 1 FETCH (BODY[] {100000}\r\n" + b"x" * 5000)
            raise EOFError

        self.canary.acts = {b"FETCH": half}
        other = self.session("bob")
        client = self.session("ann")
        client.command("SELECT INBOX")
        client.send(b"a FETCH 1 BODY.PEEK[]\r\n")
        rest = client.rest()
        self.assertNotIn(b"a OK", rest)
        self.assert_ok(other.answer("NOOP"))

    def test_a_backend_that_goes_between_commands_ends_the_session_with_bye(self):
        def leave(visit, tag, verb, rest):
            raise EOFError

        self.canary.acts = {b"NOOP": leave}
        self.addCleanup(setattr, self.canary, "acts", {})
        client = self.session("ann")
        client.send(b"a NOOP\r\n")
        self.assertIn(b"* BYE", client.rest())

    def test_a_client_that_dies_mid_literal_ends_the_backend_s_connection(self):
        client = self.session("ann")
        client.send(b"a APPEND INBOX {1000}\r\n")
        client.line()
        client.send(b"x" * 100)
        client.close()
        visit = self.canary.visits[-1]
        deadline = time.monotonic() + 10
        while visit.socket.fileno() >= 0 and time.monotonic() < deadline:
            time.sleep(0.02)
        self.assertLess(visit.socket.fileno(), 0, "the backend's connection stayed open")
        self.assertFalse([c for c in visit.commands if b"APPEND" in c])


class KilledDovecot(StageCase):
    def test_new_logins_are_unavailable_and_come_back(self):
        self.assert_ok(self.session("ann").answer("NOOP"))
        client = self.session("ann")
        self.dovecot.stop()
        self.assertIn(b"* BYE", client.rest())
        self.assert_refused(self.wire().login("ann", PASSWORDS["ann"]), "UNAVAILABLE")
        self.dovecot.start()
        self.session("ann")


class LoginMethods(StageCase):
    """Each way to log in at a backend, seen in the canary's bytes."""

    backend = "canary"

    def test_the_master_login_names_the_user_and_the_master(self):
        self.session("ann")
        logins = [c for c in self.canary.visits[-1].commands if b"LOGIN" in c.upper()]
        self.assertEqual(len(logins), 1)
        self.assertIn(b"ann*gateway", logins[0])

    def test_the_client_s_password_does_not_reach_a_master_login_backend(self):
        self.session("bob")
        self.assertNotIn(PASSWORDS["bob"].encode(), self.canary.received())
