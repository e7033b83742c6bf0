"""Retention: when something is due, what the command does, what pages and letters say."""

import dataclasses
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from evaltool.catalogue import Catalogue
from evaltool.cli import main
from evaltool.cli.retention import Round, go_round
from evaltool.domain.access import Role
from evaltool.domain.accounts import (
    LINK_LASTS,
    Account,
    AccountNotFound,
    AccountState,
    LinkPurpose,
)
from evaltool.domain.agenda import Meeting
from evaltool.domain.answers import Answers
from evaltool.domain.evaluation import Evaluation, NotFound, Status, View
from evaltool.domain.plan import PlannedAction
from evaltool.domain.retention import (
    LETTER,
    NOTICE,
    UNUSED,
    deletion_day,
    due_for_deletion,
    due_for_reminder,
    months_later,
    perhaps_due_since,
    with_all_changes,
)
from evaltool.mail import Letter, MailSettings, Security
from evaltool.store import EvaluationRepository, Store, open_store
from evaltool.store.outbox import Waiting
from evaltool.web.accounts.post import composer
from evaltool.web.keeping import deletion_of
from tests.browsing import parsed, text_of
from tests.conftest import CheckedClient
from tests.factories import a_hosted, an_action, some_answers
from tests.hosting import NOW, OTHER, OWN, HostedClient, Town, a_town

KEPT_MONTHS = 36
DAY = timedelta(days=1)
MAIL = MailSettings("127.0.0.1", 1, "no-reply@evaluatie.example", security=Security.NONE)
LONG_AGO = NOW - timedelta(days=1200)
ANSWERS = some_answers(livcr_presence="yes_municipal", notes={"livcr_presence": "sinds 2016"})

moments = st.builds(
    datetime.combine, st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.times(), st.just(UTC)
)
terms = st.integers(min_value=1, max_value=120)


def an_evaluation(changed_at: datetime, reminded_at: datetime | None = None) -> Evaluation:
    """An evaluation that is nothing but left alone."""
    return Evaluation(
        *("x", OWN, 5, False, changed_at.date(), "2026-1", "vvsg-2020", Status.OPEN),
        *(Answers({}, {}, {}), {}, changed_at, changed_at),
        reminded_at=reminded_at,
    )


# The rules


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2024, 2, 29), 36, date(2027, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 2, 28), 1, date(2026, 3, 28)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
        (date(2026, 12, 1), 12, date(2027, 12, 1)),
        (date(2026, 1, 31), 0, date(2026, 1, 31)),
    ],
)
def test_months_end_where_people_expect_it(day: date, months: int, later: date) -> None:
    assert months_later(day, months) == later


@given(day=st.dates(date(2000, 1, 1), date(2100, 1, 1)), months=terms)
def test_a_month_later_is_in_that_month_and_never_on_a_later_day(day: date, months: int) -> None:
    later = months_later(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later + DAY).day == 1)


@given(changed=moments, reminded=moments, now=moments, months=terms)
def test_nothing_is_deleted_too_soon(
    changed: datetime, reminded: datetime, now: datetime, months: int
) -> None:
    evaluation = an_evaluation(changed, reminded)
    day = deletion_day(evaluation, months)
    if due_for_deletion(evaluation, now, months):
        assert day is not None
        assert now - reminded >= NOTICE
        assert reminded >= changed
        whole = months_later(changed.date(), months)
        assert now.replace(tzinfo=None) >= datetime.combine(whole, changed.time())
        assert now.date() >= day
    elif day is not None:
        assert now.date() < day


