"""Correcting the details of an account: whose, by whom, and what comes of it."""

from pathlib import Path

import pytest

from evaltool.domain.access import MUNICIPAL_ROLES, Role
from evaltool.domain.accounts import Account, AccountState, LinkPurpose
from evaltool.identity.tokens import digest
from tests.hosting import OTHER, PASSWORD, HostedClient, Town, a_token, a_town, link_on

NEW = "nog een zin die niemand raadt 3"


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return a_town(tmp_path)


def administrator(town: Town) -> HostedClient:
    return town.signed_in(town.person(Role.ADMINISTRATOR, second_factor="sealed"))


def now(town: Town, who: Account) -> Account:
    return town.held.store.accounts.get(who.id)


def actions(town: Town) -> list[tuple[str, str]]:
    found = [entry.event for entry in town.held.store.audit.entries()]
    return [(event.action, event.detail) for event in found]


@pytest.mark.parametrize("role", [Role.OFFICER, Role.CHAIR, Role.CONTRIBUTOR, Role.COACH])
def test_everybody_corrects_the_own_name(town: Town, role: Role) -> None:
    who = town.person(role, second_factor="sealed")
    client = town.signed_in(who)
    assert "/account/name" in client.get("/account").get_data(as_text=True)
    assert who.name in client.get("/account/name").get_data(as_text=True)
    assert client.send("/account/name", name=" An Peeters ").status_code == 303
    assert now(town, who).name == "An Peeters"
    assert now(town, who).role is role
    assert actions(town) == [("name_changed", who.id)]


@pytest.mark.parametrize(("name", "told"), [("", "Geef een naam."), ("x" * 121, "hoogstens 120")])
def test_a_name_that_cannot_be_is_refused(town: Town, name: str, told: str) -> None:
    who = town.person(Role.CHAIR)
    answer = town.signed_in(who).send("/account/name", name=name)
    assert answer.status_code == 422
    assert told in answer.get_data(as_text=True)
    assert now(town, who) == who
    assert actions(town) == []


def test_an_officer_corrects_the_name_of_a_colleague_and_of_nobody_else(town: Town) -> None:
    officer, chair = town.signed_in(town.person(Role.OFFICER)), town.person(Role.CHAIR)
    address = f"/municipality/colleagues/{chair.id}/name"
    assert address in officer.get("/municipality/colleagues").get_data(as_text=True)
    assert officer.send(address, name="Bo Claes", role="officer", address="x@y.be").status_code
    assert now(town, chair).name == "Bo Claes"
    assert (now(town, chair).role, now(town, chair).address) == (Role.CHAIR, chair.address)
    others = (
        town.person(Role.OFFICER, OTHER),
        town.person(Role.COACH, second_factor="sealed"),
        town.person(Role.CONTRIBUTOR),
    )
    for other in others:
        sent = officer.send(f"/municipality/colleagues/{other.id}/name", name="Zij")
        assert sent.status_code == 404
        assert now(town, other).name == other.name
    refused = town.signed_in(now(town, chair)).send(address, name="Ik")
    assert refused.status_code == 403


def test_an_administrator_makes_a_chair_an_officer_who_signs_in_anew(town: Town) -> None:
    chair = town.person(Role.CHAIR)
    theirs, client = town.signed_in(chair), administrator(town)
    page = client.get(f"/admin/accounts/{chair.id}").get_data(as_text=True)
    assert f"/admin/accounts/{chair.id}/change" in page
    sent = {"name": chair.name, "role": "officer", "address": chair.address}
    assert client.send(f"/admin/accounts/{chair.id}/change", **sent).status_code == 303
    changed = now(town, chair)
    assert (changed.role, changed.nis_code) == (Role.OFFICER, chair.nis_code)
    assert theirs.get("/account").status_code == 303
    again = town.client().send("/sign-in", address=chair.address, password=PASSWORD)
    assert again.status_code == 303
    assert ("role_changed", chair.id) in actions(town)


