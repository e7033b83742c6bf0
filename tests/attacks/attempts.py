"""Any request at all, for tests that send thousands of them."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.attacks.forms import file_name, filled, methods_of, one_of_each, paths, routes
from tests.attacks.world import ACTORS, World, home
from tests.factories import a_document
from tests.hosting import OTHER, OWN

METHODS = ("GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "x")

ODD = (
    *("", " ", "0", "-1", "1", "99999999999999999999", "1e9", "NaN", "null", "true", "[]", "{}"),
    *("'", '"', "' OR 1=1 --", "%", "%s%n", "{0.__class__}", "{{7*7}}", "<script>x</script>"),
    *("../../etc/passwd", "..\\..\\x", "//evil.example", "\\evil.example", "https://evil.example"),
    *("\x00", "\r\nX: y", "\u202e", "\ufeff", "\ud7ff", "\U0010ffff", "é", "اختبار", "試し"),
    *("a" * 400, "\u0315\u0300" * 50, "administrator", "full", "mine", "saved", "open", "yes"),
    *("=1+1", "@x", "1/1/2026", "31/02/2026", "2026-11-26", "9" * 5000, "none", "dont_know"),
)
"""Values that something somewhere may not expect."""

QUERY = ("lang", "version", "name", "minutes", "before", "after", "next", "code", "state", "x")
HEADERS = (
    *(("Accept", "application/json"), ("Accept", "*/*"), ("X-Forwarded-For", "1.2.3.4, x")),
    *(("X-Forwarded-Proto", "http"), ("Content-Type", "application/json"), ("Range", "bytes=0-")),
    *(("If-None-Match", "*"), ("Accept-Language", "xx"), ("Referer", "https://evil.example/")),
    *(("X-HTTP-Method-Override", "DELETE"), ("Cookie", "x=y"), ("Expect", "100-continue")),
)


@dataclass(frozen=True)
class Attempt:
    """A request: ``values`` fill the address in, ``changes`` what the form of the route holds.

    ``token`` says whether the form carries the right token for this session, another or none.
    """

    rule: int
    method: str
    values: tuple[str, ...]
    changes: Mapping[str, str]
    form: int
    query: Mapping[str, str]
    token: str
    file: int
    headers: tuple[tuple[str, str], ...]
    raw_path: str | None


class Attempts:
    """What can be sent to a world: every route, every form, every id and odd values."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rules: list[Rule] = routes(world)
        self.names = sorted({name for rule in self.rules for name in rule.arguments})
        # Who has the link of somebody becomes that somebody, and may.
        self.forms = {
            actor: [f for f in one_of_each(world, actor) if f.path != "/link/password"]
            for actor in ACTORS
        }
        fields = {name for forms in self.forms.values() for form in forms for name in form.fields}
        self.fields = sorted(fields - {"csrf_token"})
        self.paths = {
            actor: [
                (path, methods_of(rule))
                for rule in self.rules
                for nis_code in (home(actor), OWN, OTHER)
                for path in paths(world, rule, nis_code)
            ]
            for actor in ACTORS
        }
        self.ids = self._ids()
        self.files = (
            json.dumps(a_document()).encode(),
            json.dumps(a_document(municipality=OTHER)).encode(),
            *(b"nis_code,cluster\n24062,4\n", b"nis_code,kbo\n24062,0207.521.503\n"),
            *(b"", b"{", b"\xff\xfe", b"PK\x03\x04" + b"\x00" * 64, b"<x/>"),
        )

    def _ids(self) -> list[str]:
        """Ids of everything that there is: one's own and those of others."""
        found: list[str] = []
        for side in self.world.sides:
            found += [side.nis_code, side.finished.id, side.open.id, side.view.id]
            found += [account.id for account in side.accounts]
            found += [planned.id for planned in side.actions]
            found += [id_ for ids in side.more.values() for id_ in ids]
        found += [account.id for account in self.world.people.values()]
        found += [str(row[0]) for row in self.world.rows("SELECT handle FROM sessions")]
        codes = ("structure", "composition", "answers", "actions", "clusters", "organisations")
        return [*found, self.world.guest_view.id, *codes, "1", "2", "chair", "mayor"]

    def any(self) -> st.SearchStrategy[Attempt]:
        """Any attempt; most are near to what a page would send."""
        # Places in lists, not what stands there: ids differ from one run to the next.
        id_ = st.integers(0, len(self.ids) - 1).map(lambda number: f"#{number}")
        odd = st.sampled_from(ODD)
        text = st.text(st.characters(codec="utf-8"), max_size=20)
        value = st.one_of(id_, id_, odd, text)
        names = st.sampled_from(self.fields)
        return st.builds(
            Attempt,
            rule=st.integers(0, len(self.rules) - 1),
            method=st.one_of(st.just(""), st.just(""), st.just(""), st.sampled_from(METHODS)),
            values=st.tuples(*(value for _ in self.names)),
            changes=st.dictionaries(names, value, max_size=4),
            form=st.integers(0, 9999),
            query=st.dictionaries(st.sampled_from(QUERY), value, max_size=2),
            token=st.sampled_from(("right", "right", "right", "other", "none")),
            file=st.integers(0, len(self.files) - 1),
            headers=st.lists(st.sampled_from(HEADERS), max_size=1).map(tuple),
            raw_path=st.one_of(
                *(st.none() for _ in range(9)), st.text(st.characters(codec="utf-8"), max_size=30)
            ),
        )

    def said(self, value: str) -> str:
        """A value as it is sent: the id where it names one."""
        number = value[1:]
        known = value.startswith("#") and number.isascii() and number.isdigit()
        return self.ids[int(number)] if known and int(number) < len(self.ids) else value

    def send(self, actor: str, attempt: Attempt) -> tuple[str, TestResponse]:
        """Send it as an actor; the path that was asked, and the answer."""
        if attempt.form % 2 and self.forms[actor]:
            return self._send_form(actor, attempt)
        path, own = self._place(actor, attempt)
        method = attempt.method or own[attempt.file % len(own)]
        data: dict[str, Any] | None = None
        if method in ("POST", "PUT", "PATCH", "DELETE"):
            data = {name: self.said(value) for name, value in attempt.changes.items()}
            data |= self._token(actor, attempt)
            if attempt.form % 5 == 0:
                data["file"] = (io.BytesIO(self.files[attempt.file]), file_name(path))
        answer = self.world.client(actor).open(
            path,
            method=method,
            query_string={name: self.said(value) for name, value in attempt.query.items()},
            data=data,
            headers=list(attempt.headers),
        )
        return f"{method} {path}", answer

    def _place(self, actor: str, attempt: Attempt) -> tuple[str, list[str]]:
        """A path and the methods of its route: one that there is, or a route with any values."""
        if attempt.raw_path is not None:
            return "/" + quote(attempt.raw_path), list(METHODS)
        if attempt.form % 4:
            known = self.paths[actor]
            return known[(attempt.form * 997 + attempt.rule) % len(known)]
        rule = self.rules[attempt.rule]
        given = dict(zip(self.names, map(self.said, attempt.values), strict=True))
        path = rule.rule
        for part in rule.rule.split("<")[1:]:
            inside = part.partition(">")[0]
            path = path.replace(f"<{inside}>", quote(given[inside.rpartition(":")[2]]), 1)
        return path, methods_of(rule)

    def _send_form(self, actor: str, attempt: Attempt) -> tuple[str, TestResponse]:
        """Send a form that the actor finds, filled in, with something in it changed."""
        form = self.forms[actor][attempt.form // 2 % len(self.forms[actor])]
        fields: MultiDict[str, Any] = filled(self.world, actor, form)
        fields.pop("csrf_token", None)
        if form.path == "/sign-in":
            fields["password"] = "not that of anybody"
        for (name, value), place in zip(attempt.changes.items(), attempt.values, strict=False):
            known = sorted(fields)
            # Mostly a field of this form, sometimes one that it has not.
            target = known[len(place) % len(known)] if known and attempt.form % 8 > 1 else name
            fields[target] = self.said(value)
        for name, token in self._token(actor, attempt).items():
            fields[name] = token
        for name in form.files:
            fields.add(name, (io.BytesIO(self.files[attempt.file]), file_name(form.path)))
        path = form.path
        answer = self.world.client(actor).post(path, data=fields, headers=list(attempt.headers))
        return f"POST {path}", answer

    def _token(self, actor: str, attempt: Attempt) -> dict[str, str]:
        tokens = self.world.tokens
        if attempt.token == "right":
            return {"csrf_token": tokens[actor]}
        other = tokens["stranger" if actor != "stranger" else "officer"]
        return {"csrf_token": other} if attempt.token == "other" else {}
