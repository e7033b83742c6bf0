"""Getting in: links, passwords, codes, sessions, and what keeps others out."""

import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from werkzeug.test import TestResponse

from evaltool.domain.access import SECOND_FACTOR_ROLES, Role
from evaltool.domain.accounts import ABSOLUTE_LIMIT, IDLE_LIMIT, AccountState, LinkPurpose, Stage
from evaltool.domain.attempts import MOST_FROM_ELSEWHERE
from evaltool.identity.sealing import Seal
from evaltool.identity.second_factor import code_at, normal_recovery_code
from evaltool.identity.tokens import digest
from evaltool.mail import MailSettings, Security
from evaltool.store import DatabaseFull
from tests.browsing import form_of, parsed
from tests.hosting import PASSWORD, PUBLIC, HostedClient, Town, a_token, a_town, link_on

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return a_town(tmp_path)


def sign_in(client: HostedClient, address: str, password: str = PASSWORD) -> TestResponse:
    return client.send("/sign-in", address=address, password=password)


def is_in(client: HostedClient) -> bool:
    return client.get("/account").status_code == 200


def sealed(town: Town) -> str:
    hosted = town.held.hosted
    assert hosted is not None
    return Seal(hosted.secret_key, "second factor").seal(SECRET)


def test_nobody_is_led_to_signing_in_and_then_on(town: Town) -> None:
    who, client = town.person(Role.OFFICER), town.client()
    answer = client.get("/municipality/colleagues?lang=nl")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/sign-in"
    entered = sign_in(client, who.address)
    assert entered.headers["Location"] == "/municipality/colleagues?lang=nl"
    assert client.get("/municipality/colleagues").status_code == 200


def test_the_address_is_found_however_it_is_typed(town: Town) -> None:
    town.person(Role.OFFICER, address="jan@gemeente.example")
    client = town.client()
    sign_in(client, "  Jan@Gemeente.EXAMPLE ")
    assert is_in(client)


@pytest.mark.parametrize("state", [AccountState.CLOSED, AccountState.INVITED])
def test_an_account_that_is_not_active_does_not_open(town: Town, state: AccountState) -> None:
    who, client = town.person(Role.OFFICER, state=state), town.client()
    assert sign_in(client, who.address).status_code == 422
    assert not is_in(client)


def test_an_account_that_is_not_there_gets_the_same_answer(town: Town) -> None:
    who = town.person(Role.OFFICER)
    answers = [
        sign_in(town.client(), address, password)
        for address, password in (
            (who.address, "een ander wachtwoord"),
            ("niemand@gemeente.example", PASSWORD),
        )
    ]
    said = [re.sub(r'(value|content)="[^"]*"', "", a.get_data(as_text=True)) for a in answers]
    assert said[0] == said[1]
    assert {a.status_code for a in answers} == {422}


def test_what_was_typed_stays_but_for_the_password(town: Town) -> None:
    answer = sign_in(town.client(), "Jan@gemeente.example", "een ander wachtwoord").get_data(
        as_text=True
    )
    assert 'value="Jan@gemeente.example"' in answer
    assert "een ander wachtwoord" not in answer


def test_a_session_is_another_one_after_signing_in(town: Town) -> None:
    who, client = town.person(Role.OFFICER), town.client()
    client.get("/sign-in")
    before = client.get_cookie("__Host-evaltool", domain="evaluatie.example")
    with client.session_transaction(base_url="https://evaluatie.example") as session:
        session["sid"] = "chosen by somebody else"
    sign_in(client, who.address)
    after = client.get_cookie("__Host-evaltool", domain="evaluatie.example")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    assert after.secure
    assert after.http_only
    assert after.path == "/"
    with client.session_transaction(base_url="https://evaluatie.example") as session:
        assert session["sid"] != "chosen by somebody else"
    assert town.held.store.sessions.find(digest("chosen by somebody else")) is None


def test_a_session_ends_when_it_is_not_used(town: Town) -> None:
    client = town.signed_in(town.person(Role.OFFICER))
    town.clock.forward(seconds=IDLE_LIMIT.total_seconds() - 1)
    assert is_in(client)
    town.clock.forward(seconds=IDLE_LIMIT.total_seconds())
    assert not is_in(client)


def test_a_session_ends_however_much_it_is_used(town: Town) -> None:
    client = town.signed_in(town.person(Role.OFFICER))
    for _ in range(int(ABSOLUTE_LIMIT.total_seconds() // 1800) - 1):
        town.clock.forward(minutes=30)
        assert is_in(client)
    town.clock.forward(minutes=30)
    assert not is_in(client)


def test_signing_out_ends_the_session_wherever_its_cookie_is(town: Town) -> None:
    client = town.signed_in(town.person(Role.OFFICER))
    kept = client.get_cookie("__Host-evaltool", domain="evaluatie.example")
    assert kept is not None
    client.send("/sign-out")
    thief = town.client()
    thief.set_cookie("__Host-evaltool", kept.value, domain="evaluatie.example", secure=True)
    assert not is_in(client)
    assert not is_in(thief)


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/sign-out", {}),
        ("/account/delete", {"password": PASSWORD}),
        ("/municipality/delete", {"name": "Leuven", "password": PASSWORD}),
    ],
)
def test_the_browser_of_who_leaves_is_emptied(
    town: Town, path: str, fields: dict[str, str]
) -> None:
    client = town.signed_in(town.person(Role.OFFICER))
    assert "Clear-Site-Data" not in client.get("/account").headers
    answer = client.send(path, **fields)
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    # Cookies are left alone: one of them holds what is told next.
    assert 'role="status"' in client.get("/sign-in").text


