"""Documents: from a Report, or from the questionnaire, to the bytes of a PDF.

All are A4, tagged (PDF/UA-1) and archivable (PDF/A-2a).

What writes them is loaded at the first document: reportlab takes as long to load as all that a
server needs for its first page. One document is written at a time in a process. Two at once would
be no sooner ready, since only one thread of Python runs at a time, and take twice the memory.
"""

from threading import Lock

from evaltool.domain.composing import Minutes
from evaltool.domain.intake import IntakeSheet
from evaltool.domain.language import Texts
from evaltool.domain.library import Library
from evaltool.domain.meeting import MeetingSheet
from evaltool.domain.report import Report
from evaltool.domain.trajectory_report import TrajectoryReport

_ONE_AT_A_TIME = Lock()


def feedback_report(report: Report, texts: Texts) -> bytes:
    """The full report, in the language it was built in."""
    from evaltool.pdf import full_report

    with _ONE_AT_A_TIME:
        return full_report.feedback_report(report, texts)


def summary_document(report: Report, texts: Texts) -> bytes:
    """The summary alone, on two pages at most, in the language of the report."""
    from evaltool.pdf import summary

    with _ONE_AT_A_TIME:
        return summary.summary_document(report, texts)


def meeting_document(sheet: MeetingSheet, report: Report, texts: Texts) -> bytes:
    """The chair's sheet for a meeting."""
    from evaltool.pdf import meeting

    with _ONE_AT_A_TIME:
        return meeting.meeting_document(sheet, report, texts)


def agenda_document(sheet: MeetingSheet, municipality: str, texts: Texts) -> bytes:
    """The chair's sheet for a meeting of which she composed the agenda."""
    from evaltool.pdf import meeting

    with _ONE_AT_A_TIME:
        return meeting.agenda_document(sheet, municipality, texts)


def minutes_document(minutes: Minutes, municipality: str, texts: Texts) -> bytes:
    """The minutes of a meeting."""
    from evaltool.pdf import minutes as written

    with _ONE_AT_A_TIME:
        return written.minutes_document(minutes, municipality, texts)


def intake_document(sheet: IntakeSheet, report: Report, texts: Texts) -> bytes:
    """The coach's intake sheet."""
    from evaltool.pdf import intake

    with _ONE_AT_A_TIME:
        return intake.intake_document(sheet, report, texts)


def trajectory_document(report: TrajectoryReport, texts: Texts) -> bytes:
    """The report over a trajectory of several municipalities."""
    from evaltool.pdf import trajectory

    with _ONE_AT_A_TIME:
        return trajectory.trajectory_document(report, texts)


def blank_questionnaire(library: Library) -> bytes:
    """All questions, to fill in by pen."""
    from evaltool.pdf import questionnaire

    with _ONE_AT_A_TIME:
        return questionnaire.blank_questionnaire(library)


__all__ = [
    "agenda_document",
    "blank_questionnaire",
    "feedback_report",
    "intake_document",
    "meeting_document",
    "minutes_document",
    "summary_document",
    "trajectory_document",
]
