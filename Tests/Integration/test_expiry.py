"""Segments whose records have outlived their retention go, and the trail verifies as before."""

import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from parts.postern import program
from parts.processes import wait_until
from postern_support.feed import FedRecorder
from postern_support.records import check_trail
from postern_support.stage import StageCase
from postern_support.tlog import Checkpoint, Key, Note, TiledLog, entries_of, follow, notes_of

OLD = "2020-03-01T09:30:00.000000Z"
# The recorder's own records are as young as the test.
RETENTION = {"identity": "1 year", "denied": "2 years", "writing": "90 days", "reading": "30 days",
             "operation": "1 s"}


def audit(*arguments):
    """Runs `postern audit`; returns its status and what it printed."""
    command = [str(program()), "audit", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


class ExpiryCase(StageCase):
    """Trails of the recorder alone, in segments of a MiB, and a configuration that names them."""

    backend = "canary"

    def setUp(self):
        # Short: the recorder's socket lies in it.
        self.place = Path(tempfile.mkdtemp(dir=self.folder))
        self.trail = self.place / "trail"
        self.config = self.place / "postern.yaml"
        self.configure_retention(RETENTION)

    def configure_retention(self, retention):
        trail = {"folder": str(self.trail), "retention": retention}
        self.config.write_text(json.dumps(self.postern.settings | {"audit": trail}))

    def start(self):
        recorder = FedRecorder(self.trail, "--segment-megabytes", 1)
        self.addCleanup(self.end, recorder)
        return recorder

    def end(self, recorder):
        recorder.socket.close()
        if recorder.process.poll() is None:
            recorder.process.wait(30)

    def grow(self, recorder, segments, **fields):
        """Seals so many segments of old records, and begins the next one."""
        wanted = len(self.segments()) + segments + (0 if self.segments() else 1)
        fields = {"time": f'"{OLD}"', "args": '"' + "x" * 4000 + '"'} | fields
        while len(self.segments()) < wanted:
            recorder.fill(64, **fields)

    def segments(self):
        return sorted(path.name for path in self.trail.glob("trail-*.jsonl"))

    def expire(self, *options):
        status, text = audit("expire", "--config", self.config, *options)
        self.assertEqual(status, 0, text)
        return text

    def await_expiry(self, word="would go", segments=1, options=("--dry-run",)):
        """Waits until segments are due: the recorder's own records in them must age first."""

        went = []

        def due():
            text = self.expire(*options)
            if not options:
                # Not all need be due at once.
                went.append(text)
                text = "".join(went)
            return text if text.count(f"jsonl {word}: ") >= segments else None

        return wait_until(due, 20, f"{segments} segments that {word}")

    def verify(self):
        return audit("verify", self.trail, "--key", self.trail / "first.pub")

    def assert_verified(self):
        status, text = self.verify()
        self.assertEqual(status, 0, text)
        return text

    def assert_found(self, *findings):
        status, text = self.verify()
        self.assertEqual(status, 1, text)
        for finding in findings:
            self.assertRegex(text, finding)


class Expiring(ExpiryCase):
    def test_what_is_old_goes_its_hashes_stay_and_all_of_it_verifies(self):
        recorder = self.start()
        self.grow(recorder, 4)
        before = self.segments()
        self.await_expiry(segments=4)
        self.assertEqual(self.segments(), before)
        text = self.await_expiry("went", 4, options=())
        self.assertEqual(self.segments(), before[-1:])
        self.assertIn("operation older than 1 s", text)
        self.assertIn("writing older than 90 days", text)
        text = self.assert_verified()
        self.assertRegex(text, r"expired  \d+ records in 4 segments, by records \d+, \d+, \d+")
        for name in before:
            self.assertTrue((self.trail / name.replace(".jsonl", ".checkpoints")).exists())
        check_trail(self.trail)
        self.assert_others_verify()
        # Again, with the records of the first ones in what goes, and over a new start.
        recorder.stop()
        self.assert_verified()
        recorder = self.start()
        self.grow(recorder, 3)
        self.await_expiry("went", 3, options=())
        self.assertEqual(len(self.segments()), 1)
        self.assertIn("in 7 segments", self.assert_verified())
        self.assert_others_verify()
        self.assert_still_proves()
        recorder.stop()

    def assert_others_verify(self):
        """By the Python verifier, which shares nothing with Postern's."""
        keys = follow(
            Key((self.trail / "first.pub").read_text()), notes_of(self.trail / "handovers"))
        latest = Note((self.trail / "checkpoint").read_text())
        self.assertTrue(any(latest.signed_by(key) for key in keys))
        entries = entries_of(self.trail)
        self.assertIn(None, entries)
        TiledLog(self.trail).verify(Checkpoint(latest.text), entries)

    def assert_still_proves(self):
        key = self.trail / "first.pub"
        record = int(self.segments()[0][6:26]) + 3
        words = ["--trail", self.trail, "--key", key, "--output"]
        status, text = audit("prove", record, *words, self.place)
        self.assertEqual(status, 0, text)
        proof = self.place / f"record-{record}"
        status, text = audit(
            "verify-proof", f"{proof}.tlog-proof", f"{proof}.json", "--key", key)
        self.assertEqual(status, 0, text)
        status, text = audit("prove", 5, *words, self.place)
        self.assertNotEqual(status, 0)
        self.assertRegex(text, r"record 5 is not in the trail's folder: it expired, as record \d+")
        old = self.place / "old"
        note = (self.trail / "trail-00000000000000000001.checkpoints").read_text()
        text, lines = note.split("\n\n")[:2]
        old.write_text(f"{text}\n\n{lines}\n")
        status, text = audit("prove-growth", old, *words, self.place / "growth")
        self.assertEqual(status, 0, text)
        status, text = audit("verify-proof", self.place / "growth", "--key", key)
        self.assertEqual(status, 0, text)

    def test_one_young_class_keeps_a_segment_and_absent_is_for_ever(self):
        recorder = self.start()
        self.grow(recorder, 1)
        self.grow(recorder, 1, event='"msg.fetch"', verb='"FETCH"', time='"2025-03-01T09:30:00Z"')
        recorder.fill(1, event='"auth.ok"', verdict='"allow"')
        self.grow(recorder, 1)
        text = self.await_expiry(segments=2)
        name = self.segments()[2]
        self.assertRegex(text, rf"{name} stays: record \d+ \(identity, 20.*\) is kept until 20")
        retention = dict(RETENTION)
        del retention["writing"]
        self.configure_retention(retention)
        text = self.expire("--dry-run")
        self.assertRegex(text, r"0001.jsonl stays: record \d+ \(writing, 2020.*\) is kept for ever")
        self.configure_retention(None)
        self.assertIn("nothing expires", self.expire())
        self.assertEqual(len(self.segments()), 4)
        recorder.stop()

    def test_a_hold_keeps_and_its_release_lets_go(self):
        recorder = self.start()
        self.grow(recorder, 2)
        self.grow(recorder, 1, user='"eve"', mailbox='{"raw":"41","name":"Archive/2020"}')
        self.await_expiry(segments=3)
        held = self.segments()[2]
        words = ("--trail", self.trail, "--because", "a test")
        for name, criteria in (("user", ("--user", "ev*")), ("box", ("--mailbox", "Archive/**")),
                               ("time", ("--user", "eve", "--until", "2020-04-01"))):
            self.assertEqual(audit("hold", "add", name, *words, *criteria)[0], 0)
            self.await_expiry(segments=2)
            self.assertRegex(
                self.expire("--dry-run"), rf"{held} stays: record \d+ \(.*\) is held by {name}")
            self.assertEqual(audit("hold", "release", name, *words)[0], 0)
        # Before these records: not held. And names that only a key opens: held.
        words_before = ("--user", "eve", "--until", "2020-02-01")
        self.assertEqual(audit("hold", "add", "early", *words, *words_before)[0], 0)
        self.await_expiry(segments=3)
        self.assertEqual(audit("hold", "add", "all", *words)[0], 0)
        text = self.expire()
        self.assertEqual(text.count("is held by all"), 3, text)
        self.assertEqual(audit("hold", "release", "all", *words)[0], 0)
        self.await_expiry("went", 3, options=())
        self.assert_verified()
        recorder.stop()

    def test_names_that_only_a_key_opens_are_held(self):
        recorder = self.start()
        self.grow(recorder, 1, user_enc='"c2VjcmV0"', user=None)
        self.assertEqual(audit("hold", "add", "ann", "--trail", self.trail, "--user", "ann",
                               "--because", "a test")[0], 0)
        self.assertIn("is held by ann", wait_until(
            lambda: (text := self.expire("--dry-run")) and "is kept until" not in text and text,
            20, "the recorder's own records aged"))
        recorder.stop()

    def test_without_a_recorder_nothing_goes(self):
        recorder = self.start()
        self.grow(recorder, 1)
        recorder.stop()
        self.await_expiry()
        status, text = audit("expire", "--config", self.config)
        self.assertEqual(status, 1)
        self.assertIn("no recorder is at work there", text)
        self.assertEqual(len(self.segments()), 2)


class Reading(ExpiryCase):
    """What reads a trail gets along with what is no longer there."""

    def test_the_index_forgets_what_has_expired(self):
        recorder = self.start()
        self.grow(recorder, 1)
        self.grow(recorder, 1, user='"mallory"')
        self.grow(recorder, 1)
        index = self.place / "index"
        words = ("--trail", self.trail, "--index", index)
        status, text = audit("search", *words, "--user", "mallory", "--format", "json")
        self.assertEqual(status, 0, text)
        self.assertGreater(len(text.splitlines()), 100)
        self.assertIn(b"mallory", index.read_bytes())
        self.await_expiry("went", 3, options=())
        status, text = audit("search", *words, "--user", "mallory")
        self.assertEqual((status, text), (0, ""))
        # The search itself stands in the trail, and names him.
        self.assertNotIn(b"mallory", index.read_bytes())
        status, text = audit("search", *words, "--event", "audit.expire")
        self.assertEqual((status, len(text.splitlines())), (0, 3))
        for command in (("report", *words), ("tail", "-n", "2000", "--trail", self.trail),
                        ("index", *words)):
            self.assertEqual(audit(*command)[0], 0)
        recorder.stop()

    def test_the_shipper_passes_over_what_expired_before_it_was_sent(self):
        recorder = self.start()
        self.grow(recorder, 2)
        self.await_expiry("went", 2, options=())
        recorder.stop()
        state = self.place / "state"
        state.mkdir()
        target = self.place / "shipped"
        words = ("ship", self.trail, "--to", f"file:{target}", "--format", "json", "--state", state)
        status, text = audit(*words, "--once")
        self.assertEqual(status, 0, text)
        self.assertIn("expired before they were sent", text)
        sent = [json.loads(line)["seq"] for line in target.read_text().splitlines()]
        self.assertEqual(sent[0], int(self.segments()[0][6:26]))
        self.assertEqual(sent, list(range(sent[0], sent[-1] + 1)))
        # Missing without a record is another matter.
        (self.trail / "expired").unlink()
        shutil.rmtree(state)
        state.mkdir()
        status, text = audit(*words, "--once")
        self.assertNotEqual(status, 0)
        self.assertIn("record 1 is not there, though it was signed", text)


class Tampering(ExpiryCase):
    """Whoever removes or changes what expired, or says that more did, is found."""

    # A trail of which three segments have expired, and what it was before.
    made = None

    def setUp(self):
        super().setUp()
        self.kept, self.names = self.place / "kept", []
        if not Tampering.made:
            Tampering.made = self.make()
        else:
            shutil.copytree(Tampering.made / "trail", self.trail)
            shutil.copytree(Tampering.made / "kept", self.kept)
        self.names = sorted(path.name for path in self.kept.glob("trail-*.jsonl"))

    def make(self):
        recorder = self.start()
        self.grow(recorder, 3)
        shutil.copytree(self.trail, self.kept, ignore=shutil.ignore_patterns("access"))
        self.await_expiry("went", 3, options=())
        recorder.stop()
        made = Path(tempfile.mkdtemp(dir=self.folder))
        shutil.copytree(self.trail, made / "trail")
        shutil.copytree(self.kept, made / "kept")
        return made

    def number(self, name):
        return int(name[6:26])

    def test_an_expired_segment_put_back_altered(self):
        shutil.copy(self.kept / self.names[0], self.trail)
        text = self.assert_verified()
        self.assertIn(f"{self.names[0]}: was to go by record", text)
        file = self.trail / self.names[0]
        file.write_text(file.read_text().replace('"user":"ann"', '"user":"eve"', 1))
        self.assert_found(rf"{self.names[0]}:\d+: record \d+: is not the record that was signed")

    def test_a_segment_removed_without_a_record(self):
        shutil.copy(self.kept / self.names[1], self.trail)
        expired = (self.trail / "expired").read_text().splitlines(keepends=True)
        (self.trail / "expired").write_text("".join(
            line for line in expired if self.names[2] not in line))
        first = self.number(self.names[2])
        self.assert_found(rf"missing before this segment: records {first} to")

    def test_a_record_of_more_than_expired(self):
        expired = (self.trail / "expired").read_text().splitlines(keepends=True)
        # The first segment's, which need not have gone first.
        index = next(i for i, line in enumerate(expired) if self.names[0] in line)
        line = expired[index]
        record = json.loads(line)
        more = self.number(self.names[2]) - 1
        forged = line.replace(f'"last":{record["last"]}', f'"last":{more}')
        self.assertNotEqual(line, forged)
        expired[index] = forged
        (self.trail / "expired").write_text("".join(expired))
        self.assert_found(
            rf"expired: record {record['seq']}: says that .* expired, and is not the record",
            rf"{self.names[0]}: record 1: missing, with all of records 1 to {more}")

    def test_flipped_hashes_of_an_expired_segment(self):
        tile = self.trail / "tile/0/000"
        data = bytearray(tile.read_bytes())
        data[33 * 5] ^= 1
        tile.write_bytes(data)
        self.assert_found(rf"{self.names[0]}: records \d+ to \d+ and their tiles are not what")

    def test_checkpoints_of_an_expired_segment_removed(self):
        name = self.names[0].replace(".jsonl", ".checkpoints")
        (self.trail / name).unlink()
        self.assert_found(rf"{name}: the file is missing")


class Crashing(ExpiryCase):
    def test_a_recorder_that_is_killed_while_segments_go_leaves_a_trail_that_verifies(self):
        seed = int(os.environ.get("POSTERN_SEED", "7"))
        chance = random.Random(seed)
        recorder = self.start()
        self.grow(recorder, 4)
        self.await_expiry(segments=4)
        rounds = 0
        while len(self.segments()) > 2:
            rounds += 1
            command = [str(program()), "audit", "expire", "--config", str(self.config)]
            expiring = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            try:
                expiring.wait(chance.uniform(0.05, 2.0))
            except subprocess.TimeoutExpired:
                pass
            recorder.process.send_signal(signal.SIGKILL)
            recorder.process.wait(30)
            expiring.communicate(timeout=30)
            recorder.socket.close()
            recorder = self.start()
            recorder.fill(3, time=f'"{OLD}"')
            status, text = self.verify()
            self.assertEqual(status, 0, f"seed {seed}, round {rounds}: {text}")
            # What is due goes in the end, whatever was interrupted.
            self.assertLess(rounds, 200)
        wait_until(lambda: self.expire() and len(self.segments()) == 1, 20, "last segment alone")
        recorder.stop()
        self.assert_verified()
