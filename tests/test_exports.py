"""Data files: what a report says, in CSV, XLSX and iCalendar."""

import csv
import io
import math
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from icalendar import Calendar
from openpyxl import load_workbook

from evaltool.catalogue import Catalogue, loaded
from evaltool.domain.answers import Answers
from evaltool.domain.language import LANGUAGES, Language
from evaltool.domain.plan import Action, ActionState, PlannedAction
from evaltool.domain.report import Report
from evaltool.domain.reporting import build
from evaltool.domain.survey import FLANDERS, CountStatus
from evaltool.exports import (
    Sheet,
    action_calendar,
    actions_sheet,
    answers_sheet,
    comparisons_sheet,
    sheet_csv,
    workbook,
)
from evaltool.exports.harmless import harmless
from evaltool.exports.workbook import LONGEST_TEXT
from tests.factories import (
    a_document_of,
    a_moment,
    all_answers,
    an_action,
    some_answers,
    valid_answers,
)

FIGURES = slice(8, 15)
"""The columns of a comparison from n to Flanders' share."""

SIGNS = "=+-@＝＋－＠"
PAYLOADS = (
    '=HYPERLINK("http://x.example";"klik")',
    "+1+1",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1+1",
    "   =1+1",
    "\N{NO-BREAK SPACE}@SUM(A1)",
    "\r\n=1+1",
    "\n-1",
    "\x00=1+1",
    "＝1+1",
)

any_text = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=40),
    st.text(f"{SIGNS};,:'\" \t\r\n\\Nn1\x00\x85\u2028_x", max_size=20),
)
"""Any text at all, halves of characters included, often of the signs that mean something."""


def report(
    catalogue: Catalogue,
    answers: Answers | None = None,
    *,
    language: Language = "nl",
    cluster: int = 5,
    actions: tuple[Action, ...] = (),
) -> Report:
    given = all_answers(catalogue.questionnaire) if answers is None else answers
    document = a_document_of(catalogue, given, cluster=cluster, actions=actions)
    return build(catalogue.library(language), document)


def sheets(catalogue: Catalogue, made: Report) -> tuple[Sheet, Sheet, Sheet]:
    library = catalogue.library(made.language)
    return (
        answers_sheet(made, library),
        comparisons_sheet(made, library),
        actions_sheet(made, library),
    )


def read_csv(file: bytes, delimiter: str = ",") -> list[list[str]]:
    text = file.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def opened(*tables: Sheet, title: str = "Titel", language: Language = "nl") -> Any:
    return load_workbook(io.BytesIO(workbook(tables, title, language)))


def could_run(text: str) -> bool:
    """Whether a spreadsheet might compute a cell."""
    return text[:1] in ("\t", "\r", "\n") or text.lstrip()[:1] in tuple(SIGNS)


def could_run_in_pieces(file: bytes) -> bool:
    """Whether a spreadsheet that splits elsewhere than at commas might compute a cell.

    A Belgian Excel splits at semicolons; quotes that do not open a cell mean nothing to it.
    """
    return any(
        field.lstrip()[:1] in tuple(SIGNS)
        for delimiter in ";\t"
        for row in read_csv(file, delimiter)
        for field in row
    )


def planned(action: Action, id_: str = "a1", version: int = 1) -> PlannedAction:
    return PlannedAction(id_, version, action, a_moment())


def ics(catalogue: Catalogue, *plan: PlannedAction, language: Language = "nl") -> bytes:
    municipality = catalogue.register.municipalities["24062"]
    return action_calendar(plan, municipality, catalogue.in_language(language))


def events(file: bytes) -> Sequence[Any]:
    return Calendar.from_ical(file).walk("VEVENT")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_asked_is_a_row_with_its_answer(
    catalogue: Catalogue, language: Language
) -> None:
    answers = some_answers(
        livcr_presence="yes_municipal",
        statutory_members=("mayor", "police_chief"),
        notes={"statutory_members": "sinds 2016", "chair": "wisselt"},
    )
    made = report(catalogue, answers, language=language)
    sheet, _, _ = sheets(catalogue, made)
    by_question = {
        id_: [r for r in sheet.rows if r[1] == id_] for id_ in (r[1] for r in sheet.rows)
    }
    assert list(by_question) == [view.id for _, views in made.answers for view in views]
    mayor, chief = by_question["statutory_members"]
    assert (mayor[4], chief[4]) == ("sinds 2016", "")
    assert mayor[3] != chief[3]
    ((section, _, text, answer, note),) = by_question["chair"]
    assert (answer, note) == ("", "wisselt")
    assert section == {"nl": "Structuur", "en": "Structure"}[language]
    assert text == catalogue.questionnaire.by_id["chair"].text.in_(language)


