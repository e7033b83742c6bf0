"""A real OpenID Connect provider on this machine: npm's oidc-provider, with a plain login form."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.conftest import ROOT, unavailable

_SERVE = Path(__file__).with_name("serve.mjs")
_PACKAGE = ROOT / ".tools" / "node_modules" / "oidc-provider"
_OLDEST_NODE = (20, 12)
_PATIENCE = 20.0
"""Seconds for the server to start or to end."""

SCOPES: Mapping[str, tuple[str, ...]] = {
    "profile": ("name", "given_name", "family_name"),
    "email": ("email", "email_verified"),
    "vo": ("vo_id", "vo_orgcode", "vo_orgnaam", "vo_doelgroepcode", "vo_email"),
    "evaltool": ("evaltool_rol_3d",),
}
"""As ACM/IDM has them, with a scope for the roles of the application."""


@dataclass(frozen=True)
class Client:
    """An application that the provider knows. ``algorithm`` signs its tokens.

    It is known by its ``secret``, or by its ``keys``, a JWK Set.
    """

    id: str = "evaltool"
    secret: str = "a secret: of 100% +/&="
    keys: Mapping[str, Any] | None = None
    redirect_uris: tuple[str, ...] = ("http://127.0.0.1:9/back",)
    post_logout_redirect_uris: tuple[str, ...] = ("http://127.0.0.1:9/out",)
    backchannel_logout_uri: str | None = None
    algorithm: str = "RS256"


@dataclass(frozen=True)
class Configuration:
    """What a provider serves. ``accounts`` are the claims by login name, which is the subject.

    With ``host`` localhost it is another site than an application on 127.0.0.1, as in real life.
    With ``forms`` it takes forms of other sites, as OpenID Connect asks. It then sets cookies for
    HTTPS alone, which a browser takes of this machine as well.
    """

    clients: tuple[Client, ...] = (Client(),)
    accounts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    scopes: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: SCOPES)
    in_id_token: bool = True
    forms: bool = False
    host: str = "127.0.0.1"
    port: int = 0


class RunningProvider:
    """A provider that listens; ``issuer`` is its address."""

    def __init__(self, node: str, configuration: Configuration) -> None:
        self._node = node
        self._configuration = configuration
        self._folder = tempfile.TemporaryDirectory()
        self._errors = Path(self._folder.name) / "errors.txt"
        self._start()

    def _start(self) -> None:
        file = Path(self._folder.name) / "provider.json"
        file.write_text(json.dumps(asdict(self._configuration)), encoding="utf-8")
        # A provider of the tests must not be told what to do by the environment.
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("NODE_", "DEBUG"))}
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                [self._node, str(_SERVE), str(file)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=environment,
                text=True,
            )
        self.issuer = self._announced()

    def _announced(self) -> str:
        """What the server says of itself when it listens."""
        # It is killed when it says nothing, so that reading comes to an end.
        watchdog = threading.Timer(_PATIENCE, self._process.kill)
        watchdog.start()
        assert self._process.stdout is not None
        for line in self._process.stdout:
            word, _, issuer = line.strip().partition(" ")
            if word == "ISSUER":
                watchdog.cancel()
                return issuer
        watchdog.cancel()
        self._end()
        raise RuntimeError(self._errors.read_text(encoding="utf-8", errors="replace")[-4000:])

    def _end(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def stop(self) -> None:
        """End it."""
        self._end()
        self._folder.cleanup()

    def restart(self) -> None:
        """End it and start it at the same address: with new keys, and nothing remembered."""
        self._end()
        port = urlsplit(self.issuer).port
        assert port is not None
        self._configuration = replace(self._configuration, port=port)
        self._start()


@contextmanager
def running(configuration: Configuration) -> Iterator[RunningProvider]:
    """A provider for as long as the block lasts; the test is skipped where it cannot run."""
    if not _PACKAGE.is_dir():
        unavailable("oidc-provider is not in .tools/")
    provider = RunningProvider(_node(), configuration)
    try:
        yield provider
    finally:
        provider.stop()


def _node() -> str:
    """The path of a Node.js that the package runs on."""
    path = shutil.which("node")
    if path is None:
        unavailable("no Node.js on this machine")
    shown = subprocess.run([path, "--version"], capture_output=True, check=True, text=True).stdout
    numbers = tuple(int(number) for number in re.findall(r"\d+", shown)[:2])
    if numbers < _OLDEST_NODE:
        unavailable(f"Node.js {shown.strip()} is too old for oidc-provider")
    return path
