"""The settings of a tool that stands on the internet, and how it starts with them."""

import hashlib
import json
import os
import re
import shlex
import socket
import ssl
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from waitress.server import TcpWSGIServer
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.test import EnvironBuilder, run_wsgi_app
from werkzeug.wrappers import Request, Response

from evaltool.catalogue import Catalogue
from evaltool.cli import given, hosted_serving, main, zones
from evaltool.cli.given import variable
from evaltool.cli.hosted_serving import listen, listen_for_metrics, sole
from evaltool.cli.hosting import KEYS, HostedRun, hosted_run, read_hosted, sentence
from evaltool.cli.hosting_services import MAIL_CERTIFICATE
from evaltool.cli.serving import opened
from evaltool.cli.zones import keep_time_of
from evaltool.domain.access import ACCOUNT_ROLES, MUNICIPAL_ROLES, Role
from evaltool.domain.accounts import AccountState
from evaltool.domain.language import LANGUAGES, Language, time_text
from evaltool.domain.validation import Problem, Refused
from evaltool.mail import MailSettings, Security
from evaltool.store import Store, open_store
from evaltool.web import create_app
from evaltool.web.settings import LARGEST_REQUEST
from tests.client_keys import a_client_key
from tests.conftest import ROOT
from tests.operation import a_certificate, as_somebody_without_rights

KEY = "0123456789abcdef" * 4
KEY_BEFORE = "fedcba9876543210" * 4
PASSWORD = "a password of mail"
CLIENT_SECRET = "a secret of single sign-on"
SECRETS = (KEY, KEY_BEFORE, PASSWORD, CLIENT_SECRET)

LONG = "x" * 251
COMMAND = [sys.executable, "-c", "import sys; from evaltool.cli import main; sys.exit(main())"]

Changes = Mapping[str, object]

posix = pytest.mark.skipif(os.name != "posix", reason="about permissions of POSIX")


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("EVALTOOL_")]:
        monkeypatch.delenv(name)


def a_secret(path: Path, text: str | bytes = KEY, mode: int = 0o600) -> Path:
    """A file with a secret, by default sound."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return path


def settings(folder: Path, **changes: object) -> dict[str, object]:
    """Sound settings, the least there can be; None takes one away."""
    basis: dict[str, object] = {
        "public_url": "https://livc-r.example.org",
        "secret_key_file": str(a_secret(folder / "key")),
        "organisation": "Vereniging van Voorbeelden",
        "contact": "hulp@example.org",
        "instance": str(folder / "instance"),
    }
    return {key: value for key, value in {**basis, **changes}.items() if value is not None}


def mail(folder: Path, **changes: object) -> dict[str, object]:
    """Sound settings of mail, all of them."""
    basis: dict[str, object] = {
        "smtp_host": "mail.example.org",
        "smtp_port": 587,
        "smtp_security": "starttls",
        "smtp_user": "livc-r",
        "smtp_password_file": str(a_secret(folder / "password", PASSWORD)),
        "smtp_sender": "livc-r@example.org",
        "smtp_ca_file": str(certificates(folder)),
        **dict(zip(MAIL_CERTIFICATE, map(str, shown(folder)), strict=True)),
    }
    return {**basis, **changes}


def sign_on(folder: Path, **changes: object) -> dict[str, object]:
    """Sound settings of single sign-on, all of them."""
    basis: dict[str, object] = {
        "oidc_issuer": "https://provider.example.org",
        "oidc_client_id": "livc-r",
        "oidc_client_secret_file": str(a_secret(folder / "client", CLIENT_SECRET)),
        "oidc_strict": False,
        "oidc_sign_out_by_address": True,
        "oidc_scope": "openid vo",
        "oidc_organisation_claim": "org",
        "oidc_email_claim": "mail",
        "oidc_role_claim": "role",
        "oidc_roles": {"Doer": "officer", "Leader": "chair"},
        "oidc_required": {"vo_doelgroepcode": "LB", "acr": "two-factors"},
    }
    return {**basis, **changes}


def shown(folder: Path) -> tuple[Path, Path]:
    """Files with a certificate to show a mail server, and its key."""
    certificate, key = a_certificate(folder)
    key.chmod(0o600)
    return certificate, key


def keys(folder: Path) -> None:
    """Files with a client key: one that is sound, one that is too short, and one for all."""
    for name, kind, mode in (("short", "RSA-2048", 0o600), ("open", "P-256", 0o644)):
        a_client_key(folder, kind).replace(folder / f"{name}.pem").chmod(mode)
    a_client_key(folder).replace(folder / "key.pem")


def certificates(folder: Path) -> Path:
    """A file with one authority of this machine."""
    path = folder / "authorities.pem"
    if not path.exists():
        known = ssl.create_default_context().get_ca_certs(binary_form=True)
        path.write_text("".join(ssl.DER_cert_to_PEM_cert(one) for one in known[:1]))
    return path


def everything(folder: Path, **changes: object) -> dict[str, object]:
    """Sound settings with every key there is."""
    more: dict[str, object] = {
        "host": "0.0.0.0",
        "port": 8123,
        "metrics_port": 9123,
        "proxies": 2,
        "keep_months": 24,
        "backup_days": 14,
        "secret_key_before_file": str(a_secret(folder / "before", KEY_BEFORE)),
        "second_factor_roles": "officer, chair",
        "leaked_passwords_file": str(a_list(folder)),
        # Together with this one there can be no port for figures.
        "strict": False,
        "time_zone": "Europe/Lisbon",
        "privacy_confirmed_on": date(2026, 11, 2),
        "accessibility_confirmed_on": "2026-11-03",
    }
    return settings(folder, **{**more, **mail(folder), **sign_on(folder), **changes})


def a_list(folder: Path, *passwords: str) -> Path:
    """A list of leaked passwords, as Have I Been Pwned gives it."""
    path = folder / "leaked.txt"
    named = passwords or ("one of them", "another of them")
    digests = sorted(hashlib.sha1(text.encode()).hexdigest().upper() for text in named)
    path.write_bytes("".join(f"{digest}:7\r\n" for digest in digests).encode())
    return path


def written(folder: Path, held: Mapping[str, object]) -> Path:
    """The settings as a TOML file."""
    path = folder / "settings.toml"
    lines = (f"{key} = {toml(value)}\n" for key, value in held.items())
    path.write_text("".join(lines), encoding="utf-8")
    return path


def toml(value: object) -> str:
    """A value as TOML writes it."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{json.dumps(k)} = {toml(v)}' for k, v in value.items())}}}"
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value)


def as_environment(held: Mapping[str, object]) -> dict[str, str]:
    """The settings as variables of the environment."""
    return {variable(key): one_line(value) for key, value in held.items()}


def one_line(value: object) -> str:
    """A value as the environment has it."""
    if isinstance(value, dict):
        return ",".join(f"{name}={text}" for name, text in value.items())
    return str(value).lower() if isinstance(value, bool) else str(value)


def read(folder: Path, **changes: object) -> HostedRun:
    """The settings of a file that was changed somewhere, as they are read to serve."""
    return read_hosted(written(folder, settings(folder, **changes)), {}, serving=True)