@pytest.mark.parametrize("cluster", range(1, 7))
def test_every_comparison_has_its_exact_figures(catalogue: Catalogue, cluster: int) -> None:
    made = report(catalogue, cluster=cluster)
    _, sheet, _ = sheets(catalogue, made)
    rows = {(r[0], r[2], r[5]): r for r in sheet.rows}
    assert len(rows) == len(sheet.rows)
    shown = {f"{q}-{s}".replace("_", "-").replace(":", "-") for q, s, _ in rows}
    assert shown == {
        compared.chart.id
        for chapter in made.chapters
        for view in chapter.questions
        for compared in view.comparisons
    }
    page = opened(sheet)[sheet.name]
    in_csv = read_csv(sheet_csv(sheet))
    assert tuple(in_csv[0]) == sheet.head
    survey = catalogue.benchmark.survey
    for number, row in enumerate(sheet.rows, start=1):
        question, segment, code = (str(row[i]) for i in (0, 2, 5))
        distribution = survey.get(question, segment)
        assert distribution is not None
        cell = distribution.by_option[code]
        n, count, share, low, high, _, flanders = row[FIGURES]
        assert count == cell.count
        if isinstance(count, int):
            assert n == distribution.n
        if isinstance(share, float):
            assert share == distribution.share(code)
            if isinstance(count, int) and isinstance(n, int):
                assert share == count / n
                assert isinstance(low, float)
                assert isinstance(high, float)
                assert low <= share <= high
        everybody = survey.get(question, FLANDERS)
        assert flanders == (None if everybody is None else everybody.share(code))
        written = [float(field) if field else None for field in in_csv[number][FIGURES]]
        assert written == list(row[FIGURES])
        cells = page[number + 1][FIGURES]
        for made_of, found in zip(row[FIGURES], cells, strict=True):
            if made_of is None:
                assert found.value is None
                continue
            assert found.data_type == "n"
            # A workbook keeps sixteen figures.
            assert isinstance(made_of, int | float)
            assert math.isclose(found.value, made_of, rel_tol=1e-15)
            assert found.number_format == ("0" if isinstance(made_of, int) else "0 %")


