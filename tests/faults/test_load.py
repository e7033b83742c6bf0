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
from tests.faults.asking import CUT, DOWN, SAVED, SENT, Answered
from tests.faults.form import Shown
from tests.faults.load import Outcome, load, unlogged, within
from tests.faults.serving import Installation, installed
from tests.faults.sharing import CONFLICT, Save, broken
from tests.faults.walker import DOCUMENT, Walker

KINDS = {*(kind.value for kind in Kind), "note"}


@pytest.mark.slow
def test_under_load_nothing_fails_and_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    with installed(tmp_path) as installation:
        outcome = load(installation, users=8, seconds=4, pause=0.05)
    # A third of what a machine of half the speed does.
    assert outcome.wrong(saves=20) == []
    assert set(outcome.kinds) == KINDS
    assert {SAVED, SENT, CONFLICT, "finish", "reopen"} <= set(outcome.counts)
    assert 0 < within(outcome.times, 0.5) <= within(outcome.times, 0.99) <= outcome.times[-1]


@pytest.mark.slow
def test_killed_at_any_moment_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    with installed(tmp_path) as installation:
        outcome = load(installation, users=6, seconds=2, kills=2, pause=0.02)
    assert outcome.kills == 2
    assert outcome.wrong(saves=15, struck=1) == []


_FORGED = """
INSERT INTO audit (number, at, actor, role, action, nis_code, evaluation, detail, digest)
SELECT COALESCE(MAX(number), 0) + 1, '2026-11-26T09:00:00+00:00', '', 'nobody', 'forged', '', '',
'', 'none' FROM audit
"""


def changes(*statements: str) -> Callable[[Installation], None]:
    """Change the database of a server that was killed, the first time."""
    left = list(statements)

    def change(installation: Installation) -> None:
        with closing(sqlite3.connect(installation.database, isolation_level=None)) as connection:
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
    assert outcome.saves > 20


def cut_the_log(installation: Installation) -> None:
    """Take the last half of the audit log of a server that was killed, which leaves a chain."""
    with closing(sqlite3.connect(installation.database, isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER audit_is_append_only_delete")
        half = "DELETE FROM audit WHERE number > (SELECT MAX(number) / 2 FROM audit)"
        assert connection.execute(half).rowcount > 0


@pytest.mark.slow
def test_an_audit_log_of_which_the_end_is_cut_off_is_noticed(tmp_path: Path) -> None:
    with installed(tmp_path) as installation:
        outcome = load(
            installation, users=4, seconds=2, kills=1, pause=0.02, seed=3, between=cut_the_log
        )
    assert any(" of the audit log is gone" in line for line in outcome.unsound)
    assert not any("broken" in line for line in outcome.unsound)
    assert any(" in the log" in line for line in outcome.lost)


@pytest.fixture
def walker(tmp_path: Path) -> Iterator[Walker]:
    """Somebody whose server is asked without a network, as :func:`answers` says."""
    with installed(tmp_path) as installation:
        yield Walker(installation, installation.users(1)[0], seed=1)


PAGE = "structure/1"


def answers(walker: Walker, monkeypatch: pytest.MonkeyPatch, *, post: int, get: str = "") -> None:
    """Have every form answered with a status, and every page as it is or as told."""
    client = walker.installation.app.test_client(use_cookies=False)

    def ask(_: object, __: object, method: str, path: str, *___: object) -> Answered:
        if method == "POST":
            return Answered(post, b"{}", "/sign-in")
        cookie = {"Cookie": walker.user.cookie}
        page = client.get(path, headers=cookie, base_url=walker.installation.url)
        return Answered(page.status_code, get.encode() or page.data)

    monkeypatch.setattr(Walker, "_ask", ask)


def saves(walker: Walker, chance: random.Random | None = None) -> None:
    """Let somebody save a page once."""
    path = f"/evaluations/{walker.user.evaluation}/sections/{PAGE}"
    walker._save(HTTPConnection("127.0.0.1"), path, chance or random.Random(1))


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
    walker.done["finish"] = walker.tried["finish"] = 1
    assert [line for line in walker.missing() if "finished 1 times, 0 reports" in line]
    assert unlogged(walker.installation, [walker]) == [
        f"{walker.user.evaluation}: finish acknowledged 1 times of 1, 0 in the log"
    ]


@pytest.mark.parametrize("status", [303, 200])
def test_a_save_that_leads_elsewhere_is_no_save(
    status: int, walker: Walker, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(walker, monkeypatch, post=status)
    for _ in range(9):
        saves(walker, random.Random(_))
    assert walker.counts[f"POST {status}"] == 9
    assert not walker.done["fill_in"]


@pytest.mark.parametrize("body", [b"%PDF-1.7 half", b"<p>Meld u aan</p>"])
def test_half_a_document_is_noticed(
    body: bytes, walker: Walker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Walker, "_ask", lambda *_: Answered(200, body))
    walker._document(HTTPConnection("127.0.0.1"))
    assert walker.counts[DOCUMENT] == 0
    assert walker.counts["half a document"] == 1


START, MINE, THEIRS = (frozenset({("note:q", text)}) for text in ("", "mine", "theirs"))


@pytest.mark.parametrize(
    ("second", "end", "wrong"),
    [
        (Save(MINE, THEIRS, acknowledged=True), THEIRS, ""),
        # One that was cut off may be there, and may as well not be.
        (Save(MINE, THEIRS, acknowledged=False), THEIRS, ""),
        (Save(MINE, THEIRS, acknowledged=False), MINE, ""),
        (Save(START, THEIRS, acknowledged=True), THEIRS, "written over unseen"),
        (Save(START, THEIRS, acknowledged=False), THEIRS, "written over unseen"),
        (Save(MINE, THEIRS, acknowledged=True), MINE, "written over unseen"),
        (Save(MINE, THEIRS, acknowledged=True), frozenset({("q", "yes")}), "sent by nobody"),
    ],
)
def test_of_two_who_share_a_page_each_save_follows_from_the_other(
    second: Save, end: Shown, wrong: str
) -> None:
    told = broken(START, [Save(START, MINE, acknowledged=True), second], end)
    assert [wrong in line for line in told] == ([True] if wrong else [])


@pytest.mark.parametrize(
    ("counts", "struck", "wrong"),
    [
        ({SAVED: 5, SENT: 4, "read": 9, "finish": 1, CONFLICT: 2}, [], []),
        ({SAVED: 9, CUT: 3, DOWN: 7}, [0, 2, 1], []),
        ({SAVED: 9, CUT: 3, DOWN: 1}, [], [f"3 x {CUT}", f"1 x {DOWN}"]),
        ({SAVED: 9, "GET 500": 1, "POST 409": 2}, [1, 1], ["1 x GET 500", "2 x POST 409"]),
        ({SAVED: 3, SENT: 1}, [1, 1], ["only 4 saves, at least 5 are needed"]),
        (
            {SAVED: 9, CUT: 5},
            [0, 5, 0],
            ["only 1 kills cut a request off, at least 2 are needed"],
        ),
    ],
)
def test_other_answers_than_there_should_be_are_wrong(
    counts: dict[str, int], struck: list[int], wrong: list[str]
) -> None:
    outcome = Outcome(Counter(counts), Counter(), [], [], [], struck, [], [], 1.0)
    assert outcome.wrong(saves=5, struck=min(2, len(struck))) == wrong


def test_the_slowest_of_a_hundred_are_told_apart() -> None:
    times = [number / 100 for number in range(100)]
    assert [within(times, share) for share in (0.5, 0.95, 0.99)] == [0.5, 0.95, 0.99]
    assert within([], 0.99) == 0.0