def test_the_only_officer_of_a_municipality_stays_one(town: Town) -> None:
    officer, client = town.person(Role.OFFICER), administrator(town)
    sent = {"name": officer.name, "role": "chair", "address": officer.address}
    answer = client.send(f"/admin/accounts/{officer.id}/change", **sent)
    assert answer.status_code == 422
    assert "enige preventieambtenaar van Leuven" in answer.get_data(as_text=True)
    assert now(town, officer).role is Role.OFFICER
    town.person(Role.OFFICER)
    assert client.send(f"/admin/accounts/{officer.id}/change", **sent).status_code == 303
    assert now(town, officer).role is Role.CHAIR


@pytest.mark.parametrize("wanted", ["administrator", "coach", "contributor", "local", ""])
@pytest.mark.parametrize("role", [Role.CHAIR, Role.COACH, Role.CONTRIBUTOR])
def test_no_role_of_another_kind_can_be_had_so(town: Town, role: Role, wanted: str) -> None:
    who, client = town.person(role, second_factor="sealed"), administrator(town)
    sent = {"name": who.name, "role": wanted, "address": who.address}
    answer = client.send(f"/admin/accounts/{who.id}/change", **sent)
    assert answer.status_code == (422 if role in MUNICIPAL_ROLES else 303)
    assert now(town, who).role is role


def test_another_address_is_confirmed_by_a_link_and_the_password_of_before_is_gone(
    town: Town,
) -> None:
    who = town.person(Role.COACH, second_factor="sealed")
    accounts = town.held.store.accounts
    accounts.make_link(who.id, LinkPurpose.RESET, digest(a_token("of before")), town.clock.at)
    theirs, client = town.signed_in(who), administrator(town)
    sent = {"name": who.name, "address": " An@Nieuw.example "}
    page = client.send(f"/admin/accounts/{who.id}/change", **sent).get_data(as_text=True)
    changed = now(town, who)
    assert (changed.address, changed.state) == ("an@nieuw.example", AccountState.INVITED)
    assert changed.second_factor == "sealed"
    assert theirs.get("/account").status_code == 303
    assert town.client().follow_link(a_token("of before")).status_code == 404
    for address in (who.address, "an@nieuw.example"):
        refused = town.client().send("/sign-in", address=address, password=PASSWORD)
        assert refused.status_code == 422
    led = town.client().choose_by_link(link_on(page), NEW)
    # The second factor is asked, as ever.
    assert led.headers["Location"] == "/sign-in/code"
    assert now(town, who).state is AccountState.ACTIVE
    assert ("address_changed", who.id) in actions(town)


def test_an_address_of_another_account_is_refused_and_nothing_is_changed(town: Town) -> None:
    who, other = town.person(Role.CHAIR), town.person(Role.OFFICER)
    sent = {"name": "Iemand anders", "role": "chair", "address": other.address}
    answer = administrator(town).send(f"/admin/accounts/{who.id}/change", **sent)
    assert answer.status_code == 422
    assert "al een account met dit adres" in answer.get_data(as_text=True)
    assert now(town, who) == who
    assert actions(town) == []


def test_a_closed_account_stays_closed_with_another_address(town: Town) -> None:
    who = town.person(Role.CHAIR, state=AccountState.CLOSED)
    sent = {"name": who.name, "role": "chair", "address": "an@nieuw.example"}
    answer = administrator(town).send(f"/admin/accounts/{who.id}/change", **sent)
    assert answer.status_code == 303
    assert now(town, who).state is AccountState.CLOSED


def test_who_signs_in_elsewhere_keeps_role_and_address_from_there(town: Town) -> None:
    who = town.person(Role.CHAIR)
    town.held.store.accounts.change(who.id, subject="provider|1")
    client = administrator(town)
    page = client.get(f"/admin/accounts/{who.id}/change").get_data(as_text=True)
    assert 'name="address"' not in page
    sent = {"name": "An", "role": "officer", "address": "an@nieuw.example"}
    client.send(f"/admin/accounts/{who.id}/change", **sent)
    changed = now(town, who)
    assert (changed.name, changed.role, changed.address) == ("An", Role.CHAIR, who.address)


def test_the_own_account_of_an_administrator_has_its_name_alone(town: Town) -> None:
    who = town.person(Role.ADMINISTRATOR, second_factor="sealed")
    answer = town.signed_in(who).get(f"/admin/accounts/{who.id}/change")
    assert answer.headers["Location"] == "/account/name"
