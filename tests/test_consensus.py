"""Several views, one answer: who sees what, and what is made of it."""

import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pdfplumber
import pytest
from hypothesis import given, strategies as st

from evaltool.catalogue import Catalogue
from evaltool.domain.access import Role
from evaltool.domain.accounts import AccountState
from evaltool.domain.answers import Answer, Answers
from evaltool.domain.consensus import (
    differences,
    gates,
    spread_of,
    supplement,
    to_answer_first,
)
from evaltool.domain.evaluation import (
    LEAST_VOICES,
    Carried,
    Evaluation,
    Snapshot,
    Status,
    Supplement,
    View,
)
from evaltool.domain.supplements import DifferenceView
from evaltool.domain.wording import Wording
from evaltool.store.serialising import supplement_from_json, supplement_to_json
from tests.browsing import form_of, parsed, send, text_of
from tests.factories import some_answers
from tests.hosting import OWN, PASSWORD, HostedClient, Town, a_town

DISCIPLINES = ("mayor", "local_police", "social_service", "schools")

AT = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


def a_view(
    discipline: str,
    sections: frozenset[str] | None = frozenset({"structure", "difficulties"}),
    *,
    status: Status = Status.FINISHED,
    named: bool = False,
    **values: object,
) -> Evaluation:
    """A view of a member with an LIVC-R, by default a finished one."""
    answers = Answers({"livcr_presence": "yes_municipal", **values}, {}, {})  # type: ignore[dict-item]
    return Evaluation(
        id=f"view of {discipline}",
        nis_code=OWN,
        cluster=5,
        cluster_proposed=False,
        day=date(2026, 11, 26),
        edition="",
        survey="",
        status=status,
        answers=answers,
        versions={},
        created_at=AT,
        changed_at=AT,
        view=View("evaluation", "account", discipline, sections, named),
    )


def known_of(catalogue: Catalogue, *views: Evaluation) -> Supplement:
    return supplement(
        catalogue.questionnaire,
        views=views,
        reasons={"chair": "Zo besliste de raad."},
        members=[("24104", 2)],
    )


def found(
    catalogue: Catalogue,
    *views: Evaluation,
    cluster: int = 5,
    names: Mapping[str, str] | None = None,
    **common: object,
) -> tuple[DifferenceView, ...]:
    texts = catalogue.in_language("nl")
    return differences(
        catalogue.questionnaire,
        catalogue.benchmark,
        Wording(texts, catalogue.questionnaire, catalogue.register.clusters),
        texts,
        supplement=known_of(catalogue, *views),
        names=names or {},
        common=Answers({"livcr_presence": "yes_municipal", **common}, {}, {}),  # type: ignore[dict-item]
        cluster=cluster,
    )


def test_nothing_is_shown_before_three_have_answered(catalogue: Catalogue) -> None:
    views = [a_view(who, chair="mayor") for who in DISCIPLINES[:3]]
    assert found(catalogue, *views[:2]) == ()
    assert known_of(catalogue, *views[:2]).voices == ()
    assert {d.question for d in found(catalogue, *views)} == {"livcr_presence", "chair"}


def test_a_view_that_is_not_finished_does_not_count(catalogue: Catalogue) -> None:
    views = [a_view(who, chair="mayor") for who in DISCIPLINES[:2]]
    assert found(catalogue, *views, a_view("schools", status=Status.OPEN, chair="mayor")) == ()


def test_a_question_that_fewer_than_three_answered_is_not_shown(catalogue: Catalogue) -> None:
    views = (
        a_view("mayor", chair="mayor"),
        a_view("local_police", chair="police_chief"),
        a_view("schools", chair="dont_know"),
        a_view("youth_work"),
    )
    assert {d.question for d in found(catalogue, *views)} == {"livcr_presence"}
    # Nor is it held in what a report keeps.
    kept = supplement_to_json(known_of(catalogue, *views))
    assert "police_chief" not in kept


def test_who_sees_what_is_told_by_answer_in_the_order_of_the_question(catalogue: Catalogue) -> None:
    views = (
        a_view("local_police", chair="police_chief"),
        a_view("schools", chair="mayor"),
        a_view("social_service", chair="mayor"),
        a_view("youth_work", chair="dont_know"),
    )
    (difference,) = (d for d in found(catalogue, *views, chair="mayor") if not d.agreed)
    assert [(s.label, s.who) for s in difference.stances] == [
        (
            "De burgemeester of een vertegenwoordiger",
            ("Scholen", "Sociale dienst (vroegere OCMW)"),
        ),
        ("De korpschef of een vertegenwoordiger", ("Lokale politie",)),
        ("Weet ik niet", ("Jeugdwerk",)),
    ]
    assert difference.spread == pytest.approx(2 / 3)
    assert difference.common == ("De burgemeester of een vertegenwoordiger",)
    assert difference.common_label == "Gezamenlijk antwoord"
    assert difference.reason == "Zo besliste de raad."
    assert difference.survey == ("Deze vraag is in 2020 niet gesteld.",)
    assert (difference.shared, difference.is_unlike) == ((), False)


