"""Single sign-on with OpenID Connect: the side of the application, without its pages.

Made for ACM/IDM of the Flemish government: scope ``vo``, claims ``vo_orgcode`` (for local
authorities a KBO number), ``vo_doelgroepcode`` (``LB``: local authorities), ``vo_email``, and a
claim ``..._rol_3d`` of the application with its roles. Any other provider will do.
"""

import base64
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import quote_plus

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from evaltool.identity.client_key import ASSERTION_TYPE, UnfitKey, assertion, read_client_key
from evaltool.identity.oidc_discovery import Endpoints, discover
from evaltool.identity.oidc_http import (
    TIMEOUT,
    Cached,
    OidcRefused,
    Questions,
    Refusal,
    is_local,
)
from evaltool.identity.oidc_identity import HOW, Identity, OidcSettings, identity_of
from evaltool.identity.oidc_logout import LogoutForm, LogoutLink, way_out
from evaltool.identity.oidc_tokens import (
    ID_TOKEN_TYPES,
    STRICT,
    USUAL,
    Key,
    Signatures,
    check_id_token,
    check_logout_token,
    read_keys,
)
from evaltool.identity.tokens import new_token

__all__ = [
    "Identity",
    "LoggedOut",
    "LogoutForm",
    "LogoutLink",
    "OidcRefused",
    "OidcSettings",
    "Pending",
    "Provider",
    "Refusal",
]


