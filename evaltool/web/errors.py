"""Error pages: what happened, that nothing is lost, what to do now."""

from flask import Flask, Response, request, url_for
from flask_wtf.csrf import CSRFError, validate_csrf
from werkzeug.exceptions import HTTPException
from wtforms import ValidationError

from evaltool.store import StoreError
from evaltool.web import assess
from evaltool.web.context import services, texts
from evaltool.web.excess import TooMuch
from evaltool.web.pages import ErrorPage, SentAgainPage
from evaltool.web.rendering import failure, moment_text, render, wants_json

_KNOWN = (400, 401, 403, 404, 405, 409, 413)


def install(app: Flask) -> None:
    """Answer errors with a page of our own, without internals."""

    @app.errorhandler(HTTPException)
    def failed(error: HTTPException) -> Response:
        status = error.code or 500
        if status == 401 and request.endpoint == "assess.section" and _is_ours():
            return _send_again()
        links = _ways_out() if status == 409 else ()
        return error_page(f"error.{status if status in _KNOWN else 500}", status, links=links)

    @app.errorhandler(CSRFError)
    def forged(error: CSRFError) -> Response:
        # The cookie is gone or the key changed: what was typed comes back, with a new token.
        if request.endpoint == "assess.section":
            return assess.typed_again()
        return error_page("error.form", 400)

    @app.errorhandler(TooMuch)
    def held_back(error: TooMuch) -> Response:
        seconds = (error.until - services().now()).total_seconds()
        when = texts()("error.429.when", moment=moment_text(error.until))
        answer = error_page("error.429", 429, (when,))
        answer.headers["Retry-After"] = str(max(1, round(seconds)))
        return answer

    @app.errorhandler(StoreError)
    def not_kept(error: StoreError) -> Response:
        app.logger.error("store: %s", error)
        if request.endpoint == "assess.section" and request.method == "POST":
            return assess.not_saved(error.code)
        return error_page(f"error.{error.code}", 503)

    @app.errorhandler(Exception)
    def broken(error: Exception) -> Response:
        app.logger.exception("failed: %s %s", request.method, request.endpoint)
        return error_page("error.500", 500)


def _is_ours() -> bool:
    """Whether a page of ours in this browser sent this, and no page of somebody else."""
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return False
    return not wants_json()


def _send_again() -> Response:
    """What was sent, to send again once somebody is signed in: nothing is lost."""
    # The token counts no longer then: the answers come back to look at, with a new one.
    page = SentAgainPage(
        title=texts()("error.401.title"),
        action=request.path,
        fields=tuple(request.form.items(multi=True)),
    )
    return render(page, 401)


def _ways_out() -> tuple[tuple[str, str], ...]:
    """What can be done with an evaluation that cannot be shown here."""
    id_ = (request.view_args or {}).get("id_")
    if id_ is None:
        return ()
    t = texts()
    return (
        (url_for("finishing.export", id_=id_), t("overview.export")),
        (url_for("finishing.delete", id_=id_), t("overview.delete")),
    )


def error_page(
    key: str,
    status: int,
    problems: tuple[str, ...] = (),
    links: tuple[tuple[str, str], ...] = (),
) -> Response:
    """The page for one kind of error, its sentences at ``<key>.what``, ``.lost`` and ``.now``."""
    t = texts()
    if wants_json():
        return failure(t(f"{key}.what"), status)
    page = ErrorPage(
        title=t(f"{key}.title"),
        what=t(f"{key}.what"),
        lost=t(f"{key}.lost"),
        now=t(f"{key}.now"),
        problems=problems,
        links=links,
    )
    return render(page, status)
