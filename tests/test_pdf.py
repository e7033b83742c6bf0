"""The documents: sound, complete, of the length that is promised, whatever is filled in."""

import itertools
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pdfplumber
import pytest
from PIL import Image
from reportlab.lib.colors import Color

from evaltool.catalogue import loaded
from evaltool.charts.palette import ACCENT, PEERS
from evaltool.domain.answers import Answers
from evaltool.domain.document import Document
from evaltool.domain.intake import intake_sheet
from evaltool.domain.language import LANGUAGES, LOCALES, Language
from evaltool.domain.meeting import meeting_sheet
from evaltool.domain.plan import TITLE_LIMIT, Action, ActionState
from evaltool.domain.questionnaire import NOTE_LIMIT
from evaltool.domain.report import Report
from evaltool.domain.reporting import build
from evaltool.pdf import (
    blank_questionnaire,
    feedback_report,
    intake_document,
    meeting_document,
    summary_document,
)
from evaltool.pdf.text import SUBSTITUTE
from tests.conftest import ROOT, unavailable
from tests.factories import a_document_of, all_answers, an_action, some_answers
from tests.golden import NAMES, document_of
from tests.pdf_checks import Read, assert_sound, problems

MEETINGS = ("meeting60", "meeting90", "meeting120")
KINDS = ("report", "summary", *MEETINGS, "intake")
CASES = ("nothing", "shortest", "longest", *NAMES)
PLACES = {
    ("longest", "nl"): 5,
    ("shortest", "nl"): 1,
    ("nothing", "en"): 1,
    ("city-anchored", "en"): 2,
    ("coast", "nl"): 2,
}
"""Where the places of text are looked at as well, and on one page in how many."""

KIBIBYTES = 150
"""Most that the full report of a golden municipality may take."""

PROSE = "Het overleg loopt al enkele jaren en niet alle partners sluiten even vaak aan. "
MARKUP = (
    '<b>vet</b> &amp; <font color="red">rood</font> <img src="x.png"/> <br/> </para> '
    "<script>alert(1)</script> {number} %s ${x} \\1"
)
HOSTILE = {
    "bidi": "links \u202erechts\u202c \u2066en\u2069 terug",
    "emoji": "blij \U0001f600 en boos \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "combining": "cafe\u0301 en " + "a" + "\u0301" * 40,
    "endless": "x" * NOTE_LIMIT,
    "control": "een\x00twee\x1bdrie\x7f vier\ufffe\r\nvijf\ttabel",
    "letters": "\u0141\u00f3d\u017a, \u0130stanbul, \u4f60\u597d, \u0628\u0627, \ufb01ets",
    "foot": "%foot\n%foot",
    "markup": MARKUP,
}

everything = pytest.mark.parametrize("language", LANGUAGES)
every_case = pytest.mark.parametrize("case", CASES)


