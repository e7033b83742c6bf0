"""Over time on the pages: starting from the last, confirming, comparing, how it went."""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from evaltool.domain.access import Role
from evaltool.domain.answers import Answers
from evaltool.domain.evaluation import Carried, Evaluation, Reported, Snapshot, View
from evaltool.domain.zone import MemberState
from evaltool.store.evaluations import EvaluationRepository
from evaltool.store.reports import ReportRepository
from evaltool.web.context import Services
from tests.browsing import begun, changed, form_of, parsed, send, text_of
from tests.factories import some_answers
from tests.golden import imported
from tests.hosting import OTHER, OWN, HostedClient, Town, a_town

STRUCTURE = "sections/structure/1"
ANSWERS = some_answers(
    livcr_presence="yes_municipal",
    livcr_tables="one",
    meeting_frequency="quarterly",
    notes={"livcr_tables": "elke maand"},
)
JSON = {"Accept": "application/json"}


def services(app: Flask) -> Services:
    """What an application is built on."""
    held: Services = app.extensions["evaltool"]
    return held


def finished(client: FlaskClient, **answers: Any) -> str:
    """The address of a finished evaluation of Leuven with some answers on the page of structure."""
    address = begun_empty(client)
    fields = answers or {"livcr_presence": "yes_municipal", "livcr_tables": "one"}
    send(client, client.get(f"{address}/{STRUCTURE}"), STRUCTURE, **fields)
    send(client, client.get(f"{address}/check"), "/finish")
    return address


def begun_empty(client: FlaskClient) -> str:
    """The address of a new evaluation that starts from nothing."""
    card = client.get("/evaluations/new", query_string={"name": "24062"})
    answer = send(client, card, "/evaluations/new", cluster="5", start_from="")
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def id_of(address: str) -> str:
    return address.rpartition("/")[2]


def kept(app: Flask, address: str) -> Evaluation:
    return services(app).evaluations.get(id_of(address))


def on(app: Flask, address: str) -> dict[str, bool]:
    """Which carried answers there are, and whether each is confirmed."""
    return {id_: mark.confirmed for id_, mark in kept(app, address).carried.items()}


def main_text(answer: TestResponse) -> str:
    return text_of(parsed(answer).find(".//main"))


# Starting from the last


def test_the_card_proposes_the_last_finished_one(client: FlaskClient) -> None:
    card = client.get("/evaluations/new", query_string={"name": "24062"})
    assert "Waarmee begint u?" not in card.text
    begun(client)
    assert "Waarmee begint u?" not in client.get("/evaluations/new?name=24062").text
    last = finished(client)
    card = client.get("/evaluations/new", query_string={"name": "24062"})
    assert form_of(card, "/evaluations/new")["start_from"] == id_of(last)
    assert "Waarmee begint u?" not in client.get("/evaluations/new?name=44021").text


def test_answers_and_notes_are_copied_and_marked(app: Flask, client: FlaskClient) -> None:
    first = finished(
        client,
        livcr_presence="yes_municipal",
        livcr_tables="other",
        fields={"other:livcr_tables": "vier", "note:livcr_presence": "sinds 2016"},
    )
    before = kept(app, first)
    address = begun(client)
    made = kept(app, address)
    assert made.answers == before.answers
    assert made.started_from == before.id
    assert made.carried == dict.fromkeys(before.answers.values, Carried(before.day))
    overview = main_text(client.get(address))
    assert "U begon met de antwoorden van de zelfevaluatie van" in overview
    assert "2 overgenomen antwoorden zijn nog niet nagekeken" in overview
    page = client.get(f"{address}/{STRUCTURE}")
    assert page.text.count("ongewijzigd sinds") == 2


def test_one_can_begin_with_nothing(app: Flask, client: FlaskClient) -> None:
    finished(client)
    address = begun_empty(client)
    made = kept(app, address)
    assert (made.started_from, made.carried, made.answers.values) == (None, {}, {})
    assert "overgenomen" not in client.get(address).text
    assert "still" not in client.get(f"{address}/{STRUCTURE}").text