def test_a_page_knows_how_long_its_session_lasts(town: Town) -> None:
    client = town.signed_in(town.person(Role.OFFICER))

    def left() -> str | None:
        body = parsed(client.get("/account")).find(".//body")
        assert body is not None
        return body.get("data-left")

    assert left() == "3600"
    for _ in range(11):
        town.clock.forward(minutes=59)
        client.get("/account")
    town.clock.forward(minutes=31)
    assert left() == "2400"
    assert parsed(town.client().get("/sign-in")).find(".//body[@data-left]") is None


def test_asking_whether_a_session_is_there_is_no_use_of_it(town: Town) -> None:
    client = town.signed_in(town.person(Role.OFFICER))
    # An answer to HEAD has no page to look at.
    client.looks = False
    for _ in range(2):
        town.clock.forward(minutes=29)
        assert client.head("/account").status_code == 200
    town.clock.forward(minutes=2)
    assert client.head("/account").status_code == 401


def test_somebody_sees_and_ends_the_own_sessions(town: Town) -> None:
    who = town.person(Role.OFFICER)
    here, there = town.signed_in(who), town.signed_in(who)
    page = here.get("/account").get_data(as_text=True)
    assert page.count("a browser") == 2
    handle = re.search(r'name="session" value="([^"]+)"', page)
    assert handle is not None
    here.send("/account/sessions/end", session=handle[1], session_password=PASSWORD)
    assert is_in(here)
    assert not is_in(there)


@pytest.mark.parametrize("which", ["one", "all"])
def test_ending_sessions_asks_for_the_password(town: Town, which: str) -> None:
    who = town.person(Role.OFFICER)
    here, there, farther = (town.signed_in(who) for _ in range(3))
    with there.session_transaction(base_url=PUBLIC) as session:
        mine = town.held.store.sessions.find(digest(session["sid"]))
    assert mine is not None
    fields = {"session": mine.handle if which == "one" else ""}
    for password in ("een ander wachtwoord", ""):
        refused = here.send("/account/sessions/end", session_password=password, **fields)
        assert refused.status_code == 422
        assert 'href="#session_password"' in refused.text
        assert form_of(refused, "/account/sessions/end")["session"] == fields["session"]
    assert is_in(there)
    assert is_in(farther)
    here.send("/account/sessions/end", session_password=PASSWORD, **fields)
    assert not is_in(there)
    assert is_in(farther) == (which == "one")
    assert [e.event.action for e in town.held.store.audit.entries()] == ["sessions_ended"]


def test_ending_sessions_where_there_are_no_others_is_refused_as_well(town: Town) -> None:
    client = town.signed_in(town.person(Role.OFFICER))
    assert client.send("/account/sessions/end", session_password="geen").status_code == 422
    assert is_in(client)


def test_nobody_ends_the_session_of_somebody_else(town: Town) -> None:
    one, two = town.person(Role.OFFICER), town.person(Role.OFFICER)
    theirs = town.signed_in(two)
    (session,) = town.held.store.sessions.of(two.id)
    town.signed_in(one).send(
        "/account/sessions/end", session=session.handle, session_password=PASSWORD
    )
    assert is_in(theirs)


def test_changing_the_password_ends_every_other_session(town: Town) -> None:
    who = town.person(Role.OFFICER)
    here, there = town.signed_in(who), town.signed_in(who)
    new = "nog een zin die niemand raadt 3"
    changed = here.send("/account/password", current=PASSWORD, password=new, again=new)
    assert changed.status_code == 303
    assert is_in(here)
    assert not is_in(there)
    later = town.client()
    assert sign_in(later, who.address).status_code == 422
    assert sign_in(later, who.address, new).status_code == 303


def test_a_link_to_choose_another_password_ends_with_the_password(town: Town) -> None:
    who, new = town.person(Role.OFFICER), "nog een zin die niemand raadt 3"
    client, make = town.signed_in(who), town.held.store.accounts.make_link
    make(who.id, LinkPurpose.RESET, digest(a_token("reset")), town.clock.at)
    make(who.id, LinkPurpose.JOIN, digest(a_token("join")), town.clock.at)
    assert client.send("/account/password", current="x", password=new, again=new).status_code == 422
    assert town.client().follow_link(a_token("reset")).status_code == 200
    client.send("/account/password", current=PASSWORD, password=new, again=new)
    assert town.client().follow_link(a_token("reset")).status_code == 404
    assert town.client().follow_link(a_token("join")).status_code == 303


