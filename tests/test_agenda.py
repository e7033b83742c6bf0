"""Meetings: the agenda in its order, what is decided, and how they are kept."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from evaltool.catalogue import Catalogue, loaded
from evaltool.domain.agenda import (
    LONGEST,
    MOST_DECISIONS,
    MOST_ITEMS,
    MOST_MEETINGS,
    SHORTEST,
    Decision,
    Item,
    Meeting,
    MeetingConflict,
    MeetingNotFound,
    MeetingState,
    Present,
    TooMany,
    arranged,
    decision_faults,
    ends_at,
    faults,
    moved,
    picked_from,
    put_in_state,
    with_added,
)
from evaltool.domain.composing import (
    Sources,
    decision_line,
    minutes_of,
    minutes_text,
    offered,
    proposal,
    sheet_of,
)
from evaltool.domain.evaluation import NotFound
from evaltool.domain.language import LANGUAGES, LOCALES, Language
from evaltool.domain.library import action_view
from evaltool.domain.meeting import MOST_LEFT_OUT, ItemKind, meeting_sheet
from evaltool.domain.plan import Action, ActionState, PlannedAction
from evaltool.domain.reporting import build
from evaltool.domain.supplements import DifferenceView, StanceView
from evaltool.pdf import agenda_document, minutes_document
from evaltool.store import Store, open_store
from tests.factories import a_document_of, a_moment, an_action, some_answers
from tests.golden import NAMES, document_of
from tests.pdf_checks import assert_sound

FORMS = loaded().meetings


def an_item(title: str = "Ronde", **changes: Any) -> Item:
    """An item of ten minutes, of one's own unless told otherwise."""
    return Item(**{"kind": ItemKind.OWN, "title": title, "minutes": 10, **changes})


def a_meeting(*items: Item, **changes: Any) -> Meeting:
    """A meeting of an hour with these items, under ids a, b, c where they have none."""
    named = (
        item if item.id else replace(item, id=chr(ord("a") + number))
        for number, item in enumerate(items)
    )
    made = Meeting(id="m", day=date(2026, 12, 3), title="Najaar", length=60, items=tuple(named))
    return replace(made, **changes)


def a_difference(question: str = "chair", **changes: Any) -> DifferenceView:
    """A question that two answered one way and one another way."""
    made = DifferenceView(
        question=question,
        text="Wie zit de LIVC-R voor?",
        section="Structuur",
        stances=(
            StanceView("Burgemeester", ("Lokale politie", "Scholen")),
            StanceView("Korpschef", ("Sociale dienst",)),
        ),
        spread=0.67,
        survey=("Bij de meeste gemeenten is dat de burgemeester.", "Tabel 8"),
        common=(),
        reason="",
    )
    return replace(made, **changes)


def sources(
    catalogue: Catalogue,
    name: str | None = "rural-zone-quiet",
    *actions: Action,
    language: Language = "nl",
    differences: tuple[DifferenceView, ...] = (),
) -> Sources:
    """What there is to compose an agenda from, in a golden municipality or without a report."""
    library = catalogue.library(language)
    document = a_document_of(catalogue, some_answers())
    if name is not None:
        document = document_of(catalogue, name)
    report = build(library, replace(document, actions=actions))
    return Sources(
        municipality=report.municipality.name,
        report=None if name is None else report,
        actions=tuple((f"id-{n}", action_view(library, a)) for n, a in enumerate(actions)),
        differences=differences,
    )


# Order, minutes, states


ids = st.lists(st.text("abcdef", min_size=1, max_size=1), unique=True)


@given(ids, st.sampled_from("abcdef"), st.integers(-3, 3))
def test_moving_one_keeps_all_others_in_their_order(order: list[str], id_: str, step: int) -> None:
    found = moved(order, id_, step)
    assert sorted(found) == sorted(order)
    assert [o for o in found if o != id_] == [o for o in order if o != id_]
    if id_ in order:
        wanted = min(max(order.index(id_) + step, 0), len(order) - 1)
        assert found.index(id_) == wanted