def problems_of(held: Callable[[], object]) -> tuple[Problem, ...]:
    """Why settings are refused."""
    with pytest.raises(Refused) as caught:
        held()
    return caught.value.problems


def named(problems: tuple[Problem, ...]) -> list[tuple[str, str]]:
    """The setting and the code of each problem."""
    return [(problem.where, problem.code) for problem in problems]


def test_what_is_left_out_has_a_default(tmp_path: Path) -> None:
    run = read(tmp_path)
    assert (run.host, run.port, run.instance) == ("127.0.0.1", 5000, tmp_path / "instance")
    assert run.metrics_port is None
    hosted = run.hosted
    assert (hosted.public_url, hosted.host) == ("https://livc-r.example.org", "livc-r.example.org")
    assert hosted.secret_key == KEY
    assert (hosted.organisation, hosted.contact) == (
        "Vereniging van Voorbeelden",
        "hulp@example.org",
    )
    assert (hosted.proxies, hosted.keep_months, hosted.backup_days) == (1, 36, 30)
    assert hosted.secret_key_before is None
    assert hosted.second_factor_roles == {Role.COACH, Role.ADMINISTRATOR}
    assert (hosted.strict, hosted.leaked_passwords, run.metrics_socket) == (False, None, None)
    assert hosted.time_zone == "Europe/Brussels"
    assert (hosted.privacy_confirmed_on, hosted.accessibility_confirmed_on) == (None, None)
    assert hosted.mail is None
    assert hosted.single_sign_on is None


@pytest.mark.parametrize("place", ["file", "environment"])
def test_strict_asks_a_second_factor_of_every_role(place: str, tmp_path: Path) -> None:
    held = settings(tmp_path, strict=True, second_factor_roles="officer")
    given_ = (written(tmp_path, held), {}) if place == "file" else (None, as_environment(held))
    hosted = read_hosted(*given_).hosted
    assert hosted.strict
    assert hosted.second_factor_roles == set(ACCOUNT_ROLES)


def test_with_strict_a_provider_says_how_it_asked(tmp_path: Path) -> None:
    required = {"vo_doelgroepcode": "LB", "acr": "two-factors"}
    run = read(tmp_path, **sign_on(tmp_path, oidc_required=required), strict=True)
    assert run.hosted.single_sign_on is not None
    assert run.hosted.single_sign_on.required == required
    for less in ({"vo_doelgroepcode": "LB"}, None):
        held = settings(tmp_path, **sign_on(tmp_path, oidc_required=less), strict=True)
        problems = problems_of(lambda held=held: read_hosted(written(tmp_path, held), {}))  # type: ignore[misc]
        assert named(problems) == [("oidc_required", "sign_on_factors")]
        assert problems[0].values == {"setting": "strict"}


def test_a_role_that_needs_a_second_factor_does_not_come_in_by_a_provider_with_one(
    tmp_path: Path,
) -> None:
    basis = sign_on(tmp_path, oidc_required={"vo_doelgroepcode": "LB"})
    for roles in ("officer", "chair, contributor"):
        held = settings(tmp_path, **basis, second_factor_roles=roles)
        problems = problems_of(lambda held=held: read_hosted(written(tmp_path, held), {}))  # type: ignore[misc]
        assert named(problems) == [("oidc_required", "sign_on_factors")]
        assert problems[0].values == {"setting": "second_factor_roles"}
        held |= {"oidc_required": {"acr": "two-factors"}}
        assert read_hosted(written(tmp_path, held), {}).hosted.single_sign_on is not None
    # No provider gives these.
    assert read(tmp_path, **basis).hosted.single_sign_on is not None
    assert read(tmp_path, **basis, second_factor_roles="contributor").hosted.single_sign_on
    one_role = {**basis, "oidc_roles": {"Doer": "officer"}}
    assert read(tmp_path, **one_role, second_factor_roles="chair").hosted.single_sign_on


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "::1", "localhost", None])
def test_with_strict_it_listens_on_this_machine_alone(host: str | None, tmp_path: Path) -> None:
    assert read(tmp_path, strict=True, host=host).host == (host or "127.0.0.1")
    # Without it that is for the operator.
    assert read(tmp_path, host="192.0.2.7").host == "192.0.2.7"


def test_without_an_instance_it_is_the_usual_one(tmp_path: Path) -> None:
    from evaltool.web.settings import default_instance

    assert read(tmp_path, instance=None).instance == default_instance()


@pytest.mark.parametrize("place", ["file", "environment"])
def test_every_setting_can_be_given_in_either_place(place: str, tmp_path: Path) -> None:
    held = everything(tmp_path)
    # With a socket there is neither host nor port.
    assert set(held) == set(KEYS) - {"socket", "metrics_socket", "oidc_client_key_file"}
    if place == "file":
        run = read_hosted(written(tmp_path, held), {"HOME": "elsewhere"})
    else:
        run = read_hosted(None, {"HOME": "elsewhere", **as_environment(held)})
    assert (run.host, run.port, run.instance) == ("0.0.0.0", 8123, tmp_path / "instance")
    assert run.metrics_port == 9123
    hosted = run.hosted
    assert (hosted.proxies, hosted.keep_months, hosted.backup_days) == (2, 24, 14)
    assert (hosted.secret_key, hosted.secret_key_before) == (KEY, KEY_BEFORE)
    assert hosted.second_factor_roles == set(ACCOUNT_ROLES) - {Role.CONTRIBUTOR}
    assert (hosted.strict, hosted.leaked_passwords) == (False, tmp_path / "leaked.txt")
    assert hosted.time_zone == "Europe/Lisbon"
    confirmed = (hosted.privacy_confirmed_on, hosted.accessibility_confirmed_on)
    assert confirmed == (date(2026, 11, 2), date(2026, 11, 3))
    assert hosted.mail == MailSettings(
        host="mail.example.org",
        port=587,
        sender="livc-r@example.org",
        user="livc-r",
        password=PASSWORD,
        security=Security.STARTTLS,
        sender_name="Vereniging van Voorbeelden",
        ca_file=tmp_path / "authorities.pem",
        certificate=tmp_path / "fullchain.pem",
        certificate_key=tmp_path / "privkey.pem",
    )
    sign_on_ = hosted.single_sign_on
    assert sign_on_ is not None
    assert sign_on_.issuer == "https://provider.example.org"
    assert (sign_on_.client_id, sign_on_.client_secret) == ("livc-r", CLIENT_SECRET)
    assert sign_on_.redirect_uri == "https://livc-r.example.org/single-sign-on/callback"
    assert sign_on_.post_logout_redirect_uri == "https://livc-r.example.org/sign-in"
    assert (sign_on_.scope, sign_on_.organisation_claim) == ("openid vo", "org")
    assert (sign_on_.email_claim, sign_on_.role_claim) == ("mail", "role")
    assert sign_on_.roles == {"Doer": Role.OFFICER, "Leader": Role.CHAIR}
    assert sign_on_.required == {"vo_doelgroepcode": "LB", "acr": "two-factors"}


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, everything(tmp_path, port="wrong", contact="old@example.org"))
    environment = {"EVALTOOL_PORT": " 9000 ", "EVALTOOL_CONTACT": "02 123 45 67"}
    environment["EVALTOOL_HOST"] = "::1"
    run = read_hosted(file, environment)
    assert (run.port, run.host, run.hosted.contact) == (9000, "::1", "02 123 45 67")
    assert run.hosted.proxies == 2


