"""What stands in the records of a whole session: all that the schema promises, and no secret."""

import base64
import os
import shutil
import signal
import socket
import subprocess

from parts import dovecot, postern
from parts.processes import wait_until
from postern_support.stage import PASSWORDS, StageCase

BODY = "the treasure lies beneath the old oak"
MESSAGE = f"From: ann@example.org\r\nMessage-ID: <oak@x>\r\nSubject: map\r\n\r\n{BODY}\r\n".encode()


class RecordCase(StageCase):
    def outcome(self, session, verb):
        """The outcome of the last command with this verb in a session."""

        def found():
            records = self.of(session)
            asked = [r["command"] for r in records if r.get("verb") == verb]
            hits = [r for r in records if r["phase"] == "outcome" and r["command"] in asked[-1:]]
            return hits[-1] if hits else None

        return wait_until(found, 10, f"outcome of {verb}")

    def of(self, session):
        return [r for r in self.postern.records() if r.get("session") == session]

    def append(self, client, mailbox):
        client.send(f"x APPEND {mailbox} {{{len(MESSAGE)}}}\r\n".encode())
        client.line()
        client.send(MESSAGE + b"\r\n")
        self.assert_ok(client.until("x")[-1].partition(b" ")[2].decode())

    def session_name(self, user):
        """The trail's name of the last session in which the user has logged in."""
        found = [r for r in self.postern.records() if r["event"] == "auth.ok" and r["user"] == user]
        return found[-1]["session"]

    def ended(self, session):
        def found():
            ends = [r for r in self.of(session) if r["event"] == "conn.close"]
            return ends[0] if ends else None
        return wait_until(found, 10, "end of the session in the trail")


