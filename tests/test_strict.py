"""What ``strict`` asks more of the second factor, and what becomes of apps from before it."""

import base64
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from werkzeug.test import TestResponse

from evaltool.domain.access import ACCOUNT_ROLES, SECOND_FACTOR_ROLES, Role
from evaltool.domain.accounts import Account, Stage
from evaltool.identity.sealing import Seal
from evaltool.identity.second_factor import (
    NO_DRIFT,
    address_of,
    code_at,
    is_sha256,
    letters_of,
    new_secret,
    new_secret_sha256,
    normal_recovery_code,
    step_of,
)
from evaltool.identity.tokens import digest
from tests.factories import a_hosted
from tests.hosting import PASSWORD, HostedClient, Town, a_town

CODES = "/account/second-factor/codes"
SPARE = "abcd-efgh-jkmn-pqrs-tuvw-xyza"
STEP = timedelta(seconds=30)


def a_strict_town(folder: Path) -> Town:
    return a_town(folder, strict=True, second_factor_roles=frozenset(ACCOUNT_ROLES))


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return a_strict_town(tmp_path)


def person(town: Town, secret: str, role: Role = Role.OFFICER) -> Account:
    """Somebody with an app of this secret, and one recovery code."""
    made = town.person(role)
    sealed = Seal(a_hosted().secret_key, "second factor").seal(secret)
    town.held.store.accounts.set_second_factor(
        made.id, sealed, [digest(normal_recovery_code(SPARE))]
    )
    return town.held.store.accounts.get(made.id)


def secret_of(town: Town, who: Account) -> str:
    """The secret that is kept of somebody's app."""
    kept = town.held.store.accounts.get(who.id).second_factor
    assert kept is not None
    return Seal(a_hosted().secret_key, "second factor").open(kept)


def sign_in(client: HostedClient, who: Account) -> TestResponse:
    return client.send("/sign-in", address=who.address, password=PASSWORD)


def is_in(client: HostedClient) -> bool:
    return client.get("/account").status_code == 200


def shown_on(page: TestResponse) -> str:
    """The letters that a page shows to set up an app."""
    found = re.search(r'class="secret">([^<]+)<', page.text)
    assert found is not None
    return found[1].replace(" ", "")


# --- codes with SHA-256


