"""Who gets in: every way to log in, before and after TLS, and every way to be turned away."""

import base64
import imaplib
import ssl
import time

from parts.certificates import Authority
from postern_support.stage import PASSWORDS, StageCase
from postern_support.wire import Wire, trusting


def plain(user, password, authzid=""):
    return base64.b64encode(f"{authzid}\0{user}\0{password}".encode()).decode()


class PasswordLogin(StageCase):
    def test_login_with_the_right_password(self):
        answer = self.wire().login("ann", PASSWORDS["ann"])
        self.assertRegex(answer, r"^OK \[CAPABILITY IMAP4rev1[^\]]*\]")
        self.assertNotIn("AUTH=", answer)

    def test_login_with_literals(self):
        wire = self.wire()
        wire.send(b"a LOGIN {3}\r\n")
        self.assertTrue(wire.line().startswith(b"+ "))
        wire.send(b"ann {12}\r\n")
        self.assertTrue(wire.line().startswith(b"+ "))
        wire.send(PASSWORDS["ann"].encode() + b"\r\n")
        self.assertTrue(wire.until("a")[-1].startswith(b"a OK"))

    def test_a_wrong_password_and_an_unknown_user_get_the_same_answer(self):
        wrong = self.wire().login("bob", "nonsense")
        unknown = self.wire().login("zoe", "nonsense")
        self.assert_refused(wrong, "AUTHENTICATIONFAILED")
        self.assertEqual(wrong, unknown)

    def test_authenticate_plain_with_an_initial_response(self):
        answer = self.wire().answer("AUTHENTICATE PLAIN " + plain("ann", PASSWORDS["ann"]))
        self.assert_ok(answer)

    def test_authenticate_plain_without_an_initial_response(self):
        wire = self.wire()
        wire.send(b"a AUTHENTICATE PLAIN\r\n")
        self.assertEqual(wire.line(), b"+ \r\n")
        wire.send(plain("ann", PASSWORDS["ann"]).encode() + b"\r\n")
        self.assertTrue(wire.until("a")[-1].startswith(b"a OK"))

    def test_a_cancelled_exchange_is_bad_and_the_session_goes_on(self):
        wire = self.wire()
        wire.send(b"a AUTHENTICATE PLAIN\r\n")
        wire.line()
        wire.send(b"*\r\n")
        self.assertTrue(wire.until("a")[-1].startswith(b"a BAD"))
        self.assert_ok(wire.login("ann", PASSWORDS["ann"]))
        self.await_record(event="auth.cancel")

    def test_authenticate_login_for_old_clients(self):
        wire = self.wire()
        wire.send(b"a AUTHENTICATE LOGIN\r\n")
        self.assertEqual(wire.line(), b"+ VXNlcm5hbWU6\r\n")
        wire.send(base64.b64encode(b"ann") + b"\r\n")
        self.assertEqual(wire.line(), b"+ UGFzc3dvcmQ6\r\n")
        wire.send(base64.b64encode(PASSWORDS["ann"].encode()) + b"\r\n")
        self.assertTrue(wire.until("a")[-1].startswith(b"a OK"))

    def test_another_authorization_identity_is_refused(self):
        initial = plain("ann", PASSWORDS["ann"], authzid="bob")
        answer = self.wire().answer("AUTHENTICATE PLAIN " + initial)
        self.assert_refused(answer, "AUTHORIZATIONFAILED")

    def test_malformed_base64_is_bad(self):
        for initial in ("!!!!", "YQ", "YQ= =", "====", "YW5uAGFubg"):
            with self.subTest(initial):
                answer = self.wire().answer("AUTHENTICATE PLAIN " + initial)
                self.assertRegex(answer, r"^BAD\b")

    def test_names_that_mean_another_user_to_a_backend_are_refused(self):
        for name in ("ann*gateway", "ann+Secret", "ann/bob", "ann%", "ann bob", "ann:bob"):
            with self.subTest(name):
                self.assertRegex(self.wire().login(name, PASSWORDS["ann"]), r"^NO\b")

    def test_imaplib_logs_in_and_out(self):
        context = trusting(self.authority)
        with imaplib.IMAP4_SSL("127.0.0.1", self.ports.tls, ssl_context=context) as client:
            self.assertEqual(client.login("ann", PASSWORDS["ann"])[0], "OK")
            self.assertEqual(client.select("INBOX"), ("OK", [b"12"]))
            self.assertEqual(client.logout()[0], "BYE")

    def test_imaplib_authenticates_plain(self):
        context = trusting(self.authority)
        with imaplib.IMAP4_SSL("127.0.0.1", self.ports.tls, ssl_context=context) as client:
            secret = f"\0bob\0{PASSWORDS['bob']}".encode()
            self.assertEqual(client.authenticate("PLAIN", lambda _: secret)[0], "OK")

    def test_the_login_is_in_the_trail_and_the_password_is_not(self):
        self.session("carl")
        self.wire().login("carl", "a-mistyped-password")
        record = self.await_record(event="auth.ok", user="carl")
        self.assertTrue(record["client"].startswith("127.0.0.1"))
        self.await_record(event="auth.fail")
        everything = self.postern.trail() + self.postern.log.read_text()
        for secret in (PASSWORDS["carl"], "a-mistyped-password"):
            self.assertNotIn(secret, everything)
            self.assertNotIn(base64.b64encode(secret.encode()).decode(), everything)


