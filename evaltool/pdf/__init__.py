"""Documents: from a Report, or from the questionnaire, to the bytes of a PDF.

All are A4, tagged (PDF/UA-1) and archivable (PDF/A-2a).
"""

from evaltool.pdf.feedback_report import feedback_report
from evaltool.pdf.intake import intake_document
from evaltool.pdf.meeting import meeting_document
from evaltool.pdf.questionnaire import blank_questionnaire
from evaltool.pdf.summary import summary_document

__all__ = [
    "blank_questionnaire",
    "feedback_report",
    "intake_document",
    "meeting_document",
    "summary_document",
]
