"""The walk without JavaScript, from the start to the report and back."""

import io
import json
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from evaltool.catalogue import Catalogue
from evaltool.domain.answers import reported
from evaltool.domain.evaluation import Evaluation, Status
from evaltool.web.context import Services
from evaltool.web.walk import stop
from tests.browsing import Fields, begun, changed, filled, form_of, parsed, send, text_of
from tests.factories import a_document, all_answers


def kept(app: Flask, address: str) -> Evaluation:
    held = app.extensions["evaltool"]
    assert isinstance(held, Services)
    return held.evaluations.get(address.rsplit("/", 1)[-1])


def walk_through(client: FlaskClient, app: Flask, address: str, catalogue: Catalogue) -> list[str]:
    """Answer every question of every page, following "save and continue"; the pages seen."""
    questionnaire = catalogue.questionnaire
    answers = all_answers(questionnaire)
    seen: list[str] = []
    page = client.get(f"{address}/sections/profile/1")
    while "/sections/" in page.request.path:
        seen.append(page.request.path.split("/sections/")[1])
        section, number = seen[-1].split("/")
        here = stop(
            questionnaire,
            kept(app, address).answers,
            questionnaire.section_by_id[section],
            int(number),
        )
        fields = changed(
            form_of(page, seen[-1]),
            dict(filled(here, questionnaire, answers).lists()),
        )
        fields["next"] = "1"
        saved = client.post(page.request.path, data=fields)
        assert saved.status_code == 303, saved.get_data(as_text=True)
        page = client.get(saved.headers["Location"])
    seen.append(page.request.path.removeprefix(address))
    return seen


def test_the_whole_walk(client: FlaskClient, app: Flask, catalogue: Catalogue) -> None:
    address = begun(client)
    seen = walk_through(client, app, address, catalogue)

    questionnaire = catalogue.questionnaire
    every_page = [
        f"{section.id}/{number}"
        for section in questionnaire.sections
        for number in range(1, len(section.pages) + 1)
    ]
    # "all_answers" is a municipality with an LIVC-R: why there is none is never asked.
    assert seen[:-1] == [page for page in every_page if not page.startswith("deepening/")]
    assert seen[-1] == "/check"
    given = [q for s in questionnaire.sections if not s.optional for q in s.questions]
    expected = reported(questionnaire, all_answers(questionnaire)).part(given)
    assert reported(questionnaire, kept(app, address).answers).part(given) == expected


def test_from_start_to_report(client: FlaskClient, app: Flask, catalogue: Catalogue) -> None:
    address = begun(client)
    walk_through(client, app, address, catalogue)

    for section in ("situation", "structure", "composition", "information_sharing", "difficulties"):
        comparison = client.get(f"{address}/sections/{section}/comparison")
        assert comparison.status_code == 200
        assert "<svg" in comparison.get_data(as_text=True)

    done = send(client, client.get(f"{address}/check"), "/finish")
    assert done.headers["Location"] == f"{address}/results"
    assert client.get(f"{address}/results").status_code == 200
    assert client.get(f"{address}/report.pdf").data.startswith(b"%PDF-")
    figures = json.loads(client.get(f"{address}/report.json").data)
    assert figures["municipality"] == {"nis_code": "24062", "name": "Leuven"}


def test_finishing_twice_finishes_once(client: FlaskClient, app: Flask) -> None:
    address = begun(client)
    check = client.get(f"{address}/check")
    for _ in range(2):
        assert send(client, check, "/finish").headers["Location"] == f"{address}/results"
    held: Services = app.extensions["evaltool"]
    assert len(held.evaluations.snapshots(address.rsplit("/", 1)[-1])) == 1


def test_finished_is_read_only_until_reopened(client: FlaskClient, app: Flask) -> None:
    address = begun(client)
    page = client.get(f"{address}/sections/situation/1")
    send(client, client.get(f"{address}/check"), "/finish")

    assert client.get(f"{address}/sections/situation/1").status_code == 303
    assert client.get(f"{address}/details").status_code == 303
    refused = send(
        client, page, "situation/1", specific_policy="yes", fields={"note:specific_policy": "x"}
    )
    assert refused.status_code == 409
    assert form_of(refused, "situation/1")["specific_policy"] == "yes"
    assert "specific_policy" not in kept(app, address).answers.values

    assert send(client, client.get(address), "/reopen").status_code == 303
    assert kept(app, address).status is Status.OPEN
    # What was typed meanwhile is still on the page that was refused.
    assert send(client, refused, "situation/1").status_code == 303
    assert kept(app, address).answers.values["specific_policy"] == "yes"
    assert "heropend" in client.get(f"{address}/results").get_data(as_text=True)


