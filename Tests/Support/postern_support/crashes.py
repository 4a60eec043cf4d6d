"""Many rounds of crash.py in a row: `Tests/Crash/run`."""

import argparse
import random
import shutil
import sys
import tempfile
import time

from .crash import Crash


def main():
    parser = argparse.ArgumentParser(prog="Tests/Crash/run", description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--privacy", action="store_true", help="with fields encrypted")
    parser.add_argument("--expiry", action="store_true", help="while old segments are removed")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    folder = tempfile.mkdtemp(prefix="postern-crash.")
    crash = Crash(folder, options.seed, veiled=options.privacy, expiring=options.expiry)
    began = time.monotonic()
    try:
        while crash.round < options.rounds:
            crash.run_round()
            if crash.round % 10 == 0 or crash.round == options.rounds:
                ends = ", ".join(f"{count} {name}" for name, count in sorted(crash.counts.items()))
                print(
                    f"{crash.round} rounds, {time.monotonic() - began:.0f} s: {ends}; "
                    f"{crash.repairs} unfinished tails, {crash.expired} segments expired, "
                    f"{crash.checked} records held", flush=True)
    except AssertionError as error:
        print(f"FAILED, kept in {folder}:\n{error}", flush=True)
        crash.close()
        return 1
    crash.close()
    shutil.rmtree(folder)
    print("nothing acknowledged is missing, no effect is without its record, each trail verifies")
    return 0


if __name__ == "__main__":
    sys.exit(main())
