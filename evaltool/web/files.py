"""Files as answers, each under a name that says what it is, and the names of those sent in."""

from flask import Response

from evaltool.domain.evaluation import Evaluation
from evaltool.web.context import language


def file_name(evaluation: Evaluation, what: str = "livc-r") -> str:
    """What a file is called, without its ending: what it is, of which municipality and day."""
    return f"{what}-{evaluation.nis_code}-{evaluation.day.isoformat()}"


def has_ending(name: str, ending: str) -> bool:
    """Whether a file that came in is called what it must be, as ``.json``."""
    return name.lower().endswith(ending)


def pdf_response(pdf: bytes, name: str) -> Response:
    """A PDF that a browser shows and saves under its name, with the language added."""
    response = Response(pdf, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}-{language()}.pdf"'
    return response


def attachment(content: bytes | str, mimetype: str, name: str) -> Response:
    """A file to keep."""
    response = Response(content, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
