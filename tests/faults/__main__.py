"""The long form: ``python -m tests.faults`` (``make soak``). Prints counts; fails on any loss."""

import argparse
import sqlite3
import sys
import tempfile
from pathlib import Path

from evaltool.domain.audit import verify
from tests.faults.load import Outcome, load
from tests.faults.serving import Installation, installed


def soundness(installation: Installation) -> list[str]:
    """What is wrong with the database or the audit chain."""
    database = installation.folder / "instance" / "evaltool.sqlite"
    with sqlite3.connect(database) as connection:
        told = [row[0] for row in connection.execute("PRAGMA integrity_check")]
    verdict = verify(installation.held.store.audit.entries())
    broken = [] if verdict.broken_at is None else [f"audit chain broken at {verdict.broken_at}"]
    return [line for line in told if line != "ok"] + broken


def report(title: str, outcome: Outcome, installation: Installation) -> bool:
    """Print what came of it; whether nothing was lost and everything is sound."""
    wrong = outcome.lost + soundness(installation)
    entries = verify(installation.held.store.audit.entries()).sound
    print(f"{title}: {outcome.kills} kills, {entries} entries in the audit chain")
    for kind, number in sorted(outcome.counts.items()):
        print(f"  {kind}: {number}")
    print(f"  median {outcome.median * 1000:.0f} ms, slowest {outcome.slowest * 1000:.0f} ms")
    for line in wrong:
        print(f"  WRONG: {line}")
    return not wrong


def main() -> int:
    """Load without faults, then with kills."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--kills", type=int, default=100)
    options = parser.parse_args()
    sound = True
    with tempfile.TemporaryDirectory() as folder, installed(Path(folder)) as installation:
        outcome = load(installation, users=options.users, seconds=options.seconds)
        sound &= report("load", outcome, installation)
        errors = {k: n for k, n in outcome.counts.items() if k not in ("read", "saved")}
        if errors:
            print(f"  WRONG: {errors}")
            sound = False
    if options.kills:
        with tempfile.TemporaryDirectory() as folder, installed(Path(folder)) as installation:
            outcome = load(
                installation,
                users=min(options.users, 8),
                seconds=options.kills * 1.5,
                kills=options.kills,
                pause=0.05,
            )
            sound &= report("kill -9", outcome, installation)
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
