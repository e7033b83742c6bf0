"""What a hosted tool logs: a line of JSON for each request and each event, without answers.

No line holds a name, address, answer, token or query. What our own code logs is logged in its
words. Of what others log, and of every error, only the place in the code and the kind are kept:
their words may quote what somebody typed.
"""

import json
import logging
import secrets
import time
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from flask import Flask, Response, g, has_request_context, request

from evaltool.paths import PACKAGE

REQUEST_ID = "X-Request-Id"
"""The header of every answer with the id by which its lines in the log can be found."""

NO_ENDPOINT = "none"
"""The endpoint of a request for which there is no route."""

_ID_BYTES = 8
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})
_FIELDS = "evaltool_fields"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Served:
    """A request that was answered, told in words of ours alone.

    ``endpoint`` is the rule of its route, so that ids and tokens stand as their names;
    ``seconds`` is how long making the answer took; ``role`` is None where nobody looked who asks.
    """

    method: str
    endpoint: str
    status: int
    seconds: float
    role: str | None


def served(response: Response) -> Served:
    """What this request asked, and what came of it."""
    rule, actor = request.url_rule, g.get("actor")
    return Served(
        # Whoever asks can make up a method.
        method=request.method if request.method in _METHODS else "other",
        endpoint=NO_ENDPOINT if rule is None else rule.rule,
        status=response.status_code,
        seconds=time.perf_counter() - g.started,
        role=None if actor is None else str(actor.role),
    )


def install(app: Flask) -> None:
    """Give each request an id, and a line in the log once it is answered.

    Before anything else that looks at requests, so that what is refused there has them too.
    """

    @app.before_request
    def begin() -> None:
        g.request_id = secrets.token_hex(_ID_BYTES)
        g.started = time.perf_counter()

    @app.after_request
    def write(response: Response) -> Response:
        response.headers[REQUEST_ID] = g.request_id
        found = served(response)
        fields = {
            "method": found.method,
            "endpoint": found.endpoint,
            "status": found.status,
            "milliseconds": round(found.seconds * 1000, 1),
            "role": found.role,
        }
        if "refused" in g:
            fields["reason"] = g.refused
        level = logging.ERROR if found.status >= 500 else logging.INFO
        _log.log(level, "request", extra={_FIELDS: fields})
        return response


def event(name: str, **fields: str | int) -> None:
    """Log what happened to the whole process, in words of ours alone."""
    _log.info(name, extra={_FIELDS: fields})


def refuse(reason: str) -> None:
    """Say in the line of this request why it is refused, in words of ours alone."""
    g.refused = reason


def to_standard_error() -> None:
    """Send everything that is logged to standard error, in lines of JSON."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.captureWarnings(True)


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON in ASCII; see the module for what is left out."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without an end."""
        at = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, object] = {
            "time": at.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": _words(record),
        }
        line.update(getattr(record, _FIELDS, {}))
        if has_request_context() and "request_id" in g:
            line["request"] = g.request_id
        if not _is_ours(record):
            line["place"] = _place(record.pathname, record.lineno)
        if record.exc_info and record.exc_info[1] is not None:
            line["faults"] = list(_faults(record.exc_info[1]))
        return json.dumps(line)


def _is_ours(record: logging.LogRecord) -> bool:
    return _is_in_package(record.pathname)


@cache
def _is_in_package(path: str) -> bool:
    """Whether a module is one of ours, also where it was reached by a link to its folder."""
    return Path(path).resolve().is_relative_to(PACKAGE)


def _words(record: logging.LogRecord) -> str:
    """What was logged; of others the numbers in it, and the rest only where it is the same always.

    Without arguments nobody can tell whether a text was put together from something.
    """
    if _is_ours(record):
        return record.getMessage()
    if not isinstance(record.args, tuple) or not record.args:
        return record.name
    shown = tuple(arg if isinstance(arg, int | float) else "*" for arg in record.args)
    try:
        return str(record.msg) % shown
    except (TypeError, ValueError):
        return record.name


def _place(path: str, line: int) -> str:
    """A place in the code, by the last folder of its file: no path of this machine."""
    return f"{'/'.join(Path(path).parts[-2:])}:{line}"


def _faults(error: BaseException) -> Iterator[Mapping[str, object]]:
    """An error and what caused it: the kind of each, and where it was, innermost last."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        frames = traceback.walk_tb(cause.__traceback__)
        yield {
            "kind": type(cause).__qualname__,
            "trace": [
                f"{_place(frame.f_code.co_filename, number)} {frame.f_code.co_name}"
                for frame, number in frames
            ],
        }
        hidden = cause.__suppress_context__
        cause = cause.__cause__ or (None if hidden else cause.__context__)
