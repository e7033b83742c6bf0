"""The demonstration: what ``evaltool demo`` fills an empty database with."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from evaltool.catalogue import Catalogue
from evaltool.cli import main
from evaltool.cli.demo import told
from evaltool.cli.demo_answers import STAGES, VOICES, answers_of, voice_of
from evaltool.cli.demo_story import Story, chosen_ones
from evaltool.domain.access import Role
from evaltool.domain.accounts import AccountState
from evaltool.domain.agenda import MeetingState
from evaltool.domain.audit import verify
from evaltool.domain.carrying import unconfirmed
from evaltool.domain.coaching import EntryKind
from evaltool.domain.evaluation import Status
from evaltool.domain.meeting import ItemKind
from evaltool.domain.plan import ActionState
from evaltool.domain.validation import validate
from evaltool.domain.zone import MemberState
from evaltool.identity import passwords
from evaltool.store import Store, open_store

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
PLACES = range(len(STAGES))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> tuple[Store, Story]:
    """The demonstration, once for the tests that only look at it."""
    store = open_store(tmp_path_factory.mktemp("demo") / "evaltool.sqlite")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "hashed", quickly)
        story = told(catalogue, store, NOW, "nl")
    assert story is not None
    return store, story


def quickly(password: str) -> str:
    """In place of a hash, which takes its time on purpose: thirty take seconds."""
    return f"hash of {password}"


@pytest.mark.parametrize("turn", [0, 1])
@pytest.mark.parametrize("place", PLACES)
def test_invented_answers_are_as_valid_as_typed_ones(
    catalogue: Catalogue, place: int, turn: int
) -> None:
    answers = answers_of(catalogue.questionnaire, place, turn, "verzonnen")
    assert validate(catalogue.questionnaire, answers) == ()
    assert answers.notes["respondent_function"] == "verzonnen"


def test_most_go_forward_but_not_all() -> None:
    steps = [last.structure - first.structure for first, last in STAGES]
    assert sum(step > 0 for step in steps) >= 8
    assert 0 in steps
    assert min(steps) < 0


def test_four_members_differ_on_the_same_questions(catalogue: Catalogue) -> None:
    common = answers_of(catalogue.questionnaire, 0, 1, "")
    views = [voice_of(catalogue.questionnaire, common, own) for _, own in VOICES]
    assert all(validate(catalogue.questionnaire, view) == () for view in views)
    for question in ("missing_partners", "information_agreement", "feedback_to_reporter"):
        assert len({repr(view.values[question]) for view in views}) >= 3


def test_twelve_municipalities_of_all_clusters_and_provinces(catalogue: Catalogue) -> None:
    found = chosen_ones(catalogue.register)
    assert Counter(cluster for _, cluster in found) == dict.fromkeys(range(1, 7), 2)
    assert len({town.nis_code for town, _ in found}) == 12
    assert len({town.province for town, _ in found}) == 5
    assert all(cluster in town.proposal.candidates for town, cluster in found)


def test_everybody_who_is_promised_is_there(filled: tuple[Store, Story]) -> None:
    store, story = filled
    roles = Counter(account.role for account in store.accounts.listing())
    assert roles == {
        Role.COACH: 1,
        Role.ADMINISTRATOR: 1,
        # Three of them are of other municipalities of a police zone.
        Role.OFFICER: 15,
        Role.CHAIR: 12,
        Role.CONTRIBUTOR: 4,
    }
    assert all(a.state is AccountState.ACTIVE for a in store.accounts.listing())
    consents = store.consents.to_coach(story.coach.id)
    assert (len(consents), sum(consent.named for consent in consents)) == (12, 10)


def test_each_has_two_evaluations_over_two_years(filled: tuple[Store, Story]) -> None:
    store, story = filled
    for town, _ in story.towns:
        own = store.evaluations.listing([town.nis_code])
        first, last = sorted(evaluation.day for evaluation in own)
        assert (last - first) > timedelta(days=360)
        assert NOW - timedelta(days=730) <= datetime(first.year, first.month, first.day, tzinfo=UTC)
        assert last <= NOW.date()
    states = Counter(evaluation.status for evaluation in store.evaluations.listing())
    assert states == {Status.FINISHED: 22, Status.OPEN: 2}


def test_there_are_plans_notes_sessions_and_views(filled: tuple[Store, Story]) -> None:
    store, story = filled
    actions = Counter(
        planned.action.state
        for evaluation in store.evaluations.listing()
        for planned in store.plans.of(evaluation.id)
    )
    assert min(actions[state] for state in (ActionState.OPEN, ActionState.DONE)) >= 10
    entries = store.coaching.of_coach(story.coach.id)
    by_kind = Counter(entry.kind for entry in entries)
    notes = [entry for entry in entries if entry.kind is EntryKind.NOTE]
    assert {note.shared for note in notes} == {True, False}
    assert by_kind[EntryKind.SESSION] > 24
    views = [len(store.evaluations.views_of(e.id)) for e in store.evaluations.listing()]
    assert sorted(views)[-2:] == [0, 4]


def test_a_chair_held_a_meeting_on_what_members_see_differently(
    filled: tuple[Store, Story],
) -> None:
    store, story = filled
    about = story.evaluations[0, 1]
    (meeting,) = store.meetings.of(about.id)
    assert meeting.state is MeetingState.CLOSED
    assert meeting.started_at is not None
    assert meeting.closed_at == meeting.started_at + timedelta(minutes=40)
    assert meeting.total == meeting.length == 90
    planned, alone = meeting.decisions
    assert planned.action in {p.id for p in store.plans.of(about.id)}
    assert alone.action is None
    kinds = {item.id: item.kind for item in meeting.items}
    assert kinds[planned.item] is ItemKind.DIFFERENCE
    assert ItemKind.FINDING in kinds.values()
    noted = [item for item in meeting.items if item.notes]
    assert [item.id for item in noted] == [planned.item]


def test_a_police_zone_has_members_that_confirmed_and_one_that_did_not(
    filled: tuple[Store, Story],
) -> None:
    store, story = filled
    about = story.evaluations[1, 1]
    states = Counter(member.state for member in store.zones.of(about.id))
    assert states == {MemberState.CONFIRMED: 3, MemberState.ASKED: 1}
    snapshot = store.evaluations.snapshots(about.id)[-1]
    assert len(snapshot.supplement.members) == 3
    for code, _ in snapshot.supplement.members:
        assert [e.event.action for e in store.audit.of_municipality(code)] == ["zone_confirmed"]
        assert story.officers[code].nis_code == code


def test_one_started_from_its_last_report_and_looked_at_a_part(
    filled: tuple[Store, Story], catalogue: Catalogue
) -> None:
    store, story = filled
    first, second = (store.evaluations.get(story.evaluations[6, turn].id) for turn in (0, 1))
    assert second.started_from == first.id
    assert second.status is Status.OPEN
    again = {q.id for q in catalogue.questionnaire if q.carried}
    assert second.answers.values == {k: v for k, v in first.answers.values.items() if k in again}
    left = unconfirmed(catalogue.questionnaire, second)
    sections = {catalogue.questionnaire.by_id[id_].section for id_ in left}
    assert sections
    assert "structure" not in sections
    assert {mark.since for mark in second.carried.values()} == {first.day}
    looked_at = [id_ for id_, mark in second.carried.items() if mark.confirmed]
    assert "meeting_frequency" in looked_at


def test_the_audit_log_tells_it_in_the_order_of_time(filled: tuple[Store, Story]) -> None:
    store, _ = filled
    entries = list(store.audit.entries())
    assert verify(iter(entries)).broken_at is None
    moments = [entry.event.at for entry in entries]
    assert moments == sorted(moments)
    assert moments[-1] <= NOW


def test_passwords_are_random_and_open_the_accounts(
    filled: tuple[Store, Story],
    tmp_path: Path,
    catalogue: Catalogue,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store, story = filled
    assert len(set(story.passwords.values())) == 33
    for id_, password in story.passwords.items():
        assert store.accounts.get(id_).password == quickly(password)
    monkeypatch.setattr(passwords, "hashed", quickly)
    with_other = open_store(tmp_path / "evaltool.sqlite")
    again = told(catalogue, with_other, NOW, "en")
    with_other.close()
    assert again is not None
    assert not set(again.passwords.values()) & set(story.passwords.values())


@pytest.mark.slow
def test_the_command_prints_the_accounts_and_refuses_a_second_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "instance"
    assert main(["demo", "--instance", str(folder)]) == 0
    out = capsys.readouterr().out
    assert "verzonnen" in out
    assert "coach@traject.example" in out
    lines = [line.split() for line in out.splitlines() if ".example" in line]
    assert len({line[-1] for line in lines}) == len(lines) == 33
    store = open_store(folder / "evaltool.sqlite")
    coach = store.accounts.by_address("coach@traject.example")
    store.close()
    assert coach is not None
    assert passwords.is_right(lines[0][-1], coach.password)
    assert main(["demo", "--instance", str(folder)]) == 1
    assert "lege databank" in capsys.readouterr().err


def test_a_database_that_holds_anything_is_left_alone(tmp_path: Path, catalogue: Catalogue) -> None:
    store = open_store(tmp_path / "evaltool.sqlite")
    store.accounts.create(address="a@b.example", name="A", role=Role.COACH, nis_code=None, at=NOW)
    assert told(catalogue, store, NOW, "nl") is None
    assert len(store.accounts.listing()) == 1
    store.close()


def settings_file(folder: Path, instance: Path) -> Path:
    key = folder / "key"
    key.write_text("k" * 40, encoding="ascii")
    key.chmod(0o600)
    path = folder / "settings.toml"
    path.write_text(
        "\n".join(
            (
                'public_url = "http://localhost:8080"',
                f"secret_key_file = '{key}'",
                'organisation = "Een organisatie"',
                'contact = "beheer@organisatie.example"',
                f"instance = '{instance}'",
            )
        ),
        encoding="utf-8",
    )
    return path


def test_with_settings_it_says_where_to_sign_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "hashed", quickly)
    folder = tmp_path / "instance"
    settings = settings_file(tmp_path, folder)
    other = ["demo", "--instance", str(tmp_path / "other"), "--settings", str(settings)]
    assert main(other) == 1
    assert str(folder) in capsys.readouterr().err
    assert not (tmp_path / "other").exists()
    asked = ["demo", "--lang", "en", "--instance", str(folder), "--settings", str(settings)]
    assert main(asked) == 0
    out = capsys.readouterr().out
    assert "http://localhost:8080/sign-in" in out
    assert "All answers, notes and actions are invented" in out