def test_mail_needs_no_login_and_most_of_single_sign_on_has_a_default(tmp_path: Path) -> None:
    held = everything(tmp_path, smtp_security="tls")
    for key in ("smtp_user", "smtp_password_file", "smtp_ca_file", *MAIL_CERTIFICATE):
        del held[key]
    for key in ("oidc_scope", "oidc_organisation_claim", "oidc_email_claim", "oidc_required"):
        del held[key]
    del held["oidc_strict"], held["oidc_sign_out_by_address"], held["second_factor_roles"]
    hosted = read_hosted(written(tmp_path, held), {}).hosted
    assert hosted.mail is not None
    assert hosted.single_sign_on is not None
    assert (hosted.mail.user, hosted.mail.password, hosted.mail.ca_file) == ("", "", None)
    assert (hosted.mail.certificate, hosted.mail.certificate_key) == (None, None)
    assert hosted.mail.security is Security.TLS
    assert hosted.single_sign_on.strict is False
    assert hosted.single_sign_on.sign_out_by_address is False
    assert hosted.single_sign_on.scope == "openid profile vo"
    assert hosted.single_sign_on.organisation_claim == "vo_orgcode"
    assert hosted.single_sign_on.email_claim == "email"
    assert not hosted.single_sign_on.required


def test_a_path_in_the_file_starts_from_the_folder_of_the_file(tmp_path: Path) -> None:
    run = read(tmp_path, secret_key_file="key", instance="data")
    assert run.instance == tmp_path / "data"
    assert run.hosted.secret_key == KEY


def test_what_an_editor_puts_around_a_secret_is_not_part_of_it(tmp_path: Path) -> None:
    held = settings(tmp_path)
    a_secret(tmp_path / "key", b"\xef\xbb\xbf" + KEY.encode() + b"\r\n")
    assert read_hosted(written(tmp_path, held), {}).hosted.secret_key == KEY


@pytest.mark.parametrize(
    "url",
    [
        "https://livc-r.example.org",
        "https://livc-r.example.org:8443",
        "https://intranet",
        "https://192.0.2.7",
        "https://[2001:db8::7]:8443",
        "http://localhost:5000",
        "http://127.0.0.1:5000",
        "http://[::1]",
    ],
)
def test_addresses_at_which_it_can_stand(url: str, tmp_path: Path) -> None:
    assert read(tmp_path, public_url=url).hosted.public_url == url


# Per kind of fault: what is changed, and which setting is refused with which code.
FAULTS: tuple[tuple[Changes, str, str], ...] = (
    ({"colour": "red"}, "colour", "unknown"),
    ({"smtp_password": PASSWORD}, "smtp_password", "unknown"),
    ({"secret_key": KEY}, "secret_key", "unknown"),
    ({"EVALTOOL_PORT": 80}, "EVALTOOL_PORT", "unknown"),
    *(({key: None}, key, "missing") for key in ("public_url", "secret_key_file")),
    *(({key: None}, key, "missing") for key in ("organisation", "contact")),
    *(({key: 5}, key, "not_text") for key in ("public_url", "organisation", "host", "instance")),
    ({"secret_key_file": ["key"]}, "secret_key_file", "not_text"),
    *(({key: "  "}, key, "empty") for key in ("host", "instance", "secret_key_before_file")),
    *(({key: "  "}, key, "empty_needed") for key in ("public_url", "contact", "organisation")),
    ({"secret_key_file": ""}, "secret_key_file", "empty_needed"),
    *(({"contact": text}, "contact", "contact") for text in ("niet een adres", "bel 112")),
    *(({"contact": text}, "contact", "not_one_line") for text in ("a\nb", "a\u0000", LONG)),
    ({"secret_key_file": "k\u0000"}, "secret_key_file", "not_one_line"),
    *(({"port": value}, "port", "not_whole") for value in (0, 65536, "80", True, 80.0, -1)),
    *(({"metrics_port": value}, "metrics_port", "not_whole") for value in (0, 65536, "80")),
    ({"metrics_socket": "figures", "metrics_port": 9109}, "metrics_port", "metrics_twice"),
    ({"metrics_socket": "./web", "socket": "web"}, "metrics_socket", "sockets_same"),
    ({"metrics_socket": 5, "socket": "web"}, "metrics_socket", "not_text"),
    ({"metrics_socket": "web", "socket": 5}, "socket", "not_text"),
    *(({"strict": value}, "strict", "not_truth") for value in ("true", 1, "", [True])),
    ({"strict": True, "metrics_port": 9109}, "metrics_port", "strict_metrics"),
    *(
        ({"strict": True, "host": host}, "host", "strict_host")
        for host in ("0.0.0.0", "::", "192.0.2.7", "evaluatie.example")
    ),
    ({"leaked_passwords_file": "nowhere"}, "leaked_passwords_file", "file_missing"),
    ({"leaked_passwords_file": "."}, "leaked_passwords_file", "file_strange"),
    ({"leaked_passwords_file": "key"}, "leaked_passwords_file", "leaked_passwords"),
    *(({"proxies": value}, "proxies", "not_whole") for value in (-1, 10, "1")),
    *(({"keep_months": value}, "keep_months", "not_whole") for value in (0, 1201)),
    *(({"backup_days": value}, "backup_days", "not_whole") for value in (0, 3651)),
    *(
        ({"time_zone": name}, "time_zone", "time_zone")
        for name in ("Europe/Nowhere", "../Brussels", "/etc/localtime", "Europe")
    ),
    *(
        ({"privacy_confirmed_on": value}, "privacy_confirmed_on", "not_day")
        for value in ("3 november", "2026-02-30", True, datetime(2026, 11, 3, tzinfo=UTC))
    ),
    *(
        ({"public_url": url}, "public_url", "public_url_form")
        for url in (
            *("livc-r.example.org", "ftp://livc-r.example.org", "https://", "https://a b"),
            *("https://livc-r.example.org/", "https://livc-r.example.org/tool"),
            *("https://livc-r.example.org?a=b", "https://livc-r.example.org#a"),
            *("https://user@livc-r.example.org", "https://LIVC-R.example.org"),
            *("https://livc-r.example.org:0", "https://livc-r.example.org:65536"),
            *("https://livc-r.example.org:", "https://livc-r.example.org:٣", "https://[:::]"),
            *("https://-a.example.org", "https://a..example.org", "https://gemeente.vlaanderen."),
            *("https://a_b.example.org", "https://overleg-é.example.org", "https://[::1"),
        )
    ),
    ({"public_url": "https://livc-r.example.org:443"}, "public_url", "public_url_port"),
    ({"public_url": "http://localhost:80"}, "public_url", "public_url_port"),
    *(
        ({"public_url": f"http://{host}"}, "public_url", "public_url_https")
        for host in ("livc-r.example.org", "192.0.2.7:5000", "localhost.example.org", "0.0.0.0")
    ),
    ({"secret_key_file": "nowhere"}, "secret_key_file", "file_missing"),
    ({"secret_key_before_file": "nowhere"}, "secret_key_before_file", "file_missing"),
    *(
        ({"second_factor_roles": roles}, "second_factor_roles", "second_factor_roles")
        for roles in ("mayor", "officer; chair", "coach", "local", "officer, nobody")
    ),
    ({"secret_key_file": "."}, "secret_key_file", "file_strange"),
    ({"socket": 5}, "socket", "not_text"),
    ({"socket": "web", "host": "127.0.0.1"}, "host", "socket_or_address"),
    ({"socket": "web", "port": 5000}, "port", "socket_or_address"),
)

