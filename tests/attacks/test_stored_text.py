"""Texts that somebody typed, wherever they come out: they are text there, and nothing else."""

import csv
import io
import itertools
import json
import re
import zipfile
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser

import openpyxl
import pikepdf
import pytest
from icalendar import Calendar

from tests.attacks.forms import one_of_each, sent, visited
from tests.attacks.world import ACTORS, World, a_world, mark
from tests.hosting import OWN, PASSWORD
from tests.pdf_checks import Read

EVIL = (
    '=HYPERLINK("https://evil.example","x")\'"><evil-tag onevil="1"><script>evil()</script>'
    "</textarea></title></option>--><img src=x onerror=evil()>{{7*7}}\r\n"
    "END:VEVENT\r\nBEGIN:VALARM\r\nATTACH:https://evil.example\n"
    "</para><a href='javascript:evil()'>x</a>"
)
NAME = "=1+1\"'><evil-tag onevil='1'>{{7*7}}<script>evil()</script>"

_ACTIONS = {
    *("/JavaScript", "/URI", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE"),
    *("/Named", "/Rendition", "/Movie", "/Sound"),
}
_KEYS = {"/JS", "/JavaScript", "/AA", "/EmbeddedFiles", "/AcroForm", "/RichMedia", "/Launch", "/F"}


def evil(kind: str, nis_code: str) -> str:
    """A text that tries everything, and ends with the mark of whose it is."""
    return f"{NAME if kind == 'name' else EVIL} {mark(kind, nis_code)}"


@pytest.fixture(scope="module")
def made_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world in which every text is such a one."""
    made = a_world(tmp_path_factory.mktemp("world"), evil)
    yield made
    made.close()


class Tags(HTMLParser):
    """Everything on a page that could run or lead somewhere."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in what is not one of ours."""
        held = {name: value or "" for name, value in attrs}
        if tag.startswith("evil") or (tag == "script" and not held.get("src", "").startswith("/")):
            self.found.append(tag)
        for name, value in held.items():
            leads = name in ("href", "src", "action", "formaction", "data", "srcdoc")
            if name.startswith("on") or (leads and re.match(r"\s*(javascript|data|//|\\)", value)):
                self.found.append(f"{tag} {name}={value}")


@pytest.mark.parametrize("actor", ACTORS)
def test_on_a_page_a_text_is_text(world: World, actor: str) -> None:
    shown = 0
    for path, seen in visited(world, actor).items():
        assert Tags(seen.html).found == [], path
        if re.search(r"zq[a-z]+\d{5}qz", seen.html):
            shown += 1
            assert "<evil-tag onevil=" in unescape(seen.html), path
    assert shown > {"officer": 40, "chair": 20, "coach": 15, "contributor": 15}.get(actor, -1)


@pytest.mark.parametrize("actor", ["nobody", "halfway", "officer", "contributor", "administrator"])
def test_what_comes_back_from_a_form_is_text(world: World, actor: str) -> None:
    for form in one_of_each(world, actor):
        fields = {name: EVIL if name != "csrf_token" else v for name, v in form.fields.items()}
        answer = sent(world.client(actor), form, fields, follow_redirects=True)
        assert Tags(answer.get_data(as_text=True)).found == [], form.path
        world.reset()


def test_what_is_kept_for_after_signing_in_is_text(world: World) -> None:
    """A page that is sent when the session is over comes back, to be sent again."""
    path = f"/evaluations/{world.own.open.id}/sections/structure/1"
    data = {"csrf_token": world.tokens["nobody"], "note:livcr_presence": EVIL, EVIL: EVIL}
    answer = world.client("nobody").post(path, data=data)
    assert answer.status_code == 401
    assert Tags(answer.get_data(as_text=True)).found == []


@pytest.mark.parametrize(
    "path",
    [
        "/%3Cevil-tag%20onevil=1%3E%3Cscript%3Eevil()%3C/script%3E",
        "/link?%22%3E%3Cevil-tag%3E",
        "/evaluations/%22%3E%3Cevil-tag%3E",
        "/evaluations/new?name=%22%3E%3Cevil-tag%3E%3Cscript%3Eevil()%3C/script%3E",
        "/?lang=%22%3E%3Cevil-tag%3E",
        "/municipality/log?before=%22%3E%3Cevil-tag%3E",
        "/glossary?a=%22%3E%3Cevil-tag%3E&%22%3E%3Cevil-tag%3E=b",
    ],
)
@pytest.mark.parametrize("actor", ["nobody", "administrator", "officer"])
def test_what_comes_back_from_an_address_is_text(world: World, actor: str, path: str) -> None:
    answer = world.client(actor).get(path, follow_redirects=True)
    assert Tags(answer.get_data(as_text=True)).found == []


def documents(world: World) -> Iterator[tuple[str, str]]:
    """Each PDF that shows texts, with somebody who may take it along."""
    for what in ("report", "summary", "meeting"):
        yield "officer", f"/evaluations/{world.own.finished.id}/{what}.pdf"
    yield "coach", f"/evaluations/{world.own.finished.id}/intake.pdf"


@pytest.mark.parametrize("number", range(4))
def test_in_a_pdf_a_text_is_text(world: World, number: int) -> None:
    actor, path = next(itertools.islice(documents(world), number, None))
    answer = world.client(actor).get(path)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    read = Read(answer.get_data())
    for held in read.pdf.objects:
        if isinstance(held, pikepdf.Dictionary):
            assert not _KEYS & set(held.keys())
            assert str(held.get("/S", "")) not in _ACTIONS
    assert isinstance(read.pdf.Root.get("/OpenAction", pikepdf.Array()), pikepdf.Array)
    assert "/Names" not in read.pdf.Root or "/JavaScript" not in read.pdf.Root["/Names"]
    if path.endswith("report.pdf"):
        words = read.text(read.tree)
        assert '"><evil-tag onevil="1"><script>evil()</script>' in words
        assert "</para><a href='javascript:evil()'>x</a>" in words


@pytest.mark.parametrize("sheet", ["answers", "comparisons", "actions"])
def test_in_a_csv_file_no_text_is_a_formula(world: World, sheet: str) -> None:
    answer = world.client("officer").get(f"/evaluations/{world.own.finished.id}/{sheet}.csv")
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    text = answer.get_data().decode("utf-8-sig")
    for delimiter in (",", ";"):
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            assert not [cell for cell in row if re.match(r"\s*[=+\-@]", cell)]
    assert ("evil-tag" in text) == (sheet != "comparisons")


def test_in_a_workbook_no_text_is_a_formula_or_a_link(world: World) -> None:
    answer = world.client("officer").get(f"/evaluations/{world.own.finished.id}/report.xlsx")
    body, seen = answer.get_data(), 0
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        names = archive.namelist()
        parts = b"".join(archive.read(name) for name in names if name.endswith(".rels"))
    assert not [name for name in names if "external" in name.lower() or "vba" in name.lower()]
    assert b"evil.example" not in parts
    for page in openpyxl.load_workbook(io.BytesIO(body)).worksheets:
        for row in page.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert cell.hyperlink is None
                seen += "evil-tag" in str(cell.value)
    assert seen > 10


def test_in_a_calendar_no_text_is_a_line_of_its_own(world: World) -> None:
    answer = world.client("officer").get(f"/evaluations/{world.own.open.id}/actions.ics")
    assert answer.mimetype == "text/calendar"
    text = answer.get_data(as_text=True)
    calendar = Calendar.from_ical(text)
    events = calendar.walk("VEVENT")
    assert len(events) == 3
    assert {found.name for found in calendar.walk()} == {"VCALENDAR", "VEVENT"}
    known = {
        *("UID", "DTSTAMP", "SEQUENCE", "DTSTART", "SUMMARY", "DESCRIPTION", "TRANSP"),
        *("DTEND", "DURATION"),
    }
    assert {key for event in events for key in event} <= known
    assert all("evil-tag" in str(event["SUMMARY"]) for event in events)
    lines = text.replace("\r\n ", "").split("\r\n")
    assert not [line for line in lines if line.startswith(("ATTACH", "BEGIN:VALARM", "\n"))]


def test_data_is_sent_as_data_and_never_as_a_page(world: World) -> None:
    finished = f"/evaluations/{world.own.finished.id}"
    for path in (f"{finished}/answers.json", f"{finished}/report.json", "/account/data.json"):
        answer = world.client("officer").get(path)
        assert answer.mimetype == "application/json"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        json.loads(answer.get_data())
    page = f"/evaluations/{world.own.open.id}/sections/structure/1"
    fields = {"csrf_token": world.tokens["officer"], "livcr_presence": "<script>", "version": "1"}
    asked = {"Accept": "application/json"}
    answer = world.client("officer").post(page, data=fields, headers=asked)
    assert (answer.status_code, answer.mimetype) == (422, "application/json")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_what_is_taken_along_of_a_municipality_is_data(world: World) -> None:
    answer = world.client("officer").send("/municipality/data.zip", password=PASSWORD)
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as archive:
        assert archive.namelist()
        for name in archive.namelist():
            assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*\.(?:json|txt|csv|pdf)", name), name
            assert ".." not in name
            if name.endswith(".json"):
                json.loads(archive.read(name))
    assert OWN in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    "name",
    [
        '"><evil-tag onevil=1>.json',
        "../../../etc/passwd",
        "..\\..\\windows\\system.ini",
        "/etc/passwd",
        "a\r\nSet-Cookie: evil=1.json",
        "a\x00.json",
        "x" * 4000,
        "\u202egnp.exe",
        "=cmd|' /C calc'!A0",
    ],
)
def test_the_name_of_a_file_is_text(world: World, name: str) -> None:
    kept = set(world.town.folder.rglob("*"))
    for path, actor in (
        ("/evaluations/import", "officer"),
        ("/admin/lists/clusters/look", "administrator"),
    ):
        files = [(io.BytesIO(b"{"), name), (io.BytesIO(b"<x>"), name)]
        data = {"csrf_token": world.tokens[actor], "file": files}
        answer = world.client(actor).post(path, data=data)
        assert answer.status_code == 422
        assert Tags(answer.get_data(as_text=True)).found == []
        assert not [value for _, value in answer.headers if "evil" in value]
    assert set(world.town.folder.rglob("*")) == kept
