"""What an OpenID Connect provider says of itself: OpenID Connect Discovery 1.0."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from authlib.oidc.discovery import get_well_known_url

from evaltool.identity.oidc_http import OidcRefused, Questions, Refusal, is_trusted


@dataclass(frozen=True)
class Endpoints:
    """Where a provider is asked for what; None for what it does not offer.

    ``names_itself``: it adds its name to every answer (RFC 9207). ``client_algorithms`` may sign
    what a client proves itself with; None where it does not say which.
    """

    authorization: str
    token: str
    keys: str
    userinfo: str | None
    end_session: str | None
    names_itself: bool
    client_algorithms: tuple[object, ...] | None


def discover(questions: Questions, issuer: str, *, local: bool) -> Endpoints:
    """The endpoints of a provider, from the document at its well-known address.

    Raises:
        OidcRefused: there is none, it is that of another provider, it names an address that is
            not one of HTTPS, or the provider does not know PKCE with S256.
    """
    found = questions.get(get_well_known_url(issuer, external=True))
    if found.get("issuer") != issuer:
        raise OidcRefused(Refusal.PROVIDER, "the document is of another issuer")
    methods = found.get("code_challenge_methods_supported")
    if isinstance(methods, list) and "S256" not in methods:
        raise OidcRefused(Refusal.PROVIDER, "the provider does not know PKCE with S256")
    algorithms = found.get("token_endpoint_auth_signing_alg_values_supported")
    return Endpoints(
        authorization=_address(found, "authorization_endpoint", local=local),
        token=_address(found, "token_endpoint", local=local),
        keys=_address(found, "jwks_uri", local=local),
        userinfo=_optional(found, "userinfo_endpoint", local=local),
        end_session=_optional(found, "end_session_endpoint", local=local),
        names_itself=found.get("authorization_response_iss_parameter_supported") is True,
        client_algorithms=tuple(algorithms) if isinstance(algorithms, list) else None,
    )


def _optional(found: Mapping[str, Any], name: str, *, local: bool) -> str | None:
    return None if found.get(name) is None else _address(found, name, local=local)


def _address(found: Mapping[str, Any], name: str, *, local: bool) -> str:
    url = found.get(name)
    if not isinstance(url, str) or not is_trusted(url, local=local):
        raise OidcRefused(Refusal.PROVIDER, f"{name} is no address of HTTPS")
    return url
