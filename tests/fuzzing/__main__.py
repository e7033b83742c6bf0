"""The long form: ``python -m tests.fuzzing`` (``make fuzz``). Prints counts and failures.

A case is made again by its seed alone: ``python -m tests.fuzzing json --cases 1 --seed 1234``.
"""

import argparse
import random
import secrets
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests.fuzzing.targets import TARGETS

LONG = {
    "json": 300_000,
    "toml": 200_000,
    "csv": 150_000,
    "catalogue": 2_000,
    "conditions": 198_000,
    "forms": 150_000,
    "pdf": 5_000,
}
"""A million cases of readers, conditions and forms, and five thousand of documents."""


def a_seed(given: str | None) -> int:
    """The seed that was given, or a fresh one."""
    return int(given) if given else secrets.randbits(32)


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
    parser.add_argument("--cases", type=int, help="of each target; by default those of LONG")
    parser.add_argument("--seed", help="of the first case; by default a fresh one")
    options = parser.parse_args()
    seed = a_seed(options.seed)
    print(f"--seed {seed}", flush=True)
    sound = True
    with tempfile.TemporaryDirectory() as folder:
        for name in options.targets or TARGETS:
            cases = LONG[name] if options.cases is None else options.cases
            began = time.monotonic()
            failed = run(name, cases, seed, Path(folder))
            took = f"{time.monotonic() - began:.0f} s"
            told = f"{len(failed)} failed {failed}, {took}"
            print(f"{name}: {cases} cases from seed {seed}, {told}", flush=True)
            sound &= not failed
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
