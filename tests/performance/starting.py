"""Starting: the server until its first page, the help of the command, the first document."""

import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.performance.measuring import Pair, Sample, Settings
from tests.performance.processes import COMMAND, ours, running, taken, until_first_page
from tests.performance.sites import opened
from tests.performance.table import Row, times

SERVE_GOAL = 0.6
HELP_GOAL = 0.25
FIRST_GOAL = 0.6
"""Seconds."""

_PRINT_HELP = "import argparse; argparse.ArgumentParser().print_help()"


def start(settings: Settings) -> Iterator[Row]:
    """The server until its first page, and the help, each beside the least that it can take."""
    with TemporaryDirectory() as folder:
        instance = Path(folder) / "instance"
        hello = ["-m", "tests.performance.bare_server", str(Path(folder) / "x"), "--hello"]
        # Once for each, so that all is compiled and in the memory of the disk.
        until_first_page(ours(instance), settings.clock)
        until_first_page(hello, settings.clock)
        mine: list[float] = []
        bare: list[float] = []
        for _ in range(settings.turns):
            mine.append(until_first_page(ours(instance), settings.clock))
            bare.append(until_first_page(hello, settings.clock))
        pair = Pair(Sample(tuple(mine)), Sample(tuple(bare)))
    yield Row(
        what="evaltool serve until the first page",
        measured=pair.ours.text("s", 1, 2),
        ceiling=f"Flask and waitress, one line: {pair.ceiling.text('s', 1, 2)}",
        ratio=times(pair.ratio),
        goal=f"{SERVE_GOAL:g} s",
        met=pair.ours.median <= SERVE_GOAL,
    )
    mine, bare = [], []
    for _ in range(settings.turns):
        mine.append(taken([*COMMAND, "--help"], settings.clock))
        bare.append(taken(["-c", _PRINT_HELP], settings.clock))
    pair = Pair(Sample(tuple(mine)), Sample(tuple(bare)))
    yield Row(
        what="evaltool --help",
        measured=pair.ours.text("s", 1, 2),
        ceiling=f"Python and argparse: {pair.ceiling.text('s', 1, 2)}",
        ratio=times(pair.ratio),
        goal=f"{HELP_GOAL:g} s",
        met=pair.ours.median <= HELP_GOAL,
    )


def first_report(settings: Settings) -> Iterator[Row]:
    """The first full report after a start, asked for as soon as the first page is there."""
    with TemporaryDirectory() as folder:
        with opened(Path(folder)) as site:
            address = f"/evaluations/{site.finished.id}/report.pdf"
        found: list[float] = []
        for _ in range(settings.turns):
            with running(ours(Path(folder) / "instance")) as server:
                server.get("/")
                begun, used = time.perf_counter(), server.spent()
                server.get(address)
                wall, spent = time.perf_counter() - begun, server.spent() - used
                found.append(spent if settings.clock == "cpu" else wall)
    sample = Sample(tuple(found))
    yield Row(
        what="the first full report PDF after a start",
        measured=sample.text("s", 1, 2),
        goal=f"{FIRST_GOAL:g} s",
        met=sample.median <= FIRST_GOAL,
    )