def test_a_finished_one_leads_to_a_new_one_that_starts_from_it(
    app: Flask, client: FlaskClient
) -> None:
    older = finished(client)
    finished(client, livcr_presence="no_plans")
    link = next(
        a
        for a in parsed(client.get(older)).iter("a")
        if text_of(a) == "Nieuwe zelfevaluatie, vanaf deze"
    )
    card = client.get(link.get("href", ""))
    assert form_of(card, "/evaluations/new")["start_from"] == id_of(older)
    assert len([f for f in parsed(card).iter("input") if f.get("name") == "start_from"]) == 3
    answer = send(client, card, "/evaluations/new", cluster="5")
    assert kept(app, answer.headers["Location"]).started_from == id_of(older)


def test_a_double_click_makes_one_and_another_choice_another(client: FlaskClient) -> None:
    finished(client)
    card = client.get("/evaluations/new", query_string={"name": "24062"})
    once, again, other = (
        send(client, card, "/evaluations/new", cluster="5", **more).headers["Location"]
        for more in ({}, {}, {"start_from": ""})
    )
    assert once == again != other


def test_what_one_cannot_start_from_is_asked_again(app: Flask, client: FlaskClient) -> None:
    mine = finished(client)
    theirs = imported(client, "coast")
    card = client.get("/evaluations/new", query_string={"name": "24062"})
    number = len(services(app).evaluations.listing())
    for wanted in (id_of(theirs), id_of(begun_empty(client)), "no-such-id"):
        answer = send(client, card, "/evaluations/new", cluster="5", start_from=wanted)
        assert answer.status_code == 422
        assert "is er niet meer. Kies opnieuw." in answer.text
        assert form_of(answer, "/evaluations/new")["start_from"] == id_of(mine)
    assert len(services(app).evaluations.listing()) == number + 1


def test_a_choice_survives_a_card_that_comes_back(client: FlaskClient) -> None:
    finished(client)
    card = client.get("/evaluations/new", query_string={"name": "24062"})
    answer = send(client, card, "/evaluations/new", cluster="", start_from="")
    assert answer.status_code == 422
    assert form_of(answer, "/evaluations/new")["start_from"] == ""


# Confirming


@pytest.fixture
def carried(client: FlaskClient) -> str:
    """The address of an evaluation that started from another, with two carried answers."""
    finished(client)
    return begun(client)


def test_saving_a_page_confirms_nothing_by_itself(
    app: Flask, client: FlaskClient, carried: str
) -> None:
    for button in ("next", "later", "back"):
        send(client, client.get(f"{carried}/{STRUCTURE}"), STRUCTURE, **{button: "1"})
    assert on(app, carried) == {"livcr_presence": False, "livcr_tables": False}


def test_what_is_ticked_is_confirmed_and_can_be_taken_back(
    app: Flask, client: FlaskClient, carried: str
) -> None:
    send(client, client.get(f"{carried}/{STRUCTURE}"), STRUCTURE, still="livcr_tables")
    assert on(app, carried) == {"livcr_presence": False, "livcr_tables": True}
    page = client.get(f"{carried}/{STRUCTURE}")
    assert form_of(page, STRUCTURE).getlist("still") == ["livcr_tables"]
    assert "1 overgenomen antwoord is nog niet nagekeken" in main_text(client.get(carried))
    send(client, page, STRUCTURE, still=[])
    assert on(app, carried) == {"livcr_presence": False, "livcr_tables": False}


def test_one_button_confirms_the_whole_page_and_only_that(
    app: Flask, client: FlaskClient, carried: str
) -> None:
    second = f"{carried}/sections/structure/2"
    send(client, client.get(second), "structure/2", chair="mayor")
    page = client.get(f"{carried}/{STRUCTURE}")
    answer = send(client, page, STRUCTURE, fields={"still-all": "1"})
    assert answer.headers["Location"].endswith("/sections/structure/2")
    assert on(app, carried) == {"livcr_presence": True, "livcr_tables": True}
    assert "Alle overgenomen antwoorden zijn nagekeken." in main_text(client.get(carried))
    assert "still-all" not in client.get(second).text


