"""No effect without its record: a recorder that is gone or cannot write closes the door."""

import os
import signal
import subprocess
import unittest
from pathlib import Path

from parts.processes import wait_until
from postern_support.stage import PASSWORDS, StageCase


class RecorderKilled(StageCase):
    def test_sessions_wait_for_it_and_go_on(self):
        client = self.session("ann")
        client.command("SELECT INBOX")
        first = self.postern.child_of("recorder")
        os.kill(first, signal.SIGKILL)
        client.send(b"a NOOP\r\n")
        self.assertTrue(client.until("a")[-1].startswith(b"a OK"))
        second = self.postern.child_of("recorder", other_than=[first])
        self.assertNotEqual(first, second)
        self.assert_ok(client.answer("STATUS INBOX (MESSAGES)"))
        wait_until(lambda: self.logs_in("bob"), 15, "new login")

    def logs_in(self, user):
        with self.wire() as wire:
            return wire.login(user, PASSWORDS[user]).startswith("OK")

    def test_nothing_is_relayed_and_nobody_new_gets_in_while_it_stands_still(self):
        client = self.session("ann")
        client.command("SELECT INBOX")
        recorder = self.postern.child_of("recorder")
        os.kill(recorder, signal.SIGSTOP)
        self.addCleanup(resume, recorder)
        client.send(b"a STORE 2 +FLAGS (\\Flagged)\r\n")
        client.socket.settimeout(1.5)
        with self.assertRaises(TimeoutError):
            client.line()
        real = self.behind("ann")
        real.command("EXAMINE INBOX")
        self.assertNotIn(b"\\Flagged", real.command("FETCH 2 FLAGS")[0])
        self.assert_refused(self.wire(timeout=40).login("bob", PASSWORDS["bob"]), "UNAVAILABLE")
        resume(recorder)
        client.socket.settimeout(30)
        self.assertTrue(client.until("a")[-1].startswith(b"a OK"))
        wait_until(lambda: self.logs_in("bob"), 15, "new login")

    def test_the_numbers_of_the_records_have_no_gap(self):
        self.session("ann").answer("LOGOUT")
        numbers = [record["seq"] for record in self.postern.records()]
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + len(numbers))))


class GoingOn(StageCase):
    """With on-failure: continue nobody waits, and the trail says afterwards what it missed."""

    @classmethod
    def configure(cls, settings):
        settings["audit"]["on-failure"] = "continue"

    def test_sessions_go_on_without_a_recorder_and_the_gap_is_recorded(self):
        client = self.session("ann")
        client.command("SELECT INBOX")
        recorder = self.postern.child_of("recorder")
        os.kill(recorder, signal.SIGSTOP)
        self.addCleanup(resume, recorder)
        # Within the recorder's patience the change waits; then it goes on.
        self.assert_ok(client.answer("STORE 2 +FLAGS (\\Flagged)"))
        self.assert_ok(client.answer("STORE 2 -FLAGS (\\Flagged)"))
        self.assertTrue(self.wire().login("bob", PASSWORDS["bob"]).startswith("OK"))
        self.assertNotIn("audit.gap", self.postern.trail())
        resume(recorder)

        def gaps():
            found = [record for record in self.postern.records() if record["event"] == "audit.gap"]
            # Two of STORE and one of a login; each reactor tells of its own.
            return found if sum(gap.get("late", 0) for gap in found) >= 3 else None

        for gap in wait_until(gaps, 15, "records of the gap"):
            # Nothing is lost in so short a time.
            self.assertNotIn("lost", gap)
            self.assertGreater(gap["duration_us"], 0)
        stores = [record for record in self.postern.records() if record.get("verb") == "STORE"]
        self.assertEqual([record["phase"] for record in stores].count("decision"), 2)


def resume(pid):
    try:
        os.kill(pid, signal.SIGCONT)
    except ProcessLookupError:
        pass


@unittest.skipUnless(os.getuid() == 0, "mounting a small tmpfs takes root")
class DiskFull(StageCase):
    @classmethod
    def configure(cls, settings):
        cls.small = Path(cls.folder / "small")
        cls.small.mkdir()
        options = "size=4m,mode=755"
        mount = ["mount", "-t", "tmpfs", "-o", options, "postern-test", str(cls.small)]
        done = subprocess.run(mount, capture_output=True, text=True)
        if done.returncode != 0:
            raise unittest.SkipTest(f"no tmpfs can be mounted here: {done.stderr.strip()}")
        cls.addClassCleanup(subprocess.run, ["umount", "-l", str(cls.small)], check=True)
        settings["audit"] |= {"folder": str(cls.small / "audit"), "disk-reserve": "64 KiB"}

    def test_the_end_is_written_from_the_reserve(self):
        filler = self.small / "filler"
        self.addCleanup(filler.unlink, missing_ok=True)
        with open(filler, "wb", buffering=0) as file:
            # The reserve is rounded up to a MiB.
            while os.statvfs(self.small).f_bavail * os.statvfs(self.small).f_frsize > 512 * 1024:
                file.write(b"x" * 65536)

        def is_refused():
            with self.wire(timeout=40) as wire:
                return "UNAVAILABLE" in wire.login("bob", PASSWORDS["bob"])

        # How much is free is asked once a second.
        wait_until(is_refused, 20, "refusal")
        self.postern.stop()
        self.assertTrue(filler.exists())
        events = [record["event"] for record in self.postern.records()]
        self.assertEqual(events[-2:], ["audit.stop", "audit.fail"])
        filler.unlink()
        self.postern.start()

    def test_a_full_disk_closes_the_door_until_there_is_room(self):
        client = self.session("ann")
        filler = self.small / "filler"
        with open(filler, "wb", buffering=0) as file:
            with self.assertRaises(OSError):
                while True:
                    file.write(b"x" * 4096)
        client.socket.settimeout(2)
        with self.assertRaises((TimeoutError, EOFError)):
            # Enough records to need a new page of the disk.
            for _ in range(200):
                client.answer("STATUS INBOX (MESSAGES)")
        self.assert_refused(self.wire(timeout=40).login("bob", PASSWORDS["bob"]), "UNAVAILABLE")
        filler.unlink()

        def logs_in():
            with self.wire() as wire:
                return wire.login("bob", PASSWORDS["bob"]).startswith("OK")

        wait_until(logs_in, 20, "login after room was made")
        self.assertTrue(self.postern.records())
