"""Two who do something at the very same moment: what may be done once is done once."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import Barrier, BrokenBarrierError, Thread, local

import pytest

from evaltool.domain.access import Role
from evaltool.domain.accounts import Account, AccountState, LinkPurpose, Stage
from evaltool.identity.passwords import is_right
from evaltool.identity.second_factor import normal_recovery_code
from evaltool.identity.tokens import digest
from evaltool.web.context import install
from tests.hosting import OWN, PASSWORD, HostedClient, Town, a_token, a_town

NEW = ("nog een zin die niemand raadt 3", "en nog een die niemand raadt 4")
SOON = 5.0
"""Seconds that the one waits for the other."""


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return a_town(tmp_path)


def meeting(
    together: Callable[[], AbstractContextManager[object]], number: int
) -> Callable[[], AbstractContextManager[object]]:
    """A way to change something at which so many wait for each other, each the first time."""
    barrier, here = Barrier(number), local()

    @contextmanager
    def begun() -> Iterator[object]:
        if not getattr(here, "met", False):
            here.met = True
            with suppress(BrokenBarrierError):
                barrier.wait(SOON)
        with together() as held:
            yield held

    return begun


def at_once(
    town: Town, *requests: tuple[HostedClient, str, dict[str, str]]
) -> list[tuple[int, str]]:
    """Send forms of which each was let through before any of them changed something.

    What came of them: the statuses and where they lead, in order.
    """
    store = town.held.store
    met = meeting(store.together, len(requests))
    install(town.app, replace(town.held, store=replace(store, together=met)))
    data = [{**fields, "csrf_token": client.token()} for client, _, fields in requests]
    answers: list[tuple[int, str]] = []

    def ask(number: int) -> None:
        client, path, _ = requests[number]
        answer = client.post(path, data=data[number])
        answers.append((answer.status_code, answer.headers.get("Location", "")))

    threads = [Thread(target=ask, args=[number]) for number in range(len(requests))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(answers)


def statuses(answers: list[tuple[int, str]]) -> list[int]:
    return [status for status, _ in answers]


def administrator(town: Town, state: AccountState = AccountState.ACTIVE) -> Account:
    return town.person(Role.ADMINISTRATOR, second_factor="sealed", state=state)


def left(town: Town) -> list[AccountState]:
    known = town.held.store.accounts.listing(role=Role.ADMINISTRATOR)
    return sorted(one.state for one in known)


def actions(town: Town) -> list[str]:
    return [entry.event.action for entry in town.held.store.audit.entries()]


def test_of_two_administrators_who_leave_at_once_one_stays(town: Town) -> None:
    two = [town.signed_in(administrator(town)) for _ in range(2)]
    answers = at_once(
        town, *((client, "/account/delete", {"password": PASSWORD}) for client in two)
    )
    assert statuses(answers) == [303, 422]
    assert left(town) == [AccountState.ACTIVE]
    assert actions(town) == ["account_deleted"]


@pytest.mark.parametrize("what", ["close", "delete"])
def test_of_two_administrators_who_put_each_other_out_at_once_one_stays(
    town: Town, what: str
) -> None:
    one, other = administrator(town), administrator(town)
    answers = at_once(
        town,
        (town.signed_in(one), f"/admin/accounts/{other.id}/{what}", {"wanted": "closed"}),
        (town.signed_in(other), f"/admin/accounts/{one.id}/{what}", {"wanted": "closed"}),
    )
    # The second is nobody any more at that moment.
    assert statuses(answers) == [303, 401]
    assert left(town).count(AccountState.ACTIVE) == 1
    assert len(actions(town)) == 1


def test_an_invited_administrator_does_not_stand_in_for_an_active_one(town: Town) -> None:
    who, waiting = administrator(town), administrator(town, AccountState.INVITED)
    client = town.signed_in(who)
    refused = client.send("/account/delete", password=PASSWORD)
    assert refused.status_code == 422
    assert "enige beheerder" in refused.text
    # An invitation can be taken back: she herself is still there.
    assert client.send(f"/admin/accounts/{waiting.id}/delete").status_code == 303
    assert left(town) == [AccountState.ACTIVE]


@pytest.mark.parametrize(("wanted", "state"), [("closed", "closed"), ("open", "active")])
def test_a_double_click_closes_or_opens_once(town: Town, wanted: str, state: str) -> None:
    client = town.signed_in(administrator(town))
    who = town.person(
        Role.OFFICER, state=AccountState.ACTIVE if wanted == "closed" else AccountState.CLOSED
    )
    click = (client, f"/admin/accounts/{who.id}/close", {"wanted": wanted})
    assert statuses(at_once(town, click, click)) == [303, 303]
    assert town.held.store.accounts.get(who.id).state == state
    assert actions(town) == ["account_closed" if wanted == "closed" else "account_reopened"]


@pytest.mark.parametrize("purpose", [LinkPurpose.INVITATION, LinkPurpose.RESET])
def test_a_link_that_two_follow_at_once_opens_once(town: Town, purpose: LinkPurpose) -> None:
    invited = purpose is LinkPurpose.INVITATION
    who = town.person(Role.OFFICER, state=AccountState.INVITED if invited else AccountState.ACTIVE)
    town.held.store.accounts.make_link(who.id, purpose, digest(a_token("token")), town.clock.at)
    clients = [town.client() for _ in NEW]
    assert {client.follow_link(a_token("token")).status_code for client in clients} == {200}
    sent = [{"password": new, "again": new} for new in NEW]
    answers = at_once(
        town,
        *((client, "/link/password", form) for client, form in zip(clients, sent, strict=True)),
    )
    assert answers == [(303, "/"), (404, "")]
    kept = town.held.store.accounts.get(who.id).password
    assert [is_right(new, kept) for new in NEW].count(True) == 1
    assert actions(town) == ["password_chosen", "signed_in"]
    assert len(town.held.store.sessions.of(who.id)) == 1


def test_a_recovery_code_that_two_give_at_once_lets_in_once(town: Town) -> None:
    spare = "abcd-efgh-jkmn-pqrs-tuvw-xyza"
    who = town.person(Role.OFFICER)
    codes = [digest(normal_recovery_code(spare))]
    town.held.store.accounts.set_second_factor(who.id, "sealed", codes)
    two = [town.signed_in(who, Stage.HALFWAY) for _ in range(2)]
    answers = at_once(town, *((client, "/sign-in/code", {"code": spare}) for client in two))
    assert statuses(answers) == [303, 422]
    assert sorted(actions(town)) == ["sign_in_failed", "signed_in"]


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/account/delete", {"password": PASSWORD}),
        ("/municipality/delete", {"name": "Leuven", "password": PASSWORD}),
    ],
)
def test_what_two_delete_at_once_is_gone_once(
    town: Town, path: str, fields: dict[str, str]
) -> None:
    who = town.person(Role.OFFICER)
    answers = at_once(town, *((town.signed_in(who), path, fields) for _ in range(2)))
    assert statuses(answers) == [303, 401]
    assert len(actions(town)) == 1


def test_a_colleague_whom_two_delete_at_once_is_gone_once(town: Town) -> None:
    colleague = town.person(Role.CHAIR)
    path = f"/municipality/colleagues/{colleague.id}/delete"
    two = [town.signed_in(town.person(Role.OFFICER)) for _ in range(2)]
    assert statuses(at_once(town, *((client, path, {}) for client in two))) == [303, 404]
    assert actions(town) == ["account_deleted"]


def test_an_address_that_two_invite_at_once_gets_one_account(town: Town) -> None:
    client = town.signed_in(administrator(town))
    fields = {"name": "An", "address": "an@leuven.example", "role": "officer", "nis_code": OWN}
    click = (client, "/admin/accounts", fields)
    assert statuses(at_once(town, click, click)) == [200, 422]
    assert len(town.held.store.accounts.listing(role=Role.OFFICER)) == 1
    assert actions(town) == ["invited"]


def test_who_is_closed_while_she_changes_her_password_stays_closed(town: Town) -> None:
    who, manager = town.person(Role.OFFICER), town.signed_in(administrator(town))
    client = town.signed_in(who)
    change = {"current": PASSWORD, "password": NEW[0], "again": NEW[0]}
    answers = at_once(
        town,
        (manager, f"/admin/accounts/{who.id}/close", {"wanted": "closed"}),
        (client, "/account/password", change),
    )
    # Whichever came first.
    assert statuses(answers) in ([303, 303], [303, 401])
    assert town.held.store.accounts.get(who.id).state is AccountState.CLOSED
    assert town.held.store.sessions.of(who.id) == ()
