"""The trail holds against tampering, and others can read its tiles, checkpoints and keys."""

import shutil
import socket
import subprocess
from pathlib import Path

from parts.postern import program
from postern_support.stage import StageCase
from postern_support.tlog import Checkpoint, Key, Note, TiledLog, follow, notes_of


def audit(*arguments):
    """Runs `postern audit`; returns its status and what it printed."""
    command = [str(program()), "audit", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


class TrailCase(StageCase):
    """A trail of some hundred records that real sessions left, stopped and started once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for _ in range(2):
            cls.work(150)
            cls.postern.stop()
            cls.postern.start()
        cls.work(10)
        cls.postern.stop()
        cls.trail = Path(cls.postern.settings["audit"]["folder"])
        cls.key = cls.folder / "first.pub"
        shutil.copy(cls.trail / "first.pub", cls.key)

    @classmethod
    def work(cls, commands):
        test = cls("session")
        client = test.session("ann")
        for _ in range(commands):
            client.answer("STATUS INBOX (MESSAGES)")
        client.answer("LOGOUT")
        test.doCleanups()

    def copied(self):
        """A copy of the trail to do harm to."""
        folder = self.folder / f"copy-{self.id().rpartition('.')[2]}"
        shutil.copytree(self.trail, folder, ignore=shutil.ignore_patterns("access"))
        self.addCleanup(shutil.rmtree, folder)
        return folder

    def put_back(self, folder, handover=0):
        """Makes a copy what it once was, when keys changed for the first time, or a later one.

        Returns how many records it then had.
        """
        size = Checkpoint(notes_of(folder / "handovers")[handover].text).size
        lines = (folder / self.segment).read_bytes().splitlines(keepends=True)
        (folder / self.segment).write_bytes(b"".join(lines[:size]))
        raw = (folder / "handovers").read_text().split("\n\n")
        (folder / "handovers").write_text("\n\n".join(raw[:2 * handover + 2]) + "\n\n")
        name = folder / self.segment.replace(".jsonl", ".checkpoints")
        raw = name.read_text().split("\n\n")
        pairs = [f"{text}\n\n{lines}\n" for text, lines in zip(raw[::2], raw[1::2])]
        old = [pair for pair in pairs if Checkpoint(Note(pair).text).size <= size]
        name.write_text("".join(pair + "\n" for pair in old))
        (folder / "checkpoint").write_text(old[-1])
        shutil.rmtree(folder / "tile/0/001.p", ignore_errors=True)
        return size

    @property
    def segment(self):
        [name] = [path.name for path in self.trail.iterdir() if path.suffix == ".jsonl"]
        return name


class Interoperability(TrailCase):
    def test_tiles_checkpoints_and_keys_are_what_the_specifications_say(self):
        keys = follow(Key(self.key.read_text()), notes_of(self.trail / "handovers"))
        # One for each start but the first.
        self.assertGreaterEqual(len(keys), 3)
        latest = Note((self.trail / "checkpoint").read_text())
        self.assertTrue(latest.signed_by(keys[-1]) or latest.signed_by(keys[-2]))
        entries = (self.trail / self.segment).read_bytes().splitlines(keepends=True)
        head = Checkpoint(latest.text)
        self.assertEqual(head.size, len(entries))
        self.assertGreater(head.size, 600)
        log = TiledLog(self.trail)
        log.verify(head, entries)
        notes = notes_of(self.trail / self.segment.replace(".jsonl", ".checkpoints"))
        for note in notes:
            self.assertTrue(any(note.signed_by(key) for key in keys))
            log.verify(Checkpoint(note.text), entries)

    def test_the_keys_are_the_recorders_alone(self):
        self.assertEqual((self.trail / "signing-key").stat().st_mode & 0o777, 0o600)
        self.assertFalse((self.trail / "signing-key.next").exists())
        status, text = audit("key", self.trail)
        self.assertEqual((status, text), (0, self.key.read_text()))

    def test_one_record_is_proved_without_the_others(self):
        output = self.folder / "proofs"
        output.mkdir(exist_ok=True)
        status, text = audit(
            "prove", 300, "--trail", self.trail, "--key", self.key, "--output", output)
        self.assertEqual(status, 0, text)
        proof, record = output / "record-300.tlog-proof", output / "record-300.json"
        self.assertIn('{"seq":300,', record.read_text())
        status, text = audit("verify-proof", proof, record, "--key", self.key)
        self.assertEqual(status, 0, text)
        record.write_text(record.read_text().replace("STATUS", "SELECT").replace("stat", "sel"))
        status, text = audit("verify-proof", proof, record, "--key", self.key)
        self.assertEqual(status, 1)
        self.assertIn("not the one that was signed", text)

    def test_growth_between_two_checkpoints_is_proved(self):
        old = self.folder / "old"
        note = (self.trail / self.segment.replace(".jsonl", ".checkpoints")).read_text()
        text, lines = note.split("\n\n")[:2]
        old.write_text(f"{text}\n\n{lines}\n")
        proof = self.folder / "growth"
        status, text = audit(
            "prove-growth", old, "--trail", self.trail, "--key", self.key, "--output", proof)
        self.assertEqual(status, 0, text)
        status, text = audit("verify-proof", proof, "--key", self.key)
        self.assertEqual(status, 0, text)
        self.assertIn("stand unchanged among", text)


def altered(line):
    """Another record of the same length."""
    return line.replace(b'"ann"', b'"bob"').replace(b"STATUS", b"SELECT")


class Tampering(TrailCase):
    def verify(self, folder, *options):
        return audit("verify", folder, "--key", self.key, *options)

    def assert_found(self, folder, pattern, *options):
        status, text = self.verify(folder, *options)
        self.assertEqual(status, 1, text)
        self.assertRegex(text.splitlines()[0], pattern)

    def lines(self, folder):
        return (folder / self.segment).read_bytes().splitlines(keepends=True)

    def put(self, folder, lines):
        (folder / self.segment).write_bytes(b"".join(lines))

    def test_the_trail_as_it_is_verifies(self):
        status, text = self.verify(self.trail)
        self.assertEqual(status, 0, text)
        self.assertEqual(text.splitlines()[-1], "verified")

    def test_a_changed_byte(self):
        folder = self.copied()
        lines = self.lines(folder)
        lines[99] = altered(lines[99])
        self.put(folder, lines)
        self.assert_found(folder, r":100: record 100: is not the record that was signed")

    def test_a_time_that_would_steer_the_terminal(self):
        folder = self.copied()
        lines = self.lines(folder)
        start = lines[0].index(b'"time":"') + len(b'"time":"')
        lines[0] = lines[0][:start] + b"\x1b[2J".ljust(27, b"\x1b") + lines[0][start + 27:]
        self.put(folder, lines)
        status, text = self.verify(folder)
        self.assertEqual(status, 1, text)
        self.assertIn(r"\u{1B}[2J", text)
        self.assertNotIn("\x1b", text)

    def test_a_deleted_line(self):
        folder = self.copied()
        lines = self.lines(folder)
        del lines[41]
        self.put(folder, lines)
        self.assert_found(folder, r":42: record 42: missing")

    def test_a_deleted_line_with_the_numbers_closed_up(self):
        folder = self.copied()
        lines = self.lines(folder)
        del lines[41]
        for place in range(41, len(lines)):
            old, new = b'{"seq":%d,' % (place + 2), b'{"seq":%d,' % (place + 1)
            lines[place] = lines[place].replace(old, new)
        self.put(folder, lines)
        self.assert_found(folder, r":42: record 42: is not the record that was signed")

    def test_an_inserted_line(self):
        folder = self.copied()
        lines = self.lines(folder)
        lines.insert(200, lines[198])
        self.put(folder, lines)
        self.assert_found(folder, r":201: record 199: stands where record 201 belongs")

    def test_exchanged_lines(self):
        folder = self.copied()
        lines = self.lines(folder)
        lines[9], lines[10] = lines[10], lines[9]
        self.put(folder, lines)
        self.assert_found(folder, r":10: record 10: missing")

    def test_a_tail_cut_off(self):
        folder = self.copied()
        lines = self.lines(folder)
        self.put(folder, lines[:-30])
        self.assert_found(
            folder, rf"record {len(lines) - 29}: missing: {len(lines)} records were signed")

    def test_a_line_cut_short(self):
        folder = self.copied()
        lines = self.lines(folder)
        lines[-1] = lines[-1][:-10]
        self.put(folder, lines)
        self.assert_found(folder, rf"record {len(lines)}: missing")

    def test_a_segment_gone(self):
        folder = self.copied()
        (folder / self.segment).unlink()
        self.assert_found(folder, r"record 1: missing")

    def test_a_changed_tile(self):
        folder = self.copied()
        tile = folder / "tile/0/001"
        data = bytearray(tile.read_bytes())
        data[40] ^= 1
        tile.write_bytes(data)
        self.assert_found(folder, r"tile/0/001: record 258: the tile doesn't hold")

    def test_a_tile_gone(self):
        folder = self.copied()
        (folder / "tile/0/000").unlink()
        self.assert_found(folder, r"tile/0/000: the tile is missing")

    def test_a_changed_record_with_its_tile_changed_too(self):
        folder = self.copied()
        lines = self.lines(folder)
        lines[99] = altered(lines[99])
        self.put(folder, lines)
        tile = folder / "tile/0/000"
        tile.write_bytes(b"x" * len(tile.read_bytes()))
        # Record 1, the start, has a checkpoint of its own.
        self.assert_found(folder, r":2: record 2: was altered or put in")

    def test_a_changed_checkpoint(self):
        folder = self.copied()
        latest = folder / "checkpoint"
        origin, size, *rest = latest.read_text().split("\n")
        latest.write_text("\n".join([origin, str(int(size) - 1), *rest]))
        self.assert_found(folder, r"checkpoint: .*signed by no key of this trail")

    def test_an_older_checkpoint_in_place_of_the_last(self):
        folder = self.copied()
        name = self.segment.replace(".jsonl", ".checkpoints")
        text, lines = (folder / name).read_text().split("\n\n")[:2]
        (folder / "checkpoint").write_text(f"{text}\n\n{lines}\n")
        self.assert_found(folder, r"checkpoint: an older one, at record \d+, stands")

    def test_the_checkpoints_of_a_segment_gone(self):
        folder = self.copied()
        name = self.segment.replace(".jsonl", ".checkpoints")
        (folder / name).unlink()
        self.assert_found(folder, rf"{name}: the file is missing")

    def test_handovers_gone(self):
        folder = self.copied()
        (folder / "handovers").write_text("")
        self.assert_found(folder, r"signed by no key of this trail")

    def test_a_trail_of_another_key(self):
        other = self.folder / "other.pub"
        lines = notes_of(self.trail / "handovers")
        other.write_text(Checkpoint(lines[0].text).extensions[0].split()[1] + "\n")
        status, text = audit("verify", self.trail, "--key", other)
        self.assertEqual(status, 1)
        self.assertIn("handover 1 is not signed by the key of its epoch", text)

    def test_a_whole_trail_put_back(self):
        """Everything as it once was: only a checkpoint from elsewhere tells."""
        folder = self.copied()
        kept = self.folder / "kept"
        shutil.copy(folder / "checkpoint", kept)
        self.put_back(folder, len(notes_of(folder / "handovers")) - 1)
        status, text = self.verify(folder)
        self.assertEqual(status, 0, text)
        self.assert_found(folder, r"records were signed in .*/kept, \d+ are", "--checkpoint", kept)
        # Further back the key that signed the checkpoint was not known yet.
        self.put_back(folder)
        status, text = self.verify(folder)
        self.assertEqual(status, 0, text)
        self.assert_found(
            folder, r"/kept: the checkpoint at record \d+ is signed by no key of this trail: it was "
            "set back, or the checkpoint is another's", "--checkpoint", kept)


class Witness(TrailCase):
    """A witness on another host sees checkpoint, handovers and tiles, and never a record."""

    def setUp(self):
        self.state = self.folder / f"witness-{self.id().rpartition('.')[2]}"
        self.state.mkdir()
        self.copy = self.folder / f"shown-{self.id().rpartition('.')[2]}"
        self.copy.mkdir()
        self.show(self.trail)

    def show(self, folder):
        """What a copying tool would bring to the witness."""
        for name in ("checkpoint", "handovers"):
            shutil.copy(folder / name, self.copy)
        shutil.copytree(folder / "tile", self.copy / "tile", dirs_exist_ok=True)

    def witness(self):
        return audit(
            "witness", self.copy, "--key", self.key, "--state", self.state,
            "--name", "example.org/witness")

    def verify(self, folder):
        return audit(
            "verify", folder, "--key", self.key, "--witness", self.state / "witness.pub",
            "--checkpoint", self.state / "cosigned")

    def test_it_cosigns_as_the_specification_says(self):
        status, text = self.witness()
        self.assertEqual(status, 0, text)
        key = Key((self.state / "witness.pub").read_text())
        self.assertEqual((key.name, key.kind), ("example.org/witness", 0x04))
        self.assertIn((self.state / "witness.pub").read_text().strip(), text)
        self.assertEqual((self.state / "witness-key").stat().st_mode & 0o777, 0o600)
        note = Note((self.state / "cosigned").read_text())
        self.assertTrue(note.signed_by(key))
        self.assertEqual(note.text, Note((self.trail / "checkpoint").read_text()).text)
        status, text = self.witness()
        self.assertEqual((status, text.count("new witness")), (0, 0), text)
        status, text = self.verify(self.trail)
        self.assertEqual(status, 0, text)
        self.assertIn("witness  example.org/witness at 20", text)

    def test_a_whole_trail_put_back_is_found_and_named(self):
        self.assertEqual(self.witness()[0], 0)
        folder = self.copied()
        size = self.put_back(folder)
        status, text = self.verify(folder)
        self.assertEqual(status, 1, text)
        self.assertRegex(
            text.splitlines()[0],
            rf"record {size + 1}: missing: \d+ records were signed in .*/cosigned "
            r"\(seen by example.org/witness at 20.*Z\), \d+ are there"
            "|with a key that this trail doesn't lead to: the trail was set back")

    def test_it_cosigns_no_trail_that_was_put_back(self):
        self.assertEqual(self.witness()[0], 0)
        cosigned = (self.state / "cosigned").read_text()
        folder = self.copied()
        size = self.put_back(folder)
        self.show(folder)
        status, text = self.witness()
        self.assertEqual(status, 1, text)
        self.assertRegex(text, rf"NOT cosigned: \d+ records were cosigned, and .* shows {size};")
        self.assertEqual((self.state / "cosigned").read_text(), cosigned)
        self.assertEqual(
            (self.state / "refused").read_text(), (folder / "checkpoint").read_text())

    def test_it_follows_a_trail_that_grows(self):
        folder = self.copied()
        size = self.put_back(folder)
        self.show(folder)
        status, text = self.witness()
        self.assertEqual(status, 0, text)
        self.assertIn(f"cosigned: {size} records", text)
        self.show(self.trail)
        status, text = self.witness()
        self.assertEqual(status, 0, text)
        # The tiles that a growth is proved with say what the old checkpoint said, or it isn't one.
        for name in ("witness-key", "witness.pub", "cosigned"):
            (self.state / name).unlink()
        self.show(folder)
        self.assertEqual(self.witness()[0], 0)
        self.show(self.trail)
        for tile in (self.copy / "tile").rglob("*"):
            if tile.is_file():
                tile.write_bytes(bytes(byte ^ 1 for byte in tile.read_bytes()))
        status, text = self.witness()
        self.assertEqual(status, 1, text)
        self.assertIn("are not the first of the", text)

    def test_it_waits_for_tiles_that_were_not_copied_yet(self):
        folder = self.copied()
        self.put_back(folder)
        self.show(folder)
        self.assertEqual(self.witness()[0], 0)
        self.show(self.trail)
        shutil.rmtree(self.copy / "tile")
        status, text = self.witness()
        self.assertEqual(status, 2, text)
        self.assertIn("tiles that would prove the growth are not there", text)

    def test_a_checkpoint_that_the_witness_has_not_signed_is_not_its_word(self):
        self.assertEqual(self.witness()[0], 0)
        shutil.copy(self.trail / "checkpoint", self.state / "cosigned")
        status, text = self.verify(self.trail)
        self.assertNotIn(status, (0, 1))
        self.assertIn("example.org/witness has cosigned no file", text)


class Syslog(StageCase):
    @classmethod
    def configure(cls, settings):
        cls.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        cls.addClassCleanup(cls.socket.close)
        path = cls.folder / "syslog"
        cls.socket.bind(str(path))
        cls.socket.settimeout(30)
        settings["audit"]["syslog"] = str(path)

    def test_checkpoints_reach_the_machines_log_and_a_verification_takes_them_from_there(self):
        message = self.socket.recv(4096).decode()
        self.assertRegex(
            message, r"^<85>\w{3} [ \d]\d [\d:]{8} postern\[\d+\]: checkpoint \S+ \d+ \S+ \S+$")
        trail = Path(self.postern.settings["audit"]["folder"])
        log = self.folder / "auth.log"
        log.write_text(f"Mar  1 09:30:00 gate sshd[1]: hello\n{message}\n")
        verify = ("verify", trail, "--key", trail / "first.pub", "--checkpoint", log)
        status, text = audit(*verify)
        self.assertEqual(status, 0, text)
        words = message.split(" ")
        words[-3] = str(int(words[-3]) + 1)
        log.write_text(" ".join(words) + "\n")
        status, text = audit(*verify)
        self.assertEqual(status, 1, text)
        self.assertIn("auth.log", text.splitlines()[0])


class Refusal(TrailCase):
    def test_the_recorder_does_not_go_on_over_an_altered_trail(self):
        lines = (self.trail / self.segment).read_bytes().splitlines(keepends=True)
        lines[99] = altered(lines[99])
        (self.trail / self.segment).write_bytes(b"".join(lines))
        with self.assertRaises(RuntimeError) as refused:
            self.postern.start()
        self.assertIn("are not what was signed; verify the trail", str(refused.exception))

