"""A report for every municipality of Flanders, by the command, in one process."""

import contextlib
import io
import json
import statistics
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from evaltool.catalogue import loaded
from evaltool.cli import main
from evaltool.domain.reporting import build
from evaltool.pdf import feedback_report
from tests.golden import FOLDER, NAMES, document_of
from tests.performance.measuring import Sample, Settings, Work, timed
from tests.performance.table import Row

EACH_GOAL = 1.2

_ONE_IN = 3
"""After how many reports the document alone is made once more."""


def every(settings: Settings) -> Iterator[Row]:
    """``evaltool report`` for each of them, beside the bare making of the same document.

    With the answers of the golden municipalities in turn.
    """
    catalogue = loaded()
    t = catalogue.in_language("nl")
    library = catalogue.library("nl")
    made = [build(library, document_of(catalogue, name)) for name in NAMES]
    codes = list(catalogue.register.municipalities)[: settings.number(10_000, 21)]
    answers = [
        json.loads((FOLDER / f"{name}.answers.json").read_text(encoding="utf-8")) for name in NAMES
    ]
    total = 0.0
    ratios: list[float] = []
    with TemporaryDirectory() as folder:
        given, written = Path(folder) / "answers.json", Path(folder) / "report.pdf"

        def report() -> None:
            with contextlib.redirect_stdout(io.StringIO()):
                status = main(["report", str(given), "--pdf", str(written)])
            if status != 0:
                raise RuntimeError(f"evaltool report ended with {status}")

        for turn in range(settings.turns):
            pairs: list[float] = []
            for number, code in enumerate(codes[turn :: settings.turns]):
                which = number % len(NAMES)
                held = {**answers[which], "municipality": code}
                given.write_text(json.dumps(held), encoding="utf-8")
                works: list[Work] = [report]
                if number % _ONE_IN == 0:
                    works.append(partial(feedback_report, made[which], t))
                # Whichever comes second finds more of it in memory.
                order = works if number % 2 else works[::-1]
                taken = {work: timed(work, 1, settings)[0] for work in order}
                total += taken[report]
                pairs += [taken[report] / taken[work] for work in works[1:]]
            ratios.append(statistics.median(pairs))
    sample = Sample(tuple(ratios))
    yield Row(
        what=f"evaltool report for {len(codes)} municipalities in one process",
        measured=f"{total:.0f} s, {1000 * total / len(codes):.0f} ms each",
        ceiling="the PDF alone",
        ratio=sample.text("x", 1, 2),
        goal=f"{EACH_GOAL:g} x",
        met=sample.median <= EACH_GOAL,
    )
