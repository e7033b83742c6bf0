"""Tables of figures and answers as one Excel workbook."""

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from textwrap import wrap
from typing import Any

from evaltool.domain.language import LOCALES, Language
from evaltool.exports.harmless import harmless
from evaltool.exports.tables import Cell, Sheet

LONGEST_TEXT = 32_767
"""Most UTF-16 units of a text in a cell of Excel."""

_NARROWEST = 8
_WIDE = 18
_PAGE = 240
"""Widths in characters: the least of a column, the least that a long text gets, and a page.

More than that on a page of A4 would be too small to read. What does not fit is wrapped.
"""

_LINE = 15
_HIGHEST = 405
"""Points of a line, and of the highest row: Excel has none above 409."""

_FILTER_BUTTON = 3
"""Characters of the head that the button of the filter covers."""

_FIRST_YEAR = 1900
"""Excel has no dates before this year."""

_A4 = 9

# A text stays the text it is, and nothing is written to the disk of the server.
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}

_FORMATS: Mapping[str, Mapping[str, object]] = {
    "head": {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1},
    "text": {"text_wrap": True, "valign": "top"},
    "number": {"num_format": "0", "valign": "top", "align": "right", "indent": 1},
    "share": {"num_format": "0 %", "valign": "top", "align": "right", "indent": 1},
    "day": {"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"},
}


def workbook(sheets: Iterable[Sheet], title: str, language: Language) -> bytes:
    """The XLSX file with these sheets, each with a name of its own, to read and to print.

    Counts, shares (0 to 1, shown as whole percentages) and days are numbers and dates; texts are
    harmless, and cut where they are too long for Excel. ``title`` and ``language`` are what the
    file says of itself; it names no author.
    """
    # Not at the top: the library takes about 40 ms, and few who use the tool need it.
    from xlsxwriter import Workbook

    file = io.BytesIO()
    with Workbook(file, _OPTIONS) as book:
        book.set_properties({"title": _text(title)})
        # Its core properties have no place for the language; Office knows this one by name.
        book.set_custom_property("Language", LOCALES[language])
        formats = {name: book.add_format(dict(look)) for name, look in _FORMATS.items()}
        for sheet in sheets:
            _fill(book.add_worksheet(sheet.name), sheet, formats)
    return file.getvalue()


# The library has no types of its own.
def _fill(page: Any, sheet: Sheet, formats: Mapping[str, Any]) -> None:
    widths = _widths(sheet)
    for column, (name, width) in enumerate(zip(sheet.head, widths, strict=True)):
        page.set_column(column, column, width)
        page.write_string(0, column, _text(name), formats["head"])
    page.set_row(0, _height(sheet.head, [width - _FILTER_BUTTON for width in widths]))
    for number, row in enumerate(sheet.rows, start=1):
        page.set_row(number, _height(row, widths))
        for column, cell in enumerate(row):
            _write(page, number, column, cell, formats)
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, len(sheet.rows), len(sheet.head) - 1)
    page.set_paper(_A4)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)


def _write(page: Any, row: int, column: int, cell: Cell, formats: Mapping[str, Any]) -> None:
    match cell:
        case None | "":
            page.write_blank(row, column, None, formats["text"])
        case date() if cell.year >= _FIRST_YEAR:
            page.write_datetime(row, column, cell, formats["day"])
        case float():
            page.write_number(row, column, cell, formats["share"])
        case int():
            page.write_number(row, column, cell, formats["number"])
        case _:
            page.write_string(row, column, _text(str(cell)), formats["text"])


def _text(text: str) -> str:
    kept = harmless(text)
    if _units(kept) <= LONGEST_TEXT:
        return kept
    # A character outside the first plane takes two units, and is cut as a whole.
    units = kept.encode("utf-16-le")[: 2 * (LONGEST_TEXT - 1)]
    return units.decode("utf-16-le", errors="ignore") + "…"


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _widths(sheet: Sheet) -> list[int]:
    """The characters of the longest line of each column, within bounds."""
    widest = max(_WIDE, _PAGE // len(sheet.head))
    found = []
    for column, name in enumerate(sheet.head):
        words = [len(word) + _FILTER_BUTTON for word in name.split()]
        lines = [len(line) for row in sheet.rows for line in _lines(row[column])]
        found.append(min(max(_NARROWEST, *words, *lines), widest))
    return found


def _height(row: Sequence[Cell], widths: Sequence[int]) -> int:
    """The points that a row needs: Excel would find that out, other programs do not."""
    needed = 1
    for cell, width in zip(row, widths, strict=True):
        wrapped = (len(wrap(line, width)) if len(line) > width else 1 for line in _lines(cell))
        needed = max(needed, sum(wrapped))
    return min(needed * _LINE, _HIGHEST)


def _lines(cell: Cell) -> list[str]:
    return str(cell).splitlines() if isinstance(cell, str | date) else []
