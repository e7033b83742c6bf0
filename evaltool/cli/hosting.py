"""The settings of a tool that stands on the internet: from one TOML file or the environment."""

import ipaddress
import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from evaltool.cli.given import Given
from evaltool.cli.hosting_services import (
    LAST_PORT,
    MAIL_CERTIFICATE,
    MAIL_LOGIN,
    MAIL_NEEDS,
    SIGN_ON_NEEDS,
    SIGN_ON_PROOF,
    mail_settings,
    sign_on_settings,
)
from evaltool.cli.output import refuse
from evaltool.cli.serving import is_loopback
from evaltool.cli.zones import is_zone, keep_time_of
from evaltool.domain.access import ACCOUNT_ROLES, SECOND_FACTOR_ROLES, Role
from evaltool.domain.language import Texts
from evaltool.domain.validation import Problem, Refused
from evaltool.web.settings import DEFAULT_PORT, Hosted, default_instance

REQUIRED = ("public_url", "secret_key_file", "organisation", "contact")

KEYS = (
    *REQUIRED,
    *("secret_key_before_file", "second_factor_roles"),
    *("leaked_passwords_file", "strict"),
    *("time_zone", "privacy_confirmed_on", "accessibility_confirmed_on"),
    *("instance", "host", "port", "socket", "metrics_port", "metrics_socket"),
    *("proxies", "keep_months", "backup_days"),
    *(*MAIL_NEEDS, *MAIL_LOGIN, *MAIL_CERTIFICATE, "smtp_security", "smtp_ca_file"),
    *(*SIGN_ON_NEEDS, *SIGN_ON_PROOF, "oidc_strict", "oidc_sign_out_by_address"),
    *("oidc_scope", "oidc_organisation_claim"),
    *("oidc_email_claim", "oidc_required"),
)
"""Every setting there is; in the environment each is ``EVALTOOL_<KEY>``."""

DEFAULT_HOST = "127.0.0.1"
SHORTEST_SECRET_KEY = 32
"""Bytes; as many as there are in a key of 256 bits."""

_LEAKED = "leaked_passwords_file"
_MOST_PROXIES = 9
_MOST_MONTHS = 1200
_MOST_DAYS = 3650
_FEWEST_DIGITS = 8
"""Of a telephone number: that of a zone in Belgium has nine with its zero."""

_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_PUBLIC_URL = re.compile(
    rf"(?P<scheme>https?)://(?P<host>(?:{_LABEL}\.)*{_LABEL}|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{{1,5}}))?"
)
_USUAL_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class HostedRun:
    """Where it keeps its database, on which address of this machine it listens, and the rest.

    With ``socket`` it listens on that file, which its group can open, and on no address. Without
    ``metrics_port`` or ``metrics_socket`` there are no figures for a monitor.
    """

    instance: Path
    host: str
    port: int
    hosted: Hosted
    metrics_port: int | None = None
    socket: Path | None = None
    metrics_socket: Path | None = None

    @property
    def place(self) -> str:
        """Where it listens, in words that are the same in every language."""
        return f"{self.host}:{self.port}" if self.socket is None else str(self.socket)

    @property
    def metrics_place(self) -> str:
        """Where the figures for a monitor are; empty without them."""
        return str(self.metrics_socket or self.metrics_port or "")

    @property
    def database(self) -> Path:
        """The database file."""
        return self.instance / "evaltool.sqlite"

    @property
    def lock(self) -> Path:
        """The file that whoever serves this database holds."""
        return self.instance / "evaltool.lock"


def hosted_run(file: Path | None, t: Texts, *, serving: bool = False) -> HostedRun | None:
    """The settings of this run; where they cannot be used, every reason is printed.

    ``serving`` is as in :func:`read_hosted`.
    From here on the process keeps the time of the zone that they name.
    """
    try:
        run = read_hosted(file, os.environ, serving=serving)
    except Refused as refused:
        refuse(*(sentence(problem, t) for problem in refused.problems))
        return None
    keep_time_of(run.hosted.time_zone)
    return run


def sentence(problem: Problem, t: Texts) -> str:
    """What is wrong with a setting, and what to do."""
    return t(f"hosting.{problem.code}", where=problem.where, **problem.values)


