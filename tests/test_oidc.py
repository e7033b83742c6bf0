"""Single sign-on: against a real provider, and against one that lies."""

import base64
import json
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings as hypothesis_settings, strategies as st
from joserfc.jwk import ECKey, OKPKey

from evaltool.domain.access import Role
from evaltool.identity.oidc import (
    Identity,
    LoggedOut,
    LogoutForm,
    LogoutLink,
    OidcRefused,
    OidcSettings,
    Pending,
    Provider,
    Refusal,
)
from evaltool.identity.oidc_http import TIMEOUT, is_trusted
from tests.client_keys import a_client_key
from tests.provider import Client, Configuration, RunningProvider, running
from tests.provider.browsing import walk
from tests.provider.forging import (
    ForgedProvider,
    FromNow,
    Reply,
    SigningKey,
    encoded,
    forged_provider,
    json_reply,
    published,
    rsa_key,
    signed,
    signed_with_secret,
    unsigned,
)

DISCOVERY = "/.well-known/openid-configuration"
SECRET = Client().secret
ACCOUNTS = {
    "an": {
        "given_name": "An",
        "family_name": "Peeters",
        "vo_orgcode": "0207509031",
        "vo_orgnaam": "Gemeente Affligem",
        "vo_doelgroepcode": "LB",
        "vo_email": "an@example.org",
        "evaltool_rol_3d": ["Officer:0207509031", "Coach:0426994097"],
    },
}
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")