def test_a_report_stays_as_it_was_when_finished(client: FlaskClient) -> None:
    address = begun(client)
    page = client.get(f"{address}/sections/situation/1")
    send(client, page, "situation/1", specific_policy="yes", fields={"note:specific_policy": "oud"})
    send(client, client.get(f"{address}/check"), "/finish")
    send(client, client.get(address), "/reopen")
    page = client.get(f"{address}/sections/situation/1")
    send(client, page, "situation/1", fields={"note:specific_policy": "nieuw"})
    assert "oud" in client.get(f"{address}/results").get_data(as_text=True)
    send(client, client.get(f"{address}/check"), "/finish")
    assert "nieuw" in client.get(f"{address}/results").get_data(as_text=True)
    assert "oud" in client.get(f"{address}/results?version=1").get_data(as_text=True)
    assert client.get(f"{address}/results?version=3").status_code == 404


def test_save_and_go_on_later(client: FlaskClient, app: Flask) -> None:
    address = begun(client)
    page = client.get(f"{address}/sections/situation/1")
    saved = send(client, page, "situation/1", later="1", specific_policy="no")
    assert saved.headers["Location"] == address
    overview = client.get(address)
    assert "Uw antwoorden zijn bewaard." in overview.get_data(as_text=True)
    assert "nog 2 open vragen" in overview.get_data(as_text=True)
    assert kept(app, address).answers.values == {"specific_policy": "no"}
    again = client.get(f"{address}/sections/situation/1")
    assert form_of(again, "situation/1")["specific_policy"] == "no"
    assert "Bewaard op" in again.get_data(as_text=True)


def test_going_back_saves_too(client: FlaskClient, app: Flask) -> None:
    address = begun(client)
    page = client.get(f"{address}/sections/situation/1")
    saved = send(client, page, "situation/1", back="1", specific_policy="no")
    assert saved.headers["Location"] == f"{address}/sections/profile/1"
    assert kept(app, address).answers.values == {"specific_policy": "no"}
    first = client.get(f"{address}/sections/profile/1")
    assert send(client, first, "profile/1", back="1").headers["Location"] == address


def test_back_and_reload_are_harmless(client: FlaskClient, app: Flask) -> None:
    address = begun(client)
    page = client.get(f"{address}/sections/situation/1")
    for _ in range(2):  # the second is a reload that sends the same again
        assert send(client, page, "situation/1", specific_policy="yes").status_code == 303
    assert kept(app, address).versions == {"situation": 1}
    back = client.get(f"{address}/sections/situation/1")
    assert back.headers["Cache-Control"] == "no-store"
    assert send(client, back, "situation/1", specific_policy="no").status_code == 303
    assert kept(app, address).answers.values["specific_policy"] == "no"


def test_an_answer_can_be_taken_back(client: FlaskClient, app: Flask) -> None:
    address = begun(client)
    page = client.get(f"{address}/sections/profile/1")
    send(client, page, "profile/1", others_who_helped=["mayor", "prevention"])
    page = client.get(f"{address}/sections/profile/1")
    assert form_of(page, "profile/1").getlist("others_who_helped") == ["mayor", "prevention"]
    send(client, page, "profile/1", others_who_helped=[])
    assert kept(app, address).answers.values == {}


def test_changing_an_earlier_answer_keeps_later_ones(
    client: FlaskClient, app: Flask, catalogue: Catalogue
) -> None:
    address = begun(client)
    walk_through(client, app, address, catalogue)
    page = client.get(f"{address}/sections/structure/1")
    send(client, page, "structure/1", livcr_presence="no_plans")

    held = kept(app, address).answers
    assert held.values["chair"] == "mayor"
    assert "chair" not in reported(catalogue.questionnaire, held).values
    overview = text_of(parsed(client.get(address)))
    assert "niet van toepassing" in overview
    empty = client.get(f"{address}/sections/information_sharing/1")
    assert "niet van toepassing" in text_of(parsed(empty).find(".//main"))

    page = client.get(f"{address}/sections/structure/1")
    send(client, page, "structure/1", livcr_presence="yes_municipal")
    assert reported(catalogue.questionnaire, kept(app, address).answers).values["chair"] == "mayor"


