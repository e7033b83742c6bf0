"""What stands in the way of who guesses, and out of the way of who does not."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from evaltool.domain.access import Role
from evaltool.domain.accounts import Account, AccountState, LinkPurpose, Stage
from evaltool.domain.attempts import (
    CODES_WINDOW,
    MOST_CODES,
    MOST_FROM_ELSEWHERE,
    REMEMBERED,
    network_of,
)
from evaltool.domain.audit import Event
from evaltool.identity import passwords
from evaltool.identity.passwords import faults_of
from evaltool.identity.sealing import Seal
from evaltool.identity.second_factor import code_at
from evaltool.identity.tokens import digest
from evaltool.mail import MailSettings, Security
from evaltool.web.context import install
from tests.factories import a_single_sign_on
from tests.hosting import OWN, PASSWORD, PUBLIC, HostedClient, Town, a_token, a_town

MAIL = MailSettings("127.0.0.1", 1, "no-reply@evaluatie.example", security=Security.NONE)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NEW = "nog een zin die niemand raadt 3"
HERE, THERE, ELSEWHERE = "192.0.2.1", "198.51.100.7", "203.0.113.5"


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return a_town(tmp_path, single_sign_on=a_single_sign_on())


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    """Fewer failures than really are too many, so that a test is short: looking at one takes long.

    From one address of the network so many; of one account two fewer.
    """
    monkeypatch.setattr("evaltool.domain.attempts.MOST_FROM_ADDRESS", 6)
    for name in ("MOST_FROM_ELSEWHERE", "MOST_FROM_KNOWN"):
        monkeypatch.setattr(f"evaltool.domain.attempts.{name}", 4)
    return 6


def with_mail(town: Town) -> Town:
    """The same with a mail server, to which nothing is sent."""
    hosted = town.held.hosted
    assert hosted is not None
    install(town.app, replace(town.held, hosted=replace(hosted, mail=MAIL)))
    return town


def sealed(town: Town) -> str:
    hosted = town.held.hosted
    assert hosted is not None
    return Seal(hosted.secret_key, "second factor").seal(SECRET)


def sent(client: HostedClient, path: str, network: str, **fields: str) -> int:
    """The status of the answer to a form that is sent from an address of the network."""
    return client.post(
        path,
        data={**fields, "csrf_token": client.token()},
        environ_overrides={"REMOTE_ADDR": network},
    ).status_code


def tried(town: Town, address: str, network: str, password: str = "x" * 12) -> int:
    return sent(town.client(), "/sign-in", network, address=address, password=password)


def chosen(town: Town, link: str, network: str) -> int:
    """The status of choosing a password by a link, from an address of the network."""
    client = town.client()
    client.environ_base["REMOTE_ADDR"] = network
    return client.choose_by_link(link, NEW).status_code


def events(town: Town) -> list[Event]:
    return [entry.event for entry in town.held.store.audit.entries()]


def rows(town: Town) -> int:
    """How many attempts are kept."""
    # The table has no method that counts: what it holds is asked for by signing in alone.
    attempts = town.held.store.attempts
    with attempts._database.reading() as db:  # type: ignore[attr-defined]
        (number,) = db.execute("SELECT COUNT(*) FROM attempts").fetchone()
    return int(number)


# What is written down


def test_a_municipality_sees_guessing_at_its_accounts(town: Town) -> None:
    who = town.person(Role.CHAIR, second_factor=sealed(town))
    tried(town, who.address, THERE)
    tried(town, "niemand@gemeente.example", THERE)
    sent(town.signed_in(who, Stage.HALFWAY), "/sign-in/code", THERE, code="000000")
    told = [(e.actor, e.action, e.nis_code, e.detail) for e in events(town)]
    assert told == [
        ("", "sign_in_failed", OWN, who.id),
        ("", "sign_in_failed", "", ""),
        (who.id, "sign_in_failed", OWN, who.id),
    ]
    log = town.signed_in(town.person(Role.OFFICER)).get("/municipality/log").text
    assert log.count("kon zich niet aanmelden") == 2
    assert who.name in log
    assert "niemand@gemeente.example" not in log


def test_whether_there_is_an_account_shows_in_no_work(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each costs one verification of a hash, one attempt and one entry: so time tells nothing."""
    verified: list[str] = []

    class Counting:
        def verify(self, kept: str, password: str) -> bool:
            verified.append(kept)
            return real.verify(kept, password)

    real = passwords._HASHER
    monkeypatch.setattr(passwords, "_HASHER", Counting())
    monkeypatch.setattr(passwords, "is_outdated", lambda kept: False)
    known = [
        town.person(Role.OFFICER),
        town.person(Role.OFFICER, state=AccountState.CLOSED),
        town.person(Role.OFFICER, state=AccountState.INVITED),
    ]
    for address in (*(who.address for who in known), "niemand@gemeente.example", ""):
        before = len(verified), rows(town), len(events(town))
        assert tried(town, address, THERE) == 422
        after = len(verified), rows(town), len(events(town))
        assert [new - old for new, old in zip(after, before, strict=True)] == [1, 1, 1], address


