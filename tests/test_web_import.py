"""Files of answers put in on the page: several at once, all of them or none."""

import io
import json

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from evaltool.catalogue import Catalogue
from evaltool.web.context import Services
from tests.browsing import form_of, parsed, put_in, text_of
from tests.factories import a_document


def names(app: Flask, catalogue: Catalogue) -> list[str]:
    """The municipalities whose evaluations are kept."""
    held: Services = app.extensions["evaltool"]
    listing = held.evaluations.listing()
    return sorted(catalogue.register.municipalities[e.nis_code].name for e in listing)


def told(client: FlaskClient, address: str) -> str:
    return text_of(parsed(client.get(address)).find(".//main"))


def test_the_field_takes_several_files(client: FlaskClient) -> None:
    field = parsed(client.get("/")).find(".//input[@type='file']")
    assert field is not None
    assert "multiple" in field.attrib


def test_several_files_at_once(client: FlaskClient, app: Flask, catalogue: Catalogue) -> None:
    antwerp = a_document(municipality="11002", answers={}, notes={})
    answer = put_in(client, one=a_document(), two=antwerp)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert names(app, catalogue) == ["Antwerpen", "Leuven"]
    assert "De antwoorden van Leuven en Antwerpen zijn ingevoerd." in told(client, "/")


def test_a_message_about_many_stays_short(client: FlaskClient, catalogue: Catalogue) -> None:
    codes = list(catalogue.register.municipalities)[:40]
    files = {
        f"n{code}": a_document(municipality=code, cluster=5, answers={}, notes={}) for code in codes
    }
    assert put_in(client, **files).status_code == 303
    said = told(client, "/")
    assert "en nog 20 andere zijn ingevoerd" in said


def test_one_file_leads_to_its_overview(client: FlaskClient) -> None:
    address = put_in(client, one=a_document()).headers["Location"]
    said = told(client, address)
    assert "De antwoorden van Leuven zijn ingevoerd." in said
    assert "lijkt" not in said


@pytest.mark.parametrize("name", ["answers", "answers.json.exe", "answers.csv", "json", " "])
def test_a_file_of_another_name_is_refused(client: FlaskClient, app: Flask, name: str) -> None:
    for names_sent, status in ((("a.json", name), 422), ((name,), 422), (("a.JSON",), 303)):
        data: MultiDict[str, object] = MultiDict(form_of(client.get("/"), "/import"))
        for sent in names_sent:
            data.add("file", (io.BytesIO(json.dumps(a_document()).encode()), sent))
        answer = client.post("/evaluations/import", data=data)
        assert answer.status_code == status, names_sent
        if status == 422:
            (problem,) = parsed(answer).findall(".//ul[@class='problems']/li")
            assert "eindigt niet op .json" in text_of(problem)
    assert len(app.extensions["evaltool"].evaluations.listing()) == 1


def test_one_refused_file_keeps_all_out(
    client: FlaskClient, app: Flask, catalogue: Catalogue
) -> None:
    answer = put_in(client, good=a_document(), bad=a_document(date="gisteren"), empty=b"")
    assert answer.status_code == 422
    problems = [text_of(li) for li in parsed(answer).findall(".//ul[@class='problems']/li")]
    assert [line.partition(":")[0] for line in problems] == ["bad.json", "empty.json"]
    assert "date" in problems[0]
    assert names(app, catalogue) == []


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        ({"notes": {"livcr_presence": "bel 0470 12 34 56"}}, "een telefoonnummer"),
        (
            {
                "answers": {"livcr_members": ["other"]},
                "other_text": {"livcr_members": "a.b@gemeente.be"},
            },
            "een e-mailadres",
        ),
        ({"actions": [{"title": "Bel a.b@gemeente.be"}]}, "een e-mailadres"),
        ({"actions": [{"title": "Bel", "owner": "a.b@gemeente.be"}]}, "een e-mailadres"),
        ({"actions": [{"title": "Bel", "remark": "geb. 30/7/85"}]}, "een geboortedatum"),
    ],
)
def test_personal_data_in_a_file_is_warned_about(
    client: FlaskClient, change: dict[str, object], kinds: str
) -> None:
    address = put_in(client, one=a_document(**change)).headers["Location"]
    page = client.get(address)
    said = text_of(parsed(page).find(".//main"))
    assert f"Leuven lijkt {kinds} te bevatten" in said


def test_the_warning_names_the_files_it_is_about(client: FlaskClient) -> None:
    suspect = a_document(municipality="11002", answers={}, notes={"chair": "a@b.be"})
    put_in(client, one=a_document(), two=suspect)
    said = told(client, "/")
    assert "Antwerpen lijkt een e-mailadres te bevatten" in said


def test_a_word_in_one_text_and_a_date_in_another_are_no_birth_date(client: FlaskClient) -> None:
    notes = {"livcr_presence": "zo is ze geboren", "chair": "3/4/2026 eerste keer"}
    address = put_in(client, one=a_document(notes=notes)).headers["Location"]
    assert "geboortedatum" not in told(client, address)


def test_more_than_fifty_files_are_refused(
    client: FlaskClient, app: Flask, catalogue: Catalogue
) -> None:
    answer = put_in(client, **{f"f{number}": a_document() for number in range(51)})
    assert answer.status_code == 422
    assert "ten hoogste vijftig" in text_of(parsed(answer).find(".//main"))
    assert names(app, catalogue) == []
