"""Data files: from a Report, or from an action plan, to the bytes of CSV, XLSX and iCalendar."""

from evaltool.exports.calendar import action_calendar
from evaltool.exports.csv_file import sheet_csv
from evaltool.exports.tables import Sheet, actions_sheet, answers_sheet, comparisons_sheet
from evaltool.exports.workbook import workbook

SHEETS = {"answers": answers_sheet, "comparisons": comparisons_sheet, "actions": actions_sheet}
"""What makes each sheet of a report, by the name of its file."""

__all__ = [
    "SHEETS",
    "Sheet",
    "action_calendar",
    "actions_sheet",
    "answers_sheet",
    "comparisons_sheet",
    "sheet_csv",
    "workbook",
]