class RepeatedFailure(StageCase):
    def test_three_failures_end_the_connection(self):
        wire = self.wire()
        wire.login("ann", "no")
        wire.login("ann", "no")
        wire.send(b'x LOGIN "ann" "no"\r\n')
        rest = wire.rest()
        self.assertIn(b"x NO ", rest)
        self.assertIn(b"* BYE", rest)


class Throttled(StageCase):
    @classmethod
    def configure(cls, settings):
        settings["authentication"]["throttle"] = {
            "base-delay": "2 s", "free-failures-per-user": 1, "free-failures-per-address": 1,
        }

    def test_failures_are_slowed_down(self):
        def seconds():
            began = time.monotonic()
            self.assertRegex(self.wire().login("bob", "no"), r"^NO \[(AUTHENTICATIONFAILED|LIMIT)\]")
            return time.monotonic() - began

        self.assertLess(seconds(), 1.5)
        seconds()
        began = time.monotonic()
        answer = self.wire().login("bob", PASSWORDS["bob"])
        slow = time.monotonic() - began > 1
        self.assertTrue(slow or "[LIMIT]" in answer, answer)


class BeforeTLS(StageCase):
    def test_only_the_start_of_tls_is_offered(self):
        capabilities = self.plain().command("CAPABILITY")[0].split()
        self.assertIn(b"STARTTLS", capabilities)
        self.assertIn(b"LOGINDISABLED", capabilities)
        self.assertFalse([word for word in capabilities if word.startswith(b"AUTH=")])

    def test_no_password_is_taken_in_the_clear(self):
        wire = self.plain()
        self.assertRegex(wire.login("ann", PASSWORDS["ann"]), r"^(NO \[PRIVACYREQUIRED\]|BAD)")
        answer = wire.answer("AUTHENTICATE PLAIN " + plain("ann", PASSWORDS["ann"]))
        self.assertRegex(answer, r"^(NO \[PRIVACYREQUIRED\]|BAD)")
        self.assertRegex(wire.answer("SELECT INBOX"), r"^(NO|BAD)\b")

    def test_starttls_then_login(self):
        wire = self.plain()
        self.assert_ok(wire.answer("STARTTLS"))
        wire.start_tls(trusting(self.authority))
        capabilities = wire.command("CAPABILITY")[0].split()
        self.assertIn(b"AUTH=PLAIN", capabilities)
        self.assertNotIn(b"STARTTLS", capabilities)
        self.assert_ok(wire.login("ann", PASSWORDS["ann"]))

    def test_imaplib_starts_tls(self):
        client = imaplib.IMAP4("127.0.0.1", self.ports.starttls)
        self.addCleanup(client.shutdown)
        client.starttls(trusting(self.authority))
        self.assertEqual(client.login("ann", PASSWORDS["ann"])[0], "OK")

    def test_plaintext_behind_starttls_closes_the_connection(self):
        wire = self.plain()
        wire.send(b"a STARTTLS\r\nb NOOP\r\n")
        rest = wire.rest()
        self.assertNotIn(b"b OK", rest)
        with self.plain() as other:
            self.assert_ok(other.answer("NOOP"))

    def test_starttls_is_not_there_twice(self):
        wire = self.plain()
        wire.answer("STARTTLS")
        wire.start_tls(trusting(self.authority))
        self.assertRegex(wire.answer("STARTTLS"), r"^BAD\b")
        self.assertRegex(self.wire().answer("STARTTLS"), r"^BAD\b")


