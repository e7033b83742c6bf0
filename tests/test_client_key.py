"""The key by which a provider knows the tool: what can be one, and what is proved with it."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwt

from evaltool.cli import main
from evaltool.identity.client_key import (
    ASSERTION_TYPE,
    LASTS,
    UnfitKey,
    assertion,
    public_keys,
    read_client_key,
)
from evaltool.identity.oidc import Identity, OidcRefused, OidcSettings, Provider, Refusal
from evaltool.identity.oidc_tokens import REGISTRY
from tests.client_keys import a_client_key, a_private_key
from tests.factories import a_single_sign_on
from tests.provider import Client, Configuration, RunningProvider, running
from tests.provider.browsing import walk
from tests.provider.forging import ForgedProvider, forged_provider, rsa_key, signed

KINDS = ("P-256", "Ed25519", "RSA-3072")
NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
OFFERED = "token_endpoint_auth_signing_alg_values_supported"


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The header and the claims of a token, whoever signed it."""
    head, claims, _ = token.split(".")
    read = (json.loads(base64.urlsafe_b64decode(p + "=" * (-len(p) % 4))) for p in (head, claims))
    return next(read), next(read)


# --- what can be a key


@pytest.mark.parametrize("kind", [*KINDS, "RSA-4096"])
@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_a_key_is_read_in_the_forms_that_openssl_writes(
    kind: str, form: PrivateFormat, tmp_path: Path
) -> None:
    # There is no older form for Ed25519.
    form = PrivateFormat.PKCS8 if kind == "Ed25519" else form
    assert read_client_key(a_client_key(tmp_path, kind, form=form)).is_private


def test_what_openssl_puts_before_a_key_does_no_harm(tmp_path: Path) -> None:
    path = a_client_key(tmp_path, form=PrivateFormat.TraditionalOpenSSL)
    before = b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
    path.write_bytes(before + path.read_bytes())
    assert read_client_key(path).is_private


@pytest.mark.parametrize("kind", ["RSA-2048", "P-384"])
def test_a_key_of_another_type_or_too_short_is_refused(kind: str, tmp_path: Path) -> None:
    with pytest.raises(UnfitKey, match="type or a size"):
        read_client_key(a_client_key(tmp_path, kind))


def test_a_key_with_a_passphrase_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnfitKey, match="without a passphrase"):
        read_client_key(a_client_key(tmp_path, passphrase="a passphrase"))


@pytest.mark.parametrize("held", [b"", b"secret", b"\xff" * 20_000])
def test_what_is_no_key_is_refused_and_not_quoted(held: bytes, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(held)
    with pytest.raises(UnfitKey) as raised:
        read_client_key(tmp_path / "key")
    assert str(raised.value) == "the client key is no PEM without a passphrase"


def test_a_key_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnfitKey, match="FileNotFoundError"):
        read_client_key(tmp_path / "nowhere")


# --- what is proved with it


def proved(path: Path, **changed: Any) -> str:
    """An assertion with the key in a file."""
    given: dict[str, Any] = {
        "client_id": "evaltool",
        "issuer": "https://provider.example",
        "offered": None,
        "strict": False,
        "now": NOW,
    }
    return assertion(read_client_key(path), **{**given, **changed})


@pytest.mark.parametrize(
    ("kind", "algorithm"), [("P-256", "ES256"), ("Ed25519", "EdDSA"), ("RSA-3072", "RS256")]
)
def test_an_assertion_says_who_for_whom_once_and_for_a_minute(
    kind: str, algorithm: str, tmp_path: Path
) -> None:
    # Where the provider does not say what it takes, this is what most know.
    path = a_client_key(tmp_path, kind)
    token = proved(path)
    header, claims = parts(token)
    key = read_client_key(path)
    assert header == {"typ": "JWT", "alg": algorithm, "kid": key.thumbprint()}
    now = int(NOW.timestamp())
    assert claims.pop("jti") != parts(proved(path))[1]["jti"]
    assert claims == {
        "iss": "evaltool",
        "sub": "evaltool",
        "aud": "https://provider.example",
        "iat": now,
        "exp": now + 60,
    }
    assert LASTS == 60
    assert jwt.decode(token, key, registry=REGISTRY).claims["sub"] == "evaltool"


@pytest.mark.parametrize(
    ("kind", "algorithm"), [("P-256", "ES256"), ("Ed25519", "EdDSA"), ("RSA-3072", "PS256")]
)
def test_strictly_an_assertion_is_never_signed_with_rs256(
    kind: str, algorithm: str, tmp_path: Path
) -> None:
    assert parts(proved(a_client_key(tmp_path, kind), strict=True))[0]["alg"] == algorithm


