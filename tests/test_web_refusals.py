"""What is refused comes back as it was typed, with what to do; nothing is lost."""

import io
import json
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from evaltool.catalogue import Catalogue
from evaltool.domain.questionnaire import NOTE_LIMIT
from evaltool.store import DatabaseFull, DatabaseLocked, ReadOnly, StoreError
from evaltool.web.context import Services
from tests.browsing import begun, changed, form_of, parsed, send, text_of
from tests.factories import a_document
from tests.test_web_walk import kept

DOMAIN = Path(__file__).resolve().parent.parent / "evaltool" / "domain"

EXCLUSIVE = {"statutory_members": ["mayor", "none", "dont_know"]}
LONG = {"note:deputies": "é" * (NOTE_LIMIT + 1), "other:deputies": ""}


@pytest.fixture
def address(client: FlaskClient) -> str:
    made = begun(client)
    page = client.get(f"{made}/sections/structure/1")
    send(client, page, "structure/1", livcr_presence="yes_municipal")
    return made


def test_a_refused_page_comes_back_as_typed(client: FlaskClient, app: Flask, address: str) -> None:
    page = client.get(f"{address}/sections/composition/2")
    typed = {**EXCLUSIVE, **LONG, "deputies": "some", "note:missing_partners": "<i>&\n\n twee "}
    refused = send(client, page, "composition/2", fields=typed)
    assert refused.status_code == 422
    assert "composition" not in kept(app, address).versions

    fields = form_of(refused, "composition/2")
    assert fields.getlist("statutory_members") == EXCLUSIVE["statutory_members"]
    assert fields["note:deputies"] == LONG["note:deputies"]
    assert fields["note:missing_partners"] == typed["note:missing_partners"]
    assert fields["deputies"] == "some"
    assert fields["version"] == "0"

    mended = {"statutory_members": ["mayor"], "note:deputies": "kort"}
    assert send(client, refused, "composition/2", fields=mended).status_code == 303
    held = kept(app, address).answers
    assert held.values["deputies"] == "some"
    assert held.notes == {"deputies": "kort", "missing_partners": "<i>&\n\n twee "}


def test_the_summary_of_errors_links_to_each_field(client: FlaskClient, address: str) -> None:
    page = client.get(f"{address}/sections/composition/2")
    refused = send(client, page, "composition/2", fields={**EXCLUSIVE, **LONG})
    tree = parsed(refused)
    summary = tree.find(".//*[@id='errors']")
    assert summary is not None
    assert summary.get("role") == "alert"
    links = {a.get("href"): text_of(a) for a in summary.iter("a")}
    assert set(links) == {"#statutory_members", "#field-note-deputies"}
    assert "Weet ik niet" in links["#statutory_members"]
    assert "dont_know" not in text_of(summary)
    assert f"telt {NOTE_LIMIT + 1} tekens" in links["#field-note-deputies"]
    note = tree.find(".//*[@id='field-note-deputies']")
    assert note is not None
    assert note.get("aria-invalid") == "true"
    assert "error-deputies" in note.get("aria-describedby", "")
    assert tree.find(".//*[@id='note-deputies']").get("open") is not None  # type: ignore[union-attr]
    invalid = {e.get("name") for e in tree.iter() if e.get("aria-invalid") == "true"}
    assert invalid == {"statutory_members", "note:deputies"}
    assert text_of(tree.find(".//title")).startswith("Nakijken: ")


