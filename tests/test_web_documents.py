"""What is taken away from the results: documents and data, each under a name that says what."""

import io
import json

import pikepdf
import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook

from evaltool.catalogue import Catalogue
from evaltool.domain.document import read
from tests.browsing import parsed, send, text_of
from tests.golden import document_of, imported

PATHS = (
    *("report.pdf", "summary.pdf", "meeting.pdf", "intake.pdf", "report.json", "report.xlsx"),
    *("answers.csv", "comparisons.csv", "actions.csv"),
)


def title(pdf: bytes) -> str:
    with pikepdf.open(io.BytesIO(pdf)) as read_back:
        return str(read_back.docinfo["/Title"])


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_every_document_in_both_languages(client: FlaskClient, lang: str) -> None:
    address = imported(client, "agglomeration-formal")
    found = {
        name: client.get(f"{address}/{name}.pdf?lang={lang}")
        for name in ("report", "summary", "meeting", "intake")
    }
    expected = {
        "nl": ("Zelfevaluatie LIVC-R Vilvoorde", "samenvatting", "agenda", "Intake LIVC-R"),
        "en": ("LIVC-R self-evaluation Vilvoorde", "summary", "agenda", "Intake LIVC-R"),
    }[lang]
    for answer, words in zip(found.values(), expected, strict=True):
        assert answer.mimetype == "application/pdf"
        assert words in title(answer.data)
        assert "Vilvoorde" in title(answer.data)
        assert f"23088-2026-11-23-{lang}.pdf" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("minutes", [60, 90, 120])
def test_the_meeting_sheet_fits_the_meeting(client: FlaskClient, minutes: int) -> None:
    address = imported(client, "agglomeration-formal")
    links = {a.get("href", "") for a in parsed(client.get(f"{address}/results")).iter("a")}
    (link,) = (href for href in links if f"minutes={minutes}" in href)
    assert client.get(link).data.startswith(b"%PDF-")


def test_a_meeting_of_another_length_is_not_there(client: FlaskClient) -> None:
    address = imported(client, "coast")
    for asked in ("70", "", "sixty", "-60", "1e3"):
        assert client.get(f"{address}/meeting.pdf?minutes={asked}").status_code == 404


@pytest.mark.parametrize("path", PATHS)
def test_before_finishing_there_is_nothing_to_take(client: FlaskClient, path: str) -> None:
    address = imported(client, "coast", finish=False)
    answer = client.get(f"{address}/{path}")
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("/check")


@pytest.mark.parametrize("path", PATHS)
def test_an_earlier_report_stays_as_it_was(client: FlaskClient, path: str) -> None:
    address = imported(client, "coast")
    assert client.get(f"{address}/{path}?version=1").status_code == 200
    assert client.get(f"{address}/{path}?version=2").status_code == 404
    assert client.get(f"{address}/{path}?version=x").status_code == 404


def test_the_workbook_has_its_three_sheets(client: FlaskClient) -> None:
    address = imported(client, "agglomeration-formal")
    answer = client.get(f"{address}/report.xlsx")
    book = load_workbook(io.BytesIO(answer.data))
    assert len(book.sheetnames) == 3
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_is_exported_is_read_back_whole(client: FlaskClient, catalogue: Catalogue) -> None:
    address = imported(client, "merged-zone")
    raw = client.get(f"{address}/answers.json").data
    again = read(raw, catalogue.questionnaire, catalogue.register)
    assert again == document_of(catalogue, "merged-zone")
    assert json.loads(raw)["other_text"]["missing_partners"] == "asielcentrum"


def test_the_answers_of_an_earlier_report(client: FlaskClient) -> None:
    address = imported(client, "coast", finish=False)
    refused = client.get(f"{address}/answers.json?version=1")
    assert (refused.status_code, refused.headers["Location"]) == (303, f"{address}/check")
    for text in ("oud", "nieuw"):
        page = client.get(f"{address}/sections/situation/1")
        send(client, page, "situation/1", fields={"note:specific_policy": text})
        send(client, client.get(f"{address}/check"), "/finish")
        send(client, client.get(address), "/reopen")

    def note(link: str) -> str:
        return str(json.loads(client.get(link).data)["notes"]["specific_policy"])

    for number, text in ((1, "oud"), (2, "nieuw")):
        tree = parsed(client.get(f"{address}/results?version={number}"))
        (link,) = (h for a in tree.iter("a") if "answers.json" in (h := a.get("href", "")))
        assert note(link) == text
    assert note(f"{address}/answers.json") == "nieuw"
    assert client.get(f"{address}/answers.json?version=3").status_code == 404


def test_the_results_say_why_and_lead_to_everything(client: FlaskClient) -> None:
    address = imported(client, "rural-zone-quiet")
    tree = parsed(client.get(f"{address}/results"))
    finding = tree.find(".//article[@id='f-ltf_no']")
    assert finding is not None
    assert text_of(finding.find("details/summary")) == "Waarom zie ik dit?"
    assert text_of(finding.find("details/ul")) == (
        "Bij “Brengt de information officer informatie van de LTF in?” koos u “Neen”"
    )
    cards = [a.get("id") for a in tree.iter("article") if "short" in (a.get("class") or "")]
    assert cards == [None] * 5
    leads = {a.get("href", "")[1:] for a in tree.iter("a") if a.get("href", "").startswith("#")}
    ids = {element.get("id") for element in tree.iter()}
    assert leads <= ids
    # The levels as a picture with words in its place, and each criterion met or not.
    described = [text_of(e) for e in tree.iter() if str(e.tag).endswith("}desc")]
    assert "Structuur: stap 1 van 4, te starten." in described[0]
    structure = text_of(tree.find(".//section[@id='structure']"))
    needed = structure.partition("Nog nodig voor de volgende stap:")[2]
    assert needed.startswith("Ze kwam het voorbije jaar samen.")


def test_strengths_come_first_in_each_area(client: FlaskClient) -> None:
    address = imported(client, "coast")
    tree = parsed(client.get(f"{address}/results"))
    for area in ("structure", "composition", "information_sharing", "difficulties"):
        section = tree.find(f".//section[@id='{area}']")
        assert section is not None
        kinds = [
            "strength" in (article.get("class") or "") for article in section.findall("article")
        ]
        assert kinds == sorted(kinds, reverse=True)
        assert 1 <= len(kinds) <= 6


def test_the_figures_of_2018_stand_beside_those_of_2020(client: FlaskClient) -> None:
    address = imported(client, "centre-growing")
    tree = parsed(client.get(f"{address}/results"))
    table = text_of(tree.find(".//section[@id='q-livcr_presence']//div[@class='trend']"))
    assert "81 %" in table.replace("\N{NO-BREAK SPACE}", " ")
    assert "geen basis" in table


def test_reopening_keeps_the_plan(client: FlaskClient) -> None:
    address = imported(client, "agglomeration-formal")
    send(client, client.get(address), "/reopen")
    assert "Nodig het CGG uit" in client.get(f"{address}/plan").get_data(as_text=True)
