"""Every address and every form that an actor finds on the pages, to attack each of them."""

import io
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Any

from werkzeug.datastructures import Headers, MultiDict
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.attacks.world import HOST, Browser, World, home, link_of
from tests.browsing import Fields
from tests.factories import a_document
from tests.hosting import OWN, PASSWORD

_NEW = "nog een zin die niemand raadt 3"


@dataclass(frozen=True)
class Form:
    """A form of a page: where it is sent and what stands in it; ``files`` are fields of files.

    ``opened_by`` is a link, of which the code is given first, where the form needs that.
    """

    path: str
    fields: Fields
    files: list[str] = field(default_factory=list)
    opened_by: str = ""

    def endpoint(self, world: World) -> str:
        """The route that it is sent to."""
        adapter = world.town.app.url_map.bind(HOST)
        return str(adapter.match(self.path, "POST")[0])


def routes(world: World) -> list[Rule]:
    """Every route but the static files, by address."""
    rules = (rule for rule in world.town.app.url_map.iter_rules() if rule.endpoint != "static")
    return sorted(rules, key=lambda rule: (rule.rule, sorted(rule.methods or ())))


def methods_of(rule: Rule) -> list[str]:
    """The methods of a route that do something of their own."""
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


def built(world: World, rule: Rule, values: dict[str, Any]) -> str:
    """The path of a route."""
    return str(world.town.app.url_map.bind(HOST).build(rule.endpoint, values))


def _known(rule: Rule, name: str) -> list[str]:
    """What a part of an address can be, where the route says so itself."""
    known = getattr(rule._converters.get(name), "items", None)
    return sorted(known) if isinstance(known, set) else ["no-such-thing"]


def paths(world: World, rule: Rule, nis_code: str) -> Iterator[str]:
    """The paths of a route about what there is of a municipality."""
    side = next(side for side in world.sides if side.nis_code == nis_code)
    questionnaire = world.town.held.catalogue.questionnaire
    choices: dict[str, list[Any]] = {
        "id_": [side.finished.id, side.open.id, side.view.id],
        "account_id": [account.id for account in side.accounts],
        "nis_code": [nis_code],
        "sheet": ["answers", "comparisons", "actions"],
        "kind": ["clusters", "organisations"],
        "question_id": ["chair"],
        "section_id": [section.id for section in questionnaire.sections],
        "number": [1, 2, 3, 4],
        "action_id": [side.actions[0].id],
        **{name: list(ids) for name, ids in side.more.items()},
    }
    if {"action_id", "meeting_id"} & set(rule.arguments):
        # They belong to one evaluation alone.
        choices["id_"] = [side.open.id]
    names = sorted(rule.arguments)
    named = {name: _known(rule, name) for name in names}
    for values in itertools.product(*(choices.get(name, named[name]) for name in names)):
        given = dict(zip(names, values, strict=True))
        if "section_id" in given and "number" in given:
            section = questionnaire.section_by_id[given["section_id"]]
            if given["number"] > len(section.pages):
                continue
        yield built(world, rule, given)


def pages(world: World, actor: str) -> Iterator[str]:
    """Every path that can be opened about the municipality that an actor has to do with."""
    for rule in routes(world):
        if "GET" in methods_of(rule):
            yield from paths(world, rule, home(actor))


@dataclass(frozen=True)
class Seen:
    """What came of opening a path."""

    status: int
    headers: Headers
    body: bytes

    @property
    def html(self) -> str:
        """The page, or nothing where it is none."""
        is_page = self.headers.get("Content-Type", "").startswith("text/html")
        return self.body.decode() if is_page else ""


def visited(world: World, actor: str) -> Mapping[str, Seen]:
    """Every path that an actor can open but the PDFs, as the world was made."""
    key = f"seen by {actor}"
    if key not in world.found:
        world.reset()
        found: dict[str, Seen] = {}
        for path in pages(world, actor):
            if not path.endswith(".pdf"):
                answer = world.client(actor).get(path)
                found[path] = Seen(answer.status_code, answer.headers, answer.get_data())
        world.found[key] = found
        world.reset()
    made: Mapping[str, Seen] = world.found[key]
    return made


_NOTHING = Form("", MultiDict())