def test_no_comparison_before_the_answer(client: FlaskClient) -> None:
    address = begun(client)
    early = client.get(f"{address}/sections/situation/comparison")
    assert early.headers["Location"] == f"{address}/sections/situation/1"
    assert "Vul dit deel eerst helemaal in" in client.get(early.headers["Location"]).text
    assert "/comparison" not in client.get(address).text
    assert client.get(f"{address}/results").headers["Location"] == f"{address}/check"
    assert client.get(f"{address}/report.pdf").headers["Location"] == f"{address}/check"

    page = client.get(f"{address}/sections/situation/1")
    saved = send(
        client,
        page,
        "situation/1",
        radicalisation_signals="stable",
        polarisation_signals="no",
        specific_policy="dont_know",
    )
    assert f"{address}/sections/situation/comparison" in client.get(saved.headers["Location"]).text
    assert f"{address}/sections/situation/comparison" in client.get(address).text


def test_questions_are_asked_when_an_answer_asks_for_them(client: FlaskClient) -> None:
    address = begun(client)
    assert "nothing" not in client.get(f"{address}/sections/deepening/1").text
    assert "radicalisation_forms" not in client.get(f"{address}/sections/deepening/1").text
    page = client.get(f"{address}/sections/situation/1")
    send(client, page, "situation/1", radicalisation_signals="increased")
    forms = client.get(f"{address}/sections/deepening/1")
    send(client, forms, "deepening/1", radicalisation_forms=["islamist", "sects"])
    trends = client.get(f"{address}/sections/deepening/2")
    names = {e.get("name") for e in parsed(trends).iter("input") if e.get("type") == "radio"}
    assert names == {"radicalisation_form_trend:islamist", "radicalisation_form_trend:sects"}


def test_the_trend_of_a_form_comes_back_with_the_form(client: FlaskClient, app: Flask) -> None:
    address = begun(client)
    steps = (
        ("situation/1", {"radicalisation_signals": "increased"}),
        ("deepening/1", {"radicalisation_forms": ["islamist", "sects"]}),
        ("deepening/2", {"radicalisation_form_trend:islamist": "increased"}),
        ("deepening/1", {"radicalisation_forms": ["sects"]}),
        ("deepening/2", {"radicalisation_form_trend:sects": "stable"}),
    )
    for path, fields in steps:
        page = client.get(f"{address}/sections/{path}")
        assert send(client, page, path, fields=fields).status_code == 303
    expected = {"islamist": "increased", "sects": "stable"}
    assert kept(app, address).answers.values["radicalisation_form_trend"] == expected
    file = json.loads(client.get(f"{address}/answers.json").data)
    assert file["answers"]["radicalisation_form_trend"] == {"sects": "stable"}


def test_only_what_was_ticked_can_be_ranked(client: FlaskClient, app: Flask) -> None:
    address = begun(client)
    page = client.get(f"{address}/sections/difficulties/2")
    send(client, page, "difficulties/2", challenges=["hate_speech"], support_needs=["helpdesk"])
    page = client.get(f"{address}/sections/difficulties/3")
    values = [o.get("value") for o in parsed(page).iter("option")][:4]
    assert values == ["", "challenges:hate_speech", "support_needs:helpdesk", "dont_know"]
    send(client, page, "difficulties/3", fields={"most_pressing:2": "support_needs:helpdesk"})
    assert kept(app, address).answers.values["most_pressing"] == ("support_needs:helpdesk",)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Leuven", "Klopt dit voor Leuven?"),
        ("leuv", "Klopt dit voor Leuven?"),
        ("galmaarden", "Klopt dit voor Pajottegem?"),
        ("24062", "Klopt dit voor Leuven?"),
        ("  Sint-Niklaas ", "Klopt dit voor Sint-Niklaas?"),
    ],
)
def test_a_name_or_part_of_it_or_a_former_one_finds_the_municipality(
    client: FlaskClient, typed: str, expected: str
) -> None:
    found = client.get("/evaluations/new", query_string={"name": typed})
    assert text_of(parsed(found).find(".//h1")) == expected


