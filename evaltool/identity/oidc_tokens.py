"""Tokens of an OpenID Connect provider: whose signature they carry, and what they must say."""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwa import JWSAlgModel
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from evaltool.identity.oidc_http import Cached, OidcRefused, Refusal

ALGORITHMS = frozenset({"RS256", "PS256", "ES256", "EdDSA", "Ed25519"})
"""With a public key, all of them. ``Ed25519`` is what RFC 9864 calls ``EdDSA`` on that curve."""

LEEWAY = 30
"""Seconds that the clocks of a provider and of this machine may differ."""

ID_TOKEN_TYPES = frozenset({"jwt"})


@dataclass(frozen=True)
class Demands:
    """What the tokens and keys of a provider must be. ``least_bits`` is of a key of RSA."""

    algorithms: frozenset[str]
    least_bits: int
    logout_types: frozenset[str]


USUAL = Demands(ALGORITHMS, 2048, frozenset({"jwt", "logout+jwt"}))
"""What OpenID Connect asks of every provider. It recommends the second type, and allows none."""
STRICT = Demands(ALGORITHMS - {"RS256"}, 3072, frozenset({"logout+jwt"}))
"""What OWASP ASVS 5.0 asks: V10.5.5, V11.2.3 and V11.6.1."""

_LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_LONGEST_SUBJECT = 255
_RENEWAL_PAUSE = timedelta(minutes=1)

Key = RSAKey | ECKey | OKPKey
_KINDS: Mapping[str, type[Key]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}


class _Registry(JWSRegistry):
    """The algorithms above. Headers that it does not know are left alone, as RFC 7515 asks."""

    max_header_length = 4096

    def __init__(self) -> None:
        super().__init__(algorithms=ALGORITHMS, strict_check_header=False)

    def get_alg(self, name: str) -> JWSAlgModel:
        if name not in ALGORITHMS:
            raise UnsupportedAlgorithmError(f"Algorithm of '{name}' is not allowed")
        return self.algorithms[name]


REGISTRY = _Registry()
"""Signs and checks with the algorithms above alone."""


@dataclass(frozen=True)
class Verified:
    """A token that carries a signature of the provider; its claims are not looked at yet."""

    algorithm: str
    claims: Mapping[str, Any]


@dataclass(frozen=True)
class _Header:
    algorithm: str
    key: str | None


def read_keys(found: Mapping[str, Any], least_bits: int) -> tuple[Key, ...]:
    """The public keys in a JWK Set that we can read; those of other kinds are left out.

    So are those of RSA of fewer than ``least_bits``.

    Raises:
        OidcRefused: it is no JWK Set.
    """
    listed = found.get("keys")
    if not isinstance(listed, list):
        raise OidcRefused(Refusal.PROVIDER, "the keys are no JWK Set")
    return tuple(key for data in listed if (key := _key(data, least_bits)) is not None)


def _key(data: object, least_bits: int) -> Key | None:
    if not isinstance(data, dict):
        return None
    # Before it is read: of a short key the library only warns.
    if data.get("kty") == "RSA" and _bits(data.get("n")) < least_bits:
        return None
    kind = _KINDS.get(str(data.get("kty")))
    try:
        return None if kind is None else kind.import_key(data)
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def _bits(modulus: object) -> int:
    """How many bits there are in a number in base64url; none where it is no such number."""
    text = modulus if isinstance(modulus, str) else ""
    try:
        return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))).bit_length()
    except ValueError:
        return 0


class Signatures:
    """Tells whether a provider signed a token, with the keys that it publishes.

    A token with an unknown key makes the keys be fetched again, since providers change them; once
    a minute at most, since anybody can send a token.
    """

    def __init__(
        self,
        fetch: Callable[[], Sequence[Key]],
        now: Callable[[], datetime],
        algorithms: frozenset[str],
    ) -> None:
        self._keys = Cached(fetch, now)
        self._algorithms = algorithms
        self._now = now
        self._renewed: datetime | None = None

    def verified(self, token: str, types: frozenset[str]) -> Verified:
        """A token of one of these types, when the provider signed it.

        Raises:
            OidcRefused: it did not, or in a way that is not safe.
        """
        header = _header(token, types, self._algorithms)
        key = _fitting(self._keys.get(), header)
        if key is None and self._may_renew():
            key = _fitting(self._keys.renew(), header)
        if key is None:
            raise OidcRefused(Refusal.TOKEN, "no key of the provider fits the token")
        try:
            return Verified(header.algorithm, jwt.decode(token, key, registry=REGISTRY).claims)
        except (JoseError, ValueError, RecursionError) as error:
            raise OidcRefused(Refusal.TOKEN, _words(error)) from None

    def _may_renew(self) -> bool:
        now = self._now()
        if self._renewed is not None and now - self._renewed < _RENEWAL_PAUSE:
            return False
        self._renewed = now
        return True


