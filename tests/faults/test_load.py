"""The short form of the load and of the kills; the long form is ``make soak``."""

import random
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from evaltool.domain.questionnaire import Kind
from tests.faults.load import Outcome, load
from tests.faults.serving import Installation, installed
from tests.faults.walker import CUT, Walker

KINDS = {*(kind.value for kind in Kind), "note"}


@pytest.mark.slow
def test_under_load_nothing_fails_and_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    with installed(tmp_path) as installation:
        outcome = load(installation, users=8, seconds=2.5, pause=0.05)
    assert outcome.wrong(saves=8) == []
    assert set(outcome.kinds) == KINDS


@pytest.mark.slow
def test_killed_at_any_moment_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    with installed(tmp_path) as installation:
        outcome = load(installation, users=4, seconds=2, kills=2, pause=0.02)
    assert outcome.kills == 2
    assert outcome.wrong(saves=5) == []


_FORGED = """
INSERT INTO audit (number, at, actor, role, action, nis_code, evaluation, detail, digest)
SELECT COALESCE(MAX(number), 0) + 1, '2026-11-26T09:00:00+00:00', '', 'nobody', 'forged', '', '',
'', 'none' FROM audit
"""


def changes(*statements: str) -> Callable[[Installation], None]:
    """Change the database of a server that was killed, the first time."""
    left = list(statements)

    def change(installation: Installation) -> None:
        database = installation.folder / "instance" / "evaltool.sqlite"
        with closing(sqlite3.connect(database, isolation_level=None)) as connection:
            while left:
                assert connection.execute(left.pop()).rowcount > 0

    return change


@pytest.mark.slow
def test_saves_that_are_thrown_away_are_noticed_whatever_is_saved_after(tmp_path: Path) -> None:
    thrown_away = changes("DELETE FROM section_answers", _FORGED)
    with installed(tmp_path) as installation:
        outcome = load(installation, users=4, seconds=2, kills=2, pause=0.02, between=thrown_away)
    seen = [line for line in outcome.lost if " acknowledged, " in line]
    # By each of them, on a page, though they filled it in again at once.
    assert len({line.partition(" ")[0] for line in seen}) == 4
    assert any(line.startswith("after kill 1: audit chain") for line in outcome.unsound)
    assert outcome.counts["saved"] > 5


@pytest.fixture
def walker(tmp_path: Path) -> Iterator[Walker]:
    """Somebody whose server is asked without a network, as :func:`answers` says."""
    with installed(tmp_path) as installation:
        yield Walker(installation, installation.users(1)[0], seed=1)


PAGE = "structure/1"


def answers(walker: Walker, monkeypatch: pytest.MonkeyPatch, *, post: int, get: str = "") -> None:
    """Have every form answered with a status, and every page as it is or as told."""
    client = walker.installation.app.test_client(use_cookies=False)

    def ask(_: object, __: object, method: str, path: str, *___: object) -> tuple[int, str]:
        if method == "POST":
            return post, "{}"
        cookie = {"Cookie": walker.user.cookie}
        page = client.get(path, headers=cookie, base_url=walker.installation.url)
        return page.status_code, get or page.text

    monkeypatch.setattr(Walker, "_ask", ask)


def saves(walker: Walker) -> None:
    """Let somebody save a page once."""
    path = f"/evaluations/{walker.user.evaluation}/sections/{PAGE}"
    walker._save(HTTPConnection("127.0.0.1"), path, random.Random(1))


def test_what_may_have_arrived_before_a_refusal_may_still_be_there(
    walker: Walker, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = walker.installation.held.catalogue.questionnaire.section_by_id["structure"].pages
    id_ = question[0][0].id
    earlier = frozenset({(id_, "dont_know")})
    answers(walker, monkeypatch, post=409)
    monkeypatch.setattr(Walker, "_compare", lambda *_: None)
    walker.unsure[id_] = {earlier}
    saves(walker)
    assert walker.unsure[id_] == {earlier}
    assert walker.counts["POST 409"] == 1


def test_what_a_page_shows_is_known_from_then_on(
    walker: Walker, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = dict(walker.acknowledged)
    answers(walker, monkeypatch, post=503)
    (first, *_) = walker.installation.held.catalogue.questionnaire.section_by_id["structure"].pages
    id_ = first[0].id
    walker.acknowledged[id_], walker.unsure[id_] = frozenset(), {before[id_]}
    saves(walker)
    assert walker.acknowledged == before
    assert not walker.unsure[id_]
    assert walker.missing() == []
    walker.acknowledged[id_] = frozenset({(id_, "dont_know")})
    saves(walker)
    assert len(walker.missing()) == 1


def test_a_page_without_its_form_counts(walker: Walker, monkeypatch: pytest.MonkeyPatch) -> None:
    answers(walker, monkeypatch, post=200, get="<p>Er liep iets mis.</p>")
    saves(walker)
    assert walker.counts["page without its form"] == 1


def test_a_walk_that_breaks_off_is_told(walker: Walker, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a fault of the load itself")

    monkeypatch.setattr(Walker, "_step", broken)
    walker.walk(threading.Event(), 0)
    assert "a fault of the load itself" in walker.failure


def test_a_report_that_was_acknowledged_and_is_not_there_is_lost(walker: Walker) -> None:
    walker.finishes = walker.tried_to_finish = 1
    assert [line for line in walker.missing() if "finished 1 times, 0 reports" in line]


@pytest.mark.parametrize(
    ("counts", "kills", "wrong"),
    [
        ({"saved": 9, "read": 9, "finish": 1}, 0, []),
        ({"saved": 9, CUT: 3}, 3, []),
        ({"saved": 9, CUT: 3}, 0, [f"3 x {CUT}"]),
        ({"saved": 9, "GET 500": 1, "POST 409": 2}, 3, ["1 x GET 500", "2 x POST 409"]),
        ({"saved": 4}, 3, ["only 4 saves, at least 5 are needed"]),
    ],
)
def test_other_answers_than_there_should_be_are_wrong(
    counts: dict[str, int], kills: int, wrong: list[str]
) -> None:
    outcome = Outcome(Counter(counts), Counter(), [], [], [], kills, 0, 0)
    assert outcome.wrong(saves=5) == wrong
