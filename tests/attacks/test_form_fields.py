"""Fields that a form does not have, and texts that try to be SQL."""

from collections.abc import Iterator

import pytest
from werkzeug.datastructures import MultiDict

from evaltool.domain.audit import verify
from tests.attacks.forms import Form, filled, one_of_each, pages, sent
from tests.attacks.kept import effect, everything, untouchable
from tests.attacks.world import ACTORS, World, forbidden
from tests.browsing import Fields
from tests.hosting import OTHER

DIFFERENT = [actor for actor in ACTORS if actor != "other officer"]
"""Whose forms are not those of somebody else."""

QUOTES = "o'hara\"`; --/*"
PAYLOADS = (
    QUOTES,
    "' OR '1'='1",
    "x'; DROP TABLE accounts; --",
    "') UNION SELECT address, password, name, id FROM accounts --",
    f"'; UPDATE accounts SET role = 'administrator', nis_code = '{OTHER}' --",
    "1; ATTACH DATABASE 'elsewhere' AS e; --",
    "%' ESCAPE '\\",
    "\\'; SELECT load_extension('x'); --",
)


def smuggled(world: World) -> dict[str, str]:
    """What an attacker adds to a form in the hope that it is taken over."""
    return {
        "role": "administrator",
        "nis_code": OTHER,
        "state": "active",
        "id": world.other.officer.id,
        "id_": world.other.open.id,
        "account": world.other.officer.id,
        "account_id": world.other.officer.id,
        "contributor": world.other.contributor.id,
        "view_of": world.other.open.id,
        "invited_by": OTHER,
        "stage": "full",
        "status": "finished",
        "subject": "https://provider.example|somebody",
        "edition": "1999",
        "survey": "1999",
        "cluster_proposed": "1",
        "created_at": "2020-01-01T00:00:00+00:00",
        "evaluation": world.other.open.id,
        "given_by": world.other.officer.id,
        "is_admin": "true",
        "role[]": "administrator",
        "account.role": "administrator",
        "__class__": "administrator",
    }


@pytest.mark.parametrize("actor", DIFFERENT)
def test_a_field_that_a_form_does_not_have_does_nothing(world: World, actor: str) -> None:
    before = everything(world)
    for form in one_of_each(world, actor):
        fields = filled(world, actor, form)
        if form.path.endswith("/add"):
            # The state is a field of an action as well: the page for a new one does not show it.
            fields["state"] = "busy"
        sent(world.client(actor), form, fields)
        plain = effect(world, before)
        world.reset()
        more = fields.copy()
        for name, value in smuggled(world).items():
            if name not in fields:
                more.add(name, value)
        sent(world.client(actor), form, more)
        assert effect(world, before) == plain, form.path
        world.reset()


def test_a_field_that_is_sent_twice_counts_once(world: World) -> None:
    """The second value passes by a check that looks at the first."""
    before = everything(world)
    actor = "officer"
    for form in one_of_each(world, actor):
        fields = filled(world, actor, form)
        more = fields.copy()
        for name, value in smuggled(world).items():
            if name in fields:
                more.add(name, value)
        sent(world.client(actor), form, more)
        accounts = {row[0]: row for row in effect(world, before)["accounts"]}
        assert OTHER not in str(accounts), form.path
        assert "administrator" not in str(accounts), form.path
        world.reset()


def test_nobody_invites_to_a_role_that_is_not_theirs_to_give(world: World) -> None:
    wanted = {"name": "Iemand", "address": "iemand@gemeente.example", "nis_code": OTHER}
    roles = ("administrator", "coach", "contributor", "local", "nobody", "OFFICER", "officer,coach")
    for actor, path in (
        ("officer", "/municipality/colleagues"),
        ("administrator", "/admin/accounts"),
    ):
        for role in roles:
            if (actor, role) not in {
                ("administrator", "administrator"),
                ("administrator", "coach"),
            }:
                form = Form(
                    path, filled(world, actor, Form(path, MultiDict(wanted | {"role": role})))
                )
                form.fields["csrf_token"], form.fields["role"] = world.tokens[actor], role
                before = everything(world)["accounts"]
                assert sent(world.client(actor), form, form.fields).status_code == 422, role
                assert everything(world)["accounts"] == before, role


def attacked(fields: Fields) -> Iterator[dict[str, str]]:
    """The fields of a form with quotes in each of them, and each payload in all at once."""
    names = [name for name in fields if name != "csrf_token"]
    whole = fields.to_dict()
    for payload in PAYLOADS:
        yield whole | dict.fromkeys(names, payload)
    for number, name in enumerate(names):
        yield whole | {name: QUOTES if number % 2 else PAYLOADS[number % len(PAYLOADS)]}


@pytest.mark.parametrize("actor", DIFFERENT)
def test_no_field_is_taken_for_sql(world: World, actor: str) -> None:
    theirs, tables = untouchable(world, actor), everything(world).keys()
    for form in one_of_each(world, actor):
        for fields in attacked(filled(world, actor, form)):
            answer = sent(world.client(actor), form, fields)
            assert answer.status_code < 500, (form.path, fields)
            text = answer.get_data(as_text=True)
            assert "$argon2" not in text, form.path
            assert not [found for found in forbidden(actor) if found in text], form.path
        # Who has a link may choose a password with it.
        assert untouchable(world, actor) == theirs or form.path == "/link/password", form.path
        assert everything(world).keys() == tables, form.path
        assert verify(world.town.held.store.audit.entries()).broken_at is None
        world.reset()


@pytest.mark.parametrize("actor", ["officer", "administrator", "coach"])
def test_no_part_of_an_address_is_taken_for_sql(world: World, actor: str) -> None:
    seen = {path.rpartition("/")[0] for path in pages(world, actor)}
    for payload in PAYLOADS:
        query = dict.fromkeys(("before", "version", "name", "minutes", "lang", "after"), payload)
        for path in sorted(seen)[:40]:
            answer = world.client(actor).get(f"{path}/{payload}", query_string=query)
            assert answer.status_code < 500, (path, payload)
        for path in ("/municipality/log", "/evaluations/new", "/", "/admin/accounts"):
            answer = world.client(actor).get(path, query_string=query)
            assert answer.status_code < 500, (path, payload)
            assert "$argon2" not in answer.get_data(as_text=True)


def test_a_text_with_sql_in_it_is_kept_as_it_was_typed(world: World) -> None:
    client, open_ = world.client("officer"), world.own.open
    token = world.tokens["officer"]
    for payload in PAYLOADS:
        sound = {"csrf_token": token, "title": payload, "owner": payload, "remark": payload}
        client.post(f"/evaluations/{open_.id}/plan/add", data=sound)
    kept = [planned.action for planned in world.town.held.plans.of(open_.id)]
    assert [(a.title, a.owner, a.remark) for a in kept][-len(PAYLOADS) :] == [
        (payload, payload, payload) for payload in PAYLOADS
    ]
