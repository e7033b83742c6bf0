"""Error pages: what happened, that nothing is lost, what to do now."""

import contextlib

from flask import Flask, Response, g, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from evaltool.domain.accounts import AccountNotFound, LinkNotFound
from evaltool.domain.evaluation import NotFound
from evaltool.store import StoreError
from evaltool.web import assess
from evaltool.web.context import services, texts
from evaltool.web.excess import TooMuch
from evaltool.web.identity import nobody_where_unknown
from evaltool.web.pages import ErrorPage
from evaltool.web.rendering import failure, moment_text, render, wants_json
from evaltool.web.sending_again import sent_again

_KNOWN = (400, 401, 403, 404, 405, 409, 413)


def install(app: Flask) -> None:
    """Answer errors with a page of our own, without internals."""

    @app.errorhandler(HTTPException)
    def failed(error: HTTPException) -> Response:
        status = error.code or 500
        if status == 401 and (again := sent_again("error.401", 401)):
            return again
        links = _ways_out() if status == 409 else ()
        return error_page(f"error.{status if status in _KNOWN else 500}", status, links=links)

    @app.errorhandler(CSRFError)
    def forged(error: CSRFError) -> Response:
        # The cookie is gone or the key changed: what was typed comes back, with a new token.
        if _is_page_of_questions():
            with contextlib.suppress(StoreError, HTTPException):
                return assess.typed_again()
        return sent_again("error.form", 400) or error_page("error.form", 400)

    @app.errorhandler(TooMuch)
    def held_back(error: TooMuch) -> Response:
        seconds = (error.until - services().now()).total_seconds()
        when = texts()("error.429.when", moment=moment_text(error.until))
        answer = error_page("error.429", 429, (when,))
        answer.headers["Retry-After"] = str(max(1, round(seconds)))
        return answer

    @app.errorhandler(AccountNotFound)
    @app.errorhandler(NotFound)
    def gone(error: AccountNotFound | NotFound) -> Response:
        # It was there when it was asked whether this may be done; somebody deleted it meanwhile.
        return error_page("error.404", 404)

    @app.errorhandler(LinkNotFound)
    def no_link(error: LinkNotFound) -> Response:
        return error_page("error.link", 404, links=_new_link())

    @app.errorhandler(StoreError)
    def not_kept(error: StoreError) -> Response:
        app.logger.error("store: %s", error)
        nobody_where_unknown(error)
        if _is_page_of_questions():
            # What else the page shows may be gone as well.
            with contextlib.suppress(StoreError, HTTPException):
                return assess.not_saved(error.code)
        key = f"error.{error.code}"
        return sent_again(key, 503) or error_page(key, 503)

    @app.errorhandler(Exception)
    def broken(error: Exception) -> Response:
        app.logger.exception("failed: %s %s", request.method, request.endpoint)
        nobody_where_unknown()
        return sent_again("error.500", 500) or error_page("error.500", 500)


def _new_link() -> tuple[tuple[str, str], ...]:
    """Where somebody who had a link by mail asks for another; nothing where there is no mail."""
    hosted = services().hosted
    if hosted is None or hosted.mail is None:
        return ()
    return ((url_for("signing.reset"), texts()("signing.reset_again")),)


def _is_page_of_questions() -> bool:
    """Whether answers were sent, by somebody who may see the page that they belong on."""
    return request.endpoint == "assess.section" and request.method == "POST" and "subject" in g


def _is_up_to_others(key: str) -> bool:
    """Whether only who runs the tool can mend it, and that is not who reads the page."""
    return key.startswith("error.store_") and services().hosted is not None


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
    nobody_where_unknown()
    page = ErrorPage(
        title=t(f"{key}.title"),
        what=t(f"{key}.what"),
        lost=t(f"{key}.lost"),
        now=t("error.store_hosted.now" if _is_up_to_others(key) else f"{key}.now"),
        problems=problems,
        links=links,
    )
    return render(page, status)
