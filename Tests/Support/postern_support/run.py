"""Runs the integration tests and closes with their count on a line of its own."""

import argparse
import sys
import time
import unittest
from pathlib import Path

TESTS = Path(__file__).resolve().parents[2] / "Integration"


class Result(unittest.TextTestResult):
    """Counts what passed, and says how long each test took when it was long."""

    LONG_SECONDS = 5

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.passed = 0
        # Tests with a failed part: a subtest's failure must not leave its test counted as passed.
        self.spoiled = set()

    def startTest(self, test):
        self.began = time.monotonic()
        super().startTest(test)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.spoiled.add(test.id())

    def addError(self, test, error):
        super().addError(test, error)
        self.spoiled.add(test.id())

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error:
            self.spoiled.add(test.id())

    def stopTest(self, test):
        super().stopTest(test)
        seconds = time.monotonic() - self.began
        if seconds > self.LONG_SECONDS:
            self.stream.writeln(f"    ({seconds:.1f} s)")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-k", action="append", metavar="PATTERN", help="only tests that match")
    parser.add_argument("-f", action="store_true", help="stop at the first failure")
    options = parser.parse_args()
    loader = unittest.TestLoader()
    if options.k:
        loader.testNamePatterns = [k if "*" in k else f"*{k}*" for k in options.k]
    suite = loader.discover(str(TESTS))
    runner = unittest.TextTestRunner(
        verbosity=2, failfast=options.f, resultclass=Result, stream=sys.stdout)
    result = runner.run(suite)
    failed = len(result.spoiled) + len(result.unexpectedSuccesses)
    skipped = f", {len(result.skipped)} skipped" if result.skipped else ""
    print(f"{result.passed} passed, {failed} failed{skipped}", flush=True)
    return 0 if result.passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
