"""The numbers over all municipalities: from five on, and none that shows a single one."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from evaltool.domain.access import ACCOUNT_ROLES, Role
from evaltool.domain.answers import Answer
from evaltool.domain.situation import Area
from evaltool.domain.trajectory import DIFFICULTIES, Assessment, Place
from evaltool.domain.trajectory_group import Band, Named, aggregates, bands
from tests.browsing import parsed, text_of
from tests.coached import ASLEEP, AWAKE, finished
from tests.hosting import Town, a_town

PAGE = "/admin/aggregates"


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return a_town(tmp_path)


def an_assessment(level: int | None = 2, **chosen: tuple[str, ...]) -> Assessment:
    return Assessment((level,) * len(Area), None, None, 0, 0, chosen)


def places(*found: Assessment | None) -> list[Place]:
    return [
        Place(str(number), True, True, known is not None, None, known)
        for number, known in enumerate(found)
    ]


def bounds(found: tuple[Band, ...]) -> list[tuple[int, int, int]]:
    return [(band.lowest, band.highest, band.count) for band in found]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((2, 3, 0, 0), [(1, 1, 2), (2, 2, 3), (3, 3, 0), (4, 4, 0)]),
        ((1, 4, 2, 0), [(1, 2, 5), (3, 3, 2), (4, 4, 0)]),
        ((3, 1, 2, 4), [(1, 1, 3), (2, 3, 3), (4, 4, 4)]),
        ((1, 0, 0, 9), []),
        ((5, 0, 0, 0), []),
        ((1, 1, 1, 1), [(1, 2, 2), (3, 4, 2)]),
        ((12, 9, 30, 2), [(1, 1, 12), (2, 2, 9), (3, 3, 30), (4, 4, 2)]),
    ],
)
def test_a_level_with_one_municipality_goes_with_the_one_beside_it(
    counts: tuple[int, ...], expected: list[tuple[int, int, int]]
) -> None:
    assert bounds(bands(counts)) == expected


def test_no_band_ever_holds_one_municipality_or_all_of_them() -> None:
    for one in range(6):
        for two in range(6):
            for three in range(6):
                for four in range(6):
                    counts = (one, two, three, four)
                    found = bands(counts)
                    assert not [band for band in found if band.count == 1], counts
                    if found:
                        assert sum(band.count for band in found) == sum(counts)
                        assert max(band.count for band in found) < sum(counts)


def test_nothing_is_counted_together_of_fewer_than_five() -> None:
    four = aggregates(places(*[an_assessment(n) for n in (1, 1, 2, 2)], None, None))
    assert (four.base, four.began, four.finished) == (4, 6, 4)
    assert four.levels == {}
    assert four.questions == ()
    five = aggregates(places(*[an_assessment(n) for n in (1, 1, 2, 2, 2)]))
    assert bounds(five.levels[Area.STRUCTURE] or ())[:2] == [(1, 1, 2), (2, 2, 3)]


def test_an_area_or_a_question_known_of_fewer_than_five_is_left_out() -> None:
    known = [an_assessment(2, challenges=("hate_speech",)) for _ in range(4)]
    found = aggregates(places(*known, an_assessment(None), an_assessment(None)))
    assert found.base == 6
    assert found.levels[Area.STRUCTURE] is None
    assert all(question.options == () for question in found.questions)


def test_an_option_is_told_when_several_chose_it_and_never_that_all_but_one_did() -> None:
    chosen = [("a", "b", "c")] * 2 + [("a", "b")] * 2 + [("a", "other", "none")] + [("d", "b")]
    found = aggregates(places(*[an_assessment(challenges=codes) for codes in chosen]))
    challenges = next(q for q in found.questions if q.question == "challenges")
    assert challenges.base == 6
    assert challenges.options == (
        Named("a", 5, nearly_all=True),
        Named("b", 5, nearly_all=True),
        Named("c", 2),
    )


def test_the_questions_are_those_about_difficulties_and_the_five_most_chosen() -> None:
    many = tuple("abcdefg")
    found = aggregates(places(*[an_assessment(challenges=many)] * 3, *[an_assessment()] * 3))
    assert tuple(question.question for question in found.questions) == DIFFICULTIES
    more = aggregates(
        places(*[an_assessment(challenges=many)] * 3, *[an_assessment(challenges=("z",))] * 3)
    )
    assert len(next(q for q in more.questions if q.question == "challenges").options) == 5


def some(town: Town, *kinds: Mapping[str, Answer]) -> list[str]:
    """The codes of municipalities that finished, one for each of some answers."""
    codes = sorted(town.held.catalogue.register.municipalities)[: len(kinds)]
    for code, answers in zip(codes, kinds, strict=True):
        finished(town, code, answers)
    return codes


def the_page(town: Town, lang: str = "nl") -> str:
    client = town.signed_in(town.person(Role.ADMINISTRATOR, second_factor="sealed"))
    return text_of(parsed(client.get(PAGE, query_string={"lang": lang})))


def test_the_page_counts_accounts_beginnings_and_endings(town: Town) -> None:
    codes = some(town, ASLEEP, AWAKE)
    town.evaluation(codes[0])
    town.evaluation("44021")
    town.person(Role.OFFICER, codes[0])
    town.person(Role.CHAIR, codes[0])
    total = len(town.held.catalogue.register.municipalities)
    text = the_page(town)
    assert f"Hebben een account1 van {total} gemeenten" in text
    assert f"Begonnen met een zelfevaluatie3 van {total} gemeenten" in text
    assert f"Rondden er minstens één af2 van {total} gemeenten" in text
    assert "Bij minder zou te zien zijn wat één gemeente antwoordde." in text
    assert "Op welk niveau" not in text


def test_the_page_shows_levels_and_difficulties_from_five_on(town: Town) -> None:
    other: Mapping[str, Answer] = {**AWAKE, "livcr_difficulties": ("few_cases",)}
    codes = some(town, ASLEEP, ASLEEP, ASLEEP, other, other, other)
    text = the_page(town)
    assert "Dat zijn er 6." in text
    assert "Structuur" in text
    assert "3 van 6" in text
    assert "minstens 5 van 6" in text
    assert "%" not in text
    register = town.held.catalogue.register
    assert not [code for code in codes if register.known(code).name in text]
    english = the_page(town, "en")
    assert "at least 5 of 6" in english
    assert "At which level" in english


def test_percentages_begin_at_ten_municipalities(town: Town) -> None:
    other: Mapping[str, Answer] = {**AWAKE, "livcr_difficulties": ("few_cases",)}
    some(town, *([ASLEEP] * 10), *([other] * 4))
    text = the_page(town)
    assert "10 van 14 (71 %)" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert "4 van 14 (" not in text


def test_the_last_report_counts_and_a_view_or_what_is_open_does_not(town: Town) -> None:
    codes = some(town, *([ASLEEP] * 5))
    finished(town, codes[0], AWAKE, days_ago=400)
    town.evaluation(codes[1])
    held = town.held
    edition, content = held.catalogue.questionnaire.edition, held.catalogue.fingerprint
    found = held.store.trajectories.places(edition, content)
    assert [place.nis_code for place in found] == codes
    newest = {e.id: e.day for e in held.evaluations.listing([codes[0]])}
    assert found[0].report is not None
    assert newest[found[0].report[0]] == max(newest.values())
    assert [place.nis_code for place in held.store.trajectories.places("another", content)] == codes
    assert {p.report for p in held.store.trajectories.places("another", content)} == {None}


def test_what_was_worked_out_is_kept_for_the_next_time(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    some(town, ASLEEP, ASLEEP, ASLEEP, AWAKE, AWAKE)
    first = the_page(town)

    def never(*_: object) -> Assessment:
        raise AssertionError("worked out twice")

    monkeypatch.setattr("evaltool.web.accounts.aggregates.worked_out", never)
    assert the_page(town) == first


def test_whoever_looks_is_written_down_and_only_an_administrator_may(town: Town) -> None:
    some(town, *([ASLEEP] * 5))
    for role in ACCOUNT_ROLES:
        client = town.signed_in(town.person(role, second_factor="sealed"))
        expected = 200 if role is Role.ADMINISTRATOR else 403
        assert client.get(PAGE).status_code == expected, role
    events = [entry.event for entry in town.held.store.audit.entries()]
    assert [(e.action, e.role) for e in events] == [("aggregates", "administrator")]
