"""Single sign-on: what was agreed with a provider, and who somebody is by its claims."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evaltool.domain.access import ACCOUNT_ROLES, Role
from evaltool.identity.oidc_http import OidcRefused, Refusal, is_trusted

HOW = "acr"
"""The claim that says in which way somebody signed in: OpenID Connect Core 1.0, section 2."""


@dataclass(frozen=True, kw_only=True)
class OidcSettings:
    """What was agreed with a provider.

    It knows the tool by ``client_secret``, or by the private key in ``client_key_file``, which is
    read at each use. ``strict`` asks what OWASP ASVS asks and not every provider gives: no RS256,
    RSA of 3072 bits and up, logout tokens of their own type, and a client key.
    ``sign_out_by_address`` is for a provider that heeds no form from another site at signing out.
    ``roles`` says which role a value of ``role_claim`` gives; what is not in it gives none.
    ``required`` are claims without which nobody gets in, such as ``vo_doelgroepcode: LB``; the
    value of ``acr``, which is how somebody signs in, is asked of the provider as well.

    Raises:
        ValueError: an address is not one of HTTPS (or of this machine), ``openid`` is not in the
            scope, a value is empty, a role is not one that an account can have, or there is not
            exactly one of secret and key (with ``strict`` the key).
    """

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    client_key_file: Path | None = None
    strict: bool = False
    sign_out_by_address: bool = False
    redirect_uri: str
    post_logout_redirect_uri: str
    scope: str = "openid profile vo"
    organisation_claim: str = "vo_orgcode"
    email_claim: str = "email"
    role_claim: str | None = None
    roles: Mapping[str, Role] = field(default_factory=dict)
    required: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what cannot work or is not safe."""
        for name in ("issuer", "redirect_uri", "post_logout_redirect_uri"):
            if not is_trusted(getattr(self, name), local=True):
                raise ValueError(f"{name} is no address of HTTPS")
        if "?" in self.issuer or "#" in self.issuer:
            raise ValueError("issuer has a query or a fragment")
        for name in ("client_id", "organisation_claim", "email_claim"):
            if not getattr(self, name):
                raise ValueError(f"{name} is empty")
        if bool(self.client_secret) == (self.client_key_file is not None):
            raise ValueError("not exactly one of client_secret and client_key_file")
        if self.strict and self.client_key_file is None:
            raise ValueError("strict goes with client_key_file")
        if "openid" not in self.scope.split():
            raise ValueError("scope lacks openid")
        if not set(self.roles.values()) <= set(ACCOUNT_ROLES):
            raise ValueError("roles has a role that no account can have")

    def lacks(self, claims: Mapping[str, Any]) -> bool:
        """Whether there is something we use that claims do not hold."""
        wanted = {self.organisation_claim, self.email_claim, *self.required}
        if self.role_claim is not None:
            wanted.add(self.role_claim)
        return not wanted <= claims.keys() or not claims.keys() & {"name", "family_name"}


@dataclass(frozen=True)
class Identity:
    """Who signed in. ``issuer`` and ``subject`` together name a person for ever.

    ``organisation`` is the claim as the provider gives it; ``email`` is None where there is none
    or the provider says that nobody checked it. ``name`` falls back to the address, and then to
    the subject. ``session_id`` and ``id_token`` are for signing out.
    """

    issuer: str
    subject: str
    session_id: str | None
    name: str
    email: str | None
    organisation: str | None
    roles: tuple[Role, ...]
    id_token: str = field(repr=False)


def identity_of(settings: OidcSettings, claims: Mapping[str, Any], id_token: str) -> Identity:
    """Who somebody is by claims that were checked.

    Raises:
        OidcRefused: they lack what is required.
    """
    for name, value in settings.required.items():
        if claims.get(name) != value:
            refusal = Refusal.FACTORS if name == HOW else Refusal.TARGET_GROUP
            raise OidcRefused(refusal, f"{name} is not what is required")
    subject = str(claims["sub"])
    parts = (_text(claims, "given_name"), _text(claims, "family_name"))
    name = _text(claims, "name") or " ".join(part for part in parts if part)
    checked = claims.get("email_verified") is not False
    email = _text(claims, settings.email_claim) if checked else None
    organisation = _text(claims, settings.organisation_claim)
    session_id = claims.get("sid")
    return Identity(
        issuer=settings.issuer,
        subject=subject,
        session_id=session_id if isinstance(session_id, str) else None,
        name=name or email or subject,
        email=email,
        organisation=organisation,
        roles=_roles(settings, claims, organisation),
        id_token=id_token,
    )


def _roles(
    settings: OidcSettings, claims: Mapping[str, Any], organisation: str | None
) -> tuple[Role, ...]:
    """The roles of the declared values, each once, in the order of the declaration.

    ACM/IDM adds for which organisations somebody has a role: ``Officer:0207509031``. One for
    another organisation than that of this sign-in does not count.
    """
    said = claims.get(settings.role_claim) if settings.role_claim is not None else None
    held: set[str] = set()
    for value in said if isinstance(said, list) else [said]:
        if isinstance(value, str):
            held.add(value)
            role, _, organisations = value.partition(":")
            if organisation in [place.strip() for place in organisations.split(",")]:
                held.add(role)
    given = (role for value, role in settings.roles.items() if value in held)
    return tuple(dict.fromkeys(given))


def _text(claims: Mapping[str, Any], name: str) -> str | None:
    """A claim that is a text with something in it, its spaces made single."""
    value = claims.get(name)
    text = " ".join(value.split()) if isinstance(value, str) else ""
    return text if text and text.isprintable() else None
