"""Over time: what is carried over, what changed between two reports, and how it went."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from reportlab.graphics.shapes import Circle, Drawing, Path as Lines, String

from evaltool.catalogue import Catalogue
from evaltool.charts import (
    NARROW_WIDTH,
    inline_small_multiples,
    register_fonts,
    small_multiples_drawing,
)
from evaltool.charts.palette import ACCENT, PAPER
from evaltool.charts.text import width_of
from evaltool.domain.answers import Answer, Answers
from evaltool.domain.carrying import (
    carried_from,
    changed_answers,
    unconfirmed,
)
from evaltool.domain.changes import AnswerChange, Changes, changes
from evaltool.domain.document import document_of
from evaltool.domain.evaluation import Carried, Evaluation, Finished, NotFound, Status
from evaltool.domain.intake import intake_sheet
from evaltool.domain.language import LANGUAGES, LOCALES, Language
from evaltool.domain.over_time import Point, evolution
from evaltool.domain.pictures import EvolutionView, SmallMultiples
from evaltool.domain.plan import ActionState, PlannedAction, actions_along
from evaltool.domain.report import Report
from evaltool.domain.reporting import build
from evaltool.domain.situation import Area
from evaltool.pdf import feedback_report, intake_document, summary_document
from evaltool.store import Store, open_store
from tests import golden
from tests.factories import (
    a_document_of,
    a_moment,
    all_answers,
    an_action,
    some_answers,
)
from tests.pdf_checks import Read, assert_sound

FIRST, SECOND, THIRD = date(2024, 5, 13), date(2025, 3, 20), date(2026, 11, 12)
TABLE = some_answers(livcr_presence="yes_municipal", meeting_frequency="quarterly")


def an_evaluation(
    catalogue: Catalogue, answers: Answers = TABLE, *, day: date = FIRST, **changes: Any
) -> Evaluation:
    """A finished evaluation of Leuven."""
    questionnaire = catalogue.questionnaire
    made = Evaluation(
        id="an-id",
        nis_code="24062",
        cluster=5,
        cluster_proposed=False,
        day=day,
        edition=questionnaire.edition,
        survey=questionnaire.survey,
        status=Status.FINISHED,
        answers=answers,
        versions={},
        created_at=a_moment(),
        changed_at=a_moment(),
        finished_at=a_moment(),
    )
    return replace(made, **changes)


# Carrying over


def test_answers_texts_and_notes_are_carried_each_with_its_day(catalogue: Catalogue) -> None:
    given = some_answers(
        livcr_presence="yes_municipal",
        livcr_tables="other",
        other_text={"livcr_tables": "vier"},
        notes={"chair": "wisselt"},
    )
    answers, marks = carried_from(catalogue.questionnaire, an_evaluation(catalogue, given))
    assert answers == given
    # A note without an answer is carried, and there is no answer to mark.
    assert marks == {"livcr_presence": Carried(FIRST), "livcr_tables": Carried(FIRST)}


def test_an_answer_carried_twice_keeps_its_first_day_until_somebody_looked(
    catalogue: Catalogue,
) -> None:
    carried = {
        "livcr_presence": Carried(FIRST),
        "meeting_frequency": Carried(FIRST, confirmed=True),
    }
    last = an_evaluation(catalogue, day=SECOND, carried=carried)
    _, marks = carried_from(catalogue.questionnaire, last)
    assert marks == {"livcr_presence": Carried(FIRST), "meeting_frequency": Carried(SECOND)}


def test_what_speaks_of_an_option_no_longer_chosen_is_not_carried(catalogue: Catalogue) -> None:
    given = some_answers(
        challenges=("hate_speech",),
        most_pressing=("challenges:hate_speech", "challenges:local_polarisation"),
    )
    known = catalogue.questionnaire
    sections = tuple(
        replace(s, questions=tuple(replace(q, carried=True) for q in s.questions))
        for s in known.sections
    )
    answers, _ = carried_from(replace(known, sections=sections), an_evaluation(catalogue, given))
    assert answers.values["most_pressing"] == ("challenges:hate_speech",)


def test_what_is_asked_about_now_or_the_past_months_is_asked_anew(catalogue: Catalogue) -> None:
    anew = {question.id for question in catalogue.questionnaire if not question.carried}
    assert {"last_meeting", "most_pressing", "agreement_review"} <= anew
    last = an_evaluation(catalogue, all_answers(catalogue.questionnaire))
    answers, marks = carried_from(catalogue.questionnaire, last)
    assert not anew & {*answers.values, *answers.other_text, *answers.notes, *marks}
    assert "last_meeting" in last.answers.values
    assert {*answers.values} == {*marks} == {*last.answers.values} - anew


def test_of_a_plan_only_what_is_not_over_goes_along() -> None:
    actions = [
        an_action(title, state=state, owner="preventie", due=SECOND, remark="half")
        for title, state in zip("abcd", ActionState, strict=True)
    ]
    plan = [PlannedAction(a.title, 3, a, a_moment(), None) for a in actions]
    assert [a.title for a in actions_along(plan)] == ["a", "b"]
    assert actions_along(plan)[1] == actions[1]


def test_only_what_is_asked_and_not_confirmed_is_to_be_looked_at(catalogue: Catalogue) -> None:
    carried = {
        "livcr_presence": Carried(FIRST),
        "meeting_frequency": Carried(FIRST, confirmed=True),
        "livcr_absence_reasons": Carried(FIRST),
    }
    evaluation = an_evaluation(catalogue, carried=carried)
    assert unconfirmed(catalogue.questionnaire, evaluation) == {"livcr_presence": FIRST}


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        (some_answers(chair="mayor"), some_answers(chair="mayor"), set()),
        (some_answers(chair="mayor"), some_answers(chair="police_chief"), {"chair"}),
        (some_answers(chair="mayor"), some_answers(), {"chair"}),
        (some_answers(), some_answers(chair="mayor"), {"chair"}),
        (
            some_answers(livcr_members=("mayor", "schools")),
            some_answers(livcr_members=("schools", "mayor")),
            set(),
        ),
        (
            some_answers(most_pressing=("challenges:a", "challenges:b")),
            some_answers(most_pressing=("challenges:b", "challenges:a")),
            {"most_pressing"},
        ),
        (
            some_answers({"radicalisation_form_trend": {"islamist": "stable"}}),
            some_answers({"radicalisation_form_trend": {"islamist": "increased"}}),
            {"radicalisation_form_trend"},
        ),
        (
            some_answers(chair="other", other_text={"chair": "de schepen"}),
            some_answers(chair="other", other_text={"chair": "de  schepen "}),
            set(),
        ),
        (
            some_answers(chair="other", other_text={"chair": "de schepen"}),
            some_answers(chair="other", other_text={"chair": "niemand"}),
            {"chair"},
        ),
        (some_answers(chair="mayor"), some_answers(chair="mayor", notes={"chair": "x"}), set()),
    ],
)
def test_another_answer_is_a_change_and_a_note_or_another_order_is_none(
    before: Answers, after: Answers, changed: set[str]
) -> None:
    assert changed_answers(before, after) == changed


# Keeping


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    made = open_store(tmp_path / "evaltool.sqlite")
    yield made
    made.close()


def kept(store: Store, catalogue: Catalogue, **changes: Any) -> Evaluation:
    """An open evaluation with two answers that were carried over."""
    questionnaire = catalogue.questionnaire
    return store.evaluations.create(
        nis_code="24062",
        cluster=5,
        cluster_proposed=False,
        day=SECOND,
        edition=questionnaire.edition,
        survey=questionnaire.survey,
        sections={"structure": TABLE},
        at=a_moment(),
        **{"carried": dict.fromkeys(TABLE.values, Carried(FIRST)), **changes},
    )


def test_marks_are_kept_listed_and_stay_in_a_report(store: Store, catalogue: Catalogue) -> None:
    source = kept(store, catalogue, carried=None)
    made = kept(store, catalogue, started_from=source.id)
    assert made.carried == dict.fromkeys(TABLE.values, Carried(FIRST))
    assert made.started_from == source.id
    assert [e.carried for e in store.evaluations.listing() if e.id == made.id] == [made.carried]
    store.evaluations.finish(made.id, at=a_moment(1))
    store.evaluations.reopen(made.id, at=a_moment(2))
    store.carried.confirm(made.id, {"livcr_presence": True}, at=a_moment(3))
    (snapshot,) = store.evaluations.snapshots(made.id)
    assert snapshot.evaluation.carried == made.carried
    assert store.evaluations.get(made.id).carried["livcr_presence"] == Carried(FIRST, True)
    assert store.evaluations.get(source.id).carried == {}


def test_a_changed_answer_loses_its_mark_and_an_unchanged_one_keeps_it(
    store: Store, catalogue: Catalogue
) -> None:
    made = kept(store, catalogue)
    part = replace(TABLE, notes={"livcr_presence": "sinds 2016"})
    saved = store.evaluations.save_section(
        made.id, "structure", expected_version=1, part=part, at=a_moment(1)
    )
    assert set(saved.carried) == set(TABLE.values)
    part = replace(part, values={**TABLE.values, "meeting_frequency": "monthly"})
    saved = store.evaluations.save_section(
        made.id, "structure", expected_version=2, part=part, at=a_moment(2)
    )
    assert set(saved.carried) == {"livcr_presence"}
    # Back to what it was: somebody looked at it.
    saved = store.evaluations.save_section(
        made.id, "structure", expected_version=3, part=TABLE, at=a_moment(3)
    )
    assert set(saved.carried) == {"livcr_presence"}


def test_confirming_counts_as_a_change_and_can_be_taken_back(
    store: Store, catalogue: Catalogue
) -> None:
    made = kept(store, catalogue)
    store.carried.confirm(made.id, {"livcr_presence": True, "chair": True}, at=a_moment(5))
    after = store.evaluations.get(made.id)
    assert after.carried == {
        "livcr_presence": Carried(FIRST, True),
        "meeting_frequency": Carried(FIRST),
    }
    assert after.changed_at == a_moment(5)
    store.carried.confirm(made.id, {"livcr_presence": True}, at=a_moment(6))
    assert store.evaluations.get(made.id).changed_at == a_moment(5)
    store.carried.confirm(made.id, {"livcr_presence": False}, at=a_moment(7))
    assert store.evaluations.get(made.id).carried == made.carried


def test_nothing_is_confirmed_of_what_is_finished_or_gone(
    store: Store, catalogue: Catalogue
) -> None:
    made = kept(store, catalogue)
    store.evaluations.finish(made.id, at=a_moment(1))
    with pytest.raises(Finished):
        store.carried.confirm(made.id, {"livcr_presence": True}, at=a_moment(2))
    with pytest.raises(NotFound):
        store.carried.confirm("no-such-id", {}, at=a_moment(2))


def test_deleting_takes_the_marks_and_forgets_where_others_started(
    store: Store, catalogue: Catalogue
) -> None:
    source = kept(store, catalogue)
    made = kept(store, catalogue, started_from=source.id)
    store.evaluations.delete(source.id)
    left = store.evaluations.get(made.id)
    assert left.started_from is None
    assert left.carried == made.carried
    store.evaluations.delete(made.id)
    again = kept(store, catalogue, id_=made.id, carried=None)
    assert again.carried == {}


# Comparing


def a_report(
    catalogue: Catalogue,
    answers: Answers,
    *,
    day: date = FIRST,
    cluster: int = 5,
    language: Language = "nl",
    **changes: Any,
) -> Report:
    """A report on answers of a day."""
    document = replace(a_document_of(catalogue, answers, cluster=cluster), day=day)
    return build(catalogue.library(language), document, **changes)


def compared(
    catalogue: Catalogue,
    then: Answers,
    now: Answers,
    *,
    clusters: tuple[int, int] = (5, 5),
    language: Language = "nl",
    carried: dict[str, date] | None = None,
    actions: tuple[PlannedAction, ...] = (),
    since: datetime | None = None,
) -> Changes:
    """What changed between two sets of answers."""
    first = a_report(catalogue, then, cluster=clusters[0], language=language)
    last = a_report(
        catalogue, now, day=SECOND, cluster=clusters[1], language=language, carried=carried
    )
    return changes(
        catalogue.library(language), first, last, since=since or a_moment(), actions=actions
    )


def row(found: Changes, question: str) -> AnswerChange:
    """What changed at a question."""
    rows = [r for _, rows in found.sections for r in rows if r.question == question]
    assert len(rows) == 1, question
    return rows[0]


def table(**more: Answer) -> Answers:
    """Answers of a municipality that has an LIVC-R."""
    return some_answers({"livcr_presence": "yes_municipal", **more})


def test_a_single_answer_that_moved_gives_both_figures_of_the_same_group(
    catalogue: Catalogue,
) -> None:
    found = compared(
        catalogue,
        table(information_agreement="informal"),
        table(information_agreement="formal"),
    )
    moved = row(found, "information_agreement")
    survey = catalogue.benchmark.survey.get("information_agreement", "flanders")
    assert survey is not None

    def figure(option: str) -> str:
        share, count = survey.share(option), survey.by_option[option].count
        assert share is not None
        return f"{100 * share:.0f}\N{NO-BREAK SPACE}% ({count} van {survey.n})"

    assert moved.survey[0] == (
        f"Hetzelfde antwoord als u gaf: toen {figure('informal')}, nu {figure('formal')}."
    )
    assert moved.survey[1].startswith("Groep: gemeenten met een LIVC-R. VVSG-bevraging 2020, ")
    assert len(moved.then) == len(moved.now) == 1
    assert moved.said == ""
    assert "Die cijfers bewegen niet; alleen uw eigen antwoord" in found.notes[0]


def test_of_several_answers_those_that_came_and_went_are_named(catalogue: Catalogue) -> None:
    found = compared(
        catalogue,
        table(livcr_members=("schools", "mayor")),
        table(livcr_members=("mayor", "social_service")),
    )
    moved = row(found, "livcr_members")
    added, dropped = moved.survey[:2]
    assert added.startswith("Kwam erbij: “")
    assert dropped.startswith("Viel weg: “")
    mayor = catalogue.library("nl").texts.of(
        catalogue.questionnaire.option_label("livcr_members", "mayor")
    )
    assert mayor not in added + dropped


def test_another_cluster_is_said_and_its_figures_are_kept_apart(catalogue: Catalogue) -> None:
    found = compared(catalogue, TABLE, TABLE, clusters=(4, 5))
    moved = row(found, "livcr_presence")
    assert moved.said == "Zelfde antwoord, andere groep om mee te vergelijken"
    assert moved.survey[0].startswith("Toen: “")
    assert "agglomeratiegemeenten" in moved.survey[1]
    assert moved.survey[2].startswith("Nu: “")
    assert "centrumgemeenten" in moved.survey[3]
    assert moved.survey[4].startswith("De groepen zijn niet dezelfde")
    assert any("toen cluster 4" in note and "nu cluster 5" in note for note in found.notes)
    assert found.changed == 0
    # What is not published per cluster stays with the same group, and did not move.
    assert not [r for _, rows in found.sections for r in rows if r.question == "livcr_tables"]


def test_the_same_cluster_is_not_mentioned(catalogue: Catalogue) -> None:
    found = compared(catalogue, TABLE, TABLE)
    assert found.sections == ()
    assert (found.changed, found.unchanged) == (0, 2)
    assert not any("cluster" in note for note in found.notes)


def test_what_is_derived_from_an_answer_is_named(catalogue: Catalogue) -> None:
    then, now = (some_answers(radicalisation_signals=code) for code in ("none", "stable"))
    moved = row(compared(catalogue, then, now), "radicalisation_signals")
    assert moved.survey[2] == "Zijn er signalen van radicalisering?"
    assert moved.survey[4].startswith("Groep: centrumgemeenten.")
    other = row(compared(catalogue, now, then, clusters=(5, 4)), "radicalisation_signals")
    assert other.survey[-1].startswith("De groepen zijn niet dezelfde")


def test_figures_without_a_base_and_of_small_groups_stay_what_they_are(
    catalogue: Catalogue,
) -> None:
    found = compared(
        catalogue,
        some_answers(respondent_function="prevention"),
        some_answers(respondent_function="mayor"),
    )
    assert "basis niet gepubliceerd" in row(found, "respondent_function").survey[0]


def test_what_was_answered_once_says_so_and_moves_nothing(catalogue: Catalogue) -> None:
    found = compared(catalogue, table(chair="mayor"), table(information_agreement="formal"))
    assert row(found, "chair").said == "Toen beantwoord, nu open"
    assert row(found, "chair").now == ()
    assert row(found, "information_agreement").said == "Toen open, nu beantwoord"
    assert row(found, "information_agreement").survey == ()
    found = compared(catalogue, some_answers(livcr_presence="no_plans"), table(chair="mayor"))
    assert row(found, "chair").said == "Toen niet gevraagd, nu beantwoord"
    found = compared(catalogue, table(chair="mayor"), some_answers(livcr_presence="no_plans"))
    assert row(found, "chair").said == "Toen beantwoord, nu niet meer gevraagd"


def test_levels_criteria_and_the_legal_minimum_then_and_now(catalogue: Catalogue) -> None:
    then = table(
        meeting_frequency="quarterly",
        last_meeting="within_3_months",
        chair="mayor",
        ltf_link="yes_sometimes",
        own_evaluation="never",
        statutory_members=("mayor", "police_chief"),
    )
    now = replace(
        then,
        values={
            **then.values,
            "ltf_link": "yes_regular",
            "own_evaluation": "yearly",
            "statutory_members": ("mayor", "police_chief", "prevention_official"),
        },
    )
    found = compared(catalogue, then, now)
    structure = found.levels[0]
    assert (structure.then, structure.now) == ("3 uitgebouwd", "4 verankerd")
    assert (structure.way, structure.said) == ("up", "hoger")
    assert structure.gained == (
        "De information officer brengt geregeld informatie van de LTF in.",
        "De LIVC-R evalueert elk jaar haar eigen werking.",
    )
    assert structure.lost == ()
    assert found.legal.then != found.legal.now
    assert [(was, is_) for _, was, is_ in found.legal.members][-1][0] != found.legal.members[-1][2]
    back = compared(catalogue, now, then)
    assert back.levels[0].way == "down"
    assert back.levels[0].lost == structure.gained
    assert {level.way for level in compared(catalogue, TABLE, now).levels} == {"unknown"}


def test_findings_that_went_and_came_are_told_apart_from_strengths(catalogue: Catalogue) -> None:
    then = golden.document_of(catalogue, "centre-growing").answers
    now = golden.document_of(catalogue, "city-anchored").answers
    found, back = compared(catalogue, then, now), compared(catalogue, now, then)
    assert found.gone
    assert found.strengths_new
    assert {f.kind for f in (*found.gone, *found.new)} <= {"legal", "attention"}
    assert {f.kind for f in (*found.strengths_gone, *found.strengths_new)} == {"strength"}
    assert [f.id for f in found.gone] == [f.id for f in back.new]
    assert found.stayed == back.stayed
    total = {f.id for f in a_report(catalogue, then).findings}
    assert found.stayed + len(found.gone) + len(found.strengths_gone) == len(total)


def test_what_stayed_without_being_looked_at_is_counted(catalogue: Catalogue) -> None:
    found = compared(catalogue, TABLE, TABLE, carried={"livcr_presence": FIRST})
    assert (found.unchanged, found.unlooked) == (2, 1)


def test_actions_done_since_and_those_still_to_do(catalogue: Catalogue) -> None:
    def planned(title: str, state: ActionState, minutes: int) -> PlannedAction:
        done = a_moment(minutes) if state is ActionState.DONE else None
        return PlannedAction(title, 1, an_action(title, state=state), a_moment(minutes), done)

    actions = (
        planned("Al klaar", ActionState.DONE, 1),
        # Done before, with a remark that somebody wrote after.
        replace(planned("Al lang klaar", ActionState.DONE, 2), changed_at=a_moment(9)),
        planned("Klaar gezet", ActionState.DONE, 9),
        planned("Nog bezig", ActionState.BUSY, 9),
        planned("Hoeft niet", ActionState.DROPPED, 9),
        # The same action in the plan of the other evaluation: what is newest counts.
        planned("Nog bezig", ActionState.OPEN, 3),
    )
    found = compared(catalogue, TABLE, TABLE, actions=actions, since=a_moment(5))
    assert [a.title for a in found.done] == ["Klaar gezet"]
    assert [(a.title, a.state) for a in found.waiting] == [("Nog bezig", "busy")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_can_be_compared_in_both_languages(
    catalogue: Catalogue, language: Language
) -> None:
    full = all_answers(catalogue.questionnaire)
    names = [golden.document_of(catalogue, name).answers for name in golden.NAMES]
    for then, now in zip([full, *names], [*names, full], strict=True):
        found = compared(catalogue, then, now, clusters=(6, 2), language=language)
        assert found.changed == sum(
            bool(r.then != r.now) for _, rows in found.sections for r in rows
        )


# How it went


def standings(*levels: int | None, members: int | None = 3) -> list[Point]:
    """Standings of all areas at the same level, one on each of the days."""
    days = (FIRST, SECOND, THIRD)
    return [
        Point(day, dict.fromkeys(Area, number), members)
        for day, number in zip(days, levels, strict=False)
    ]


def went(
    catalogue: Catalogue, *levels: int | None, language: Language = "nl", **changes: Any
) -> EvolutionView:
    """How it went over these levels."""
    texts = catalogue.in_language(language)
    return evolution(texts, catalogue.questionnaire, standings(*levels, **changes))


@pytest.mark.parametrize(
    ("levels", "sentence"),
    [
        ((1, 3), "Structuur: van 1 te starten naar 3 uitgebouwd."),
        (
            (1, 3, 2),
            "Structuur: van 1 te starten naar 2 basis. De keer ervoor was dat 3 uitgebouwd.",
        ),
        (
            (1, 3, 3),
            "Structuur: van 1 te starten naar 3 uitgebouwd. Dat is gelijk aan de keer ervoor.",
        ),
        ((2, 2, 2), "Structuur: gebleven op 2 basis."),
        ((2, 3, 2), "Structuur: opnieuw op 2 basis, met daartussen 3 uitgebouwd."),
        (
            (None, 1, 2),
            "Structuur: van 1 te starten naar 2 basis. Eén keer was er te weinig beantwoord.",
        ),
        ((None, 2, None), "Structuur: 2 basis. 2 keer was er te weinig beantwoord."),
        ((None, None, None), "Structuur: nog niet bekend."),
    ],
)
def test_how_an_area_went_in_words(
    catalogue: Catalogue, levels: tuple[int | None, ...], sentence: str
) -> None:
    assert went(catalogue, *levels).sentences[0] == sentence


def test_the_title_says_what_moved(catalogue: Catalogue) -> None:
    assert went(catalogue, 2, 3).title == (
        "Sinds 13 mei 2024 staan 4 van 4 delen hoger en 0 lager."
    )
    assert went(catalogue, 1, 3, 2).title == (
        "Sinds 13 mei 2024 staan 4 van 4 delen hoger en 0 lager."
        " Sinds 20 maart 2025 staan 0 van 4 delen hoger en 4 lager."
    )
    assert went(catalogue, 3, 3, 3).title.startswith("Alle delen die te vergelijken zijn (4)")
    assert went(catalogue, None, 3).title.startswith("Geen enkel deel is te vergelijken")


def test_the_table_has_a_row_per_evaluation(catalogue: Catalogue) -> None:
    found = went(catalogue, 1, None, 3, members=None)
    assert len(found.head) == 6
    assert found.rows[0] == ("13 mei 2024", *["1 te starten"] * 4, "niet bekend")
    assert found.rows[1][1] == "te weinig beantwoord"
    assert went(catalogue, 1).rows == (("13 mei 2024", *["1 te starten"] * 4, "3 van 3"),)


def test_one_evaluation_is_no_picture(catalogue: Catalogue) -> None:
    assert went(catalogue, 2).picture is None
    assert went(catalogue).rows == ()


def test_places_follow_the_days_and_are_even_where_those_are_one(catalogue: Catalogue) -> None:
    picture = went(catalogue, 1, 2, 3).picture
    assert picture is not None
    ends = [at for at, _ in picture.panels[0].points]
    assert ends == [0, (SECOND - FIRST).days / (THIRD - FIRST).days, 1]
    same = [replace(found, day=FIRST) for found in standings(1, 2, 3)]
    again = evolution(catalogue.in_language("nl"), catalogue.questionnaire, same).picture
    assert again is not None
    assert [at for at, _ in again.panels[0].points] == [0, 0.5, 1]


def a_picture(
    catalogue: Catalogue, *levels: int | None, language: Language = "nl"
) -> SmallMultiples:
    """A picture of these levels."""
    picture = went(catalogue, *levels, language=language).picture
    assert picture is not None
    return picture


@pytest.mark.parametrize("width", [NARROW_WIDTH, 482.0])
def test_days_between_are_labelled_where_there_is_room(catalogue: Catalogue, width: float) -> None:
    drawing = small_multiples_drawing(a_picture(catalogue, 1, 2, 3), width)
    written = [s.text for s in drawing.contents if isinstance(s, String)]
    assert written.count("20/3/2025") == written.count("13/5/2024") == 5
    points = [
        Point(FIRST + timedelta(days=30 * number), dict.fromkeys(Area, 2), 3)
        for number in range(12)
    ]
    texts = catalogue.in_language("nl")
    crowded = evolution(texts, catalogue.questionnaire, points, 40).picture
    assert crowded is not None
    drawing = small_multiples_drawing(crowded, width)
    days = [s for s in drawing.contents if isinstance(s, String) and "/" in s.text]
    assert 5 * 4 <= len(days) < 5 * 12


def dots(drawing: Drawing) -> list[Circle]:
    return [shape for shape in drawing.contents if isinstance(shape, Circle)]


@pytest.mark.parametrize("width", [NARROW_WIDTH, 482.0])
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_leaves_the_drawing_or_stands_over_something_else(
    catalogue: Catalogue, width: float, language: Language
) -> None:
    register_fonts()
    drawing = small_multiples_drawing(a_picture(catalogue, 1, None, 4, language=language), width)
    boxes = []
    for shape in drawing.contents:
        if isinstance(shape, String):
            wide = width_of(shape.text, shape.fontName, shape.fontSize)
            left = shape.x - {"start": 0, "middle": wide / 2, "end": wide}[shape.textAnchor]
            boxes.append((left, shape.y, left + wide, shape.y + 0.7 * shape.fontSize, shape.text))
    for left, low, right, high, text in boxes:
        assert left >= -0.01, text
        assert right <= width + 0.01, text
        assert low >= 0, text
        assert high <= drawing.height + 0.01, text
    for number, (left, low, right, high, text) in enumerate(boxes):
        for other in boxes[number + 1 :]:
            apart = other[0] >= right or other[2] <= left or other[1] >= high or other[3] <= low
            assert apart, (text, other[4])


def test_a_higher_level_stands_higher_and_what_is_unknown_is_an_open_dot(
    catalogue: Catalogue,
) -> None:
    drawing = small_multiples_drawing(a_picture(catalogue, 1, None, 4), 482.0)
    first, unknown, last = dots(drawing)[:3]
    assert last.cy > first.cy > unknown.cy
    assert last.cx > unknown.cx > first.cx
    assert (first.fillColor, unknown.fillColor) == (ACCENT, PAPER)
    values = [s.text for s in drawing.contents if isinstance(s, String) and s.fillColor == ACCENT]
    assert values == [*["1", "4"] * 4, "3", "3", "3"]
    assert "Een open bolletje onderaan" in " ".join(
        s.text for s in drawing.contents if isinstance(s, String)
    )


def test_a_line_joins_only_what_is_known(catalogue: Catalogue) -> None:
    def joined(*levels: int | None) -> int:
        drawing = small_multiples_drawing(a_picture(catalogue, *levels), 482.0)
        drawn = [s for s in drawing.contents if isinstance(s, Lines) and s.strokeColor == ACCENT]
        return sum(len(lines.points) // 4 for lines in drawn)

    # Four areas and the legal members, which are always known here.
    assert joined(1, 2, 3) == 10
    assert joined(1, None, 3) == 2


def test_the_svg_says_the_same_in_words(catalogue: Catalogue) -> None:
    picture = a_picture(catalogue, 1, 2, 3)
    svg = inline_small_multiples(picture)
    assert f'<title id="evolution-title">{picture.title}</title>' in svg
    assert f'<desc id="evolution-desc">{picture.alt}</desc>' in svg
    assert "Structuur: van 1 te starten naar 3 uitgebouwd." in picture.alt
    assert "style=" not in svg


# In the report


def test_the_report_names_answers_nobody_looked_at_and_exports_do_not(
    catalogue: Catalogue,
) -> None:
    made = a_report(catalogue, TABLE, carried={"livcr_presence": FIRST})
    said = {q.id: q.carried for _, questions in made.answers for q in questions}
    assert said["livcr_presence"] == "Ongewijzigd sinds 13 mei 2024, niet nagekeken."
    assert said["meeting_frequency"] == ""
    evaluation = an_evaluation(catalogue, carried={"livcr_presence": Carried(FIRST)})
    plain = an_evaluation(catalogue)
    municipality = catalogue.register.municipalities["24062"]
    assert document_of(evaluation, municipality) == document_of(plain, municipality)


def told(report: Report, catalogue: Catalogue) -> str:
    """All words of the full report as a PDF, once that is found sound."""
    raw = feedback_report(report, catalogue.in_language(report.language))
    read = assert_sound(raw, language=LOCALES[report.language], title=report.title, places=4)
    return read.text(read.tree)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_says_in_front_how_many_answers_nobody_looked_at(
    catalogue: Catalogue, language: Language
) -> None:
    t = catalogue.in_language(language)
    made = a_report(catalogue, TABLE, language=language, carried={"livcr_presence": FIRST})
    assert made.unlooked.startswith(
        {"nl": "Niet opnieuw bekeken: 1 van 2", "en": "Not looked at again: 1 of 2"}[language]
    )
    assert [bool(chapter.unlooked) for chapter in made.chapters if chapter.questions] == [True]
    for pdf in (
        feedback_report(made, t),
        summary_document(made, t),
        intake_document(intake_sheet(made, t), made, t),
    ):
        read = Read(pdf)
        assert read.text(read.tree).count(made.unlooked) == 1
    assert a_report(catalogue, TABLE, language=language).unlooked == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_full_report_has_a_page_on_how_it_went_where_there_was_more_than_one(
    catalogue: Catalogue, language: Language
) -> None:
    view = went(catalogue, 1, None, 3, language=language)
    made = a_report(catalogue, TABLE, language=language, carried={"livcr_presence": FIRST})
    t = catalogue.in_language(language)
    alone = told(made, catalogue)
    assert view.title not in alone
    day = view.rows[0][0]
    assert alone.count(t("over_time.report.not_looked_at", day=day)) == 1
    whole = told(replace(made, evolution=view), catalogue)
    for words in (t("over_time.report.title"), view.title, *view.sentences, *view.rows[1][1:]):
        assert words in whole
    once = replace(made, evolution=went(catalogue, 1, language=language))
    assert t("over_time.report.lead") not in told(once, catalogue)