def test_an_answer_that_nobody_gave_a_reason_for_is_that_of_the_municipality(
    catalogue: Catalogue,
) -> None:
    views = [a_view(who, meeting_frequency="never") for who in DISCIPLINES[:3]]
    told = {d.question: d for d in found(catalogue, *views, meeting_frequency="quarterly")}
    assert told["meeting_frequency"].common_label == "Antwoord van de gemeente"


def test_a_reason_without_an_answer_is_not_told(catalogue: Catalogue) -> None:
    views = [a_view(who, chair="mayor") for who in DISCIPLINES[:3]]
    (difference,) = (d for d in found(catalogue, *views) if d.question == "chair")
    assert (difference.common, difference.reason) == ((), "")


def test_who_does_not_know_agrees_with_nobody(catalogue: Catalogue) -> None:
    views = [a_view(who, chair="mayor") for who in DISCIPLINES]
    (same,) = (d for d in found(catalogue, *views) if d.question == "chair")
    assert same.agreed
    views.append(a_view("youth_work", chair="dont_know"))
    (difference,) = (d for d in found(catalogue, *views) if d.question == "chair")
    assert (difference.spread, difference.undecided) == (0, 1)
    assert not difference.agreed


def test_where_all_agree_it_is_told_whether_the_municipality_says_so_too(
    catalogue: Catalogue,
) -> None:
    views = [a_view(who, chair="mayor") for who in DISCIPLINES]
    views.append(a_view("youth_work", chair="dont_know"))
    cases: tuple[tuple[dict[str, Any], bool], ...] = (
        ({"chair": "mayor"}, False),
        ({"chair": "police_chief"}, True),
        ({}, True),
    )
    for own, is_unlike in cases:
        (difference,) = (d for d in found(catalogue, *views, **own) if d.question == "chair")
        assert difference.shared == ("De burgemeester of een vertegenwoordiger",)
        assert [s.who for s in difference.told] == [
            ("Burgemeester", "Lokale politie", "Scholen", "Sociale dienst (vroegere OCMW)"),
            ("Jeugdwerk",),
        ]
        assert difference.is_unlike is is_unlike


def test_a_name_is_told_only_while_it_was_wanted_and_still_is(catalogue: Catalogue) -> None:
    views = [a_view(who, named=who == "mayor") for who in DISCIPLINES[:3]]
    names = {f"view of {who}": who.upper() for who in DISCIPLINES}

    def told(given_names: dict[str, str]) -> str:
        return str([d.stances for d in found(catalogue, *views, names=given_names)])

    assert "Burgemeester (MAYOR)" in told(names)
    assert "SCHOOLS" not in told(names)
    assert "MAYOR" not in told({})


def test_where_they_differ_most_comes_first(catalogue: Catalogue) -> None:
    views = (
        a_view("mayor", chair="mayor", meeting_frequency="monthly", livcr_tables="one"),
        a_view("schools", chair="mayor", meeting_frequency="quarterly", livcr_tables="one"),
        a_view("youth_work", chair="other", meeting_frequency="never", livcr_tables="one"),
    )
    order = [d.question for d in found(catalogue, *views)]
    assert order[:2] == ["meeting_frequency", "chair"]
    assert set(order[2:]) == {"livcr_presence", "livcr_tables"}


def test_the_majority_of_the_survey_has_its_base_its_group_and_its_source(
    catalogue: Catalogue,
) -> None:
    views = [a_view(who) for who in DISCIPLINES[:3]]
    (difference,) = found(catalogue, *views)
    assert "meer dan de helft" in difference.survey[0]
    assert "15 van 22" in difference.survey[0]
    assert difference.survey[1] == "Vergeleken met uw cluster 5, centrumgemeenten."
    assert "Tabel 8" in difference.survey[-1]
    (small,) = found(catalogue, *views, cluster=6)
    assert "gemeenten in Vlaanderen" in small.survey[0]
    assert "te weinig om mee te vergelijken" in small.survey[1]
    assert "Hun aantallen: “" in small.survey[1]