def test_a_changed_answer_is_no_longer_the_carried_one(
    app: Flask, client: FlaskClient, carried: str
) -> None:
    send(client, client.get(f"{carried}/{STRUCTURE}"), STRUCTURE, livcr_tables="two")
    assert on(app, carried) == {"livcr_presence": False}


def test_a_note_confirms_nothing(app: Flask, client: FlaskClient, carried: str) -> None:
    fields = {"note:livcr_tables": "elke maand"}
    send(client, client.get(f"{carried}/{STRUCTURE}"), STRUCTURE, fields=fields)
    assert on(app, carried) == {"livcr_presence": False, "livcr_tables": False}


def test_the_script_saves_without_confirming_and_hears_what_is_left(
    app: Flask, client: FlaskClient, carried: str
) -> None:
    fields = form_of(client.get(f"{carried}/{STRUCTURE}"), STRUCTURE)

    def saved(**more: Any) -> dict[str, Any]:
        answer = client.post(f"{carried}/{STRUCTURE}", data=changed(fields, more), headers=JSON)
        assert answer.status_code == 200
        body: dict[str, Any] = answer.get_json()
        for name in ("version", "base"):
            fields[name] = str(body[name])
        fields["still-shown"] = body["still"]
        return body

    assert saved()["carried"] == ["livcr_presence", "livcr_tables"]
    assert on(app, carried) == {"livcr_presence": False, "livcr_tables": False}
    # A tick is the user's own, and so is taking it back.
    assert saved(still="livcr_presence")["still"] == "livcr_presence"
    assert on(app, carried)["livcr_presence"]
    assert saved()["still"] == ""
    assert not on(app, carried)["livcr_presence"]
    assert saved(livcr_tables="two")["carried"] == ["livcr_presence"]


def test_what_a_colleague_ticked_meanwhile_stays_ticked(
    app: Flask, client: FlaskClient, carried: str
) -> None:
    mine = client.get(f"{carried}/{STRUCTURE}")
    send(client, client.get(f"{carried}/{STRUCTURE}"), STRUCTURE, still="livcr_presence")
    send(client, mine, STRUCTURE, still="livcr_tables")
    assert on(app, carried) == {"livcr_presence": True, "livcr_tables": True}


def test_ticks_survive_a_page_that_comes_back_and_a_choice_between_two_savings(
    app: Flask, client: FlaskClient, carried: str
) -> None:
    page = client.get(f"{carried}/{STRUCTURE}")
    long = {"note:livcr_presence": "x" * 4001}
    back = send(client, page, STRUCTURE, still="livcr_presence", fields=long)
    assert back.status_code == 422
    assert form_of(back, STRUCTURE).getlist("still") == ["livcr_presence"]
    assert on(app, carried) == {"livcr_presence": False, "livcr_tables": False}
    # Somebody else changes the same page meanwhile.
    send(client, client.get(f"{carried}/{STRUCTURE}"), STRUCTURE, livcr_tables="two")
    conflict = send(client, page, STRUCTURE, livcr_tables="three", still="livcr_presence")
    assert conflict.status_code == 409
    assert on(app, carried) == {"livcr_presence": False}
    send(client, conflict, STRUCTURE, fields={"keep:livcr_tables": "saved"})
    assert on(app, carried) == {"livcr_presence": True}
    assert kept(app, carried).answers.values["livcr_tables"] == "two"


def test_a_tick_counts_where_only_another_page_of_the_section_changed(
    app: Flask, client: FlaskClient, carried: str
) -> None:
    page = client.get(f"{carried}/{STRUCTURE}")
    send(client, client.get(f"{carried}/sections/structure/2"), "structure/2", chair="mayor")
    send(client, page, STRUCTURE, still="livcr_presence")
    assert on(app, carried)["livcr_presence"]


def test_what_is_not_on_the_page_or_not_carried_is_not_confirmed(
    app: Flask, client: FlaskClient, carried: str
) -> None:
    second = client.get(f"{carried}/sections/structure/2")
    fields = {"still": ["livcr_presence", "no_such_question", "chair"]}
    send(client, second, "structure/2", fields=fields)
    assert on(app, carried) == {"livcr_presence": False, "livcr_tables": False}


