"""Renders pages, and gives templates the few things they may ask for."""

from collections.abc import Callable, Mapping, MutableMapping
from datetime import date, datetime
from functools import lru_cache
from threading import RLock
from typing import Any
from urllib.parse import quote, urlencode

from flask import (
    Flask,
    Response,
    make_response,
    render_template,
    request,
    session,
    url_for,
)
from flask.sansio.app import App
from flask.templating import Environment
from jinja2 import Template
from markupsafe import Markup, escape

from evaltool import __version__
from evaltool.domain.language import LOCALES, date_text, time_text
from evaltool.domain.pictures import Chart
from evaltool.domain.report import Chapter
from evaltool.web.chart_cache import drawn
from evaltool.web.context import language, services, texts
from evaltool.web.guard import can
from evaltool.web.identity import actor, seconds_left
from evaltool.web.pages import Message, Page
from evaltool.web.signatures import form_token

_MOST_TOLD = 6
_REMEMBERED = 512
"""Addresses: those of what stands on every page, and of the evaluations that are being used."""


class Templates(Environment):
    """Templates, each compiled by one thread alone.

    Several first pages at once would otherwise each compile it, and the process would keep the
    memory of it: 5 MiB for four who begin together.
    """

    def __init__(self, app: App, **options: Any) -> None:
        super().__init__(app, **options)
        # A template may ask for another while it is being compiled.
        self._compiling = RLock()

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002
    ) -> Template:
        """See Jinja."""
        with self._compiling:
            return super().get_template(name, parent, globals)


def render(page: Page, status: int = 200) -> Response:
    """A page as an answer, with the messages left by the page before."""
    return make_response(render_template(page.template, page=page), status)


def wants_json() -> bool:
    """Whether the script of a page asks, and not a browser that opens an address."""
    return request.accept_mimetypes.best == "application/json"


def failure(sentence: str, status: int) -> Response:
    """Why something did not happen, for the script of a page to show."""
    return make_response({"failed": sentence}, status)


def tell(sentence: str, address: str = "", words: str = "") -> None:
    """Leave a message for the next page, with a link if there is an address."""
    # A cookie holds 4 kB; the token that protects the forms is in it too.
    session["told"] = [*session.get("told", ()), (sentence, address, words)][-_MOST_TOLD:]


def install(app: Flask) -> None:
    """Give templates their texts, dates and partials."""

    app.add_template_filter(whole, "whole")
    # Not with what every page gets: pieces that are imported see only what is global.
    app.add_template_global(can, "can")
    address = _addresses()
    app.add_template_global(address, "url_for")

    def asset(name: str) -> str:
        """The address of a static file; its version makes a browser fetch a new one anew."""
        return address("static", filename=name, v=__version__)

    @app.context_processor
    def always() -> dict[str, object]:
        return {
            "t": texts(),
            "lang": language(),
            "locale": LOCALES[language()],
            "csrf_token": form_token,
            "hosted": services().hosted,
            "actor": actor(),
            "seconds_left": seconds_left,
            "told": session.pop("told", ()),
            "other_language": _other_language,
            "asset": asset,
            "day_text": lambda day: date_text(day, language()),
            "moment_text": moment_text,
        }


def whole(text: str) -> Markup:
    """A text in which no line ends between "LIVC-" and "R"."""
    return escape(text).replace("LIVC-R", Markup('<span class="whole">LIVC-R</span>'))


def moment_text(moment: datetime) -> str:
    """A moment in the time of this machine: date and time of day."""
    local = moment.astimezone()
    day = date(local.year, local.month, local.day)
    return texts()(
        "common.moment",
        day=date_text(day, language()),
        time=time_text(local, language()),
    )


def charts_of(*chapters: Chapter) -> Mapping[str, str]:
    """The charts of some chapters as SVG, by id."""
    found: list[Chart] = [
        compared.chart
        for chapter in chapters
        for question in chapter.questions
        for compared in question.comparisons
    ]
    return {chart.id: drawn(chart) for chart in found}


def messages(
    errors: Mapping[str, str], fields: Mapping[str, str] | None = None
) -> tuple[Message, ...]:
    """An error summary: each sentence, by question, with a link to the field it is about."""
    return tuple(
        Message(sentence, (fields or {}).get(question, question))
        for question, sentence in errors.items()
    )


def _other_language() -> tuple[str, str]:
    """The other language and the address of this page in it."""
    other = "en" if language() == "nl" else "nl"
    if request.url_rule is not None and "GET" not in (request.url_rule.methods or ()):
        # Nothing can be opened at the address of a button.
        return other, url_for("start.index", lang=other)
    kept = [(k, v) for k, v in request.args.items(multi=True) if k != "lang"]
    # A path of ours and nothing else: browsers take a backslash for the slash of another host.
    path = "/" + quote(request.path.lstrip("/\\"))
    return other, f"{path}?{urlencode([*kept, ('lang', other)])}"


def _addresses() -> Callable[..., str]:
    """``url_for`` for the templates of one application, which remembers what was asked for last.

    Of the request such an address depends on nothing else than where the application stands: an
    endpoint is named in full, and its values are texts and numbers.
    """

    @lru_cache(maxsize=_REMEMBERED)
    def below(_root: str, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
        return url_for(endpoint, **dict(values))

    def address(endpoint: str, **values: Any) -> str:
        return below(request.script_root, endpoint, tuple(values.items()))

    return address