MAIL_FAULTS: tuple[tuple[Changes, str, str], ...] = (
    *(({key: None}, key, "mail_incomplete") for key in ("smtp_host", "smtp_port", "smtp_sender")),
    ({"smtp_user": None}, "smtp_user", "mail_login_incomplete"),
    ({"smtp_password_file": None}, "smtp_password_file", "mail_login_incomplete"),
    ({"smtp_port": 0}, "smtp_port", "not_whole"),
    ({"smtp_port": "587"}, "smtp_port", "not_whole"),
    *(({"smtp_host": host}, "smtp_host", "smtp_host") for host in ("a b", "a..b", "x" * 64)),
    *(
        ({"smtp_sender": sender}, "smtp_sender", "smtp_sender")
        for sender in ("livc-r", "LIVC-R <livc-r@example.org>", "a@b.be, c@d.be", "a@localhost")
    ),
    ({"smtp_user": "josé"}, "smtp_user", "smtp_ascii"),
    ({"smtp_security": "ssl"}, "smtp_security", "smtp_security"),
    ({"smtp_security": 1}, "smtp_security", "not_text"),
    ({"smtp_security": "none"}, "smtp_security", "smtp_in_the_clear"),
    ({"smtp_ca_file": "nowhere"}, "smtp_ca_file", "file_missing"),
    ({"smtp_ca_file": "key"}, "smtp_ca_file", "smtp_ca_file"),
    ({"smtp_ca_file": "."}, "smtp_ca_file", "file_strange"),
    ({"smtp_password_file": "nowhere"}, "smtp_password_file", "file_missing"),
    *(({key: None}, key, "mail_certificate_incomplete") for key in MAIL_CERTIFICATE),
    *(({key: "nowhere"}, key, "file_missing") for key in MAIL_CERTIFICATE),
    *(
        ({key: "authorities.pem"}, key, code)
        for key, code in zip(MAIL_CERTIFICATE, ("mail_certificate", "secret_open"), strict=True)
    ),
    *(({key: "key"}, "smtp_certificate_file", "mail_certificate") for key in MAIL_CERTIFICATE),
    (
        {"smtp_security": "none", "smtp_host": "localhost"},
        "smtp_certificate_file",
        "mail_certificate_in_the_clear",
    ),
)

BY_KEY: Changes = {"oidc_client_secret_file": None, "oidc_client_key_file": "key.pem"}
"""Single sign-on where the provider knows the tool by a key."""

NOT_MUNICIPAL = [role.value for role in Role if role not in MUNICIPAL_ROLES]

SIGN_ON_FAULTS: tuple[tuple[Changes, str, str], ...] = (
    *(({key: None}, key, "sign_on_incomplete") for key in ("oidc_issuer", "oidc_client_id")),
    ({"oidc_client_secret_file": None}, "oidc_client_secret_file", "oidc_one_proof"),
    ({"oidc_client_key_file": "key.pem"}, "oidc_client_key_file", "oidc_one_proof"),
    ({"oidc_strict": True}, "oidc_client_secret_file", "oidc_strict_key"),
    (
        {"oidc_strict": True, "oidc_client_secret_file": None},
        "oidc_client_key_file",
        "oidc_strict_needs",
    ),
    (
        {"oidc_strict": True, "oidc_client_key_file": "key.pem"},
        "oidc_client_secret_file",
        "oidc_strict_key",
    ),
    ({"oidc_strict": "yes"}, "oidc_strict", "not_truth"),
    ({**BY_KEY, "oidc_client_key_file": "key"}, "oidc_client_key_file", "oidc_client_key"),
    ({**BY_KEY, "oidc_client_key_file": "short.pem"}, "oidc_client_key_file", "oidc_client_key"),
    ({**BY_KEY, "oidc_client_key_file": "open.pem"}, "oidc_client_key_file", "secret_open"),
    ({**BY_KEY, "oidc_client_key_file": "nowhere"}, "oidc_client_key_file", "file_missing"),
    *(({key: None}, key, "sign_on_incomplete") for key in ("oidc_role_claim", "oidc_roles")),
    *(
        ({"oidc_issuer": issuer}, "oidc_issuer", "oidc_issuer")
        for issuer in ("http://provider.example.org", "provider", "https://a.example.org?b=c")
    ),
    ({"oidc_scope": "vo profile"}, "oidc_scope", "oidc_scope"),
    ({"oidc_roles": {"Doer": "boss"}}, "oidc_roles", "oidc_roles"),
    *(({"oidc_roles": {"Doer": role}}, "oidc_roles", "oidc_roles") for role in NOT_MUNICIPAL),
    *(
        ({key: value}, key, "not_table")
        for key in ("oidc_roles", "oidc_required")
        for value in ({}, "Doer=officer", {"Doer": 1}, {"Doer": ""}, {"": "officer"}, 3)
    ),
    ({"oidc_email_claim": 1}, "oidc_email_claim", "not_text"),
    ({"oidc_client_secret_file": "nowhere"}, "oidc_client_secret_file", "file_missing"),
)


def ids(faults: tuple[tuple[Changes, str, str], ...]) -> list[str]:
    return [f"{code}-{where}-{number}" for number, (_, where, code) in enumerate(faults)]


@pytest.mark.parametrize(("changes", "where", "code"), FAULTS, ids=ids(FAULTS))
def test_a_setting_that_cannot_be_is_refused(
    changes: Changes, where: str, code: str, tmp_path: Path
) -> None:
    assert named(problems_of(lambda: read(tmp_path, **changes))) == [(where, code)]


@pytest.mark.parametrize(("changes", "where", "code"), MAIL_FAULTS, ids=ids(MAIL_FAULTS))
def test_mail_that_cannot_be_sent_is_refused(
    changes: Changes, where: str, code: str, tmp_path: Path
) -> None:
    problems = problems_of(lambda: read(tmp_path, **{**mail(tmp_path), **changes}))
    assert named(problems) == [(where, code)]


@pytest.mark.parametrize(("changes", "where", "code"), SIGN_ON_FAULTS, ids=ids(SIGN_ON_FAULTS))
def test_single_sign_on_that_cannot_work_is_refused(
    changes: Changes, where: str, code: str, tmp_path: Path
) -> None:
    keys(tmp_path)
    problems = problems_of(lambda: read(tmp_path, **{**sign_on(tmp_path), **changes}))
    assert named(problems) == [(where, code)]


