"""Requests that another site has a browser send: refused, and nothing changed."""

from collections.abc import Iterator
from typing import Any

import pytest
from itsdangerous import URLSafeTimedSerializer

from tests.attacks.forms import filled, methods_of, one_of_each, pages, routes, sent
from tests.attacks.kept import everything, nothing_changes
from tests.attacks.world import ACTORS, HOST, World
from tests.conftest import ROOT

EXEMPT = {"single_sign_on.logged_out"}
"""Sent by the provider itself, with a token that it signed: see tests/test_oidc.py."""


def forgeries(world: World, actor: str) -> Iterator[tuple[str, str | None, dict[str, Any]]]:
    """How a request can be forged: a name, the token that is sent, and what else is different."""
    right = world.tokens[actor]
    other = world.tokens["stranger" if actor == "officer" else "officer"]
    made = URLSafeTimedSerializer("another key", salt="wtf-csrf-token").dumps("0" * 40)
    elsewhere = {"Referer": "https://evil.example/form"}
    like_ours = {"Referer": "https://evaluatie.example.evil.example/"}
    in_the_clear = {"Referer": "http://evaluatie.example/"}
    yield "no token", None, {}
    yield "an empty token", "", {}
    yield "a token of somebody else's session", other, {}
    yield "a token of another key", str(made), {}
    yield "the token cut off", right[:-1], {}
    yield "from elsewhere", right, {"headers": elsewhere}
    yield "from a name that begins like ours", right, {"headers": like_ours}
    yield "from a page in the clear", right, {"headers": in_the_clear}
    yield "from nowhere", right, {"environ_overrides": {"HTTP_REFERER": ""}}


@pytest.mark.parametrize("actor", [actor for actor in ACTORS if actor != "other officer"])
def test_a_forged_form_is_refused_and_changes_nothing(world: World, actor: str) -> None:
    before = everything(world)
    for form in one_of_each(world, actor):
        fields = filled(world, actor, form)
        for name, token, options in forgeries(world, actor):
            fields.pop("csrf_token", None)
            if token is not None:
                fields["csrf_token"] = token
            answer = sent(world.client(actor), form, fields, **options)
            assert answer.status_code == 400, (form.path, name)
            assert everything(world) == before, (form.path, name)


def test_the_same_forms_do_something_when_they_are_ours(world: World) -> None:
    before, worked = everything(world), set()
    for actor in ACTORS:
        for form in one_of_each(world, actor):
            if form.endpoint(world) not in worked:
                sent(world.client(actor), form, filled(world, actor, form))
                if everything(world) != before:
                    worked.add(form.endpoint(world))
                    world.reset()
    # Without this the test above would pass for forms that never do anything. What is left only
    # answers with a page, or has nothing to do in this world.
    every = {rule.endpoint for rule in routes(world) if "POST" in methods_of(rule)} - EXEMPT
    assert len(worked) > 0.7 * len(every), every - worked


@pytest.mark.parametrize("actor", ACTORS)
def test_what_only_reads_changes_nothing(world: World, actor: str) -> None:
    """An address in a picture or a link is followed without any token."""
    both = {rule.endpoint for rule in routes(world) if {"GET", "POST"} <= (rule.methods or set())}
    adapter = world.town.app.url_map.bind(HOST)
    with nothing_changes(world) as unchanged:
        for path in pages(world, actor):
            if not path.endswith((".pdf", ".xlsx")):
                world.client(actor).head(path)
                unchanged(f"HEAD {path}")
                if adapter.match(path)[0] in both:
                    world.client(actor).get(path)
                    unchanged(f"GET {path}")
        world.client(actor).options("/account/delete")
        unchanged("OPTIONS")


def test_no_route_takes_for_a_form_whatever_is_not_get() -> None:
    """HEAD is answered by whatever answers GET, and needs no token."""
    modules = (ROOT / "evaltool" / "web").rglob("*.py")
    found = [path.name for path in modules if 'method == "GET"' in path.read_text("utf-8")]
    assert found == []


@pytest.mark.parametrize("actor", ["officer", "administrator"])
def test_a_form_cannot_be_sent_as_an_address(world: World, actor: str) -> None:
    with nothing_changes(world) as unchanged:
        for form in one_of_each(world, actor):
            fields = filled(world, actor, form)
            for query in (fields, {**fields, "_method": "POST"}):
                override = {"X-HTTP-Method-Override": "POST"}
                world.client(actor).get(form.path, query_string=query, headers=override)
                unchanged(form.path)
