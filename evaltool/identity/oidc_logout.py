"""Signing out at a provider as well: OpenID Connect RP-Initiated Logout 1.0."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from evaltool.identity.oidc_http import OidcRefused, Refusal
from evaltool.identity.oidc_identity import OidcSettings


@dataclass(frozen=True)
class LogoutForm:
    """What a browser sends to ``address``, to end its session at the provider.

    ``method`` is post, or get where it goes in the address. ``origin`` is that of the address, as
    a content security policy names it.
    """

    address: str
    method: str
    origin: str
    fields: Mapping[str, str] = field(repr=False)


def logout_form(settings: OidcSettings, endpoint: str, id_token: str, state: str) -> LogoutForm:
    """A form, so that the token is in no address. ACM/IDM wants the client's id besides.

    By GET, as ``sign_out_by_address`` says, it is. A provider whose cookie browsers do not send
    along with a form of another site (SameSite=Lax) would otherwise end nothing, and not say so.

    Raises:
        OidcRefused: the endpoint is at a place that cannot stand in a header.
    """
    parts = urlsplit(endpoint)
    # Other signs could say more in a policy than where this is.
    if not re.fullmatch(r"[A-Za-z0-9.:\[\]-]+", parts.netloc):
        raise OidcRefused(Refusal.PROVIDER, "end_session_endpoint is at a strange place")
    return LogoutForm(
        endpoint,
        "get" if settings.sign_out_by_address else "post",
        f"{parts.scheme}://{parts.netloc}",
        {
            "id_token_hint": id_token,
            "client_id": settings.client_id,
            "post_logout_redirect_uri": settings.post_logout_redirect_uri,
            "state": state,
        },
    )