@pytest.mark.parametrize("place", ["nowhere", ".", "key"])
def test_a_command_goes_on_without_the_list_of_leaked_passwords(
    place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, settings(tmp_path, leaked_passwords_file=place))
    run = read_hosted(file, {})
    assert run.hosted.leaked_passwords == tmp_path / place
    an_administrator(run)
    link = ["user", "link", "--address", "ann@example.org", "--remove-second-factor"]
    assert main([*link, "--settings", str(file)]) == 0
    assert "https://livc-r.example.org/" in capsys.readouterr().out
    assert main(["serve", "--hosted", "--settings", str(file)]) == 1
    assert "leaked_passwords_file: " in capsys.readouterr().err


@pytest.mark.parametrize("strict", [False, True])
def test_a_provider_can_know_the_tool_by_a_key(strict: bool, tmp_path: Path) -> None:
    keys(tmp_path)
    held = {**sign_on(tmp_path, oidc_strict=strict), **BY_KEY}
    made = read(tmp_path, **held).hosted.single_sign_on
    assert made is not None
    assert (made.client_secret, made.client_key_file) == ("", tmp_path / "key.pem")
    assert made.strict is strict


@pytest.mark.parametrize("text", ["true", "false"])
def test_the_environment_says_whether_it_is_strict(text: str, tmp_path: Path) -> None:
    keys(tmp_path)
    file = written(tmp_path, settings(tmp_path, **{**sign_on(tmp_path), **BY_KEY}))
    made = read_hosted(file, {"EVALTOOL_OIDC_STRICT": text}).hosted.single_sign_on
    assert made is not None
    assert made.strict is (text == "true")


def test_a_certificate_and_a_key_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    other = a_client_key(tmp_path)
    held = mail(tmp_path, smtp_certificate_key_file=str(other))
    problems = problems_of(lambda: read(tmp_path, **held))
    assert named(problems) == [("smtp_certificate_file", "mail_certificate")]


def test_mail_in_the_clear_goes_to_this_machine_alone(tmp_path: Path) -> None:
    held = {**mail(tmp_path), "smtp_security": "none", "smtp_host": "127.0.0.1"}
    held |= dict.fromkeys(MAIL_CERTIFICATE)
    made = read(tmp_path, **held).hosted.mail
    assert made is not None
    assert made.security is Security.NONE


def test_a_password_of_mail_that_no_server_understands_is_refused(tmp_path: Path) -> None:
    held = settings(tmp_path, **mail(tmp_path))
    a_secret(tmp_path / "password", "pässword")
    problems = problems_of(lambda: read_hosted(written(tmp_path, held), {}))
    assert named(problems) == [("smtp_password_file", "smtp_ascii")]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("EVALTOOL_COLOUR", "red", "unknown"),
        ("EVALTOOL_", "red", "unknown"),
        ("EVALTOOL_port", "5000", "unknown"),
        ("EVALTOOL_PORT", "", "not_whole"),
        ("EVALTOOL_PORT", "5000.0", "not_whole"),
        ("EVALTOOL_PORT", "+5000", "not_whole"),
        ("EVALTOOL_PORT", "٥٠٠٠", "not_whole"),
        ("EVALTOOL_PORT", "9" * 5000, "not_whole"),
        ("EVALTOOL_STRICT", "yes", "not_truth"),
        ("EVALTOOL_STRICT", "", "not_truth"),
        ("EVALTOOL_CONTACT", "", "empty_needed"),
        ("EVALTOOL_CONTACT", "\udc80", "not_one_line"),
    ],
)
def test_a_variable_that_cannot_be_is_refused_under_its_own_name(
    name: str, value: str, code: str, tmp_path: Path
) -> None:
    file = written(tmp_path, settings(tmp_path))
    assert named(problems_of(lambda: read_hosted(file, {name: value}))) == [(name, code)]


@pytest.mark.parametrize(
    "value", ["", "Doer", "Doer=", "=officer", "A=officer,", "A=chair,A=chair"]
)
def test_a_table_in_the_environment_is_pairs_each_once(value: str, tmp_path: Path) -> None:
    file = written(tmp_path, settings(tmp_path, **sign_on(tmp_path)))
    problems = problems_of(lambda: read_hosted(file, {"EVALTOOL_OIDC_ROLES": value}))
    assert named(problems) == [("EVALTOOL_OIDC_ROLES", "not_table")]


def test_a_table_in_the_environment_may_have_spaces(tmp_path: Path) -> None:
    file = written(tmp_path, settings(tmp_path, **sign_on(tmp_path)))
    environment = {"EVALTOOL_OIDC_ROLES": " A = chair , B:1 = officer "}
    made = read_hosted(file, environment).hosted.single_sign_on
    assert made is not None
    assert made.roles == {"A": Role.CHAIR, "B:1": Role.OFFICER}


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    changes: dict[str, object] = {
        "organisation": None,
        "port": "x",
        "colour": "red",
        "public_url": "http://a.example",
        "secret_key_file": "nowhere",
        "smtp_host": "a b",
        "oidc_scope": "vo",
    }
    file = written(tmp_path, settings(tmp_path, **changes))
    assert set(named(problems_of(lambda: read_hosted(file, {"EVALTOOL_X": "1"})))) == {
        ("colour", "unknown"),
        ("EVALTOOL_X", "unknown"),
        ("organisation", "missing"),
        ("port", "not_whole"),
        ("public_url", "public_url_https"),
        ("secret_key_file", "file_missing"),
        ("smtp_port", "mail_incomplete"),
        ("smtp_sender", "mail_incomplete"),
        ("smtp_host", "smtp_host"),
        ("oidc_issuer", "sign_on_incomplete"),
        ("oidc_client_id", "sign_on_incomplete"),
        ("oidc_client_secret_file", "oidc_one_proof"),
        ("oidc_role_claim", "sign_on_incomplete"),
        ("oidc_roles", "sign_on_incomplete"),
        ("oidc_scope", "oidc_scope"),
    }


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"k" * 31, "secret_short"),
        (b" " * 40, "secret_short"),
        (b"k" * 31 + b"\n", "secret_short"),
        (b"", "secret_short"),
        (b"\x00" * 40, "secret_not_text"),
        (b"\xff" * 40, "secret_not_text"),
        (b"k" * 40 + b"\n" + b"k" * 40, "secret_not_text"),
        (b"k" * 4097, "secret_not_text"),
    ],
)
def test_a_secret_key_is_one_line_of_at_least_32_bytes(
    content: bytes, code: str, tmp_path: Path
) -> None:
    held = settings(tmp_path)
    a_secret(tmp_path / "key", content)
    problems = problems_of(lambda: read_hosted(written(tmp_path, held), {}))
    assert named(problems) == [("secret_key_file", code)]