def _header(token: str, types: frozenset[str], algorithms: frozenset[str]) -> _Header:
    """What a token says of its signature, when that is one we look at."""
    try:
        said = jws.extract_compact(token.encode(), registry=REGISTRY).headers()
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise OidcRefused(Refusal.TOKEN, _words(error)) from None
    if not isinstance(said, dict):
        raise OidcRefused(Refusal.TOKEN, "the header is no object")
    algorithm, key, kind = said.get("alg"), said.get("kid"), said.get("typ", "JWT")
    if not isinstance(algorithm, str) or algorithm not in algorithms:
        raise OidcRefused(Refusal.TOKEN, "the algorithm is not allowed")
    if not isinstance(kind, str) or kind.lower().removeprefix("application/") not in types:
        raise OidcRefused(Refusal.TOKEN, "the token is of another type")
    if not (key is None or isinstance(key, str)) or "crit" in said:
        raise OidcRefused(Refusal.TOKEN, "the header asks for what is not understood")
    return _Header(algorithm, key)


def _fitting(keys: Sequence[Key], header: _Header) -> Key | None:
    """The key that a token names; where it names none, the only one that can be meant."""
    algorithm = REGISTRY.get_alg(header.algorithm)
    found = []
    for key in keys:
        try:
            algorithm.check_key(key)
        except JoseError:
            continue
        if header.key is None or key.get("kid") == header.key:
            found.append(key)
    return found[0] if found and (header.key is not None or len(found) == 1) else None


def check_id_token(
    token: Verified,
    *,
    issuer: str,
    client_id: str,
    nonce: str,
    access_token: str | None,
    now: datetime,
) -> None:
    """Whether an ID token is for this sign-in: OpenID Connect Core 1.0, section 3.1.3.7.

    Raises:
        OidcRefused: it is not.
    """
    options = {
        "iss": {"essential": True, "value": issuer},
        "sub": {"essential": True},
        "aud": {"essential": True, "value": client_id},
    }
    expected = {"nonce": nonce, "client_id": client_id}
    # The hash of the access token is optional here; Authlib has none for Ed25519.
    if access_token is not None and token.algorithm.endswith("256"):
        expected["access_token"] = access_token
    claims = CodeIDToken(token.claims, {"alg": token.algorithm}, options, expected)
    try:
        claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
    except (JoseError, TypeError, ValueError) as error:
        raise OidcRefused(Refusal.TOKEN, _words(error)) from None
    if not claims["sub"].isascii() or len(claims["sub"]) > _LONGEST_SUBJECT:
        raise OidcRefused(Refusal.TOKEN, "the subject has a form that is not allowed")


def check_logout_token(token: Verified, *, issuer: str, client_id: str, now: datetime) -> None:
    """Whether a token ends a session: OpenID Connect Back-Channel Logout 1.0, section 2.6.

    Raises:
        OidcRefused: it does not.
    """
    claims = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=LEEWAY,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": client_id},
        iat={"essential": True},
        exp={"essential": True},
        jti={"essential": True},
    )
    try:
        claims.validate(dict(token.claims))
    except (JoseError, TypeError, ValueError) as error:
        raise OidcRefused(Refusal.TOKEN, _words(error)) from None
    events = token.claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(_LOGOUT_EVENT), dict):
        raise OidcRefused(Refusal.TOKEN, "no event of logging out")
    if "nonce" in token.claims:
        raise OidcRefused(Refusal.TOKEN, "a logout token has no nonce")
    named = [token.claims.get(name) for name in ("sub", "sid")]
    if not any(named) or not all(name is None or isinstance(name, str) for name in named):
        raise OidcRefused(Refusal.TOKEN, "neither sub nor sid")


def _words(error: Exception) -> str:
    """What is wrong for the log, in the words of the library: names of claims, no values."""
    return str(error)[:100] if isinstance(error, JoseError) else type(error).__name__
