"""Golden reports: what realistic municipalities get to read, sentence by sentence.

They were read by eye and are kept as they were found good. Where a text, a rule or a figure
changes on purpose, ``make golden`` writes them anew: read the difference before it is committed.
"""

import json
from pathlib import Path

import pytest

from evaltool.catalogue import Catalogue
from evaltool.domain.output import report_json
from evaltool.domain.report import Report
from evaltool.domain.reporting import build
from tests.golden import FOLDER, NAMES, document_of


def report_of(catalogue: Catalogue, name: str) -> Report:
    return build(catalogue.library("nl"), document_of(catalogue, name))


def golden(report: Report) -> str:
    """The report as JSON, with the sentences that the fixed form leaves out."""
    held = dict(report_json(report))
    held["headlines"] = list(report.headlines)
    held["legal"] = [report.legal.title, report.legal.sentence]
    held["in_short"] = [finding.id for finding in report.top]
    held["sentences"] = {
        view.id: [
            sentence
            for compared in view.comparisons
            for sentence in (compared.chart.title, *compared.sentences)
        ]
        for chapter in report.chapters
        for view in chapter.questions
        if view.comparisons
    }
    return json.dumps(held, ensure_ascii=False, indent=1) + "\n"


def path_of(name: str) -> Path:
    return FOLDER / f"{name}.report.json"


def test_there_are_enough_of_them() -> None:
    assert len(NAMES) >= 10


@pytest.mark.parametrize("name", NAMES)
def test_the_report_is_as_it_was_found_good(
    catalogue: Catalogue, name: str, request: pytest.FixtureRequest
) -> None:
    made = golden(report_of(catalogue, name))
    if request.config.getoption("--write-golden"):
        path_of(name).write_text(made, encoding="utf-8")
    assert made == path_of(name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_nobody_leaves_without_advice(catalogue: Catalogue, name: str) -> None:
    report = report_of(catalogue, name)
    assert report.top, "a first page without a finding"
    assert report.track is not None or name == "much-unknown"
    for finding in report.findings:
        assert finding.because
        assert finding.steps
        assert finding.who
        assert finding.effort
        assert finding.track
        assert finding.source


@pytest.mark.parametrize(
    ("name", "track", "levels"),
    [
        ("city-anchored", "monitor", (4, 4, 4, 3)),
        ("centre-growing", "optimise", (3, 1, 2, 3)),
        ("rural-zone-quiet", "reactivate", (1, 2, 1, 2)),
        ("residential-no-plans", "start", (1, 1, 1, 1)),
        ("residential-starting", "start", (1, 1, 1, 1)),
        ("unknown-livcr", "start", (None, None, None, None)),
        ("much-unknown", None, (None, None, None, None)),
        ("asleep", "reactivate", (1, 1, 1, 2)),
    ],
)
def test_track_and_levels_are_what_a_coach_would_say(
    catalogue: Catalogue, name: str, track: str | None, levels: tuple[int | None, ...]
) -> None:
    report = report_of(catalogue, name)
    assert (None if report.track is None else report.track.track) == track
    assert tuple(level.number for level in report.levels) == levels