def test_arranging_takes_minutes_and_drops_what_is_not_named() -> None:
    meeting = a_meeting(an_item("een"), an_item("twee"), an_item("drie"))
    found = arranged(meeting, [("c", 25), ("a", 5), ("nowhere", 5)])
    assert [(i.title, i.minutes) for i in found.items] == [("drie", 25), ("een", 5)]
    assert found.total == 30


def test_what_is_added_comes_before_the_closing_item_and_once() -> None:
    closing = an_item("Slot", kind=ItemKind.CLOSING)
    finding = an_item("Bevinding", kind=ItemKind.FINDING, about="few_cases")
    meeting = with_added(a_meeting(an_item("een"), closing), [finding, finding])
    assert [i.title for i in meeting.items] == ["een", "Bevinding", "Bevinding", "Slot"]
    again = with_added(meeting, [finding])
    assert again == meeting


def test_an_agenda_holds_no_more_than_it_can() -> None:
    meeting = a_meeting(*(an_item(str(n), id=f"i{n}") for n in range(MOST_ITEMS)))
    with pytest.raises(TooMany):
        with_added(meeting, [an_item("nog een")])
    assert with_added(meeting, []) == meeting


DRAFT, RUNNING, CLOSED = MeetingState


@pytest.mark.parametrize(
    ("before", "wanted", "after"),
    [
        (DRAFT, RUNNING, RUNNING),
        (DRAFT, CLOSED, DRAFT),
        (RUNNING, CLOSED, CLOSED),
        (RUNNING, DRAFT, DRAFT),
        (RUNNING, RUNNING, RUNNING),
        (CLOSED, RUNNING, RUNNING),
        (CLOSED, DRAFT, CLOSED),
        (CLOSED, CLOSED, CLOSED),
    ],
)
def test_a_meeting_goes_from_state_to_state(
    before: MeetingState, wanted: MeetingState, after: MeetingState
) -> None:
    started = None if before is DRAFT else a_moment()
    closed = a_moment(60) if before is CLOSED else None
    meeting = a_meeting(state=before, started_at=started, closed_at=closed)
    found = put_in_state(meeting, wanted, a_moment(90))
    assert found.state is after
    assert (found.started_at is None) == (after is DRAFT)
    if before is after:
        assert found == meeting


def test_mending_does_not_change_when_it_began_and_ended() -> None:
    begun = put_in_state(a_meeting(), RUNNING, a_moment())
    closed = put_in_state(begun, CLOSED, a_moment(55))
    opened = put_in_state(closed, RUNNING, a_moment(500))
    # What was held is no longer only a try.
    assert put_in_state(opened, DRAFT, a_moment(501)) == opened
    assert put_in_state(opened, CLOSED, a_moment(600)) == closed


def test_an_item_ends_when_all_before_it_and_it_took_their_minutes() -> None:
    meeting = a_meeting(an_item(minutes=5), an_item(minutes=20))
    assert ends_at(meeting, 1) is None
    meeting = replace(meeting, started_at=a_moment())
    assert ends_at(meeting, 1) == a_moment(5)
    assert ends_at(meeting, 2) == a_moment(25)


def test_an_item_at_which_something_was_noted_or_decided_cannot_be_lost() -> None:
    meeting = a_meeting(
        an_item(), an_item(notes="gezegd"), an_item(), decisions=(Decision("x", item="c"),)
    )
    assert [meeting.can_lose(item) for item in meeting.items] == [True, False, False]


def test_what_can_be_wrong_with_a_meeting() -> None:
    assert list(faults(a_meeting(an_item(minutes=1), an_item(minutes=480)))) == []
    assert list(faults(a_meeting(length=SHORTEST))) == list(faults(a_meeting(length=LONGEST))) == []
    wrong = a_meeting(
        an_item(minutes=0),
        an_item(minutes=481),
        an_item("x" * 301),
        title="y" * 301,
        length=LONGEST + 1,
        present=Present((), "z" * 301),
    )
    assert {(p.code, p.where) for p in faults(wrong)} == {
        ("length", "length"),
        ("too_long", "title"),
        ("too_long", "others"),
        ("too_long", "title-c"),
        ("minutes", "minutes-a"),
        ("minutes", "minutes-b"),
    }
    assert [p.code for p in decision_faults(Decision(""))] == ["decision_empty"]
    assert [p.where for p in decision_faults(Decision("x" * 301, "y" * 301))] == ["text", "owner"]
    assert list(decision_faults(Decision("x" * 300))) == []