def test_counts_are_whole_and_shares_are_not(catalogue: Catalogue) -> None:
    for cluster in range(1, 7):
        _, sheet, _ = sheets(catalogue, report(catalogue, cluster=cluster))
        for row in sheet.rows:
            n, count, *shares = row[FIGURES]
            assert {type(n), type(count)} <= {int, type(None)}
            assert {type(share) for share in shares} <= {float, type(None)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_comparison_is_told_in_words(catalogue: Catalogue, language: Language) -> None:
    answers = some_answers(livcr_presence="yes_municipal", livcr_tables="one")
    made = report(catalogue, answers, language=language)
    _, sheet, _ = sheets(catalogue, made)
    mine = {row[0]: row for row in sheet.rows if row[7]}
    assert set(mine) == {"livcr_presence", "livcr_tables"}
    presence, tables = mine["livcr_presence"], mine["livcr_tables"]
    assert presence[2:6] == (
        "cluster_5",
        {"nl": "centrumgemeenten", "en": "centre municipalities"}[language],
        "Tabel 8",
        "yes_municipal",
    )
    assert presence[7:10] == ({"nl": "ja", "en": "yes"}[language], 22, 15)
    assert presence[15] == catalogue.in_language(language)("export.known.printed")
    assert presence[16] == ""
    assert tables[2] == FLANDERS
    assert {"nl": "niet per cluster", "en": "not published per"}[language] in str(tables[16])


def test_a_small_cluster_says_why_it_is_not_compared_with(catalogue: Catalogue) -> None:
    made = report(catalogue, some_answers(livcr_presence="yes_municipal"), cluster=6)
    _, sheet, _ = sheets(catalogue, made)
    assert {row[2] for row in sheet.rows} == {FLANDERS}
    assert all("maar 3 gemeenten" in str(row[16]) for row in sheet.rows)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_way_to_know_a_count_has_words(catalogue: Catalogue, language: Language) -> None:
    texts = catalogue.in_language(language)
    words = {texts(f"export.known.{status}") for status in CountStatus}
    assert len(words) == len(CountStatus)


def test_actions_are_rows_in_the_order_of_the_plan(catalogue: Catalogue) -> None:
    rule = catalogue.rulebook.rules[0]
    done = an_action("Af", state=ActionState.DONE, due=date(2026, 1, 1))
    later = an_action("Later", finding=rule.id, owner="voorzitter", due=date(2027, 3, 31))
    soon = an_action("Straks", due=date(2026, 12, 1), remark="bel eerst")
    made = report(catalogue, actions=(done, later, soon))
    _, _, sheet = sheets(catalogue, made)
    area = catalogue.questionnaire.section_by_id[rule.area].title.nl
    assert sheet.rows == (
        ("Straks", "", "", date(2026, 12, 1), "te doen", "bel eerst", ""),
        ("Later", area, "voorzitter", date(2027, 3, 31), "te doen", "", rule.id),
        ("Af", "", "", date(2026, 1, 1), "klaar", "", ""),
    )
    assert read_csv(sheet_csv(sheet))[1][3] == "2026-12-01"
    cell = opened(sheet)[sheet.name].cell(2, 4)
    assert cell.is_date
    assert cell.value == datetime(2026, 12, 1)  # noqa: DTZ001  a day has no zone
    assert cell.number_format == "yyyy-mm-dd"


def test_excel_has_no_dates_before_1900() -> None:
    sheet = Sheet("Blad", ("dag",), ((date(1899, 12, 31),), (date(1900, 1, 1),), (date.max,)))
    page = opened(sheet)["Blad"]
    assert page.cell(2, 1).value == "1899-12-31"
    assert page.cell(3, 1).value == datetime(1900, 1, 1)  # noqa: DTZ001
    assert page.cell(4, 1).value == datetime(9999, 12, 31)  # noqa: DTZ001


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_plan_is_a_head_and_a_calendar_without_events(
    catalogue: Catalogue, language: Language
) -> None:
    made = report(catalogue, some_answers(), language=language)
    _, comparisons, actions = sheets(catalogue, made)
    assert (comparisons.rows, actions.rows) == ((), ())
    assert read_csv(sheet_csv(actions)) == [list(actions.head)]
    page = opened(actions)[actions.name]
    assert [c.value for c in page[1]] == list(actions.head)
    assert page.max_row == 1
    calendar = Calendar.from_ical(ics(catalogue, language=language))
    assert calendar["version"] == "2.0"
    assert str(calendar["prodid"]).endswith(f"//{language.upper()}")
    assert calendar.subcomponents == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_workbook_reads_and_prints_well(catalogue: Catalogue, language: Language) -> None:
    made = report(catalogue, language=language, actions=(an_action(due=date(2027, 1, 31)),))
    three = sheets(catalogue, made)
    book = opened(*three, title=made.title, language=language)
    assert book.sheetnames == [sheet.name for sheet in three]
    assert (book.properties.title, book.properties.creator) == (made.title, None)
    assert book.custom_doc_props["Language"].value == {"nl": "nl-BE", "en": "en"}[language]
    for sheet in three:
        page = book[sheet.name]
        assert [c.value for c in page[1]] == list(sheet.head)
        assert len(set(sheet.head)) == len(sheet.head)
        assert all(c.font.b for c in page[1])
        assert page.freeze_panes == "A2"
        assert page.auto_filter.ref == page.dimensions
        assert page.print_title_rows == "$1:$1"
        assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
        # One page wide is what is meant where no number is given.
        assert page.page_setup.fitToWidth in (None, 1)
        assert page.page_setup.fitToHeight == 0
        assert page.sheet_properties.pageSetUpPr.fitToPage
        assert all(c.alignment.wrap_text for c in page[2] if isinstance(c.value, str))
        assert all(8 <= d.width <= 50 for d in page.column_dimensions.values())


def test_a_row_is_as_high_as_its_longest_text() -> None:
    texts = ("kort", "een\ntwee\ndrie", "woord " * 60, "regel\n" * 500)
    page = opened(Sheet("Blad", ("a", "b"), tuple((text, "") for text in texts)))["Blad"]
    heights = [page.row_dimensions[number].height or 15 for number in range(2, 6)]
    # 360 characters on lines of 120, each broken between words.
    assert heights == [15, 45, 45, 405]


def test_csv_is_as_the_rfc_has_it() -> None:
    rows = (('zeg "ja", nu', 0.5, 12, None, date(2026, 11, 23)), ("é\r\nb", 1e-05, 0, "", None))
    file = sheet_csv(Sheet("Blad", ("a", "b", "c", "d", "e"), rows))
    assert file.startswith(b"\xef\xbb\xbfa,b,c,d,e\r\n")
    assert file.decode("utf-8-sig").split("\r\n") == [
        "a,b,c,d,e",
        '"zeg ""ja"", nu",0.5,12,,2026-11-23',
        '"é\nb",1e-05,0,,',
        "",
    ]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_that_people_type_can_run(catalogue: Catalogue, payload: str) -> None:
    answers = some_answers(
        livcr_presence="yes_municipal",
        livcr_tables="other",
        other_text={"livcr_tables": payload},
        notes={"livcr_presence": payload},
    )
    action = Action(payload, finding=payload, owner=payload, remark=payload)
    three = sheets(catalogue, report(catalogue, answers, actions=(action,)))
    typed = [row[4] for row in three[0].rows if row[1] == "livcr_presence"]
    assert typed == [payload]
    book = opened(*three)
    for sheet in three:
        cells = [cell for row in book[sheet.name].iter_rows() for cell in row]
        assert not any(cell.data_type == "f" or cell.hyperlink for cell in cells)
        assert not any(could_run(str(cell.value or "")) for cell in cells)
        assert not any(could_run(field) for row in read_csv(sheet_csv(sheet)) for field in row)
    page = book[three[2].name]
    safe = harmless(payload)
    assert safe.startswith("'")
    assert [page.cell(2, column).value for column in (1, 3, 6, 7)] == [safe] * 4


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("between", [";", "; ", ';"', "\n", "\r\n", "\t"])
def test_a_semicolon_does_not_let_a_formula_in(payload: str, between: str) -> None:
    text = f"tekst{between}{payload};einde"
    assert not could_run_in_pieces(sheet_csv(Sheet("Blad", ("wie", "wat"), (("ik", text),))))


def test_plain_texts_stay_as_they_are() -> None:
    for text in ("", "Ja", "1 + 1 = 2", "a@b", "'s avonds", "punt 1\npunt 2", "é 👍 _x0041_"):
        assert harmless(text) == text
        assert opened(Sheet("Blad", ("a",), ((text,),)))["Blad"].cell(2, 1).value == (text or None)
    assert harmless("a\x00b\x0bc\x1fd\ud800e\ufffff") == "abcdef"


@pytest.mark.parametrize("sign", ["x", "👍"])
def test_a_text_too_long_for_excel_is_cut_there_alone(sign: str) -> None:
    sheet = Sheet("Blad", ("a",), ((sign * (LONGEST_TEXT + 1),),))
    cut = opened(sheet)["Blad"].cell(2, 1).value
    assert cut.endswith(f"{sign}…")
    assert set(cut) == {sign, "…"}
    assert LONGEST_TEXT - 1 <= len(cut.encode("utf-16-le")) // 2 <= LONGEST_TEXT
    assert read_csv(sheet_csv(sheet))[1] == [sheet.rows[0][0]]
    whole = Sheet("Blad", ("a",), (("x" * LONGEST_TEXT,),))
    assert opened(whole)["Blad"].cell(2, 1).value == "x" * LONGEST_TEXT


@given(any_text)
def test_any_text_is_made_harmless_once(text: str) -> None:
    safe = harmless(text)
    assert not could_run(safe)
    assert harmless(safe) == safe
    assert "\r" not in safe
    safe.encode("utf-8")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(any_text, any_text), max_size=4).map(tuple))