def test_a_count_that_is_not_certain_says_so(catalogue: Catalogue) -> None:
    composition = frozenset({"composition"})
    views = [a_view(who, composition, livcr_members=("mayor",)) for who in DISCIPLINES[:3]]
    (difference,) = found(catalogue, *views)
    sentence, group, unsure, source = difference.survey
    assert "77* van 115" in sentence
    assert group == "Vergeleken met Vlaanderen: niet per cluster gepubliceerd."
    assert unsure.startswith("* Het aantal bij Stad/Gemeente is niet zeker")
    assert "Figuur 10" in source


def test_only_the_sections_asked_about_count(catalogue: Catalogue) -> None:
    views = [a_view(who, frozenset({"difficulties"})) for who in DISCIPLINES[:3]]
    assert found(catalogue, *views) == ()


def test_several_answers_are_told_option_by_option(catalogue: Catalogue) -> None:
    views = (
        a_view("mayor", challenges=("hate_speech",)),
        a_view("schools", challenges=("hate_speech", "other")),
        a_view("youth_work", challenges=("other",)),
    )
    (difference,) = (d for d in found(catalogue, *views) if d.question == "challenges")
    assert [s.who for s in difference.stances] == [
        ("Burgemeester", "Scholen"),
        ("Jeugdwerk", "Scholen"),
    ]


def test_what_a_report_shows_besides_is_kept_as_it_was(catalogue: Catalogue) -> None:
    views = [
        a_view(who, named=True, challenges=("hate_speech", "other"), chair="mayor")
        for who in DISCIPLINES
    ]
    known = known_of(catalogue, *views)
    assert supplement_from_json(supplement_to_json(known)) == known
    assert known.members == (("24104", 2),)
    assert {voice.discipline for voice in known.voices} == set(DISCIPLINES)


def test_without_a_view_what_two_others_said_is_not_shown_either(catalogue: Catalogue) -> None:
    known = known_of(
        catalogue,
        *(a_view(who, chair="mayor") for who in DISCIPLINES[:3]),
        a_view("schools", chair="dont_know"),
    )
    left = known.without("view of mayor")
    assert {v.view for v in left.voices} == {f"view of {who}" for who in DISCIPLINES[1:]}
    assert {id_ for v in left.voices for id_ in v.answers.values} == {"livcr_presence"}
    assert left.without("view of schools").voices == ()


def test_what_to_answer_otherwise_before_a_question_is_asked(catalogue: Catalogue) -> None:
    questionnaire = catalogue.questionnaire
    chair = questionnaire.by_id["chair"]
    without, within = some_answers(livcr_presence="no_plans"), some_answers(chair="mayor")
    first = to_answer_first(questionnaire, without, chair)
    assert first is not None
    assert first.id == "livcr_presence"
    assert to_answer_first(questionnaire, within, questionnaire.by_id["livcr_presence"]) is None
    for question in questionnaire:
        blocking = to_answer_first(questionnaire, without, question)
        assert blocking is None or to_answer_first(questionnaire, without, blocking) is None


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
        assert ("Hier verschilt u" in page) == (number + 1 >= LEAST_VOICES)
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
    assert "Op 2 andere vragen geven alle leden hetzelfde antwoord." in told
    assert "Gezamenlijk antwoord: Elk kwartaal" in told
    with pdfplumber.open(io.BytesIO(chair.get(f"{address}/report.pdf").data)) as pdf:
        text = " ".join((page.extract_text() or "") for page in pdf.pages)
    assert "Waar we het verschillend zien" in text
    assert "We tellen alleen volledige" in text
    finished = chair.get(f"{address}/views/meeting_frequency")
    assert finished.status_code == 303
    # The chair opens it again from the page that says how, and chooses another answer.
    closed = chair.get(f"{address}/views")
    assert "Heropen ze dan" in closed.get_data(as_text=True)
    assert send(chair, closed, "/reopen").status_code == 303
    opened = chair.get(f"{address}/views/meeting_frequency")
    assert why in opened.get_data(as_text=True)
    other = "Bij nader inzien niet."
    done = send(chair, opened, "/meeting_frequency", meeting_frequency="never", reason=other)
    assert done.status_code == 303
    # What was reported stays as it was.
    reported = chair.get(f"{address}/results").get_data(as_text=True)
    assert why in reported
    assert other not in reported


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


