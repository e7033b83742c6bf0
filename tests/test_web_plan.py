"""The action plan in the browser, without JavaScript: picking, adding, changing, removing."""

import csv
import io
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from evaltool.domain.plan import MOST_ACTIONS, PlannedAction
from evaltool.web.context import Services
from tests.browsing import form_of, parsed, send, text_of
from tests.factories import an_action
from tests.golden import imported


def plan_of(app: Flask, address: str) -> tuple[PlannedAction, ...]:
    held = app.extensions["evaltool"]
    assert isinstance(held, Services)
    return held.plans.of(address.rsplit("/", 1)[-1])


@pytest.fixture
def address(client: FlaskClient) -> str:
    """A finished evaluation without a plan."""
    return imported(client, "rural-zone-quiet")


def words(client: FlaskClient, path: str) -> str:
    return text_of(parsed(client.get(path)).find(".//main"))


def test_findings_are_picked_from_the_plan(client: FlaskClient, app: Flask, address: str) -> None:
    page = client.get(f"{address}/plan")
    assert "Er staat nog geen actie in het plan." in text_of(parsed(page).find(".//main"))
    answer = send(client, page, "/plan/pick", finding=["few_cases", "ltf_no"])
    assert answer.status_code == 303
    few_cases, ltf = sorted(plan_of(app, address), key=lambda p: p.action.finding or "")
    assert few_cases.action.title.startswith("Speel in een half uur een verzonnen casus")
    assert ltf.action.owner == "voorzitter, korpschef"
    held = app.extensions["evaltool"]
    today = held.now().astimezone().date()
    assert few_cases.action.due == today + timedelta(weeks=13)
    shown = client.get(answer.headers["Location"])
    text = text_of(parsed(shown).find(".//main"))
    assert "2 bevindingen staan nu in het plan." in text
    offered = {i.get("value") for i in parsed(shown).iter("input") if i.get("name") == "finding"}
    assert "few_cases" not in offered
    assert "taking_lead" in offered


def test_a_finding_is_picked_from_the_results(
    client: FlaskClient, app: Flask, address: str
) -> None:
    page = client.get(f"{address}/results")
    button = next(b for b in parsed(page).iter("button") if b.get("value") == "rhythm_on_case")
    assert "Zet in het actieplan" in text_of(button)
    token = form_of(page, "/plan/pick")
    client.post(f"{address}/plan/pick", data={**token, "finding": "rhythm_on_case"})
    client.post(f"{address}/plan/pick", data={**token, "finding": "rhythm_on_case"})
    assert [p.action.finding for p in plan_of(app, address)] == ["rhythm_on_case"]
    again = parsed(client.get(f"{address}/results"))
    assert not [b for b in again.iter("button") if b.get("value") == "rhythm_on_case"]
    text = text_of(again.find(".//section[@id='plan']"))
    assert plan_of(app, address)[0].action.title in text


def test_nothing_picked_is_told(client: FlaskClient, app: Flask, address: str) -> None:
    page = client.get(f"{address}/plan")
    answer = send(client, page, "/plan/pick", finding=[])
    assert answer.status_code == 422
    assert "Kies minstens één bevinding." in answer.get_data(as_text=True)
    unknown = send(client, page, "/plan/pick", finding=["nowhere"])
    assert unknown.status_code == 422
    assert plan_of(app, address) == ()


def test_an_action_of_ones_own(client: FlaskClient, app: Flask, address: str) -> None:
    page = client.get(f"{address}/plan")
    fields = {"title": "  Bel de buren ", "owner": "preventiedienst", "due": "2027-03-31"}
    answer = send(client, page, "/plan/add", **fields, remark="eerste regel\r\ntweede")
    assert answer.status_code == 303
    (planned,) = plan_of(app, address)
    assert planned.action.title == "Bel de buren"
    assert planned.action.remark == "eerste regel\ntweede"
    text = words(client, f"{address}/plan")
    assert "Bel de buren" in text
    assert "31 maart 2027" in text
    assert "Eigen actie" in text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"title": " "}, "Wat: schrijf op wat er moet gebeuren."),
        (
            {"title": "x", "due": "31/02/2027"},
            "Tegen wanneer: geef dag/maand/jaar, zoals 31/03/2027.",
        ),
        ({"title": "x" * 301}, "Wat: deze tekst telt 301 tekens. Kort hem in tot 300."),
        ({"title": "x", "remark": "y" * 4001}, "Opmerking: deze tekst telt 4001 tekens."),
    ],
)
def test_what_is_refused_comes_back_as_it_was_typed(
    client: FlaskClient, app: Flask, address: str, fields: dict[str, str], sentence: str
) -> None:
    page = client.get(f"{address}/plan")
    typed = {"owner": "wie dan ook", **fields}
    answer = send(client, page, "/plan/add", **typed)
    assert answer.status_code == 422
    assert sentence in text_of(parsed(answer).find(".//main"))
    back = form_of(answer, "/plan/add")
    assert {name: back[name] for name in typed} == typed
    (link,) = (
        a for a in parsed(answer).iter("a") if a.get("href") in ("#title", "#due", "#remark")
    )
    assert parsed(answer).find(f".//*[@id='{link.get('href', '')[1:]}']") is not None
    assert plan_of(app, address) == ()


