"""What is written down of what people do, and that nobody waits for it."""

from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from evaltool.domain.access import Permission, Role
from evaltool.domain.accounts import Account
from evaltool.domain.evaluation import Evaluation
from evaltool.store import DatabaseFull
from tests.hosting import OWN, Town, a_town

DOCUMENTS = {
    "report.pdf": ("documents.feedback_report", Permission.DOCUMENT),
    "summary.pdf": ("documents.summary_document", Permission.DOCUMENT),
    "actions.ics": ("documents.action_calendar", Permission.DOCUMENT),
    "meeting.pdf": ("documents.meeting_document", Permission.MEETING),
    "intake.pdf": ("documents.intake_document", Permission.INTAKE),
    "report.json": ("documents.report_json", Permission.EXPORT),
    "report.xlsx": ("documents.workbook", Permission.EXPORT),
    "answers.csv": ("documents.sheet_csv", Permission.EXPORT),
    "answers.json": ("finishing.write", Permission.EXPORT),
}
"""What can be taken along of an evaluation: what makes it, and how it stands in the log."""
SOON = 5.0
"""Seconds: half of how long a change waits for its turn before it is refused."""


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return a_town(tmp_path)


def finished(town: Town) -> Evaluation:
    made = town.evaluation()
    town.held.evaluations.finish(made.id, at=town.clock.at)
    return made


def a_coach(town: Town) -> Account:
    """A coach whom the municipality lets in."""
    coach = town.person(Role.COACH, second_factor="sealed")
    town.held.store.consents.give(OWN, coach.id, by="officer", at=town.clock.at)
    return coach


def slow(make: Callable[..., Any], meanwhile: Callable[[], int], seen: list[int]) -> Any:
    """What makes something, and takes so long that somebody else saves in the meantime."""

    def made(*args: Any, **kwargs: Any) -> Any:
        if not seen:
            seen.append(0)
            other = Thread(target=lambda: seen.append(meanwhile()))
            other.start()
            other.join(SOON)
            seen.append(-1)
            other.join()
        return make(*args, **kwargs)

    return made


@pytest.mark.parametrize(
    ("path", "maker", "role"),
    [
        *((path, maker, Role.OFFICER) for path, (maker, _) in DOCUMENTS.items()),
        ("results", "results.report_of", Role.COACH),
    ],
)
def test_a_save_does_not_wait_for_what_takes_long_to_make(
    town: Town, monkeypatch: pytest.MonkeyPatch, path: str, maker: str, role: Role
) -> None:
    evaluation, other = finished(town), town.evaluation()
    client = town.signed_in(a_coach(town) if role is Role.COACH else town.person(role))
    saver = town.signed_in(town.person(Role.OFFICER))
    token, seen = saver.token(), list[int]()

    def save() -> int:
        answer = saver.post(f"/evaluations/{other.id}/keep", data={"csrf_token": token})
        return answer.status_code

    module, _, name = maker.partition(".")
    whole = f"evaltool.web.{module}"
    make = getattr(__import__(whole, fromlist=[name]), name)
    monkeypatch.setattr(f"{whole}.{name}", slow(make, save, seen))
    assert client.get(f"/evaluations/{evaluation.id}/{path}").status_code == 200
    # It was saved before the making went on.
    assert seen == [0, 303, -1]


@pytest.mark.parametrize(("path", "permission"), [(p, held) for p, (_, held) in DOCUMENTS.items()])
def test_what_is_taken_along_is_written_down_or_not_given(
    town: Town, monkeypatch: pytest.MonkeyPatch, path: str, permission: Permission
) -> None:
    evaluation, who = finished(town), town.person(Role.OFFICER)
    client, address = town.signed_in(who), f"/evaluations/{evaluation.id}/{path}"
    assert client.get(address).status_code == 200
    (entry,) = town.held.store.audit.entries()
    event = entry.event
    assert (event.actor, event.role, event.nis_code) == (who.id, Role.OFFICER, OWN)
    assert (event.action, event.evaluation) == (permission, evaluation.id)

    def full(*_: object) -> None:
        raise DatabaseFull("no room")

    monkeypatch.setattr(town.held.store.audit, "append", full)
    answer = client.get(address)
    assert answer.status_code == 503
    assert answer.mimetype == "text/html"


def test_a_change_that_cannot_be_written_down_is_not_made(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluation, client = finished(town), town.signed_in(town.person(Role.OFFICER))

    def full(*_: object) -> None:
        raise DatabaseFull("no room")

    before = town.held.evaluations.get(evaluation.id)
    monkeypatch.setattr(town.held.store.audit, "append", full)
    assert client.send(f"/evaluations/{evaluation.id}/reopen").status_code == 503
    assert town.held.evaluations.get(evaluation.id) == before
