"""Several views, one answer: who sees what, and what is made of it."""

import io
from pathlib import Path

import pdfplumber
import pytest
from hypothesis import given, strategies as st

from evaltool.catalogue import Catalogue
from evaltool.domain.access import Role
from evaltool.domain.answers import Answers
from evaltool.domain.consensus import LEAST_VOICES, Voice, differences, gates, spread_of
from evaltool.domain.evaluation import Evaluation, View
from evaltool.domain.supplements import DifferenceView
from evaltool.domain.wording import Wording
from tests.browsing import parsed, send, text_of
from tests.factories import some_answers
from tests.hosting import HostedClient, Town, a_town

DISCIPLINES = ("mayor", "local_police", "social_service", "schools")


def a_voice(who: str, sections: frozenset[str] | None = None, **values: object) -> Voice:
    answers = Answers({"livcr_presence": "yes_municipal", **values}, {}, {})  # type: ignore[dict-item]
    return Voice(who, answers, sections or frozenset({"structure", "difficulties"}))


def found(catalogue: Catalogue, *voices: Voice, **common: object) -> tuple[DifferenceView, ...]:
    texts = catalogue.in_language("nl")
    return differences(
        catalogue.questionnaire,
        catalogue.benchmark,
        Wording(texts, catalogue.questionnaire, catalogue.register.clusters),
        texts,
        voices=voices,
        common=Answers({"livcr_presence": "yes_municipal", **common}, {}, {}),  # type: ignore[dict-item]
        cluster=5,
        reasons={"chair": "Zo besliste de raad."},
    )


def test_nothing_is_shown_before_three_have_answered(catalogue: Catalogue) -> None:
    voices = [a_voice(who, chair="mayor") for who in "abc"]
    assert found(catalogue, *voices[:2]) == ()
    assert {d.question for d in found(catalogue, *voices)} == {"livcr_presence", "chair"}


def test_a_question_that_fewer_than_three_answered_is_not_shown(catalogue: Catalogue) -> None:
    voices = (
        a_voice("a", chair="mayor"),
        a_voice("b", chair="police_chief"),
        a_voice("c", chair="dont_know"),
        a_voice("d"),
    )
    assert {d.question for d in found(catalogue, *voices)} == {"livcr_presence"}


def test_who_sees_what_is_told_by_answer_in_the_order_of_the_question(catalogue: Catalogue) -> None:
    voices = (
        a_voice("politie", chair="police_chief"),
        a_voice("school", chair="mayor"),
        a_voice("OCMW", chair="mayor"),
        a_voice("jeugdwerk", chair="dont_know"),
    )
    (difference,) = (d for d in found(catalogue, *voices, chair="mayor") if not d.agreed)
    assert [(s.label, s.who) for s in difference.stances] == [
        ("De burgemeester of een vertegenwoordiger", ("OCMW", "school")),
        ("De korpschef of een vertegenwoordiger", ("politie",)),
        ("Weet ik niet", ("jeugdwerk",)),
    ]
    assert difference.answered == 3
    assert difference.spread == pytest.approx(2 / 3)
    assert difference.common == ("De burgemeester of een vertegenwoordiger",)
    assert difference.reason == "Zo besliste de raad."
    assert difference.survey == ()


def test_where_they_differ_most_comes_first(catalogue: Catalogue) -> None:
    voices = (
        a_voice("a", chair="mayor", meeting_frequency="monthly", livcr_tables="one"),
        a_voice("b", chair="mayor", meeting_frequency="quarterly", livcr_tables="one"),
        a_voice("c", chair="other", meeting_frequency="never", livcr_tables="one"),
    )
    order = [d.question for d in found(catalogue, *voices)]
    assert order[:2] == ["meeting_frequency", "chair"]
    assert set(order[2:]) == {"livcr_presence", "livcr_tables"}


def test_the_majority_of_the_survey_has_its_base_and_source(catalogue: Catalogue) -> None:
    voices = [a_voice(who) for who in "abc"]
    (difference,) = found(catalogue, *voices)
    assert "meer dan de helft" in difference.survey[0]
    assert "15 van 22" in difference.survey[0]
    assert "Tabel 8" in difference.survey[1]


