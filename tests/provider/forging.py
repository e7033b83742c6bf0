"""A provider that lies: an HTTP server of ours whose answers, keys and tokens a test makes up."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

CLIENT_ID = "evaltool"

SigningKey = RSAKey | ECKey | OKPKey

_REGISTRY = JWSRegistry(
    algorithms=["RS256", "PS256", "ES256", "Ed25519"], strict_check_header=False
)


@lru_cache(maxsize=8)
def rsa_key(kid: str = "first", bits: int = 2048) -> RSAKey:
    """A key pair, made once for all tests."""
    return RSAKey.generate_key(bits, {"kid": kid, "use": "sig"})


def published(*keys: SigningKey) -> dict[str, Any]:
    """A JWK Set with the public halves of keys."""
    return {"keys": [key.as_dict(private=False) for key in keys]}


def signed(
    claims: Mapping[str, Any], key: SigningKey, algorithm: str = "RS256", **header: Any
) -> str:
    """A token with a good signature; ``kid`` is that of the key unless the header has one."""
    made = {"alg": algorithm, "kid": key.kid, **header}
    made = {name: value for name, value in made.items() if value is not None}
    return jwt.encode(made, dict(claims), key, registry=_REGISTRY)


def encoded(part: bytes) -> str:
    """A part of a token."""
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode("ascii")


def unsigned(claims: Mapping[str, Any], algorithm: str = "none") -> str:
    """A token without a signature that says so."""
    header = json.dumps({"alg": algorithm, "kid": "first"}).encode()
    return f"{encoded(header)}.{encoded(json.dumps(dict(claims)).encode())}."


def signed_with_secret(claims: Mapping[str, Any], secret: bytes) -> str:
    """A token of HS256, with whatever secret: a public key, say."""
    header = json.dumps({"alg": "HS256", "kid": "first"}).encode()
    body = f"{encoded(header)}.{encoded(json.dumps(dict(claims)).encode())}"
    return f"{body}.{encoded(hmac.new(secret, body.encode(), hashlib.sha256).digest())}"


@dataclass(frozen=True)
class FromNow:
    """A moment in a claim: so many seconds from when the claims are made."""

    seconds: int


@dataclass(frozen=True)
class Asked:
    """A question that came in."""

    path: str
    headers: Mapping[str, str]
    form: Mapping[str, str]


@dataclass(frozen=True)
class Reply:
    """An answer as it goes out. ``pause`` is in seconds, before each of its ``parts``."""

    parts: tuple[bytes, ...]
    status: int = 200
    headers: Mapping[str, str] | None = None
    pause: float = 0.0


def json_reply(content: object, status: int = 200) -> Reply:
    """A reply in JSON."""
    return Reply((json.dumps(content).encode(),), status, {"Content-Type": "application/json"})


class ForgedProvider:
    """``replies`` has what each path answers; what came in is in ``asked``."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.asked: list[Asked] = []
        self.document: dict[str, Any] = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/auth",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "end_session_endpoint": f"{self.issuer}/end",
            "code_challenge_methods_supported": ["S256"],
        }
        self.keys: dict[str, Any] = published(rsa_key())
        self.token: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.replies: dict[str, Callable[[], Reply]] = {
            "/.well-known/openid-configuration": lambda: json_reply(self.document),
            "/jwks": lambda: json_reply(self.keys),
            "/token": lambda: json_reply(self.token),
            "/userinfo": lambda: json_reply(self.userinfo),
        }

    def times_asked(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(asked.path == path for asked in self.asked)

    def claims(self, nonce: str, **changed: Any) -> dict[str, Any]:
        """The claims of a good ID token; a changed one that is None is left out."""
        return _made(
            {
                "iss": self.issuer,
                "sub": "an",
                "aud": CLIENT_ID,
                "iat": FromNow(0),
                "exp": FromNow(300),
                "nonce": nonce,
                "name": "An Peeters",
                "email": "an@example.org",
                "vo_orgcode": "0207509031",
                **changed,
            }
        )

    def logout_claims(self, **changed: Any) -> dict[str, Any]:
        """The claims of a good logout token; a changed one that is None is left out."""
        return _made(
            {
                "iss": self.issuer,
                "aud": CLIENT_ID,
                "iat": FromNow(0),
                "exp": FromNow(120),
                "jti": "token-1",
                "sub": "an",
                "sid": "session-1",
                "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
                **changed,
            }
        )


def _made(claims: Mapping[str, Any]) -> dict[str, Any]:
    now = int(time.time())
    return {
        name: now + value.seconds if isinstance(value, FromNow) else value
        for name, value in claims.items()
        if value is not None
    }


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    forged: ForgedProvider


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self._answer({name: values[0] for name, values in parse_qs(body).items()})

    def _answer(self, form: Mapping[str, str]) -> None:
        forged = self.server.forged
        path = self.path.partition("?")[0]
        forged.asked.append(Asked(path, dict(self.headers), form))
        reply = forged.replies[path]()
        try:
            self.send_response(reply.status)
            for name, value in (reply.headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            for part in reply.parts:
                time.sleep(reply.pause)
                self.wfile.write(part)
        except OSError:
            # The client did not wait for the end, which is what some tests are about.
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: pytest would show it."""


@contextmanager
def forged_provider() -> Iterator[ForgedProvider]:
    """A provider that lies, for as long as the block lasts."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.forged = ForgedProvider(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.forged
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
