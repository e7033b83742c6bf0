"""Where municipalities stand, what they share, and who of them is named: the rules alone."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from evaltool.catalogue import Catalogue
from evaltool.domain.evaluation import Status
from evaltool.domain.language import LANGUAGES, Text
from evaltool.domain.municipality import Municipality, Proposal
from evaltool.domain.rules import Track
from evaltool.domain.situation import Area
from evaltool.domain.trajectory import (
    Assessment,
    Choice,
    Kept,
    Measurement,
    Standing,
    State,
    assess,
    chosen,
    measured,
    standing,
)
from evaltool.domain.trajectory_group import FEWEST, group, letters, telling_clusters
from evaltool.domain.trajectory_report import TrajectoryReport, trajectory_report
from evaltool.domain.trajectory_words import Trajectories
from evaltool.exports.trajectory import places_sheet, together_sheet
from tests.coached import ASLEEP, AWAKE
from tests.factories import some_answers

DAY = date(2026, 11, 26)
MOMENT = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
KEY = b"a key of the tests"
LEVELS = (1, 2, 2, 3)


def a_municipality(number: int = 1, *, province: str = "Antwerpen") -> Municipality:
    proposal = Proposal((), (), Text("geen", "none"))
    return Municipality(
        f"1{number:04d}", f"Gemeente {number:02d}", province, "zone", None, proposal
    )


def an_assessment(
    levels: Sequence[int | None] = LEVELS,
    *,
    track: Track | None = Track.OPTIMISE,
    legal: bool | None = True,
    chosen: Mapping[str, tuple[str, ...]] | None = None,
) -> Assessment:
    return Assessment(tuple(levels), track, legal, 7, 2, chosen or {})


def kept(
    id_: str = "one",
    *,
    days_ago: int = 0,
    report: int | None = 1,
    status: Status = Status.FINISHED,
    cluster: int = 5,
    edition: str = "now",
    open_actions: int = 0,
) -> Kept:
    at = MOMENT - timedelta(days=days_ago)
    return Kept(
        id=id_,
        nis_code="11001",
        cluster=cluster,
        day=at.date(),
        edition=edition,
        status=status,
        created_at=at,
        changed_at=at,
        report=report,
        finished_at=None if report is None else at,
        open_actions=open_actions,
        done_actions=1,
    )


def a_standing(
    number: int = 1,
    now: Assessment | None = None,
    before: Assessment | None = None,
    *,
    named: bool = True,
    province: str = "Antwerpen",
    cluster: int = 5,
    open_actions: int = 0,
) -> Standing:
    """A municipality with a report ``now`` (default: none), and one of a year ago."""
    reports = [(before, 365), (now, 0)]
    found = [
        Measurement(kept(f"{number}-{days}", days_ago=days, cluster=cluster), assessment)
        for assessment, days in reports
        if assessment is not None
    ]
    return replace(
        standing(
            a_municipality(number, province=province), [m.kept for m in found], found, named=named
        ),
        open_actions=open_actions,
    )


def several(number: int, *, unnamed: int = 0, **changes: tuple[str, ...]) -> list[Standing]:
    """So many municipalities that answered the same; the last ones are not to be named."""
    return [
        a_standing(n, an_assessment(chosen=changes), named=n < number - unnamed)
        for n in range(number)
    ]


def words(catalogue: Catalogue) -> Trajectories:
    return Trajectories(catalogue.library("nl"))


def a_report(catalogue: Catalogue, standings: Sequence[Standing]) -> TrajectoryReport:
    return trajectory_report(words(catalogue), standings, DAY, KEY)


def test_an_assessment_says_what_the_report_says(catalogue: Catalogue) -> None:
    def of(values: Mapping[str, object]) -> Assessment:
        answers = some_answers(values)  # type: ignore[arg-type]
        held = (catalogue.questionnaire, catalogue.benchmark, catalogue.rulebook)
        return assess(*held, answers, 5)

    asleep, awake = of(ASLEEP), of(AWAKE)
    assert asleep.track is Track.REACTIVATE
    assert awake.track is Track.OPTIMISE
    assert asleep.legal is False
    assert awake.legal is True
    assert asleep.levels[0] == 1
    assert awake.levels[0] == 3
    assert asleep.attention > awake.attention
    assert asleep.chosen["missing_partners"] == ("schools", "caw")


def test_what_somebody_does_not_know_is_not_counted(catalogue: Catalogue) -> None:
    answers = some_answers({**ASLEEP, "missing_partners": ("dont_know",)})
    held = (catalogue.questionnaire, catalogue.benchmark, catalogue.rulebook)
    assert "missing_partners" not in assess(*held, answers, 5).chosen


def test_the_baseline_is_the_first_and_the_follow_up_the_last_that_was_finished() -> None:
    found = measured(
        [
            kept("last", days_ago=1),
            kept("between", days_ago=90),
            kept("first", days_ago=400),
            kept("open", report=None, status=Status.OPEN),
        ],
        "now",
    )
    assert [k.id for k in found] == ["first", "last"]
    assert [k.id for k in measured([kept("only")], "now")] == ["only"]
    assert measured([kept("old", edition="of before")], "now") == ()


def test_of_one_day_the_one_that_was_finished_last_is_the_follow_up() -> None:
    early = kept("begun first")
    first, last = early.finished_at, MOMENT + timedelta(hours=1)
    found = [
        replace(early, finished_at=last),
        replace(kept("begun last"), created_at=MOMENT + timedelta(minutes=5), finished_at=first),
    ]
    assert [k.id for k in measured(found, "now")] == ["begun last", "begun first"]


def test_one_evaluation_that_was_finished_twice_is_no_follow_up() -> None:
    only = a_standing(1, an_assessment())
    assert only.follow_up is None
    assert only.level_before(Area.STRUCTURE) is None


@pytest.mark.parametrize(
    ("own", "state"),
    [
        ([], State.NONE),
        ([kept()], State.FINISHED),
        ([kept(report=None, status=Status.OPEN)], State.OPEN),
        ([kept("a", days_ago=9), kept("b", report=None, status=Status.OPEN)], State.OPEN),
        ([kept("a", days_ago=9, status=Status.OPEN), kept("b")], State.FINISHED),
    ],
)
def test_the_state_is_that_of_the_last_evaluation(own: list[Kept], state: State) -> None:
    assert standing(a_municipality(), own, [], named=True).state is state


def names(standings: Sequence[Standing]) -> list[str]:
    return [s.municipality.name[-2:] for s in standings]


def test_what_is_not_known_comes_last_in_either_order() -> None:
    every = [
        a_standing(1, an_assessment((3, 1, 1, 1))),
        a_standing(2),
        a_standing(3, an_assessment((1, 1, 1, 1))),
        a_standing(4, an_assessment((None, 1, 1, 1))),
    ]
    assert names(chosen(every, Choice(sort="structure"))) == ["03", "01", "02", "04"]
    down = Choice(sort="structure", descending=True)
    assert names(chosen(every, down)) == ["01", "03", "02", "04"]


def test_every_column_sorts_and_every_filter_filters() -> None:
    every = [
        a_standing(1, an_assessment(track=Track.MONITOR), province="Limburg", open_actions=5),
        a_standing(2, an_assessment(track=Track.START), open_actions=1),
        a_standing(3),
    ]
    assert names(chosen(every, Choice(sort="name", descending=True))) == ["03", "02", "01"]
    assert names(chosen(every, Choice(sort="province"))) == ["02", "03", "01"]
    assert names(chosen(every, Choice(sort="track"))) == ["02", "01", "03"]
    assert names(chosen(every, Choice(sort="actions", descending=True))) == ["01", "02", "03"]
    assert names(chosen(every, Choice(sort="state"))) == ["03", "01", "02"]
    assert names(chosen(every, Choice(track="monitor"))) == ["01"]
    assert names(chosen(every, Choice(track="none"))) == ["03"]
    assert names(chosen(every, Choice(state="finished", province="Antwerpen"))) == ["02"]


def test_fewer_than_five_are_not_counted_together() -> None:
    four = several(4, livcr_difficulties=("few_cases",))
    # One that has no report does not make them five.
    assert group([*four, a_standing(9)]) is None
    assert group(several(FEWEST)) is not None


def test_a_question_that_fewer_than_five_answered_has_no_counts() -> None:
    answered = several(4, livcr_difficulties=("few_cases",))
    found = group([*answered, a_standing(8, an_assessment()), a_standing(9, an_assessment())])
    assert found is not None
    shared = next(s for s in found.questions if s.question == "livcr_difficulties")
    assert (shared.base, shared.options) == (4, ())


def test_what_one_municipality_names_is_not_shared() -> None:
    every = several(5, challenges=("hate_speech",))
    one = a_standing(9, an_assessment(chosen={"challenges": ("hate_speech", "returning_fighters")}))
    found = group([*every, one])
    assert found is not None
    shared = next(s for s in found.questions if s.question == "challenges")
    assert shared.options == (("hate_speech", 6),)


def test_movement_counts_those_with_two_measurements_alone() -> None:
    def moved(number: int, then: int, now: int) -> Standing:
        return a_standing(number, an_assessment((now, 2, 2, 2)), an_assessment((then, 2, 2, 2)))

    once = [a_standing(n, an_assessment()) for n in range(20, 24)]
    four = [moved(1, 1, 3), moved(2, 2, 3), moved(3, 3, 3), moved(4, 3, 1)]
    found = group([*once, *four])
    assert found is not None
    assert found.moved[Area.STRUCTURE] is None
    found = group([*once, *four, moved(5, 1, 2)])
    assert found is not None
    movement = found.moved[Area.STRUCTURE]
    assert movement is not None
    assert (movement.further, movement.same, movement.back, movement.base) == (3, 1, 1, 5)


def test_percentages_come_from_ten_on(catalogue: Catalogue) -> None:
    assert words(catalogue).figure(7, 9) == "7 van 9"
    assert words(catalogue).figure(7, 12).replace("\N{NO-BREAK SPACE}", " ") == "7 van 12 (58 %)"


def test_the_group_is_asked_about_what_it_shares(catalogue: Catalogue) -> None:
    found = group(several(6, livcr_difficulties=("few_cases",), missing_partners=("caw",)))
    assert found is not None
    asks = words(catalogue).group(found).asks
    assert "weinig casussen" in asks[0]
    assert "6 van 6" in asks[0]
    assert "%" not in "".join(asks)
    assert any("CAW" in ask and "ontbreekt" in ask for ask in asks)


def test_the_group_is_not_asked_about_having_no_difficulty(catalogue: Catalogue) -> None:
    found = group(several(6, livcr_difficulties=("none",)))
    assert found is not None
    told = words(catalogue).group(found)
    assert not any("Geen" in ask for ask in told.asks)
    # Nor is it listed among what they share.
    assert not any(label.startswith("Geen") for q in told.questions for label, _ in q.rows)


def test_those_who_may_not_be_named_have_a_letter_and_no_cluster(catalogue: Catalogue) -> None:
    every = several(6, unnamed=2)
    rows = a_report(catalogue, every).rows
    assert [row.label for row in rows[-2:]] == ["gemeente A", "gemeente B"]
    assert [row.cluster for row in rows[-2:]] == ["", ""]
    assert all(row.cluster for row in rows[:-2])
    shown = repr(a_report(catalogue, every))
    for hidden in every[-2:]:
        assert hidden.municipality.name not in shown
        assert hidden.municipality.nis_code not in shown


def test_a_cluster_is_told_where_five_without_a_name_share_it() -> None:
    unnamed = [a_standing(n, an_assessment(), named=False, cluster=4) for n in range(5)]
    others = [a_standing(n, an_assessment(), named=False, cluster=2) for n in range(5, 9)]
    assert telling_clusters([*unnamed, *others]) == {4}
    # Those who are named do not hide the others.
    assert telling_clusters([*others, a_standing(9, an_assessment(), cluster=2)]) == frozenset()


def test_letters_stay_the_same_and_say_nothing_of_the_order_of_names() -> None:
    codes = [f"{n}" for n in range(11001, 11041)]
    assert letters(codes, KEY) == letters(reversed(codes), KEY)
    assert letters(codes, KEY) != letters(codes, b"another")
    assert list(letters(codes, KEY)) != codes
    assert sorted(letters(codes, KEY).values(), key=lambda s: (len(s), s))[24:28] == [
        *("Y", "Z", "AA", "AB")
    ]


def test_the_report_says_why_too_few_are_not_counted_together(catalogue: Catalogue) -> None:
    report = a_report(catalogue, several(3))
    assert report.group is None
    assert "vanaf 5 gemeenten" in report.too_few
    t = catalogue.in_language("nl")
    assert together_sheet(report, t).rows[0][1] == report.too_few


def test_levels_are_numbers_in_the_workbook(catalogue: Catalogue) -> None:
    moved = a_standing(1, an_assessment((3, None, 2, 2)), an_assessment((1, 2, 2, 2)))
    t = catalogue.in_language("nl")
    sheet = places_sheet(a_report(catalogue, [moved, a_standing(2)]), t)
    assert sheet.rows[0][5:13] == (1, 3, 2, None, 2, 2, 2, 2)
    assert sheet.rows[1][5:13] == (None,) * 8
    assert all(len(row) == len(sheet.head) for row in sheet.rows)


def test_a_report_says_when_it_was_measured_and_of_whom_it_is_silent_on_in_which_month(
    catalogue: Catalogue,
) -> None:
    moved = a_standing(1, an_assessment(), an_assessment())
    hidden = replace(a_standing(2, an_assessment()), named=False)
    never = a_standing(3)
    report = a_report(catalogue, [moved, hidden, never])
    assert moved.first is not None
    assert moved.last is not None
    assert hidden.last is not None
    assert [row.measured for row in report.rows] == [
        (f"{moved.first.kept.day:%d/%m/%Y}", f"{moved.last.kept.day:%d/%m/%Y}"),
        (),
        (f"{hidden.last.kept.day:%m/%Y}",),
    ]


def test_a_report_counts_sessions(catalogue: Catalogue) -> None:
    one, other = a_standing(1, an_assessment()), a_standing(2, an_assessment())
    sessions = {one.municipality.nis_code: 3}
    report = trajectory_report(words(catalogue), [one, other], DAY, KEY, sessions)
    assert [row.sessions for row in report.rows] == [3, 0]


def test_both_languages_say_as_much(catalogue: Catalogue) -> None:
    every = several(12, unnamed=2, livcr_difficulties=("few_cases",), support_needs=("helpdesk",))
    reports = [
        trajectory_report(Trajectories(catalogue.library(lang)), every, DAY, KEY)
        for lang in LANGUAGES
    ]
    groups = [report.group for report in reports]
    assert groups[0] is not None
    assert groups[1] is not None
    assert len(groups[0].asks) == len(groups[1].asks) == 2
    assert groups[0].asks != groups[1].asks