def longest() -> Document:
    """As much of everything as the tool accepts, in the municipality with the longest name."""
    catalogue = loaded()
    prose = PROSE * (NOTE_LIMIT // len(PROSE) + 1)
    given = all_answers(catalogue.questionnaire)
    answers = Answers(
        given.values,
        dict.fromkeys(given.other_text, prose[:NOTE_LIMIT]),
        dict.fromkeys(given.notes, prose[:NOTE_LIMIT]),
    )
    rules, states = catalogue.rulebook.rules, list(ActionState)
    actions = tuple(
        Action(
            title=f"Actie {number}: {prose}"[:TITLE_LIMIT],
            finding=rules[number % len(rules)].id,
            owner=prose[:TITLE_LIMIT],
            due=date(2027, 1, 1) + timedelta(days=number),
            state=states[number % len(states)],
            remark=prose[: (0, 200, 900, NOTE_LIMIT)[number // 4 % 4]],
        )
        for number in range(60)
    )
    named = max(catalogue.register.municipalities.values(), key=lambda m: len(m.name))
    return a_document_of(catalogue, answers, municipality=named.nis_code, actions=actions)


def hostile(text: str) -> Document:
    """A text in every place where somebody can write."""
    catalogue = loaded()
    given = all_answers(catalogue.questionnaire)
    answers = Answers(
        given.values, dict.fromkeys(given.other_text, text), dict.fromkeys(given.notes, text)
    )
    action = an_action(text[:TITLE_LIMIT], owner=text[:TITLE_LIMIT], remark=text)
    return a_document_of(catalogue, answers, actions=(action,))


@cache
def document(case: str) -> Document:
    catalogue = loaded()
    match case:
        case "nothing":
            return a_document_of(catalogue, some_answers())
        case "shortest":
            return a_document_of(catalogue, some_answers(livcr_presence="unknown"))
        case "longest":
            return longest()
        case case if case in HOSTILE:
            return hostile(HOSTILE[case])
    return document_of(catalogue, case)


@cache
def report(case: str, language: Language) -> Report:
    return build(loaded().library(language), document(case))


def written(case: str, language: Language, kind: str) -> tuple[str, bytes]:
    """The title and the bytes of a document, written anew."""
    catalogue = loaded()
    made, t = report(case, language), catalogue.in_language(language)
    match kind:
        case "report":
            return made.title, feedback_report(made, t)
        case "summary":
            title = t("document.summary.title", municipality=made.municipality.name)
            return title, summary_document(made, t)
        case "intake":
            intake = intake_sheet(made, t)
            return intake.title, intake_document(intake, made, t)
    (form,) = (f for f in catalogue.meetings if f"meeting{f.minutes}" == kind)
    meeting = meeting_sheet(made, form, t)
    return meeting.title, meeting_document(meeting, made, t)


@cache
def once(case: str, language: Language, kind: str) -> tuple[str, Read]:
    """A document read back; written once, however many tests look at it."""
    title, data = written(case, language, kind)
    return title, Read(data)


def read(case: str, language: Language, kind: str) -> Read:
    return once(case, language, kind)[1]


def pages(held: Read) -> int:
    return len(held.pdf.pages)


def words(held: Read) -> str:
    """All that is read aloud, in one line."""
    return held.text(held.tree)


@everything
@every_case
def test_documents_are_sound(case: str, language: Language) -> None:
    places = PLACES.get((case, language), 0)
    for kind in KINDS:
        title, held = once(case, language, kind)
        found = list(problems(held, language=LOCALES[language], title=title, places=places))
        assert not found, (kind, found[:10])


@everything
def test_the_blank_questionnaire_is_sound_and_complete(language: Language) -> None:
    catalogue = loaded()
    t = catalogue.in_language(language)
    held = assert_sound(
        blank_questionnaire(catalogue.library(language)),
        language=LOCALES[language],
        title=t("document.questionnaire.title"),
    )
    told = words(held)
    for question in catalogue.questionnaire:
        assert t.of(question.text) in told
        for option in question.options:
            assert t.of(option.label) in told
    assert 8 <= pages(held) <= 20


@everything
@every_case
def test_every_page_says_which_it_is_and_of_what(case: str, language: Language) -> None:
    t = loaded().in_language(language)
    made = report(case, language)
    name = made.municipality.name
    heads = dict.fromkeys(MEETINGS, t("document.meeting.running", municipality=name))
    heads["report"] = made.running_title
    for kind in ("summary", "intake"):
        heads[kind] = t(f"document.{kind}.running", municipality=name)
    for kind in KINDS:
        held = read(case, language, kind)
        for number in range(pages(held)):
            around = held.furniture(number)
            foot = t("document.page_of", number=number + 1, total=pages(held))
            assert around.count(foot) == 1, kind
            assert (heads[kind] in around) == (number > 0), kind


@everything
@pytest.mark.parametrize("case", NAMES)
def test_the_full_report_has_the_length_and_size_that_is_promised(
    case: str, language: Language
) -> None:
    held = read(case, language, "report")
    assert 5 <= pages(held) <= 30
    assert len(held.data) <= KIBIBYTES * 1024


@everything
@every_case
def test_the_summary_takes_two_pages_at_most(case: str, language: Language) -> None:
    assert pages(read(case, language, "summary")) <= 2


@everything
@every_case
def test_the_meeting_sheet_stays_short(case: str, language: Language) -> None:
    assert pages(read(case, language, "meeting60")) <= 5


@everything
@every_case
def test_in_short_stands_on_the_second_page_whole(case: str, language: Language) -> None:
    held = read(case, language, "report")
    chapters = [node for node in held.nodes if node.role == "H1"]
    assert held.text(chapters[1]) == loaded().in_language(language)("results.in_short")
    assert [held.page_of(chapter) for chapter in chapters[:3]] == [0, 1, 2]
    place = {id(node): number for number, node in enumerate(held.nodes)}
    between = held.nodes[place[id(chapters[1])] : place[id(chapters[2])]]
    assert {page for node in between for page, _ in node.marks} == {1}


@everything
@every_case
def test_the_agenda_adds_up(case: str, language: Language) -> None:
    for kind in MEETINGS:
        held = read(case, language, kind)
        table = next(node for node in held.nodes if node.role == "Table")
        rows = [[held.text(cell) for cell in row.children] for row in table.children[1:]]
        *items, total = rows
        assert sum(int(row[-1]) for row in items) == int(total[-1]) == int(kind[7:])
        starts = [int(hours) * 60 + int(rest) for hours, rest in (r[0].split(":") for r in rows)]
        lengths = [after - before for before, after in itertools.pairwise(starts)]
        assert lengths == [int(row[-1]) for row in items]


def test_a_long_plan_repeats_its_heads_overleaf_and_keeps_long_remarks() -> None:
    held = read("longest", "nl", "report")
    plan = max((n for n in held.nodes if n.role == "Table"), key=lambda n: len(n.children))
    assert len(plan.children) == 61
    on = {page for row in plan.children for cell in row.children for page, _ in cell.marks}
    heads = [held.text(head) for head in plan.children[0].children]
    for page in sorted(on)[1:]:
        assert all(head in held.furniture(page) for head in heads)
    # Titles, owners and remarks are in it whole, however long.
    assert words(held).count((PROSE * 60)[:890].strip()) >= 30


def test_no_chapter_begins_at_the_foot_of_a_page() -> None:
    for case in NAMES:
        held = read(case, "nl", "report")
        for chapter in (node for node in held.nodes if node.role == "H1"):
            page, mark = chapter.marks[-1]
            after = [m for node in held.nodes for p, m in node.marks if p == page and m > mark]
            assert len(after) >= 2, (case, held.text(chapter))


def test_no_page_ends_with_the_words_that_announce_what_follows() -> None:
    t = loaded().in_language("nl")
    announcing = {t(key) for key in ("results.steps", "results.keep", "document.meeting.decide")}
    for case in ("longest", *NAMES):
        for kind in ("report", "meeting120", "intake"):
            held = read(case, "nl", kind)
            last = {
                page: held.marked_text.get((page, mark), "") for page, mark in held.last.items()
            }
            assert not announcing & {text.strip() for text in last.values()}, (case, last)


def test_whatever_was_filled_in_stands_in_the_report() -> None:
    told = words(read("longest", "nl", "report"))
    made = report("longest", "nl")
    for _, questions in made.answers:
        for view in questions:
            for answer in view.answer:
                assert " ".join(answer.split()) in told
            assert " ".join(view.note.split()) in told


@pytest.mark.parametrize("kind", ["report", "summary", "meeting60", "intake"])
@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_text_makes_a_sound_document(case: str, kind: str) -> None:
    title, held = once(case, "nl", kind)
    places = 2 if case in ("endless", "combining") else 0
    assert not list(problems(held, language="nl-BE", title=title, places=places))
    for text in (words(held), *held.outline()):
        assert not re.search(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069\u200d]", text)


def test_markup_is_printed_and_not_obeyed() -> None:
    wanted = " ".join(MARKUP.split())
    for kind, least in (("report", 60), ("meeting60", 1), ("intake", 3)):
        held = read("markup", "nl", kind)
        assert words(held).count(wanted) >= least, kind
        assert all("/XObject" not in page.resources for page in held.pdf.pages)


@pytest.mark.parametrize(
    ("case", "printed"),
    [
        ("bidi", "links rechts en terug"),
        ("emoji", f"blij {SUBSTITUTE} en boos {SUBSTITUTE * 3}"),
        ("combining", "caf\u00e9 en \u00e1"),
        ("control", "eentweedrie vier"),
        (
            "letters",
            f"\u0141\u00f3d\u017a, \u0130stanbul, {SUBSTITUTE * 2}, {SUBSTITUTE * 2}, \ufb01ets",
        ),
        ("foot", "%foot %foot"),
    ],
)
def test_what_cannot_be_printed_is_substituted_visibly(case: str, printed: str) -> None:
    for kind in ("report", "intake"):
        assert printed in words(read(case, "nl", kind))


def test_a_word_without_end_is_printed_whole() -> None:
    told = words(read("endless", "nl", "report"))
    longest_run = max(len(run.replace(" ", "")) for run in re.findall(r"[x ]+", told))
    assert longest_run == NOTE_LIMIT


def tool(name: str) -> str:
    """The path of a program of poppler."""
    found = shutil.which(name)
    if found is None:
        unavailable(f"no {name} (poppler-utils) on this machine")
    return found


@everything
def test_another_reader_finds_the_text_in_the_order_of_the_chapters(
    language: Language, tmp_path: Path
) -> None:
    held = read("city-anchored", language, "report")
    file = tmp_path / "report.pdf"
    file.write_bytes(held.data)
    # From the third page on: the picture of the levels on the second names the areas too.
    command = [tool("pdftotext"), "-f", "3", str(file), "-"]
    told = subprocess.run(command, capture_output=True, check=True, text=True, encoding="utf-8")
    lines = [" ".join(line.split()) for line in told.stdout.splitlines()]
    headings = [node for node in held.nodes if node.role[0] == "H" and held.page_of(node) > 1]
    chapters = [held.text(node) for node in headings if node.role == "H1"]
    assert [*dict.fromkeys(line for line in lines if line in chapters)] == chapters
    # Of the headings below them, those that the other reader has on one line.
    smaller = [held.text(node) for node in headings if node.role == "H3"]
    smaller = [text for text in dict.fromkeys(smaller) if text in lines]
    assert [*dict.fromkeys(line for line in lines if line in smaller)] == smaller
    assert len(smaller) > 20


def _bars(page: pdfplumber.page.Page, colour: Color) -> list[dict[str, Any]]:
    """The bars of charts in a colour, without the samples in legends."""
    return [
        rect
        for rect in page.rects
        if rect["width"] > 12
        and rect["non_stroking_color"] == pytest.approx(colour.rgb(), abs=0.01)
    ]


def _beside(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(one["top"] < other["bottom"] and other["top"] < one["bottom"])


def test_charts_survive_an_office_printer_without_colours(tmp_path: Path) -> None:
    catalogue = loaded()
    held = read("city-anchored", "nl", "report")
    file = tmp_path / "report.pdf"
    file.write_bytes(held.data)
    question = catalogue.in_language("nl").of(catalogue.questionnaire.by_id["livcr_members"].text)
    asked = (node for node in held.nodes if node.role == "H3" and held.text(node) == question)
    number = held.page_of(next(asked))
    scale = 2
    numbers = ["-r", str(72 * scale), "-f", str(number + 1), "-singlefile"]
    subprocess.run(
        [tool("pdftoppm"), "-gray", *numbers, str(file), str(tmp_path / "page")], check=True
    )
    grey = Image.open(tmp_path / "page.pgm")
    with pdfplumber.open(file) as opened:
        page = opened.pages[number]
        yours, others = _bars(page, ACCENT), _bars(page, PEERS)
        marks = [word for word in page.extract_words() if word["text"] == "u" and word["x0"] < 80]

    def shade(bar: dict[str, Any]) -> int:
        # Above the line of the interval, which runs through the middle of a bar.
        found = grey.getpixel((int(scale * (bar["x0"] + 4)), int(scale * (bar["top"] + 1.5))))
        assert isinstance(found, int)
        return found

    assert len(yours) > 5
    assert others
    assert max(map(shade, yours)) + 80 < min(map(shade, others)) < 225
    assert all(any(_beside(mark, bar) for mark in marks) for bar in yours)
    assert not any(_beside(mark, bar) for mark in marks for bar in others)


def undated(data: bytes) -> bytes:
    """A file without what differs from one writing to the next: dates and identifiers."""
    data = re.sub(rb"/(CreationDate|ModDate) \([^)]*\)", b"", data)
    data = re.sub(rb"<xmp:(CreateDate|ModifyDate)>[^<]*<", b"<", data)
    return re.sub(rb"/ID \[[^]]*\]", b"", data)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_content_gives_the_same_file(kind: str) -> None:
    first, second = (written("coast", "nl", kind)[1] for _ in range(2))
    assert undated(first) == undated(second)
    assert b"/CreationDate" in first
    assert b"/CreationDate" not in undated(first)


def test_another_process_on_another_day_makes_the_same_file() -> None:
    code = (
        "import sys; from tests.test_pdf import undated, written;"
        "sys.stdout.buffer.write(undated(written('coast', 'nl', 'summary')[1]))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "4"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, env=environment
    )
    assert done.stdout == undated(read("coast", "nl", "summary").data)


def test_another_program_opens_the_file_without_repairs(tmp_path: Path) -> None:
    held = read("coast", "nl", "report")
    assert held.pdf.check_pdf_syntax() == []
    file = tmp_path / "report.pdf"
    file.write_bytes(held.data)
    done = subprocess.run([tool("pdfinfo"), str(file)], capture_output=True, check=True, text=True)
    assert done.stderr == ""
    told = dict(re.findall(r"^([^:]+):\s+(.*)$", done.stdout, re.MULTILINE))
    assert told["Tagged"] == "yes"
    assert told["Pages"] == str(pages(held))


@everything
def test_the_summary_says_how_many_actions_it_leaves_out(language: Language) -> None:
    document_ = document_of(loaded(), "coast")
    actions = tuple(an_action(f"Actie nummer {number}") for number in range(1, 10))
    made = build(loaded().library(language), replace(document_, actions=actions))
    t = loaded().in_language(language)
    held = Read(summary_document(made, t))
    told = held.text(held.tree)
    shown = sum(f"Actie nummer {number}" in told for number in range(1, 10))
    assert shown < 9
    assert t("document.summary.more_actions", number=9 - shown) in told
