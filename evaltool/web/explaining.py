"""Explanations within reach: on each page the first use of a word of the glossary can be opened."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import cast

from flask import Flask, g
from markupsafe import Markup, escape

from evaltool.domain.glossary import Term
from evaltool.web.context import language, services
from evaltool.web.rendering import whole

_BUTTON = Markup('<button type="button" class="term" popovertarget="explain-{}">{}</button>')
_WHOLE = Markup('<span class="whole">{}</span>')
_WITH_TOUCHING = re.compile(r"([^\s<>]*)<button\b.*?</button>([^\s<>]*)")


@dataclass
class _Marks:
    """What was marked: ``seen`` since terms were last forgotten, ``used`` on the whole page."""

    seen: set[str] = field(default_factory=set)
    used: dict[str, Term] = field(default_factory=dict)


def install(app: Flask) -> None:
    """Give templates the filter that marks words, and what to print for the words marked."""

    app.add_template_filter(explained, "explained")

    @app.context_processor
    def marks() -> dict[str, object]:
        # Called once for each page: one that broke off leaves nothing to the page of its error.
        g.marks = _Marks()
        return {"forget_terms": forget, "explained_terms": _explained_terms}


def seen() -> frozenset[str]:
    """The words that are marked already, since they were last forgotten."""
    return frozenset(cast(_Marks, g.marks).seen)


def apart(draw: Callable[[], str], before: frozenset[str]) -> tuple[str, tuple[str, ...]]:
    """What ``draw`` gives after the words ``before`` were marked, and the words it marks itself.

    The page notices nothing: that is for :func:`add`, now or whenever the piece is used again.
    """
    kept, g.marks = g.marks, _Marks(set(before))
    try:
        return draw(), tuple(g.marks.used)
    finally:
        g.marks = kept


def add(found: Iterable[str]) -> None:
    """Count the words that a piece of the page marked."""
    for id_ in found:
        _mark(id_)


def explained(text: str) -> Markup:
    """A text, escaped, in which the first use of each word of the glossary is a button.

    For sentences of our own, and only where a button may stand: in no link, label or heading.
    """
    marks = cast(_Marks, g.marks)
    glossary = services().catalogue.glossary
    shown = Markup()
    for part, id_ in glossary.split(text, language(), marks.seen):
        if id_ is None:
            shown += whole(part)
        else:
            _mark(id_)
            shown += _BUTTON.format(escape(id_), whole(part))
    return _unbroken(shown)


def _mark(id_: str) -> None:
    marks = cast(_Marks, g.marks)
    marks.seen.add(id_)
    marks.used[id_] = services().catalogue.glossary.by_id[id_]


def _unbroken(shown: Markup) -> Markup:
    """The same, each word on one line with its brackets or full stop.

    Between text and a button a browser may begin a line.
    """
    result, start = Markup(), 0
    for match in _WITH_TOUCHING.finditer(shown):
        if match[1] or match[2]:
            result += shown[start : match.start()] + _WHOLE.format(shown[slice(*match.span())])
            start = match.end()
    return result + shown[start:]


def forget() -> str:
    """From here on words are marked again: a reader may start at this place of the page."""
    cast(_Marks, g.marks).seen.clear()
    return ""


def _explained_terms() -> tuple[Term, ...]:
    """The terms that are marked on this page, to print their explanations once."""
    return tuple(cast(_Marks, g.marks).used.values())