def test_the_list_says_about_what_each_member_was_asked_and_what_she_cannot_answer_yet(
    town: Town,
) -> None:
    officer = town.signed_in(town.person(Role.OFFICER))
    evaluation = town.evaluation(answers=Answers({}, {}, {}))
    address = f"/evaluations/{evaluation.id}/contributors"
    for number in (1, 2):
        sent = {"name": "Cas", "address": f"cas{number}@school.example", "discipline": "schools"}
        officer.send(address, **sent, section=["structure", "information_sharing"])
    page = officer.get(address).get_data(as_text=True)
    assert page.count("Gevraagd: Structuur en Informatiedeling.") == 2
    assert page.count("Nog niet te beantwoorden: Informatiedeling.") == 2
    assert page.count("2 mensen zijn met deze discipline gevraagd") == 2
    view = town.held.evaluations.views_of(evaluation.id)[0]
    assert view.view is not None
    who = town.held.store.accounts.change(view.view.contributor, state=AccountState.ACTIVE)
    member = town.signed_in(who)
    start = member.get("/").get_data(as_text=True)
    assert "0 van 2 delen" in start
    sections = town.held.catalogue.questionnaire.section_by_id
    minutes = sections["structure"].minutes + sections["information_sharing"].minutes
    assert f"{minutes} minuten" in start


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


def three_views(town: Town, evaluation: Evaluation, *frequencies: str) -> list[str]:
    """The ids of finished views of as many members, on how often the LIVC-R meets."""
    made = []
    for discipline, frequency in zip(DISCIPLINES, frequencies, strict=False):
        view = View(
            evaluation.id, town.person(Role.CONTRIBUTOR).id, discipline, frozenset({"structure"})
        )
        answers = some_answers(livcr_presence="yes_municipal", meeting_frequency=frequency)
        kept = town.evaluation(view=view, answers=answers)
        town.held.evaluations.finish(kept.id, at=town.clock.at)
        made.append(kept.id)
    return made


def with_views(town: Town, **own: Answer) -> tuple[Evaluation, list[str], HostedClient]:
    """An evaluation on which three members differ, and its officer."""
    answers = some_answers({"livcr_presence": "yes_municipal", **own})
    evaluation = town.evaluation(answers=answers)
    views = three_views(town, evaluation, "quarterly", "yearly", "never")
    return evaluation, views, town.signed_in(town.person(Role.OFFICER))


def test_a_second_reason_does_not_silently_replace_the_first(town: Town) -> None:
    evaluation, _, officer = with_views(town)
    chair = town.signed_in(town.person(Role.CHAIR))
    address = f"/evaluations/{evaluation.id}/views/meeting_frequency"
    before = [client.get(address) for client in (officer, chair)]
    for number, (client, page) in enumerate(zip((officer, chair), before, strict=True)):
        answer = send(
            client, page, "/meeting_frequency", meeting_frequency="quarterly", reason=f"R{number}."
        )
        assert answer.status_code == (303 if number == 0 else 409)
    # Who comes second sees what is there now, and what she typed.
    told = answer.get_data(as_text=True)
    assert "R0." in told
    assert form_of(answer, "/meeting_frequency")["reason"].strip() == "R1."
    kept = town.held.store.consensus.reasons
    assert kept(evaluation.id) == {"meeting_frequency": "R0."}
    assert send(chair, answer, "/meeting_frequency").status_code == 303
    assert kept(evaluation.id) == {"meeting_frequency": "R1."}
    # The same a second time, from an old page, changes nothing and is no conflict.
    again = send(
        officer, before[0], "/meeting_frequency", meeting_frequency="quarterly", reason="R1."
    )
    assert again.status_code == 303


def test_a_reason_goes_when_the_answer_becomes_another(town: Town) -> None:
    evaluation, _, officer = with_views(town)
    address = f"/evaluations/{evaluation.id}"
    page = officer.get(f"{address}/views/meeting_frequency")
    sent = {"meeting_frequency": "quarterly", "reason": "Zo besliste de tafel."}
    assert send(officer, page, "/meeting_frequency", **sent).status_code == 303
    section = officer.get(f"{address}/sections/structure/2")
    assert send(officer, section, "structure/2", meeting_frequency="never").status_code == 303
    assert town.held.store.consensus.reasons(evaluation.id) == {}
    officer.send(f"{address}/finish")
    part = text_of(
        next(
            s
            for s in parsed(officer.get(f"{address}/results")).iter("section")
            if s.get("id") == "differences"
        )
    )
    assert "Antwoord van de gemeente: Nooit" in part
    assert "Zo besliste de tafel" not in part