def test_any_texts_come_back_from_both_files(rows: tuple[tuple[str, str], ...]) -> None:
    sheet = Sheet("Blad", ("een", "twee"), rows)
    safe = [[harmless(text) for text in row] for row in rows]
    page = opened(sheet)["Blad"]
    assert [
        [page.cell(number, column).value or "" for column in (1, 2)]
        for number in range(2, len(rows) + 2)
    ] == safe
    file = sheet_csv(sheet)
    assert not could_run_in_pieces(file)
    found = read_csv(file)[1:]
    assert len(found) == len(rows)
    for row, expected in zip(found, safe, strict=True):
        for field, text in zip(row, expected, strict=True):
            # Within a text an apostrophe may have come in, before what could be a formula.
            assert field.replace("'", "") == text.replace("'", "")
            assert not could_run(field)


@settings(max_examples=20, deadline=None)
@given(st.data(), st.integers(1, 6), st.sampled_from(LANGUAGES))
def test_any_valid_answers_give_all_files(
    data: st.DataObject, cluster: int, language: Language
) -> None:
    catalogue = loaded()
    answers = data.draw(valid_answers(catalogue.questionnaire))
    made = report(catalogue, answers, language=language, cluster=cluster)
    three = sheets(catalogue, made)
    for sheet in three:
        assert {len(row) for row in sheet.rows} <= {len(sheet.head)}
        assert len(read_csv(sheet_csv(sheet))) == len(sheet.rows) + 1
    book = opened(*three, language=language)
    assert [book[s.name].max_row for s in three] == [len(s.rows) + 1 for s in three]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_action_with_a_date_is_a_day_in_the_calendar(
    catalogue: Catalogue, language: Language
) -> None:
    action = an_action(owner="voorzitter", due=date(2027, 3, 31), remark="bel eerst; dan, schrijf")
    file = ics(catalogue, planned(action, "Ab-9_x", 3), language=language)
    assert file.startswith(b"BEGIN:VCALENDAR\r\n")
    assert b"DTSTART;VALUE=DATE:20270331\r\n" in file
    assert b"DTSTAMP:20261123T090000Z\r\n" in file
    (event,) = events(file)
    assert event["uid"] == "Ab-9_x@evaltool"
    assert event["sequence"] == 2
    assert event["dtstart"].dt == date(2027, 3, 31)
    assert event["dtstamp"].dt == datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    assert event["transp"] == "TRANSPARENT"
    assert event["summary"] == "LIVC-R Leuven: Bel de information officer"
    who = {"nl": "Wie", "en": "Who"}[language]
    assert event["description"] == f"{who}: voorzitter\nbel eerst; dan, schrijf"