def test_choosing_a_password_and_a_second_factor_is_written_down(town: Town) -> None:
    who = town.person(Role.OFFICER)
    client = town.signed_in(who)
    client.send("/account/password", current=PASSWORD, password=NEW, again=NEW)
    town.held.store.accounts.make_link(
        who.id, LinkPurpose.RESET, digest(a_token("a")), town.clock.at
    )
    town.client().choose_by_link(a_token("a"), PASSWORD)
    told = [(e.actor, e.action, e.nis_code, e.detail) for e in events(town)]
    assert told[:2] == [
        (who.id, "password_chosen", OWN, who.id),
        ("", "password_chosen", OWN, who.id),
    ]


def test_setting_up_a_second_factor_ends_the_other_sessions(town: Town) -> None:
    who = town.person(Role.OFFICER)
    there, client = town.signed_in(who), town.signed_in(who)
    client.send("/account/second-factor/replace", password=PASSWORD)
    page = client.get("/account/second-factor").text
    key = page.split('class="secret">')[1].split("<")[0].replace(" ", "")
    assert there.get("/account").status_code == 200
    client.send("/account/second-factor", code=code_at(key, town.clock.at))
    assert there.get("/account").status_code == 303
    assert client.get("/account").status_code == 200
    assert [e.action for e in events(town)] == ["second_factor_set"]


def test_nothing_of_what_was_tried_is_kept_in_the_files(town: Town) -> None:
    who = town.person(Role.OFFICER, second_factor=sealed(town))
    tried(town, "niemand-zo@gemeente.example", THERE)
    tried(town, who.address, "2001:db8:77::1")
    sent(town.signed_in(who, Stage.HALFWAY), "/sign-in/code", THERE, code="314159")
    sent(with_mail(town).client(), "/reset", ELSEWHERE, address="ook-niemand@gemeente.example")
    kept = town.bytes_kept()
    assert rows(town) == 5
    for tell in (b"niemand-zo", b"ook-niemand", b"2001:db8", b"x" * 12, b"314159"):
        assert tell not in kept, tell
    for network in (THERE, ELSEWHERE):
        assert network.encode() not in kept


# Nobody fills the log, or keeps others out


def test_whoever_began_no_sign_in_elsewhere_leaves_no_trace(town: Town) -> None:
    client = town.client()
    for _ in range(3):
        assert client.get("/single-sign-on/callback?state=a&code=b").status_code == 422
    assert events(town) == []
    assert rows(town) == 0


def test_signing_in_elsewhere_cannot_fill_the_log(town: Town, few: int) -> None:
    def failed() -> int:
        client = town.client()
        with client.session_transaction(base_url=PUBLIC) as session:
            session["single_sign_on"] = {"state": "s", "nonce": "n", "verifier": "v"}
        return client.get("/single-sign-on/callback?state=forged&code=b").status_code

    assert {failed() for _ in range(few + 5)} == {422}
    assert [e.action for e in events(town)] == ["sign_in_failed"] * few
    assert rows(town) == few
    town.clock.forward(minutes=15)
    assert failed() == 422
    assert len(events(town)) == few + 1


def test_asking_for_links_fills_no_table_and_keeps_nobody_out(town: Town, few: int) -> None:
    who = town.person(Role.OFFICER)
    with_mail(town)
    for number in range(few + 5):
        address = who.address if number % 2 else f"p{number}@gemeente.example"
        assert sent(town.client(), "/reset", THERE, address=address) == 303
    assert rows(town) == few
    # Of the same network, and never seen there.
    assert tried(town, who.address, THERE, PASSWORD) == 303


