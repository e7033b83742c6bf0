"""Who is the last that can look after a municipality, or the tool: told beforehand, or kept."""

from pathlib import Path

import pytest

from evaltool.domain.access import Role
from evaltool.domain.accounts import Account, AccountState, is_last
from tests.factories import a_single_sign_on
from tests.hosting import NOW, OTHER, OWN, PASSWORD, HostedClient, Town, a_town, link_on

ONLY = "enige actieve preventieambtenaar van Leuven"


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return a_town(tmp_path, single_sign_on=a_single_sign_on())


def an_account(
    id_: str,
    role: Role = Role.OFFICER,
    nis_code: str | None = OWN,
    state: AccountState = AccountState.ACTIVE,
) -> Account:
    return Account(id_, f"{id_}@gemeente.example", id_, role, nis_code, state, NOW)


@pytest.mark.parametrize(
    ("other", "last"),
    [
        (an_account("other"), False),
        (an_account("other", state=AccountState.INVITED), True),
        (an_account("other", state=AccountState.CLOSED), True),
        (an_account("other", Role.CHAIR), True),
        (an_account("other", nis_code=OTHER), True),
        (an_account("one"), True),
    ],
)
def test_another_of_the_same_place_that_is_active_goes_on(other: Account, last: bool) -> None:
    assert is_last(an_account("one"), [other]) is last


def test_who_was_only_invited_is_followed_by_whoever_was(town: Town) -> None:
    waiting = an_account("one", state=AccountState.INVITED)
    assert is_last(waiting, [])
    for state in (AccountState.INVITED, AccountState.ACTIVE):
        assert not is_last(waiting, [an_account("other", state=state)])
    assert not is_last(an_account("one", state=AccountState.CLOSED), [])


def a_coach(town: Town) -> tuple[Account, HostedClient]:
    """A coach whom both municipalities let in."""
    who = town.person(Role.COACH, second_factor="sealed")
    for code in (OWN, OTHER):
        town.held.store.consents.give(code, who.id, by="officer", at=town.clock.at)
    return who, town.signed_in(who)


def let_in(town: Town, coach: Account) -> list[str]:
    return [consent.nis_code for consent in town.held.store.consents.to_coach(coach.id)]


def told(town: Town) -> list[tuple[str, str, str]]:
    found = [entry.event for entry in town.held.store.audit.entries()]
    return [(event.action, event.nis_code, event.detail) for event in found]


def test_the_last_officer_is_told_what_stays_and_what_to_do_first(town: Town) -> None:
    who, evaluation = town.person(Role.OFFICER), town.evaluation()
    client, (coach, theirs) = town.signed_in(who), a_coach(town)
    page = client.get("/account/delete")
    assert ONLY.replace("enige", "de enige") in page.text
    for first in ("/municipality/colleagues", "/municipality/data.zip", "/municipality/delete"):
        assert f'href="{first}"' in page.text
    assert theirs.get(f"/evaluations/{evaluation.id}").status_code == 200
    assert client.send("/account/delete", password=PASSWORD).status_code == 303
    # Nobody there could withdraw it any more.
    assert let_in(town, coach) == [OTHER]
    assert theirs.get(f"/evaluations/{evaluation.id}").status_code == 404
    assert ("consent_withdrawn", OWN, coach.id) in told(town)
    assert town.held.evaluations.get(evaluation.id)


def test_an_officer_who_has_a_colleague_leaves_without_more_ado(town: Town) -> None:
    client, (coach, _) = town.signed_in(town.person(Role.OFFICER)), a_coach(town)
    town.person(Role.OFFICER)
    assert ONLY not in client.get("/account/delete").text
    client.send("/account/delete", password=PASSWORD)
    assert let_in(town, coach) == [OWN, OTHER]


