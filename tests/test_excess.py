"""Who asks for more than the tool makes for one account in an hour."""

from datetime import timedelta
from pathlib import Path

import pytest

from evaltool.domain.access import Role
from evaltool.domain.accounts import Account
from evaltool.domain.attempts import (
    HOUR,
    MOST_DOCUMENTS,
    MOST_EVALUATIONS,
    MOST_REPORTED,
    free_at,
)
from evaltool.domain.audit import Event
from evaltool.domain.evaluation import Evaluation
from evaltool.domain.language import time_text
from tests.browsing import parsed, text_of
from tests.hosting import NOW, OTHER, OWN, PASSWORD, HostedClient, Town, a_town


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return a_town(tmp_path)


def did(town: Town, who: Account, action: str, times: int, nis_code: str = OWN) -> None:
    """Write down that somebody did something so many times, at this moment."""
    event = Event(town.clock.at, who.id, who.role, action, nis_code)
    with town.held.store.together():
        for _ in range(times):
            town.held.store.audit.append(event)


def finished(town: Town, nis_code: str = OWN) -> Evaluation:
    """An evaluation of which there are documents."""
    made = town.evaluation(nis_code)
    town.held.evaluations.finish(made.id, at=town.clock.at)
    return made


def began(town: Town, client: HostedClient) -> int:
    """The status of beginning an evaluation, and whether it is there."""
    before = len(town.held.evaluations.listing([OWN]))
    status = client.send("/evaluations/new", nis_code=OWN, cluster="5").status_code
    assert len(town.held.evaluations.listing([OWN])) == before + (status == 303)
    return status


def test_what_was_done_less_often_than_may_be_can_be_done_now() -> None:
    moments = [NOW + timedelta(minutes=number) for number in range(5)]
    assert free_at([], 1) is None
    assert free_at(moments, 6) is None
    assert free_at(moments, 5) == NOW + HOUR
    # What is done more often waits for the later ones.
    assert free_at(moments, 2) == NOW + timedelta(minutes=3) + HOUR


def test_who_takes_too_much_along_waits_and_is_told_until_when(town: Town) -> None:
    who, evaluation = town.person(Role.OFFICER), finished(town)
    client, address = town.signed_in(who), f"/evaluations/{evaluation.id}"
    did(town, who, "document", MOST_DOCUMENTS - 1)
    town.clock.forward(minutes=10)
    # Files with data, of the one kind and the other, count as documents do.
    assert client.get(f"{address}/answers.csv").status_code == 200
    until = time_text((NOW + HOUR).astimezone(), "nl")
    kinds = ("report.pdf", "meeting.pdf", "intake.pdf", "report.xlsx", "answers.json")
    answers = [client.get(f"{address}/{kind}") for kind in kinds]
    answers.append(client.send("/municipality/data.zip", password=PASSWORD))
    for held_back in answers:
        assert held_back.status_code == 429, held_back.request.path
        assert held_back.headers["Retry-After"] == str(50 * 60)
        (told,) = parsed(held_back).findall(".//ul[@class='problems']/li")
        assert text_of(told).startswith("Het kan opnieuw vanaf ")
        assert until in text_of(told)
    # All the rest goes on, for her and for everybody else.
    assert client.get(f"{address}/results").status_code == 200
    other = town.signed_in(town.person(Role.CHAIR))
    assert other.get(f"{address}/actions.ics").status_code == 200
    town.clock.forward(minutes=50)
    client = town.signed_in(who)
    assert client.get(f"{address}/actions.ics").status_code == 200


def test_the_log_that_is_taken_along_counts_as_a_document(town: Town) -> None:
    who = town.person(Role.OFFICER)
    did(town, who, "document", MOST_DOCUMENTS - 1)
    client = town.signed_in(who)
    assert client.get("/municipality/log.csv").status_code == 200
    assert client.get("/municipality/log.csv").status_code == 429


def test_too_many_evaluations_are_not_begun(town: Town) -> None:
    who = town.person(Role.OFFICER)
    client = town.signed_in(who)
    did(town, who, "create", MOST_EVALUATIONS - 1)
    assert began(town, client) == 303
    assert began(town, client) == 429
    imported = client.send("/evaluations/import")
    assert imported.status_code == 429
    assert client.get("/evaluations/new").status_code == 200
    town.clock.forward(hours=1)
    assert began(town, town.signed_in(who)) == 303


def test_a_coach_takes_reports_along_within_bounds(town: Town) -> None:
    coach, officer = town.person(Role.COACH, second_factor="sealed"), town.person(Role.OFFICER)
    town.held.store.consents.give(OWN, coach.id, by=officer.id, at=town.clock.at, named=True)
    client, path = town.signed_in(coach), f"/coaching/report.xlsx?municipality={OWN}"
    did(town, coach, "trajectory_taken", MOST_REPORTED - 1, OTHER)
    assert client.get(path).status_code == 200
    held_back = client.get(path)
    assert held_back.status_code == 429
    assert client.get("/coaching").status_code == 200


def test_one_person_on_this_machine_is_never_held_back(tmp_path: Path) -> None:
    from evaltool.web import create_app

    app = create_app({"INSTANCE": tmp_path, "TESTING": True})
    held = app.extensions["evaltool"]
    with held.store.together():
        for _ in range(MOST_DOCUMENTS + 1):
            held.store.audit.append(Event(held.now(), "", "local", "document"))
    client = app.test_client()
    assert client.get("/questionnaire.pdf").status_code == 200
    with app.test_request_context():
        from evaltool.web.excess import hold_back_documents

        hold_back_documents()
    held.store.close()