def test_several_that_fit_are_a_list(client: FlaskClient) -> None:
    found = client.get("/evaluations/new?name=beer")
    links = parsed(found).findall(".//ul[@class='rows']//a")
    assert len(links) > 1
    card = client.get(links[0].get("href", ""))
    assert text_of(parsed(card).find(".//h1")) == f"Klopt dit voor {text_of(links[0])}?"


def test_a_cluster_must_be_chosen_where_two_are_possible(client: FlaskClient, app: Flask) -> None:
    card = client.get("/evaluations/new?name=11005")  # Boom: 4 or 5
    assert "cluster" not in form_of(card, "/new")
    refused = send(client, card, "/new")
    assert refused.status_code == 422
    assert "Kies de cluster" in refused.text
    assert send(client, card, "/new", cluster="4").status_code == 303
    held: Services = app.extensions["evaltool"]
    (made,) = held.evaluations.listing()
    assert (made.cluster, made.cluster_proposed) == (4, False)


def test_cluster_and_date_can_be_changed(client: FlaskClient, app: Flask) -> None:
    address = begun(client)
    changed_to = send(
        client, client.get(f"{address}/details"), "/details", cluster="4", day="2026-02-28"
    )
    assert changed_to.headers["Location"] == address
    evaluation = kept(app, address)
    assert (evaluation.cluster, evaluation.day.isoformat()) == (4, "2026-02-28")


def test_cluster_and_date_changed_by_two_are_shown_and_decided(
    client: FlaskClient, app: Flask
) -> None:
    address = begun(client)
    mine, theirs, third = (client.get(f"{address}/details") for _ in range(3))
    assert send(client, theirs, "/details", cluster="4").status_code == 303
    # What is refused for another reason still starts from where it started.
    wrong = send(client, mine, "/details", cluster="2", day="31 februari")
    assert wrong.status_code == 422
    conflict = send(client, wrong, "/details", day="28/02/2026")
    assert conflict.status_code == 409
    told = text_of(parsed(conflict).find(".//*[@id='errors']"))
    assert "Iemand anders wijzigde dit intussen. Nu is bewaard: cluster 4" in told
    back = form_of(conflict, "/details")
    assert (back["cluster"], back["day"]) == ("2", "28/02/2026")
    assert kept(app, address).cluster == 4

    # The same as is kept already is no conflict.
    assert send(client, third, "/details", cluster="4").status_code == 303
    for base in ("", "x", "4", "4 gisteren", "9" * 5000 + " 2026-02-28"):
        assert send(client, conflict, "/details", base=base).status_code == 409
    assert send(client, conflict, "/details").status_code == 303
    evaluation = kept(app, address)
    assert (evaluation.cluster, evaluation.day.isoformat()) == (2, "2026-02-28")
    assert send(client, third, "/details", cluster="1").status_code == 409


def test_what_was_exported_can_be_imported(
    client: FlaskClient, app: Flask, catalogue: Catalogue
) -> None:
    address = begun(client)
    walk_through(client, app, address, catalogue)
    file = client.get(f"{address}/answers.json")
    assert file.headers["Content-Disposition"].startswith("attachment; ")

    token = form_of(client.get("/"), "/import")["csrf_token"]
    upload = {"csrf_token": token, "file": (io.BytesIO(file.data), "antwoorden.json")}
    imported = client.post("/evaluations/import", data=upload)
    assert imported.status_code == 303
    assert imported.headers["Location"] != address
    assert kept(app, imported.headers["Location"]).answers == kept(app, address).answers
    assert client.get(f"{imported.headers['Location']}/answers.json").data == file.data


def test_an_import_makes_an_evaluation_of_its_own(client: FlaskClient, app: Flask) -> None:
    addresses = {upload(client, form_of(client.get("/"), "/import"), "24062") for _ in range(2)}
    assert len(addresses) == 2
    assert client.get("/").text.count("Verdergaan") == 2