def test_a_secret_key_of_32_bytes_is_long_enough(tmp_path: Path) -> None:
    held = settings(tmp_path)
    a_secret(tmp_path / "key", "é" * 16)
    assert read_hosted(written(tmp_path, held), {}).hosted.secret_key == "é" * 16


@posix
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o602])
@pytest.mark.parametrize("name", ["key", "password", "client"])
def test_a_secret_that_others_can_get_at_is_refused(name: str, mode: int, tmp_path: Path) -> None:
    held = everything(tmp_path)
    (tmp_path / name).chmod(mode)
    (where,) = (key for key, value in held.items() if value == str(tmp_path / name))
    problems = problems_of(lambda: read_hosted(written(tmp_path, held), {}))
    assert named(problems) == [(where, "secret_open")]


@posix
def test_a_secret_in_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    problems = problems_of(lambda: read(tmp_path, secret_key_file="pipe"))
    assert named(problems) == [("secret_key_file", "file_strange")]


def test_a_secret_within_the_repository_is_refused_wherever_a_link_to_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository, outside = tmp_path / "repository", tmp_path / "repository-beside"
    for folder in (repository / "instance", outside):
        folder.mkdir(parents=True)
    monkeypatch.setattr(given, "ASSETS", repository)
    inside = a_secret(repository / "instance" / "key")
    (outside / "link").symlink_to(inside)
    for path in (inside, outside / "link", outside / ".." / "repository" / "instance" / "key"):
        held = settings(tmp_path, secret_key_file=str(path))
        problems = problems_of(lambda held=held: read_hosted(written(tmp_path, held), {}))  # type: ignore[misc]
        assert named(problems) == [("secret_key_file", "secret_inside")]
    fine = a_secret(outside / "key")
    assert read(tmp_path, secret_key_file=str(fine)).hosted.secret_key == KEY


def test_no_file_of_this_repository_can_be_a_secret(tmp_path: Path) -> None:
    problems = problems_of(lambda: read(tmp_path, secret_key_file=str(ROOT / "LICENSE")))
    assert ("secret_key_file", "secret_inside") in named(problems)


def test_a_secret_can_be_wrong_in_several_ways(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(given, "ASSETS", tmp_path)
    held = settings(tmp_path)
    a_secret(tmp_path / "key", "short", 0o644)
    found = {
        code for _, code in named(problems_of(lambda: read_hosted(written(tmp_path, held), {})))
    }
    assert found - {"secret_open"} == {"secret_inside", "secret_short"}
    assert "secret_open" in found or os.name != "posix"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b'contact = "a"\nport = ' + KEY.encode() + b"\n", "2"),
        (b'contact = "a"\n\n[' + KEY.encode(), "3"),
        (b'contact = "\xff"\n', "1"),
        (b"a = " + b"[" * 5000, "1"),
    ],
)
def test_a_file_that_is_no_toml_is_refused_by_its_line_and_not_quoted(
    content: bytes, line: str, tmp_path: Path, catalogue: Catalogue
) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(content)
    (problem,) = problems_of(lambda: read_hosted(path, {}))
    assert (problem.where, problem.code, problem.values["line"]) == (str(path), "not_toml", line)
    assert KEY not in sentence(problem, catalogue.in_language("en"))


@pytest.mark.parametrize("name", ["nowhere.toml", "."])
def test_a_file_that_cannot_be_read_is_refused(name: str, tmp_path: Path) -> None:
    (problem,) = problems_of(lambda: read_hosted(tmp_path / name, {}))
    assert problem.code == "file_unreadable"


def test_no_secret_is_in_what_can_be_printed(tmp_path: Path) -> None:
    run = read_hosted(written(tmp_path, everything(tmp_path)), {})
    hosted = run.hosted
    assert hosted.mail is not None
    assert hosted.single_sign_on is not None
    # They are read; they only do not show.
    assert (hosted.secret_key, hosted.mail.password) == (KEY, PASSWORD)
    assert hosted.single_sign_on.client_secret == CLIENT_SECRET
    shown = f"{run!r} {run} {hosted!r} {hosted.mail!r} {hosted.single_sign_on!r}"
    assert not [secret for secret in SECRETS if secret in shown]


@pytest.mark.parametrize("key", KEYS)
def test_no_problem_quotes_a_secret_in_the_wrong_place(
    key: str, tmp_path: Path, catalogue: Catalogue
) -> None:
    secret = f"{KEY} {PASSWORD}"
    held = everything(tmp_path, **{key: secret, f"{key}s": secret})
    for name in ("key", "password", "client"):
        a_secret(tmp_path / name, KEY[:20], 0o644)
    problems = problems_of(lambda: read_hosted(written(tmp_path, held), as_environment(held)))
    shown = " ".join(sentence(problem, catalogue.in_language("nl")) for problem in problems)
    assert KEY[:20] not in shown + repr(problems) + str(Refused(problems))
    assert PASSWORD not in shown + repr(problems)


def every_problem(folder: Path) -> Iterator[Problem]:
    """One problem of each kind at least."""
    keys(folder)
    for changes, _, _ in FAULTS:
        yield from problems_of(lambda changes=changes: read(folder, **changes))  # type: ignore[misc]
    for basis, faults in ((mail(folder), MAIL_FAULTS), (sign_on(folder), SIGN_ON_FAULTS)):
        for changes, _, _ in faults:
            held = {**basis, **changes}
            yield from problems_of(lambda held=held: read(folder, **held))  # type: ignore[misc]
    held = settings(folder, **sign_on(folder, oidc_required=None), strict=True)
    yield from problems_of(lambda: read_hosted(written(folder, held), {}))
    for content in (b"short", b"\xff"):
        a_secret(folder / "key", content)
        yield from problems_of(lambda: read_hosted(written(folder, held), {}))
    yield from problems_of(lambda: read_hosted(folder, {}))
    (folder / "wrong.toml").write_text("=")
    yield from problems_of(lambda: read_hosted(folder / "wrong.toml", {}))
    yield Problem("secret_open", "secret_key_file")
    yield Problem("file_forbidden", "secret_key_file", {"path": "key"})
    yield Problem("secret_inside", "secret_key_file")
    yield Problem("no_sockets", "socket")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_problem_has_a_sentence_that_names_the_setting(
    language: Language, tmp_path: Path, catalogue: Catalogue
) -> None:
    t = catalogue.in_language(language)
    problems = list(every_problem(tmp_path))
    for problem in problems:
        told = sentence(problem, t)
        assert told.startswith(f"{problem.where}: ")
        assert not re.search(r"[{}]", told)
    of_settings = {"settings_without_hosted", "belongs_in_settings", "no_administrator"}
    of_settings |= {"no_database", "serving_already", "no_lock"}
    of_settings |= {"not_listening", "no_such_host", "no_metrics", "serving"}
    codes = {key.removeprefix("hosting.") for key in catalogue.texts if key.startswith("hosting.")}
    assert {problem.code for problem in problems} == codes - of_settings


def an_administrator(run: HostedRun, state: AccountState = AccountState.ACTIVE) -> None:
    """Keep an administrator in the database of a run."""
    with closing(open_store(run.database)) as store:
        made = store.accounts.create(
            address="ann@example.org",
            name="Ann",
            role=Role.ADMINISTRATOR,
            nis_code=None,
            at=datetime.now(UTC),
        )
        store.accounts.change(made.id, state=state)