def test_a_decision_at_a_finding_counts_for_it_until_the_plan_has_an_action_of_it() -> None:
    meeting = a_meeting(
        an_item(kind=ItemKind.FINDING, about="few_cases"), an_item(about="few_cases")
    )
    assert picked_from(meeting, Decision("x", item="a"), ()) == "few_cases"
    assert picked_from(meeting, Decision("x", item="b"), ()) is None
    plan = (PlannedAction("p", 1, an_action(finding="few_cases"), a_moment()),)
    assert picked_from(meeting, Decision("x", item="a"), plan) is None


def test_an_action_follows_a_decision_while_it_says_the_same() -> None:
    decision = Decision("Bel de buren", "voorzitter", date(2027, 3, 31))
    assert decision.is_followed_by(replace(decision.becomes, remark="al gebeld"))
    for change in ({"title": "Bel"}, {"owner": ""}, {"due": None}):
        assert not decision.is_followed_by(replace(decision.becomes, **change))


@pytest.mark.parametrize(
    "change", [{"state": ActionState.BUSY}, {"state": ActionState.DONE}, {"remark": "al gebeld"}]
)
def test_an_action_that_somebody_touched_is_more_than_the_decision(change: dict[str, Any]) -> None:
    decision = Decision("Bel de buren", "voorzitter", date(2027, 3, 31))
    assert decision.is_all_of(decision.becomes)
    assert not decision.is_all_of(replace(decision.becomes, **change))
    assert not decision.is_all_of(replace(decision.becomes, title="Bel"))


# Proposal and sheet


@pytest.mark.parametrize("form", FORMS, ids=lambda form: str(form.minutes))
@pytest.mark.parametrize("name", NAMES)
def test_the_proposal_is_the_sheet_that_there_was(
    catalogue: Catalogue, name: str, form: Any
) -> None:
    found = sources(catalogue, name, an_action())
    t = catalogue.in_language("nl")
    assert found.report is not None
    sheet = meeting_sheet(found.report, form, t)
    items = proposal(found, form.minutes, FORMS, t)
    assert [(i.kind, i.title, i.minutes) for i in items] == [
        (i.kind, i.title, i.minutes) for i in sheet.items
    ]
    printed = sheet_of(a_meeting(*items, length=form.minutes), found, t)
    assert [replace(i, about="") for i in printed.items] == [
        replace(i, about="") for i in sheet.items
    ]
    assert printed.left_out == sheet.left_out


@settings(deadline=None)
@given(st.integers(SHORTEST, LONGEST), st.booleans(), st.booleans(), st.integers(0, 7))
def test_a_proposal_of_any_length_fits_it(
    length: int, reported: bool, acting: bool, differing: int
) -> None:
    catalogue = loaded()
    found = sources(catalogue, None, *((an_action(),) if acting else ()))
    if reported:
        found = replace(found, report=sources(catalogue).report)
    differences = tuple(a_difference(f"q{n}") for n in range(differing))
    found = replace(found, differences=differences)
    items = proposal(found, length, FORMS, catalogue.in_language("nl"))
    assert sum(item.minutes for item in items) == length
    assert all(item.minutes > 0 and item.title for item in items)
    assert list(faults(a_meeting(*items, length=length))) == []
    kinds = [item.kind for item in items]
    if not reported:
        assert (ItemKind.DIFFERENCE in kinds) == bool(differing)
    elif differing and ItemKind.FINDING in kinds and length >= 90:
        assert ItemKind.DIFFERENCE in kinds