def upload(client: FlaskClient, form: Fields, *codes: str) -> str:
    """Send a form of the start with a file for each municipality; where it leads."""
    files = [
        (io.BytesIO(json.dumps(a_document(municipality=code)).encode()), f"{number}.json")
        for number, code in enumerate(codes)
    ]
    answer = client.post("/evaluations/import", data={**form, "file": files})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def test_an_import_sent_twice_is_one_import(client: FlaskClient, app: Flask) -> None:
    form = form_of(client.get("/"), "/import")
    assert upload(client, form, "24062") == upload(client, form, "24062")
    # Another file from a page that the browser kept is another import.
    other = upload(client, form, "11005")
    assert kept(app, other).nis_code == "11005"
    form = form_of(client.get("/"), "/import")
    for _ in range(2):
        upload(client, form, "24062", "11005", "24062")
    held: Services = app.extensions["evaltool"]
    found = held.evaluations.listing()
    assert sorted(e.nis_code for e in found) == ["11005"] * 2 + ["24062"] * 3
    assert all(re.fullmatch(r"[\w-]{22}", e.id, re.ASCII) for e in found)


def test_a_double_click_begins_once(client: FlaskClient, app: Flask) -> None:
    card = client.get("/evaluations/new?name=24062")
    first, second = (send(client, card, "/new", cluster="5") for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.headers["Location"] == second.headers["Location"]
    held: Services = app.extensions["evaltool"]
    assert len(held.evaluations.listing()) == 1
    # Another choice from a page that the browser kept is not lost in the first.
    other = send(client, card, "/new", cluster="4")
    assert kept(app, other.headers["Location"]).cluster == 4
    # And a card that is shown anew begins anew.
    assert begun(client) not in (first.headers["Location"], other.headers["Location"])


@pytest.mark.parametrize(
    "forge", [lambda _: "", lambda _: "x", lambda t: f"x{t}", lambda t: t[:-1]]
)
def test_a_ticket_that_is_not_ours_gets_an_id_of_its_own(
    client: FlaskClient, app: Flask, forge: Callable[[str], str]
) -> None:
    card = client.get("/evaluations/new?name=24062")
    ticket = forge(form_of(card, "/new")["ticket"])
    sent = [send(client, card, "/new", cluster="5", ticket=ticket) for _ in range(2)]
    ids = {answer.headers["Location"].rsplit("/", 1)[-1] for answer in sent}
    assert len(ids) == 2
    assert all(re.fullmatch(r"[\w-]{22}", id_, re.ASCII) for id_ in ids)


def test_an_id_does_not_tell_its_ticket(client: FlaskClient) -> None:
    card = client.get("/evaluations/new?name=24062")
    ticket = form_of(card, "/new")["ticket"]
    id_ = send(client, card, "/new", cluster="5").headers["Location"].rsplit("/", 1)[-1]
    assert not set(ticket.split(".")) & {id_}


def test_deleting_asks_first_and_then_leaves_nothing(client: FlaskClient, app: Flask) -> None:
    address = begun(client)
    ask = client.get(f"{address}/delete")
    assert "Dat kan niet ongedaan gemaakt worden" in ask.text
    assert kept(app, address)
    assert send(client, ask, "/delete").headers["Location"] == "/"
    assert "is verwijderd" in client.get("/").text
    assert client.get(address).status_code == 404
    assert send(client, ask, "/delete").status_code == 404


def test_the_check_page_shows_every_answer_gap_and_note(
    client: FlaskClient, app: Flask, catalogue: Catalogue
) -> None:
    address = begun(client)
    page = client.get(f"{address}/sections/situation/1")
    fields = {"note:specific_policy": "Sinds 2016 <b>&amp;</b>\nen verder"}
    send(client, page, "situation/1", specific_policy="yes", fields=fields)
    check = client.get(f"{address}/check")
    assert "Sinds 2016 <b>&amp;</b> en verder" in text_of(parsed(check))
    assert check.text.count("Nog niet beantwoord") > 3
    links = [a.get("href", "") for a in parsed(check).iter("a") if "#" in a.get("href", "")]
    for link in [link for link in links if "/sections/" in link]:
        question = link.split("#")[1]
        assert parsed(client.get(link.split("#")[0])).find(f".//*[@id='{question}']") is not None


def test_personal_data_is_warned_of_and_kept(client: FlaskClient, app: Flask) -> None:
    address = begun(client)
    page = client.get(f"{address}/sections/situation/1")
    fields = {"note:specific_policy": "Vraag het aan jan@example.be, 0470 12 34 56"}
    saved = send(client, page, "situation/1", fields=fields)
    assert saved.status_code == 303
    assert kept(app, address).answers.notes == {"specific_policy": fields["note:specific_policy"]}
    assert "een e-mailadres en een telefoonnummer" in client.get(saved.headers["Location"]).text
    assert (
        "een e-mailadres en een telefoonnummer"
        in client.get(f"{address}/sections/situation/1").text
    )
    assert "een e-mailadres en een telefoonnummer" in client.get(f"{address}/check").text


def test_saving_as_one_types(client: FlaskClient, app: Flask) -> None:
    address = begun(client)
    page = client.get(f"{address}/sections/situation/1")
    data = changed(form_of(page, "situation/1"), {"specific_policy": "yes"})
    data["note:specific_policy"] = "bel 0470 12 34 56"
    json_please = {"Accept": "application/json"}
    saved = client.post(f"{address}/sections/situation/1", data=data, headers=json_please)
    assert saved.status_code == 200
    assert saved.json is not None
    assert saved.json["version"] == 1
    now = form_of(client.get(f"{address}/sections/situation/1"), "situation/1")
    assert saved.json["base"] == now["base"] != data["base"]
    assert saved.json["saved"].startswith("Bewaard op")
    assert set(saved.json["warnings"]) == {"specific_policy"}
    assert "een telefoonnummer" in saved.json["warnings"]["specific_policy"]

    data["specific_policy"] = "no"  # still version 0: somebody else saved in between
    conflict = client.post(f"{address}/sections/situation/1", data=data, headers=json_please)
    assert conflict.status_code == 409
    assert kept(app, address).answers.values["specific_policy"] == "yes"


def test_two_who_save_are_shown_what_differs_and_choose(client: FlaskClient, app: Flask) -> None:
    address = begun(client)
    path = f"{address}/sections/situation/1"
    mine = client.get(path)
    theirs = client.get(path)
    send(client, theirs, "situation/1", specific_policy="no", polarisation_signals="no")

    fields = {"note:specific_policy": "mijn uitleg\nop twee regels"}
    conflict = send(
        client,
        mine,
        "situation/1",
        specific_policy="yes",
        polarisation_signals="no",
        radicalisation_signals="stable",
        fields=fields,
    )
    assert conflict.status_code == 409
    assert kept(app, address).answers.values["specific_policy"] == "no"
    asked = {e.get("name") for e in parsed(conflict).iter("input") if e.get("type") == "radio"}
    assert asked == {"keep:specific_policy", "keep:radicalisation_signals"}
    assert not [e for e in parsed(conflict).iter("input") if "checked" in e.attrib]

    undecided = send(client, conflict, "situation/1", fields={"keep:specific_policy": "mine"})
    assert undecided.status_code == 409
    assert "Kies welk antwoord u houdt" in undecided.text
    choice = {"keep:specific_policy": "mine", "keep:radicalisation_signals": "saved"}
    assert send(client, undecided, "situation/1", fields=choice).status_code == 303
    held = kept(app, address).answers
    assert held.values == {"specific_policy": "yes", "polarisation_signals": "no"}
    assert held.notes["specific_policy"] == "mijn uitleg\nop twee regels"


def test_saving_the_same_in_two_windows_is_no_conflict(client: FlaskClient) -> None:
    address = begun(client)
    path = f"{address}/sections/situation/1"
    mine, theirs = client.get(path), client.get(path)
    for page in (theirs, mine):
        assert send(client, page, "situation/1", specific_policy="no").status_code == 303


def test_a_conflict_after_a_conflict_is_shown_again(client: FlaskClient, app: Flask) -> None:
    address = begun(client)
    path = f"{address}/sections/situation/1"
    mine, theirs = client.get(path), client.get(path)
    send(client, theirs, "situation/1", specific_policy="no")
    conflict = send(client, mine, "situation/1", specific_policy="yes")
    send(client, client.get(path), "situation/1", specific_policy="dont_know")
    again = send(client, conflict, "situation/1", fields={"keep:specific_policy": "mine"})
    assert again.status_code == 409
    assert kept(app, address).answers.values["specific_policy"] == "dont_know"
    assert "Weet ik niet" in again.text


@pytest.fixture
def difficulties(client: FlaskClient) -> str:
    """The section with the difficulties, of which three pages can be asked."""
    address = begun(client)
    page = client.get(f"{address}/sections/structure/1")
    send(client, page, "structure/1", livcr_presence="yes_municipal")
    return f"{address}/sections/difficulties"


def values_of(app: Flask, section: str) -> dict[str, object]:
    values = kept(app, section.split("/sections/")[0]).answers.values
    return {question: value for question, value in values.items() if question != "livcr_presence"}


def test_another_page_of_the_section_is_no_conflict(
    client: FlaskClient, app: Flask, difficulties: str
) -> None:
    first, second, third = (client.get(f"{difficulties}/{page}") for page in (1, 2, 1))
    assert send(client, second, "/2", challenges=["hate_speech"]).status_code == 303
    assert send(client, first, "/1", livcr_difficulties=["few_cases"]).status_code == 303
    expected = {"challenges": ("hate_speech",), "livcr_difficulties": ("few_cases",)}
    assert values_of(app, difficulties) == expected
    # Its own page did change since the third was opened: nothing is overwritten.
    refused = send(client, third, "/1", livcr_difficulties=["taking_lead"])
    assert refused.status_code == 409
    assert values_of(app, difficulties) == expected
    # While the choice is made another page is saved once more: the choice still stands.
    again = client.get(f"{difficulties}/2")
    assert send(client, again, "/2", challenges=["none"]).status_code == 303
    choice = {"keep:livcr_difficulties": "mine"}
    assert send(client, refused, "/1", fields=choice).status_code == 303
    chosen = {"challenges": ("none",), "livcr_difficulties": ("taking_lead",)}
    assert values_of(app, difficulties) == chosen


def test_saving_as_one_types_on_two_pages_of_a_section(
    client: FlaskClient, app: Flask, difficulties: str
) -> None:
    pages = {1: "livcr_difficulties", 2: "support_needs"}
    forms = {number: form_of(client.get(f"{difficulties}/{number}")) for number in pages}
    for code in ("other", "none"):
        for number, question in pages.items():
            if (number, code) == (2, "none"):
                continue
            forms[number].setlist(question, [code])
            saved = client.post(
                f"{difficulties}/{number}",
                data=forms[number],
                headers={"Accept": "application/json"},
            )
            assert saved.status_code == 200
            assert saved.json is not None
            forms[number]["version"] = str(saved.json["version"])
            forms[number]["base"] = saved.json["base"]
    assert values_of(app, difficulties) == {
        "livcr_difficulties": ("none",),
        "support_needs": ("other",),
    }


@pytest.mark.parametrize("base", ["", "x", "0" * 16])
def test_without_what_it_started_from_a_page_that_is_behind_is_a_conflict(
    client: FlaskClient, app: Flask, difficulties: str, base: str
) -> None:
    first, second = (client.get(f"{difficulties}/{page}") for page in (1, 2))
    send(client, second, "/2", challenges=["hate_speech"])
    refused = send(client, first, "/1", livcr_difficulties=["few_cases"], base=base)
    assert refused.status_code == 409
    assert values_of(app, difficulties) == {"challenges": ("hate_speech",)}


def test_a_question_that_the_page_did_not_show_is_not_emptied(
    client: FlaskClient, app: Flask, difficulties: str
) -> None:
    page = client.get(f"{difficulties}/1")
    send(client, page, "/1", livcr_difficulties=["few_cases"])
    structure = difficulties.replace("difficulties", "structure")
    page = client.get(f"{structure}/1")
    send(client, page, "/1", livcr_presence="no_plans")
    without = client.get(f"{difficulties}/1")
    assert "few_cases" not in without.text
    page = client.get(f"{structure}/1")
    send(client, page, "/1", livcr_presence="yes_municipal")
    # The section of this page was not saved since, yet it asks one question more now.
    assert send(client, without, "/1").status_code == 409
    assert values_of(app, difficulties)["livcr_difficulties"] == ("few_cases",)


def test_a_rank_that_the_page_did_not_show_is_not_emptied(
    client: FlaskClient, app: Flask, difficulties: str
) -> None:
    def needs(*codes: str) -> None:
        page = client.get(f"{difficulties}/2")
        assert send(client, page, "/2", support_needs=[*codes]).status_code == 303

    needs("helpdesk", "events")
    page = client.get(f"{difficulties}/3")
    send(client, page, "/3", fields={"most_pressing:1": "support_needs:helpdesk"})
    needs("events")
    without = client.get(f"{difficulties}/3")
    assert "helpdesk" not in without.text
    needs("helpdesk", "events")
    assert send(client, without, "/3").status_code == 409
    assert values_of(app, difficulties)["most_pressing"] == ("support_needs:helpdesk",)


def test_a_choice_between_answers_of_before_is_asked_again(
    client: FlaskClient, app: Flask, difficulties: str
) -> None:
    mine, theirs = (client.get(f"{difficulties}/1") for _ in range(2))
    send(client, theirs, "/1", livcr_difficulties=["few_cases"])
    conflict = send(client, mine, "/1", livcr_difficulties=["none"])
    send(client, client.get(f"{difficulties}/1"), "/1", livcr_difficulties=["taking_lead"])
    again = send(client, conflict, "/1", fields={"keep:livcr_difficulties": "saved"})
    assert again.status_code == 409
    # Nobody chose between these two yet.
    assert not [e for e in parsed(again).iter("input") if "checked" in e.attrib]
    assert values_of(app, difficulties) == {"livcr_difficulties": ("taking_lead",)}


def test_eight_who_save_pages_of_a_section_at_once_lose_nothing(
    client: FlaskClient, app: Flask, difficulties: str
) -> None:
    forms = [(number, form_of(client.get(f"{difficulties}/{number}"))) for number in (1, 2)] * 4
    cookie = client.get_cookie("evaltool")
    assert cookie is not None
    together = threading.Barrier(len(forms))

    def save(sent: tuple[int, Fields]) -> int:
        number, form = sent
        question = {1: "livcr_difficulties", 2: "challenges"}[number]
        own = app.test_client()
        own.set_cookie("evaltool", cookie.value)
        together.wait()
        # All who save a page save the same: no reason to ask anybody anything.
        done = own.post(f"{difficulties}/{number}", data=changed(form, {question: ["none"]}))
        return done.status_code

    with ThreadPoolExecutor(len(forms)) as pool:
        assert set(pool.map(save, forms)) == {303}
    expected = {"livcr_difficulties": ("none",), "challenges": ("none",)}
    assert values_of(app, difficulties) == expected


def test_the_language_is_remembered_and_can_be_switched_on_every_page(client: FlaskClient) -> None:
    address = begun(client)
    assert parsed(client.get("/")).get("lang") == "nl-BE"
    page = client.get(f"{address}/sections/structure/1?from=check&lang=en")
    assert parsed(page).get("lang") == "en"
    assert text_of(parsed(page).find(".//h1")).startswith("Structure")
    switch = next(a for a in parsed(page).iter("a") if a.get("class") == "language")
    assert switch.get("href") == f"{address}/sections/structure/1?from=check&lang=nl"
    assert parsed(client.get("/")).get("lang") == "en"
    assert parsed(client.get("/?lang=de")).get("lang") == "en"
    assert parsed(client.get(switch.get("href", ""))).get("lang") == "nl-BE"
    assert parsed(client.get("/")).get("lang") == "nl-BE"


def test_a_list_of_evaluations_with_the_latest_first(client: FlaskClient, app: Flask) -> None:
    held: Services = app.extensions["evaltool"]
    for code, day in (("11005", 1), ("24062", 3), ("44021", 2)):
        held.evaluations.create(
            nis_code=code,
            cluster=5,
            cluster_proposed=False,
            day=datetime(2026, 1, day, tzinfo=UTC).date(),
            edition=held.catalogue.questionnaire.edition,
            survey=held.catalogue.benchmark.survey.edition,
            sections={},
            at=datetime(2026, 1, day, tzinfo=UTC),
        )
    start = client.get("/")
    names = [text_of(e) for e in parsed(start).findall(".//ul[@class='rows']//strong")]
    assert names == ["Leuven", "Gent", "Boom"]
    assert "0 van 5 delen ingevuld" in start.text


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_the_blank_questionnaire(client: FlaskClient, lang: str) -> None:
    pdf = client.get(f"/questionnaire.pdf?lang={lang}")
    assert pdf.mimetype == "application/pdf"
    assert pdf.data.startswith(b"%PDF-")
    assert f"-{lang}.pdf" in pdf.headers["Content-Disposition"]