def test_an_action_is_changed(client: FlaskClient, app: Flask, address: str) -> None:
    send(client, client.get(f"{address}/plan"), "/plan/pick", finding=["few_cases"])
    (planned,) = plan_of(app, address)
    page = client.get(f"{address}/plan/{planned.id}")
    assert "Stappen van deze bevinding" in text_of(parsed(page).find(".//main"))
    answer = send(client, page, planned.id, state="done", due="", remark="gelukt")
    assert answer.status_code == 303
    (changed,) = plan_of(app, address)
    assert (changed.action.state, changed.action.due) == ("done", None)
    assert changed.action.finding == "few_cases"
    assert "klaar" in words(client, f"{address}/plan")


def test_a_change_by_two_is_shown_and_decided(
    client: FlaskClient, app: Flask, address: str
) -> None:
    send(client, client.get(f"{address}/plan"), "/plan/add", title="een")
    (planned,) = plan_of(app, address)
    mine, theirs = (client.get(f"{address}/plan/{planned.id}") for _ in range(2))
    assert send(client, theirs, planned.id, owner="zij").status_code == 303
    answer = send(client, mine, planned.id, owner="wij", remark="van ons")
    assert answer.status_code == 409
    text = text_of(parsed(answer).find(".//main"))
    assert "Iemand anders wijzigde deze actie intussen." in text
    assert "zij" in text
    back = form_of(answer, planned.id)
    assert (back["owner"], back["remark"]) == ("wij", "van ons")
    assert send(client, answer, planned.id).status_code == 303
    (last,) = plan_of(app, address)
    assert (last.action.owner, last.action.remark, last.version) == ("wij", "van ons", 3)


def test_a_wrong_change_comes_back_too(client: FlaskClient, app: Flask, address: str) -> None:
    send(client, client.get(f"{address}/plan"), "/plan/add", title="een")
    (planned,) = plan_of(app, address)
    page = client.get(f"{address}/plan/{planned.id}")
    answer = send(client, page, planned.id, title="", state="later", owner="wie")
    assert answer.status_code == 422
    text = text_of(parsed(answer).find(".//main"))
    assert "Stand: kies open, busy, done of dropped." in text
    assert form_of(answer, planned.id)["owner"] == "wie"
    assert plan_of(app, address) == (planned,)


def test_removing_asks_first(client: FlaskClient, app: Flask, address: str) -> None:
    send(client, client.get(f"{address}/plan"), "/plan/add", title="een")
    (planned,) = plan_of(app, address)
    page = client.get(f"{address}/plan/{planned.id}/remove")
    assert plan_of(app, address) == (planned,)
    answer = send(client, page, "/remove")
    assert answer.status_code == 303
    assert plan_of(app, address) == ()
    assert client.get(f"{address}/plan/{planned.id}").status_code == 404
    # A second click finds it gone already.
    assert send(client, page, "/remove").status_code == 303


def test_what_was_changed_meanwhile_is_asked_again(
    client: FlaskClient, app: Flask, address: str
) -> None:
    send(client, client.get(f"{address}/plan"), "/plan/add", title="een")
    (planned,) = plan_of(app, address)
    ask = client.get(f"{address}/plan/{planned.id}/remove")
    theirs = client.get(f"{address}/plan/{planned.id}")
    send(client, theirs, planned.id, owner="zij", remark="belangrijk geworden")
    again = send(client, ask, "/remove")
    assert again.status_code == 409
    text = text_of(parsed(again).find(".//main"))
    assert "Iemand anders wijzigde deze actie intussen. Dit is ze nu." in text
    assert "belangrijk geworden" in text
    assert len(plan_of(app, address)) == 1
    for version in ("", "x", "1"):
        assert send(client, again, "/remove", version=version).status_code == 409
    assert send(client, again, "/remove").status_code == 303
    assert plan_of(app, address) == ()


def test_another_evaluations_action_is_not_found(
    client: FlaskClient, app: Flask, address: str
) -> None:
    other = imported(client, "coast")
    send(client, client.get(f"{other}/plan"), "/plan/add", title="van een ander")
    (planned,) = plan_of(app, other)
    assert client.get(f"{address}/plan/{planned.id}").status_code == 404
    page = client.get(f"{other}/plan/{planned.id}")
    token = form_of(page, planned.id)["csrf_token"]
    sent = {"csrf_token": token, "title": "gekaapt", "version": "1"}
    assert client.post(f"{address}/plan/{planned.id}", data=sent).status_code == 404
    client.post(f"{address}/plan/{planned.id}/remove", data={"csrf_token": token})
    assert plan_of(app, other) == (planned,)