def test_only_what_is_still_to_be_done_by_a_day_is_in_the_calendar(catalogue: Catalogue) -> None:
    day = date(2027, 3, 31)
    plan = [
        planned(an_action("Zonder dag"), "a"),
        *(planned(an_action(state, due=day, state=state), state) for state in ActionState),
        planned(an_action("Laatste dag", due=date.max), "z"),
    ]
    found = events(ics(catalogue, *plan))
    assert [str(e["uid"]).partition("@")[0] for e in found] == ["open", "busy", "z"]
    assert "description" not in found[0]


def test_nothing_breaks_out_of_an_event(catalogue: Catalogue) -> None:
    nasty = "a;b,c:d\\n\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:x\n\u2028ATTACH:y\x85Z\x00\x07"
    action = Action(nasty, owner=nasty, due=date(2027, 3, 31), remark=nasty + r"P:\Noodplan")
    file = ics(catalogue, planned(action))
    (event,) = events(file)
    assert event["summary"] == (
        r"LIVC-R Leuven: a;b,c:d\n END:VEVENT BEGIN:VEVENT SUMMARY:x ATTACH:y Z"
    )
    told = "a;b,c:d\\n\nEND:VEVENT\nBEGIN:VEVENT\nSUMMARY:x\n\nATTACH:y\nZ"
    # The library would make two lines of a backslash before an N.
    assert event["description"] == f"Wie: {told}\n{told}P:/Noodplan"
    assert sum(line == "BEGIN:VEVENT" for line in file.decode().splitlines()) == 1


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(any_text, any_text, any_text), min_size=1, max_size=3))
def test_any_texts_stay_within_their_property(texts: list[tuple[str, str, str]]) -> None:
    actions = (Action(a, owner=b, due=date(2027, 1, 1), remark=c) for a, b, c in texts)
    plan = [planned(action, f"id{number}") for number, action in enumerate(actions)]
    file = ics(loaded(), *plan)
    found = events(file)
    assert [e["uid"] for e in found] == [f"{p.id}@evaltool" for p in plan]
    plain = {"UID", "DTSTAMP", "DTSTART", "SEQUENCE", "SUMMARY", "TRANSP"}
    for event in found:
        assert plain <= set(event) <= plain | {"DESCRIPTION"}
        assert event["dtstart"].dt == date(2027, 1, 1)
    lines = file.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    unfolded = file.replace(b"\r\n ", b"").decode()
    assert unfolded.splitlines() == unfolded.split("\r\n")[:-1]


def test_the_libraries_are_loaded_only_when_a_file_is_made() -> None:
    code = (
        "import sys, evaltool.exports;"
        "unwanted = {'icalendar', 'xlsxwriter', 'pandas', 'flask', 'reportlab', 'evaltool.store'};"
        "sys.exit(', '.join(unwanted & set(sys.modules)) or None)"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