def a_free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        port: int = tried.getsockname()[1]
        return port


def test_settings_without_hosted_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, settings(tmp_path))
    assert main(["serve", "--settings", str(file)]) == 2
    assert "--hosted" in capsys.readouterr().err
    assert not (tmp_path / "instance").exists()


@pytest.mark.parametrize(
    "option", [["--host", "127.0.0.1"], ["--port", "0"], ["--instance", "data"]]
)
def test_what_is_a_setting_is_no_option_of_a_hosted_tool(
    option: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, settings(tmp_path))
    assert main(["serve", "--hosted", "--settings", str(file), *option]) == 2
    assert option[0] in capsys.readouterr().err
    assert not (tmp_path / "instance").exists()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_serving_refuses_wrong_settings_with_every_reason(
    lang: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, settings(tmp_path, contact=None, secret_key_file="nowhere"))
    monkeypatch.setenv("EVALTOOL_COLOUR", "red")
    assert main(["serve", "--hosted", "--settings", str(file), "--lang", lang]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    lines = told.err.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "EVALTOOL_COLOUR",
        "contact",
        "secret_key_file",
    ]
    assert not (tmp_path / "instance").exists()


@pytest.mark.parametrize("state", [None, AccountState.CLOSED])
def test_serving_refuses_without_an_administrator_and_says_how_to_make_one(
    state: AccountState | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "our settings"
    folder.mkdir()
    file = written(folder, settings(tmp_path))
    if state is not None:
        an_administrator(read_hosted(file, {}), state)
    assert main(["serve", "--hosted", "--settings", str(file)]) == 1
    told = capsys.readouterr().err
    assert "evaltool user add --role administrator" in told
    # Where it looked: the folder may be another than was meant.
    assert (str(tmp_path / "instance" / "evaltool.sqlite") in told) == (state is None)
    # Fit to be typed over, whatever the folder is called.
    assert shlex.split(told)[-2:] == ["--settings", str(file)]
    if state is None:
        assert not (tmp_path / "instance").exists()


@contextmanager
def a_taken_port(host: str) -> Iterator[int]:
    """A port on which somebody listens already."""
    with socket.socket() as taken:
        taken.bind((host, 0))
        taken.listen()
        yield taken.getsockname()[1]


def why_not_served(file: Path) -> str:
    """The one line in which a process that is to serve with these settings refuses."""
    ran = subprocess.run(
        [*COMMAND, "serve", "--hosted", "--settings", str(file)],
        capture_output=True,
        check=False,
        text=True,
        timeout=30,
    )
    assert ran.returncode == 1
    (line,) = ran.stderr.splitlines()
    return line


def test_an_invited_administrator_will_do_and_any_address_but_a_port_that_is_taken(
    tmp_path: Path,
) -> None:
    with a_taken_port("0.0.0.0") as port:
        file = written(tmp_path, settings(tmp_path, host="0.0.0.0", port=port))
        an_administrator(read_hosted(file, {}), AccountState.INVITED)
        line = why_not_served(file)
    assert "0.0.0.0" in line
    assert str(port) in line


@posix
def test_a_socket_is_opened_by_its_owner_and_its_group_alone(tmp_path: Path) -> None:
    run = read(tmp_path, socket="web")
    assert run.socket == tmp_path / "web"
    app = create_app({"INSTANCE": run.instance, "HOSTED": run.hosted})
    for _ in range(2):
        # What an earlier run left behind is no hindrance.
        server = listen(app, run)
        found = run.socket.stat().st_mode
        server.close()
        assert stat.S_ISSOCK(found)
        assert stat.S_IMODE(found) == 0o660


@posix
def test_the_figures_are_on_a_socket_for_its_owner_and_its_group_alone(tmp_path: Path) -> None:
    run = read(tmp_path, socket="web", metrics_socket="figures")
    assert run.metrics_socket == tmp_path / "figures"
    app = create_app({"INSTANCE": run.instance, "HOSTED": run.hosted})
    for _ in range(2):
        # What an earlier run left behind is no hindrance.
        sockets: dict[int, Any] = {}
        listen_for_metrics(app, run, sockets)
        found = run.metrics_socket.stat().st_mode
        (server,) = {id(one): one for one in sockets.values() if hasattr(one, "adj")}.values()
        server.close()
        assert stat.S_ISSOCK(found)
        assert stat.S_IMODE(found) == 0o660


@posix
@pytest.mark.parametrize("place", ["nowhere/web", "x" * 120])
@pytest.mark.parametrize("key", ["socket", "metrics_socket"])
def test_a_socket_that_cannot_be_is_said(key: str, place: str, tmp_path: Path) -> None:
    more = {} if key == "socket" else {"socket": "web"}
    file = written(tmp_path, settings(tmp_path, **more, **{key: place}))
    an_administrator(read_hosted(file, {}))
    line = why_not_served(file)
    assert place in line
    assert key in line


def test_serving_refuses_a_host_that_is_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, settings(tmp_path, host="no host"))
    an_administrator(read_hosted(file, {}))
    assert main(["serve", "--hosted", "--settings", str(file)]) == 1
    assert "no host" in capsys.readouterr().err


def test_serving_refuses_a_database_that_is_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, settings(tmp_path))
    run = read_hosted(file, {})
    run.instance.mkdir()
    run.database.write_bytes(b"no database at all, but long enough to look at" * 50)
    assert main(["serve", "--hosted", "--settings", str(file)]) == 1
    told = capsys.readouterr().err
    # Which file, and how to get on.
    assert str(run.database) in told
    assert f"evaltool restore RESERVEKOPIE --instance {run.instance}" in told
    assert "Traceback" not in told


def test_a_file_that_cannot_be_found_or_read_says_why(tmp_path: Path, catalogue: Catalogue) -> None:
    t = catalogue.in_language("en")
    (missing,) = problems_of(lambda: read(tmp_path, secret_key_file="nowhere"))
    assert f"starts from {tmp_path}." in sentence(missing, t)
    (strange,) = problems_of(lambda: read(tmp_path, secret_key_file="."))
    assert str(tmp_path) in sentence(strange, t)


@posix
def test_a_file_of_somebody_else_is_named() -> None:
    with as_somebody_without_rights() as folder:
        held = settings(folder)
        (folder / "key").chmod(0o000)
        (problem,) = problems_of(lambda: read_hosted(written(folder, held), {}))
    assert (problem.code, problem.values["path"]) == ("file_forbidden", str(folder / "key"))


@posix
def test_a_database_of_somebody_else_is_named_and_not_its_folder(
    catalogue: Catalogue, capsys: pytest.CaptureFixture[str]
) -> None:
    with as_somebody_without_rights() as folder:
        database = folder / "evaltool.sqlite"
        open_store(database).close()
        database.chmod(0o000)
        # What is somebody else's cannot be made ours by changing its mode.
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Path, "chmod", lambda *_: None)
            assert opened(lambda: open_store(database), folder, catalogue.in_language("en")) is None
    told = capsys.readouterr().err
    assert f"{database}: this user may not write here." in told
    assert "chown" in told