def test_only_the_sections_asked_about_count(catalogue: Catalogue) -> None:
    voices = [a_voice(who, frozenset({"difficulties"})) for who in "abc"]
    assert found(catalogue, *voices) == ()


def test_several_answers_are_told_option_by_option(catalogue: Catalogue) -> None:
    voices = (
        a_voice("a", challenges=("hate_speech",)),
        a_voice("b", challenges=("hate_speech", "other")),
        a_voice("c", challenges=("other",)),
    )
    (difference,) = (d for d in found(catalogue, *voices) if d.question == "challenges")
    assert [s.who for s in difference.stances] == [("a", "b"), ("b", "c")]


answers = st.frozensets(st.sampled_from("abcdef"), min_size=1)


@given(st.lists(answers, min_size=2, max_size=8))
def test_the_spread_is_between_none_and_all(given_answers: list[frozenset[str]]) -> None:
    spread = spread_of(given_answers)
    assert 0 <= spread <= 1
    assert (spread == 0) == (len(set(given_answers)) == 1)
    assert spread == pytest.approx(spread_of(given_answers[::-1]))


def test_what_decides_what_is_asked_is_taken_over(catalogue: Catalogue) -> None:
    needed = gates(catalogue.questionnaire, frozenset({"information_sharing"}))
    assert [q.id for q in needed] == ["livcr_presence"]
    assert gates(catalogue.questionnaire, frozenset({"structure"})) == ()


def asked_views(town: Town, evaluation: Evaluation) -> list[tuple[HostedClient, str]]:
    """Four members who were asked, each signed in, with the address of the own view."""
    made = []
    for discipline in DISCIPLINES:
        who = town.person(Role.CONTRIBUTOR)
        view = View(evaluation.id, who.id, discipline, frozenset({"structure"}))
        answers = Answers({"livcr_presence": "yes_municipal"}, {}, {})
        kept = town.evaluation(view=view, answers=answers)
        made.append((town.signed_in(who), f"/evaluations/{kept.id}"))
    return made


def answered(client: HostedClient, address: str, **answers: str) -> None:
    page = client.get(f"{address}/sections/structure/2")
    assert send(client, page, "structure/2", **answers).status_code == 303
    client.send(f"{address}/finish")


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return a_town(tmp_path)


def test_four_members_differ_and_the_chair_sets_the_common_answer(town: Town) -> None:
    officer, chair = town.person(Role.OFFICER), town.signed_in(town.person(Role.CHAIR))
    evaluation = town.evaluation(
        answers=Answers({"livcr_presence": "yes_municipal", "chair": "mayor"}, {}, {"chair": ""})
    )
    address = f"/evaluations/{evaluation.id}"
    frequencies = ("quarterly", "quarterly", "yearly", "never")
    for number, (client, view) in enumerate(asked_views(town, evaluation)):
        answered(client, view, meeting_frequency=frequencies[number], chair="mayor")
        page = chair.get(f"{address}/views").get_data(as_text=True)
        assert ("Wie ziet" in page or "Hier verschilt u" in page) == (number + 1 >= LEAST_VOICES)
    page = chair.get(f"{address}/views").get_data(as_text=True)
    assert "4 van 4" in page
    common = chair.get(f"{address}/views/meeting_frequency")
    assert "Burgemeester" in common.get_data(as_text=True)
    silent = send(chair, common, "/meeting_frequency", meeting_frequency="quarterly")
    assert silent.status_code == 422
    assert "in één zin" in silent.get_data(as_text=True)
    why = "We tellen alleen volledige vergaderingen."
    done = send(chair, common, "/meeting_frequency", meeting_frequency="quarterly", reason=why)
    assert done.status_code == 303
    kept = town.held.evaluations.get(evaluation.id)
    assert kept.answers.values["meeting_frequency"] == "quarterly"
    # An answer that somebody else set meanwhile is not overwritten.
    again = send(chair, common, "/meeting_frequency", meeting_frequency="never", reason=why)
    assert again.status_code == 409
    assert town.held.evaluations.get(evaluation.id).answers.values["meeting_frequency"] == (
        "quarterly"
    )

    town.signed_in(officer).send(f"{address}/finish")
    results = chair.get(f"{address}/results")
    part = next(s for s in parsed(results).iter("section") if s.get("id") == "differences")
    told = text_of(part)
    assert why in told
    assert "Hoe vaak" in told
    assert "andere vragen geven allen hetzelfde" in told or "één andere vraag" in told
    with pdfplumber.open(io.BytesIO(chair.get(f"{address}/report.pdf").data)) as pdf:
        text = " ".join((page.extract_text() or "") for page in pdf.pages)
    assert "Waar we het verschillend zien" in text
    assert "We tellen alleen volledige" in text
    finished = chair.get(f"{address}/views/meeting_frequency")
    assert finished.status_code == 303