@pytest.mark.parametrize(
    ("findings", "differing", "proposed"),
    [
        (9, 0, (4, 0)),
        (9, 1, (3, 1)),
        (9, 9, (2, 2)),
        (1, 9, (1, 3)),
        (0, 9, (0, 4)),
        (0, 0, (0, 0)),
    ],
)
def test_a_proposal_beside_a_report_goes_over_differences_too(
    catalogue: Catalogue, findings: int, differing: int, proposed: tuple[int, int]
) -> None:
    found = sources(catalogue, "rural-zone-quiet")
    assert found.report is not None
    attention = found.report.attention[:findings]
    fewer = replace(found.report, findings=attention)
    differences = tuple(a_difference(f"q{n}") for n in range(differing))
    found = replace(found, report=fewer, differences=differences)
    items = proposal(found, 90, FORMS, catalogue.in_language("nl"))
    about = [i.about for i in items if i.kind is ItemKind.FINDING]
    assert about == [f.id for f in attention[: proposed[0]]]
    seen = [i.about for i in items if i.kind is ItemKind.DIFFERENCE]
    assert seen == [d.question for d in differences[: proposed[1]]]
    assert sum(i.minutes for i in items) == 90


def test_everything_offered_is_not_on_the_agenda_yet(catalogue: Catalogue) -> None:
    done = an_action("Klaar", state=ActionState.DONE)
    found = sources(
        catalogue, "rural-zone-quiet", an_action("Bel"), done, differences=(a_difference(),)
    )
    meeting = a_meeting()
    everything = list(offered(found, meeting))
    assert found.report is not None
    assert [i.about for i in everything] == [
        *(f.id for f in found.report.attention),
        "chair",
        "id-0",
    ]
    assert list(offered(found, with_added(meeting, everything))) == []


def test_the_sheet_says_what_is_known_of_every_item(catalogue: Catalogue) -> None:
    t = catalogue.in_language("nl")
    found = sources(
        catalogue,
        "rural-zone-quiet",
        an_action("Bel de buren", due=date(2027, 3, 31), owner="dienst"),
        an_action("Schrijf de scholen aan"),
        differences=(a_difference(),),
    )
    meeting = a_meeting(
        an_item("oud", kind=ItemKind.FINDING, about="few_cases", minutes=15),
        an_item("oud", kind=ItemKind.DIFFERENCE, about="chair"),
        an_item("Bel de buren", kind=ItemKind.ACTION, about="id-0"),
        an_item("", kind=ItemKind.FOLLOW_UP),
        an_item("Ronde langs de scholen"),
    )
    sheet = sheet_of(meeting, found, t, ["Burgemeester", "Scholen"])
    finding, difference, action, rest, own = sheet.items
    # The date and who is known to be there need not be written by hand.
    assert [value for _, value in sheet.known][1:] == ["Burgemeester en Scholen"]
    assert sheet.warning == ""
    short = sheet_of(replace(meeting, length=30), found, t)
    assert (short.warning, len(short.known)) == (
        f"Let op: de punten duren samen {meeting.total} minuten, de bijeenkomst 30.",
        1,
    )
    assert finding.title.startswith("Weinig casussen")
    assert finding.choices
    assert (difference.start, difference.title) == (15, "Wie zit de LIVC-R voor?")
    assert "Burgemeester: Lokale politie en Scholen" in difference.lines
    assert "Bij de meeste gemeenten is dat de burgemeester." in difference.lines
    assert difference.source == "Tabel 8"
    assert action.lines == ("31 maart 2027: Bel de buren (dienst)", "Stand: te doen.")
    # What is on the agenda itself is not gone through again.
    assert rest.lines == ("nog geen datum: Schrijf de scholen aan (nog niemand)",)
    assert (own.title, own.lines) == ("Ronde langs de scholen", ())
    assert all(item.ask for item in (finding, difference, action, rest, own))