def served_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """The status of serving that is stopped at once, by which all that it needs is loaded.

    Whoever has no rights may not be able to read the modules.
    """

    def stop(server: TcpWSGIServer, store: Store) -> int:
        server.task_dispatcher.shutdown()
        server.close()
        store.close()
        return 0

    monkeypatch.setattr(hosted_serving, "run_until_stopped", stop)
    file = written(folder, settings(folder, port=a_free_port()))
    an_administrator(read_hosted(file, {}))
    return main(["serve", "--hosted", "--settings", str(file)])


@posix
def test_serving_refuses_a_database_that_may_only_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert served_once(tmp_path, monkeypatch) == 0
    capsys.readouterr()
    with as_somebody_without_rights() as folder:
        file = written(folder, settings(folder, port=a_free_port()))
        run = read_hosted(file, {})
        an_administrator(run)
        run.database.chmod(0o444)
        # What is somebody else's cannot be made ours by changing its mode.
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Path, "chmod", lambda *_: None)
            assert main(["serve", "--hosted", "--lang", "en", "--settings", str(file)]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert f"{run.database}: this user may not write here." in told.err


@posix
@pytest.mark.parametrize("closed", ["evaltool.lock", "."])
def test_serving_refuses_a_lock_that_it_cannot_open_and_names_it(
    closed: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert served_once(tmp_path, monkeypatch) == 0
    with as_somebody_without_rights() as folder:
        file = written(folder, settings(folder))
        run = read_hosted(file, {})
        an_administrator(run)
        if closed != ".":
            run.lock.touch()
        (run.instance / closed).chmod(0o500 if closed == "." else 0o000)
        assert main(["serve", "--hosted", "--settings", str(file)]) == 1
        run.instance.chmod(0o700)
    told = capsys.readouterr().err
    assert f"{run.lock}: " in told
    assert "chown" in told


@posix
def test_one_at_a_time_holds_a_file_which_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "evaltool.lock"
    with sole(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with pytest.raises(BlockingIOError), sole(path):
            raise AssertionError("held twice")
    with sole(path):
        assert path.read_bytes() == b""


def test_without_locks_of_the_system_it_serves_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # None makes importing fail, as where there is no such module.
    monkeypatch.setitem(sys.modules, "fcntl", None)
    path = tmp_path / "evaltool.lock"
    held = []
    with sole(path), sole(path):
        held.append(path)
    assert held == [path]


def test_it_serves_whoever_asks_for_its_public_host(tmp_path: Path) -> None:
    port = a_free_port()
    held = settings(tmp_path, port=port)
    an_administrator(read_hosted(written(tmp_path, held), {}))
    with subprocess.Popen(
        [*COMMAND, "serve", "--hosted", "--lang", "en"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **as_environment(held)},
    ) as process:
        try:
            assert process.stdout is not None
            told = process.stdout.readline()
            assert "https://livc-r.example.org" in told
            assert str(port) in told
            assert status(port, "livc-r.example.org") == 200
            assert status(port, f"127.0.0.1:{port}") == 400
            assert status(port, "livc-r.example.org", "http") == 400
        finally:
            process.terminate()
            _, errors = process.communicate(timeout=10)
    assert not [secret for secret in SECRETS if secret in told + errors]


def status(port: int, host: str, scheme: str = "https") -> int:
    """The status of the answer to a request, of a proxy, for a file that needs no account."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/static/style.css",
        headers={"Host": host, "X-Forwarded-Proto": scheme},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + 10
    while True:
        try:
            with opener.open(request, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return int(error.code)
        except urllib.error.URLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def asked_through(run: HostedRun, headers: Mapping[str, str]) -> dict[str, Any]:
    """What the application sees of a request that comes to its server."""
    app = create_app({"INSTANCE": run.instance, "HOSTED": run.hosted})
    believing = app.wsgi_app
    assert isinstance(believing, ProxyFix)
    seen: dict[str, Any] = {}

    @Request.application
    def echo(request: Request) -> Response:
        seen.update(address=request.remote_addr, scheme=request.scheme, host=request.host)
        seen.update(told="X-Forwarded-For" in request.headers)
        return Response("")

    believing.app = echo
    server = listen(app, run)
    assert isinstance(server, TcpWSGIServer)
    try:
        assert server.adj.max_request_body_size >= LARGEST_REQUEST
        assert server.adj.max_request_body_size <= 16 * LARGEST_REQUEST
        builder = EnvironBuilder(headers=[*headers.items(), ("Host", "livc-r.example.org")])
        environ = {**builder.get_environ(), "REMOTE_ADDR": "127.0.0.1"}
        run_wsgi_app(server.application, environ)
    finally:
        server.close()
        server.task_dispatcher.shutdown()
    return seen


FORWARDED = {
    "X-Forwarded-For": "203.0.113.9, 198.51.100.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Prefix": "/evil",
    "Forwarded": "for=203.0.113.9;host=evil.example",
}


@pytest.mark.parametrize(
    ("proxies", "address", "scheme"),
    [(0, "127.0.0.1", "http"), (1, "198.51.100.7", "https"), (2, "203.0.113.9", "https")],
)
def test_as_many_proxies_are_believed_as_the_settings_say(
    proxies: int, address: str, scheme: str, tmp_path: Path
) -> None:
    run = read(tmp_path, proxies=proxies, port=a_free_port())
    seen = asked_through(run, FORWARDED)
    assert (seen["address"], seen["scheme"], seen["host"]) == (address, scheme, run.hosted.host)
    # Where nothing stands in front, what only a proxy can say does not even come in.
    assert seen["told"] is (proxies > 0)


@pytest.mark.parametrize(("zone", "told"), [(None, "14.00"), ("Europe/Lisbon", "13.00")])
@pytest.mark.parametrize("machine", ["UTC", "Asia/Tokyo"])
def test_moments_are_in_the_zone_of_the_settings_whatever_that_of_the_machine(
    machine: str,
    zone: str | None,
    told: str,
    tmp_path: Path,
    catalogue: Catalogue,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", machine)
    time.tzset()
    file = written(tmp_path, settings(tmp_path, time_zone=zone))
    run = hosted_run(file, catalogue.in_language("nl"))
    assert run is not None
    moment = datetime(2026, 7, 1, 12, 0, tzinfo=UTC).astimezone()
    assert time_text(moment, "nl") == told


def test_a_machine_without_zones_uses_those_of_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zones, "TZPATH", (str(tmp_path),))
    keep_time_of("Europe/Brussels")
    assert "tzdata" in os.environ["TZ"]
    assert datetime(2026, 7, 1, 12, 0, tzinfo=UTC).astimezone().hour == 14


def test_an_option_that_is_a_setting_is_refused_with_its_name_there(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["serve", "--hosted", "--port", "5072"]) == 2
    told = capsys.readouterr().err
    assert "EVALTOOL_PORT" in told
    assert "--settings" in told