def test_choosing_the_common_answer_confirms_a_carried_one(town: Town) -> None:
    marks = {"meeting_frequency": Carried(date(2025, 11, 26))}
    evaluation = town.evaluation(
        answers=some_answers(livcr_presence="yes_municipal", meeting_frequency="quarterly"),
        carried=marks,
    )
    three_views(town, evaluation, "quarterly", "yearly", "never")
    chair = town.signed_in(town.person(Role.CHAIR))
    page = chair.get(f"/evaluations/{evaluation.id}/views/meeting_frequency")
    assert send(chair, page, "/meeting_frequency", reason="Nog altijd.").status_code == 303
    kept = town.held.evaluations.get(evaluation.id).carried
    assert kept == {"meeting_frequency": Carried(date(2025, 11, 26), confirmed=True)}


def test_no_common_answer_to_what_the_municipality_is_not_asked(town: Town) -> None:
    evaluation = town.evaluation(answers=some_answers(livcr_presence="no_plans"))
    three_views(town, evaluation, "quarterly", "yearly", "never")
    chair = town.signed_in(town.person(Role.CHAIR))
    address = f"/evaluations/{evaluation.id}/views"
    first = town.held.catalogue.questionnaire.by_id["livcr_presence"].text.nl
    page = chair.get(address)
    assert f"Wijzig eerst het antwoord op “{first}”." in text_of(parsed(page))
    assert f"{address}/meeting_frequency" not in page.get_data(as_text=True)
    for answer in (
        chair.get(f"{address}/meeting_frequency"),
        chair.send(f"{address}/meeting_frequency", meeting_frequency="never", reason="Zo is het."),
    ):
        assert answer.status_code == 303
    assert "Wijzig eerst het antwoord" in chair.get(address).get_data(as_text=True)
    assert "meeting_frequency" not in town.held.evaluations.get(evaluation.id).answers.values
    assert town.held.store.consensus.reasons(evaluation.id) == {}


def test_where_all_agree_the_own_answer_and_the_way_to_change_it_stand_beside(town: Town) -> None:
    evaluation = town.evaluation(
        answers=some_answers(livcr_presence="yes_municipal", meeting_frequency="quarterly")
    )
    three_views(town, evaluation, "never", "never", "never")
    chair = town.signed_in(town.person(Role.CHAIR))
    page = chair.get(f"/evaluations/{evaluation.id}/views")
    part = next(a for a in parsed(page).iter("article") if a.get("id") == "meeting_frequency")
    assert "Antwoord van de gemeente: Elk kwartaal" in text_of(part)
    assert "Nooit" in text_of(part)
    common = chair.get(f"/evaluations/{evaluation.id}/views/meeting_frequency")
    assert f'href="{common.request.path}"' in page.get_data(as_text=True)
    sent = {"meeting_frequency": "never", "reason": "Zo is het."}
    assert send(chair, common, "/meeting_frequency", **sent).status_code == 303


def untimed(page: str) -> str:
    """A page without the tokens of its forms, which hold the time."""
    return re.sub(r'name="csrf_token" value="[^"]+"', "", page)


def test_a_finished_report_keeps_what_members_answered_when_they_reopen(town: Town) -> None:
    evaluation, views, officer = with_views(town, meeting_frequency="quarterly")
    address = f"/evaluations/{evaluation.id}"
    officer.send(f"{address}/finish")
    before = officer.get(f"{address}/results?version=1").get_data(as_text=True)
    for view in views[:2]:
        town.held.evaluations.reopen(view, at=town.clock.at)
    results = officer.get(f"{address}/results?version=1").get_data(as_text=True)
    assert 'id="differences"' in results
    assert untimed(results) == untimed(before)
    told = officer.get(f"{address}/views").get_data(as_text=True)
    assert "1 van 3 gevraagde leden is klaar" in told


def test_a_report_that_was_kept_without_views_shows_none(town: Town) -> None:
    evaluation, _, officer = with_views(town)
    town.held.evaluations.finish(evaluation.id, at=town.clock.at)
    address = f"/evaluations/{evaluation.id}"
    assert 'id="differences"' not in officer.get(f"{address}/results").get_data(as_text=True)
    # As an earlier release left it.
    with closing(sqlite3.connect(town.folder / "evaltool.sqlite")) as connection:
        connection.execute("UPDATE snapshots SET supplement = ''")
        connection.commit()
    (snapshot,) = town.held.evaluations.snapshots(evaluation.id)
    assert snapshot.supplement == Supplement()