@pytest.mark.parametrize(
    ("kind", "offered", "algorithm"),
    [
        ("P-256", ["RS256", "ES256"], "ES256"),
        ("Ed25519", ["EdDSA"], "EdDSA"),
        ("Ed25519", ["EdDSA", "Ed25519"], "Ed25519"),
        ("RSA-3072", ["RS256", "PS256"], "PS256"),
        ("RSA-3072", ["RS256", 5, None], "RS256"),
    ],
)
def test_of_the_algorithms_that_a_provider_takes_the_best_is_used(
    kind: str, offered: list[object], algorithm: str, tmp_path: Path
) -> None:
    assert parts(proved(a_client_key(tmp_path, kind), offered=offered))[0]["alg"] == algorithm


@pytest.mark.parametrize(
    ("kind", "offered", "strict"),
    [
        ("P-256", ["RS256", "EdDSA"], False),
        ("RSA-3072", ["RS256"], True),
        ("Ed25519", [], False),
        ("RSA-3072", ["HS256", "none"], False),
    ],
)
def test_a_key_whose_signature_a_provider_does_not_take_proves_nothing(
    kind: str, offered: list[object], strict: bool, tmp_path: Path
) -> None:
    with pytest.raises(UnfitKey, match="takes no signature"):
        proved(a_client_key(tmp_path, kind), offered=offered, strict=strict)


# --- what a provider is told of it


