"""Signing out at a provider as well: OpenID Connect RP-Initiated Logout 1.0."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from evaltool.identity.oidc_http import OidcRefused, Refusal
from evaltool.identity.oidc_identity import OidcSettings


@dataclass(frozen=True)
class LogoutForm:
    """What a browser sends to ``address`` with POST, to end its session at the provider.

    ``origin`` is that of the address, as a content security policy names it.
    """

    address: str
    origin: str
    fields: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class LogoutLink:
    """An address at which a browser ends its session at the provider; the ID token is in it."""

    address: str = field(repr=False)


def way_out(
    settings: OidcSettings, endpoint: str, id_token: str, state: str
) -> LogoutForm | LogoutLink:
    """A form, so that the token is in no address. ACM/IDM wants the client's id besides.

    It is a link where ``sign_out_by_address`` says so. A provider whose cookie browsers do not
    send along with a form of another site (SameSite=Lax) would otherwise end nothing, and not say
    so. A form with GET would not do: it drops the query that the endpoint may have, and browsers
    hold whatever it is led on to against our policy.

    Raises:
        OidcRefused: the endpoint is at a place that cannot stand in a header.
    """
    parts = urlsplit(endpoint)
    # Other signs could say more in a policy than where this is.
    if not re.fullmatch(r"[A-Za-z0-9.:\[\]-]+", parts.netloc):
        raise OidcRefused(Refusal.PROVIDER, "end_session_endpoint is at a strange place")
    fields = {
        "id_token_hint": id_token,
        "client_id": settings.client_id,
        "post_logout_redirect_uri": settings.post_logout_redirect_uri,
        "state": state,
    }
    if settings.sign_out_by_address:
        query = "&".join(filter(None, (parts.query, urlencode(fields))))
        return LogoutLink(parts._replace(query=query).geturl())
    return LogoutForm(endpoint, f"{parts.scheme}://{parts.netloc}", fields)
