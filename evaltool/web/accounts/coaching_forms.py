"""What the forms of a coach's notes and sessions have in common."""

from collections.abc import Iterable

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.validation import Problem
from evaltool.web.context import texts
from evaltool.web.questions import kinds_of
from evaltool.web.rendering import tell

_FIELDS = {
    "text": "coaching.note.text",
    "day": "coaching.session.day",
    "agreed": "coaching.session.agreed",
}


def typed() -> dict[str, str]:
    """What was typed in a form of a note or a session."""
    names = ("text", "shared", "day", "agreed")
    # Browsers send lines that end in CRLF, which would count double against the limit.
    return {name: request.form.get(name, "").replace("\r\n", "\n").strip() for name in names}


def sentences(problems: Iterable[Problem]) -> dict[str, str]:
    """The first problem of each field in words."""
    t = texts()
    found: dict[str, str] = {}
    for problem in problems:
        where = t(_FIELDS[problem.where])
        sentence = t(f"coaching.refused.{problem.code}", where=where, **problem.values)
        found.setdefault(problem.where, sentence)
    return found


def version_sent() -> int:
    """The version that a form started from; -1 where it does not say."""
    return request.form.get("version", -1, type=int)


def back(nis_code: str) -> AnyResponse:
    """To the page of the municipality."""
    return redirect(url_for("coaching_place.show", nis_code=nis_code), 303)


def warn(address: str, *written: str) -> None:
    """Say that a text seems to hold data of a person, where it does."""
    if kinds := kinds_of(*written):
        tell(texts()("warning.told", kinds=kinds), address, texts()("warning.look"))