def test_a_note_of_exactly_the_limit_is_kept_however_lines_end(
    client: FlaskClient, app: Flask, address: str
) -> None:
    page = client.get(f"{address}/sections/composition/2")
    note = "regel\r\n" * (NOTE_LIMIT // 6) + "x" * (NOTE_LIMIT % 6)
    saved = send(client, page, "composition/2", fields={"note:deputies": note})
    assert saved.status_code == 303
    assert kept(app, address).answers.notes["deputies"] == note.replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("structure/1", {"livcr_presence": "hacked"}),
        ("structure/1", {"livcr_presence": "yes_municipal", "other:livcr_tables": "x" * 4001}),
        ("composition/1", {"livcr_members": ["mayor", "mayor"]}),
        ("difficulties/3", {f"most_pressing:{i}": "challenges:hate_speech" for i in (1, 2)}),
        ("difficulties/3", {"most_pressing:1": "challenges:none"}),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_changes(
    client: FlaskClient, app: Flask, address: str, path: str, fields: dict[str, str | list[str]]
) -> None:
    page = client.get(f"{address}/sections/difficulties/2")
    send(client, page, "difficulties/2", challenges=["hate_speech"])
    before = kept(app, address)
    refused = send(client, client.get(f"{address}/sections/{path}"), path, fields=fields)
    assert refused.status_code == 422
    assert kept(app, address) == before
    as_one_types = client.post(
        f"{address}/sections/{path}",
        data=changed(form_of(client.get(f"{address}/sections/{path}"), path), fields),
        headers={"Accept": "application/json"},
    )
    assert as_one_types.status_code == 422
    assert as_one_types.json is not None
    assert as_one_types.json["errors"]


def test_a_page_without_its_version_overwrites_nothing(
    client: FlaskClient, app: Flask, address: str
) -> None:
    page = client.get(f"{address}/sections/structure/1")
    for version in ("", "x", "-1", "99"):
        answer = send(client, page, "structure/1", version=version, livcr_presence="no_plans")
        assert answer.status_code == 409
    refused = send(client, page, "structure/1", version="x", livcr_presence="hacked")
    assert send(client, refused, "structure/1", livcr_presence="no_plans").status_code == 409
    assert kept(app, address).answers.values == {"livcr_presence": "yes_municipal"}


@pytest.mark.parametrize("token", [None, "", "wrong"])
def test_an_expired_page_comes_back_as_typed(
    client: FlaskClient, app: Flask, address: str, token: str | None
) -> None:
    page = client.get(f"{address}/sections/structure/2")
    fields = changed(form_of(page, "structure/2"), {"chair": "mayor", "note:chair": "a\nb"})
    fields["csrf_token"] = token or ""
    if token is None:
        del fields["csrf_token"]
    before = kept(app, address)
    expired = client.post(f"{address}/sections/structure/2", data=fields)
    assert expired.status_code == 400
    assert "verlopen" in expired.text
    assert kept(app, address) == before

    assert send(client, expired, "structure/2").status_code == 303
    held = kept(app, address).answers
    assert (held.values["chair"], held.notes["chair"]) == ("mayor", "a\nb")


def test_an_expired_button_changes_nothing(client: FlaskClient, app: Flask, address: str) -> None:
    before = kept(app, address)
    for path in ("finish", "reopen", "delete", "details"):
        answer = client.post(f"{address}/{path}", data={"cluster": "1", "day": "2020-01-01"})
        assert answer.status_code == 400
    assert client.post("/evaluations/new", data={"nis_code": "24062"}).status_code == 400
    assert client.post("/evaluations/import").status_code == 400
    assert kept(app, address) == before


@pytest.mark.parametrize("error", [StoreError, DatabaseFull, DatabaseLocked, ReadOnly])
def test_what_the_disk_refuses_comes_back_as_typed(
    client: FlaskClient,
    app: Flask,
    address: str,
    catalogue: Catalogue,
    error: type[StoreError],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held: Services = app.extensions["evaltool"]

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(held.evaluations, "save_section", fail)
    page = client.get(f"{address}/sections/structure/2")
    failed = send(client, page, "structure/2", fields={"note:chair": "niet kwijt"})
    assert failed.status_code == 503
    assert form_of(failed, "structure/2")["note:chair"] == "niet kwijt"
    assert catalogue.texts[f"error.{error.code}.what"].nl in failed.text
    monkeypatch.undo()
    assert send(client, failed, "structure/2").status_code == 303
    assert kept(app, address).answers.notes["chair"] == "niet kwijt"


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"{", "geen geldige JSON"),
        (b"\xff", "geen UTF-8"),
        (b"[]", "geen antwoorden"),
        (json.dumps(a_document(municipality="99999", extra=1)).encode(), "extra"),
        (json.dumps(a_document(municipality="44011")).encode(), "bestaat niet meer"),
        (json.dumps(a_document(answers={"livcr_presence": "x"})).encode(), "livcr_presence"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_whole(
    client: FlaskClient, app: Flask, raw: bytes, words: str
) -> None:
    token = form_of(client.get("/"), "/import")["csrf_token"]
    upload = {"csrf_token": token, "file": (io.BytesIO(raw), "a.json")}
    refused = client.post("/evaluations/import", data=upload)
    assert refused.status_code == 422
    assert words in refused.text
    held: Services = app.extensions["evaltool"]
    assert held.evaluations.listing() == ()


def test_every_fault_of_a_file_is_told_at_once(client: FlaskClient) -> None:
    answers = {"livcr_presence": "x", "unknown": "y", "livcr_members": ["mayor", "mayor"]}
    raw = json.dumps({"date": "gisteren", "answers": answers, "cluster": True}).encode()
    token = form_of(client.get("/"), "/import")["csrf_token"]
    upload = {"csrf_token": token, "file": (io.BytesIO(raw), "a.json")}
    refused = client.post("/evaluations/import", data=upload)
    listed = parsed(refused).findall(".//ul[@class='problems']/li")
    assert len(listed) == 6
    assert parsed(refused).find(".//a[@class='language']").get("href") == "/?lang=en"  # type: ignore[union-attr]


def test_no_file_at_all(client: FlaskClient) -> None:
    token = form_of(client.get("/"), "/import")["csrf_token"]
    assert client.post("/evaluations/import", data={"csrf_token": token}).status_code == 422


def test_wrong_cluster_or_date_comes_back_as_typed(client: FlaskClient, address: str) -> None:
    page = client.get(f"{address}/details")
    refused = send(client, page, "/details", cluster="9", day="31 februari")
    assert refused.status_code == 422
    assert form_of(refused, "/details")["day"] == "31 februari"
    links = [a.get("href") for a in parsed(refused).findall(".//*[@id='errors']//a")]
    assert links == ["#day", "#cluster"]


def test_an_unknown_municipality_is_refused(client: FlaskClient) -> None:
    found = client.get("/evaluations/new?name=<b>Brussel</b>")
    assert found.status_code == 404
    assert form_of(found, "/new")["name"] == "<b>Brussel</b>"
    card = client.get("/evaluations/new?name=24062")
    assert send(client, card, "/new", nis_code="00000").status_code == 422


def test_more_than_the_largest_request_gets_a_kind_page(client: FlaskClient, address: str) -> None:
    page = client.get(f"{address}/sections/structure/2")
    answer = send(client, page, "structure/2", fields={"note:chair": "x" * 2_200_000})
    assert answer.status_code == 413
    assert "te groot" in answer.text


def test_the_longest_notes_everywhere_on_a_page_can_be_sent(
    client: FlaskClient, app: Flask, address: str, catalogue: Catalogue
) -> None:
    notes = {
        f"note:{q.id}": "€" * NOTE_LIMIT
        for q in catalogue.questionnaire.section_by_id["structure"].pages[1]
    }
    page = client.get(f"{address}/sections/structure/2")
    assert send(client, page, "structure/2", fields=notes).status_code == 303
    assert len(kept(app, address).answers.notes) == len(notes)


def test_every_refusal_has_a_sentence_and_every_sentence_a_refusal(catalogue: Catalogue) -> None:
    names = [
        *("validation", "document", "strict_json", "plan", "plan_form"),
        *("accounts", "lists", "kbo", "../identity/passwords"),
    ]
    source = "".join((DOMAIN / f"{name}.py").read_text() for name in names)
    codes = set(re.findall(r'Problem\(\s*"([a-z0-9_]+)"', source))
    codes |= {"other_text_too_long", "note_too_long", "two_clusters", "no_proposal"}
    codes |= {"password_again", "password_same", "password_leaked"}
    assert len(codes) > 25
    sentences = {key.removeprefix("refusal.") for key in catalogue.texts if "refusal." in key}
    assert codes == sentences


@pytest.mark.parametrize("status", ["400", "403", "404", "405", "409", "413", "500", "form"])
def test_every_error_page_has_its_sentences(catalogue: Catalogue, status: str) -> None:
    for part in ("title", "what", "lost", "now"):
        assert catalogue.texts[f"error.{status}.{part}"]