def test_check_page_report_and_pdf_say_what_nobody_looked_at(
    app: Flask, client: FlaskClient, carried: str
) -> None:
    send(client, client.get(f"{carried}/{STRUCTURE}"), STRUCTURE, still="livcr_tables")
    check = client.get(f"{carried}/check")
    assert "1 overgenomen antwoord is nog niet nagekeken" in main_text(check)
    assert main_text(check).count(", niet nagekeken.") == 1
    send(client, check, "/finish")
    assert main_text(client.get(f"{carried}/results")).count(", niet nagekeken.") == 1
    # What was reported stays so, whatever is confirmed after it.
    send(client, client.get(carried), "/reopen")
    send(client, client.get(f"{carried}/{STRUCTURE}"), STRUCTURE, fields={"still-all": "1"})
    send(client, client.get(f"{carried}/check"), "/finish")
    assert ", niet nagekeken." in client.get(f"{carried}/results?version=1").text
    assert ", niet nagekeken." not in client.get(f"{carried}/results").text


def test_a_file_of_answers_holds_no_marks(client: FlaskClient, carried: str) -> None:
    send(client, client.get(f"{carried}/check"), "/finish")
    for name in ("answers.json", "report.json"):
        text = client.get(f"{carried}/{name}").text
        assert "carried" not in text
        assert "nagekeken" not in text


# Comparing and how it went


def test_two_evaluations_side_by_side_whichever_is_named_first(
    app: Flask, client: FlaskClient
) -> None:
    first, second = (
        finished(client),
        finished(client, livcr_presence="yes_municipal", livcr_tables="two"),
    )
    one, other = id_of(first), id_of(second)
    pages = [
        main_text(client.get(f"/evaluations/{a}/compare/{b}"))
        for a, b in ((one, other), (other, one))
    ]
    assert pages[0] == pages[1]
    assert "1 antwoord is anders. 1 antwoord bleef hetzelfde." in pages[0]
    assert "Hetzelfde antwoord als u gaf: toen 67" in pages[0]
    english = client.get(f"/evaluations/{one}/compare/{other}?lang=en")
    assert "1 answer is different. 1 answer stayed the same." in main_text(english)


def test_two_reports_of_one_evaluation(client: FlaskClient) -> None:
    address = finished(client)
    send(client, client.get(address), "/reopen")
    send(client, client.get(f"{address}/{STRUCTURE}"), STRUCTURE, livcr_tables="two")
    send(client, client.get(f"{address}/check"), "/finish")
    links = [a.get("href", "") for a in parsed(client.get(address)).iter("a")]
    (link,) = [href for href in links if "/compare/" in href]
    page = client.get(link)
    assert "1 antwoord is anders." in main_text(page)
    assert main_text(page).count("afgerond op") == 2
    id_ = id_of(address)
    same = client.get(f"{address}/compare/{id_}")
    assert same.headers["Location"].endswith("/trend")
    assert "twee keer hetzelfde verslag" in client.get(same.headers["Location"]).text
    for version in ("0", "3", "x"):
        assert client.get(f"{address}/compare/{id_}?other_version={version}").status_code == 404


def test_only_finished_evaluations_of_the_same_municipality_are_compared(
    client: FlaskClient,
) -> None:
    mine, open_, theirs = finished(client), begun_empty(client), imported(client, "coast")
    for other in (id_of(theirs), id_of(open_), "no-such-id"):
        assert client.get(f"{mine}/compare/{other}").status_code == 404
    answer = client.get(f"{open_}/compare/{id_of(mine)}")
    assert answer.headers["Location"].endswith("/check")


