"""What belongs to somebody else: ids in addresses and in fields, and everything that is shown."""

import re
from collections.abc import Iterator

import pytest
from werkzeug.routing import Rule

from evaltool.domain.access import Role
from evaltool.domain.accounts import AccountState
from tests.attacks.forms import built, methods_of, one_of_each, paths, routes, sent, visited
from tests.attacks.kept import foreign, kept_of, text_in, untouchable
from tests.attacks.world import ACTORS, KINDS, World, forbidden, mark
from tests.hosting import OTHER, OWN, PASSWORD

CLOSED = (303, 401, 403, 404)
"""Sent to sign in, not signed in, not for this role, not there."""


ANSWERING = ("assess.section", "consensus.common", "zones.choose")
"""Forms with a field for each option: what they take is tried elsewhere."""

_TOKEN = re.compile(r'name="csrf_token" value="[^"]*"')


def about_somebody(world: World) -> Iterator[Rule]:
    """The routes with an id in their address."""
    for rule in routes(world):
        if {"id_", "account_id"} & set(rule.arguments):
            yield rule


@pytest.mark.parametrize("actor", ACTORS)
def test_an_id_of_somebody_else_opens_nothing(world: World, actor: str) -> None:
    theirs, refused = untouchable(world, actor), 0
    for rule in about_somebody(world):
        if actor == "administrator" and "account_id" in rule.arguments:
            continue
        for nis_code in foreign(actor):
            for path in paths(world, rule, nis_code):
                for method in methods_of(rule):
                    client = world.client(actor)
                    data = {"csrf_token": world.tokens[actor]} if method == "POST" else None
                    answer = client.open(path, method=method, data=data)
                    assert answer.status_code in CLOSED, (method, path)
                    if actor in ("officer", "other officer", "chair", "coach", "stranger"):
                        # Neither does an answer tell that an id exists.
                        assert answer.status_code in (403, 404), (method, path)
                    refused += 1
    assert untouchable(world, actor) == theirs
    assert refused > 100


@pytest.mark.parametrize("actor", ["officer", "chair", "contributor", "coach"])
def test_what_is_not_there_and_what_is_not_theirs_look_the_same(world: World, actor: str) -> None:
    for rule in about_somebody(world):
        if "GET" not in methods_of(rule):
            continue
        (theirs, *_) = [*paths(world, rule, OTHER), ""]
        if not theirs:
            continue
        nothing = theirs
        for side_id in (*(a.id for a in world.other.accounts), world.other.finished.id):
            nothing = nothing.replace(side_id, "A" * len(side_id))
        nothing = nothing.replace(world.other.open.id, "A" * 22)
        nothing = nothing.replace(world.other.view.id, "A" * 22)
        shown = [world.client(actor).get(path) for path in (theirs, nothing)]
        assert shown[0].status_code == shown[1].status_code, theirs
        bodies = [
            _TOKEN.sub("", answer.get_data(as_text=True).replace(path, ""))
            for answer, path in zip(shown, (theirs, nothing), strict=True)
        ]
        assert bodies[0] == bodies[1], theirs


@pytest.mark.parametrize("actor", ACTORS)
def test_no_page_shows_what_belongs_to_somebody_else(world: World, actor: str) -> None:
    """Looks for texts that stand in the data of others alone; PDFs are looked at elsewhere."""
    marks = [found.encode() for found in forbidden(actor)]
    for path, seen in visited(world, actor).items():
        body = text_in(seen.body)
        assert [found for found in marks if found in body] == [], path
        # The provider of single sign-on does not answer.
        assert seen.status < 500 or "single-sign-on" in path, path


def test_each_mark_is_seen_by_whom_it_belongs_to(world: World) -> None:
    marks = {mark(kind, code).encode() for kind in KINDS for code in (OWN, OTHER)}
    found: set[bytes] = set()
    for actor in ACTORS:
        for seen in visited(world, actor).values():
            found |= {one for one in marks if one in text_in(seen.body)}
    # Without this the test above would pass for marks that are shown to nobody. The one who gave
    # the view of the other municipality is not among those who look, and the coach who wrote of
    # that municipality is no longer let in.
    assert found == marks - {mark(kind, OTHER).encode() for kind in ("view", "coach")}


