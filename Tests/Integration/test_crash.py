"""No acknowledged record is lost and nothing takes effect without one, whatever ends when."""

import shutil
import tempfile
import unittest

from postern_support.crash import Crash

# `Tests/Crash/run --rounds 200` does the same for longer.
ROUNDS = ("power", "recorder", "supervisor", "power at the stop", "gateway") * 2


class Crashes(unittest.TestCase):
    def test_ten_crashes_lose_nothing(self):
        folder = tempfile.mkdtemp(prefix="postern-test.")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        crash = Crash(folder, seed=6)
        self.addCleanup(crash.close)
        for victim in ROUNDS:
            crash.run_round(victim)
        self.assertGreater(crash.checked, 500)
