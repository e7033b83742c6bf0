"""The settings of a tool that stands on the internet: from one TOML file or the environment."""

import ipaddress
import os
import re
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evaltool.cli.given import Given
from evaltool.cli.output import refuse
from evaltool.cli.serving import is_loopback
from evaltool.domain.access import ACCOUNT_ROLES, MUNICIPAL_ROLES, SECOND_FACTOR_ROLES, Role
from evaltool.domain.language import Texts
from evaltool.domain.validation import Problem, Refused
from evaltool.web.settings import DEFAULT_PORT, Hosted, default_instance

if TYPE_CHECKING:
    from evaltool.identity.oidc import OidcSettings
    from evaltool.mail import MailSettings

REQUIRED = ("public_url", "secret_key_file", "organisation", "contact")
_MAIL_NEEDS = ("smtp_host", "smtp_port", "smtp_sender")
_MAIL_LOGIN = ("smtp_user", "smtp_password_file")
# Without a role nobody gets in, so that the claim and what it means are needed too.
_SIGN_ON_NEEDS = (
    *("oidc_issuer", "oidc_client_id", "oidc_client_secret_file"),
    *("oidc_role_claim", "oidc_roles"),
)

KEYS = (
    *REQUIRED,
    *("secret_key_before_file", "second_factor_roles"),
    *("instance", "host", "port", "socket", "metrics_port"),
    *("proxies", "keep_months", "backup_days"),
    *(*_MAIL_NEEDS, *_MAIL_LOGIN, "smtp_security", "smtp_ca_file"),
    *(*_SIGN_ON_NEEDS, "oidc_scope", "oidc_organisation_claim"),
    *("oidc_email_claim", "oidc_required"),
)
"""Every setting there is; in the environment each is ``EVALTOOL_<KEY>``."""

DEFAULT_HOST = "127.0.0.1"
SHORTEST_SECRET_KEY = 32
"""Bytes; as many as there are in a key of 256 bits."""

_LAST_PORT = 65535
_MOST_PROXIES = 9
_MOST_MONTHS = 1200
_MOST_DAYS = 3650

_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_PUBLIC_URL = re.compile(
    rf"(?P<scheme>https?)://(?P<host>(?:{_LABEL}\.)*{_LABEL}|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{{1,5}}))?"
)
_USUAL_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class HostedRun:
    """Where it keeps its database, on which address of this machine it listens, and the rest.

    With ``socket`` it listens on that file, which its group can open, and on no address. Without
    ``metrics_port`` there are no figures for a monitor.
    """

    instance: Path
    host: str
    port: int
    hosted: Hosted
    metrics_port: int | None = None
    socket: Path | None = None

    @property
    def place(self) -> str:
        """Where it listens, in words that are the same in every language."""
        return f"{self.host}:{self.port}" if self.socket is None else str(self.socket)

    @property
    def database(self) -> Path:
        """The database file."""
        return self.instance / "evaltool.sqlite"


def hosted_run(file: Path | None, t: Texts) -> HostedRun | None:
    """The settings of this run; where they cannot be used, every reason is printed."""
    try:
        return read_hosted(file, os.environ)
    except Refused as refused:
        refuse(*(sentence(problem, t) for problem in refused.problems))
        return None


def sentence(problem: Problem, t: Texts) -> str:
    """What is wrong with a setting, and what to do."""
    return t(f"hosting.{problem.code}", where=problem.where, **problem.values)


def read_hosted(file: Path | None, environment: Mapping[str, str]) -> HostedRun:
    """The settings in a TOML file and in ``EVALTOOL_`` variables, which go before the file.

    Raises:
        Refused: they cannot be used; all problems at once, each with a text
            ``hosting.<code>``. None of them quotes a value.
    """
    given = Given(KEYS, file, environment)
    given.require(*REQUIRED)
    run = HostedRun(
        instance=given.path("instance") or default_instance(),
        host=given.text("host") or DEFAULT_HOST,
        port=given.whole("port", DEFAULT_PORT, 1, _LAST_PORT),
        hosted=_hosted(given),
        metrics_port=given.whole("metrics_port", 0, 1, _LAST_PORT) or None,
        socket=_socket(given),
    )
    if given.problems:
        raise Refused(tuple(given.problems))
    return run


def _hosted(given: Given) -> Hosted:
    """The settings of the application; where there are problems, with holes in them."""
    public_url = _public_url(given) or ""
    organisation = given.text("organisation") or ""
    return Hosted(
        public_url=public_url,
        secret_key=given.secret("secret_key_file", SHORTEST_SECRET_KEY) or "",
        organisation=organisation,
        contact=given.text("contact") or "",
        proxies=given.whole("proxies", Hosted.proxies, 0, _MOST_PROXIES),
        keep_months=given.whole("keep_months", Hosted.keep_months, 1, _MOST_MONTHS),
        backup_days=given.whole("backup_days", Hosted.backup_days, 1, _MOST_DAYS),
        secret_key_before=given.secret("secret_key_before_file", SHORTEST_SECRET_KEY),
        second_factor_roles=SECOND_FACTOR_ROLES | _more_roles(given),
        mail=_mail(given, organisation) if given.any_of("smtp_") else None,
        single_sign_on=_single_sign_on(given, public_url) if given.any_of("oidc_") else None,
    )


def _socket(given: Given) -> Path | None:
    path = given.path("socket")
    if path is not None and not hasattr(socket, "AF_UNIX"):
        given.refuse("no_sockets", "socket")
    for key in ("host", "port"):
        if path is not None and given.has(key):
            given.refuse("socket_or_address", key)
    return path