@pytest.mark.parametrize("by", ["the view", "the account"])
def test_deleting_a_view_takes_it_out_of_finished_reports(town: Town, by: str) -> None:
    evaluation, views, officer = with_views(town)
    three_views(town, evaluation, "quarterly")
    address = f"/evaluations/{evaluation.id}"
    officer.send(f"{address}/finish")
    (snapshot,) = town.held.evaluations.snapshots(evaluation.id)
    assert len(snapshot.supplement.voices) == 4
    if by == "the view":
        town.held.evaluations.delete(views[2])
    else:
        view = town.held.evaluations.get(views[2]).view
        assert view is not None
        town.held.store.accounts.delete(view.contributor)
    (snapshot,) = town.held.evaluations.snapshots(evaluation.id)
    assert len(snapshot.supplement.voices) == 3
    assert views[2] not in str(snapshot.supplement)
    assert views[2].encode() not in town.bytes_kept()
    town.held.evaluations.delete(views[1])
    town.held.evaluations.delete(views[0])
    (snapshot,) = town.held.evaluations.snapshots(evaluation.id)
    assert snapshot == Snapshot(1, snapshot.finished_at, snapshot.evaluation, snapshot.content)


def test_a_coach_sees_nothing_of_what_members_answered(town: Town) -> None:
    evaluation, _, officer = with_views(town, meeting_frequency="quarterly")
    address = f"/evaluations/{evaluation.id}"
    officer.send(f"{address}/finish")
    coach = town.person(Role.COACH, second_factor="sealed")
    town.held.store.consents.give(OWN, coach.id, by="x", at=town.clock.at)
    client = town.signed_in(coach)
    for reader, seen in ((officer, True), (client, False)):
        results = reader.get(f"{address}/results").get_data(as_text=True)
        assert ('id="differences"' in results) is seen
        with pdfplumber.open(io.BytesIO(reader.get(f"{address}/report.pdf").data)) as pdf:
            text = " ".join((page.extract_text() or "") for page in pdf.pages)
        assert ("Waar we het verschillend zien" in text) is seen


def test_all_data_holds_views_only_once_three_are_finished(town: Town) -> None:
    evaluation = town.evaluation(answers=some_answers(livcr_presence="yes_municipal"))
    officer = town.signed_in(town.person(Role.OFFICER))
    open_view = town.evaluation(
        view=View(evaluation.id, town.person(Role.CONTRIBUTOR).id, "youth_work"),
        answers=some_answers(notes={"livcr_presence": "nog niet klaar"}),
    )

    def taken() -> dict[str, str]:
        sent = officer.send("/municipality/data.zip", password=PASSWORD)
        archive = zipfile.ZipFile(io.BytesIO(sent.data))
        return {name: archive.read(name).decode() for name in archive.namelist()}

    three_views(town, evaluation, "quarterly", "yearly")
    assert not any("-view-" in name for name in taken())
    three_views(town, evaluation, "never")
    files = taken()
    assert sum("-view-" in name for name in files) == LEAST_VOICES
    assert not any("nog niet klaar" in text for text in files.values())
    answers = [json.loads(text)["answers"] for name, text in files.items() if "-view-" in name]
    assert {given["meeting_frequency"] for given in answers} == {"quarterly", "yearly", "never"}
    assert town.held.evaluations.get(open_view.id).status is Status.OPEN


def test_a_view_is_taken_away_only_after_asking(town: Town) -> None:
    evaluation, views, officer = with_views(town)
    address = f"/evaluations/{evaluation.id}/contributors"
    listing = officer.get(address)
    ways = [a.get("href", "") for a in parsed(listing).iter("a")]
    way = next(href for href in ways if href.endswith(f"view={views[0]}"))
    page = officer.get(way)
    assert "Burgemeester" in page.get_data(as_text=True)
    assert len(town.held.evaluations.views_of(evaluation.id)) == 3
    assert send(officer, page, f"view={views[0]}").status_code == 303
    assert len(town.held.evaluations.views_of(evaluation.id)) == 2
    assert officer.get(way).status_code == 303


def test_who_is_asked_is_told_who_sees_the_answers(town: Town) -> None:
    evaluation = town.evaluation()
    client, view = asked_views(town, evaluation)[0]
    told = client.get(view).get_data(as_text=True)
    assert "minstens drie leden klaar zijn" in told
    assert "Een coach of een andere gemeente ziet ze hier niet" in told
    assert "meedoet" in client.get("/privacy").get_data(as_text=True)