def test_no_more_mails_than_some_go_to_one_account(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    who, queued = town.person(Role.OFFICER), list[str]()
    queue = town.held.store.outbox.queue

    def noted(account: str, purpose: str, at: object) -> str:
        queued.append(account)
        return queue(account, purpose, at)  # type: ignore[arg-type]

    monkeypatch.setattr(town.held.store.outbox, "queue", noted)
    with_mail(town)
    for number in range(MOST_FROM_ELSEWHERE + 3):
        sent(town.client(), "/reset", f"198.51.100.{number}", address=who.address)
    assert queued == [who.id] * MOST_FROM_ELSEWHERE
    town.clock.forward(minutes=15)
    sent(town.client(), "/reset", THERE, address=who.address)
    assert len(queued) == MOST_FROM_ELSEWHERE + 1


def test_failures_are_kept_for_a_day_and_known_addresses_for_longer(town: Town) -> None:
    who = town.person(Role.OFFICER)
    tried(town, who.address, HERE, PASSWORD)
    tried(town, who.address, THERE)
    town.clock.at += CODES_WINDOW
    tried(town, "niemand@gemeente.example", THERE)
    assert rows(town) == 3
    town.clock.at += timedelta(seconds=1)
    tried(town, "niemand@gemeente.example", THERE)
    assert rows(town) == 3
    town.clock.at += REMEMBERED
    tried(town, "niemand@gemeente.example", THERE)
    assert rows(town) == 1


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("a socket", "a socket"),
    ],
)
def test_of_ipv6_the_network_counts(address: str, network: str) -> None:
    assert network_of(address) == network


def test_who_has_a_whole_ipv6_network_guesses_no_more(town: Town, few: int) -> None:
    answers = [
        tried(town, f"p{number}@gemeente.example", f"2001:db8:1:2::{number:x}")
        for number in range(few + 2)
    ]
    assert answers == [422] * few + [429] * 2
    assert tried(town, "p@gemeente.example", "2001:db8:1:3::1") == 422


def test_a_link_lets_in_whom_others_keep_out(town: Town, few: int) -> None:
    who = town.person(Role.OFFICER)
    for hour in range(2):
        assert {tried(town, who.address, THERE) for _ in range(few - 2)} == {422}
        assert tried(town, who.address, ELSEWHERE, PASSWORD) == 429, hour
        town.clock.forward(minutes=15)
    for _ in range(few - 2):
        tried(town, who.address, THERE)
    town.held.store.accounts.make_link(
        who.id, LinkPurpose.RESET, digest(a_token("a")), town.clock.at
    )
    assert chosen(town, a_token("a"), ELSEWHERE) == 303
    # From there on the account knows the address, whatever others go on trying.
    assert tried(town, who.address, ELSEWHERE, NEW) == 303
    assert tried(town, who.address, THERE, NEW) == 429


# What is asked of who is signed in, or halfway


def test_the_own_password_cannot_be_guessed_by_who_found_a_session(town: Town, few: int) -> None:
    who = town.person(Role.OFFICER)
    client = town.signed_in(who)
    for _ in range(few - 2):
        client.send("/account/password", current="x" * 12, password=NEW, again=NEW)
    answer = client.send("/account/password", current=PASSWORD, password=NEW, again=NEW)
    assert answer.status_code == 422
    assert "Wacht een kwartier" in answer.text
    assert town.held.store.accounts.get(who.id).password == who.password
    town.clock.forward(minutes=15)
    client.send("/account/password", current=PASSWORD, password=NEW, again=NEW)
    assert town.held.store.accounts.get(who.id).password != who.password


def codes(town: Town, who: Account, network: str, times: int) -> list[int]:
    """Wrong codes of somebody who knows the password; a quarter of an hour between every ten."""
    found: list[int] = []
    for number in range(times):
        if number % MOST_FROM_ELSEWHERE == 0:
            town.clock.forward(minutes=15)
        client = town.signed_in(who, Stage.HALFWAY)
        found.append(sent(client, "/sign-in/code", network, code="000000"))
    return found


