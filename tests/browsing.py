"""Forms as a browser without JavaScript sends them: what stands on the page, with changes."""

import io
import json
from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree.ElementTree import Element

from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from evaltool.domain.answers import Answers
from evaltool.domain.questionnaire import Kind, Questionnaire
from evaltool.web.walk import Stop
from tests.html_checks import tree_of

Fields = MultiDict[str, str]


def parsed(response: TestResponse) -> Element:
    """The page of an answer as a tree."""
    return tree_of(response.get_data(as_text=True))[0]


def text_of(element: Element | None) -> str:
    """The words of an element, with single spaces."""
    assert element is not None
    return " ".join("".join(element.itertext()).split())


def _form_to(page: Element, action: str) -> tuple[Element, str]:
    """The (first) form that is sent to an address that ends in ``action``, and that address.

    A form is sent where it says, or where one of its buttons says.
    """
    for form in page.iter("form"):
        if form.get("action", "").endswith(action):
            return form, form.get("action", "")
    for form in page.iter("form"):
        id_ = form.get("id")
        own = [
            *form.iter("button"),
            *(b for b in page.iter("button") if id_ and b.get("form") == id_),
        ]
        for button in own:
            if button.get("formaction", "").endswith(action):
                return form, button.get("formaction", "")
    raise AssertionError(f"no form to {action!r}")


def form_of(response: TestResponse, action: str = "") -> Fields:
    """The fields of the (first) form that is sent to an address that ends in ``action``."""
    form, _ = _form_to(parsed(response), action)
    fields: Fields = MultiDict()
    for element in form.iter():
        name = element.get("name")
        if name is None or element.tag == "button":
            continue
        if element.tag == "input":
            ticked = element.get("type") not in ("radio", "checkbox") or "checked" in element.attrib
            if ticked and element.get("type") != "file":
                fields.add(name, element.get("value", ""))
        elif element.tag == "textarea":
            fields.add(name, "".join(element.itertext()))
        elif element.tag == "select":
            chosen = [o for o in element.iter("option") if "selected" in o.attrib]
            first = next(iter(element.iter("option")))
            fields.add(name, (chosen or [first])[0].get("value", ""))
    return fields


def changed(fields: Fields, changes: Mapping[str, str | Iterable[str]]) -> Fields:
    """The same fields, some of them filled in otherwise."""
    result = MultiDict(fields)
    for name, value in changes.items():
        result.setlist(name, [value] if isinstance(value, str) else list(value))
    return result


def filled(stop: Stop, questionnaire: Questionnaire, answers: Answers) -> Fields:
    """The fields with which a page of the walk sends these answers."""
    fields: Fields = MultiDict()
    for question in stop.questions:
        value = answers.values.get(question.id)
        match question.kind, value:
            case Kind.SINGLE, str():
                fields[question.id] = value
            case Kind.MULTI, tuple():
                fields.setlist(question.id, list(value))
            case Kind.RANKING, tuple():
                fields.update({f"{question.id}:{i}": item for i, item in enumerate(value, 1)})
            case Kind.TREND, Mapping():
                fields.update({f"{question.id}:{form}": trend for form, trend in value.items()})
        for prefix, held in (("note:", answers.notes), ("other:", answers.other_text)):
            if question.id in held:
                fields[prefix + question.id] = held[question.id]
    return fields


def send(client: FlaskClient, page: TestResponse, action: str = "", **changes: Any) -> TestResponse:
    """Send a form of a page; keyword ``fields`` holds changes whose names are no identifiers."""
    more = changes.pop("fields", {})
    data = changed(form_of(page, action), {**changes, **more})
    _, address = _form_to(parsed(page), action)
    return client.post(address or page.request.path, data=data)


def begun(client: FlaskClient, nis_code: str = "24062", cluster: str = "5") -> str:
    """The address of a new evaluation."""
    card = client.get("/evaluations/new", query_string={"name": nis_code})
    answer = send(client, card, "/evaluations/new", cluster=cluster)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.headers["Location"]


def put_in(client: FlaskClient, **files: object) -> TestResponse:
    """Import files; a document as what it holds, or the bytes of a file."""
    data: MultiDict[str, object] = MultiDict(form_of(client.get("/"), "/import"))
    for name, held in files.items():
        raw = held if isinstance(held, bytes) else json.dumps(held).encode()
        data.add("file", (io.BytesIO(raw), f"{name}.json"))
    return client.post("/evaluations/import", data=data)


def imported(client: FlaskClient, raw: bytes) -> str:
    """The address of a new evaluation with the answers of a file that holds ``raw``."""
    answer = put_in(client, answers=raw)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.headers["Location"]
