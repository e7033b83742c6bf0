"""A table of figures or answers as a CSV file."""

import csv
import io
import re
from datetime import date

from evaltool.exports.harmless import STARTERS, harmless
from evaltool.exports.tables import Cell, Sheet

# Where the decimal sign is a comma, as in Belgium, a spreadsheet that is handed a CSV file splits
# it at semicolons, in the middle of our texts and without heeding their quotes.
# Found from the start of what stands between two words, and not given back: a search from each of
# its characters would take time that grows with the square of their number.
_SPLIT = re.compile(rf'(?<![;\s"])((?=(?:[^\S\t\n]|")*+[;\t\n])[;\s"]++)([{STARTERS}])')


def sheet_csv(sheet: Sheet) -> bytes:
    """The file of one sheet, as RFC 4180 has it: commas, CRLF, quotes where needed.

    In UTF-8 with a byte order mark, without which Excel takes it for another encoding. Dates are
    written as 2026-11-23, shares as 0.6818181818181818 (0 to 1), what is not known as nothing.
    Texts are harmless, also where a spreadsheet takes a semicolon for the end of a cell.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    for row in (sheet.head, *sheet.rows):
        writer.writerow([_field(cell) for cell in row])
    return file.getvalue().encode("utf-8-sig")


def _field(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, str):
        return _SPLIT.sub(r"\1'\2", harmless(cell))
    return cell
