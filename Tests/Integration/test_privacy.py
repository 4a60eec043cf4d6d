"""Fields of people are encrypted, and one of them is forgotten without a proof that breaks."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from unittest import mock

from parts import dovecot
from parts.postern import RECORDER_USER, program, program_for_all
from parts.processes import wait_until
from postern_support import privacy, stage

# Long enough not to stand in Base64 by chance.
HELEN, BRUNO = "helena.forgotten", "bruno.remembered"
PASSWORDS = {HELEN: "one secret", BRUNO: "another secret"}
MAILBOX = "Sommerurlaub"


class PrivacyCase(stage.StageCase):
    """A trail that two users have left under a veil."""

    policy = "policy: 1\nrules:\n  - { id: no-secrets, who: everyone, mailboxes: [Secret], limit: deny }\n"
    rules = {}

    @classmethod
    def setUpClass(cls):
        for known in (dovecot.PASSWORDS, stage.PASSWORDS):
            patch = mock.patch.dict(known, PASSWORDS)
            patch.start()
            cls.addClassCleanup(patch.stop)
        super().setUpClass()
        cls.trail = Path(cls.postern.settings["audit"]["folder"])
        cls.first = cls.folder / "first.pub"
        shutil.copy(cls.trail / "first.pub", cls.first)

    @classmethod
    def configure(cls, settings):
        settings["audit"]["privacy"] = cls.rules

    def work(self, user):
        """Logs in, files a message, reads it, is refused once, fails to log in once."""
        wire = self.session(user)
        for command in (f"CREATE {MAILBOX}", f"SELECT {MAILBOX}"):
            wire.answer(command)
        message = b"Message-ID: <tell-tale@example.org>\r\n\r\nbody\r\n"
        self.assert_ok(wire.answer(b"APPEND %s {%d+}\r\n%s" % (MAILBOX.encode(), len(message), message)))
        self.assert_ok(wire.answer("NOOP"))
        self.assert_ok(wire.answer("UID FETCH 1:* (ENVELOPE BODY.PEEK[])"))
        self.assert_refused(wire.answer("SELECT Secret"), "NONEXISTENT")
        wire.answer("LOGOUT")
        other = self.wire()
        self.assertRegex(other.login(user, "wrong"), "^NO")
        other.close()

    def audit(self, command, *arguments, status=0):
        words = [str(program()), "audit", command, *map(str, arguments)]
        done = subprocess.run(words, capture_output=True, text=True)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def found(self, *arguments):
        lines = self.audit("search", "--trail", self.trail, "--format", "json", *arguments)
        return [json.loads(line) for line in lines.splitlines() if line.startswith("{")]

    def verify(self):
        self.assertIn("verified", self.audit("verify", self.trail, "--key", self.first))

    def texts(self):
        """Every file that the trail and its index consist of, keys aside."""
        for path in sorted(self.folder.glob("index*")) + sorted(self.trail.rglob("*")):
            if path.is_file() and "keys" not in path.parts:
                yield path, path.read_bytes()

    def assert_nowhere(self, *words):
        for path, data in self.texts():
            for word in words:
                # Not assertNotIn, which would show all of the file.
                self.assertFalse(word.encode() in data, f"{word} in {path}")
                self.assertFalse(word.encode().hex().encode() in data, f"{word} in hex in {path}")


class Forgetting(PrivacyCase):
    rules = {"people": "encrypt", "addresses": "encrypt", "mailboxes": "encrypt",
             "messages": "encrypt", "words": "encrypt"}

    def test_one_is_forgotten_and_the_other_is_not(self):
        index = ["--index", self.folder / "index"]
        self.work(HELEN)
        self.work(BRUNO)
        self.found(*index)
        self.verify()
        self.assert_nowhere(HELEN, BRUNO, MAILBOX, "tell-tale", '"client":')
        # Whoever has the keys reads everything, and so does an implementation that isn't ours.
        logins = self.found("--reveal", "--event", "auth.ok")
        self.assertEqual([each["user"] for each in logins], [HELEN, BRUNO])
        [reading] = self.found("--reveal", "--user", HELEN, "--event", "msg.fetch")
        self.assertEqual(reading["mailbox"]["name"], MAILBOX)
        self.assertEqual(reading["outcome"]["message_ids"], ["<tell-tale@example.org>"])
        self.assertEqual(reading["outcome"]["user"], HELEN)
        known = privacy.keys(self.trail / "keys")
        ours = {each["seq"]: each for each in self.found("--reveal", "--event", "msg.append")}
        for record in self.postern.records():
            if record["seq"] in ours:
                clear = privacy.reveal(record, known)
                self.assertEqual({name: ours[record["seq"]].get(name) for name in clear}, clear)
        [append] = [each for each in ours.values() if each["user"] == BRUNO]
        self.assertRegex(append["outcome"]["filed"][0]["sha256"], "^[0-9a-f]{64}$")
        # Tried names of users are under their keys.
        self.assertEqual(len(self.found("--reveal", "--user", HELEN, "--event", "auth.fail")), 1)
        self.assertEqual(self.found(*index, "--user", HELEN), [])
        told = self.audit("session", logins[0]["session"], "--trail", self.trail, "--reveal")
        self.assertIn(f"user     {HELEN}, by password", told)
        self.assertIn(f'UID FETCH "{MAILBOX}"', told)
        self.assertIn(HELEN, self.audit("who-read", MAILBOX, 1, "--trail", self.trail, "--reveal"))
        self.assertIn(BRUNO, self.audit("report", "--trail", self.trail, "--reveal"))
        tail = ["tail", "-n", "1000", "--trail", self.trail, "--event", "auth.ok"]
        self.assertIn(f" {HELEN}@127.0.0.1 auth.ok", self.audit(*tail, "--reveal"))
        self.assertNotIn(HELEN, self.audit(*tail))

        said = self.audit("forget", HELEN, "--trail", self.trail, "--because", "her wish")
        self.assertIn("forgotten", said)
        self.verify()
        self.assert_replayed()
        [entry] = self.found("--reveal", "--event", "audit.forget")
        self.assertRegex(entry["args"], r"^1 key: \d{4}-\d\d/[0-9a-f]{16}$")
        self.assertEqual((entry["because"], entry.get("uid", 0)), ("her wish", os.getuid()))
        left = privacy.keys(self.trail / "keys")
        self.assertEqual(set(known) - set(left), {entry["args"][-16:]})
        for path in (self.trail / "keys").rglob("*"):
            self.assertTrue(path.is_dir() or HELEN not in path.read_text(), path)
        self.found(*index)
        self.assert_nowhere(HELEN)
        users = {each.get("user") for each in self.found("--reveal", "--event", "auth.ok")}
        self.assertEqual(users, {privacy.FORGOTTEN, BRUNO})
        self.assertEqual(self.found("--reveal", "--user", HELEN), [])
        [reading] = self.found("--reveal", "--user", BRUNO, "--event", "msg.fetch")
        self.assertEqual(reading["mailbox"]["name"], MAILBOX)
        with self.assertRaisesRegex(AssertionError, "no key of this user"):
            self.audit("forget", HELEN, "--trail", self.trail, "--because", "again")

        # Who comes again has a new key, and a restart finds it.
        self.work(HELEN)
        recorder = self.postern.child_of("recorder")
        os.kill(recorder, 9)
        self.postern.child_of("recorder", other_than=[recorder])
        self.work(HELEN)
        later = [each["key"] for each in self.postern.records() if each["event"] == "auth.ok"][2:]
        self.assertEqual((len(later), len(set(later))), (2, 1))
        self.assertNotIn(later[0], known)
        self.assertEqual(len(self.found("--reveal", "--user", HELEN, "--event", "auth.ok")), 2)
        self.audit("hold", "add", "case-7", "--user", "helena.*", "--trail", self.trail,
                   "--because", "letter of the court")
        with self.assertRaisesRegex(AssertionError, "case-7 is a legal hold"):
            self.audit("forget", HELEN, "--trail", self.trail, "--because", "again")
        self.verify()

    def assert_replayed(self):
        """A policy judges what can be revealed, and counts what can't."""
        stricter = self.folder / "stricter.yaml"
        stricter.write_text(self.policy.replace("[Secret]", f"[{MAILBOX}]"))

        def replay(*arguments):
            done = subprocess.run(
                [str(program()), "policy", "replay", str(self.trail), "--policy", str(stricter),
                 "--format", "json", *arguments], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            return json.loads(done.stdout)

        hidden, revealed = replay(), replay("--reveal")
        self.assertEqual((hidden["commands"], hidden["byUser"]), (0, {}))
        self.assertGreater(hidden["unread"], 10)
        self.assertEqual(set(revealed["byUser"]), {BRUNO})
        self.assertLess(revealed["unread"], hidden["unread"])

    def test_nobody_but_the_recorders_user_reads_keys_or_forgets(self):
        if os.getuid() != 0:
            self.skipTest("needs another user")
        keys = self.trail / "keys"
        self.assertEqual(keys.stat().st_mode & 0o777, 0o700)
        self.assertEqual(keys.owner(), RECORDER_USER)
        os.chmod(self.trail, 0o755)
        self.addCleanup(os.chmod, self.trail, 0o700)
        os.chmod(self.trail / "access", 0o666)

        def as_nobody(*arguments):
            return subprocess.run(
                [str(program_for_all(self.folder)), "audit", *map(str, arguments)],
                capture_output=True, text=True,
                user="nobody", group="nogroup", extra_groups=[], env={"HOME": "/nonexistent"})

        done = as_nobody("search", "--trail", self.trail, "--reveal")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("keys", done.stderr)
        done = as_nobody("forget", BRUNO, "--trail", self.trail, "--because", "x")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("only root and the recorder's own user", done.stderr)

    def test_the_start_says_what_is_treated_how(self):
        start = next(each for each in self.postern.records() if each["event"] == "audit.start")
        self.assertRegex(start["args"], r" privacy people=encrypt .*words=encrypt period=month$")


class Pseudonyms(PrivacyCase):
    rules = {"people": "hmac", "addresses": "hmac", "mailboxes": "hmac", "messages": "drop",
             "words": "drop", "period": "day"}

    def test_equal_names_look_equal_and_nothing_is_in_the_clear(self):
        index = ["--index", self.folder / "index"]
        self.work(HELEN)
        self.work(BRUNO)
        self.found(*index)
        self.assert_nowhere(HELEN, BRUNO, MAILBOX, "tell-tale", '"client":')
        told = self.audit("pseudonym", HELEN, "--trail", self.trail, "--class", "people")
        name = re.search("hmac:[0-9a-f]{32}", told)[0]
        self.assertEqual(len(self.found(*index, "--user", name, "--event", "auth.ok")), 1)
        self.assertEqual(len(self.found(*index, "--user", name, "--event", "auth.fail")), 1)
        told = self.audit("pseudonym", MAILBOX, "--trail", self.trail)
        mailbox = re.search("mailboxes +(hmac:[0-9a-f]{32})", told)[1]
        self.assertEqual(
            len(self.found(*index, "--mailbox", mailbox, "--user", name, "--event", "msg.fetch")), 1)
        self.assertIn(name, self.audit("report", "--trail", self.trail, *index))
        self.assertFalse([each for each in self.postern.records() if "key" in each])
        wait_until(lambda: self.found(*index, "--event", "conn.close"), 10, "end of a session")
        self.verify()
