"""What real sessions left in the trail is found, told and counted."""

import csv
import io
import json
import os
import re
import subprocess
import threading
import unittest
from pathlib import Path

from parts.postern import program
from parts.processes import wait_until
from postern_support.stage import StageCase

BENCHMARK = Path(__file__).resolve().parents[1] / "Benchmarks" / "searches"


class ReadingCase(StageCase):
    """A trail that Ann and Bob have left: they read, file, and are refused."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.trail = Path(cls.postern.settings["audit"]["folder"])
        cls.index = cls.folder / "index"
        test = cls("session")
        ann, bob = test.session("ann"), test.session("bob")
        message = b"Subject: hello\r\n\r\nbody\r\n"
        for _ in range(3):
            test.assert_ok(ann.answer(b"APPEND INBOX {%d+}\r\n%s" % (len(message), message)))
        selected = b"".join(ann.command("SELECT INBOX")).decode()
        cls.uid = int(re.search(r"UIDNEXT (\d+)", selected)[1]) - 1
        test.assert_ok(ann.answer(f"UID FETCH {cls.uid} (BODY.PEEK[])"))
        test.assert_ok(ann.answer(f"UID FETCH 1:{cls.uid} (FLAGS)"))
        test.assert_refused(ann.answer("SELECT Secret/box"), "NONEXISTENT")
        test.assert_refused(ann.answer("DELETE Archive/2020"), "NOPERM")
        test.assert_ok(bob.answer("SELECT INBOX"))
        test.assert_ok(bob.answer("FETCH 1 (BODY.PEEK[HEADER])"))
        wire = test.wire()
        test.assertRegex(wire.login("ann", "wrong"), "^NO")
        for wire in (ann, bob):
            wire.answer("LOGOUT")
        cls.session_of_ann = test.await_record(event="auth.ok", user="ann")["session"]
        test.await_record(event="conn.close", user="ann")
        test.await_record(event="conn.close", user="bob")
        test.doCleanups()

    def audit(self, command, *arguments, status=0, index=True):
        """Runs `postern audit COMMAND` on the trail; returns what it printed."""
        place = ["--trail", self.trail] + (["--index", self.index] if index else [])
        words = [str(program()), "audit", command, *map(str, [*arguments, *place])]
        done = subprocess.run(words, capture_output=True, text=True)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout

    def search(self, *arguments):
        return [json.loads(line) for line in
                self.audit("search", "--format", "json", *arguments).splitlines()]

    def test_a_search_finds_commands_with_their_outcomes(self):
        [entry] = self.search("--user", "ann", "--mailbox", "INBOX", "--event", "mbox.select")
        self.assertEqual((entry["verdict"], entry["outcome"]["result"]), ("allow", "OK"))
        self.assertEqual(len(self.search("--user", "ann", "--event", "msg.append")), 3)
        self.assertEqual(
            {entry["user"] for entry in self.search("--event", "mbox.select")}, {"ann", "bob"})
        self.assertEqual(len(self.search("--session", self.session_of_ann, "--event", "auth.*")), 1)
        # But for this very search.
        [itself] = self.search("--since", "now")
        self.assertEqual(itself["event"], "audit.search")
        self.assertEqual(self.search("--user", "eve"), [])

    def test_refusals_are_found_by_their_rule_and_decision(self):
        [deletion] = self.search("--rule", "archive-is-read-only")
        self.assertEqual(deletion["verb"], "DELETE")
        denied = self.search("--decision", "deny", "--event", "mbox.*")
        self.assertEqual(
            {entry["mailbox"]["name"] for entry in denied}, {"Secret/box", "Archive/2020"})

    def test_everything_is_found_once(self):
        lines = sum((path.read_text().splitlines() for path in self.trail.glob("*.jsonl")), [])
        found = []
        for entry in self.search():
            found.append(entry["seq"])
            if "outcome" in entry:
                found.append(entry["outcome"]["seq"])
        # The recorder may have written another line meanwhile.
        self.assertLessEqual({json.loads(line)["seq"] for line in lines}, set(found))
        self.assertEqual(len(found), len(set(found)))

    def test_csv_has_a_row_for_each_entry(self):
        text = self.audit("search", "--format", "csv", "--user", "ann")
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        self.assertEqual(len(rows), len(self.search("--user", "ann")))
        fetch = next(row for row in rows if row["args"].endswith("(BODY.PEEK[])"))
        self.assertEqual((fetch["mailbox"], fetch["result"]), ("INBOX", "OK"))

    def test_text_is_one_line_an_entry(self):
        text = self.audit("search", "--rule", "archive-is-read-only")
        self.assertRegex(
            text, r'^\S+Z \d+ [0-9a-f]{16} ann@127\.0\.0\.1 mbox\.delete deny: '
            r'DELETE "Archive/2020" -> .*by archive-is-read-only\n$')

    def test_who_read_a_message(self):
        text = self.audit("who-read", "INBOX", self.uid, "--user", "ann")
        self.assertRegex(text.splitlines()[0], r" ann@127\.0\.0\.1 whole message UIDVALIDITY \d+: ")
        self.assertRegex(text.splitlines()[-1], r"^read 1 times by 1 users; \d+ other")
        every = self.audit("who-read", "INBOX", self.uid, "--user", "ann", "--all")
        self.assertIn("flags and the like", every)
        self.assertNotIn("by message number", text)
        # Bob fetched by a message's number, and no answer named its UID.
        self.assertIn("; 1 by message number", self.audit("who-read", "INBOX", 1, "--user", "bob"))
        nobody = self.audit("who-read", "INBOX", self.uid + 1000, "--user", "ann")
        self.assertIn("read 0 times", nobody)

    def test_a_session_is_told_from_its_beginning_to_its_end(self):
        text = self.audit("session", self.session_of_ann)
        heading, _, story = text.partition("\n\n")
        self.assertIn(f"session  {self.session_of_ann}", heading)
        self.assertIn("user     ann, by password", heading)
        self.assertRegex(heading, r"did      \d+ commands, 2 refused")
        self.assertIn('DELETE "Archive/2020" - REFUSED, lacks', story)
        self.assertIn("conn.open", story.splitlines()[0])
        self.assertIn("conn.close", story.splitlines()[-1])
        self.audit("session", "0123456789abcdef", status=1)

    def test_a_report_counts_what_happened(self):
        text = self.audit("report", "--format", "csv")
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        figures = {row["measure"]: int(row["value"]) for row in rows if row["about"] == "period"}
        self.assertEqual(figures["refusals"], 2)
        self.assertEqual(figures["messages filed"], 3)
        self.assertEqual(figures["failed logins"], 1)
        self.assertEqual(figures["logins"], 2)
        self.assertIn(
            ("archive-is-read-only", "refused", "1"),
            {(row["name"], row["measure"], row["value"]) for row in rows})
        page = self.audit("report", "--format", "html")
        self.assertIn("<svg", page)
        self.assertNotRegex(page, r"(?i)<script|https?:|src=|@import")

    def test_the_index_is_its_owners_alone_and_follows_the_trail(self):
        before = len(self.search("--user", "bob"))
        self.assertEqual(self.index.stat().st_mode & 0o777, 0o600)
        with self.session("bob") as wire:
            wire.answer("LOGOUT")
        wait_until(lambda: len(self.search("--user", "bob")) > before, 10, "what Bob did since")
        self.assertIn("entries", self.audit("index", "--anew"))

    def test_without_a_place_the_index_is_in_the_searchers_cache(self):
        cache = self.folder / "cache"
        environment = os.environ | {"XDG_CACHE_HOME": str(cache)}
        subprocess.run(
            [str(program()), "audit", "index", "--trail", str(self.trail)],
            check=True, capture_output=True, env=environment)
        [index] = (cache / "postern").iterdir()
        self.assertEqual((index.stat().st_mode & 0o777, cache.stat().st_mode & 0o777), (0o600, 0o700))
        self.assertFalse([path for path in self.trail.iterdir() if "index" in path.name])

    def test_tail_shows_the_end_and_follows(self):
        text = self.audit("tail", "-n", "100000", "--user", "ann", index=False)
        self.assertIn('DELETE "Archive/2020"', text)
        tail = subprocess.Popen(
            [str(program()), "audit", "tail", "-f", "-n", "0", "--trail", str(self.trail),
             "--event", "auth.ok", "--format", "json"], stdout=subprocess.PIPE, text=True)
        self.addCleanup(tail.wait)
        self.addCleanup(tail.kill)
        self.addCleanup(tail.stdout.close)
        # Sessions begin until one is seen: nothing tells when the tail has begun to look.
        seen = []
        reader = threading.Thread(target=lambda: seen.append(tail.stdout.readline()))
        reader.start()

        def logs_in():
            with self.session("bob") as wire:
                wire.answer("LOGOUT")
            return seen

        wait_until(logs_in, 20, "a record that was added")
        reader.join()
        self.assertEqual(json.loads(seen[0])["event"], "auth.ok")


class Benchmark(unittest.TestCase):
    def test_a_long_trail_is_searched_as_its_lines_are_read(self):
        done = subprocess.run(
            [str(BENCHMARK), "--records", "20000", "--check", "--binaries", str(program().parent)],
            capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
