"""What a monitor asks of a hosted tool: does the process answer, and can it do its work?

A monitor asks like everybody else, with the public host name in the ``Host`` header. It gets one
line of plain text and no session.
"""

from flask import Blueprint, Response, current_app

from evaltool.domain.access import Permission
from evaltool.store import StoreError, check_usable
from evaltool.web.guard import guarded

blueprint = Blueprint("probes", __name__)


@blueprint.get("/health")
@guarded(Permission.PUBLIC)
def health() -> Response:
    """The process answers. Nothing else is looked at."""
    return _line("ok", 200)


@blueprint.get("/ready")
@guarded(Permission.PUBLIC)
def ready() -> Response:
    """The database can be read and written; the catalogue was read before the process listened."""
    try:
        check_usable(current_app.config["DATABASE"])
    except StoreError as error:
        current_app.logger.error("not ready: %s", error.code)
        return _line("not ready", 503)
    return _line("ready", 200)


def _line(text: str, status: int) -> Response:
    return Response(f"{text}\n", status, mimetype="text/plain")