def _more_roles(given: Given) -> frozenset[Role]:
    """The roles that must have a second factor here, besides those that always must."""
    named = (given.text("second_factor_roles") or "").replace(",", " ").split()
    offered = [role for role in ACCOUNT_ROLES if role not in SECOND_FACTOR_ROLES]
    if not set(named) <= set(offered):
        given.refuse("second_factor_roles", "second_factor_roles", known=", ".join(offered))
        return frozenset()
    return frozenset(map(Role, named))


def _public_url(given: Given) -> str | None:
    url = given.text("public_url")
    if url is None:
        return None
    found = _PUBLIC_URL.fullmatch(url)
    if found is None or not _is_place(found["host"], found["port"]):
        given.refuse("public_url_form", "public_url")
        return None
    if found["port"] is not None and int(found["port"]) == _USUAL_PORTS[found["scheme"]]:
        # Browsers leave it out, and every request would seem to be for another host.
        given.refuse("public_url_port", "public_url")
    if found["scheme"] == "http" and not is_loopback(found["host"]):
        given.refuse("public_url_https", "public_url")
    return url


def _is_place(host: str, port: str | None) -> bool:
    if port is not None and not 1 <= int(port) <= _LAST_PORT:
        return False
    if not host.startswith("["):
        return True
    try:
        ipaddress.IPv6Address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _mail(given: Given, organisation: str) -> "MailSettings | None":
    # Loaded here, as below: most commands have no use for it.
    from evaltool.mail import MailSettings, Security

    before = len(given.problems)
    given.require(*_MAIL_NEEDS, code="mail_incomplete")
    if any(given.has(key) for key in _MAIL_LOGIN):
        given.require(*_MAIL_LOGIN, code="mail_login_incomplete")
    host, sender = given.text("smtp_host"), given.text("smtp_sender")
    user, password = given.text("smtp_user"), given.secret("smtp_password_file")
    security = given.text("smtp_security") or Security.STARTTLS
    port = given.whole("smtp_port", 1, 1, _LAST_PORT)
    ca_file = given.path("smtp_ca_file")
    # Asked of the settings themselves, one at a time, so that each fault has its own name.
    sound = {"host": "localhost", "port": port, "sender": "nobody@example.org"}
    host_sound = host is not None and _takes(MailSettings, sound, host=host)
    if host is not None and not host_sound:
        given.refuse("smtp_host", "smtp_host")
    if sender is not None and not _takes(MailSettings, sound, sender=sender):
        given.refuse("smtp_sender", "smtp_sender")
    if not (user or "").isascii():
        given.refuse("smtp_ascii", "smtp_user")
    if not (password or "").isascii():
        given.refuse("smtp_ascii", "smtp_password_file")
    if security not in list(Security):
        given.refuse("smtp_security", "smtp_security", known=", ".join(Security))
    elif host_sound and not _takes(MailSettings, sound, host=host, security=Security(security)):
        given.refuse("smtp_in_the_clear", "smtp_security")
    if ca_file is not None and not _holds_certificates(ca_file):
        given.refuse("smtp_ca_file", "smtp_ca_file")
    if host is None or sender is None or len(given.problems) > before:
        return None
    return MailSettings(
        host=host,
        port=port,
        sender=sender,
        user=user or "",
        password=password or "",
        security=Security(security),
        sender_name=organisation,
        ca_file=ca_file,
    )


def _single_sign_on(given: Given, public_url: str) -> "OidcSettings | None":
    from evaltool.identity.oidc_identity import OidcSettings

    before = len(given.problems)
    given.require(*_SIGN_ON_NEEDS, code="sign_on_incomplete")
    issuer, client_id = given.text("oidc_issuer"), given.text("oidc_client_id")
    secret = given.secret("oidc_client_secret_file")
    scope = given.text("oidc_scope") or OidcSettings.scope
    organisation = given.text("oidc_organisation_claim") or OidcSettings.organisation_claim
    email = given.text("oidc_email_claim") or OidcSettings.email_claim
    role_claim, roles = given.text("oidc_role_claim"), given.table("oidc_roles")
    required = given.table("oidc_required")
    addresses = ("issuer", "redirect_uri", "post_logout_redirect_uri")
    sound = {
        **dict.fromkeys(addresses, "https://localhost"),
        **dict.fromkeys(("client_id", "client_secret"), "none"),
    }
    if issuer is not None and not _takes(OidcSettings, sound, issuer=issuer):
        given.refuse("oidc_issuer", "oidc_issuer")
    if not _takes(OidcSettings, sound, scope=scope):
        given.refuse("oidc_scope", "oidc_scope")
    if not set(roles.values()) <= MUNICIPAL_ROLES:
        # Any other role is given by whoever administers the tool, never by a provider.
        given.refuse("oidc_roles", "oidc_roles", known=", ".join(sorted(MUNICIPAL_ROLES)))
    if not (issuer and client_id and secret and public_url) or len(given.problems) > before:
        return None
    return OidcSettings(
        issuer=issuer,
        client_id=client_id,
        client_secret=secret,
        redirect_uri=f"{public_url}/single-sign-on/callback",
        post_logout_redirect_uri=f"{public_url}/sign-in",
        scope=scope,
        organisation_claim=organisation,
        email_claim=email,
        role_claim=role_claim,
        roles={value: Role(role) for value, role in roles.items()},
        required=required,
    )


def _takes(make: Callable[..., object], sound: Mapping[str, object], **tried: object) -> bool:
    """Whether settings that are sound stay so with something else in them."""
    try:
        make(**{**sound, **tried})
    except ValueError:
        return False
    return True


def _holds_certificates(path: Path) -> bool:
    try:
        if not path.is_file():
            return False
        ssl.create_default_context(cafile=str(path))
    except OSError:
        return False
    return True
