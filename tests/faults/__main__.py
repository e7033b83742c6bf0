"""The long form: ``python -m tests.faults`` (``make soak``). Prints counts; fails on any loss."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.faults.load import Outcome, load, within
from tests.faults.serving import Installation, installed

_MOST_TOLD = 20
_SHARES = {"median": 0.5, "p95": 0.95, "p99": 0.99, "slowest": 1.0}
# A third of what a machine of half the speed of an ordinary one does: fewer show too little.
_SAVES_A_SECOND, _MOST_A_SECOND, _SAVES_A_KILL = 1 / 6, 10.0, 15


def report(title: str, outcome: Outcome, installation: Installation, wrong: list[str]) -> bool:
    """Print what came of it; whether nothing was lost and everything is sound."""
    number, digest = installation.head()
    expected = ("--instance", str(installation.database.parent), "--expect", f"{number}:{digest}")
    log = installation.command("audit", "verify", *expected)
    if log.returncode:
        wrong = [*wrong, f"evaltool audit verify: {log.stderr}"]
    print(f"{title}: {outcome.kills} kills, {number} entries in the audit chain")
    for kind, times in sorted(outcome.counts.items()):
        print(f"  {kind}: {times}")
    if outcome.kills:
        cutting = sum(found > 0 for found in outcome.struck)
        print(f"  {cutting} kills cut off {sum(outcome.struck)} requests that were being answered")
    told = ", ".join(f"{kind} {number}" for kind, number in sorted(outcome.kinds.items()))
    print(f"  acknowledged: {told}; {outcome.saves / outcome.elapsed:.0f} saves a second")
    _times("answers", outcome.times)
    _times("documents", outcome.documents)
    for line in wrong[:_MOST_TOLD]:
        print(f"  WRONG: {line}")
    print(f"  wrong: {len(wrong)}", flush=True)
    return not wrong


def _times(title: str, times: list[float]) -> None:
    shown = (f"{name} {1000 * within(times, share):.0f} ms" for name, share in _SHARES.items())
    print(f"  {len(times)} {title}: {', '.join(shown)}")


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
            each = min(options.users * _SAVES_A_SECOND, _MOST_A_SECOND)
            wrong = outcome.wrong(saves=round(options.seconds * each))
            sound &= report("load", outcome, installation, wrong)
    if options.kills:
        with tempfile.TemporaryDirectory() as folder, installed(Path(folder)) as installation:
            outcome = load(
                installation,
                users=min(options.users, 8),
                seconds=options.kills * 1.5,
                kills=options.kills,
                pause=0.05,
            )
            wrong = outcome.wrong(
                saves=options.kills * _SAVES_A_KILL, struck=(options.kills + 1) // 2
            )
            sound &= report("kill -9", outcome, installation, wrong)
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
