"""No acknowledged record is lost and nothing takes effect without one, whatever ends when."""

import shutil
import tempfile
import unittest

from postern_support.crash import Crash

# `Tests/Crash/run --rounds 200` does the same for longer.
ROUNDS = ("power", "recorder", "supervisor", "power at the stop", "gateway") * 2


class Crashes(unittest.TestCase):
    def crash(self, **options):
        folder = tempfile.mkdtemp(prefix="postern-test.")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        crash = Crash(folder, seed=6, **options)
        self.addCleanup(crash.close)
        return crash

    def test_ten_crashes_lose_nothing(self):
        crash = self.crash()
        for victim in ROUNDS:
            crash.run_round(victim)
        self.assertGreater(crash.checked, 500)

    def test_five_crashes_lose_no_key_that_a_line_stands_under(self):
        crash = self.crash(veiled=True)
        for victim in ROUNDS[:5]:
            crash.run_round(victim)
        self.assertGreater(crash.checked, 200)

    def test_crashes_while_old_segments_go_lose_none_that_is_not_named(self):
        crash = self.crash(expiring=True)
        for victim in ROUNDS[:5]:
            crash.run_round(victim)
        crash.expire()
        self.assertGreater(crash.expired, 0)

    def test_a_disk_that_says_synced_and_is_not_would_be_found(self):
        crash = self.crash(lies=True)
        with self.assertRaisesRegex(AssertionError, r"seed 6, round \d, power: "):
            for _ in range(5):
                crash.run_round("power")