def test_a_password_changes_only_where_that_is_written_down(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    who, new = town.person(Role.OFFICER), "nog een zin die niemand raadt 3"
    client, there = town.signed_in(who), town.signed_in(who)
    town.held.store.accounts.make_link(
        who.id, LinkPurpose.RESET, digest(a_token("reset")), town.clock.at
    )

    def full(*_: object) -> None:
        raise DatabaseFull("no room")

    with monkeypatch.context() as broken:
        broken.setattr(town.held.store.audit, "append", full)
        failed = client.send("/account/password", current=PASSWORD, password=new, again=new)
        assert failed.status_code == 503
        assert town.client().choose_by_link(a_token("reset"), new).status_code == 503
    assert town.held.store.accounts.get(who.id).password == who.password
    assert is_in(there)
    assert town.client().choose_by_link(a_token("reset"), new).status_code == 303


@pytest.mark.parametrize(
    ("current", "password", "again", "told"),
    [
        ("een ander wachtwoord", "nog een zin die niemand raadt", "", "niet uw wachtwoord"),
        (PASSWORD, "kort", "kort", "minstens 12"),
        (PASSWORD, "password1234", "password1234", "makkelijk te raden"),
        (PASSWORD, "qwertyuiopas", "qwertyuiopas", "makkelijk te raden"),
        (PASSWORD, "x" * 129, "x" * 129, "hoogstens 128"),
        (PASSWORD, "nog een zin die niemand raadt", "iets anders dan dat", "niet gelijk"),
    ],
)
def test_a_password_that_will_not_do_is_refused(
    town: Town, current: str, password: str, again: str, told: str
) -> None:
    who = town.person(Role.OFFICER)
    answer = town.signed_in(who).send(
        "/account/password", current=current, password=password, again=again or password
    )
    assert answer.status_code == 422
    assert told in answer.get_data(as_text=True)
    assert town.held.store.accounts.get(who.id).password == who.password


def test_a_link_works_once_and_for_a_time(town: Town) -> None:
    who = town.person(Role.OFFICER, state=AccountState.INVITED)
    accounts = town.held.store.accounts
    accounts.make_link(who.id, LinkPurpose.INVITATION, digest(a_token("the token")), town.clock.at)
    client, new = town.client(), "nog een zin die niemand raadt 3"
    assert "kies een wachtwoord" in client.follow_link(a_token("the token")).get_data(as_text=True)
    weak = client.choose_by_link(a_token("the token"), "password1234")
    assert weak.status_code == 422
    assert client.choose_by_link(a_token("the token"), new).status_code == 303
    assert is_in(client)
    assert client.follow_link(a_token("the token")).status_code == 404
    assert town.client().choose_by_link(a_token("the token"), new).status_code == 404


def test_the_page_for_the_code_of_a_link_asks_for_it_and_tells_nobody(town: Town) -> None:
    page = town.client().get("/link")
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Cache-Control"] == "no-store"
    (field,) = [f for f in parsed(page).iter("input") if f.get("name") == "link_code"]
    assert (field.get("type"), field.get("autocomplete")) == ("text", "off")
    assert "wat in uw link na het teken # staat" in page.text
    empty = town.client().send("/link", link_code="  ")
    assert empty.status_code == 422
    assert "Geef de code uit uw link" in empty.text


def test_no_page_has_the_code_of_a_link_once_it_was_given(town: Town) -> None:
    who = town.person(Role.OFFICER)
    token = a_token("the token")
    accounts, client = town.held.store.accounts, town.client()
    accounts.make_link(who.id, LinkPurpose.RESET, digest(token), town.clock.at)
    given = client.send("/link", link_code=token)
    assert given.headers["Location"] == "/link/password"
    assert token not in given.text + str(given.headers)
    page = client.get("/link/password")
    assert token not in page.text
    # Another language, and once more: nothing is asked again.
    assert "Choose a new password" in client.get("/link/password?lang=en").text
    # Not where a form is refused for want of its own token either.
    refused = client.post("/link", data={"link_code": token, "more": "x"})
    assert refused.status_code == 400
    assert token not in refused.text


def test_a_link_is_past_its_time(town: Town) -> None:
    who = town.person(Role.OFFICER)
    accounts = town.held.store.accounts
    accounts.make_link(who.id, LinkPurpose.RESET, digest(a_token("the token")), town.clock.at)
    town.clock.forward(minutes=59)
    assert town.client().follow_link(a_token("the token")).status_code == 200
    town.clock.forward(minutes=1)
    assert town.client().follow_link(a_token("the token")).status_code == 404


def test_a_new_link_takes_the_place_of_the_one_before(town: Town) -> None:
    who = town.person(Role.OFFICER)
    accounts = town.held.store.accounts
    accounts.make_link(who.id, LinkPurpose.RESET, digest(a_token("first")), town.clock.at)
    accounts.make_link(who.id, LinkPurpose.RESET, digest(a_token("second")), town.clock.at)
    assert town.client().follow_link(a_token("first")).status_code == 404
    assert town.client().follow_link(a_token("second")).status_code == 200


def test_a_link_to_a_closed_account_opens_nothing(town: Town) -> None:
    who = town.person(Role.OFFICER)
    accounts = town.held.store.accounts
    accounts.make_link(who.id, LinkPurpose.RESET, digest(a_token("the token")), town.clock.at)
    accounts.change(who.id, state=AccountState.CLOSED)
    assert town.client().follow_link(a_token("the token")).status_code == 404


def test_a_password_by_link_ends_all_sessions_and_asks_the_code(town: Town) -> None:
    who = town.person(Role.OFFICER, second_factor=sealed(town))
    there = town.signed_in(who)
    town.held.store.accounts.make_link(
        who.id, LinkPurpose.RESET, digest(a_token("the token")), town.clock.at
    )
    client, new = town.client(), "nog een zin die niemand raadt 3"
    answer = client.choose_by_link(a_token("the token"), new)
    assert answer.headers["Location"] == "/sign-in/code"
    assert not is_in(there)
    assert not is_in(client)


@pytest.mark.parametrize("role", [Role.COACH, Role.ADMINISTRATOR])
def test_who_sees_more_than_one_municipality_must_set_up_a_second_factor(
    town: Town, role: Role
) -> None:
    who, client = town.person(role), town.client()
    assert sign_in(client, who.address).headers["Location"] == "/account/second-factor"
    assert client.get("/").headers["Location"] == "/account/second-factor"
    page = client.get("/account/second-factor").get_data(as_text=True)
    secret = re.search(r'class="secret">([^<]+)<', page)
    assert secret is not None
    key = secret[1].replace(" ", "")
    assert client.send("/account/second-factor", code="000000").status_code == 422
    done = client.send("/account/second-factor", code=code_at(key, town.clock.at))
    assert done.location == CODES
    codes = codes_on(client.get(CODES))
    assert len(codes) == 10
    assert is_in(client)
    kept = town.held.store.accounts.get(who.id).second_factor
    assert kept is not None
    assert key not in kept

    # The next time the code is asked; each counts once.
    town.clock.forward(minutes=5)
    code = code_at(key, town.clock.at)
    second = town.client()
    assert sign_in(second, who.address).headers["Location"] == "/sign-in/code"
    assert not is_in(second)
    assert second.send("/sign-in/code", code="123456").status_code == 422
    assert second.send("/sign-in/code", code=f" {code[:3]} {code[3:]}").status_code == 303
    assert is_in(second)
    third = town.client()
    sign_in(third, who.address)
    assert third.send("/sign-in/code", code=code).status_code == 422
    recovery = codes[0].upper().replace("-", " ")
    assert third.send("/sign-in/code", code=recovery).status_code == 303
    fourth = town.client()
    sign_in(fourth, who.address)
    assert fourth.send("/sign-in/code", code=recovery).status_code == 422


def test_the_operator_can_ask_a_second_factor_of_other_roles(tmp_path: Path) -> None:
    asked = SECOND_FACTOR_ROLES | {Role.OFFICER}
    town = a_town(tmp_path, second_factor_roles=asked)
    officer, chair = town.person(Role.OFFICER), town.person(Role.CHAIR)
    client = town.client()
    assert sign_in(client, officer.address).location == "/account/second-factor"
    assert not is_in(client)
    page = client.get("/account/second-factor").text
    assert "iedereen met uw rol" in page
    assert "meer dan één gemeente" not in page
    free = town.client()
    sign_in(free, chair.address)
    assert is_in(free)


def test_halfway_in_there_is_little_time_and_nothing_to_see(town: Town) -> None:
    who = town.person(Role.OFFICER, second_factor=sealed(town))
    evaluation = town.evaluation()
    client = town.signed_in(who, Stage.HALFWAY)
    for path in ("/", f"/evaluations/{evaluation.id}", "/account", "/account/second-factor"):
        assert client.get(path).headers["Location"] == "/sign-in/code"
    town.clock.forward(minutes=10)
    assert client.get("/sign-in/code").headers["Location"] == "/sign-in"


def test_replacing_the_second_factor_asks_for_the_password(town: Town) -> None:
    who = town.person(Role.OFFICER, second_factor=sealed(town))
    client = town.signed_in(who)
    asked = client.get("/account/second-factor")
    assert asked.headers["Location"] == "/account/second-factor/replace"
    wrong = client.send("/account/second-factor/replace", password="een ander wachtwoord")
    assert wrong.status_code == 422
    assert client.get("/account/second-factor").status_code == 303
    code = code_at(SECRET, town.clock.at)
    client.send("/account/second-factor/replace", password=PASSWORD, code=code)
    assert client.get("/account/second-factor").status_code == 200


def test_replacing_the_second_factor_asks_for_the_one_there_is(town: Town) -> None:
    who = town.person(Role.OFFICER)
    spare = "abcd-efgh-jkmn-pqrs-tuvw-xyza"
    town.held.store.accounts.set_second_factor(
        who.id, sealed(town), [digest(normal_recovery_code(spare))]
    )
    client = town.signed_in(who)
    path, now = "/account/second-factor/replace", town.clock.at
    for code in ("", "000000", code_at(SECRET, now - timedelta(minutes=5))):
        refused = client.send(path, password=PASSWORD, code=code)
        assert refused.status_code == 422
        assert 'href="#code"' in refused.text
        assert client.get("/account/second-factor").status_code == 303
    # A wrong password does not use up a code.
    right = code_at(SECRET, now)
    assert client.send(path, password="een ander wachtwoord", code=right).status_code == 422
    for code, status in ((right, 303), (right, 422), (spare, 303), (spare, 422)):
        assert client.send(path, password=PASSWORD, code=code).status_code == status


def test_a_first_second_factor_asks_for_no_code(town: Town) -> None:
    client = town.signed_in(town.person(Role.OFFICER))
    path = "/account/second-factor/replace"
    assert 'name="code"' not in client.get(path).text
    assert client.send(path, password=PASSWORD).status_code == 303
    assert client.get("/account/second-factor").status_code == 200


def test_a_code_of_another_clock_is_off_by_one_step_at_most(town: Town) -> None:
    who = town.person(Role.OFFICER, second_factor=sealed(town))
    generator = pyotp.TOTP(SECRET)
    for seconds, entered in ((-60, 422), (60, 422), (-30, 303), (30, 303)):
        client = town.signed_in(who, Stage.HALFWAY)
        code = generator.at(int(town.clock.at.timestamp()) + seconds)
        assert client.send("/sign-in/code", code=code).status_code == entered, seconds


def tried(client: HostedClient, address: str, times: int, network: str) -> list[int]:
    """Wrong passwords from one address of the network."""
    return [
        client.post(
            "/sign-in",
            data={"address": address, "password": "x" * 12, "csrf_token": client.token()},
            environ_overrides={"REMOTE_ADDR": network},
        ).status_code
        for _ in range(times)
    ]


def entered_from(town: Town, address: str, network: str) -> bool:
    client = town.client()
    answer = client.post(
        "/sign-in",
        data={"address": address, "password": PASSWORD, "csrf_token": client.token()},
        environ_overrides={"REMOTE_ADDR": network},
    )
    return answer.status_code == 303


def test_guessing_is_stopped_and_does_not_lock_the_rightful_user_out(town: Town) -> None:
    who = town.person(Role.OFFICER)
    assert entered_from(town, who.address, "192.0.2.1")
    codes = tried(town.client(), who.address, MOST_FROM_ELSEWHERE + 2, "198.51.100.7")
    assert codes == [422] * MOST_FROM_ELSEWHERE + [429] * 2
    # Neither from where it was guessed, nor from an address that was never seen.
    assert not entered_from(town, who.address, "198.51.100.7")
    assert not entered_from(town, who.address, "203.0.113.5")
    # But from where she always works; and a quarter of an hour later from everywhere.
    assert entered_from(town, who.address, "192.0.2.1")
    town.clock.forward(minutes=15)
    assert entered_from(town, who.address, "203.0.113.5")


def test_guessing_at_many_accounts_from_one_address_is_stopped(town: Town) -> None:
    client = town.client()
    codes = [tried(client, f"p{n}@gemeente.example", 1, "198.51.100.7")[0] for n in range(52)]
    assert codes.count(422) == 50
    assert codes[50:] == [429, 429]


def test_codes_cannot_be_guessed_either(town: Town) -> None:
    who = town.person(Role.OFFICER, second_factor=sealed(town))
    client = town.signed_in(who, Stage.HALFWAY)
    codes = [client.send("/sign-in/code", code=f"{n:06}").status_code for n in range(12)]
    assert codes == [422] * 10 + [429] * 2


def test_nothing_of_what_was_tried_is_kept_readable(town: Town) -> None:
    who = town.person(Role.OFFICER)
    tried(town.client(), "niemand@gemeente.example", 1, "198.51.100.7")
    entered_from(town, who.address, "192.0.2.1")
    assert "198.51.100.7" not in repr(list(town.held.store.audit.entries()))
    kept = town.bytes_kept()
    for tell in (b"niemand@gemeente.example", b"198.51.100.7", b"192.0.2.1"):
        assert tell not in kept


def test_a_reset_without_mail_says_whom_to_ask(town: Town) -> None:
    page = town.client().get("/reset").get_data(as_text=True)
    assert "beheer@organisatie.example" in page


def test_after_signing_in_nobody_is_led_elsewhere(town: Town) -> None:
    who = town.person(Role.OFFICER)
    for after in ("https://evil.example/", "//evil.example/", "/\\evil.example", "/nowhere", 7):
        client = town.client()
        with client.session_transaction(base_url="https://evaluatie.example") as session:
            session["after"] = after
        assert sign_in(client, who.address).headers["Location"] == "/"


def test_who_is_no_longer_signed_in_is_told_so_at_the_sign_in_page(town: Town) -> None:
    who = town.person(Role.OFFICER)
    client = town.signed_in(who)
    told = "U bent niet meer aangemeld"
    town.held.store.sessions.end_all(who.id)
    assert client.get("/account").headers["Location"] == "/sign-in"
    assert told in client.get("/sign-in").text
    assert told not in sign_in(client, who.address, "een ander wachtwoord").text
    # Neither who never was, nor who signed out here herself.
    assert told not in town.client().get("/sign-in").text
    sign_in(client, who.address)
    client.send("/sign-out")
    assert told not in client.get("/sign-in").text


def test_whoever_cannot_get_in_reads_whom_to_ask(town: Town) -> None:
    who = town.person(Role.OFFICER, second_factor=sealed(town))
    assert "beheer@organisatie.example" in town.client().get("/sign-in").text
    code = town.signed_in(who, Stage.HALFWAY).get("/sign-in/code").text
    assert "Uw telefoon én uw herstelcodes kwijt?" in code
    assert "beheer@organisatie.example" in code


CODES = "/account/second-factor/codes"


def codes_on(page: TestResponse) -> list[str]:
    """The recovery codes that a page shows."""
    return re.findall(r"<code>([a-z0-9-]+)</code>", page.text)


def secret_on(page: TestResponse) -> str:
    found = re.search(r'class="secret">([^<]+)<', page.text)
    assert found is not None
    return found[1].replace(" ", "")


def test_the_key_of_an_app_stays_the_same_while_it_is_set_up(town: Town) -> None:
    client = town.signed_in(town.person(Role.COACH), Stage.ENROLLING)
    first = secret_on(client.get("/account/second-factor"))
    assert secret_on(client.get("/account/second-factor")) == first
    wrong = client.send("/account/second-factor", code="000000")
    assert secret_on(wrong) == first
    assert client.send("/account/second-factor", code=code_at(first, town.clock.at)).status_code
    assert is_in(client)


def test_the_key_of_another_app_is_shown_for_ten_minutes_after_the_password(town: Town) -> None:
    who = town.person(Role.OFFICER)
    client, path = town.signed_in(who), "/account/second-factor"
    client.send(f"{path}/replace", password=PASSWORD)
    first = secret_on(client.get(path))
    town.clock.forward(minutes=9)
    assert secret_on(client.get(path)) == first
    town.clock.forward(minutes=1)
    assert client.get(path).headers["Location"] == f"{path}/replace"
    # Whoever gives the password anew begins anew.
    client.send(f"{path}/replace", password=PASSWORD)
    second = secret_on(client.get(path))
    assert second != first
    assert client.send(path, code=code_at(second, town.clock.at)).location == CODES
    assert town.held.store.accounts.get(who.id).second_factor is not None
    assert client.get(path).headers["Location"] == f"{path}/replace"


def test_a_key_that_was_shown_is_not_set_up_once_the_ten_minutes_are_over(town: Town) -> None:
    who = town.person(Role.OFFICER, second_factor=sealed(town))
    client, path = town.signed_in(who), "/account/second-factor"
    code = code_at(SECRET, town.clock.at)
    client.send(f"{path}/replace", password=PASSWORD, code=code)
    shown = secret_on(client.get(path))
    town.clock.forward(minutes=9)
    assert secret_on(client.send(path, code="000000")) == shown
    town.clock.forward(minutes=1)
    for code in ("000000", code_at(shown, town.clock.at)):
        late = client.send(path, code=code)
        assert late.location == f"{path}/replace"
        assert shown not in late.text.replace(" ", "")
    told = client.get(late.location)
    assert "langer dan tien minuten" in told.text
    assert town.held.store.accounts.get(who.id).second_factor == who.second_factor
    # Nor is the key kept for whoever comes later.
    with client.session_transaction(base_url=PUBLIC) as session:
        assert town.held.store.sessions.secret(digest(session["sid"])) is None
        assert "may_replace" not in session


def test_a_first_second_factor_has_its_ten_minutes_and_no_password_where_it_must_be(
    town: Town,
) -> None:
    path = "/account/second-factor"
    free = town.signed_in(town.person(Role.OFFICER))
    free.send(f"{path}/replace", password=PASSWORD)
    key = secret_on(free.get(path))
    town.clock.forward(minutes=9)
    assert free.send(path, code=code_at(key, town.clock.at)).location == CODES
    # Sent once more from the page before: it was not too late, and something did change.
    again = free.send(path, code=code_at(key, town.clock.at))
    assert again.location == "/account"
    told = free.get(again.location).text
    assert "Uw tweede slot is ingesteld" in told
    assert "tien minuten" not in told
    assert len(codes_on(free.get(CODES))) == 10
    # Whoever must have one gave her password on the way here.
    must = town.signed_in(town.person(Role.COACH), Stage.ENROLLING)
    key = secret_on(must.get(path))
    town.clock.forward(minutes=9)
    assert must.send(path, code=code_at(key, town.clock.at)).location == CODES
    assert is_in(must)


def asked(town: Town, address: str) -> str:
    """The link that an officer gets who asks an address for a view."""
    page = town.signed_in(town.person(Role.OFFICER)).send(
        f"/evaluations/{town.evaluation().id}/contributors",
        name="Cas",
        address=address,
        discipline="schools",
        section="structure",
    )
    # The page is the same, with an account or without: whoever asks does not learn which.
    assert "Wie er al een heeft, meldt zich aan en komt bij de vraag" in page.text
    assert "hij werkt één keer" not in page.text
    return link_on(page.text)


def test_a_link_to_what_is_asked_leads_there(town: Town) -> None:
    who = town.person(Role.CHAIR)
    first = asked(town, who.address)
    town.clock.forward(minutes=1)
    link = asked(town, who.address)
    view = max(town.held.evaluations.views_by(who.id), key=lambda found: found.created_at)
    there = f"/evaluations/{view.id}"
    inside = town.signed_in(who)
    assert inside.follow_link(link).headers["Location"] == there
    assert inside.get(there).status_code == 200
    # Who is not signed in comes there by way of signing in, also with a second factor.
    client = town.client()
    assert client.follow_link(link).headers["Location"] == "/sign-in"
    back = sign_in(client, who.address).headers["Location"]
    assert client.get(back).headers["Location"] == there
    # It still works: it opens nothing by itself. An earlier one does not.
    assert inside.follow_link(link).status_code == 303
    assert inside.follow_link(first).status_code == 404


def test_a_link_to_what_is_asked_leads_nobody_else_there(town: Town) -> None:
    who = town.person(Role.CHAIR)
    link = asked(town, who.address)
    other = town.signed_in(town.person(Role.CHAIR))
    assert other.follow_link(link).headers["Location"] == "/"
    assert "voor een ander account" in other.get("/").text
    for view in town.held.evaluations.views_by(who.id):
        town.held.evaluations.finish(view.id, at=town.clock.at)
    assert town.signed_in(who).follow_link(link).headers["Location"] == "/"


def test_a_link_to_what_is_asked_leads_there_past_a_second_factor(town: Town) -> None:
    who = town.person(Role.CHAIR, second_factor=sealed(town))
    link, client = asked(town, who.address), town.client()
    (view,) = town.held.evaluations.views_by(who.id)
    assert client.follow_link(link).headers["Location"] == "/sign-in"
    assert sign_in(client, who.address).headers["Location"] == "/sign-in/code"
    back = client.send("/sign-in/code", code=code_at(SECRET, town.clock.at)).headers["Location"]
    assert client.get(back).headers["Location"] == f"/evaluations/{view.id}"


@pytest.mark.parametrize("both", [False, True], ids=["by itself", "with a second factor"])
def test_who_has_no_password_yet_uses_the_earlier_link_first_and_comes_to_the_question(
    tmp_path: Path, both: bool
) -> None:
    roles = SECOND_FACTOR_ROLES | ({Role.CHAIR} if both else frozenset())
    town = a_town(tmp_path, second_factor_roles=roles)
    who = town.person(Role.CHAIR, state=AccountState.INVITED)
    make_link = town.held.store.accounts.make_link
    make_link(who.id, LinkPurpose.INVITATION, digest(a_token("earlier")), town.clock.at)
    link, client = asked(town, who.address), town.client()
    (view,) = town.held.evaluations.views_by(who.id)
    assert client.follow_link(link).location == "/sign-in"
    assert "gebruik dan eerst de link die u eerder kreeg" in client.get("/sign-in").text
    chosen = client.choose_by_link(a_token("earlier"), PASSWORD)
    back = chosen.location
    if both:
        assert back == "/account/second-factor"
        set_up(client, town)
        back = way_on(client)
    assert client.get(back).location == f"/evaluations/{view.id}"
    assert client.get(f"/evaluations/{view.id}").status_code == 200
    # Once: the next time the page asks for a link.
    assert client.get("/link/password").location == "/link"


def set_up(client: HostedClient, town: Town) -> TestResponse:
    """The page with recovery codes of who sets up the app that she is shown now."""
    key = secret_on(client.get("/account/second-factor"))
    done = client.send("/account/second-factor", code=code_at(key, town.clock.at))
    assert (done.status_code, done.location) == (303, CODES)
    return client.get(CODES)


def way_on(client: HostedClient) -> str:
    """Where the button on the page with recovery codes leads to."""
    assert "Ik heb ze bewaard</button>" in client.get(CODES).text
    return client.send(CODES).location or ""


def test_recovery_codes_are_shown_until_they_are_kept(town: Town) -> None:
    client = town.signed_in(town.person(Role.COACH), Stage.ENROLLING)
    page = set_up(client, town)
    codes = codes_on(page)
    assert len(set(codes)) == 10
    assert page.headers["Cache-Control"] == "no-store"
    # Loaded again, and in the other language: the same.
    assert codes_on(client.get(CODES)) == codes
    english = client.get(f"{CODES}?lang=en")
    assert codes_on(english) == codes
    assert "Keep your recovery codes" in english.text
    # Readable nowhere, neither in what is kept nor in the cookie.
    with client.session_transaction(base_url=PUBLIC) as session:
        assert not [code for code in codes if code in repr(dict(session))]
    assert not [code for code in codes if code.encode() in town.bytes_kept()]
    assert client.get("/?lang=nl").status_code in (200, 303)
    assert client.send(CODES).location == "/"
    gone = client.get(CODES)
    assert gone.location == "/account"
    assert "worden niet meer getoond" in client.get("/account").text
    # Pressed once more, in another tab: nothing goes wrong.
    assert client.send(CODES).location == "/"
    # Nor is a form of before, in yet another, told that it came too late.
    assert client.send("/account/second-factor", code="000000").location == "/account"
    assert "Uw tweede slot is ingesteld" in client.get("/account").text


def test_recovery_codes_are_shown_for_ten_minutes_at_most(town: Town) -> None:
    client = town.signed_in(town.person(Role.COACH), Stage.ENROLLING)
    assert len(codes_on(set_up(client, town))) == 10
    town.clock.forward(minutes=9, seconds=59)
    assert len(codes_on(client.get(CODES))) == 10
    town.clock.forward(seconds=1)
    late = client.get(CODES)
    assert (late.location, codes_on(late)) == ("/account", [])
    # They are forgotten with that, even by a clock that is set back.
    town.clock.forward(minutes=-5)
    assert codes_on(client.get(CODES)) == []


def test_recovery_codes_are_shown_in_the_session_that_made_them_alone(town: Town) -> None:
    who = town.person(Role.COACH)
    client = town.signed_in(who, Stage.ENROLLING)
    set_up(client, town)
    there = town.signed_in(town.held.store.accounts.get(who.id))
    assert there.get(CODES).location == "/account"
    assert there.send(CODES).location == "/"
    assert town.client().get(CODES).location == "/sign-in"
    assert len(codes_on(client.get(CODES))) == 10


def test_recovery_codes_are_no_key_to_set_up_and_a_key_is_no_recovery_code(town: Town) -> None:
    client = town.signed_in(town.person(Role.OFFICER))
    client.send("/account/second-factor/replace", password=PASSWORD)
    client.get("/account/second-factor")
    # A key that is being set up is not shown as a code, nor forgotten there.
    with client.session_transaction(base_url=PUBLIC) as session:
        key = digest(session["sid"])
    kept = town.held.store.sessions.secret(key)
    assert kept is not None
    assert client.get(CODES).location == "/account"
    client.send(CODES)
    assert town.held.store.sessions.secret(key) == kept
    codes = codes_on(set_up(client, town))
    refused = client.get("/account/second-factor")
    assert refused.location == "/account/second-factor/replace"
    assert codes_on(client.get(CODES)) == codes


def test_an_app_on_the_same_device_is_opened_by_a_link(town: Town) -> None:
    client = town.signed_in(town.person(Role.COACH), Stage.ENROLLING)
    page = client.get("/account/second-factor")
    (link,) = [a for a in parsed(page).iter("a") if a.text == "Open in de app op dit toestel"]
    address = urlsplit(link.get("href") or "")
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert parse_qs(address.query)["secret"] == [secret_on(page)]
    english = client.get("/account/second-factor?lang=en").text
    assert "Open in the app on this device" in english


def test_who_sets_up_a_second_factor_goes_on_to_where_she_was_going(town: Town) -> None:
    who, client = town.person(Role.COACH), town.client()
    assert client.get("/coaching?lang=nl").location == "/sign-in"
    assert sign_in(client, who.address).location == "/account/second-factor"
    set_up(client, town)
    assert way_on(client) == "/coaching?lang=nl"
    assert client.get("/coaching?lang=nl").status_code == 200
    # Who was going nowhere begins at the start.
    other = town.client()
    sign_in(other, town.person(Role.COACH).address)
    set_up(other, town)
    assert way_on(other) == "/"


def test_a_link_to_join_that_is_followed_halfway_waits_for_the_code(town: Town) -> None:
    who = town.person(Role.CHAIR, second_factor=sealed(town))
    link, client = asked(town, who.address), town.client()
    (view,) = town.held.evaluations.views_by(who.id)
    sign_in(client, who.address)
    assert client.get(client.follow_link(link).location).location == "/sign-in/code"
    back = client.send("/sign-in/code", code=code_at(SECRET, town.clock.at)).location
    assert client.get(back).location == f"/evaluations/{view.id}"


def test_who_opened_a_link_that_is_not_hers_has_the_browser_forget_it(town: Town) -> None:
    who, client = town.person(Role.OFFICER, state=AccountState.INVITED), town.client()
    make_link = town.held.store.accounts.make_link
    make_link(who.id, LinkPurpose.INVITATION, digest(a_token("hers")), town.clock.at)
    page = client.follow_link(a_token("hers"))
    assert "Dit is niet mijn link" in page.text
    assert "een kwartier open" in page.text
    assert "This is not my link" in client.get("/link/password?lang=en").text
    # Without a token of ours nobody has it forgotten for her.
    assert client.post("/link/password", data={"forget": "yes"}).status_code == 400
    assert client.get("/link/password?lang=nl").status_code == 200
    assert client.send("/link/password", forget="yes").location == "/link"
    assert "in deze browser gesloten" in client.get("/link").text
    assert client.get("/link/password").location == "/link"
    refused = client.send("/link/password", password=PASSWORD, again=PASSWORD)
    assert refused.location == "/link"
    # Whose it is chooses a password with it.
    assert town.client().choose_by_link(a_token("hers"), PASSWORD).location == "/"


def test_forgetting_a_link_leads_nobody_to_it_after_signing_in(town: Town) -> None:
    who, client = town.person(Role.CHAIR), town.client()
    client.follow_link(asked(town, who.address))
    client.send("/link/password", forget="yes")
    assert sign_in(client, who.address).location == "/"


def test_where_there_is_mail_a_link_that_opens_nothing_leads_to_another(tmp_path: Path) -> None:
    mail = MailSettings("127.0.0.1", 1, "no-reply@evaluatie.example", security=Security.NONE)
    (tmp_path / "mail").mkdir()
    (tmp_path / "none").mkdir()
    for town, led in (
        (a_town(tmp_path / "mail", mail=mail), 1),
        (a_town(tmp_path / "none"), 0),
    ):
        who, client = town.person(Role.OFFICER), town.client()
        wrong = client.send("/link", link_code=a_token("nothing"))
        make_link = town.held.store.accounts.make_link
        make_link(who.id, LinkPurpose.RESET, digest(a_token("used")), town.clock.at)
        assert client.follow_link(a_token("used")).status_code == 200
        town.held.store.accounts.use_link(digest(a_token("used")), town.clock.at)
        gone = client.get("/link/password")
        for page in (wrong, gone):
            assert page.status_code == 404
            main = parsed(page).find(".//main")
            assert main is not None
            assert [a.get("href") for a in main.iter("a")].count("/reset") == led
        assert ("Vroeg u deze link zelf per e-mail?" in wrong.text) == bool(led)


def test_a_link_that_was_opened_and_left_is_forgotten_at_signing_in(town: Town) -> None:
    who, client = town.person(Role.OFFICER), town.client()
    accounts = town.held.store.accounts
    accounts.make_link(who.id, LinkPurpose.RESET, digest(a_token("a")), town.clock.at)
    assert client.follow_link(a_token("a")).status_code == 200
    sign_in(client, who.address)
    assert client.get("/link/password").headers["Location"] == "/link"
