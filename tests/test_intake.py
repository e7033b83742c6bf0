"""The coach's intake sheet: the track that is proposed and why, and what is asked for."""

import pytest
from hypothesis import given, settings, strategies as st

from evaltool.catalogue import Catalogue, loaded
from evaltool.domain.intake import (
    DIFFICULTIES,
    MOST_OF_A_TRACK,
    PRESSING,
    SUPPORT,
    IntakeSheet,
    intake_sheet,
)
from evaltool.domain.language import LANGUAGES, Language
from evaltool.domain.report import Report
from evaltool.domain.reporting import build
from tests.factories import a_document_of, all_answers, some_answers, valid_answers
from tests.golden import NAMES, document_of

TRACKS = {
    "agglomeration-formal": "optimise",
    "asleep": "reactivate",
    "centre-growing": "optimise",
    "city-anchored": "monitor",
    "coast": "optimise",
    "merged-zone": "optimise",
    "residential-no-plans": "start",
    "residential-starting": "start",
    "rural-zone-quiet": "reactivate",
    "unknown-livcr": "start",
}
"""The track that a coach would propose; of ``much-unknown`` nobody can tell."""


def of(catalogue: Catalogue, name: str, language: Language = "nl") -> tuple[Report, IntakeSheet]:
    made = build(catalogue.library(language), document_of(catalogue, name))
    return made, intake_sheet(made, catalogue.in_language(language))


@pytest.mark.parametrize(("name", "track"), TRACKS.items())
def test_the_track_that_fits_is_proposed_with_the_answers_that_say_so(
    catalogue: Catalogue, name: str, track: str
) -> None:
    _, sheet = of(catalogue, name)
    assert sheet.track is not None
    assert sheet.track.track == track
    assert sheet.track.reason
    assert sheet.track.because or track == "monitor"


@pytest.mark.parametrize("name", NAMES)
def test_findings_stand_under_their_track_the_proposed_one_first(
    catalogue: Catalogue, name: str
) -> None:
    report, sheet = of(catalogue, name)
    named = {finding.track for finding in report.attention}
    assert {track for track, _ in sheet.tracks} == named
    proposed = None if sheet.track is None else sheet.track.name
    if proposed in named:
        assert sheet.tracks[0][0] == proposed
    for track, titles in sheet.tracks:
        all_of_it = [f.title for f in report.attention if f.track == track]
        assert list(titles) == all_of_it[:MOST_OF_A_TRACK]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_what_is_asked_for_is_answered_item_by_item(
    catalogue: Catalogue, name: str, language: Language
) -> None:
    _, sheet = of(catalogue, name, language)
    chosen = document_of(catalogue, name).answers.chosen(SUPPORT)
    assert {item.option for item in sheet.support} == {f"{SUPPORT}:{code}" for code in chosen}
    assert len(sheet.support) == len(chosen)
    assert all(item.label and item.text for item in sheet.support)


def test_all_support_there_is_can_be_asked_for(catalogue: Catalogue) -> None:
    document = a_document_of(catalogue, all_answers(catalogue.questionnaire))
    sheet = intake_sheet(build(catalogue.library("nl"), document), catalogue.in_language("nl"))
    options = [o.id for o in catalogue.questionnaire.by_id[SUPPORT].options if not o.exclusive]
    assert {item.option for item in sheet.support} == {f"{SUPPORT}:{id_}" for id_ in options}


@pytest.mark.parametrize("name", NAMES)
def test_difficulties_and_what_presses_most_are_those_of_the_municipality(
    catalogue: Catalogue, name: str
) -> None:
    report, sheet = of(catalogue, name)
    answered = {view.id: view for _, questions in report.answers for view in questions}
    assert [view.id for view in sheet.difficulties] == [
        id_ for id_ in DIFFICULTIES if id_ in answered and answered[id_].answer
    ]
    pressing = document_of(catalogue, name).answers.chosen(PRESSING)
    assert len(sheet.pressing) == len(pressing)


def test_without_answers_nothing_is_proposed_or_listed(catalogue: Catalogue) -> None:
    report = build(catalogue.library("nl"), a_document_of(catalogue, some_answers()))
    sheet = intake_sheet(report, catalogue.in_language("nl"))
    assert sheet.track is None
    assert not any((sheet.tracks, sheet.pressing, sheet.difficulties, sheet.support))
    assert sheet.prepare
    assert [level.number for level in sheet.levels] == [None] * 4


@settings(max_examples=30, deadline=None)
@given(st.data(), st.sampled_from(LANGUAGES))
def test_any_valid_answers_give_a_sheet(data: st.DataObject, language: Language) -> None:
    catalogue = loaded()
    answers = data.draw(valid_answers(catalogue.questionnaire))
    report = build(catalogue.library(language), a_document_of(catalogue, answers))
    sheet = intake_sheet(report, catalogue.in_language(language))
    proposed = None if sheet.track is None else sheet.track.name
    assert proposed not in [track for track, _ in sheet.tracks[1:]]
    assert len(sheet.support) == len(answers.chosen(SUPPORT))
    assert len(sheet.pressing) <= 3
    assert sheet.prepare
    assert all(titles for _, titles in sheet.tracks)
