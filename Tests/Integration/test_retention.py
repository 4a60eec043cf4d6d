"""Orders to the recorder: holds, who may give them, and what stands in the trail of them."""

import os
import subprocess
import unittest
from pathlib import Path

from parts.postern import program, program_for_all
from postern_support.stage import StageCase


def audit(*arguments, executable=None, **options):
    """Runs `postern audit`; returns its status and what it printed."""
    command = [str(executable or program()), "audit", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, **options)
    return done.returncode, done.stdout + done.stderr


class Orders(StageCase):
    backend = "canary"

    @property
    def trail(self):
        return Path(self.postern.settings["audit"]["folder"])

    def test_a_hold_is_recorded_kept_listed_and_released(self):
        status, text = audit(
            "hold", "add", "case-7", "--trail", self.trail, "--user", "ann", "--mailbox",
            "Archive/**", "--since", "2026-03-01", "--because", "letter of the court")
        self.assertEqual(status, 0, text)
        record = self.await_record(event="audit.hold", hold="case-7")
        self.assertEqual(
            (record["args"], record["because"]),
            ("user ann, mailbox Archive/**, since 2026-03-01T00:00:00.000000Z",
             "letter of the court"))
        status, text = audit("hold", "list", "--trail", self.trail)
        self.assertEqual(status, 0, text)
        self.assertIn("case-7: user ann, mailbox Archive/**, since 2026-03-01T", text)
        status, text = audit("hold", "add", "case-7", "--trail", self.trail, "--because", "x")
        self.assertEqual(status, 1, text)
        self.assertIn("there is a hold called case-7 already", text)
        status, text = audit(
            "hold", "release", "case-7", "--trail", self.trail, "--because", "closed")
        self.assertEqual(status, 0, text)
        self.await_record(event="audit.release", hold="case-7", because="closed")
        self.assertEqual(audit("hold", "list", "--trail", self.trail), (0, ""))

    @unittest.skipUnless(os.getuid() == 0, "becoming another user takes root")
    def test_nobody_but_root_and_the_recorder_s_user_may_order(self):
        os.chmod(self.trail, 0o711)
        self.addCleanup(os.chmod, self.trail, 0o700)
        door = self.trail / "access"
        os.chmod(door, 0o666)
        words = ["hold", "add", "mine", "--trail", self.trail, "--because", "x"]
        executable = program_for_all(self.folder)
        status, text = audit(*words, executable=executable, user="nobody", cwd="/")
        self.assertEqual(status, 1, text)
        self.assertIn("only root and the recorder's own user", text)
        self.assertEqual([r for r in self.postern.records() if r.get("hold") == "mine"], [])
        owner = self.trail.stat().st_uid
        self.assertEqual(audit(*words, executable=executable, user=owner, cwd="/")[0], 0)
        self.await_record(event="audit.hold", hold="mine", uid=owner)

    def test_without_a_recorder_nothing_is_done(self):
        folder = self.folder / "copy"
        folder.mkdir()
        status, text = audit("hold", "add", "x", "--trail", folder, "--because", "y")
        self.assertEqual(status, 1)
        self.assertIn("no recorder is at work there", text)
        self.assertEqual(list(folder.iterdir()), [])

    def test_a_second_recorder_leaves_the_first_one_s_door_alone(self):
        door = (self.trail / "access").stat().st_ino
        command = [str(program()), "recorder", "--folder", str(self.trail)]
        done = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("another recorder is at work here", done.stderr)
        self.assertEqual((self.trail / "access").stat().st_ino, door)
        status, text = audit("tail", "-n", "1", "--trail", self.trail)
        self.assertEqual(status, 0, text)
        self.assertNotIn("no recorder is at work", text)