@dataclass(frozen=True)
class Pending:
    """A sign-in that was begun; kept in the browser's session, and used once."""

    state: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)

    def as_json(self) -> dict[str, str]:
        """It as a session keeps it."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: object) -> Self:
        """It again.

        Raises:
            OidcRefused: what was kept is something else, or nothing.
        """
        names = ("state", "nonce", "verifier")
        if not isinstance(kept, dict) or not all(kept.get(name) for name in names):
            raise OidcRefused(Refusal.STATE, "no sign-in was begun in this browser")
        return cls(*(str(kept[name]) for name in names))


@dataclass(frozen=True)
class LoggedOut:
    """Whose sessions end: those of a subject, or the one session. ``id`` is that of the token."""

    subject: str | None
    session_id: str | None
    id: str


class Provider:
    """One provider of identities. May be shared by threads.

    ``timeout`` is in seconds, for each of the at most four questions that signing in takes.
    Every method that raises OidcRefused raises nothing else.
    """

    def __init__(
        self,
        settings: OidcSettings,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        timeout: float = TIMEOUT,
    ) -> None:
        self._settings = settings
        self._now = now
        self._demands = STRICT if settings.strict else USUAL
        local = is_local(settings.issuer)
        self._questions = Questions(local=local, timeout=timeout)
        self._endpoints: Cached[Endpoints] = Cached(
            lambda: discover(self._questions, settings.issuer, local=local), now
        )
        self._signatures = Signatures(self._fetch_keys, now, self._demands.algorithms)

    def _fetch_keys(self) -> tuple[Key, ...]:
        found = self._questions.get(self._endpoints.get().keys)
        return read_keys(found, self._demands.least_bits)

    def begin(self) -> tuple[str, Pending]:
        """Where to send the browser, and what to keep in its session until it comes back.

        Raises:
            OidcRefused: the provider cannot be asked where that is, or the tool could not prove
                itself to it afterwards.
        """
        # Tried beforehand: nobody signs in there for nothing.
        self._proof()
        pending = Pending(new_token(), new_token(), new_token())
        how = self._settings.required.get(HOW)
        url = prepare_grant_uri(
            self._endpoints.get().authorization,
            client_id=self._settings.client_id,
            response_type="code",
            redirect_uri=self._settings.redirect_uri,
            scope=self._settings.scope,
            state=pending.state,
            nonce=pending.nonce,
            code_challenge=create_s256_code_challenge(pending.verifier),
            code_challenge_method="S256",
            # A provider need not heed it: who comes back is held against it as well.
            **({} if how is None else {"acr_values": how}),
        )
        return str(url), pending

    def complete(self, pending: Pending, query: Mapping[str, str]) -> Identity:
        """Who signed in, by the query with which the browser came back.

        Raises:
            OidcRefused: nobody did, or not in a way that can be trusted.
        """
        code = self._code(pending, query)
        id_token, access_token = self._exchange(code, pending.verifier)
        verified = self._signatures.verified(id_token, ID_TOKEN_TYPES)
        check_id_token(
            verified,
            issuer=self._settings.issuer,
            client_id=self._settings.client_id,
            nonce=pending.nonce,
            access_token=access_token,
            now=self._now(),
        )
        claims = self._completed(verified.claims, access_token)
        return identity_of(self._settings, claims, id_token)

    def way_out(self, id_token: str, state: str) -> LogoutForm | LogoutLink | None:
        """By what a browser ends its session at the provider; None where nothing does.

        The provider gives ``state`` back.

        Raises:
            OidcRefused: the provider cannot be asked where that is.
        """
        endpoint = self._endpoints.get().end_session
        if endpoint is None:
            return None
        return way_out(self._settings, endpoint, id_token, state)

    def logged_out(self, logout_token: str) -> LoggedOut:
        """Whose sessions a provider ends with a token that it sends by itself.

        Raises:
            OidcRefused: the token is not one of the provider, for us, of now.
        """
        verified = self._signatures.verified(logout_token, self._demands.logout_types)
        check_logout_token(
            verified,
            issuer=self._settings.issuer,
            client_id=self._settings.client_id,
            now=self._now(),
        )
        claims = verified.claims
        return LoggedOut(claims.get("sub"), claims.get("sid"), claims["jti"])

    def _code(self, pending: Pending, query: Mapping[str, str]) -> str:
        """The code in an answer that is one to our question."""
        state = query.get("state", "").encode(errors="replace")
        if not secrets.compare_digest(state, pending.state.encode()):
            raise OidcRefused(Refusal.STATE, "the state is not that of this browser")
        named = query.get("iss")
        if named is None and self._endpoints.get().names_itself:
            raise OidcRefused(Refusal.STATE, "the answer does not name its issuer")
        if named is not None and named != self._settings.issuer:
            raise OidcRefused(Refusal.STATE, "the answer is of another issuer")
        if "error" in query:
            error = query["error"]
            refusal = {
                "access_denied": Refusal.DENIED,
                "temporarily_unavailable": Refusal.UNREACHABLE,
                "server_error": Refusal.UNREACHABLE,
            }.get(error, Refusal.PROVIDER)
            raise OidcRefused(refusal, f"the provider answers {_known(error)}")
        if not query.get("code"):
            raise OidcRefused(Refusal.PROVIDER, "the answer has no code")
        return query["code"]

    def _exchange(self, code: str, verifier: str) -> tuple[str, str | None]:
        """The ID token for a code, and the access token where there is one."""
        answer = self._questions.post(
            self._endpoints.get().token,
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self._settings.redirect_uri,
                "code_verifier": verifier,
                **self._proof(),
            },
            self._authorization(),
        )
        if answer.status != 200:
            error = answer.content.get("error")
            refusal = Refusal.STATE if error == "invalid_grant" else Refusal.PROVIDER
            raise OidcRefused(refusal, f"the token endpoint answers {_known(error)}")
        id_token, access_token = answer.content.get("id_token"), answer.content.get("access_token")
        if not isinstance(id_token, str):
            raise OidcRefused(Refusal.PROVIDER, "the token endpoint gives no ID token")
        return id_token, access_token if isinstance(access_token, str) else None

    def _authorization(self) -> str | None:
        """The header by which the provider knows the tool, where that is by a secret."""
        if self._settings.client_key_file is not None:
            return None
        # RFC 6749, section 2.3.1, has both of them encoded before they are joined.
        known = (self._settings.client_id, self._settings.client_secret)
        return _basic(*map(quote_plus, known))

    def _proof(self) -> Mapping[str, str]:
        """The fields by which the provider knows the tool, where that is by a key."""
        if self._settings.client_key_file is None:
            return {}
        try:
            proof = assertion(
                read_client_key(self._settings.client_key_file),
                client_id=self._settings.client_id,
                issuer=self._settings.issuer,
                offered=self._endpoints.get().client_algorithms,
                strict=self._settings.strict,
                now=self._now(),
            )
        except UnfitKey as unfit:
            raise OidcRefused(Refusal.OURS, str(unfit)) from None
        return {
            "client_id": self._settings.client_id,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": proof,
        }

    def _completed(self, claims: Mapping[str, Any], access_token: str | None) -> Mapping[str, Any]:
        """The claims of an ID token, with those of the userinfo endpoint where some lack."""
        endpoint = self._endpoints.get().userinfo
        if endpoint is None or access_token is None or not self._settings.lacks(claims):
            return claims
        more = self._questions.get(endpoint, bearer=access_token)
        if more.get("sub") != claims["sub"]:
            raise OidcRefused(Refusal.TOKEN, "the userinfo is about somebody else")
        return {**more, **claims}


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")


def _known(error: object) -> str:
    """An error code for the log: whatever is not one stays out."""
    return error if isinstance(error, str) and re.fullmatch(r"[a-z_]{1,40}", error) else "an error"