def test_actions_done_since_are_on_the_page(app: Flask, client: FlaskClient) -> None:
    first = finished(client)
    send(client, client.get(f"{first}/plan"), "/plan/add", title="Bel de buren", owner="voorzitter")
    plan = client.get(f"{first}/plan")
    link = next(a for a in parsed(plan).iter("a") if "Bel de buren" in text_of(a))
    second = finished(client, livcr_presence="no_plans")
    address = f"{first}/compare/{id_of(second)}"
    assert "Nog te doen Bel de buren" in main_text(client.get(address))
    action = client.get(link.get("href", ""))
    send(client, action, link.get("href", ""), state="done")
    assert "Klaar sindsdien Bel de buren voorzitter" in main_text(client.get(address))


def test_the_trend_is_over_all_finished_ones_and_leads_to_every_comparison(
    client: FlaskClient,
) -> None:
    open_ = begun(client)
    assert "Er is nog geen afgeronde zelfevaluatie." in main_text(client.get(f"{open_}/trend"))
    addresses = [finished(client)]
    page = client.get(f"{addresses[0]}/trend")
    assert "nog maar één afgeronde zelfevaluatie" in main_text(page)
    assert "<svg" not in page.text
    addresses += [finished(client, livcr_presence="no_plans"), finished(client)]
    page = client.get(f"{addresses[0]}/trend")
    assert page.text.count("<svg") == 1
    assert len(parsed(page).findall(".//tbody/tr")) == 3
    steps = [a.get("href", "") for a in parsed(page).iter("a") if "/compare/" in a.get("href", "")]
    assert len(steps) == 2
    assert all(client.get(step).status_code == 200 for step in steps)
    # Any two, also the first and the last; all of one day have names that differ.
    choices = {
        option.get("value", ""): text_of(option)
        for option in parsed(page).findall(".//select[@name='first']/option")
    }
    assert set(choices) == {id_of(address) for address in addresses}
    assert len(set(choices.values())) == 3
    first, *_, last = choices
    answer = client.get(f"{addresses[1]}/trend?first={first}&second={last}")
    assert answer.headers["Location"].endswith(f"/evaluations/{first}/compare/{last}")
    assert client.get(answer.headers["Location"]).status_code == 200
    assert client.get(f"{addresses[1]}/trend?first={first}&second=x").status_code == 200