@given(changed=moments, clock=st.times(), months=st.integers(min_value=3, max_value=60))
def test_a_daily_round_reminds_once_and_deletes_on_the_day_it_said(
    changed: datetime, clock: Any, months: int
) -> None:
    evaluation, said = an_evaluation(changed), []
    # Nothing can be due before, as the next test shows; from here on, day by day.
    day = months_later(changed.date(), months) - timedelta(days=100)
    for _ in range(110):
        day += DAY
        now = datetime.combine(day, clock, UTC)
        assert not (
            due_for_reminder(evaluation, now, months) and due_for_deletion(evaluation, now, months)
        )
        if due_for_reminder(evaluation, now, months):
            evaluation = dataclasses.replace(evaluation, reminded_at=now)
            said.append(deletion_day(evaluation, months))
        if due_for_deletion(evaluation, now, months):
            break
    # The whole months are over the day after.
    assert said == [day]
    assert day == months_later(changed.date(), months) + DAY


@given(changed=moments, reminded=st.none() | moments, now=moments, months=terms)
def test_what_is_due_was_changed_before_the_moment_that_is_asked_for(
    changed: datetime, reminded: datetime | None, now: datetime, months: int
) -> None:
    evaluation = an_evaluation(changed, reminded)
    if due_for_reminder(evaluation, now, months) or due_for_deletion(evaluation, now, months):
        assert changed < perhaps_due_since(now, months)


def test_a_reminder_before_the_last_change_does_not_count() -> None:
    evaluation = an_evaluation(LONG_AGO + DAY, LONG_AGO)
    assert deletion_day(evaluation, KEPT_MONTHS) is None
    assert not due_for_deletion(evaluation, NOW, KEPT_MONTHS)
    assert due_for_reminder(evaluation, NOW, KEPT_MONTHS)


def test_a_late_reminder_moves_the_day() -> None:
    evaluation = an_evaluation(LONG_AGO, NOW)
    assert deletion_day(evaluation, KEPT_MONTHS) == (NOW + NOTICE).date() + DAY
    assert not due_for_deletion(evaluation, NOW + NOTICE, KEPT_MONTHS)
    assert due_for_deletion(evaluation, NOW + NOTICE + DAY, KEPT_MONTHS)


def test_moments_of_another_time_zone_are_the_same_moments() -> None:
    evening = datetime.fromisoformat("2026-08-31T23:30:00-02:00")
    ours = an_evaluation(evening.astimezone(UTC), NOW)
    assert deletion_day(an_evaluation(evening, NOW), 6) == deletion_day(ours, 6)


def test_a_change_of_plan_or_view_is_a_change() -> None:
    evaluation, view = an_evaluation(LONG_AGO), an_evaluation(LONG_AGO + 2 * DAY)
    action = PlannedAction("a", 1, an_action(), LONG_AGO + DAY)
    assert with_all_changes(evaluation, [], [], None) == evaluation
    assert with_all_changes(evaluation, [action], [], None).changed_at == LONG_AGO + DAY
    assert with_all_changes(evaluation, [action], [view], None).changed_at == LONG_AGO + 2 * DAY
    assert with_all_changes(view, [action], [evaluation], None) == view


def test_a_meeting_is_a_change() -> None:
    evaluation = an_evaluation(LONG_AGO)
    met = LONG_AGO + 3 * DAY
    assert with_all_changes(evaluation, [], [], met).changed_at == met
    assert with_all_changes(an_evaluation(met + DAY), [], [], met).changed_at == met + DAY


