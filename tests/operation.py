"""A hosted tool that really runs, behind a proxy that really speaks TLS, for tests."""

import contextlib
import http.client
import ipaddress
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from evaltool.cli.given import variable
from evaltool.domain.access import Role
from evaltool.store import open_store
from tests.conftest import ROOT

NAME = "evaluatie.example"
"""The host name in the files of docs/operate."""
KEY = "0123456789abcdef" * 4
FILES = ROOT / "docs" / "operate"
EVALTOOL = [sys.executable, "-c", "import sys; from evaltool.cli import main; sys.exit(main())"]
PATIENCE = 30.0
"""Seconds for a program to start or to end."""

_UNPACKED = ROOT / ".tools" / "programs" / "usr"


def program(name: str) -> str | None:
    """Where a program is: installed, or unpacked by ``.ci/run``."""
    places = [os.environ.get("PATH", ""), "/usr/sbin", _UNPACKED / "sbin", _UNPACKED / "bin"]
    return shutil.which(name, path=os.pathsep.join(map(str, places)))


def free_ports(number: int) -> list[int]:
    """Ports of this machine that nobody listens on, all different."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(number)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


@dataclass(frozen=True)
class Answer:
    """An answer as it came over the line."""

    status: int
    headers: http.client.HTTPMessage
    text: str


def connected(place: int | Path) -> socket.socket:
    """A connection with a port of this machine, or with a socket of the file system."""
    if isinstance(place, int):
        return socket.create_connection(("127.0.0.1", place), timeout=PATIENCE)
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(PATIENCE)
    try:
        line.connect(str(place))
    except OSError:
        line.close()
        raise
    return line


def ask(
    place: int | Path,
    path: str,
    *,
    host: str,
    tls: ssl.SSLContext | None = None,
    body: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Ask something of a port or a socket, as a browser that takes it for ``host``."""
    line = connected(place)
    if tls is not None:
        line = tls.wrap_socket(line, server_hostname=host.partition(":")[0])
    asked = {"Host": host, "Connection": "close", **(headers or {})}
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1")) as connection:
        connection.sock = line
        connection.request("GET" if body is None else "POST", path, body, asked)
        found = connection.getresponse()
        return Answer(found.status, found.headers, found.read().decode("utf-8"))


def a_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for NAME that signs itself, and its key, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    names = [x509.DNSName(NAME), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = folder / "fullchain.pem", folder / "privkey.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate, secret


@dataclass(frozen=True)
class Running:
    """A tool that serves; ``stop`` ends it as a service manager would, and gives what it logged."""

    instance: Path
    socket: Path
    metrics: int | Path
    public_port: int
    process: "subprocess.Popen[str]"
    log: Path

    @property
    def host(self) -> str:
        """What a browser puts in its Host header."""
        return f"{NAME}:{self.public_port}"

    def ask(self, path: str, **headers: str) -> Answer:
        """Ask the tool itself, as a monitor on the machine does."""
        return ask(self.socket, path, host=self.host, headers=headers)

    def ask_as_proxy(self, path: str) -> Answer:
        """Ask the tool itself, as the proxy does for who came over TLS."""
        return self.ask(path, **{"X-Forwarded-Proto": "https"})

    def stop(self, by: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        """End it, and give its status and what it logged."""
        self.process.send_signal(by)
        return self.process.wait(PATIENCE), self.log.read_text(encoding="utf-8")


@contextmanager
def a_running_tool(folder: Path, *, metrics_socket: bool = False) -> Iterator[Running]:
    """A hosted tool with an administrator, in a process of its own, on a socket.

    Its figures are on a port, or on a socket of their own.
    """
    metrics_port, public_port = free_ports(2)
    place = folder / "socket"
    metrics: int | Path = folder / "metrics" if metrics_socket else metrics_port
    (folder / "key").write_text(KEY)
    (folder / "key").chmod(0o600)
    instance = folder / "instance"
    settings = {
        "public_url": f"https://{NAME}:{public_port}",
        "secret_key_file": str(folder / "key"),
        "organisation": "Organisatie",
        "contact": "beheer@organisatie.example",
        "instance": str(instance),
        "socket": str(place),
        "metrics_socket" if metrics_socket else "metrics_port": str(metrics),
    }
    with contextlib.closing(open_store(instance / "evaltool.sqlite")) as store:
        store.accounts.create(
            address="an@organisatie.example",
            name="An",
            role=Role.ADMINISTRATOR,
            nis_code=None,
            at=datetime.now(UTC),
        )
    others = {name: text for name, text in os.environ.items() if not name.startswith("EVALTOOL_")}
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            [*EVALTOOL, "serve", "--hosted", "--lang", "en"],
            env={**others, **{variable(key): text for key, text in settings.items()}},
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=log,
            text=True,
        ) as process,
    ):
        running = Running(instance, place, metrics, public_port, process, folder / "log")
        try:
            wait_for(place, process, folder / "log")
            yield running
        finally:
            process.kill()


def wait_for(place: int | Path, process: "subprocess.Popen[str]", log: Path) -> None:
    """Wait until a process listens; where it ends or never does, the test fails with its log."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), connected(place):
            return
        time.sleep(0.02)
    pytest.fail(f"it does not listen: {log.read_text(encoding='utf-8')}")


@contextmanager
def as_somebody_without_rights() -> Iterator[Path]:
    """An empty folder of whoever runs this, who is not root meanwhile: root may write anything."""
    me, other = os.geteuid(), 65534
    with tempfile.TemporaryDirectory() as folder:
        if me == 0:
            os.chown(folder, other, other)
            os.seteuid(other)
        try:
            yield Path(folder)
        finally:
            os.seteuid(me)


def changed(text: str, changes: Mapping[str, str]) -> str:
    """A file of docs/operate with places of this test in it; each of those must be there."""
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text