def test_an_evolution_of_many_shows_the_last_twelve_by_few_queries(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = finished(client)
    held = services(app)
    source = held.evaluations.get(id_of(address))
    for number in range(1, 40):
        made = held.evaluations.create(
            nis_code=source.nis_code,
            cluster=5,
            cluster_proposed=False,
            day=source.day + timedelta(days=number),
            edition=source.edition,
            survey=source.survey,
            sections={"structure": ANSWERS},
            at=held.now() + timedelta(days=number),
        )
        held.evaluations.finish(made.id, at=held.now() + timedelta(days=number))
    page = client.get(f"/evaluations/{made.id}/trend")
    assert "Dit zijn de laatste 12 van 40 afgeronde zelfevaluaties." in main_text(page)
    assert len(parsed(page).findall(".//tbody/tr")) == 12
    assert len(parsed(page).findall(".//select[@name='first']/option")) == 40
    read: list[int] = []
    load = ReportRepository.load

    def counted(self: ReportRepository, reported: Iterable[Reported]) -> tuple[Snapshot, ...]:
        found = load(self, reported)
        read.append(len(found))
        return found

    monkeypatch.setattr(ReportRepository, "load", counted)
    snapshots = held.evaluations.snapshots
    others: list[str] = []

    def looked(self: EvaluationRepository, id_: str) -> tuple[Snapshot, ...]:
        others.append(id_)
        return snapshots(id_)

    monkeypatch.setattr(EvaluationRepository, "snapshots", looked)
    results = client.get(f"/evaluations/{made.id}/results")
    assert "Dit zijn de laatste 12 van 40" in main_text(results)
    assert read == [11]
    assert set(others) == {made.id}


def test_carried_answers_are_offered_on_the_page_of_all_answers_and_told_in_the_report(
    client: FlaskClient,
) -> None:
    first = finished(client)
    card = client.get(f"/evaluations/new?from={id_of(first)}&name=24062")
    answer = send(client, card, "/evaluations/new", cluster="5", start_from=id_of(first))
    second = answer.headers["Location"]
    page = client.get(f"{second}/check")
    assert "Open het met “Klopt dit nog?”" in main_text(page)
    links = [a for a in parsed(page).iter("a") if text_of(a).startswith("Klopt dit nog?")]
    assert len(links) == main_text(page).count("Ongewijzigd sinds ") > 0
    opened = client.get(links[0].get("href", ""))
    assert 'name="still"' in opened.text
    send(client, page, "/finish")
    told = main_text(client.get(f"{second}/results"))
    short = told[told.index("In het kort") :]
    assert short.startswith("In het kort Niet opnieuw bekeken: ")
    assert "Niet opnieuw bekeken in dit deel" in told


def test_the_trend_leads_to_the_document_that_has_it(client: FlaskClient) -> None:
    first = finished(client)
    assert "report.pdf" not in client.get(f"{first}/trend").text
    second = finished(client)
    links = [a.get("href", "") for a in parsed(client.get(f"{first}/trend")).iter("a")]
    assert f"{second}/report.pdf" in links


def test_open_actions_go_along_with_a_new_evaluation(app: Flask, client: FlaskClient) -> None:
    first = finished(client)
    for title in ("Bel de buren", "Schrijf een brief"):
        send(client, client.get(f"{first}/plan"), "/plan/add", title=title, owner="voorzitter")
    plan = client.get(f"{first}/plan")
    link = next(a for a in parsed(plan).iter("a") if "Bel de buren" in text_of(a)).get("href", "")
    send(client, client.get(link), link, state="done")
    card = client.get(f"/evaluations/new?from={id_of(first)}&name=24062")
    answer = send(client, card, "/evaluations/new", cluster="5", start_from=id_of(first))
    second = answer.headers["Location"]
    assert "1 lopende actie uit het vorige plan" in client.get(second).text
    page = main_text(client.get(f"{second}/plan"))
    assert "Schrijf een brief" in page
    assert "voorzitter" in page
    assert "Bel de buren" not in page
    assert len(services(app).plans.of(id_of(second))) == 1


def test_a_report_shows_what_was_until_then_and_not_after(client: FlaskClient) -> None:
    first, second = finished(client), finished(client, livcr_presence="no_plans")
    assert 'id="evolution"' not in client.get(f"{first}/results").text
    page = client.get(f"{second}/results")
    assert 'id="evolution"' in page.text
    assert page.text.count('href="#evolution"') == 1


# Hosted


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """A tool on the internet with an empty database."""
    return a_town(tmp_path / "instance")


def finished_in(town: Town, nis_code: str = OWN, answers: Answers = ANSWERS) -> str:
    """The id of a finished evaluation of a municipality, made a day after the one before it."""
    made = town.evaluation(nis_code, answers=answers)
    town.held.evaluations.finish(made.id, at=town.clock.at)
    town.clock.at += timedelta(days=1)
    return made.id


def status(client: HostedClient, path: str) -> int:
    return client.get(path).status_code


def test_who_may_read_results_may_compare_and_nobody_else(town: Town) -> None:
    one, other, theirs = finished_in(town), finished_in(town), finished_in(town, OTHER)
    officer = town.person(Role.OFFICER)
    coach = town.person(Role.COACH, second_factor="sealed")
    town.held.store.consents.give(OWN, coach.id, by=officer.id, at=town.clock.at)
    compare, trend = f"/evaluations/{one}/compare/{other}", f"/evaluations/{one}/trend"
    for who in (officer, town.person(Role.CHAIR), coach):
        client = town.signed_in(who)
        assert (status(client, compare), status(client, trend)) == (200, 200)
        for path in (
            f"/evaluations/{one}/compare/{theirs}",
            f"/evaluations/{theirs}/compare/{one}",
            f"/evaluations/{theirs}/trend",
        ):
            assert status(client, path) == 404
    stranger = town.signed_in(town.person(Role.COACH, second_factor="sealed"))
    assert (status(stranger, compare), status(stranger, trend)) == (404, 404)
    administrator = town.signed_in(town.person(Role.ADMINISTRATOR, second_factor="sealed"))
    assert status(administrator, compare) == 403


def test_a_view_of_a_contributor_is_no_evaluation_to_compare_with(town: Town) -> None:
    mine = finished_in(town)
    contributor = town.person(Role.CONTRIBUTOR, None)
    view = town.evaluation(view=View(mine, contributor.id, "mayor"), answers=ANSWERS)
    town.held.evaluations.finish(view.id, at=town.clock.at)
    client = town.signed_in(town.person(Role.OFFICER))
    assert status(client, f"/evaluations/{mine}/compare/{view.id}") == 404
    own = town.signed_in(contributor)
    for path in (f"/evaluations/{view.id}/trend", f"/evaluations/{view.id}/compare/{mine}"):
        assert status(own, path) in (403, 404)
    assert "Verslag van" in client.get(f"/evaluations/{mine}/trend").text
    assert len(parsed(client.get(f"/evaluations/{mine}/trend")).findall(".//tbody/tr")) == 1


def test_a_municipality_of_the_zone_sees_only_what_it_takes_part_in(town: Town) -> None:
    alone, together = finished_in(town), finished_in(town)
    town.held.store.zones.ask(together, [(OTHER, 5)], at=town.clock.at)
    town.held.store.zones.answer(
        together, OTHER, MemberState.CONFIRMED, cluster=5, by="x", at=town.clock.at
    )
    client = town.signed_in(town.person(Role.OFFICER, OTHER))
    page = client.get(f"/evaluations/{together}/trend")
    assert len(parsed(page).findall(".//tbody/tr")) == 1
    assert alone not in page.text
    assert "Nieuwe zelfevaluatie" not in main_text(page)
    assert status(client, f"/evaluations/{together}/compare/{alone}") == 404
    assert 'id="evolution"' not in client.get(f"/evaluations/{together}/results").text
    overview = client.get(f"/evaluations/{together}")
    assert "vanaf deze" not in overview.text


def test_an_officer_starts_from_her_own_municipality_alone(town: Town) -> None:
    mine, theirs = finished_in(town), finished_in(town, OTHER)
    client = town.signed_in(town.person(Role.OFFICER))
    card = client.get("/evaluations/new", query_string={"from": theirs})
    fields = form_of(card, "/evaluations/new")
    assert fields["start_from"] == mine
    assert theirs not in fields.values()
    answer = client.post("/evaluations/new", data={**fields, "start_from": theirs, "cluster": "5"})
    assert answer.status_code == 422
    foreign = MultiDict({**fields, "nis_code": OTHER, "start_from": theirs, "cluster": "5"})
    assert client.post("/evaluations/new", data=foreign).status_code == 403
    made = client.post("/evaluations/new", data={**fields, "cluster": "5"})
    id_ = id_of(made.headers["Location"])
    assert town.held.evaluations.get(id_).started_from == mine
    assert town.held.evaluations.get(id_).answers == ANSWERS
    chair = town.signed_in(town.person(Role.CHAIR))
    assert "vanaf deze" not in chair.get(f"/evaluations/{mine}").text
    assert "overgenomen antwoorden" in chair.get(f"/evaluations/{id_}").text
    assert "Kijk ze na" not in chair.get(f"/evaluations/{id_}").text


def test_ticking_is_written_in_the_log_as_filling_in(town: Town) -> None:
    finished_in(town)
    officer = town.person(Role.OFFICER)
    client = town.signed_in(officer)
    address = begun_by(client)
    page = client.get(f"{address}/{STRUCTURE}")
    fields = changed(form_of(page, STRUCTURE), {"still": "livcr_presence"})
    assert client.post(f"{address}/{STRUCTURE}", data=fields).status_code == 303
    held = town.held.evaluations.get(id_of(address))
    assert held.carried["livcr_presence"].confirmed
    assert {"create", "fill_in"} <= {e.event.action for e in town.held.store.audit.entries()}


def begun_by(client: HostedClient) -> str:
    """The address of a new evaluation of somebody's own municipality, from what is proposed."""
    fields = form_of(client.get("/evaluations/new"), "/evaluations/new")
    return client.post("/evaluations/new", data={**fields, "cluster": "5"}).headers["Location"]
