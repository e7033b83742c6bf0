"""What was made with an earlier release, or before a merger, stays readable and one's own."""

from contextlib import closing
from pathlib import Path
from sqlite3 import connect

import pytest
from flask import Flask
from flask.testing import FlaskClient

from evaltool.catalogue import Catalogue
from tests.browsing import parsed, put_in, send, text_of
from tests.factories import a_document
from tests.golden import imported


def changed(app: Flask, tmp_path: Path, statement: str) -> None:
    """Change what is kept as only another release could."""
    with closing(connect(tmp_path / "instance" / "evaltool.sqlite")) as connection:
        connection.execute(statement)
        connection.commit()


def test_another_edition_can_be_taken_along_and_deleted(
    client: FlaskClient, app: Flask, tmp_path: Path
) -> None:
    address = imported(client, "coast")
    changed(app, tmp_path, "UPDATE evaluations SET edition = '2019-1'")
    assert "Knokke-Heist" in client.get("/").get_data(as_text=True)
    refused = client.get(address)
    assert refused.status_code == 409
    hrefs = {a.get("href") for a in parsed(refused).iter("a")}
    path = address.removeprefix("http://localhost").removesuffix("/results")
    assert {f"{path}/answers.json", f"{path}/delete"} <= hrefs
    exported = client.get(f"{address}/answers.json").get_json()
    assert exported["edition"] == "2019-1"
    assert exported["answers"]["livcr_tables"] == "two"
    assert send(client, client.get(f"{address}/delete"), "/delete").status_code == 303
    assert "Knokke-Heist" not in text_of(parsed(client.get("/")).find(".//main/section"))


def test_a_municipality_that_was_merged_since_keeps_its_name(
    client: FlaskClient, app: Flask, tmp_path: Path
) -> None:
    address = imported(client, "coast")
    # Beveren became part of Beveren-Kruibeke-Zwijndrecht in 2025.
    changed(app, tmp_path, "UPDATE evaluations SET nis_code = '46003'")
    changed(
        app,
        tmp_path,
        "UPDATE snapshots SET evaluation = replace(evaluation, '31043', '46003')",
    )
    assert "Beveren" in client.get("/").get_data(as_text=True)
    for page in ("", "/results", "/plan", "/report.pdf", "/answers.json"):
        assert client.get(f"{address}{page}").status_code == 200, page


def test_a_report_says_when_texts_or_figures_changed_since(
    client: FlaskClient, app: Flask, tmp_path: Path
) -> None:
    address = imported(client, "coast")
    words = "Sinds het afronden werden teksten of cijfers van deze toepassing bijgewerkt."
    assert words not in client.get(f"{address}/results").get_data(as_text=True)
    changed(app, tmp_path, "UPDATE snapshots SET content = 'earlier'")
    assert words in client.get(f"{address}/results").get_data(as_text=True)
    # Of reports from before this was kept nothing is claimed.
    changed(app, tmp_path, "UPDATE snapshots SET content = ''")
    assert words not in client.get(f"{address}/results").get_data(as_text=True)


@pytest.mark.parametrize(("code", "name"), [("46003", "Beveren"), ("24062", "Leuven")])
def test_every_code_there_ever_was_is_known(catalogue: Catalogue, code: str, name: str) -> None:
    found = catalogue.register.known(code)
    assert (found.nis_code, found.name) == (code, name)
    with pytest.raises(KeyError):
        catalogue.register.known("99999")


def test_answers_that_do_not_go_together_are_asked_about_before_finishing(
    client: FlaskClient,
) -> None:
    address = imported(client, "merged-zone", finish=False)
    check = f"{address}/check"
    assert "Klopt dit?" not in text_of(parsed(client.get(check)).find(".//main"))
    values = {
        "livcr_presence": "yes_municipal",
        "livcr_members": ["clb"],
        "missing_partners": ["clb"],
    }
    answer = put_in(client, answers=a_document(answers=values))
    page = text_of(parsed(client.get(f"{answer.headers['Location']}/check")).find(".//main"))
    assert "Klopt dit?" in page
    assert "bij wie u mist, staat: CLB." in page
    assert "korpschef" not in page.split("Klopt dit?")[1].split("Structuur")[0]


def test_answers_that_no_longer_count_are_counted(client: FlaskClient) -> None:
    values = {
        "livcr_presence": "no_plans",
        "chair": "mayor",
        "ltf_link": "no",
        "livcr_absence_reasons": ["no_signals"],
    }
    address = put_in(client, answers=a_document(answers=values)).headers["Location"]
    main = text_of(parsed(client.get(f"{address}/check")).find(".//main"))
    assert "2 antwoorden die u eerder gaf, tellen niet meer mee" in main