def test_what_is_gone_keeps_its_title_and_says_so(catalogue: Catalogue) -> None:
    t = catalogue.in_language("nl")
    meeting = a_meeting(
        an_item("Een bevinding van toen", kind=ItemKind.FINDING, about="no_longer_there"),
        an_item("Een vraag van toen", kind=ItemKind.DIFFERENCE, about="chair"),
        an_item("Een actie van toen", kind=ItemKind.ACTION, about="gone"),
    )
    sheet = sheet_of(meeting, sources(catalogue), t)
    assert [item.title for item in sheet.items] == [item.title for item in meeting.items]
    gone = "Deze bevinding staat niet meer in het laatste verslag van de zelfevaluatie."
    assert sheet.items[0].lines == (gone,)
    assert sheet.items[2].lines == ("Deze actie staat niet meer in het plan.",)
    assert len(sheet.left_out) == MOST_LEFT_OUT + 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_item_is_printed_in_both_languages(
    catalogue: Catalogue, language: Language
) -> None:
    t = catalogue.in_language(language)
    found = sources(catalogue, "coast", an_action(), language=language)
    found = replace(found, differences=(a_difference(),))
    items = [an_item(f"Titel {kind}", kind=kind) for kind in ItemKind]
    items += list(offered(found, a_meeting()))[:30]
    sheet = sheet_of(a_meeting(*(replace(i, id=f"i{n}") for n, i in enumerate(items))), found, t)
    read = assert_sound(
        agenda_document(sheet, found.municipality, t),
        language=LOCALES[language],
        title=sheet.title,
    )
    told = read.text(read.tree)
    assert all(item.title in told for item in sheet.items)


# Minutes


PROSE = "Het overleg loopt al enkele jaren en niet alle partners sluiten even vaak aan. "


def some_minutes(catalogue: Catalogue, language: Language, meeting: Meeting) -> Any:
    t = catalogue.in_language(language)
    sheet = sheet_of(meeting, sources(catalogue, language=language), t)
    return minutes_of(meeting, sheet, str.title, t)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", [PROSE * 50, "x" * 4000, "een\n\ntwee\tdrie", "<b>&amp;</b>"])
def test_minutes_are_a_sound_document_whatever_was_noted(
    catalogue: Catalogue, language: Language, text: str
) -> None:
    meeting = a_meeting(
        *(an_item(f"Punt {n}", notes=text[:4000], id=f"i{n}") for n in range(12)),
        an_item("Niets", id="empty"),
        state=RUNNING,
        started_at=a_moment(),
        present=Present(("mayor", "police"), text[:300]),
        decisions=tuple(
            Decision(text[:300], text[:300], date(2027, 1, 1), f"i{n % 12}", "a", f"d{n}")
            for n in range(40)
        ),
    )
    minutes = some_minutes(catalogue, language, meeting)
    t = catalogue.in_language(language)
    read = assert_sound(
        minutes_document(minutes, "Leuven", t),
        language=LOCALES[language],
        title=minutes.title,
        places=0,
    )
    assert read.text(read.tree).count(" ".join(text[:60].split())) >= 40
    assert t("meetings.minutes.draft") in minutes_text(minutes, t)


def test_minutes_of_an_empty_meeting_are_a_sound_document(catalogue: Catalogue) -> None:
    t = catalogue.in_language("nl")
    minutes = some_minutes(catalogue, "nl", a_meeting(state=CLOSED))
    assert_sound(minutes_document(minutes, "Leuven", t), language="nl-BE", title=minutes.title)
    assert minutes.draft == ""
    assert "Aanwezig: nog niet aangeduid" in minutes_text(minutes, t)


def test_decisions_are_numbered_in_the_order_of_the_agenda(catalogue: Catalogue) -> None:
    t = catalogue.in_language("nl")
    meeting = a_meeting(
        an_item("een"),
        an_item("twee"),
        decisions=(
            Decision("later punt", item="b", id="x"),
            Decision("eerste punt", "dienst", date(2027, 3, 31), "a", "action", "y"),
        ),
        started_at=a_moment(),
        closed_at=a_moment(50),
        state=CLOSED,
    )
    minutes = some_minutes(catalogue, "nl", meeting)
    assert [(d.number, d.text) for d in minutes.decisions] == [
        (1, "eerste punt"),
        (2, "later punt"),
    ]
    assert [[d.number for d in item.decisions] for item in minutes.items] == [[1], [2]]
    assert ("Tijd", "van 09.00 tot 09.50") in minutes.facts
    lines = [decision_line(d, t) for d in minutes.decisions]
    assert lines == ["eerste punt (dienst, 31 maart 2027) [in het actieplan]", "later punt"]


# Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = open_store(tmp_path / "evaltool.sqlite")
    yield made
    made.close()


def an_evaluation(store: Store) -> str:
    """The id of a new evaluation."""
    return store.evaluations.create(
        nis_code="24062",
        cluster=5,
        cluster_proposed=False,
        day=date(2026, 11, 23),
        edition="1",
        survey="vvsg-2020",
        sections={},
        at=a_moment(),
    ).id


def kept(store: Store, *items: Item, **changes: Any) -> tuple[str, Meeting]:
    """The id of a new evaluation and a meeting on it; its items get their ids from the store."""
    evaluation = an_evaluation(store)
    meeting = replace(a_meeting(), id="", items=items or (an_item("een"), an_item("twee")))
    return evaluation, store.meetings.create(evaluation, replace(meeting, **changes), at=a_moment())


def test_a_meeting_comes_back_as_it_was(store: Store) -> None:
    evaluation, meeting = kept(
        store,
        an_item("een", kind=ItemKind.FINDING, about="few_cases", minutes=25),
        present=Present(("mayor",), "jeugdrechter"),
        state=RUNNING,
        started_at=a_moment(5),
        closed_at=a_moment(65),
    )
    assert meeting.id
    assert meeting.items[0].id
    assert meeting == store.meetings.get(evaluation, meeting.id)
    wanted = a_meeting(
        replace(meeting.items[0]),
        id=meeting.id,
        present=Present(("mayor",), "jeugdrechter"),
        state=RUNNING,
        started_at=a_moment(5),
        closed_at=a_moment(65),
    )
    assert meeting == wanted


def test_meetings_are_listed_the_last_day_first(store: Store) -> None:
    evaluation, first = kept(store)
    later = replace(first, id="", day=first.day + timedelta(days=1), title="Later", items=())
    earlier = replace(first, id="", day=first.day - timedelta(days=1), title="Vroeger", items=())
    for meeting in (later, earlier):
        store.meetings.create(evaluation, meeting, at=a_moment())
    assert [m.title for m in store.meetings.of(evaluation)] == ["Later", "Najaar", "Vroeger"]


def test_an_id_that_is_known_makes_nothing_new(store: Store) -> None:
    evaluation, meeting = kept(store, id="from a ticket")
    again = replace(meeting, title="anders")
    assert store.meetings.create(evaluation, again, at=a_moment(1)) == meeting
    assert len(store.meetings.of(evaluation)) == 1


def test_a_change_of_order_keeps_notes_and_counts_up(store: Store) -> None:
    evaluation, meeting = kept(store)
    first, second = meeting.items
    store.meetings.note(evaluation, meeting.id, first.id, "gezegd", expected="")
    wanted = arranged(meeting, [(second.id, 5), (first.id, 30)])
    found = store.meetings.change(
        evaluation, wanted, expected_version=meeting.version, at=a_moment(1)
    )
    assert [(i.title, i.minutes, i.notes) for i in found.items] == [
        ("twee", 5, ""),
        ("een", 30, "gezegd"),
    ]
    assert found.version == meeting.version + 1
    # The same again is no conflict, whatever it starts from.
    assert store.meetings.change(evaluation, wanted, expected_version=1, at=a_moment(2)) == found


def test_a_change_from_an_older_version_is_refused(store: Store) -> None:
    evaluation, meeting = kept(store)
    changed = store.meetings.change(
        evaluation, replace(meeting, title="A"), expected_version=1, at=a_moment()
    )
    with pytest.raises(MeetingConflict) as refused:
        store.meetings.change(
            evaluation, replace(meeting, title="B"), expected_version=1, at=a_moment()
        )
    assert refused.value.current == changed