def test_all_of_a_municipality_holds_nothing_of_another(world: World) -> None:
    answer = world.client("officer").send("/municipality/data.zip", password=PASSWORD)
    assert answer.mimetype == "application/zip"
    body = text_in(answer.get_data())
    assert mark("answer", OWN).encode() in body
    assert [mark(k, OTHER) for k in KINDS if mark(k, OTHER).encode() in body] == []


@pytest.mark.parametrize("actor", ["officer", "chair", "contributor", "coach", "administrator"])
def test_an_id_of_somebody_else_in_a_field_does_nothing(world: World, actor: str) -> None:
    theirs, other = untouchable(world, actor)[OTHER], world.other
    (session, *_) = world.town.held.store.sessions.of(other.officer.id)
    ids = (
        *(other.officer.id, other.contributor.id, other.open.id, other.view.id),
        *(other.actions[0].id, other.nis_code, session.handle),
    )
    tried = 0
    for form in one_of_each(world, actor):
        names = [name for name in form.fields if name != "csrf_token"]
        attempts = [dict.fromkeys(names, id_) for id_ in ids]
        if form.endpoint(world) not in ANSWERING:
            attempts += [{name: ids[place % len(ids)]} for place, name in enumerate(names)]
            attempts += [{name: ids[-1 - place % len(ids)]} for place, name in enumerate(names)]
        for changes in attempts:
            answer = sent(world.client(actor), form, {**form.fields.to_dict(), **changes})
            assert answer.status_code < 500, (form.path, changes)
            tried += 1
        assert untouchable(world, actor)[OTHER] == theirs, form.path
        given = world.rows("SELECT account_id FROM consents WHERE nis_code = ?", OWN)
        assert (other.officer.id,) not in given, form.path
        world.reset()
    assert tried > 30


def test_the_parts_of_an_address_must_belong_together(world: World) -> None:
    """An action of another evaluation, a view of another evaluation, under an id of one's own."""
    token = world.tokens["officer"]
    theirs = kept_of(world, OTHER, whole=True)
    own, other = world.own, world.other
    rule = next(r for r in routes(world) if r.endpoint == "planning.change")
    for planned in (*other.actions, *world.town.held.plans.of(own.finished.id)):
        path = built(world, rule, {"id_": own.open.id, "action_id": planned.id})
        fields = {"csrf_token": token, "title": "anders", "version": "1"}
        assert world.client("officer").get(path).status_code == 404
        assert world.client("officer").post(path, data=fields).status_code == 404
        assert world.client("officer").get(f"{path}/remove").status_code == 404
        world.client("officer").post(f"{path}/remove", data=fields)
    for view in (other.view.id, other.open.id, own.finished.id):
        path = f"/evaluations/{own.open.id}/contributors/remove"
        world.client("officer").post(path, data={"csrf_token": token, "view": view})
    assert kept_of(world, OTHER, whole=True) == theirs
    assert len(world.town.held.plans.of(own.finished.id)) == 3
    assert world.town.held.evaluations.get(own.finished.id) == own.finished


def test_a_coach_loses_everything_with_the_consent(world: World) -> None:
    opened = [
        path
        for path, seen in visited(world, "coach").items()
        if seen.status == 200 and ("/evaluations/" in path or f"/coaching/{OWN}" in path)
    ]
    assert len(opened) > 10
    world.town.held.store.consents.withdraw(OWN, world.people["coach"].id)
    for path in opened:
        assert world.client("coach").get(path).status_code in (403, 404), path


@pytest.mark.parametrize("change", ["closed", "deleted", "moved", "made a chair"])
def test_a_session_that_is_open_has_no_more_than_its_account(world: World, change: str) -> None:
    accounts, officer = world.town.held.store.accounts, world.own.officer
    path = f"/evaluations/{world.own.open.id}/answers.json"
    assert world.client("officer").get(path).status_code == 200
    if change == "closed":
        accounts.change(officer.id, state=AccountState.CLOSED)
    elif change == "deleted":
        accounts.delete(officer.id)
    elif change == "moved":
        accounts.move(officer.id, OTHER)
    else:
        accounts.change(officer.id, role=Role.CHAIR)
    assert world.client("officer").get(path).status_code in CLOSED