class Handshake(StageCase):
    def refused(self, context):
        with self.assertRaises((ssl.SSLError, OSError, EOFError)):
            Wire(self.ports.tls, context)

    def test_alpn_imap_is_taken_and_another_refused(self):
        wire = Wire(self.ports.tls, trusting(self.authority, alpn=["imap"]))
        self.addCleanup(wire.close)
        self.assertEqual(wire.socket.selected_alpn_protocol(), "imap")
        self.refused(trusting(self.authority, alpn=["http/1.1"]))
        self.refused(trusting(self.authority, alpn=["h2", "pop3"]))

    def test_tls_1_1_is_refused(self):
        context = trusting(self.authority)
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
        self.refused(context)

    def test_tls_1_2_and_1_3_are_taken(self):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = trusting(self.authority)
            context.minimum_version = context.maximum_version = version
            with self.subTest(version), Wire(self.ports.tls, context) as wire:
                self.assert_ok(wire.answer("NOOP"))

    def test_weak_suites_are_refused(self):
        for suites in ("AES128-SHA", "AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA"):
            context = trusting(self.authority)
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            context.set_ciphers(suites + ":@SECLEVEL=0")
            with self.subTest(suites):
                self.refused(context)

    def test_a_session_is_resumed(self):
        context = trusting(self.authority)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        with Wire(self.ports.tls, context) as first:
            self.assert_ok(first.login("ann", PASSWORDS["ann"]))
            ticket = first.socket.session
        again = Wire(self.ports.tls, greeting=False)
        self.addCleanup(again.close)
        again.socket = context.wrap_socket(
            again.socket, server_hostname="localhost", session=ticket
        )
        self.assertTrue(again.socket.session_reused)


class CertificateLogin(StageCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ann = cls.authority.client("ann", "ann@example.org")

    def external(self, certificate, authzid="="):
        return self.wire(certificate).answer("AUTHENTICATE EXTERNAL " + authzid)

    def test_the_certificate_alone_logs_in(self):
        wire = self.wire(self.ann)
        self.assertIn(b"AUTH=EXTERNAL", wire.command("CAPABILITY")[0])
        self.assert_ok(wire.answer("AUTHENTICATE EXTERNAL ="))
        self.assert_ok(wire.answer("SELECT INBOX"))
        self.await_record(event="auth.ok", user="ann@example.org")

    def test_without_an_initial_response_an_empty_line_follows(self):
        wire = self.wire(self.ann)
        wire.send(b"a AUTHENTICATE EXTERNAL\r\n")
        self.assertEqual(wire.line(), b"+ \r\n")
        wire.send(b"\r\n")
        self.assertTrue(wire.until("a")[-1].startswith(b"a OK"))

    def test_one_user_s_certificate_does_not_open_another_s_mail(self):
        other = base64.b64encode(b"bob").decode()
        self.assert_refused(self.external(self.ann, other), "AUTHORIZATIONFAILED")

    def test_without_a_certificate_external_is_not_offered(self):
        wire = self.wire()
        self.assertNotIn(b"AUTH=EXTERNAL", wire.command("CAPABILITY")[0])
        self.assertRegex(wire.answer("AUTHENTICATE EXTERNAL ="), r"^NO\b")

    def never_in(self, certificate):
        """The handshake fails, or the login does: either way nobody is in."""
        try:
            wire = self.wire(certificate)
            self.assertRegex(wire.answer("AUTHENTICATE EXTERNAL ="), r"^(NO|BAD)\b")
        except (ssl.SSLError, ConnectionError, EOFError):
            pass

    def test_a_certificate_of_another_authority_is_refused(self):
        stranger = Authority(self.folder / "stranger")
        self.never_in(stranger.client("ann", "ann@example.org"))

    def test_a_server_s_certificate_is_refused(self):
        self.never_in(self.authority.client("odd", "ann@example.org", usage="serverAuth"))

    def test_an_expired_certificate_is_refused(self):
        self.never_in(self.authority.client("old", "ann@example.org", days=0))

    def test_a_certificate_without_the_identity_is_refused(self):
        self.never_in(self.authority.client("ann-by-name-only"))

    def test_a_certificate_with_two_identities_is_refused(self):
        two = self.authority.client("two", "ann@example.org,email:bob@example.org")
        self.never_in(two)

    def test_a_revoked_certificate_is_refused(self):
        lost = self.authority.client("lost", "carl@example.org")
        self.assert_ok(self.external(lost))
        self.authority.revoke(lost)
        self.assertIn("in force", self.postern.reload())
        self.never_in(lost)