def test_no_item_is_lost_at_which_something_was_decided_meanwhile(store: Store) -> None:
    evaluation, meeting = kept(store)
    first, second = meeting.items
    store.meetings.decide(evaluation, meeting.id, Decision("Bel", item=second.id))
    wanted = arranged(meeting, [(first.id, 10)])
    with pytest.raises(MeetingConflict):
        store.meetings.change(evaluation, wanted, expected_version=1, at=a_moment())
    assert len(store.meetings.get(evaluation, meeting.id).items) == 2


def test_notes_are_replaced_only_by_who_saw_them(store: Store) -> None:
    evaluation, meeting = kept(store)
    item = meeting.items[0].id
    store.meetings.note(evaluation, meeting.id, item, "eerst", expected="")
    with pytest.raises(MeetingConflict):
        store.meetings.note(evaluation, meeting.id, item, "anders", expected="")
    store.meetings.note(evaluation, meeting.id, item, "eerst", expected="")
    found = store.meetings.note(evaluation, meeting.id, item, "dan", expected="eerst")
    assert found.items[0].notes == "dan"
    with pytest.raises(MeetingConflict):
        store.meetings.note(evaluation, meeting.id, "nowhere", "x", expected="")


def test_a_decision_is_kept_once_revised_and_withdrawn(store: Store) -> None:
    evaluation, meeting = kept(store)
    item = meeting.items[0].id
    decision = Decision("Bel", "dienst", date(2027, 3, 31), item, None, "from a ticket")
    for _ in range(2):
        assert store.meetings.decide(evaluation, meeting.id, decision) == decision
    other = store.meetings.decide(evaluation, meeting.id, Decision("Schrijf", item=item))
    assert other.id
    changed = replace(decision, text="Bel niet", action="an action")
    found = store.meetings.revise(evaluation, meeting.id, changed, expected=decision)
    assert found.decisions == (changed, other)
    with pytest.raises(MeetingConflict):
        store.meetings.revise(evaluation, meeting.id, decision, expected=decision)
    with pytest.raises(MeetingConflict):
        store.meetings.decide(evaluation, meeting.id, Decision("x", item="nowhere"))
    for _ in range(2):
        after = store.meetings.withdraw(evaluation, meeting.id, decision.id)
        assert after.decisions == (other,)


def test_there_are_no_more_than_there_can_be(store: Store) -> None:
    evaluation, meeting = kept(store)
    item = meeting.items[0].id
    for number in range(MOST_DECISIONS):
        store.meetings.decide(evaluation, meeting.id, Decision(str(number), item=item))
    with pytest.raises(TooMany):
        store.meetings.decide(evaluation, meeting.id, Decision("nog een", item=item))
    for _ in range(MOST_MEETINGS - 1):
        store.meetings.create(evaluation, replace(meeting, id="", items=()), at=a_moment())
    with pytest.raises(TooMany):
        store.meetings.create(evaluation, replace(meeting, id="", items=()), at=a_moment())


def test_a_meeting_is_found_with_its_own_evaluation_alone(store: Store) -> None:
    evaluation, meeting = kept(store)
    other = an_evaluation(store)
    with pytest.raises(MeetingNotFound):
        store.meetings.get(other, meeting.id)
    store.meetings.delete(other, meeting.id)
    assert store.meetings.of(evaluation) == (meeting,)
    with pytest.raises(NotFound):
        store.meetings.of("nowhere")


def rows(folder: Path) -> int:
    """How many rows there are in all tables about meetings."""
    with sqlite3.connect(folder / "evaltool.sqlite") as database:
        found = [
            database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("meetings", "agenda_items", "decisions")
        ]
    database.close()
    return sum(found)


@pytest.mark.parametrize("what", ["meeting", "evaluation"])
def test_deleting_leaves_no_row(store: Store, tmp_path: Path, what: str) -> None:
    evaluation, meeting = kept(store)
    store.meetings.decide(evaluation, meeting.id, Decision("Bel", item=meeting.items[0].id))
    assert rows(tmp_path) == 4
    if what == "meeting":
        for _ in range(2):
            store.meetings.delete(evaluation, meeting.id)
    else:
        store.evaluations.delete(evaluation)
    assert rows(tmp_path) == 0
