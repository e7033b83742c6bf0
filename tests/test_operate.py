"""docs/operate.md and the files beside it: what stands there was tried, and is tried here again."""

import configparser
import json
import os
import re
import shlex
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from evaltool import __version__
from evaltool.cli import _parser, main
from evaltool.cli.hosted_serving import sole
from evaltool.cli.hosting import KEYS, REQUIRED, read_hosted
from evaltool.cli.hosting_services import (
    MAIL_CERTIFICATE,
    MAIL_NEEDS,
    SIGN_ON_NEEDS,
    SIGN_ON_PROOF,
)
from evaltool.cli.noting import write_down
from evaltool.domain.access import SECOND_FACTOR_ROLES, Role
from evaltool.identity.sealing import CannotOpen, Seal
from evaltool.identity.second_factor import code_at, new_recovery_codes, normal_recovery_code
from evaltool.identity.signing import Desk
from evaltool.identity.tokens import digest
from evaltool.store import open_store
from evaltool.web.security import HOSTED_HEADERS
from evaltool.web.settings import default_instance
from tests.conftest import ROOT, unavailable
from tests.factories import a_hosted
from tests.hosting import PASSWORD, a_town
from tests.operation import (
    EVALTOOL,
    FILES,
    KEY,
    NAME,
    PATIENCE,
    Answer,
    Running,
    a_certificate,
    a_running_tool,
    ask,
    changed,
    connected,
    free_ports,
    program,
    wait_for,
)

PAGE = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
UNITS = sorted([*FILES.glob("*.service"), *FILES.glob("*.timer")])
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
INSTALLED = "/usr/local/lib/evaltool/bin/evaltool"
SOCKET = "/run/evaltool-web/socket"
CONFIRMED = ("privacy_confirmed_on", "accessibility_confirmed_on")


# --- the page


def test_every_setting_is_explained_and_no_other() -> None:
    rows = settings_told()
    assert [key for key, _ in rows] == sorted(set(KEYS), key=KEYS.index)
    assert {key for key, default in rows if default == "needed"} == set(REQUIRED)