class _Reader(HTMLParser):
    """The forms of a page, by address; the pages themselves are looked at elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, Form] = {}
        self._form: Form | None = None
        self._text: str | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a field in."""
        held = {name: value or "" for name, value in attrs}
        name, value = held.get("name", ""), held.get("value", "")
        if tag == "form":
            action = held.get("action", "")
            new = held.get("method") == "post" and action not in self.found
            self._form = Form(action, MultiDict()) if new else None
            return
        if self._form is None:
            return
        fields = self._form.fields
        match tag, held.get("type"):
            case "input", "file":
                self._form.files.append(name)
            case "input", "radio" | "checkbox" if "checked" not in held:
                pass
            case "input", _:
                fields.add(name, value)
            case "textarea", _:
                self._text = name
                fields[name] = ""
            case "select", _:
                self._select = name
                fields[name] = ""
            case "option", _ if "selected" in held or not fields[self._select]:
                fields[self._select] = value
            case "button", _ if name and name not in fields:
                fields.add(name, value)

    def handle_data(self, data: str) -> None:
        """Take the text of an area in."""
        if self._form is not None and self._text is not None:
            self._form.fields[self._text] += data

    def handle_endtag(self, tag: str) -> None:
        """Keep a form that is complete."""
        if tag == "textarea":
            self._text = None
        elif tag == "form" and self._form is not None:
            self.found[self._form.path] = self._form
            self._form = None


def forms_on(path: str, html: str) -> Iterator[Form]:
    """The forms of a page, each address once, with the first of its buttons."""
    reader = _Reader()
    reader.feed(html)
    for form in reader.found.values():
        yield form if form.path else replace(form, path=path)


def _besides(world: World, actor: str) -> Iterator[Form]:
    """The forms that stand on pages which no address alone leads to."""
    if actor == "nobody":
        link = MultiDict({"password": _NEW, "again": _NEW})
        yield Form("/link/password", link, opened_by=link_of(world.own.waiting))
    if actor == "administrator":
        for kind, rows in (("clusters", "24062,5"), ("organisations", "24062,0207.521.503")):
            head = "nis_code,cluster" if kind == "clusters" else "nis_code,kbo"
            fields = MultiDict({"content": f"{head}\n{rows}\n", "base": "0"})
            yield Form(f"/admin/lists/{kind}/load", fields)


def forms(world: World, actor: str) -> list[Form]:
    """Every form that an actor finds, one for each address, as it stands on the page."""
    key = f"forms of {actor}"
    if key not in world.found:
        found: dict[str, Form] = {}
        for path, seen in visited(world, actor).items():
            if seen.status == 200:
                for form in forms_on(path, seen.html):
                    # The same button stands on several pages; one of them has more to fill in.
                    if len(form.fields) > len(found.get(form.path, _NOTHING).fields):
                        found[form.path] = form
        found |= {form.path: form for form in _besides(world, actor)}
        for form in found.values():
            form.fields["csrf_token"] = world.tokens[actor]
        world.found[key] = [found[path] for path in sorted(found)]
    made: list[Form] = world.found[key]
    # Everybody can sign in or out; a test without forms would find nothing wrong.
    assert made, actor
    return made


def one_of_each(world: World, actor: str) -> list[Form]:
    """The forms of an actor, for each route the one with most to fill in."""
    found: dict[str, Form] = {}
    for form in forms(world, actor):
        endpoint = form.endpoint(world)
        if len(form.fields) > len(found.get(endpoint, _NOTHING).fields):
            found[endpoint] = form
    return list(found.values())


def filled(world: World, actor: str, form: Form) -> Fields:
    """The fields of a form as somebody fills them in who wants it to be accepted."""
    new_password = form.path == "/account/password" or form.path == "/link/password"
    wanted = {
        "name": "Leuven" if form.path == "/municipality/delete" else "Iemand Anders",
        "address": "iemand.anders@gemeente.example",
        "password": _NEW if new_password else PASSWORD,
        "again": _NEW,
        "current": PASSWORD,
        "code": "000000",
        "link_code": link_of(world.own.waiting),
        "role": "chair",
        "nis_code": OWN,
        "discipline": "youth_work",
        "coach": world.people["stranger"].id,
        "title": "Een nieuwe actie",
        "day": "24/11/2026",
        "length": "60",
        "text": "Een tekst",
        "agreed": "Een afspraak",
        "reason": "Een reden",
        "cluster": "4",
    }
    fields = MultiDict(form.fields)
    if form.path.startswith("/evaluations/new"):
        del wanted["nis_code"]
    if form.path.endswith("/contributors"):
        # What is ticked must be one; the page ticks nothing by itself.
        fields["section"] = "composition"
    for name in fields:
        if name in wanted:
            fields[name] = wanted[name]
    if form.path == "/sign-in":
        fields["address"] = world.own.officer.address
    return fields


def file_name(path: str) -> str:
    """A name that what is sent to an address may have."""
    return "a.csv" if "/lists/" in path else "a.json"


def sent(client: Browser, form: Form, fields: Mapping[str, Any], **options: Any) -> TestResponse:
    """The answer to a form, its file a sound one."""
    data: MultiDict[str, Any] = MultiDict(fields)
    for name in form.files:
        lines = b"nis_code,cluster\n24062,4\n"
        sound = lines if "/lists/" in form.path else json.dumps(a_document()).encode()
        data.add(name, (io.BytesIO(sound), file_name(form.path)))
    if form.opened_by:
        client.follow_link(form.opened_by)
    return client.post(form.path, data=data, **options)