def test_what_was_met_about_is_neither_deleted_nor_idle_for_a_coach(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    past = reminded(town, 61)
    assert town.held.store.meetings.changed_at(past.id) is None
    assert deletion_of(town.held, past, KEPT_MONTHS) is not None
    met = NOW - timedelta(days=30)
    meeting = Meeting(id="", day=met.date(), title="Najaar", length=60)
    made = town.held.store.meetings.create(past.id, meeting, at=met)
    assert town.held.store.meetings.changed_at(past.id) == met
    # Nor does a page or a letter say that it will be.
    assert deletion_of(town.held, past, KEPT_MONTHS) is None
    go_round(a_round(town))
    assert capsys.readouterr().out == "Er is nu niets om aan te herinneren of te verwijderen.\n"
    assert town.held.evaluations.get(past.id)
    (kept,) = town.held.store.trajectories.kept([OWN])
    assert kept.changed_at == met
    later = dataclasses.replace(made, title="Winter")
    town.held.store.meetings.change(past.id, later, expected_version=made.version, at=NOW)
    assert town.held.store.meetings.changed_at(past.id) == NOW


# The command


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return a_town(tmp_path / "instance", keep_months=KEPT_MONTHS)


def left_alone(town: Town, days: int = 1200, **changes: Any) -> Evaluation:
    """An evaluation with answers that nobody changed for so many days."""
    town.clock.at = NOW - timedelta(days=days)
    made = town.evaluation(answers=ANSWERS, **changes)
    town.clock.at = NOW
    return made


def reminded(town: Town, days: int, **changes: Any) -> Evaluation:
    """One of which was said so many days ago that it will be deleted."""
    made = left_alone(town, **changes)
    town.held.evaluations.remind(made.id, at=NOW - timedelta(days=days))
    return town.held.evaluations.get(made.id)


def a_round(town: Town, *, dry: bool = False, mail: bool = True) -> Round:
    """A run of the command over what a town keeps, at the time of its clock."""
    hosted = a_hosted(keep_months=KEPT_MONTHS, mail=MAIL if mail else None)
    catalogue = town.held.catalogue
    texts = catalogue.in_language("nl")
    return Round(catalogue, town.held.store, hosted, texts, town.clock.at, dry=dry)


def log(town: Town) -> list[tuple[str, str, str, str]]:
    events = [entry.event for entry in town.held.store.audit.entries()]
    return [(event.role, event.action, event.nis_code, event.evaluation) for event in events]


def letters(town: Town) -> dict[str, str]:
    return {due.account_id: due.purpose for due in town.held.store.outbox.due(town.clock.at)}


def test_a_round_reminds_the_officers_and_deletes_what_is_past_its_term(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    officer, second = town.person(Role.OFFICER), town.person(Role.OFFICER)
    for other in (Role.CHAIR, Role.COACH, Role.ADMINISTRATOR):
        town.person(other)
    town.person(Role.OFFICER, OTHER)
    town.person(Role.OFFICER, state=AccountState.CLOSED)
    fresh, due, past = left_alone(town, 900), left_alone(town), reminded(town, 61)
    waiting = reminded(town, 60)

    go_round(a_round(town))

    kept = town.held.evaluations
    assert {e.id: e.reminded_at for e in kept.listing()} == {
        fresh.id: None,
        due.id: NOW,
        waiting.id: NOW - NOTICE,
    }
    assert sorted(log(town)) == [
        ("command", "retention_deleted", OWN, past.id),
        ("command", "retention_reminded", OWN, due.id),
    ]
    assert letters(town) == {officer.id: LETTER, second.id: LETTER}
    out = capsys.readouterr().out.splitlines()
    assert sorted(out[:2]) == [
        f"Herinnerd: {due.id} (Leuven). Wordt verwijderd vanaf 26 januari 2027.",
        f"Verwijderd: {past.id} (Leuven).",
    ]
    assert out[2:] == ["Herinneringen om te mailen: 2."]

    town.clock.forward(hours=1)
    go_round(a_round(town))
    assert capsys.readouterr().out == "Er is nu niets om aan te herinneren of te verwijderen.\n"
    assert len(log(town)) == 2


def test_a_trial_changes_nothing(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    town.person(Role.OFFICER)
    due, past = left_alone(town), reminded(town, 70)
    before = town.held.evaluations.listing()
    go_round(a_round(town, dry=True))
    out = capsys.readouterr().out.splitlines()
    assert sorted(out[:2]) == [
        f"Te herinneren: {due.id} (Leuven).",
        f"Te verwijderen: {past.id} (Leuven).",
    ]
    assert out[2:] == ["Er is niets veranderd: dit was een proef (--dry-run)."]
    assert town.held.evaluations.listing() == before
    assert log(town) == []
    assert letters(town) == {}


def test_without_mail_or_officer_it_says_so(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    left_alone(town, nis_code=OTHER)
    go_round(a_round(town))
    assert "Gent: er is geen account om naar te mailen." in capsys.readouterr().out
    town.person(Role.OFFICER)
    left_alone(town)
    go_round(a_round(town, mail=False))
    assert "alleen op het overzicht" in capsys.readouterr().out
    assert letters(town) == {}


def test_what_belongs_to_it_goes_and_what_is_used_stays(town: Town) -> None:
    who = town.person(Role.CONTRIBUTOR)
    with_view, planned = reminded(town, 70), reminded(town, 70)
    view = left_alone(town, view=View(with_view.id, who.id, "mayor"))
    town.held.plans.add(planned.id, an_action(), at=NOW - DAY)
    go_round(a_round(town))
    for gone in (with_view, view):
        with pytest.raises(NotFound):
            town.held.evaluations.get(gone.id)
    assert town.held.evaluations.get(planned.id).reminded_at is not None
    # Her account was for that view alone.
    with pytest.raises(AccountNotFound):
        town.held.store.accounts.get(who.id)
    actions = [action for _, action, _, _ in log(town)]
    assert actions == ["retention_deleted", "retention_account"]


def invited(town: Town, role: Role, days: int) -> Account:
    """Somebody who got a link so many days ago, and never followed it."""
    who = town.person(role, state=AccountState.INVITED, invited_by=OWN)
    at = NOW - timedelta(days=days)
    town.held.store.accounts.make_link(who.id, LinkPurpose.INVITATION, f"link {who.id}", at)
    return who


def test_accounts_that_nobody_uses_are_deleted(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    town.clock.at = NOW - timedelta(days=100)
    lasts = LINK_LASTS[LinkPurpose.INVITATION].days + UNUSED.days
    stale = [invited(town, role, lasts + 1) for role in (Role.OFFICER, Role.CONTRIBUTOR)]
    idle = town.person(Role.CONTRIBUTOR)
    kept = [
        # Asked anew since, or signed in, or with a view, or somebody who does more than that.
        invited(town, Role.CHAIR, lasts - 1),
        town.person(Role.CONTRIBUTOR),
        town.person(Role.CONTRIBUTOR),
        town.person(Role.OFFICER),
        town.person(Role.COACH),
        # The only administrator there is: without one the tool does not start.
        invited(town, Role.ADMINISTRATOR, lasts + 50),
    ]
    town.held.store.accounts.change(kept[1].id, signed_in_at=NOW - UNUSED + DAY)
    evaluation = town.evaluation()
    town.evaluation(view=View(evaluation.id, kept[2].id, "mayor"))
    town.clock.at = NOW

    go_round(a_round(town, dry=True))
    assert len(town.held.store.accounts.listing()) == 9
    assert capsys.readouterr().out.count("Te verwijderen account dat niemand gebruikt") == 3
    go_round(a_round(town))
    assert {a.id for a in town.held.store.accounts.listing()} == {a.id for a in kept}
    told = {
        (event.role, event.action, event.nis_code, event.detail)
        for entry in town.held.store.audit.entries()
        if (event := entry.event)
    }
    assert told == {
        *(("command", "retention_account", OWN, who.id) for who in stale),
        ("command", "retention_account", "", idle.id),
    }

    second = invited(town, Role.ADMINISTRATOR, 1)
    go_round(a_round(town))
    left = {a.id for a in town.held.store.accounts.listing(role=Role.ADMINISTRATOR)}
    assert left == {second.id}


def test_what_is_kept_during_a_round_is_not_deleted(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved, gone = reminded(town, 70), reminded(town, 70)
    seen = town.held.evaluations.listing()
    town.held.evaluations.keep(saved.id, at=NOW)
    town.held.evaluations.delete(gone.id)
    monkeypatch.setattr(EvaluationRepository, "untouched_since", lambda *_: seen)
    go_round(a_round(town))
    assert [e.id for e in town.held.evaluations.listing()] == [saved.id]
    assert log(town) == []


def settings_of(folder: Path, **changes: str) -> Path:
    """A file with settings of a hosted tool that keeps its things in ``folder``."""
    key = folder / "key"
    key.write_text("k" * 40, encoding="ascii")
    key.chmod(0o600)
    held = {
        "public_url": "https://evaluatie.example",
        "secret_key_file": str(key),
        "organisation": "Een organisatie",
        "contact": "beheer@organisatie.example",
        "instance": str(folder / "instance"),
        **changes,
    }
    path = folder / "settings.toml"
    path.write_text("".join(f"{k} = '{v}'\n" for k, v in held.items()), encoding="utf-8")
    return path


def old_evaluation(store: Store, catalogue: Catalogue, edition: str = "") -> Evaluation:
    """One that is due for a reminder by the clock of this machine."""
    questionnaire = catalogue.questionnaire
    return store.evaluations.create(
        nis_code=OWN,
        cluster=5,
        cluster_proposed=False,
        day=date(2020, 1, 1),
        edition=edition or questionnaire.edition,
        survey=questionnaire.survey,
        sections={},
        at=datetime(2020, 1, 1, tzinfo=UTC),
    )


def test_the_command(
    tmp_path: Path, catalogue: Catalogue, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = str(settings_of(tmp_path))
    assert main(["retention", "--settings", settings]) == 1
    assert "geen databank" in capsys.readouterr().err
    assert not (tmp_path / "instance").exists()
    store = open_store(tmp_path / "instance" / "evaltool.sqlite")
    evaluation = old_evaluation(store, catalogue)
    assert main(["retention", "--settings", settings, "--dry-run", "--lang", "en"]) == 0
    assert capsys.readouterr().out.startswith(f"To be reminded of: {evaluation.id} (Leuven).")
    assert store.evaluations.get(evaluation.id).reminded_at is None
    assert main(["retention", "--settings", settings]) == 0
    assert capsys.readouterr().out.startswith(f"Herinnerd: {evaluation.id}")
    assert store.evaluations.get(evaluation.id).reminded_at is not None
    assert main(["retention", "--settings", str(tmp_path / "none.toml")]) == 1
    assert "none.toml" in capsys.readouterr().err
    store.close()


# The page


def notice(client: CheckedClient | HostedClient, id_: str, language: str = "nl") -> str:
    """What the overview of an evaluation says of its deletion; empty where it says nothing."""
    page = client.get(f"/evaluations/{id_}", query_string={"lang": language})
    assert page.status_code == 200
    found = [e for e in parsed(page).iter("div") if e.get("class") == "notice"]
    return " ".join(text_of(element) for element in found)


def test_the_overview_says_from_which_day_on_and_keeps_with_one_button(town: Town) -> None:
    officer = town.signed_in(town.person(Role.OFFICER))
    evaluation = reminded(town, 10)
    told = notice(officer, evaluation.id)
    assert "Vanaf 16 januari 2027 wordt ze verwijderd" in told
    assert told.endswith("Kies Bewaren of wijzig iets. Bewaren")
    assert "From 16 January 2027 on" in notice(officer, evaluation.id, "en")
    officer.get("/?lang=nl")
    answer = officer.send(f"/evaluations/{evaluation.id}/keep")
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        f"/evaluations/{evaluation.id}",
    )
    assert notice(officer, evaluation.id) == "De zelfevaluatie blijft bewaard."
    assert notice(officer, evaluation.id) == ""
    kept = town.held.evaluations.get(evaluation.id)
    assert (kept.changed_at, kept.reminded_at) == (NOW, None)
    assert (kept.answers, kept.versions) == (evaluation.answers, evaluation.versions)
    assert log(town) == [("officer", "keep", OWN, evaluation.id)]


def test_a_finished_evaluation_and_one_of_another_edition_can_be_kept(town: Town) -> None:
    officer = town.signed_in(town.person(Role.OFFICER))
    finished = reminded(town, 10)
    town.held.evaluations.finish(finished.id, at=LONG_AGO)
    town.held.evaluations.remind(finished.id, at=NOW)
    earlier = old_evaluation(town.held.store, town.held.catalogue, edition="2019-1")
    town.held.evaluations.remind(earlier.id, at=NOW)
    for evaluation in (finished, earlier):
        assert officer.send(f"/evaluations/{evaluation.id}/keep").status_code == 303
        assert town.held.evaluations.get(evaluation.id).reminded_at is None
    assert town.held.evaluations.get(finished.id).status is Status.FINISHED


def test_who_may_not_fill_in_is_told_whom_to_ask(town: Town) -> None:
    chair, other = town.person(Role.CHAIR), town.person(Role.OFFICER, OTHER)
    coach = town.person(Role.COACH)
    town.held.store.consents.give(OWN, coach.id, by=chair.id, at=NOW)
    evaluation = reminded(town, 10)
    for who in (chair, coach):
        client = town.signed_in(who)
        assert notice(client, evaluation.id).endswith("wie ze voor de gemeente invult.")
        assert client.send(f"/evaluations/{evaluation.id}/keep").status_code == 403
    assert town.signed_in(other).send(f"/evaluations/{evaluation.id}/keep").status_code == 404
    assert town.client().send(f"/evaluations/{evaluation.id}/keep").status_code == 401
    assert town.held.evaluations.get(evaluation.id).reminded_at is not None


def test_a_change_of_answers_or_of_the_plan_takes_the_notice_away(town: Town) -> None:
    officer = town.signed_in(town.person(Role.OFFICER))
    changes: tuple[Callable[[str], object], ...] = (
        lambda id_: town.held.evaluations.reopen(id_, at=NOW),
        lambda id_: town.held.plans.add(id_, an_action(), at=NOW),
    )
    for change in changes:
        evaluation = left_alone(town)
        town.held.evaluations.finish(evaluation.id, at=LONG_AGO)
        town.held.evaluations.remind(evaluation.id, at=NOW - DAY)
        assert "verwijderd" in notice(officer, evaluation.id)
        change(evaluation.id)
        assert notice(officer, evaluation.id) == ""


def test_on_one_machine_nothing_is_ever_deleted_by_itself(client: CheckedClient) -> None:
    held = client.application.extensions["evaltool"]
    evaluation = old_evaluation(held.store, held.catalogue)
    held.store.evaluations.remind(evaluation.id, at=NOW)
    assert notice(client, evaluation.id) == ""


# The letter


def letter_to(town: Town, account_id: str, purpose: str = LETTER) -> Letter | None:
    """The letter that the postman would send."""
    hosted = town.held.hosted
    assert hosted is not None
    return composer(town.held, hosted)(Waiting("x", account_id, purpose, 0, NOW, NOW))


def test_the_letter_names_a_day_and_no_answers(town: Town) -> None:
    officer = town.person(Role.OFFICER)
    first = reminded(town, 10)
    reminded(town, 10, nis_code=OTHER)
    left_alone(town)
    letter = letter_to(town, officer.id)
    assert letter is not None
    assert (letter.to, letter.language) == (officer.address, "nl")
    assert "Vanaf 16 januari 2027 wordt ze verwijderd" in letter.text
    assert "https://evaluatie.example/\n" in letter.text
    assert letter.text.rstrip().endswith("Een organisatie")
    for secret in ("sinds 2016", "Leuven", first.id):
        assert secret not in letter.text + letter.subject
    reminded(town, 20)
    several = letter_to(town, officer.id)
    assert several is not None
    assert "2 zelfevaluaties" in several.text
    assert "de eerste vanaf 6 januari 2027" in several.text


def test_no_letter_goes_where_there_is_nothing_to_say(town: Town) -> None:
    officer, chair = town.person(Role.OFFICER), town.person(Role.CHAIR)
    closed = town.person(Role.OFFICER, state=AccountState.CLOSED)
    evaluation = reminded(town, 10)
    assert letter_to(town, chair.id) is None
    assert letter_to(town, closed.id) is None
    assert letter_to(town, "nobody") is None
    assert letter_to(town, officer.id, "something else") is None
    town.held.evaluations.keep(evaluation.id, at=NOW)
    assert letter_to(town, officer.id) is None
