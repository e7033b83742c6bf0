"""The benchmark measures what it says: the same pages, the same words, a store as it would be."""

import io
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pdfplumber
import pytest

from evaltool.catalogue import Catalogue
from evaltool.domain.evaluation import Status
from evaltool.domain.reporting import build
from evaltool.pdf import feedback_report
from evaltool.store import open_store
from tests.conftest import ROOT
from tests.golden import document_of
from tests.performance import __main__ as program, growth
from tests.performance.bare_report import bare_report
from tests.performance.calling import fields_of
from tests.performance.filling import fill
from tests.performance.measuring import Pair, Sample, Settings, beside, percentile
from tests.performance.pages import longest
from tests.performance.sites import GOLDEN, opened
from tests.performance.table import Row, table

SIZE = 7


def test_a_ratio_is_taken_turn_by_turn() -> None:
    # The machine was busy in the second turn: both took five times as long.
    pair = Pair(Sample((2.0, 10.0, 2.0)), Sample((1.0, 5.0, 1.0)))
    assert pair.ratio == 2
    assert pair.ours.text("s", 1) == "2.0 s (2.0-10.0)"


def test_ours_and_ceiling_take_turns() -> None:
    calls: list[str] = []
    settings = Settings(turns=5)
    pair = beside(lambda: calls.append("ours"), lambda: calls.append("bare"), 2, settings)
    assert calls == ["ours", "bare", *(["ours"] * 2 + ["bare"] * 2) * 5]
    assert len(pair.ours.turns) == len(pair.ceiling.turns) == 5


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.99, 99), (0.995, 100), (1.0, 100)])
def test_a_percentile_is_a_value_that_was_measured(share: float, value: int) -> None:
    assert percentile(list(range(100, 0, -1)), share) == value


def test_the_table_is_markdown() -> None:
    rows = [Row("a", "1 ms", goal="2 ms", met=True), Row("b", "3 ms", goal="2 ms", met=False)]
    lines = list(table([*rows, Row("c", "4 ms")]))
    assert [line.count("|") for line in lines] == [7] * 5
    assert [line.split("|")[-2].strip() for line in lines[2:]] == ["yes", "**no**", "–"]


def test_a_goal_that_is_missed_is_told_by_the_exit_status(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    row = Row("a", "3 ms", goal="2 ms", met=False)
    monkeypatch.setattr(program, "ROWS", {"a": lambda _: iter([row])})
    assert program.main(["a"]) == 1
    assert "| a | 3 ms | – | – | 2 ms | **no** |" in capsys.readouterr().out
    monkeypatch.setattr(program, "ROWS", {"a": lambda _: iter([replace(row, met=True)])})
    assert program.main(["--quick"]) == 0


@pytest.mark.parametrize("arguments", [["no-such-row"], ["section", "--turns", "4"]])
def test_wrong_usage_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        program.main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().out == ""


def test_every_bare_page_has_the_fields_of_ours(tmp_path: Path) -> None:
    with opened(tmp_path) as site:
        assert len(site.pages) == len(site.stops) > 10
        for place in range(len(site.stops)):
            ours = fields_of(site.ours.get(site.address(place)))
            # What a page would show on another answer stands on ours alone, hidden.
            assert fields_of(site.bare.get(f"/pages/{place}")) <= ours
        longest(site)


def words(pdf: bytes) -> Counter[str]:
    """The words of a document, page numbers and what stands at the head of each page aside."""
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        inner = [page.crop((0, 50, page.width, page.height - 50)) for page in document.pages]
        text = " ".join(page.extract_text() for page in inner)
    # Where a long word is broken depends on the width that is left to it.
    return Counter(re.findall(r"[^\W\d_]{4,}", text))


def test_the_bare_report_says_what_ours_says(catalogue: Catalogue) -> None:
    t = catalogue.in_language("nl")
    report = build(catalogue.library("nl"), document_of(catalogue, GOLDEN))
    ours, bare = words(feedback_report(report, t)), words(bare_report(report, t)())
    other = (ours - bare) + (bare - ours)
    assert ours.total() > 5000
    assert other.total() < 0.01 * ours.total(), other.most_common(20)


def test_the_copies_in_a_filled_store_are_as_the_original(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    database = tmp_path / "evaltool.sqlite"
    store = open_store(database)
    original = fill(store, database, catalogue, SIZE)
    found = store.evaluations.listing()
    assert len({evaluation.id for evaluation in found}) == len(found) == SIZE
    assert len({evaluation.nis_code for evaluation in found}) == SIZE - 1
    assert [e.changed_at for e in found] == sorted((e.changed_at for e in found), reverse=True)
    for evaluation in found:
        assert evaluation == store.evaluations.get(evaluation.id)
        assert evaluation.answers == original.answers
        assert evaluation.versions == original.versions
        snapshots = store.evaluations.snapshots(evaluation.id)
        assert len(snapshots) == (evaluation.status is Status.FINISHED)
    assert {e.status for e in found} == {Status.OPEN, Status.FINISHED}
    saved = store.evaluations.save_section(
        found[-1].id,
        "structure",
        expected_version=1,
        part=original.answers.part(()),
        at=original.changed_at,
    )
    assert saved.versions["structure"] == 2
    store.close()


README = (ROOT / "README.md").read_text(encoding="utf-8")
SCALE = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
WRITTEN = [line for line in README.splitlines() if re.search(r"\| (yes|\*\*no\*\*|–) \|$", line)]


def kinds_of_rows() -> list[str]:
    """A pattern for the name of each row that the bench can print."""
    folder = Path(program.__file__).parent
    sources = "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py")))
    named = re.findall(r'what=f?"([^"]+)"', sources)
    return [re.sub(r"\\\{[^}]*\\\}", ".+", re.escape(name)) for name in named]


def test_the_readme_holds_the_whole_table_as_it_is_printed() -> None:
    kinds, rows = kinds_of_rows(), [line.split(" | ")[0].removeprefix("| ") for line in WRITTEN]
    assert len(kinds) > 15
    assert [kind for kind in kinds if not any(re.fullmatch(kind, row) for row in rows)] == []
    assert [row for row in rows if not any(re.fullmatch(kind, row) for kind in kinds)] == []
    growing = [row for row in rows if row.startswith("growth: ")]
    assert len(growing) == len(growth._PAGES)
    # As the program says how the figures were taken.
    assert re.search(
        r"^Python 3\.\d+, .+; full form, median of \d+ turns .+, wall time", README, re.M
    )


def test_what_it_carries_is_said_with_the_figures_of_the_table() -> None:
    table = "\n".join(WRITTEN)
    measured = re.findall(r"^\| [^|]+ \| ([^|]*\d[^|]*) \|", SCALE, re.MULTILINE)
    figures = [
        f for cell in measured for f in re.findall(r"\d[\d.,]*(?: (?:ms|s|MiB|KiB|/s|x))", cell)
    ]
    assert len(figures) > 6
    assert [found for found in figures if found not in table] == []