def test_a_successor_who_did_not_come_yet_is_none(town: Town) -> None:
    client, (coach, _) = town.signed_in(town.person(Role.OFFICER)), a_coach(town)
    town.person(Role.OFFICER, state=AccountState.INVITED)
    town.person(Role.CHAIR)
    assert ONLY in client.get("/account/delete").text
    client.send("/account/delete", password=PASSWORD)
    assert let_in(town, coach) == [OTHER]


@pytest.mark.parametrize("what", ["close", "delete"])
def test_an_administrator_is_told_whose_municipality_is_left_alone(town: Town, what: str) -> None:
    manager = town.signed_in(town.person(Role.ADMINISTRATOR, second_factor="sealed"))
    who, (coach, _) = town.person(Role.OFFICER), a_coach(town)
    path = f"/admin/accounts/{who.id}"
    page = manager.get(path if what == "close" else f"{path}/delete")
    assert ONLY in page.text
    assert who.name in page.text
    assert manager.send(f"{path}/{what}", wanted="closed").status_code == 303
    assert let_in(town, coach) == [OTHER]
    assert ("consent_withdrawn", OWN, coach.id) in told(town)


def test_of_others_an_administrator_hears_nothing_of_the_kind(town: Town) -> None:
    manager = town.signed_in(town.person(Role.ADMINISTRATOR, second_factor="sealed"))
    for who in (town.person(Role.CHAIR), town.person(Role.COACH, second_factor="sealed")):
        assert "enige actieve" not in manager.get(f"/admin/accounts/{who.id}").text
    closed = town.person(Role.OFFICER, state=AccountState.CLOSED)
    assert "enige actieve" not in manager.get(f"/admin/accounts/{closed.id}").text


def test_a_link_to_choose_a_password_ends_with_the_account_that_is_closed(town: Town) -> None:
    manager = town.signed_in(town.person(Role.ADMINISTRATOR, second_factor="sealed"))
    who = town.person(Role.OFFICER)
    path = f"/admin/accounts/{who.id}"
    page = manager.send(f"{path}/link").text
    assert town.client().follow_link(link_on(page)).status_code == 200
    manager.send(f"{path}/close", wanted="closed")
    manager.send(f"{path}/close", wanted="open")
    assert town.client().follow_link(link_on(page)).status_code == 404


# What asks for the password first


def from_elsewhere(town: Town) -> Account:
    """An officer who signs in at her organisation."""
    made = town.held.store.accounts.create(
        address="an@leuven.example", name="An", role=Role.OFFICER, nis_code=OWN, at=town.clock.at
    )
    return town.held.store.accounts.change(made.id, subject="s|an", state=AccountState.ACTIVE)


def test_taking_all_of_a_municipality_along_asks_for_the_password(town: Town) -> None:
    client = town.signed_in(town.person(Role.OFFICER))
    asked = client.get("/municipality/data.zip")
    assert (asked.status_code, asked.mimetype) == (200, "text/html")
    for password in ("", "een ander wachtwoord"):
        refused = client.send("/municipality/data.zip", password=password)
        assert (refused.status_code, refused.mimetype) == (422, "text/html")
        assert 'href="#password"' in refused.text
    assert told(town) == []
    taken = client.send("/municipality/data.zip", password=PASSWORD)
    assert (taken.status_code, taken.mimetype) == (200, "application/zip")
    assert [action for action, *_ in told(town)] == ["municipality_exported"]


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("/municipality/data.zip", {}, 200),
        ("/municipality/delete", {"name": "Leuven"}, 303),
        ("/account/delete", {}, 303),
    ],
)
def test_who_has_no_password_here_must_have_signed_in_just_now(
    town: Town, path: str, fields: dict[str, str], status: int
) -> None:
    who = from_elsewhere(town)
    client = town.signed_in(who)
    assert 'name="password"' not in client.get(path).text
    town.clock.forward(minutes=10)
    refused = client.send(path, **fields)
    assert refused.status_code == 422
    assert "net zijn aangemeld" in refused.text
    assert told(town) == []
    again = town.signed_in(who)
    town.clock.forward(minutes=9)
    assert again.send(path, **fields).status_code == status