class Clock:
    """A clock that a test moves; it starts with the real time, which the providers go by."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.at


def settings_for(issuer: str, /, **changed: Any) -> OidcSettings:
    """What was agreed with a provider, as for ACM/IDM."""
    made = OidcSettings(
        issuer=issuer,
        client_id="evaltool",
        client_secret=SECRET,
        redirect_uri=Client().redirect_uris[0],
        post_logout_redirect_uri=Client().post_logout_redirect_uris[0],
        scope="openid profile vo evaltool",
        email_claim="vo_email",
        role_claim="evaltool_rol_3d",
        roles={"Coach": Role.COACH, "Officer": Role.OFFICER},
        required={"vo_doelgroepcode": "LB"},
    )
    return replace(made, **changed)


def refusal(call: Callable[[], object]) -> tuple[Refusal, str]:
    """Why a call is refused: for the user, and for the log. Neither may hold a secret."""
    with pytest.raises(OidcRefused) as raised:
        call()
    error = raised.value
    assert str(error) == error.code.value
    assert SECRET not in error.reason
    assert len(error.reason) < 300
    assert error.reason.isprintable()
    return error.code, error.reason


# --- a browser that follows the forms of a provider


@pytest.fixture
def browser() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def login(
    browser: requests.Session, provider: Provider, name: str = "an", what: str = "login"
) -> tuple[Pending, Mapping[str, str]]:
    """A sign-in at a real provider, up to where the browser comes back."""
    url, pending = provider.begin()
    typed = {"login": name, "what": what}
    return pending, walk(browser, url, Client().redirect_uris[0], typed)


def sign_in(browser: requests.Session, provider: Provider) -> Identity:
    """Who signed in at a real provider."""
    return provider.complete(*login(browser, provider))


# --- against a real provider, that gives its claims in the ID token as ACM/IDM does


@pytest.fixture(scope="module")
def real() -> Iterator[RunningProvider]:
    clients = tuple(replace(Client(), id=name, algorithm=name) for name in ALGORITHMS)
    with running(Configuration(clients=(Client(), *clients), accounts=ACCOUNTS)) as provider:
        yield provider


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_somebody_signs_in_with_the_claims_of_the_provider(
    real: RunningProvider, browser: requests.Session, algorithm: str
) -> None:
    provider = Provider(settings_for(real.issuer, client_id=algorithm))
    identity = sign_in(browser, provider)
    assert replace(identity, id_token="") == Identity(
        issuer=real.issuer,
        subject="an",
        session_id=None,
        name="An Peeters",
        email="an@example.org",
        organisation="0207509031",
        roles=(Role.OFFICER,),
        id_token="",
    )
    assert identity.id_token.count(".") == 2
    assert identity.id_token not in repr(identity)


def test_who_breaks_off_is_not_signed_in(real: RunningProvider, browser: requests.Session) -> None:
    provider = Provider(settings_for(real.issuer))
    pending, query = login(browser, provider, what="cancel")
    assert "code" not in query
    assert refusal(lambda: provider.complete(pending, query))[0] is Refusal.DENIED


def test_a_code_counts_once(real: RunningProvider, browser: requests.Session) -> None:
    provider = Provider(settings_for(real.issuer))
    pending, query = login(browser, provider)
    provider.complete(pending, query)
    code, reason = refusal(lambda: provider.complete(pending, query))
    assert (code, reason) == (Refusal.STATE, "the token endpoint answers invalid_grant")


def test_a_stolen_code_is_worth_nothing_without_the_verifier(
    real: RunningProvider, browser: requests.Session
) -> None:
    provider = Provider(settings_for(real.issuer))
    pending, query = login(browser, provider)
    thief = replace(pending, verifier="v" * 43)
    code, reason = refusal(lambda: provider.complete(thief, query))
    assert (code, reason) == (Refusal.STATE, "the token endpoint answers invalid_grant")


def test_a_wrong_client_secret_is_for_who_runs_the_tool(
    real: RunningProvider, browser: requests.Session
) -> None:
    provider = Provider(settings_for(real.issuer, client_secret="another"))
    pending, query = login(browser, provider)
    code, reason = refusal(lambda: provider.complete(pending, query))
    assert (code, reason) == (Refusal.PROVIDER, "the token endpoint answers invalid_client")


def test_claims_of_the_userinfo_new_keys_and_signing_out(browser: requests.Session) -> None:
    # One provider for three tests in a row: each start takes most of a second.
    with forged_provider() as application:
        application.replies["/logout"] = lambda: Reply((b"",))
        client = replace(Client(), backchannel_logout_uri=f"{application.issuer}/logout")
        with running(
            Configuration(clients=(client,), accounts=ACCOUNTS, in_id_token=False, forms=True)
        ) as real:
            provider = Provider(settings_for(real.issuer))
            identity = sign_in(browser, provider)
            assert "vo_orgcode" not in json.dumps(payload(identity.id_token))
            assert identity.organisation == "0207509031"
            assert identity.name == "An Peeters"
            assert identity.session_id

            real.restart()
            browser.cookies.clear()
            anew = sign_in(browser, provider)
            assert anew.subject == "an"
            assert header(anew.id_token)["kid"] != header(identity.id_token)["kid"]

            form = provider.way_out(anew.id_token, "whereto")
            assert isinstance(form, LogoutForm)
            back, typed = Client().post_logout_redirect_uris[0], {"logout": "yes"}
            query = walk(browser, form.address, back, typed, form.fields)
            assert query == {"state": "whereto"}
            token = application.asked[-1].form["logout_token"]
            said = provider.logged_out(token)
            # It names the session alone, or the person as well.
            assert said.session_id == anew.session_id
            assert said.subject in (None, "an")
            assert said.id == payload(token)["jti"]


def header(token: str) -> dict[str, Any]:
    """The first part of a token."""
    return _part(token, 0)


def payload(token: str) -> dict[str, Any]:
    """The second part of a token."""
    return _part(token, 1)


def _part(token: str, number: int) -> dict[str, Any]:
    part = token.split(".")[number]
    found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    assert isinstance(found, dict)
    return found


# --- against a provider that lies


@pytest.fixture
def forged() -> Iterator[ForgedProvider]:
    with forged_provider() as provider:
        yield provider


def client_of(
    forged: ForgedProvider,
    now: Callable[[], datetime] | None = None,
    *,
    timeout: float = TIMEOUT,
    **changed: Any,
) -> Provider:
    """Our side of a provider that lies; it wants no more of claims than there are."""
    wanted = {"email_claim": "email", "role_claim": None, "required": {}, **changed}
    return Provider(settings_for(forged.issuer, **wanted), now or Clock(), timeout=timeout)


def answered(
    forged: ForgedProvider,
    provider: Provider,
    *,
    token: Callable[[Mapping[str, Any]], str] = lambda claims: signed(claims, rsa_key()),
    **changed: Any,
) -> Identity:
    """Who signs in when the provider answers with a token of these claims."""
    url, pending = provider.begin()
    nonce = parse_qs(urlsplit(url).query)["nonce"][0]
    claims = forged.claims(**{"nonce": nonce, **changed})
    forged.token = {"id_token": token(claims), "access_token": "access", "token_type": "Bearer"}
    return provider.complete(pending, {"state": pending.state, "code": "the code"})


def test_the_browser_is_sent_with_all_that_protects_the_sign_in(forged: ForgedProvider) -> None:
    url, pending = client_of(forged).begin()
    again, other = client_of(forged).begin()
    query = parse_qs(urlsplit(url).query)
    assert url.startswith(f"{forged.issuer}/auth?")
    assert query["response_type"] == ["code"]
    assert query["client_id"] == ["evaltool"]
    assert query["redirect_uri"] == [Client().redirect_uris[0]]
    assert query["scope"] == ["openid profile vo evaltool"]
    assert query["state"] == [pending.state]
    assert query["nonce"] == [pending.nonce]
    assert query["code_challenge_method"] == ["S256"]
    assert pending.verifier not in url
    assert len({*pending.as_json().values(), *other.as_json().values()}) == 6
    assert url != again
    assert pending.verifier not in repr(pending)
    assert pending.nonce not in repr(pending)


def test_the_code_is_exchanged_with_the_verifier_and_the_secret(forged: ForgedProvider) -> None:
    identity = answered(forged, client_of(forged, client_secret="a:b c"))
    asked = next(asked for asked in forged.asked if asked.path == "/token")
    # RFC 6749, section 2.3.1: "evaltool" and "a%3Ab+c", joined by a colon, in base 64.
    assert asked.headers["Authorization"] == "Basic ZXZhbHRvb2w6YSUzQWIrYw=="
    assert asked.form["grant_type"] == "authorization_code"
    assert asked.form["code"] == "the code"
    assert asked.form["redirect_uri"] == Client().redirect_uris[0]
    assert 43 <= len(asked.form["code_verifier"]) <= 128
    assert identity.name == "An Peeters"


def test_what_a_provider_says_of_itself_is_asked_once_an_hour(forged: ForgedProvider) -> None:
    clock = Clock()
    provider = client_of(forged, clock)
    for _ in range(2):
        answered(forged, provider)
    assert (forged.times_asked(DISCOVERY), forged.times_asked("/jwks")) == (1, 1)
    clock.at += timedelta(minutes=61)
    fresh = int(clock.at.timestamp())
    answered(forged, provider, iat=fresh, exp=fresh + 60)
    assert (forged.times_asked(DISCOVERY), forged.times_asked("/jwks")) == (2, 2)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"code": "c"}, Refusal.STATE),
        ({"code": "c", "state": ""}, Refusal.STATE),
        ({"code": "c", "state": "forged"}, Refusal.STATE),
        ({"code": "c", "state": "\ud800"}, Refusal.STATE),
        ({"error": "access_denied", "state": "forged"}, Refusal.STATE),
        ({"code": "c", "state": None, "iss": "https://other.example"}, Refusal.STATE),
        ({"error": "access_denied", "state": None}, Refusal.DENIED),
        ({"error": "temporarily_unavailable", "state": None}, Refusal.UNREACHABLE),
        ({"error": "invalid_scope", "state": None}, Refusal.PROVIDER),
        ({"error": "<b>\n", "state": None}, Refusal.PROVIDER),
        ({"state": None}, Refusal.PROVIDER),
    ],
)
def test_an_answer_that_is_none_to_our_question_is_refused(
    forged: ForgedProvider, query: Mapping[str, str | None], code: Refusal
) -> None:
    provider = client_of(forged)
    _, pending = provider.begin()
    sent = {name: pending.state if value is None else value for name, value in query.items()}
    assert refusal(lambda: provider.complete(pending, sent))[0] is code
    assert forged.times_asked("/token") == 0


def test_a_provider_that_names_itself_in_answers_must_do_so_in_each(forged: ForgedProvider) -> None:
    forged.document["authorization_response_iss_parameter_supported"] = True
    provider = client_of(forged)
    _, pending = provider.begin()
    query = {"state": pending.state, "code": "c"}
    assert refusal(lambda: provider.complete(pending, query))[0] is Refusal.STATE
    assert forged.times_asked("/token") == 0
    forged.token = {"id_token": signed(forged.claims(pending.nonce), rsa_key())}
    assert provider.complete(pending, {**query, "iss": forged.issuer}).subject == "an"


WRONG_CLAIMS: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "nonce of another sign-in": ({"nonce": "another"}, "nonce"),
    "no nonce": ({"nonce": None}, "nonce"),
    "for another client": ({"aud": "another"}, "aud"),
    "for nobody": ({"aud": None}, "aud"),
    "for several, which does not say for whom": ({"aud": ["evaltool", "another"]}, "azp"),
    "for several, made for another": ({"aud": ["evaltool", "x"], "azp": "x"}, "azp"),
    "made for another": ({"azp": "another"}, "azp"),
    "of another issuer": ({"iss": "https://other.example"}, "iss"),
    "of no issuer": ({"iss": None}, "iss"),
    "expired": ({"exp": FromNow(-60)}, "exp"),
    "without end": ({"exp": None}, "exp"),
    "an end that is no number": ({"exp": "tomorrow"}, "exp"),
    "an end that never comes": ({"exp": float("nan")}, "exp"),
    "of the future": ({"iat": FromNow(600)}, "future"),
    "of no time": ({"iat": None}, "iat"),
    "not yet valid": ({"nbf": FromNow(600)}, "not yet valid"),
    "about nobody": ({"sub": None}, "sub"),
    "about an empty name": ({"sub": ""}, "sub"),
    "about a number": ({"sub": 5}, "sub"),
    "about a name that is too long": ({"sub": "a" * 256}, "subject"),
    "about a name that is no ASCII": ({"sub": "zoë"}, "subject"),
    "with another access token": ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, "at_hash"),
}


@pytest.mark.parametrize("wrong", WRONG_CLAIMS)
def test_an_id_token_that_does_not_fit_is_refused(forged: ForgedProvider, wrong: str) -> None:
    changed, about = WRONG_CLAIMS[wrong]
    code, reason = refusal(lambda: answered(forged, client_of(forged), **changed))
    assert code is Refusal.TOKEN
    assert about in reason


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": ["evaltool"]},
        {"aud": ["another", "evaltool"], "azp": "evaltool"},
        {"exp": FromNow(-5)},
        {"iat": FromNow(15)},
    ],
    ids=["a list of one", "several, made for us", "just over", "a clock that is ahead"],
)
def test_an_id_token_that_fits_is_taken(forged: ForgedProvider, changed: Mapping[str, Any]) -> None:
    assert answered(forged, client_of(forged), **changed).subject == "an"


def public_pem() -> bytes:
    """The public key of the provider, as everybody can have it."""
    return rsa_key().public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def altered(claims: Mapping[str, Any]) -> str:
    """A token whose claims were changed after it was signed."""
    first, _, last = signed(claims, rsa_key()).split(".")
    changed = json.dumps({**claims, "sub": "the mayor"}).encode()
    return f"{first}.{encoded(changed)}.{last}"


WRONG_TOKENS: Mapping[str, tuple[Callable[[Mapping[str, Any]], str], str]] = {
    "unsigned": (unsigned, "algorithm"),
    "unsigned in capitals": (lambda claims: unsigned(claims, "NONE"), "algorithm"),
    "unsigned as if it were": (lambda claims: unsigned(claims, "RS256"), "signature"),
    "HS256 with the public key": (
        lambda claims: signed_with_secret(claims, public_pem()),
        "algorithm",
    ),
    "HS256 with our secret": (
        lambda claims: signed_with_secret(claims, SECRET.encode()),
        "algorithm",
    ),
    "another key under the same name": (
        lambda claims: signed(claims, rsa_key("other"), kid="first"),
        "signature",
    ),
    "another key": (lambda claims: signed(claims, rsa_key("other")), "no key"),
    "another key in the token itself": (
        lambda claims: signed(claims, rsa_key("other"), jwk=rsa_key("other").as_dict()),
        "no key",
    ),
    "changed afterwards": (altered, "signature"),
    "a token for signing out": (
        lambda claims: signed(claims, rsa_key(), typ="logout+jwt"),
        "another type",
    ),
    "a token for access": (
        lambda claims: signed(claims, rsa_key(), typ="application/at+jwt"),
        "another type",
    ),
    "a header that we cannot heed": (
        lambda claims: signed(claims, rsa_key(), crit=["kid"]),
        "not understood",
    ),
    "encrypted": (lambda claims: "a.b.c.d.e", "Invalid"),
    "no token": (lambda claims: "none", "Invalid"),
    "nothing": (lambda claims: "", "Invalid"),
    "no claims": (
        lambda claims: signed(claims, rsa_key()).replace(".", "..", 1),
        "Invalid",
    ),
}


@pytest.mark.parametrize("wrong", WRONG_TOKENS)
def test_an_id_token_without_a_good_signature_is_refused(
    forged: ForgedProvider, wrong: str
) -> None:
    make, about = WRONG_TOKENS[wrong]
    code, reason = refusal(lambda: answered(forged, client_of(forged), token=make))
    assert code is Refusal.TOKEN
    assert about in reason


P256 = ECKey.generate_key("P-256", {"kid": "p256"})
P384 = ECKey.generate_key("P-384", {"kid": "p384"})
ED25519 = OKPKey.generate_key("Ed25519", {"kid": "ed"})


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [(rsa_key(), "RS256"), (rsa_key(), "PS256"), (P256, "ES256"), (ED25519, "Ed25519")],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_allowed_algorithm_is_read(
    forged: ForgedProvider, key: SigningKey, algorithm: str
) -> None:
    forged.keys = published(rsa_key("other"), P384, key)
    token = {"token": lambda claims: signed(claims, key, algorithm, colour="blue")}
    assert answered(forged, client_of(forged), **token).subject == "an"


@pytest.mark.parametrize(
    "keys",
    [
        {"keys": []},
        {"keys": [{**published(rsa_key())["keys"][0], "use": "enc"}]},
        {"keys": [{**published(rsa_key())["keys"][0], "alg": "PS256"}]},
        {"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "first"}]},
        {"keys": [{"kty": "RSA", "kid": "first"}, 5, None, {}]},
    ],
    ids=["none", "for encryption", "for another algorithm", "secret", "broken"],
)
def test_keys_that_are_not_fit_sign_nothing(forged: ForgedProvider, keys: dict[str, Any]) -> None:
    forged.keys = keys
    code, reason = refusal(lambda: answered(forged, client_of(forged)))
    assert (code, reason) == (Refusal.TOKEN, "no key of the provider fits the token")


def test_a_key_that_is_too_short_signs_nothing(forged: ForgedProvider) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        short = rsa_key("short", 1024)
    forged.keys = published(short)
    token = {"token": lambda claims: signed(claims, short)}
    code, reason = refusal(lambda: answered(forged, client_of(forged), **token))
    assert (code, reason) == (Refusal.TOKEN, "no key of the provider fits the token")


def strict_client_of(forged: ForgedProvider, folder: Path) -> Provider:
    """Our side of a provider of which all is asked that OWASP ASVS asks."""
    return client_of(forged, strict=True, client_secret="", client_key_file=a_client_key(folder))


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [(rsa_key(bits=3072), "PS256"), (P256, "ES256"), (ED25519, "Ed25519")],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_strictly_a_token_is_signed_as_the_standard_approves(
    forged: ForgedProvider, tmp_path: Path, key: SigningKey, algorithm: str
) -> None:
    forged.keys = published(key)
    token = {"token": lambda claims: signed(claims, key, algorithm)}
    assert answered(forged, strict_client_of(forged, tmp_path), **token).subject == "an"


def test_strictly_rs256_is_not_taken(forged: ForgedProvider, tmp_path: Path) -> None:
    key = rsa_key(bits=3072)
    forged.keys = published(key)
    token = {"token": lambda claims: signed(claims, key, "RS256")}
    assert answered(forged, client_of(forged), **token).subject == "an"
    code, reason = refusal(lambda: answered(forged, strict_client_of(forged, tmp_path), **token))
    assert (code, reason) == (Refusal.TOKEN, "the algorithm is not allowed")
    claims = forged.logout_claims()
    told = signed(claims, key, "RS256", typ="logout+jwt")
    assert refusal(lambda: strict_client_of(forged, tmp_path).logged_out(told))[0] is Refusal.TOKEN


@pytest.mark.parametrize("bits", [2048, 3064])
def test_strictly_a_key_of_less_than_3072_bits_signs_nothing(
    forged: ForgedProvider, tmp_path: Path, bits: int
) -> None:
    short = rsa_key("short", bits)
    forged.keys = published(short)
    token = {"token": lambda claims: signed(claims, short, "PS256")}
    assert answered(forged, client_of(forged), **token).subject == "an"
    code, reason = refusal(lambda: answered(forged, strict_client_of(forged, tmp_path), **token))
    assert (code, reason) == (Refusal.TOKEN, "no key of the provider fits the token")


@pytest.mark.parametrize("typ", ["JWT", None])
def test_strictly_a_logout_token_says_that_it_is_one(
    forged: ForgedProvider, tmp_path: Path, typ: str | None
) -> None:
    forged.keys = published(P256)
    provider = strict_client_of(forged, tmp_path)
    claims, header = forged.logout_claims(), {} if typ is None else {"typ": typ}
    told = signed(claims, P256, "ES256", typ="logout+jwt")
    assert provider.logged_out(told).subject == "an"
    code, reason = refusal(lambda: provider.logged_out(signed(claims, P256, "ES256", **header)))
    assert (code, reason) == (Refusal.TOKEN, "the token is of another type")


def test_a_key_that_is_broken_does_not_spoil_the_others(forged: ForgedProvider) -> None:
    broken: list[object] = [{"kty": "EC", "crv": "P-256", "x": "!", "y": 5}, {"kty": "AKP"}, 5]
    forged.keys = {"keys": [*broken, *published(rsa_key())["keys"]]}
    assert answered(forged, client_of(forged)).subject == "an"


def test_a_token_without_a_key_name_needs_keys_of_which_one_can_be_meant(
    forged: ForgedProvider,
) -> None:
    nameless = {"token": lambda claims: signed(claims, rsa_key(), kid=None)}
    forged.keys = published(rsa_key(), P256)
    assert answered(forged, client_of(forged), **nameless).subject == "an"
    forged.keys = published(rsa_key(), rsa_key("other"))
    code, reason = refusal(lambda: answered(forged, client_of(forged), **nameless))
    assert (code, reason) == (Refusal.TOKEN, "no key of the provider fits the token")


def test_an_unknown_key_makes_the_keys_be_fetched_again_once_a_minute(
    forged: ForgedProvider,
) -> None:
    clock = Clock()
    provider = client_of(forged, clock)
    answered(forged, provider)
    forged.keys = published(rsa_key("other"))
    new = {"token": lambda claims: signed(claims, rsa_key("other"))}
    assert answered(forged, provider, **new).subject == "an"
    assert forged.times_asked("/jwks") == 2
    # The first key is gone; asking for it again and again asks the provider no more.
    for _ in range(2):
        assert refusal(lambda: answered(forged, provider))[0] is Refusal.TOKEN
    assert forged.times_asked("/jwks") == 2
    clock.at += timedelta(seconds=61)
    assert refusal(lambda: answered(forged, provider))[0] is Refusal.TOKEN
    assert forged.times_asked("/jwks") == 3


# --- what a provider may answer besides


def paused(*parts: bytes, pause: float) -> Callable[[], Reply]:
    return lambda: Reply(parts, headers={"Content-Type": "application/json"}, pause=pause)


SLOW = "slow to begin", "slow to end"
BAD_REPLIES: Mapping[str, tuple[Callable[[], Reply], Refusal, str]] = {
    "a failure": (lambda: json_reply({}, 503), Refusal.UNREACHABLE, "HTTP 503"),
    "too many questions": (lambda: json_reply({}, 429), Refusal.UNREACHABLE, "HTTP 429"),
    SLOW[0]: (paused(b"{}", pause=3.0), Refusal.UNREACHABLE, "ReadTimeout"),
    SLOW[1]: (paused(*[b" "] * 30, pause=0.1), Refusal.UNREACHABLE, "slow answer"),
    "elsewhere": (
        lambda: Reply((b"",), 302, {"Location": "/elsewhere"}),
        Refusal.PROVIDER,
        "HTTP 302",
    ),
    "a page": (lambda: Reply((b"<h1>Welcome</h1>",)), Refusal.PROVIDER, "without a JSON object"),
    "a list": (lambda: json_reply([]), Refusal.PROVIDER, "without a JSON object"),
    "cut off": (
        lambda: Reply((b'{"issuer": ',), headers={"Content-Length": "500"}),
        Refusal.UNREACHABLE,
        "ProtocolError",
    ),
    "nothing": (lambda: Reply(()), Refusal.PROVIDER, "without a JSON object"),
    "deep": (lambda: Reply((b"[" * 200_000,)), Refusal.PROVIDER, "without a JSON object"),
    "no text": (lambda: Reply((b'{"a": "\xff"}',)), Refusal.PROVIDER, "without a JSON object"),
    "huge": (lambda: Reply((b" " * 65536,) * 400), Refusal.PROVIDER, "huge answer"),
    "compressed": (
        lambda: Reply((b"{}",), headers={"Content-Encoding": "gzip"}),
        Refusal.PROVIDER,
        "compressed answer",
    ),
}


@pytest.mark.parametrize("path", [DISCOVERY, "/token", "/jwks", "/userinfo"])
@pytest.mark.parametrize("bad", BAD_REPLIES)
def test_a_bad_answer_is_refused_in_time(forged: ForgedProvider, path: str, bad: str) -> None:
    reply, expected, about = BAD_REPLIES[bad]
    provider = client_of(forged, timeout=0.4 if bad in SLOW else TIMEOUT)
    forged.replies[path] = reply
    forged.replies["/elsewhere"] = lambda: json_reply({})
    begun = time.monotonic()
    code, reason = refusal(lambda: answered(forged, provider, email=None))
    assert code is expected
    assert about in reason
    assert path in reason
    assert time.monotonic() - begun < 2.5
    assert forged.times_asked("/elsewhere") == 0


@pytest.mark.parametrize("status", [400, 401, 404])
def test_a_provider_that_refuses_is_set_up_wrongly(forged: ForgedProvider, status: int) -> None:
    for path in ("/userinfo", "/jwks", "/token", DISCOVERY):
        forged.replies[path] = lambda: json_reply({"error": "it\nis"}, status)
        code, _ = refusal(lambda: answered(forged, client_of(forged), email=None))
        assert code is Refusal.PROVIDER


def test_a_provider_that_is_down_is_said_to_be() -> None:
    with forged_provider() as forged:
        provider = client_of(forged)
    code, reason = refusal(provider.begin)
    assert (code, reason) == (
        Refusal.UNREACHABLE,
        f"ConnectionError at {forged.issuer}{DISCOVERY}",
    )
    token = signed(forged.logout_claims(), rsa_key())
    assert refusal(lambda: provider.logged_out(token))[0] is Refusal.UNREACHABLE
    assert refusal(lambda: provider.way_out("token", "s"))[0] is Refusal.UNREACHABLE


@pytest.mark.parametrize(
    "changed",
    [
        {"issuer": "https://other.example"},
        {"issuer": None},
        {"authorization_endpoint": None},
        {"token_endpoint": "http://other.example/token"},
        {"jwks_uri": 5},
        {"jwks_uri": "file:///keys"},
        {"userinfo_endpoint": "http://[::1/userinfo"},
        {"end_session_endpoint": "javascript:alert(1)"},
        {"code_challenge_methods_supported": ["plain"]},
    ],
    ids=lambda changed: next(f"{name} {value}" for name, value in changed.items()),
)
def test_a_provider_that_says_something_else_of_itself_is_refused(
    forged: ForgedProvider, changed: Mapping[str, Any]
) -> None:
    forged.document.update(changed)
    assert refusal(client_of(forged).begin)[0] is Refusal.PROVIDER


def test_the_issuer_is_compared_to_the_letter(forged: ForgedProvider) -> None:
    with_slash = client_of(forged, issuer=f"{forged.issuer}/")
    assert refusal(with_slash.begin)[0] is Refusal.PROVIDER
    assert forged.times_asked(DISCOVERY) == 1


@pytest.mark.parametrize("answer", [{}, {"id_token": 5}, {"id_token": None, "access_token": "a"}])
def test_an_answer_without_an_id_token_is_refused(
    forged: ForgedProvider, answer: dict[str, Any]
) -> None:
    provider = client_of(forged)
    _, pending = provider.begin()
    forged.token = answer
    query = {"state": pending.state, "code": "c"}
    assert refusal(lambda: provider.complete(pending, query))[0] is Refusal.PROVIDER


# --- the userinfo


def test_the_userinfo_is_asked_where_claims_lack_and_overrules_none(
    forged: ForgedProvider,
) -> None:
    forged.userinfo = {"sub": "an", "name": "Somebody", "email": "new@example.org"}
    assert answered(forged, client_of(forged)).email == "an@example.org"
    assert forged.times_asked("/userinfo") == 0
    identity = answered(forged, client_of(forged), email=None)
    assert (identity.name, identity.email) == ("An Peeters", "new@example.org")
    asked = next(asked for asked in forged.asked if asked.path == "/userinfo")
    assert asked.headers["Authorization"] == "Bearer access"


@pytest.mark.parametrize("userinfo", [{}, {"sub": "another"}, {"sub": None}])
def test_a_userinfo_about_somebody_else_is_refused(
    forged: ForgedProvider, userinfo: dict[str, Any]
) -> None:
    forged.userinfo = {"vo_orgcode": "0426994097", **userinfo}
    code, reason = refusal(lambda: answered(forged, client_of(forged), vo_orgcode=None))
    assert (code, reason) == (Refusal.TOKEN, "the userinfo is about somebody else")


def test_a_provider_without_userinfo_will_do(forged: ForgedProvider) -> None:
    del forged.document["userinfo_endpoint"]
    identity = answered(forged, client_of(forged), email=None, name=None, vo_orgcode=None)
    assert (identity.name, identity.email, identity.organisation) == ("an", None, None)


# --- who somebody is


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({}, ("An Peeters", "an@example.org")),
        ({"name": None, "given_name": "An", "family_name": "Maes"}, ("An Maes", "an@example.org")),
        ({"name": "  An\u00a0\n Maes "}, ("An Maes", "an@example.org")),
        ({"name": " ", "family_name": "Maes"}, ("Maes", "an@example.org")),
        ({"name": "An\x00Maes", "family_name": 5}, ("an@example.org", "an@example.org")),
        ({"email_verified": False}, ("An Peeters", None)),
        ({"email_verified": True}, ("An Peeters", "an@example.org")),
        ({"email": ["an@example.org"]}, ("An Peeters", None)),
    ],
)
def test_the_name_and_the_address_are_what_can_be_shown(
    forged: ForgedProvider, claims: Mapping[str, Any], expected: tuple[str, str | None]
) -> None:
    forged.userinfo = {"sub": "an"}
    identity = answered(forged, client_of(forged), **claims)
    assert (identity.name, identity.email) == expected


@pytest.mark.parametrize(
    ("said", "roles"),
    [
        ("Officer", (Role.OFFICER,)),
        (["Officer", "Coach", "Officer"], (Role.COACH, Role.OFFICER)),
        (["Officer:0207509031"], (Role.OFFICER,)),
        (["Officer:0426994097, 0207509031"], (Role.OFFICER,)),
        (["Officer:0426994097"], ()),
        (["Officer:"], ()),
        (["officer", "Administrator", 5, None, {"Officer": 1}], ()),
        ({"Officer": True}, ()),
        ([], ()),
        (["realm:chief"], (Role.CHAIR,)),
    ],
)
def test_roles_are_those_declared_for_this_organisation(
    forged: ForgedProvider, said: object, roles: tuple[Role, ...]
) -> None:
    declared = {"Coach": Role.COACH, "Officer": Role.OFFICER, "realm:chief": Role.CHAIR}
    provider = client_of(forged, role_claim="roles", roles=declared)
    assert answered(forged, provider, roles=said).roles == roles


def test_a_role_for_an_organisation_does_not_count_without_one(forged: ForgedProvider) -> None:
    forged.userinfo = {"sub": "an"}
    provider = client_of(forged, role_claim="roles")
    for said in ("Officer:0207509031", "Officer:None", "Officer:"):
        assert answered(forged, provider, roles=said, vo_orgcode=None).roles == ()


@pytest.mark.parametrize("group", ["EA", None, ["LB"]])
def test_who_comes_for_another_kind_of_organisation_is_refused(
    forged: ForgedProvider, group: object
) -> None:
    forged.userinfo = {"sub": "an"}
    provider = client_of(forged, required={"vo_doelgroepcode": "LB"})
    assert answered(forged, provider, vo_doelgroepcode="LB").subject == "an"
    code, _ = refusal(lambda: answered(forged, provider, vo_doelgroepcode=group))
    assert code is Refusal.TARGET_GROUP


@pytest.mark.parametrize("acr", ["urn:one-factor", None, ["urn:two-factors"]])
def test_who_signed_in_otherwise_than_required_is_refused(
    forged: ForgedProvider, acr: object
) -> None:
    forged.userinfo = {"sub": "an"}
    provider = client_of(forged, required={"acr": "urn:two-factors"})
    assert answered(forged, provider, acr="urn:two-factors").subject == "an"
    code, reason = refusal(lambda: answered(forged, provider, acr=acr))
    assert (code, reason) == (Refusal.FACTORS, "acr is not what is required")


def test_the_provider_is_asked_for_the_way_to_sign_in_that_is_required(
    forged: ForgedProvider,
) -> None:
    url, _ = client_of(forged, required={"vo_doelgroepcode": "LB"}).begin()
    assert "acr_values" not in parse_qs(urlsplit(url).query)
    url, _ = client_of(forged, required={"acr": "urn:two-factors"}).begin()
    assert parse_qs(urlsplit(url).query)["acr_values"] == ["urn:two-factors"]


# --- signing out


def test_the_form_to_sign_out_holds_what_the_provider_wants(forged: ForgedProvider) -> None:
    forged.document["end_session_endpoint"] += "?lang=nl"
    form = client_of(forged).way_out("the.id.token", "x y")
    assert isinstance(form, LogoutForm)
    assert (form.address, form.origin) == (f"{forged.issuer}/end?lang=nl", forged.issuer)
    assert form.fields == {
        "id_token_hint": "the.id.token",
        "client_id": "evaltool",
        "post_logout_redirect_uri": Client().post_logout_redirect_uris[0],
        "state": "x y",
    }
    assert "the.id.token" not in repr(form)


@pytest.mark.parametrize("query", ["", "?lang=nl&of=A%26B", "?"])
def test_the_address_to_sign_out_keeps_what_the_provider_has_in_it(
    forged: ForgedProvider, query: str
) -> None:
    forged.document["end_session_endpoint"] += query
    link = client_of(forged, sign_out_by_address=True).way_out("the.id.token", "x&y")
    assert isinstance(link, LogoutLink)
    assert link.address.startswith(f"{forged.issuer}/end?")
    assert parse_qs(urlsplit(link.address).query, strict_parsing=True) == {
        **({"lang": ["nl"], "of": ["A&B"]} if len(query) > 1 else {}),
        "id_token_hint": ["the.id.token"],
        "client_id": ["evaltool"],
        "post_logout_redirect_uri": [Client().post_logout_redirect_uris[0]],
        "state": ["x&y"],
    }
    assert "the.id.token" not in repr(link)


@pytest.mark.parametrize("place", ["a.example;script-src *", "a.example, b.example", "a.example *"])
def test_signing_out_leads_to_no_place_that_says_more_in_a_policy(
    forged: ForgedProvider, place: str
) -> None:
    forged.document["end_session_endpoint"] = f"https://{place}/end"
    code, reason = refusal(lambda: client_of(forged).way_out("the.id.token", "s"))
    assert (code, reason) == (Refusal.PROVIDER, "end_session_endpoint is at a strange place")


def test_a_provider_where_one_cannot_sign_out_has_no_address_for_it(
    forged: ForgedProvider,
) -> None:
    del forged.document["end_session_endpoint"]
    assert client_of(forged).way_out("the.id.token", "s") is None


@pytest.mark.parametrize(
    ("changed", "typ", "expected"),
    [
        ({}, "logout+jwt", LoggedOut("an", "session-1", "token-1")),
        ({}, "application/logout+jwt", LoggedOut("an", "session-1", "token-1")),
        ({"sid": None}, "JWT", LoggedOut("an", None, "token-1")),
        ({"sub": None}, None, LoggedOut(None, "session-1", "token-1")),
        ({"aud": ["evaltool", "another"]}, None, LoggedOut("an", "session-1", "token-1")),
    ],
)
def test_a_logout_token_tells_whose_sessions_end(
    forged: ForgedProvider, changed: Mapping[str, Any], typ: str | None, expected: LoggedOut
) -> None:
    header = {} if typ is None else {"typ": typ}
    token = signed(forged.logout_claims(**changed), rsa_key(), **header)
    assert client_of(forged).logged_out(token) == expected


WRONG_LOGOUTS: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "of another issuer": ({"iss": "https://other.example"}, "iss"),
    "for another client": ({"aud": "another"}, "aud"),
    "expired": ({"exp": FromNow(-60)}, "exp"),
    "without end": ({"exp": None}, "exp"),
    "of no time": ({"iat": None}, "iat"),
    "of the future": ({"iat": FromNow(600)}, "future"),
    "without a name": ({"jti": None}, "jti"),
    "with an empty name": ({"jti": ""}, "jti"),
    "with a number for a name": ({"jti": 5}, "jti"),
    "with a nonce": ({"nonce": "n"}, "nonce"),
    "of no event": ({"events": None}, "event"),
    "of another event": ({"events": {"https://other.example/event": {}}}, "event"),
    "of an event that is no object": (
        {"events": {"http://schemas.openid.net/event/backchannel-logout": True}},
        "event",
    ),
    "of events in a list": (
        {"events": ["http://schemas.openid.net/event/backchannel-logout"]},
        "event",
    ),
    "about nobody": ({"sub": None, "sid": None}, "neither sub nor sid"),
    "about empty names": ({"sub": "", "sid": ""}, "neither sub nor sid"),
    "about a numbered session": ({"sid": 5}, "neither sub nor sid"),
    "about a numbered person": ({"sub": 5}, "sub"),
}


@pytest.mark.parametrize("wrong", WRONG_LOGOUTS)
def test_a_logout_token_that_does_not_fit_is_refused(forged: ForgedProvider, wrong: str) -> None:
    changed, about = WRONG_LOGOUTS[wrong]
    token = signed(forged.logout_claims(**changed), rsa_key(), typ="logout+jwt")
    code, reason = refusal(lambda: client_of(forged).logged_out(token))
    assert code is Refusal.TOKEN
    assert about in reason


def test_an_id_token_ends_no_session(forged: ForgedProvider) -> None:
    token = signed(forged.claims("nonce", jti="token-1"), rsa_key())
    code, reason = refusal(lambda: client_of(forged).logged_out(token))
    assert (code, reason) == (Refusal.TOKEN, "no event of logging out")


def test_a_logout_token_that_somebody_else_signed_is_refused(forged: ForgedProvider) -> None:
    claims = forged.logout_claims()
    tokens = (
        unsigned(claims),
        signed(claims, rsa_key("other"), kid="first"),
        signed_with_secret(claims, SECRET.encode()),
    )
    for token in tokens:
        assert refusal(partial(client_of(forged).logged_out, token))[0] is Refusal.TOKEN


@pytest.fixture(scope="module")
def lasting() -> Iterator[Provider]:
    with forged_provider() as forged:
        yield client_of(forged)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("alg"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
HEADERS = JSON | st.fixed_dictionaries(
    {"alg": st.sampled_from(["RS256", "ES256", "Ed25519", "EdDSA"]) | JSON},
    optional={"kid": st.just("first") | JSON, "typ": JSON, "b64": JSON, "jwk": JSON},
)


@given(st.text() | HEADERS.map(lambda head: f"{encoded(json.dumps(head).encode())}.e30.AAAA"))
@hypothesis_settings(deadline=None)
def test_whatever_is_sent_as_a_logout_token_is_refused_and_nothing_else(
    lasting: Provider, token: str
) -> None:
    assert refusal(lambda: lasting.logged_out(token))[0] is Refusal.TOKEN


# --- what is agreed, and what is kept in between


@pytest.mark.parametrize(
    ("changed", "about"),
    [
        ({"issuer": "http://provider.example"}, "issuer"),
        ({"issuer": "https://provider.example?a=b"}, "query"),
        ({"issuer": "https://provider.example#a"}, "fragment"),
        ({"redirect_uri": "http://tool.example/back"}, "redirect_uri"),
        ({"post_logout_redirect_uri": "/out"}, "post_logout_redirect_uri"),
        ({"client_id": ""}, "client_id"),
        ({"client_secret": ""}, "exactly one"),
        ({"client_key_file": Path("key.pem")}, "exactly one"),
        ({"strict": True}, "strict"),
        ({"scope": "profile openid2"}, "scope"),
        ({"organisation_claim": ""}, "organisation_claim"),
        ({"roles": {"Officer": Role.LOCAL}}, "roles"),
    ],
)
def test_settings_that_are_not_safe_are_refused(changed: Mapping[str, Any], about: str) -> None:
    with pytest.raises(ValueError, match=about):
        settings_for("https://provider.example", **changed)


def test_settings_do_not_show_their_secret() -> None:
    assert SECRET not in repr(settings_for("https://provider.example"))


@pytest.mark.parametrize(
    ("url", "anywhere", "here"),
    [
        ("https://provider.example/op", True, True),
        ("https://127.0.0.1/", True, True),
        ("http://127.0.0.1:8000/", False, True),
        ("http://127.9.9.9/", False, True),
        ("http://[::1]:8000/", False, True),
        ("http://localhost/", False, True),
        ("http://localhost.example/", False, False),
        ("http://127.0.0.1.example/", False, False),
        ("http://provider.example/", False, False),
        ("https://user@provider.example/", False, False),
        ("https:///op", False, False),
        ("https://provider.example:99999/", False, False),
        ("ftp://127.0.0.1/", False, False),
        ("provider.example", False, False),
        ("", False, False),
    ],
)
def test_only_https_and_this_machine_are_trusted(url: str, anywhere: bool, here: bool) -> None:
    assert is_trusted(url, local=False) is anywhere
    assert is_trusted(url, local=True) is here


def test_a_sign_in_that_was_begun_is_kept_as_json(forged: ForgedProvider) -> None:
    _, pending = client_of(forged).begin()
    assert Pending.from_json(json.loads(json.dumps(pending.as_json()))) == pending


@pytest.mark.parametrize("kept", [None, [], "state", {}, {"state": "s", "nonce": "n"}])
def test_what_was_kept_and_is_no_sign_in_is_refused(kept: object) -> None:
    assert refusal(lambda: Pending.from_json(kept))[0] is Refusal.STATE