def test_the_defaults_are_those_of_the_code(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(KEY)
    key.chmod(0o600)
    needed = dict.fromkeys(REQUIRED, "O") | {"public_url": f"https://{NAME}", "contact": "a@b.be"}
    needed["secret_key_file"] = str(key)
    # Mail and single sign-on have defaults of their own once they are used.
    mail = {"smtp_host": "mail.example", "smtp_port": "587", "smtp_sender": "a@mail.example"}
    provider = dict.fromkeys(SIGN_ON_NEEDS, "c") | {"oidc_issuer": "https://sso.example"}
    provider |= {"oidc_client_secret_file": str(key), "oidc_roles": "LB=officer"}
    bare, whole = (
        read_hosted(None, {f"EVALTOOL_{name.upper()}": text for name, text in given.items()})
        for given in (needed, {**needed, **mail, **provider})
    )
    sent, signed = whole.hosted.mail, whole.hosted.single_sign_on
    assert sent is not None
    assert signed is not None
    found: dict[str, object] = {
        **{name: getattr(bare, name) for name in ("host", "port", "socket", "metrics_port")},
        "metrics_socket": bare.metrics_socket,
        "strict": bare.hosted.strict,
        "leaked_passwords_file": bare.hosted.leaked_passwords,
        **{name: getattr(bare.hosted, name) for name in ("proxies", "keep_months", "time_zone")},
        **{name: getattr(bare.hosted, name) for name in ("backup_days", *CONFIRMED)},
        "secret_key_before_file": bare.hosted.secret_key_before,
        "second_factor_roles": bare.hosted.second_factor_roles - SECOND_FACTOR_ROLES,
        **dict.fromkeys(MAIL_NEEDS, bare.hosted.mail),
        **dict.fromkeys(SIGN_ON_NEEDS, bare.hosted.single_sign_on),
        **dict.fromkeys(SIGN_ON_PROOF, bare.hosted.single_sign_on),
        **dict(zip(MAIL_CERTIFICATE, (sent.certificate, sent.certificate_key), strict=True)),
        "oidc_strict": str(signed.strict).lower(),
        "oidc_sign_out_by_address": str(signed.sign_out_by_address).lower(),
        "smtp_user": sent.user,
        "smtp_password_file": sent.password,
        "smtp_security": sent.security,
        "oidc_scope": signed.scope,
        "oidc_organisation_claim": signed.organisation_claim,
        "oidc_email_claim": signed.email_claim,
        "oidc_required": signed.required,
    }
    assert bare.instance == default_instance()
    assert sent.ca_file is None
    assert bare.hosted.strict is False
    in_words = {
        "strict": "false",
        "instance": "a folder of the user",
        "smtp_ca_file": "those of the machine",
    }
    told = {name: str(value) if value else "none" for name, value in found.items()} | in_words
    assert {name: told.get(name, "needed") for name in KEYS} == dict(settings_told())


def settings_told() -> list[tuple[str, str]]:
    """The settings of the page, each with its default."""
    section = PAGE.partition("\n## Settings\n")[2].partition("\n## ")[0]
    found = re.findall(r"^\| `([a-z_]+)` \| ([^|]*) \|", section, re.MULTILINE)
    return [(key, default.strip()) for key, default in found]


def test_every_file_beside_the_page_is_named_and_there() -> None:
    named = set(re.findall(r"\]\((operate/[\w.-]+)\)", PAGE))
    assert named == {f"operate/{path.name}" for path in FILES.iterdir()}


def test_every_file_that_is_made_has_its_place_in_the_table() -> None:
    places = PAGE.partition("| place |")[2].partition("\n\n")[0]
    settings = re.findall(r'^    (\w+_file) = "([^"]+)"', PAGE, re.MULTILINE)
    made = {Path(name).name for _, name in settings}
    made |= set(re.findall(r"/etc/evaltool/([\w.]+\w)", PAGE))
    assert made >= {"secret_key", "oidc_client_key.pem", "mail_key.pem", "mail_certificate.pem"}
    held = re.findall(r"`([^`]+)`", places)
    assert {name for name in made if not any(Path(one).name == name for one in held)} == set()
    assert set(re.findall(r"/run/evaltool-web/\w+", PAGE)) <= set(held)
    assert {"/run/evaltool-web/metrics", "/var/lib/evaltool/evaltool.lock"} <= set(held)


def test_the_page_can_be_read_without_scrolling_aside() -> None:
    prose = (line for line in PAGE.splitlines() if not line.startswith(("    ", "|")))
    assert [line for line in prose if len(line) > 120] == []


def test_links_within_the_page_lead_somewhere() -> None:
    headings = re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", head.lower()).replace(" ", "-") for head in headings}
    linked = re.findall(r"\]\(#([^)]+)\)", PAGE)
    assert linked
    assert set(linked) <= anchors
    for target in re.findall(r"\]\(([^)#:]+)\)", PAGE):
        assert (ROOT / "docs" / target).exists(), target


def commands() -> list[list[str]]:
    """Every command of evaltool on the page and in the units, without where it is installed."""
    text = PAGE.replace("NUMBER:DIGEST", f"1:{'0' * 64}")
    told = re.findall(r"^    evaltool (.+)$", text, re.MULTILINE)
    for unit in SERVICES:
        told += re.findall(rf"^ExecStart={INSTALLED} (.+)$", unit.read_text(), re.MULTILINE)
    return [shlex.split(line) for line in told]


def test_every_command_is_one_that_the_tool_takes() -> None:
    found = commands()
    assert len(found) > 10
    for command in found:
        # Wrong usage ends the parser.
        assert callable(_parser().parse_args(command).run), command
    assert {command[0] for command in found} >= {"serve", "user", "backup", "restore", "audit"}


def test_the_daily_look_at_the_audit_log_keeps_the_last_entry_and_stops_at_a_new_chain(
    tmp_path: Path,
) -> None:
    section = PAGE.partition("\n## Audit log\n")[2].partition("\n## ")[0]
    lines = re.findall(r"^    ((?:last|told)=.*|echo .*)$", section, re.MULTILINE)
    assert len(lines) == 3
    called = f'evaltool() {{ {shlex.join(EVALTOOL)} "$@"; }}\n'
    script = called + "\n".join(lines).replace("/var/lib/evaltool", str(tmp_path))
    kept: list[str] = []
    for _ in range(2):
        with closing(open_store(tmp_path / "evaltool.sqlite")) as store:
            write_down(store, datetime.now(UTC), "look")
        assert subprocess.run(["sh", "-c", script], cwd=tmp_path, check=False).returncode == 0
        kept.append((tmp_path / "last-entry").read_text())
    assert [line.partition(":")[0] for line in kept] == ["1", "2"]
    (tmp_path / "evaltool.sqlite").unlink()
    with closing(open_store(tmp_path / "evaltool.sqlite")) as store:
        for _ in range(3):
            write_down(store, datetime.now(UTC), "look")
    assert subprocess.run(["sh", "-c", script], cwd=tmp_path, check=False).returncode == 1
    assert (tmp_path / "last-entry").read_text() == kept[-1]


def test_what_is_moved_before_a_restore_is_all_that_belongs_to_the_database(
    tmp_path: Path,
) -> None:
    before = tmp_path / "before"
    (line,) = re.findall(r"^    (find .* -exec mv .*)$", PAGE, re.MULTILINE)
    names = {"evaltool.sqlite", "evaltool.sqlite-wal", "evaltool.sqlite-shm"}
    (tmp_path / "in" / ".evaltool.sqlite-litestream" / "ltx").mkdir(parents=True)
    before.mkdir()
    for name in (*names, "evaltool.lock"):
        (tmp_path / "in" / name).touch()
    moved = line.replace("/var/lib/evaltool-before", str(before))
    moved = moved.replace("/var/lib/evaltool", str(tmp_path / "in"))
    subprocess.run(["sh", "-c", moved], check=True)
    assert {path.name for path in before.iterdir()} == names | {".evaltool.sqlite-litestream"}
    # The lock belongs to the folder and not to the database.
    assert [path.name for path in (tmp_path / "in").iterdir()] == ["evaltool.lock"]


# --- units


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_has_what_it_needs(unit: Path) -> None:
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(unit)
    if unit.suffix == ".timer":
        assert unit.with_suffix(".service").is_file()
        assert parser["Install"]["WantedBy"] == "timers.target"
        assert parser["Timer"]["Persistent"] == "yes"
        return
    held = parser["Service"]
    assert (held["User"], held["Group"], held["UMask"]) == ("evaltool", "evaltool", "0077")
    assert held["ProtectSystem"] == "strict"
    assert held["NoNewPrivileges"] == "yes"


def test_the_socket_is_in_a_folder_that_the_group_alone_can_enter() -> None:
    served = (FILES / "evaltool.service").read_text(encoding="utf-8")
    assert f"RuntimeDirectory={Path(SOCKET).parent.name}\nRuntimeDirectoryMode=0750\n" in served
    assert f'    socket = "{SOCKET}"\n' in PAGE
    for name, said in (("nginx.conf", f"http://unix:{SOCKET};"), ("Caddyfile", f"unix/{SOCKET}")):
        assert said in (FILES / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The units in a folder of their own, with a program that is here."""
    folder = tmp_path_factory.mktemp("units")
    program_here = shutil.which("true") or "/bin/true"
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace(INSTALLED, program_here)
        (folder / unit.name).write_text(text, encoding="utf-8")
    return folder


def analysed(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    """What systemd says of units, without running any."""
    found = program("systemd-analyze")
    if found is None:
        unavailable("no systemd-analyze on this machine")
    return subprocess.run(
        [found, *arguments], capture_output=True, text=True, check=False, timeout=60
    )


def test_systemd_understands_every_unit(units: Path) -> None:
    done = analysed("verify", *sorted(units.iterdir()))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("service", SERVICES, ids=lambda unit: unit.name)
def test_systemd_finds_a_service_well_shut_in(service: Path, units: Path) -> None:
    # Tenths of a point, from 0 for all to 100 for nothing that can be shut.
    done = analysed("security", "--offline=yes", "--threshold=15", units / service.name)
    assert done.returncode == 0, done.stdout[-300:] + done.stderr


# --- a tool that runs, behind a proxy with TLS


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A hosted tool, as the service starts it."""
    with a_running_tool(tmp_path_factory.mktemp("tool")) as found:
        yield found


@dataclass(frozen=True)
class Front:
    """A proxy in front: its ports for HTTP and HTTPS, and whom a browser would trust."""

    plain: int
    secure: int
    trusted: ssl.SSLContext
    folder: Path

    def ask(self, path: str, **more: str) -> Answer:
        """Ask over TLS, by the public name."""
        body = more.pop("body", None)
        headers = {name.replace("_", "-"): text for name, text in more.items()}
        host = f"{NAME}:{self.secure}"
        return ask(self.secure, path, host=host, tls=self.trusted, body=body, headers=headers)


def nginx(
    folder: Path, running: Running, plain: int, certificate: Path, key: Path, more: str = ""
) -> list[str]:
    """The file of the page in a frame, with ports and places of this test, and ``more`` in it."""
    found = program("nginx")
    if found is None:
        unavailable("no nginx on this machine")
    text = changed(
        (FILES / "nginx.conf").read_text(encoding="utf-8"),
        {
            # Not every machine that tests this speaks IPv6.
            "    listen [::]:80 default_server;\n": "",
            "    listen [::]:443 ssl default_server;\n": "",
            "    listen [::]:443 ssl;\n": "",
            "listen 80 ": f"listen 127.0.0.1:{plain} ",
            "listen 443 ": f"listen 127.0.0.1:{running.public_port} ",
            "/etc/nginx/evaltool/fullchain.pem": str(certificate),
            "/etc/nginx/evaltool/privkey.pem": str(key),
            "/var/log/nginx/": f"{folder}/",
            SOCKET: str(running.socket),
            "    location / {\n": f"{more}    location / {{\n",
        },
    )
    (folder / "evaltool.conf").write_text(text, encoding="utf-8")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    (folder / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {folder}/pid; events {{}}"
        f" http {{ access_log off; {places} include {folder}/evaltool.conf; }}",
        encoding="utf-8",
    )
    command = [found, "-e", "stderr", "-p", str(folder), "-c", str(folder / "nginx.conf")]
    tested = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert tested.returncode == 0, tested.stderr
    assert "[warn]" not in tested.stderr
    return command


def caddy(
    folder: Path, running: Running, plain: int, certificate: Path, key: Path, more: str = ""
) -> list[str]:
    """The file of the page, with ports and a certificate of this test, and ``more`` in it."""
    found = program("caddy")
    if found is None:
        unavailable("no caddy on this machine")
    ports = f"http_port {plain}\n\thttps_port {running.public_port}\n\tdefault_bind 127.0.0.1"
    text = changed(
        (FILES / "Caddyfile").read_text(encoding="utf-8"),
        {
            "\tadmin off\n": f"\tadmin off\n\t{ports}\n",
            f"\n{NAME} {{\n": f"\n{NAME} {{\n\ttls {certificate} {key}\n{more}",
            SOCKET: str(running.socket),
        },
    )
    (folder / "Caddyfile").write_text(text, encoding="utf-8")
    return [found, "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


FRONTS = {"nginx": nginx, "caddy": caddy}


@contextmanager
def started(command: list[str], folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """A proxy that runs, with its log in the folder."""
    environment = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    environment["XDG_CONFIG_HOME"] = str(folder)
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            command, env=environment, stdout=log, stderr=subprocess.STDOUT, text=True
        ) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture(scope="module", params=FRONTS)
def front(
    request: pytest.FixtureRequest, running: Running, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    """Each of the proxies of the page, before the same tool."""
    folder = tmp_path_factory.mktemp(request.param)
    certificate, key = a_certificate(folder)
    (plain,) = free_ports(1)
    command = FRONTS[request.param](folder, running, plain, certificate, key)
    with started(command, folder) as process:
        wait_for(running.public_port, process, folder / "log")
        trusted = ssl.create_default_context(cafile=str(certificate))
        yield Front(plain, running.public_port, trusted, folder)


def test_the_sign_in_page_comes_over_tls_with_a_cookie_that_goes_no_other_way(front: Front) -> None:
    answer = front.ask("/sign-in")
    assert answer.status == 200
    assert 'name="password"' in answer.text
    (cookie,) = answer.headers.get_all("Set-Cookie", [])
    assert cookie.startswith("__Host-evaltool=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    (strict,) = answer.headers.get_all("Strict-Transport-Security", [])
    assert strict == HOSTED_HEADERS["Strict-Transport-Security"]
    assert len(answer.headers["X-Request-Id"]) == 16
    # What holds tokens is not compressed.
    assert "Content-Encoding" not in front.ask("/sign-in", Accept_Encoding="gzip").headers


def test_plain_http_leads_to_https(front: Front) -> None:
    answer = ask(front.plain, "/sign-in?a=b", host=NAME)
    assert answer.status in (301, 308)
    assert re.fullmatch(rf"https://{NAME}(:\d+)?/sign-in\?a=b", answer.headers["Location"])


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_both_versions_of_tls_are_spoken(front: Front, version: ssl.TLSVersion) -> None:
    trusted = ssl.create_default_context(cafile=str(front.folder / "fullchain.pem"))
    trusted.minimum_version = trusted.maximum_version = version
    with trusted.wrap_socket(connected(front.secure), server_hostname=NAME) as line:
        assert line.version() == version.name.replace("_", ".")


def test_no_version_of_the_proxy_is_told(front: Front) -> None:
    for answer in (front.ask("/sign-in"), ask(front.plain, "/", host=NAME)):
        assert not re.search(r"\d", answer.headers.get("Server", ""))


def test_nginx_listens_to_ipv6_wherever_it_listens() -> None:
    listens = re.findall(r"listen (.+);", (FILES / "nginx.conf").read_text(encoding="utf-8"))
    old = [one for one in listens if not one.startswith("[::]:")]
    assert [f"[::]:{one}" for one in old] == [one for one in listens if one not in old]


def test_another_name_gets_nothing(front: Front) -> None:
    anybody = ssl.create_default_context()
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    with pytest.raises(ssl.SSLError):
        ask(front.secure, "/sign-in", host="127.0.0.1.example", tls=anybody)


def sign_in(front: Front, **headers: str) -> int:
    """The status of signing in with a wrong password, with headers that a browser made up."""
    page = front.ask("/sign-in")
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page.text)
    assert token is not None
    return front.ask(
        "/sign-in",
        body=f"csrf_token={token[1]}&address=nobody@a.example&password=wrong",
        Cookie=page.headers["Set-Cookie"].partition(";")[0],
        Content_Type="application/x-www-form-urlencoded",
        Referer=f"https://{NAME}:{front.secure}/sign-in",
        **headers,
    ).status


def addresses(running: Running) -> set[str]:
    """The digests of the addresses that attempts came from."""
    with closing(sqlite3.connect(running.instance / "evaltool.sqlite")) as kept:
        return {row[0] for row in kept.execute("SELECT address FROM attempts")}


def test_a_browser_cannot_choose_the_address_it_comes_from(front: Front, running: Running) -> None:
    for forged in ("203.0.113.7", "203.0.113.8, 198.51.100.7"):
        # Taken for plain HTTP or for another host, the form would be refused.
        more = {"X_Forwarded_Proto": "http", "X_Forwarded_Host": "evil.example"}
        assert sign_in(front, X_Forwarded_For=forged, Forwarded=f"for={forged}", **more) == 422
    with closing(open_store(running.instance / "evaltool.sqlite")) as store:
        desk = Desk(store, KEY)
        assert addresses(running) == {desk.keyed("network", "127.0.0.1")}


def test_a_monitor_on_the_machine_itself_may_ask(front: Front, running: Running) -> None:
    assert front.ask("/ready").text == "ready\n"
    assert running.ask("/health").text == "ok\n"
    assert running.ask("/sign-in").status == 400
    assert running.ask_as_proxy("/sign-in").status == 200
    assert ask(running.socket, "/ready", host="127.0.0.1").status == 400


def test_more_than_the_tool_takes_is_refused_by_its_own_page(front: Front) -> None:
    answer = front.ask("/sign-in", body="a=" + "x" * (3 * 2**20))
    assert answer.status == 413
    assert "<h1" in answer.text


def test_the_proxy_logs_no_path(front: Front) -> None:
    answer = front.ask("/evaluations/merkteken?merkteken")
    requests = front.folder / "evaltool.log"
    if requests.exists():
        # Caddy keeps none. What nginx keeps can be held against the log of the tool; it writes
        # that when the answer is on its way.
        until = time.monotonic() + PATIENCE
        while answer.headers["X-Request-Id"] not in requests.read_text():
            assert time.monotonic() < until
            time.sleep(0.01)
        assert "127.0.0.1" not in requests.read_text()
    written = "".join(path.read_text() for path in front.folder.glob("*log*"))
    assert "merkteken" not in written


def test_the_figures_are_on_a_port_of_their_own(front: Front, running: Running) -> None:
    front.ask("/sign-in")
    told = ask(running.metrics, "/metrics", host="127.0.0.1")
    families = {family.name for family in text_string_to_metric_families(told.text)}
    assert {"evaltool_requests", "evaltool_sign_ins", "evaltool_database_bytes"} <= families
    assert front.ask("/metrics").status == 404
    assert "evaltool_requests" not in running.ask_as_proxy("/metrics").text


MONITOR = "192.0.2.10"
"""The address of a monitor, in the examples of the page."""


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A hosted tool whose figures are on a socket."""
    with a_running_tool(tmp_path_factory.mktemp("watched"), metrics_socket=True) as found:
        yield found


@pytest.mark.parametrize("monitor", ["127.0.0.1", MONITOR])
@pytest.mark.parametrize("kind", FRONTS)
def test_a_monitor_reads_the_figures_over_tls_through_the_proxy(
    kind: str, monitor: str, watched: Running, tmp_path: Path
) -> None:
    certificate, key = a_certificate(tmp_path)
    (plain,) = free_ports(1)
    places = {MONITOR: monitor, METRICS: str(watched.metrics)}
    more = changed(snippet_for(kind), places)
    command = FRONTS[kind](tmp_path, watched, plain, certificate, key, more)
    with started(command, tmp_path) as process:
        wait_for(watched.public_port, process, tmp_path / "log")
        trusted = ssl.create_default_context(cafile=str(certificate))
        front = Front(plain, watched.public_port, trusted, tmp_path)
        told = front.ask("/metrics")
        # Beside it everything is as before.
        assert front.ask("/sign-in").status == 200
    if monitor == MONITOR:
        assert (told.status, "evaltool" in told.text) == (403, False)
    else:
        families = {family.name for family in text_string_to_metric_families(told.text)}
        assert {"evaltool_requests", "evaltool_database_bytes"} <= families
    here = ask(watched.metrics, "/metrics", host="127.0.0.1")
    assert "evaltool_database_bytes" in here.text
    assert "evaltool_requests" not in watched.ask_as_proxy("/metrics").text


METRICS = "/run/evaltool-web/metrics"


def snippet_for(kind: str) -> str:
    """What the page adds to the file of a proxy for a monitor elsewhere."""
    section = PAGE.partition("\n## Metrics\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"(?:^(?:    .*)?\n)+", section, re.MULTILINE)
    (found,) = [block for block in blocks if SNIPPETS[kind] in block]
    lines = (line.removeprefix("    ") for line in found.strip("\n").splitlines())
    return "".join(f"{line}\n" for line in lines)


SNIPPETS = {"nginx": "proxy_pass", "caddy": "reverse_proxy"}


def test_the_figures_are_beside_the_socket_of_the_tool() -> None:
    assert Path(METRICS).parent == Path(SOCKET).parent
    assert f'metrics_socket = "{METRICS}"' in PAGE


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_in_order_and_logged_nothing_but_lines_of_json(
    by: signal.Signals, tmp_path: Path
) -> None:
    with a_running_tool(tmp_path) as tool:
        refused = tool.ask_as_proxy("/merkteken?merkteken=1")
        assert tool.ask_as_proxy("/evaluations/merkteken").status == 303
        ended, log = tool.stop(by)
    assert ended == 0
    started, *lines, stopped = [json.loads(line) for line in log.splitlines()]
    assert (started["event"], started["version"]) == ("started", __version__)
    assert (stopped["event"], stopped["level"]) == ("stopped", "info")
    assert [line["status"] for line in lines] == [404, 303]
    assert lines[0]["request"] == refused.headers["X-Request-Id"]
    assert "merkteken" not in log
    assert not tool.instance.joinpath("evaltool.sqlite-wal").exists()


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_a_second_one_refuses_and_the_first_goes_on_until_it_is_killed(
    lang: str, tmp_path: Path
) -> None:
    with a_running_tool(tmp_path, metrics_socket=True) as first:
        sockets = {"SOCKET": str(first.socket), "METRICS_SOCKET": str(first.metrics)}
        settings = {**sockets, "INSTANCE": str(first.instance)}
        second = served_with(tmp_path, settings, lang)
        assert (second.returncode, second.stdout) == (1, "")
        (line,) = second.stderr.splitlines()
        assert str(first.instance / "evaltool.sqlite") in line
        assert "systemctl stop evaltool" in line
        assert first.ask("/ready").text == "ready\n"
        assert ask(first.metrics, "/metrics", host="127.0.0.1").status == 200
        # What does not serve goes on beside it.
        here = ["--instance", str(first.instance)]
        assert main(["backup", *here, "--to", str(tmp_path)]) == 0
        first.process.kill()
        first.process.wait()
        (made,) = tmp_path.glob("*.sqlite")
    # The system let go of the lock. What is left of it is no hindrance to a restore, nor after.
    assert (first.instance / "evaltool.lock").is_file()
    for path in first.instance.glob("evaltool.sqlite*"):
        path.unlink()
    assert main(["restore", str(made), *here]) == 0
    with sole(first.instance / "evaltool.lock"):
        assert served_with(tmp_path, settings, lang).stderr == second.stderr


def test_a_port_for_figures_that_is_taken_is_said(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY)
    (tmp_path / "key").chmod(0o600)
    with closing(open_store(tmp_path / "evaltool.sqlite")) as store:
        at = datetime.now(UTC)
        store.accounts.create(
            address="a@b.example", name="An", role=Role.ADMINISTRATOR, nis_code=None, at=at
        )
    (free,) = free_ports(1)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        settings = {"METRICS_PORT": port, "PORT": str(free), "INSTANCE": str(tmp_path)}
        done = served_with(tmp_path, settings)
    assert done.returncode == 1
    assert port in done.stderr
    assert "metrics_port" in done.stderr


def served_with(
    folder: Path, changes: Mapping[str, str], lang: str = "en"
) -> "subprocess.CompletedProcess[str]":
    """What comes of serving with settings that cannot be."""
    held = {
        "PUBLIC_URL": f"https://{NAME}",
        "SECRET_KEY_FILE": str(folder / "key"),
        "ORGANISATION": "O",
        "CONTACT": "a@b.example",
        **changes,
    }
    return subprocess.run(
        [*EVALTOOL, "serve", "--hosted", "--lang", lang],
        env={**os.environ, **{f"EVALTOOL_{key}": text for key, text in held.items()}},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


# --- backups that go further away


def test_a_backup_goes_through_age_and_back(tmp_path: Path) -> None:
    age, keygen = program("age"), program("age-keygen")
    if age is None or keygen is None:
        unavailable("no age on this machine")
    database, near = tmp_path / "instance" / "evaltool.sqlite", tmp_path / "near"
    open_store(database).close()
    near.mkdir()
    assert main(["backup", "--instance", str(database.parent), "--to", str(near)]) == 0
    (made,) = near.glob("*.sqlite")
    whole = made.read_bytes()
    identity, away = tmp_path / "identity.txt", tmp_path / f"{made.name}.age"
    subprocess.run([keygen, "-o", identity], check=True, capture_output=True)
    recipient = re.findall(r"age1\w+", identity.read_text())[0]
    subprocess.run([age, "--encrypt", "--recipient", recipient, "--output", away, made], check=True)
    assert whole[:16] not in away.read_bytes()
    made.unlink()
    subprocess.run([age, "--decrypt", "--identity", identity, "--output", made, away], check=True)
    # The checksum that was left beside it is of what came back.
    assert main(["restore", str(made), "--instance", str(tmp_path / "new")]) == 0
    assert (tmp_path / "new" / "evaltool.sqlite").is_file()


# --- what a new secret key ends, and what the one before keeps


def test_what_the_key_before_sealed_and_signed_still_counts_and_is_sealed_anew(
    tmp_path: Path,
) -> None:
    old, new = a_hosted().secret_key, "another key of the tests, long enough too"
    before = a_town(tmp_path)
    sealed = Desk(before.held.store, old).seal.seal("A" * 32)
    who = before.person(Role.OFFICER, second_factor=sealed)
    before.held.store.accounts.use_step(who.id, 7)
    browser = before.signed_in(who)
    form = {"csrf_token": browser.token(), "session_password": PASSWORD}
    cookie = browser.get_cookie("__Host-evaltool", "evaluatie.example")
    assert cookie is not None
    before.held.store.close()

    during = a_town(tmp_path, secret_key=new, secret_key_before=old)
    again = during.client()
    again.set_cookie("__Host-evaltool", cookie.value, domain="evaluatie.example", secure=True)
    assert again.get("/account").status_code == 200
    assert again.post("/account/sessions/end", data=form).status_code == 303
    renewed = during.held.store.accounts.get(who.id)
    assert renewed.second_factor != sealed
    assert renewed.last_step == 7
    during.held.store.close()

    # From then on the key before is needed for nothing that is kept.
    after = a_town(tmp_path, secret_key=new)
    assert after.held.store.accounts.get(who.id) == renewed
    late = after.client()
    late.set_cookie("__Host-evaltool", cookie.value, domain="evaluatie.example", secure=True)
    assert late.get("/account").location == "/sign-in"
    assert late.post("/sign-in", data=form).status_code == 400
    fresh = after.client()
    assert fresh.send("/sign-in", address=who.address, password=PASSWORD).status_code == 303
    code = code_at("A" * 32, after.clock.at)
    assert fresh.send("/sign-in/code", code=code).status_code == 303
    assert fresh.get("/account").status_code == 200
    after.held.store.close()


def test_nothing_new_is_signed_or_sealed_with_the_key_before(tmp_path: Path) -> None:
    old, new = a_hosted().secret_key, "another key of the tests, long enough too"
    during = a_town(tmp_path, secret_key=new, secret_key_before=old)
    who = during.person(Role.OFFICER)
    client = during.client()
    client.send("/sign-in", address=who.address, password=PASSWORD)
    cookie = client.get_cookie("__Host-evaltool", "evaluatie.example")
    assert cookie is not None
    with pytest.raises(CannotOpen):
        Seal(old, "second factor").open(Desk(during.held.store, new, old).seal.seal("text"))
    during.held.store.close()
    for key, status in ((old, 303), (new, 200)):
        town = a_town(tmp_path, secret_key=key)
        other = town.client()
        other.set_cookie("__Host-evaltool", cookie.value, domain="evaluatie.example", secure=True)
        assert other.get("/account").status_code == status
        town.held.store.close()


def test_a_key_before_that_is_another_one_changes_nothing(tmp_path: Path) -> None:
    before = a_town(tmp_path)
    sealed = Desk(before.held.store, a_hosted().secret_key).seal.seal("A" * 32)
    who = before.person(Role.OFFICER, second_factor=sealed)
    before.held.store.close()
    for keys in (("new " * 9, "wrong " * 9), (a_hosted().secret_key, "wrong " * 9)):
        town = a_town(tmp_path, secret_key=keys[0], secret_key_before=keys[1])
        assert town.held.store.accounts.get(who.id).second_factor == sealed
        town.held.store.close()


def test_a_new_secret_key_ends_sessions_and_second_factors_but_no_recovery_codes(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = a_town(tmp_path)
    seal = Desk(before.held.store, before.app.config["SECRET_KEY"]).seal
    who = before.person(Role.OFFICER, second_factor="to be set")
    (code, *_) = codes = new_recovery_codes()
    digests = tuple(digest(normal_recovery_code(one)) for one in codes)
    before.held.store.accounts.set_second_factor(who.id, seal.seal("A" * 32), digests)
    browser = before.signed_in(who)
    assert browser.get("/account").status_code == 200
    cookie = browser.get_cookie("__Host-evaltool", "evaluatie.example")
    assert cookie is not None
    before.held.store.close()

    assert "does not open" not in caplog.text
    after = a_town(tmp_path, secret_key="another key of the tests, long enough too")
    # Whoever put the wrong key in place by mistake hears of it before anybody signs in.
    assert "second factors that the secret key does not open: 1 of 1" in caplog.text
    again = after.client()
    again.set_cookie("__Host-evaltool", cookie.value, domain="evaluatie.example", secure=True)
    assert again.get("/account").location == "/sign-in"
    fresh = after.client()
    assert fresh.send("/sign-in", address=who.address, password=PASSWORD).status_code == 303
    assert fresh.send("/sign-in/code", code="123456").status_code == 422
    assert fresh.send("/sign-in/code", code=code).status_code == 303
    assert fresh.get("/account").status_code == 200
    after.held.store.close()


def test_a_session_that_ended_after_the_backup_is_back_after_a_restore(tmp_path: Path) -> None:
    town = a_town(tmp_path / "instance")
    who = town.person(Role.OFFICER)
    browser = town.signed_in(who)
    (tmp_path / "near").mkdir()
    assert main(["backup", "--instance", str(town.folder), "--to", str(tmp_path / "near")]) == 0
    cookie = browser.get_cookie("__Host-evaltool", "evaluatie.example")
    assert cookie is not None
    browser.send("/sign-out")
    town.held.store.close()
    (made,) = (tmp_path / "near").glob("*.sqlite")
    assert main(["restore", str(made), "--instance", str(tmp_path / "new")]) == 0

    for changes, status in (({}, 200), ({"secret_key": "a key made anew for this restore"}, 303)):
        back = a_town(tmp_path / "new", **changes)
        client = back.client()
        client.set_cookie("__Host-evaltool", cookie.value, domain="evaluatie.example", secure=True)
        assert client.get("/account").status_code == status
        back.held.store.close()


# --- what the tests themselves stand on


def test_programs_for_the_tests_come_by_a_lock_that_names_no_registry() -> None:
    folder = ROOT / ".ci" / "npm"
    asked = json.loads((folder / "package.json").read_text())["dependencies"]
    packages = json.loads((folder / "package-lock.json").read_text())["packages"]
    assert packages.pop("")["dependencies"] == asked
    assert {f"node_modules/{name}" for name in asked} <= set(packages)
    for name, version in asked.items():
        assert packages[f"node_modules/{name}"]["version"] == version
    assert all(one["integrity"].startswith("sha512-") for one in packages.values())
    assert not any("resolved" in one for one in packages.values())
    run = (ROOT / ".ci" / "run").read_text()
    assert "npm ci " in run
    assert "npm install" not in run


def test_a_runner_that_does_not_say_what_it_is_skips_nothing() -> None:
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    assert lines.index("export CI=true") < lines.index("exec make test")


def test_the_long_forms_are_whole() -> None:
    make = program("make")
    if make is None:
        unavailable("no make on this machine")
    command = [make, "--dry-run", "--always-make", "soak", "fuzz", "SEED=12"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    held = re.search(
        r"EVALTOOL_HELD_SECONDS=(\d+) \S+ -m pytest tests/faults/test_unwritable", told
    )
    assert held is not None
    assert int(held[1]) >= 30
    assert "-m tests.faults\n" in told
    assert "-m tests.fuzzing --seed 12\n" in told
