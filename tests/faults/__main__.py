"""The long form: ``python -m tests.faults`` (``make soak``). Prints counts; fails on any loss."""

import argparse
import sys
import tempfile
from pathlib import Path

from evaltool.domain.audit import verify
from tests.faults.load import Outcome, load
from tests.faults.serving import Installation, installed

_MOST_TOLD = 20


def report(title: str, outcome: Outcome, installation: Installation, saves: int) -> bool:
    """Print what came of it; whether nothing was lost and everything is sound."""
    wrong = outcome.wrong(saves=saves)
    entries = verify(installation.held.store.audit.entries()).sound
    print(f"{title}: {outcome.kills} kills, {entries} entries in the audit chain")
    for kind, number in sorted(outcome.counts.items()):
        print(f"  {kind}: {number}")
    told = ", ".join(f"{kind} {number}" for kind, number in sorted(outcome.kinds.items()))
    print(f"  acknowledged: {told}")
    print(f"  median {outcome.median * 1000:.0f} ms, slowest {outcome.slowest * 1000:.0f} ms")
    for line in wrong[:_MOST_TOLD]:
        print(f"  WRONG: {line}")
    print(f"  wrong: {len(wrong)}", flush=True)
    return not wrong


def main() -> int:
    """Load without faults, then with kills."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--kills", type=int, default=100)
    options = parser.parse_args()
    sound = True
    if options.seconds:
        with tempfile.TemporaryDirectory() as folder, installed(Path(folder)) as installation:
            outcome = load(installation, users=options.users, seconds=options.seconds)
            saves = round(options.users * options.seconds / 20)
            sound &= report("load", outcome, installation, saves)
    if options.kills:
        with tempfile.TemporaryDirectory() as folder, installed(Path(folder)) as installation:
            outcome = load(
                installation,
                users=min(options.users, 8),
                seconds=options.kills * 1.5,
                kills=options.kills,
                pause=0.05,
            )
            sound &= report("kill -9", outcome, installation, options.kills * 5)
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