def test_a_view_that_is_still_open_is_shown_to_nobody(town: Town) -> None:
    officer, evaluation = town.signed_in(town.person(Role.OFFICER)), town.evaluation()
    for client, view in asked_views(town, evaluation):
        page = client.get(f"{view}/sections/structure/2")
        send(client, page, "structure/2", meeting_frequency="never")
    told = officer.get(f"/evaluations/{evaluation.id}/views").get_data(as_text=True)
    assert "0 van 4" in told
    assert officer.get(f"/evaluations/{evaluation.id}/views/meeting_frequency").status_code == 404


def test_a_name_is_shown_only_where_its_owner_wants_that(town: Town) -> None:
    officer, evaluation = town.signed_in(town.person(Role.OFFICER)), town.evaluation()
    members = asked_views(town, evaluation)
    for client, view in members:
        answered(client, view, meeting_frequency="never")
    names = [a.name for a in town.held.store.accounts.listing(role=Role.CONTRIBUTOR)]
    page = officer.get(f"/evaluations/{evaluation.id}/views").get_data(as_text=True)
    assert not any(name in page for name in names)
    client, view = members[0]
    client.send(f"{view}/name", named="1")
    page = officer.get(f"/evaluations/{evaluation.id}/views").get_data(as_text=True)
    assert sum(name in page for name in names) == 1
    client.send(f"{view}/name")
    page = officer.get(f"/evaluations/{evaluation.id}/views").get_data(as_text=True)
    assert not any(name in page for name in names)
    assert officer.send(f"/evaluations/{evaluation.id}/name", named="1").status_code == 404


def test_a_contributor_is_asked_the_chosen_sections_alone(town: Town) -> None:
    evaluation = town.evaluation(answers=some_answers())
    client, view = asked_views(town, evaluation)[0]
    page = client.get(view).get_data(as_text=True)
    assert "sections/structure/1" in page
    assert "sections/composition" not in page
    assert client.get(f"{view}/sections/composition/1").status_code == 404


def test_who_is_asked_about_a_part_gets_what_decides_it(town: Town) -> None:
    officer = town.signed_in(town.person(Role.OFFICER))
    answers = Answers({"livcr_presence": "yes_municipal", "chair": "mayor"}, {}, {})
    evaluation = town.evaluation(answers=answers)
    address = f"/evaluations/{evaluation.id}/contributors"
    sent = {"name": "Cas", "address": "cas@school.example", "discipline": "schools"}
    assert officer.send(address, **sent).status_code == 422
    officer.send(address, **sent, section=["composition"])
    (view,) = town.held.evaluations.views_of(evaluation.id)
    assert dict(view.answers.values) == {"livcr_presence": "yes_municipal"}
    assert view.view is not None
    assert view.view.sections == frozenset({"composition"})


def test_deleting_an_evaluation_takes_views_and_reasons_along(town: Town) -> None:
    evaluation = town.evaluation()
    asked_views(town, evaluation)
    town.held.store.consensus.give_reason(
        evaluation.id, "chair", "een heel bijzondere reden", by="x", at=town.clock.at
    )
    town.held.evaluations.delete(evaluation.id)
    assert town.held.evaluations.views_of(evaluation.id) == ()
    assert town.held.store.consensus.reasons(evaluation.id) == {}
    assert b"een heel bijzondere reden" not in town.bytes_kept()