def test_personal_data_is_warned_of_and_kept(client: FlaskClient, app: Flask, address: str) -> None:
    page = client.get(f"{address}/plan")
    answer = send(client, page, "/plan/add", title="een", remark="bel 0475 12 34 56")
    assert answer.status_code == 303
    assert "telefoonnummer" in words(client, f"{address}/plan")
    (planned,) = plan_of(app, address)
    assert "telefoonnummer" in words(client, f"{address}/plan/{planned.id}")


def test_a_full_plan_says_so(client: FlaskClient, app: Flask, address: str) -> None:
    held = app.extensions["evaltool"]
    id_ = address.rsplit("/", 1)[-1]
    for number in range(MOST_ACTIONS):
        held.plans.add(id_, an_action(str(number)), at=held.now())
    page = client.get(f"{address}/plan")
    answer = send(client, page, "/plan/add", title="een te veel")
    assert answer.status_code == 422
    assert "Het plan is vol: er kwam niets bij." in answer.get_data(as_text=True)
    assert form_of(answer, "/plan/add")["title"] == "een te veel"
    last = plan_of(app, address)[-1]
    held.plans.remove(id_, last.id, expected_version=last.version)
    # There is room for one of the two: none is added.
    ids = [element.get("value") for element in parsed(page).iter("input")]
    wanted = [
        value
        for element, value in zip(parsed(page).iter("input"), ids, strict=True)
        if element.get("name") == "finding" and value
    ][:2]
    assert len(wanted) == 2
    picked = send(client, page, "/plan/pick", finding=wanted)
    told = client.get(picked.headers["Location"]).get_data(as_text=True)
    assert "Het plan is vol: er kwam niets bij." in told
    assert len(plan_of(app, address)) == MOST_ACTIONS - 1


def test_the_plan_before_finishing(client: FlaskClient, app: Flask) -> None:
    open_one = imported(client, "coast", finish=False)
    page = client.get(f"{open_one}/plan")
    assert "Na het afronden kiest u hier" in text_of(parsed(page).find(".//main"))
    assert send(client, page, "/plan/add", title="alvast").status_code == 303
    calendar = client.get(f"{open_one}/actions.ics")
    assert calendar.status_code == 200


def test_the_plan_is_in_files_and_report(client: FlaskClient, address: str) -> None:
    page = client.get(f"{address}/plan")
    send(client, page, "/plan/add", title="=1+1", due="2027-03-31", owner="dienst")
    exported = client.get(f"{address}/answers.json").get_json()
    assert exported["actions"] == [
        {"title": "=1+1", "state": "open", "owner": "dienst", "due": "2027-03-31"}
    ]
    rows = list(csv.reader(io.StringIO(client.get(f"{address}/actions.csv").text[1:])))
    assert "'=1+1" in rows[1]
    assert "20270331" in client.get(f"{address}/actions.ics").text
    data = client.get(f"{address}/report.json").get_json()
    assert data["actions"] == exported["actions"]


@pytest.mark.parametrize(
    "written",
    ["31/3/2027", "31-03-2027", "31.3.2027", "31 maart 2027", "31 March 2027", "2027-03-31"],
)
def test_a_date_as_people_write_it(
    client: FlaskClient, app: Flask, address: str, written: str
) -> None:
    send(client, client.get(f"{address}/plan"), "/plan/add", title="x", due=written)
    (planned,) = plan_of(app, address)
    assert str(planned.action.due) == "2027-03-31"


@pytest.mark.parametrize("written", ["31 mars 2027", "30/02/2027", "31/03/27", "31 april 2027"])
def test_what_is_no_date_is_refused(
    client: FlaskClient, app: Flask, address: str, written: str
) -> None:
    answer = send(client, client.get(f"{address}/plan"), "/plan/add", title="x", due=written)
    assert answer.status_code == 422
    assert plan_of(app, address) == ()


@pytest.mark.parametrize(
    ("days", "state", "asked"),
    [(-1, "open", True), (0, "open", False), (1, "open", False), (-1, "done", False)],
)
def test_a_day_that_has_passed_is_asked_about_and_kept(
    client: FlaskClient, app: Flask, address: str, days: int, state: str, asked: bool
) -> None:
    due = app.extensions["evaltool"].now().astimezone().date() + timedelta(days=days)
    page = client.get(f"{address}/plan")
    send(client, page, "/plan/add", title="x", due=due.isoformat(), state=state)
    assert ("is al voorbij. Klopt dat?" in words(client, f"{address}/plan")) is asked
    (planned,) = plan_of(app, address)
    assert planned.action.due == due


def test_an_action_whose_finding_left_the_report_says_so(
    client: FlaskClient, app: Flask, address: str
) -> None:
    held = app.extensions["evaltool"]
    id_ = address.rsplit("/", 1)[-1]
    sentence = "Deze bevinding staat niet meer in het laatste verslag"
    held.plans.add(id_, an_action("van nu", finding="few_cases"), at=held.now())
    held.plans.add(id_, an_action("van mij"), at=held.now())
    assert sentence not in words(client, f"{address}/plan")
    held.plans.add(id_, an_action("van vroeger", finding="tables_three"), at=held.now())
    assert words(client, f"{address}/plan").count(sentence) == 1
