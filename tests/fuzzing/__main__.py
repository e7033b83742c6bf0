"""The long form: ``python -m tests.fuzzing json --cases 1000000``. Prints counts and failures."""

import argparse
import random
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests.fuzzing.targets import TARGETS


def run(name: str, cases: int, seed: int, folder: Path) -> list[int]:
    """Try cases of one target; the seeds of those that failed, at most ten."""
    failed: list[int] = []
    for number in range(seed, seed + cases):
        try:
            TARGETS[name](random.Random(number), folder)
        except Exception:
            failed.append(number)
            if len(failed) <= 3:
                traceback.print_exc()
            if len(failed) == 10:
                break
    return failed


def main() -> int:
    """Run the targets that were named, by default all of them."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing", description=__doc__)
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], default=[])
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    sound = True
    with tempfile.TemporaryDirectory() as folder:
        for name in options.targets or TARGETS:
            began = time.monotonic()
            failed = run(name, options.cases, options.seed, Path(folder))
            seconds = time.monotonic() - began
            print(f"{name}: {options.cases} cases, {len(failed)} failed {failed}, {seconds:.0f} s")
            sound &= not failed
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
