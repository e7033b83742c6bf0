"""A report for every municipality of Flanders, by the command, in one process."""

import contextlib
import io
import json
import statistics
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from evaltool.catalogue import loaded
from evaltool.cli import main
from evaltool.domain.reporting import build
from evaltool.pdf import feedback_report
from tests.golden import FOLDER, document_of
from tests.performance.measuring import Sample, Settings, timed
from tests.performance.sites import GOLDEN
from tests.performance.table import Row

EACH_GOAL = 1.2

_ONE_IN = 3
"""After how many reports the document alone is made once more."""


def every(settings: Settings) -> Iterator[Row]:
    """``evaltool report`` for each of them, beside the bare making of the same document."""
    catalogue = loaded()
    t = catalogue.in_language("nl")
    made = build(catalogue.library("nl"), document_of(catalogue, GOLDEN))
    codes = list(catalogue.register.municipalities)[: settings.number(10_000, 21)]
    answers = json.loads((FOLDER / f"{GOLDEN}.answers.json").read_text(encoding="utf-8"))
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
            own: list[float] = []
            document: list[float] = []
            for number, code in enumerate(codes[turn :: settings.turns]):
                given.write_text(json.dumps({**answers, "municipality": code}), encoding="utf-8")
                own += timed(report, 1, settings)
                if number % _ONE_IN == 0:
                    document += timed(lambda: feedback_report(made, t), 1, settings)
            total += sum(own)
            ratios.append(statistics.median(own) / statistics.median(document))
    sample = Sample(tuple(ratios))
    yield Row(
        what=f"evaltool report for {len(codes)} municipalities in one process",
        measured=f"{total:.0f} s, {1000 * total / len(codes):.0f} ms each",
        ceiling="the PDF alone",
        ratio=sample.text("x", 1, 2),
        goal=f"{EACH_GOAL:g} x",
        met=sample.median <= EACH_GOAL,
    )