def right_code(town: Town, who: Account, network: str) -> int:
    client = town.signed_in(who, Stage.HALFWAY)
    return sent(client, "/sign-in/code", network, code=code_at(SECRET, town.clock.at))


def test_who_knows_the_password_tries_few_codes_a_day(town: Town) -> None:
    who = town.person(Role.OFFICER, second_factor=sealed(town))
    assert right_code(town, who, HERE) == 303
    assert codes(town, who, THERE, MOST_CODES + 5) == [422] * MOST_CODES + [429] * 5
    page = town.signed_in(who, Stage.HALFWAY).send("/sign-in/code", code="000000")
    assert "morgen" in page.text
    assert right_code(town, who, ELSEWHERE) == 429
    # But where she was before she gets in, and with a link from everywhere.
    assert right_code(town, who, HERE) == 303
    town.held.store.accounts.make_link(
        who.id, LinkPurpose.RESET, digest(a_token("a")), town.clock.at
    )
    town.clock.forward(minutes=1)
    assert chosen(town, a_token("a"), ELSEWHERE) == 303
    assert right_code(town, who, ELSEWHERE) == 303
    assert right_code(town, who, THERE) == 429
    town.clock.at += CODES_WINDOW
    assert right_code(town, who, THERE) == 303


def test_codes_where_one_was_right_before_are_counted_as_well(town: Town) -> None:
    who = town.person(Role.OFFICER, second_factor=sealed(town))
    assert right_code(town, who, HERE) == 303
    assert codes(town, who, HERE, MOST_CODES + 1) == [422] * MOST_CODES + [429]


# Passwords that are built from what is obvious

OFFICER = ("jan.peeters@antwerpen.be", "Jan Peeters", "Antwerpen", "Steunpunt Veilig Samenleven")


@pytest.mark.parametrize(
    "password",
    [
        *("Welkom2026!!", "preventie2026", "politie123456", "burgemeester1", "Antwerpen2026!"),
        *("Lente2026Lente", "Zomervakantie26", "Wachtwoord20262026", "Sunshine2026!!"),
        *("W3lk0m2026!!", "lente83920174", "jan.peeters99", "JanPeeters-2026", "P33ters-2026!"),
        *("Preventie-team-2026", "november-2026-!", "Steunpunt2026!", "Évaluatie-2026!"),
        *("evaltool-livc-r-2026", "Preventieambtenaar!", "2026!!WELKOM!!2026", "voetbal voetbal 1"),
    ],
)
def test_an_obvious_word_with_something_around_it_is_no_password(password: str) -> None:
    assert [fault.code for fault in faults_of(password, *OFFICER)] == ["password_obvious"]


@pytest.mark.parametrize(
    "password",
    [
        *(PASSWORD, NEW, "correct horse battery staple", "mijn kat slaapt in de lente buiten"),
        *("x7#mei9!Kq2$vB", "Xq7-Leuven-pmrTzk", "482910473318", "de burgemeester eet nooit prei"),
    ],
)
def test_a_sentence_with_such_a_word_in_it_is_one(password: str) -> None:
    assert faults_of(password, *OFFICER) == ()


def test_who_chooses_an_obvious_password_is_told_why(town: Town) -> None:
    who = town.person(Role.OFFICER)
    client = town.signed_in(who)
    for password in ("Leuven-2026-!", "Organisatie2026!"):
        answer = client.send(
            "/account/password", current=PASSWORD, password=password, again=password
        )
        assert answer.status_code == 422
        assert "woorden die iedereen eerst probeert" in answer.text
    town.held.store.accounts.make_link(
        who.id, LinkPurpose.RESET, digest(a_token("a")), town.clock.at
    )
    answer = town.client().choose_by_link(a_token("a"), "Leuven-2026-!")
    assert "woorden die iedereen eerst probeert" in answer.text
    assert town.held.store.accounts.get(who.id).password == who.password


def test_another_password_is_another_one(town: Town) -> None:
    who = town.person(Role.OFFICER)
    answer = town.signed_in(who).send(
        "/account/password", current=PASSWORD, password=PASSWORD, again=PASSWORD
    )
    assert answer.status_code == 422
    assert "wachtwoord dat u al had" in answer.text
    assert events(town) == []