class WholeSession(RecordCase):
    def test_says_who_read_what_and_how_it_ended(self):
        client = self.wire()
        client.answer('ID ("name" "Thunderbird" "version" "128.1")')
        self.assert_ok(client.login("Ann", PASSWORDS["ann"]))
        client.answer("CREATE Maps")
        self.append(client, "Maps")
        self.append(client, "Maps")
        client.command("SELECT Maps")
        client.command("UID FETCH 1:* (FLAGS ENVELOPE)")
        session = self.session_name("ann")
        headers = self.outcome(session, "UID FETCH")
        self.assertEqual(headers["extent"], "headers")
        self.assertEqual(headers["sections"], "envelope")
        self.assertEqual(headers["message_ids"], ["<oak@x>", "<oak@x>"])
        client.command("UID FETCH 2 BODY.PEEK[]")
        single = self.outcome_with(session, "single")
        self.assertEqual((single["sections"], single["uids"]), ("whole", "2"))
        self.assertEqual(single["bytes"], len(MESSAGE))
        self.assertEqual(single["message_ids"], ["<oak@x>"])
        client.command("FETCH 1:2 (BODY.PEEK[TEXT] BODY.PEEK[HEADER.FIELDS (Subject)] UID)")
        bulk = self.outcome_with(session, "bulk")
        self.assertEqual(bulk["sections"], "header text")
        selected = self.outcome(session, "SELECT")
        self.assertGreater(selected["uidvalidity"], 0)
        self.assertEqual(single["uidvalidity"], selected["uidvalidity"])
        client.command("UID COPY 1 INBOX")
        copied = self.outcome(session, "UID COPY")
        self.assertEqual(copied["uids"], "1")
        self.assertGreater(copied["to_uidvalidity"], 0)
        self.assertTrue(copied["to_uids"])
        client.answer("LOGOUT")
        end = self.ended(session)
        self.assertEqual(end["reason"], "the client has logged out")
        self.assertEqual(end["commands"], 11)
        self.assertEqual(end["messages"], 3)
        self.assertGreater(end["bytes_in"], 2 * len(MESSAGE))
        self.assertGreater(end["bytes_out"], len(MESSAGE))
        self.assertGreater(end["duration_us"], 0)
        login = [r for r in self.of(session) if r["event"] == "auth.ok"][0]
        self.assertEqual((login["login"], login["user"]), ("Ann", "ann"))
        self.assertEqual(login["backend_user"], f"ann*{dovecot.MASTER}")
        introduced = [r for r in self.of(session) if r["event"] == "session.id"][0]
        self.assertEqual(introduced["args"], 'name "Thunderbird" version "128.1"')

    def outcome_with(self, session, extent):
        def found():
            hits = [r for r in self.of(session) if r.get("extent") == extent]
            return hits[-1] if hits else None
        return wait_until(found, 5, f"outcome of a {extent} reading")

    def test_a_certificate_is_recorded_with_issuer_and_serial(self):
        certificate = self.authority.client("carl", "carl")
        client = self.wire(certificate)
        client.answer("AUTHENTICATE EXTERNAL =")
        client.answer("LOGOUT")
        record = self.await_record(event="tls.start", cert_subject="CN=carl")
        self.assertEqual(record["cert_issuer"], "CN=Postern trial CA")
        self.assertRegex(record["cert_serial"], "^[0-9a-f]+$")

    def test_no_secret_stands_in_the_trail(self):
        wrong = "not-the-password-of-bob"
        client = self.wire()
        client.login("bob", wrong)
        plain = base64.b64encode(f"\0bob\0{PASSWORDS['bob']}".encode()).decode()
        self.assert_ok(client.answer(f"AUTHENTICATE PLAIN {plain}"))
        other = self.wire()
        other.send(b"a AUTHENTICATE LOGIN\r\n")
        other.line()
        other.send(base64.b64encode(b"carl") + b"\r\n")
        other.line()
        other.send(base64.b64encode(PASSWORDS["carl"].encode()) + b"\r\n")
        other.until("a")
        self.append(client, "INBOX")
        client.command("SELECT INBOX")
        client.command("FETCH 1:* (BODY[] BODYSTRUCTURE)")
        client.command(f'SEARCH OR BODY "{BODY}" SUBJECT "map of {BODY}"')
        client.command("NONSENSE " + PASSWORDS["bob"])
        client.answer("LOGOUT")
        self.ended(self.session_name("bob"))
        trail = self.postern.trail().encode()
        secrets = [
            wrong, PASSWORDS["bob"], PASSWORDS["carl"], dovecot.MASTER_PASSWORD, BODY, plain,
            base64.b64encode(PASSWORDS["carl"].encode()).decode().rstrip("="),
        ]
        for secret in secrets:
            for form in (secret.encode(), secret.encode().hex().encode()):
                self.assertNotIn(form, trail, secret)
        self.assertIn(b'"args":"OR BODY SUBJECT"', trail)

    def test_configuration_and_certificates_are_recorded_when_they_change(self):
        first = self.await_record(event="config.reload")
        shown = [r for r in self.postern.records() if r["event"] == "cert.reload"]
        self.assertEqual({r["listener"] for r in shown}, {"imaps", "imap"})
        renewed = self.authority.server("renewed")
        shutil.copy(renewed.key, self.certificate.key)
        shutil.copy(renewed.chain, self.certificate.chain)
        self.postern.reload()
        wait_until(
            lambda: [r["event"] for r in self.postern.records()].count("cert.reload") == 4,
            10, "records of the new certificate")
        records = self.postern.records()
        again = [r for r in records if r["event"] == "config.reload"]
        asked = f", user ID {os.getuid()}, process {os.getpid()}"
        self.assertEqual([r["args"] for r in again], [first["args"], first["args"] + asked])
        prints = {r["cert_sha256"] for r in records if r["event"] == "cert.reload"}
        self.assertEqual(len(prints), 2)

    def test_taking_a_record_out_of_the_trail_is_recorded_first(self):
        trail = self.postern.settings["audit"]["folder"]
        door = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.addCleanup(door.close)
        door.settimeout(10)
        door.connect(f"{trail}/access")
        door.send(b'audit.search --user "ann"\n')
        self.assertEqual(door.recv(16), b"1")
        found = [r for r in self.postern.records() if r["event"] == "audit.search"]
        self.assertEqual(found[-1]["args"], '--user "ann"\n')
        # A record of somebody else's making.
        forger = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.addCleanup(forger.close)
        forger.connect(f"{trail}/access")
        forger.send(b"audit.stop now")
        self.assertEqual(forger.recv(16), b"")
        self.assertNotIn("audit.stop", self.postern.trail())
        # Who says nothing keeps nobody out.
        for _ in range(40):
            silent = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            self.addCleanup(silent.close)
            silent.connect(f"{trail}/access")
        command = [str(postern.program()), "audit", "prove", "1", "--trail", trail,
                   "--key", f"{trail}/first.pub", "--output", str(self.folder)]
        done = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.await_record(event="audit.export", args="proof of record 1")
        for words in (["search", "--user", "ann", "--index", str(self.folder / "index")],
                      ["tail", "-n", "3"]):
            command = [str(postern.program()), "audit", *words, "--trail", trail]
            done = subprocess.run(command, capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.await_record(event="audit.search", args=" ".join([*words, "--trail", trail]))
        state = self.folder / "witness"
        state.mkdir()
        for words in (["verify", trail, "--key", f"{trail}/first.pub"],
                      ["witness", trail, "--key", f"{trail}/first.pub", "--state", str(state)]):
            done = subprocess.run(
                [str(postern.program()), "audit", *words], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
            self.await_record(event="audit.search", args=" ".join(words))

    def test_the_clock_s_state_is_recorded(self):
        start = self.await_record(event="audit.start")
        self.assertIn(start["clock"], ("synchronised", "unsynchronised", "unknown"))


class EverythingAsked(RecordCase):
    """What records say where the administrator wants it."""

    @classmethod
    def configure(cls, settings):
        settings["audit"] |= {"search-words": True, "expunged-uids": True}

    def test_searched_words_and_expunged_messages_are_told(self):
        client = self.session("bob")
        client.answer("CREATE Old")
        for _ in range(4):
            self.append(client, "Old")
        client.command("SELECT Old")
        client.command('SEARCH SUBJECT "map \\"x\\"" NOT HEADER "X-Spam" "yes"')
        session = self.session_name("bob")
        asked = [r for r in self.of(session) if r.get("verb") == "SEARCH"][0]
        self.assertEqual(asked["args"], 'SUBJECT "map \\"x\\"" NOT HEADER "X-Spam" "yes"')
        client.command("STORE 1,3 +FLAGS (\\Deleted)")
        gone = [line for line in client.command("EXPUNGE") if b"EXPUNGE" in line]
        self.assertEqual(gone[:-1], [b"* 3 EXPUNGE\r\n", b"* 1 EXPUNGE\r\n"])
        expunged = self.outcome(session, "EXPUNGE")
        self.assertEqual((expunged["uids"], expunged["messages"]), ("1,3", 2))
        client.command("STORE 2 +FLAGS (\\Deleted)")
        self.assert_ok(client.answer("CLOSE"))
        self.assertEqual(self.outcome(session, "CLOSE")["uids"], "4")
        client.command("SELECT Old")
        client.command("STORE 1 +FLAGS (\\Deleted)")
        self.assert_ok(client.answer("UID EXPUNGE 2"))
        self.assertEqual(self.outcome(session, "UID EXPUNGE")["uids"], "2")
        client.answer("LOGOUT")


class Draining(RecordCase):
    def test_the_order_to_stop_is_recorded_with_its_target(self):
        self.session("ann").answer("NOOP")
        os.kill(self.postern.child.pid, signal.SIGTERM)
        record = self.await_record(event="control.drain")
        asked = f", user ID {os.getuid()}, process {os.getpid()}"
        self.assertRegex(record["args"], rf"^gateway within \d s{asked}$")