def read_hosted(
    file: Path | None, environment: Mapping[str, str], *, serving: bool = False
) -> HostedRun:
    """The settings in a TOML file and in ``EVALTOOL_`` variables, which go before the file.

    With ``serving`` the list of leaked passwords is looked at as well: a command has no use for
    it, and must go on where it cannot be read.

    Raises:
        Refused: they cannot be used; all problems at once, each with a text
            ``hosting.<code>``. None of them quotes a value.
    """
    given = Given(KEYS, file, environment)
    given.require(*REQUIRED)
    socket_ = _socket(given)
    run = HostedRun(
        instance=given.path("instance") or default_instance(),
        host=given.text("host") or DEFAULT_HOST,
        port=given.whole("port", DEFAULT_PORT, 1, LAST_PORT),
        hosted=_hosted(given, serving=serving),
        metrics_port=given.whole("metrics_port", 0, 1, LAST_PORT) or None,
        socket=socket_,
        metrics_socket=_metrics_socket(given, socket_),
    )
    if run.hosted.strict:
        _refuse_what_is_not_strict(given, run.host)
    _refuse_one_factor_of_the_provider(given, run.hosted)
    if given.problems:
        raise Refused(tuple(given.problems))
    return run


def _hosted(given: Given, *, serving: bool) -> Hosted:
    """The settings of the application; where there are problems, with holes in them."""
    public_url = _public_url(given) or ""
    organisation = given.text("organisation") or ""
    strict = given.truth("strict")
    asked = SECOND_FACTOR_ROLES | _more_roles(given)
    return Hosted(
        public_url=public_url,
        secret_key=given.secret("secret_key_file", SHORTEST_SECRET_KEY) or "",
        organisation=organisation,
        contact=_contact(given),
        proxies=given.whole("proxies", Hosted.proxies, 0, _MOST_PROXIES),
        keep_months=given.whole("keep_months", Hosted.keep_months, 1, _MOST_MONTHS),
        backup_days=given.whole("backup_days", Hosted.backup_days, 1, _MOST_DAYS),
        strict=strict,
        leaked_passwords=_leaked_passwords(given) if serving else given.path(_LEAKED),
        secret_key_before=given.secret("secret_key_before_file", SHORTEST_SECRET_KEY),
        second_factor_roles=frozenset(ACCOUNT_ROLES) if strict else asked,
        time_zone=_time_zone(given),
        privacy_confirmed_on=given.day("privacy_confirmed_on"),
        accessibility_confirmed_on=given.day("accessibility_confirmed_on"),
        mail=mail_settings(given, organisation) if given.any_of("smtp_") else None,
        single_sign_on=sign_on_settings(given, public_url) if given.any_of("oidc_") else None,
    )


def _contact(given: Given) -> str:
    """A mail address, a page or a telephone number, with or without words around it."""
    text = given.text("contact")
    if text is None:
        return ""
    digits = sum(character.isdigit() for character in text)
    if not ("@" in text or "https://" in text or digits >= _FEWEST_DIGITS):
        given.refuse("contact", "contact")
    return text


def _refuse_what_is_not_strict(given: Given, host: str) -> None:
    """What goes over a network, or over a port that any program here can read, unencrypted."""
    if given.has("metrics_port"):
        given.refuse("strict_metrics", "metrics_port")
    if not is_loopback(host):
        given.refuse("strict_host", "host")


def _refuse_one_factor_of_the_provider(given: Given, hosted: Hosted) -> None:
    """Who comes in by the provider gives no second factor here: it must say that it asked one."""
    sign_on = hosted.single_sign_on
    if sign_on is None or "acr" in sign_on.required:
        return
    if hosted.second_factor_roles & set(sign_on.roles.values()):
        setting = "strict" if hosted.strict else "second_factor_roles"
        given.refuse("sign_on_factors", "oidc_required", setting=setting)


def _leaked_passwords(given: Given) -> Path | None:
    path = given.readable(_LEAKED)
    if path is not None:
        # Loaded here: most commands have no use for it.
        from evaltool.identity.leaked import NotSuchAList, check_list

        try:
            check_list(path)
        except (OSError, NotSuchAList):
            given.refuse("leaked_passwords", _LEAKED, path=str(path))
    return path


def _metrics_socket(given: Given, other: Path | None) -> Path | None:
    path = given.path("metrics_socket")
    if path is not None and not hasattr(socket, "AF_UNIX"):
        given.refuse("no_sockets", "metrics_socket")
    if path is not None and given.has("metrics_port"):
        given.refuse("metrics_twice", "metrics_port")
    if path is not None and other is not None and path.resolve() == other.resolve():
        given.refuse("sockets_same", "metrics_socket")
    return path


def _socket(given: Given) -> Path | None:
    path = given.path("socket")
    if path is not None and not hasattr(socket, "AF_UNIX"):
        given.refuse("no_sockets", "socket")
    for key in ("host", "port"):
        if path is not None and given.has(key):
            given.refuse("socket_or_address", key)
    return path


def _time_zone(given: Given) -> str:
    name = given.text("time_zone")
    if name is not None and not is_zone(name):
        given.refuse("time_zone", "time_zone")
    return name or Hosted.time_zone


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
    if port is not None and not 1 <= int(port) <= LAST_PORT:
        return False
    if not host.startswith("["):
        return True
    try:
        ipaddress.IPv6Address(host.strip("[]"))
    except ValueError:
        return False
    return True
