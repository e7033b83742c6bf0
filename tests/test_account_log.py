"""What people do with accounts stands in the log, or is not done."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from evaltool.domain.access import Role
from evaltool.domain.accounts import Account, AccountState, LinkPurpose, Stage
from evaltool.domain.attempts import MOST_FROM_ELSEWHERE
from evaltool.domain.audit import Event
from evaltool.identity.sealing import Seal
from evaltool.identity.second_factor import code_at
from evaltool.identity.tokens import digest
from evaltool.store import DatabaseFull
from evaltool.web.context import install
from tests.hosting import OTHER, OWN, PASSWORD, PUBLIC, HostedClient, Town, a_token, a_town

NEW = "nog een zin die niemand raadt 3"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return a_town(tmp_path)


def events(town: Town) -> list[Event]:
    return [entry.event for entry in town.held.store.audit.entries()]


def sealed(town: Town) -> str:
    hosted = town.held.hosted
    assert hosted is not None
    return Seal(hosted.secret_key, "second factor").seal(SECRET)


def kept(town: Town) -> dict[str, list[tuple[object, ...]]]:
    """All that is kept, but what was tried: that counts whatever comes of it."""
    with closing(sqlite3.connect(town.folder / "evaltool.sqlite")) as db:
        tables = [
            name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        return {
            name: sorted(db.execute(f"SELECT * FROM {name}").fetchall(), key=repr)
            for name in tables
            if name not in ("attempts", "sqlite_sequence")
        }


Request = tuple[HostedClient, str, dict[str, str]]
Ask = Callable[[Town], Request]


def manager(path: str, state: AccountState = AccountState.ACTIVE, **fields: str) -> Ask:
    """An administrator who does something to an account, of which the path holds a place."""

    def made(town: Town) -> Request:
        client = town.signed_in(town.person(Role.ADMINISTRATOR, second_factor="sealed"))
        who = town.person(Role.OFFICER, second_factor="sealed", state=state)
        return client, path.format(who.id), fields

    return made


def officer(path: str, **fields: str) -> Ask:
    """An officer who does something, in her municipality or with her own account."""

    def made(town: Town) -> Request:
        who = town.person(Role.OFFICER)
        coach = town.person(Role.COACH, second_factor="sealed")
        if not path.endswith("let-in"):
            town.held.store.consents.give(OWN, coach.id, by=who.id, at=town.clock.at)
        colleague = town.person(Role.CHAIR, state=AccountState.INVITED)
        town.signed_in(who)
        about = {"coach": coach.id} if "/coaches/" in path else {}
        return town.signed_in(who), path.format(colleague.id), {**fields, **about}

    return made


def asking(town: Town) -> Request:
    """An officer who asks somebody for a view."""
    client, evaluation = town.signed_in(town.person(Role.OFFICER)), town.evaluation()
    fields = {
        "name": "Cas",
        "address": "cas@school.example",
        "discipline": "schools",
        "section": "structure",
    }
    return client, f"/evaluations/{evaluation.id}/contributors", fields


def signing_in(town: Town) -> Request:
    """Somebody whose password is right."""
    who = town.person(Role.OFFICER)
    return town.client(), "/sign-in", {"address": who.address, "password": PASSWORD}


def following(town: Town) -> Request:
    """Somebody who was invited."""
    who = town.person(Role.OFFICER, state=AccountState.INVITED)
    make_link = town.held.store.accounts.make_link
    make_link(who.id, LinkPurpose.INVITATION, digest(a_token("token")), town.clock.at)
    client = town.client()
    client.follow_link(a_token("token"))
    return client, "/link/password", {"password": NEW, "again": NEW}


def enrolling(town: Town) -> Request:
    """Somebody whose app shows the code of the secret that she was shown."""
    who = town.person(Role.COACH)
    client = town.signed_in(who, Stage.ENROLLING)
    with client.session_transaction(base_url=PUBLIC) as session:
        town.held.store.sessions.keep_secret(digest(session["sid"]), sealed(town))
    return client, "/account/second-factor", {"code": code_at(SECRET, town.clock.at)}


INVITED = {"name": "An", "address": "an@leuven.example"}
CLOSED = AccountState.CLOSED
CHANGES: dict[str, Ask] = {
    "invite": manager(
        "/admin/accounts", name="An", address="an@leuven.example", role="officer", nis_code=OWN
    ),
    "link": manager("/admin/accounts/{}/link"),
    "factor": manager("/admin/accounts/{}/link", second_factor="remove"),
    "close": manager("/admin/accounts/{}/close", wanted="closed"),
    "open": manager("/admin/accounts/{}/close", CLOSED, wanted="open"),
    "delete": manager("/admin/accounts/{}/delete"),
    "list": manager("/admin/lists/clusters/load", content=f"nis_code,cluster\n{OWN},4\n", base="0"),
    "colleague": officer("/municipality/colleagues", role="chair", **INVITED),
    "colleague link": officer("/municipality/colleagues/{}/link"),
    "colleague delete": officer("/municipality/colleagues/{}/delete"),
    "let in": officer("/municipality/coaches/let-in"),
    "withdraw": officer("/municipality/coaches/withdraw"),
    "name": officer("/municipality/coaches/naming", named="yes"),
    "password": officer("/account/password", current=PASSWORD, password=NEW, again=NEW),
    "sessions": officer("/account/sessions/end", session_password=PASSWORD),
    "own": officer("/account/delete", password=PASSWORD),
    "all": officer("/municipality/delete", name="Leuven", password=PASSWORD),
    "out": officer("/sign-out"),
    "ask": asking,
    "sign in": signing_in,
    "follow": following,
    "enrol": enrolling,
}


@pytest.mark.parametrize("change", CHANGES)
def test_no_change_of_accounts_is_made_that_cannot_be_written_down(
    town: Town, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    client, path, fields = CHANGES[change](town)
    before = kept(town)

    def full(*_: object) -> None:
        raise DatabaseFull("no room")

    with monkeypatch.context() as broken:
        broken.setattr(town.held.store.audit, "append", full)
        assert client.send(path, **fields).status_code == 503
    assert kept(town) == before
    # And where it can, it is made.
    assert client.send(path, **fields).status_code in (200, 303)
    assert kept(town) != before
    assert events(town)


def tried(town: Town, who: Account, password: str) -> int:
    return town.client().send("/sign-in", address=who.address, password=password).status_code


def test_signing_in_and_out_stands_in_the_log(town: Town) -> None:
    who = town.person(Role.OFFICER)
    coach = town.person(Role.COACH, second_factor=sealed(town))
    assert tried(town, who, NEW) == 422
    client = town.client()
    client.send("/sign-in", address=who.address, password=PASSWORD)
    client.send("/sign-out")
    client.send("/sign-in", address=coach.address, password=PASSWORD)
    client.send("/sign-in/code", code="000000")
    client.send("/sign-in/code", code=code_at(SECRET, town.clock.at))
    told = [(e.actor, e.role, e.action, e.nis_code, e.detail) for e in events(town)]
    assert told == [
        ("", "nobody", "sign_in_failed", OWN, who.id),
        (who.id, "officer", "signed_in", OWN, "password"),
        (who.id, "officer", "signed_out", OWN, ""),
        (coach.id, "halfway", "sign_in_failed", "", coach.id),
        (coach.id, "coach", "signed_in", "", "code"),
    ]
    assert {e.at for e in events(town)} == {town.clock.at}


def test_what_is_refused_for_too_many_attempts_is_in_the_technical_log_alone(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    who = town.person(Role.OFFICER)
    for _ in range(MOST_FROM_ELSEWHERE):
        tried(town, who, NEW)
    assert tried(town, who, PASSWORD) == 429
    assert [e.action for e in events(town)] == ["sign_in_failed"] * MOST_FROM_ELSEWHERE
    (line,) = [r.getMessage() for r in caplog.records if "too many attempts" in r.getMessage()]
    assert who.address not in line


def test_moments_in_the_log_are_in_utc(town: Town) -> None:
    here = datetime(2026, 7, 1, 0, 30, tzinfo=ZoneInfo("Europe/Brussels"))
    install(town.app, replace(town.held, now=lambda: here))
    who = town.person(Role.OFFICER)
    client = town.client()
    client.send("/sign-in", address=who.address, password=PASSWORD)
    (entry,) = town.held.store.audit.entries()
    assert entry.event.at.isoformat() == "2026-06-30T22:30:00+00:00"
    assert "2026-06-30T22:30:00+00:00" in str(kept(town)["audit"])
    taken = client.get("/account/data.json").json
    assert taken is not None
    assert taken["log"][0]["at"] == "2026-06-30T22:30:00+00:00"


# Where a coach saw how far a municipality is


def test_what_a_coach_sees_at_the_start_stands_in_the_log_once_a_day(town: Town) -> None:
    coach = town.person(Role.COACH, second_factor="sealed")
    for code in (OWN, OTHER):
        town.held.store.consents.give(code, coach.id, by="officer", at=town.clock.at)
    # Of the other one there is nothing to see yet.
    town.evaluation(OWN)
    client = town.signed_in(coach)
    for _ in range(2):
        assert "Leuven" in client.get("/").text
    assert [(e.action, e.nis_code) for e in events(town)] == [("coaching_overview", OWN)]
    town.clock.forward(days=1)
    town.signed_in(coach).get("/")
    assert len(events(town)) == 2
    # Whoever sees her own leaves nothing behind.
    town.signed_in(town.person(Role.OFFICER)).get("/")
    assert len(events(town)) == 2
