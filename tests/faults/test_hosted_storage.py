"""The same faults where people are signed in: looking goes on, and nothing typed is lost."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from evaltool.domain.access import Role
from evaltool.domain.accounts import CLOCK_SLACK, Stage
from evaltool.domain.answers import Answers
from evaltool.domain.attempts import MOST_DOCUMENTS, MOST_FROM_ELSEWHERE
from evaltool.domain.audit import Event, verify
from evaltool.identity.sealing import Seal
from evaltool.identity.second_factor import code_at
from evaltool.store import DatabaseLocked, StoreError
from tests.browsing import form_of, send
from tests.faults.serving import installed
from tests.faults.test_storage import (
    NOTES,
    TYPED,
    damage,
    database_of,
    full,
    locked,
    read_only,
    wait_for_turn,
)
from tests.hosting import OTHER, PASSWORD, HostedClient, Town, a_town

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
Fault = Callable[[Flask], Callable[[], None]]


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return a_town(tmp_path)


@pytest.fixture
def officer(town: Town) -> HostedClient:
    """A browser in which an officer signed in."""
    return town.signed_in(town.person(Role.OFFICER))


@pytest.mark.parametrize(
    ("fault", "told"),
    [(full, "geen plaats om te bewaren"), (read_only, "niet schrijven"), (locked, "bezet")],
)
def test_a_store_that_cannot_be_written_keeps_nobody_from_looking_and_loses_nothing(
    town: Town, officer: HostedClient, fault: Fault, told: str
) -> None:
    evaluation = town.evaluation()
    address = f"/evaluations/{evaluation.id}"
    page = officer.get(f"{address}/sections/situation/1")
    town.clock.forward(minutes=2)
    mend = fault(town.app)
    try:
        looked = officer.get(address)
        refused = send(officer, page, "situation/1", fields=NOTES)
    finally:
        mend()
    assert looked.status_code == 200
    assert refused.status_code == 503
    assert TYPED in refused.text
    assert told in refused.text
    again = officer.post(f"{address}/sections/situation/1", data=form_of(refused, "situation/1"))
    assert again.status_code == 303
    notes = town.held.evaluations.get(evaluation.id).answers.notes
    assert notes["specific_policy"].startswith(TYPED.strip())


@pytest.mark.parametrize("fault", [full, read_only, locked])
def test_a_session_that_ended_has_ended_even_if_that_cannot_be_noted(
    town: Town, officer: HostedClient, fault: Fault
) -> None:
    town.clock.forward(hours=2)
    mend = fault(town.app)
    try:
        answer = officer.get("/")
    finally:
        mend()
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("/sign-in")


@pytest.mark.parametrize("hours", [0, 2])
def test_a_lock_held_by_another_does_not_keep_a_page_waiting(
    town: Town, officer: HostedClient, hours: int
) -> None:
    mend = locked(town.app)
    wait_for_turn(database_of(town.app), 10)
    town.clock.forward(minutes=2, hours=hours)
    try:
        for path in ("/health", "/", "/health"):
            began = time.monotonic()
            assert officer.get(path).status_code in (200, 303)
            assert time.monotonic() - began < 5
    finally:
        mend()


def test_who_asks_whether_it_works_need_not_wait_for_the_store(
    town: Town, officer: HostedClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: str) -> None:
        raise DatabaseLocked

    monkeypatch.setattr(town.held.store.sessions, "find", fail)
    assert officer.get("/health").status_code == 200
    # A page that is about nobody says the same to somebody of whom nobody can tell who it is.
    assert officer.get("/glossary").status_code == 503


def test_a_database_that_is_damaged_while_serving_is_told_on_every_page(
    town: Town, officer: HostedClient
) -> None:
    path = f"/evaluations/{town.evaluation().id}"
    page = officer.get(f"{path}/sections/situation/1")
    damage(town.app)
    for address in ("/", path, "/account", "/no-such-page"):
        answer = officer.get(address)
        assert answer.status_code in (404, 503)
        assert "<h1>" in answer.text
        # What only the operator can do is not asked of everybody.
        assert "instance/evaltool.sqlite" not in answer.text
    refused = send(officer, page, "situation/1", fields=NOTES)
    assert refused.status_code == 503
    assert "De databank is beschadigd" in refused.text
    held = form_of(refused, "situation/1")
    assert {name: held[name] for name in NOTES} == NOTES


def test_a_store_that_fails_shows_nobody_what_belongs_to_others(
    town: Town, officer: HostedClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "Wat Gent schreef."
    theirs = town.evaluation(OTHER, answers=Answers({}, {}, {"specific_policy": secret}))
    fails = [DatabaseLocked()]
    find = town.held.store.sessions.find

    def sometimes(key: str) -> object:
        if fails:
            raise fails.pop()
        return find(key)

    monkeypatch.setattr(town.held.store.sessions, "find", sometimes)
    answer = officer.send(f"/evaluations/{theirs.id}/sections/situation/1", specific_policy="yes")
    assert answer.status_code == 503
    assert not fails
    assert secret not in answer.text
    assert "Gent" not in answer.text


def test_a_second_failure_while_saying_so_is_said_as_well(
    town: Town, officer: HostedClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/evaluations/{town.evaluation().id}/sections/situation/1"
    page = officer.get(path)

    def fail(*_: object, **__: object) -> None:
        raise StoreError

    for name in ("save_section", "get"):
        monkeypatch.setattr(town.held.evaluations, name, fail)
    refused = send(officer, page, "situation/1", fields=NOTES)
    assert refused.status_code == 503
    assert TYPED in refused.text


# The clock


def test_a_clock_that_is_set_back_locks_nobody_out(town: Town) -> None:
    hosted = town.held.hosted
    assert hosted is not None
    sealed = Seal(hosted.secret_key, "second factor").seal(SECRET)
    who = town.person(Role.COACH, second_factor=sealed)

    def status() -> int:
        code = code_at(SECRET, town.clock.at)
        return town.signed_in(who, Stage.HALFWAY).send("/sign-in/code", code=code).status_code

    assert status() == 303
    assert status() == 422
    town.clock.at -= timedelta(days=30)
    assert status() == 303
    # There, too, a code counts once.
    assert status() == 422
    town.clock.forward(minutes=1)
    assert status() == 303
    # Set back by little it is soon there again, and what was used stays used.
    town.clock.at -= timedelta(minutes=1)
    assert status() == 422


def test_failures_of_a_clock_that_was_set_back_count_no_longer(town: Town) -> None:
    who = town.person(Role.OFFICER)
    for _ in range(MOST_FROM_ELSEWHERE + 1):
        town.client().send("/sign-in", address=who.address, password="x" * 12)
    right = {"address": who.address, "password": PASSWORD}
    assert town.client().send("/sign-in", **right).status_code == 429
    town.clock.at -= timedelta(days=30)
    assert town.client().send("/sign-in", **right).status_code == 303


def test_documents_of_a_clock_that_was_set_back_count_no_longer(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = [town.clock.at] * MOST_DOCUMENTS
    monkeypatch.setattr(town.held.store.audit, "moments", lambda *_: moments)
    path = f"/evaluations/{town.evaluation().id}/answers.json"
    who = town.person(Role.OFFICER)
    assert town.signed_in(who).get(path).status_code == 429
    town.clock.at -= timedelta(days=30)
    assert town.signed_in(who).get(path).status_code == 200


def test_a_session_does_not_outlive_its_time_because_the_clock_was_set_back(town: Town) -> None:
    who = town.person(Role.OFFICER)
    client = town.signed_in(who)
    town.clock.at -= CLOCK_SLACK
    assert client.get("/").status_code == 200
    town.clock.at -= timedelta(seconds=1)
    assert client.get("/").status_code == 303
    # One that was used while the clock was wrong as well.
    client = town.signed_in(who)
    town.clock.forward(minutes=50)
    assert client.get("/").status_code == 200
    town.clock.at -= timedelta(minutes=50)
    assert client.get("/").status_code == 303
    # What ended has ended, when the clock is right again too.
    town.clock.forward(minutes=50)
    assert client.get("/").status_code == 303


def test_what_is_sent_after_the_clock_was_set_back_is_kept_to_be_sent_again(
    town: Town, officer: HostedClient
) -> None:
    path = f"/evaluations/{town.evaluation().id}/sections/situation/1"
    page = officer.get(path)
    town.clock.at -= timedelta(days=400)
    refused = send(officer, page, "situation/1", fields=NOTES)
    assert refused.status_code == 401
    assert "Traceback" not in refused.text
    assert refused.text.count(TYPED.strip()) >= len(NOTES)


def test_a_clock_that_is_set_back_is_warned_of_once_until_it_is_right_again(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    told = "the clock is before the last entry of the audit log"
    audit = town.held.store.audit

    def happens() -> int:
        caplog.clear()
        for _ in range(2):
            audit.append(Event(town.held.now(), "", "command", "accounts_listed"))
        assert {record.levelname for record in caplog.records} <= {"WARNING"}
        return [record.getMessage() for record in caplog.records].count(told)

    audit.heed_clock(town.held.now())
    assert happens() == 0
    town.clock.at -= CLOCK_SLACK
    # By so little two requests may be written down in another order than they came.
    assert happens() == 0
    town.clock.at -= timedelta(days=30)
    assert happens() == 1
    assert happens() == 0
    town.clock.at -= timedelta(days=30)
    audit.heed_clock(town.held.now())
    audit.heed_clock(town.held.now())
    assert [record.getMessage() for record in caplog.records] == [told]
    assert verify(audit.entries()).broken_at is None


@pytest.mark.slow
def test_a_start_with_a_clock_that_was_set_back_is_warned_of_in_the_log(tmp_path: Path) -> None:
    with installed(tmp_path) as installation:
        store = installation.held.store
        store.audit.append(Event(datetime.now(UTC) + timedelta(days=30), "", "command", "x"))
        installation.let_go()
        log = tmp_path / "log"
        with log.open("wb") as file:
            installation.start(file)
        installation.kill()
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    (warning,) = [line for line in lines if line["level"] == "warning"]
    assert warning["event"] == "the clock is before the last entry of the audit log"
    assert set(warning) == {"time", "level", "event"}