# RFC 6238, appendix B; the codes there have eight digits, of which these are the last six.
@pytest.mark.parametrize(
    ("seconds", "sha1", "sha256"),
    [
        (59, "287082", "119246"),
        (1111111109, "081804", "084774"),
        (1111111111, "050471", "062674"),
        (1234567890, "005924", "819424"),
        (2000000000, "279037", "698825"),
        (20000000000, "353130", "737706"),
    ],
)
def test_codes_are_those_of_the_standard(seconds: int, sha1: str, sha256: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    letters = base64.b32encode(b"12345678901234567890").decode()
    assert code_at(letters, at) == sha1
    letters = base64.b32encode(b"12345678901234567890123456789012").decode().rstrip("=")
    assert code_at(f"SHA256:{letters}", at) == sha256
    assert step_of(sha256, f"SHA256:{letters}", at, 0, NO_DRIFT) == seconds // 30


def test_a_secret_for_sha_256_is_as_long_as_its_digest_and_never_the_same() -> None:
    made = [new_secret_sha256() for _ in range(20)]
    assert len(set(made)) == 20
    for secret in made:
        letters = letters_of(secret)
        assert len(base64.b32decode(letters + "=" * (-len(letters) % 8))) == 32
        assert re.fullmatch(r"[A-Z2-7]{52}", letters)
    assert not is_sha256(new_secret())
    assert letters_of("JBSWY3DPEHPK3PXP") == "JBSWY3DPEHPK3PXP"


def test_an_app_is_told_which_kind_of_codes_it_makes() -> None:
    secret = new_secret_sha256()
    told = parse_qs(urlsplit(address_of(secret, "an@gemeente.example")).query)
    assert told["algorithm"] == ["SHA256"]
    assert told["secret"] == [letters_of(secret)]
    # What an app takes where nothing is said is SHA-1.
    assert "algorithm" not in address_of(new_secret(), "an@gemeente.example")


# --- setting up


@pytest.mark.parametrize("role", ACCOUNT_ROLES)
def test_every_role_sets_up_an_app_that_makes_codes_with_sha_256(town: Town, role: Role) -> None:
    who, client = town.person(role), town.client()
    assert sign_in(client, who).location == "/account/second-factor"
    assert client.get("/").location == "/account/second-factor"
    page = client.get("/account/second-factor")
    # Which apps do is said before one is chosen.
    first, second = page.text.split("<li>Zet een app")[1].split("</li>", 1)
    assert "Uw app moet codes met SHA-256 kennen" in first
    assert "kies dan in de app ook SHA-256" in second
    assert "algorithm=SHA256" in second
    assert "met uw rol" not in page.text
    if role not in SECOND_FACTOR_ROLES:
        assert "vraagt van iedereen een code" in page.text
    assert "Vraag hulp aan de beheerder: beheer@organisatie.example" in page.text
    letters = shown_on(page)
    # An app that does not know SHA-256 shows another code.
    wrong = client.send("/account/second-factor", code=pyotp.TOTP(letters).at(town.clock.at))
    assert wrong.status_code == 422
    assert "toont een andere code" in wrong.text
    assert shown_on(wrong) == letters
    code = code_at(f"SHA256:{letters}", town.clock.at)
    assert client.send("/account/second-factor", code=code).location == CODES
    assert is_in(client)
    assert secret_of(town, who) == f"SHA256:{letters}"


def test_an_app_is_set_up_with_a_code_of_this_moment(town: Town) -> None:
    who, client = town.person(Role.COACH), town.client()
    sign_in(client, who)
    secret = f"SHA256:{shown_on(client.get('/account/second-factor'))}"
    for at, status in ((-STEP, 422), (STEP, 422), (timedelta(), 303)):
        code = code_at(secret, town.clock.at + at)
        assert client.send("/account/second-factor", code=code).status_code == status


def test_without_strict_nothing_is_asked_of_the_app(tmp_path: Path) -> None:
    town = a_town(tmp_path)
    who, client = town.person(Role.COACH), town.client()
    sign_in(client, who)
    page = client.get("/account/second-factor")
    assert "SHA-256" not in page.text
    assert "met geen enkele app" not in page.text
    letters = shown_on(page)
    done = client.send("/account/second-factor", code=code_at(letters, town.clock.at))
    assert done.location == CODES
    assert secret_of(town, who) == letters


def test_a_key_that_was_shown_before_is_not_set_up_any_more(tmp_path: Path) -> None:
    before = a_town(tmp_path)
    who = before.person(Role.COACH)
    client = before.client()
    sign_in(client, who)
    letters = shown_on(client.get("/account/second-factor"))
    cookie = client.get_cookie("__Host-evaltool", domain="evaluatie.example")
    assert cookie is not None
    before.held.store.close()
    after = a_strict_town(tmp_path)
    again = after.client()
    again.set_cookie("__Host-evaltool", cookie.value, domain="evaluatie.example", secure=True)
    code = code_at(letters, after.clock.at)
    answer = again.send("/account/second-factor", code=code)
    assert (answer.status_code, answer.location) == (303, "/account/second-factor")
    assert len(shown_on(again.get("/account/second-factor"))) == 52


# --- signing in


def test_a_code_counts_in_its_own_thirty_seconds_alone(town: Town) -> None:
    who = person(town, new_secret_sha256())
    secret = secret_of(town, who)
    for at in (-2 * STEP, -STEP, STEP, 2 * STEP):
        client = town.signed_in(who, Stage.HALFWAY)
        refused = client.send("/sign-in/code", code=code_at(secret, town.clock.at + at))
        assert refused.status_code == 422
        assert "Wacht op de volgende code van uw app en geef ze meteen" in refused.text
        assert not is_in(client)
    client = town.signed_in(who, Stage.HALFWAY)
    assert client.send("/sign-in/code", code=code_at(secret, town.clock.at)).location == "/"
    assert is_in(client)
    # Still once.
    again = town.signed_in(who, Stage.HALFWAY)
    assert again.send("/sign-in/code", code=code_at(secret, town.clock.at)).status_code == 422


def test_replacing_an_app_takes_a_code_of_this_moment_and_gives_one_with_sha_256(
    town: Town,
) -> None:
    who = person(town, new_secret_sha256())
    client, path = town.signed_in(who), "/account/second-factor/replace"
    late = code_at(secret_of(town, who), town.clock.at - STEP)
    refused = client.send(path, password=PASSWORD, code=late)
    assert refused.status_code == 422
    assert "geef ze meteen" in refused.text
    code = code_at(secret_of(town, who), town.clock.at)
    assert client.send(path, password=PASSWORD, code=code).status_code == 303
    letters = shown_on(client.get("/account/second-factor"))
    assert len(letters) == 52


def test_an_app_of_before_goes_on_until_it_is_set_up_anew(town: Town) -> None:
    old = new_secret()
    who = person(town, old)
    client = town.client()
    assert sign_in(client, who).location == "/sign-in/code"
    assert client.get("/account/second-factor").location == "/sign-in/code"
    assert client.send("/sign-in/code", code="000000").status_code == 422
    asked = client.send("/sign-in/code", code=code_at(old, town.clock.at))
    assert asked.location == "/account/second-factor"
    # That was no way in: nothing else opens before it is done.
    assert client.get("/").location == "/account/second-factor"
    assert not is_in(client)
    page = client.get("/account/second-factor")
    assert "codes van een sterkere soort" in page.text
    # Whoever stops here keeps what there was.
    town.clock.forward(minutes=5)
    other = town.client()
    sign_in(other, who)
    assert other.send("/sign-in/code", code=code_at(old, town.clock.at)).status_code == 303
    assert secret_of(town, who) == old
    secret = f"SHA256:{shown_on(client.get('/account/second-factor'))}"
    client.send("/account/second-factor", code=code_at(secret, town.clock.at))
    assert len(re.findall(r"<code>([a-z0-9-]+)</code>", client.get(CODES).text)) == 10
    assert is_in(client)
    assert not is_in(other)
    assert secret_of(town, who) == secret
    # From now on the new one alone, at once.
    town.clock.forward(minutes=5)
    for code, location in (
        (code_at(old, town.clock.at), None),
        (SPARE, None),
        (code_at(secret, town.clock.at), "/"),
    ):
        later = town.client()
        sign_in(later, who)
        assert later.send("/sign-in/code", code=code).location == location
    assert "second_factor_set" in [e.event.action for e in town.held.store.audit.entries()]


def test_who_sets_up_anew_goes_on_to_where_she_was_going(town: Town) -> None:
    old = new_secret()
    who, client = person(town, old), town.client()
    client.get("/municipality/colleagues?lang=nl")
    sign_in(client, who)
    assert client.send("/sign-in/code", code=code_at(old, town.clock.at)).status_code == 303
    secret = f"SHA256:{shown_on(client.get('/account/second-factor'))}"
    client.send("/account/second-factor", code=code_at(secret, town.clock.at))
    assert client.send(CODES).location == "/municipality/colleagues?lang=nl"


def test_who_comes_with_a_recovery_code_sets_up_anew_as_well(town: Town) -> None:
    who = person(town, new_secret())
    client = town.client()
    sign_in(client, who)
    assert client.send("/sign-in/code", code=SPARE).location == "/account/second-factor"
    assert not is_in(client)


def test_an_app_that_no_key_opens_is_set_up_anew(town: Town) -> None:
    who = person(town, new_secret_sha256())
    sealed = Seal("another key than that of the town", "second factor").seal("SHA256:ABCD")
    town.held.store.accounts.seal_anew(who.id, sealed)
    client = town.client()
    sign_in(client, who)
    assert client.send("/sign-in/code", code=SPARE).location == "/account/second-factor"


@pytest.mark.parametrize("made", [new_secret, new_secret_sha256])
def test_without_strict_both_kinds_of_app_open(made: Callable[[], str], tmp_path: Path) -> None:
    town, secret = a_town(tmp_path), made()
    who, client = person(town, secret), town.client()
    sign_in(client, who)
    code = code_at(secret, town.clock.at - STEP)
    assert client.send("/sign-in/code", code=code).location == "/"
    assert is_in(client)


def test_a_secret_with_its_kind_is_sealed_anew_with_a_new_key(tmp_path: Path) -> None:
    before = a_strict_town(tmp_path)
    secret = new_secret_sha256()
    who = person(before, secret)
    before.held.store.close()
    key = "another key of the tests, which is long enough"
    changes = {"secret_key": key, "secret_key_before": a_hosted().secret_key}
    after = a_town(tmp_path, strict=True, second_factor_roles=frozenset(ACCOUNT_ROLES), **changes)
    kept = after.held.store.accounts.get(who.id).second_factor
    assert kept is not None
    assert Seal(key, "second factor").open(kept) == secret