@pytest.mark.parametrize("kind", KINDS)
def test_the_command_prints_the_public_half_under_its_thumbprint(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = a_client_key(tmp_path, kind)
    assert main(["oidc", "key", "--key-file", str(path)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == public_keys(read_client_key(path))
    (key,) = told["keys"]
    assert key["use"] == "sig"
    assert key["kid"] == parts(proved(path))[0]["kid"]
    # RFC 7517 and 7518: what is secret of a key.
    assert not {"d", "p", "q", "dp", "dq", "qi", "oth", "k"} & set(key)


@pytest.mark.parametrize(("lang", "told"), [("nl", "geen private sleutel"), ("en", "no private")])
def test_the_command_refuses_what_is_no_key(
    lang: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "key").write_text("secret words")
    for name in ("key", "nowhere"):
        assert main(["oidc", "key", "--key-file", str(tmp_path / name), "--lang", lang]) == 1
        said = capsys.readouterr()
        assert (said.out, told in said.err, "secret words" in said.err) == ("", True, False)


@pytest.mark.parametrize("arguments", [[], ["key"], ["lock"]])
def test_the_command_needs_its_action_and_a_file(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["oidc", *arguments])
    assert ended.value.code == 2


# --- at a provider that answers what a test makes up


def settings_for(issuer: str, path: Path, **changes: Any) -> OidcSettings:
    """What was agreed with a provider that knows the tool by a key."""
    agreed: dict[str, Any] = {
        "client_secret": "",
        "client_key_file": path,
        "redirect_uri": Client().redirect_uris[0],
        "scope": "openid profile",
    }
    return a_single_sign_on(issuer=issuer, **{**agreed, **changes})


@pytest.fixture
def forged() -> Iterator[ForgedProvider]:
    with forged_provider() as provider:
        yield provider


def exchanged(forged: ForgedProvider, provider: Provider) -> Identity:
    """Who signs in when the provider takes whatever proof there is."""
    _, pending = provider.begin()
    forged.token = {"id_token": signed(forged.claims(pending.nonce), rsa_key())}
    return provider.complete(pending, {"state": pending.state, "code": "the code"})


def test_the_code_is_exchanged_with_an_assertion_and_no_secret(
    forged: ForgedProvider, tmp_path: Path
) -> None:
    path = a_client_key(tmp_path)
    assert exchanged(forged, Provider(settings_for(forged.issuer, path))).subject == "an"
    asked = next(asked for asked in forged.asked if asked.path == "/token")
    assert "Authorization" not in asked.headers
    assert "client_secret" not in asked.form
    assert asked.form["client_id"] == "evaltool"
    assert asked.form["client_assertion_type"] == ASSERTION_TYPE
    claims = jwt.decode(
        asked.form["client_assertion"], read_client_key(path), registry=REGISTRY
    ).claims
    assert (claims["aud"], claims["sub"]) == (forged.issuer, "evaltool")


def test_what_the_provider_says_to_take_is_heeded(forged: ForgedProvider, tmp_path: Path) -> None:
    forged.document[OFFERED] = ["RS256"]
    usual = settings_for(forged.issuer, a_client_key(tmp_path, "RSA-3072"))
    exchanged(forged, Provider(usual))
    asked = next(asked for asked in forged.asked if asked.path == "/token")
    assert parts(asked.form["client_assertion"])[0]["alg"] == "RS256"
    with pytest.raises(OidcRefused) as raised:
        Provider(replace(usual, strict=True)).begin()
    assert raised.value.code is Refusal.OURS
    assert raised.value.reason == "the provider takes no signature of the client key"
    assert forged.times_asked("/token") == 1


@pytest.mark.parametrize(
    "spoil", [lambda path: path.unlink(), lambda path: path.write_text("spoilt")]
)
def test_a_key_that_went_bad_meanwhile_is_for_who_runs_the_tool(
    forged: ForgedProvider, tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    path = a_client_key(tmp_path)
    provider = Provider(settings_for(forged.issuer, path))
    _, pending = provider.begin()
    spoil(path)
    back = {"state": pending.state, "code": "the code"}
    # Nobody is sent away with it; who was away already hears the same.
    for call in (provider.begin, lambda: provider.complete(pending, back)):
        with pytest.raises(OidcRefused) as raised:
            call()
        assert raised.value.code is Refusal.OURS
        assert raised.value.reason.startswith("the client key ")
        assert str(tmp_path) not in raised.value.reason
    assert forged.times_asked("/token") == 0


# --- at a real provider


def known_as(name: str, *files: Path) -> Client:
    """A client that the provider knows by the keys in files."""
    keys = [key for file in files for key in public_keys(read_client_key(file))["keys"]]
    return replace(Client(), id=name, keys={"keys": keys}, algorithm="ES256")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """A file with a key by the name of each client, and one that comes after."""
    names = (*KINDS, "next")
    kinds = {name: name if name in KINDS else "P-256" for name in names}
    return {
        name: a_client_key(tmp_path_factory.mktemp("key"), kind) for name, kind in kinds.items()
    }


@pytest.fixture(scope="module")
def real(files: Mapping[str, Path]) -> Iterator[RunningProvider]:
    clients = tuple(known_as(kind, files[kind], files["next"]) for kind in KINDS)
    with running(Configuration(clients=clients, accounts={"an": {"name": "An"}})) as provider:
        yield provider


def signs_in(real: RunningProvider, settings: OidcSettings) -> Identity:
    """Who signs in at a real provider."""
    provider = Provider(settings)
    url, pending = provider.begin()
    with requests.Session() as browser:
        browser.trust_env = False
        typed = {"login": "an", "what": "login"}
        return provider.complete(pending, walk(browser, url, settings.redirect_uri, typed))


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_a_real_provider_knows_the_tool_by_its_key(
    real: RunningProvider, files: Mapping[str, Path], kind: str, strict: bool
) -> None:
    settings = settings_for(real.issuer, files[kind], client_id=kind, strict=strict)
    assert signs_in(real, settings).subject == "an"


def test_a_real_provider_refuses_an_assertion_of_another_key(
    real: RunningProvider, tmp_path: Path
) -> None:
    settings = settings_for(real.issuer, a_client_key(tmp_path), client_id="P-256")
    with pytest.raises(OidcRefused) as raised:
        signs_in(real, settings)
    assert raised.value.code is Refusal.PROVIDER
    assert raised.value.reason == "the token endpoint answers invalid_client"


def test_a_real_provider_that_wants_a_key_refuses_a_secret(real: RunningProvider) -> None:
    by_secret = {"client_secret": "a secret", "client_key_file": None, "client_id": "P-256"}
    with pytest.raises(OidcRefused) as raised:
        signs_in(real, settings_for(real.issuer, Path(), **by_secret))
    assert raised.value.reason == "the token endpoint answers invalid_client"


def test_a_new_key_counts_without_a_restart(
    real: RunningProvider, files: Mapping[str, Path], tmp_path: Path
) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(files["P-256"].read_bytes())
    provider = Provider(settings_for(real.issuer, path, client_id="P-256"))

    def in_again() -> str:
        url, pending = provider.begin()
        with requests.Session() as browser:
            browser.trust_env = False
            query = walk(browser, url, Client().redirect_uris[0], {"login": "an", "what": "login"})
        return provider.complete(pending, query).subject

    assert in_again() == "an"
    path.write_bytes(files["next"].read_bytes())
    assert in_again() == "an"
    # One that the provider does not know shows that it is the file of now that is read.
    lone = a_private_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(lone)
    with pytest.raises(OidcRefused):
        in_again()
