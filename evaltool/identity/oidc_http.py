"""Questions to an OpenID Connect provider: bounded in time and size, and never led elsewhere."""

import ipaddress
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

T = TypeVar("T")

TIMEOUT = 5.0
"""Seconds for a connection, for the start of an answer, and for the whole of it."""
_LARGEST = 256 * 1024
"""Bytes of an answer. Real ones take a few thousand."""
_CHUNK = 16 * 1024


class Refusal(StrEnum):
    """Why nobody is signed in or out; each names a sentence for the user."""

    STATE = "oidc_state"
    """The answer belongs to no sign-in that was begun here, or to one that is over."""
    DENIED = "oidc_denied"
    """The user broke off, or may not use this tool according to the provider."""
    UNREACHABLE = "oidc_unreachable"
    """The provider does not answer, too late, or with a failure of its own."""
    PROVIDER = "oidc_provider"
    """The provider answers otherwise than agreed: something is set up wrongly."""
    TOKEN = "oidc_token"  # noqa: S105 - no password
    """What the provider says of the user cannot be trusted."""
    TARGET_GROUP = "oidc_target_group"
    """The user signed in for an organisation that this tool is not meant for."""
    FACTORS = "oidc_factors"
    """The user signed in, but not in the way that is required (``acr``)."""
    OURS = "oidc_ours"
    """The tool itself is not set up right: its key cannot be used."""


class OidcRefused(Exception):
    """Signing in or out does not go on.

    ``code`` is for the user. ``reason`` is for the log of whoever runs the tool: in English,
    without tokens, secrets or personal data.
    """

    def __init__(self, code: Refusal, reason: str) -> None:
        super().__init__(code.value)
        self.code = code
        self.reason = reason


class Cached(Generic[T]):
    """Something that is fetched when it is first needed, and again when it is an hour old.

    May be shared by threads: at worst two of them fetch at once.
    """

    _LASTS = timedelta(hours=1)

    def __init__(self, fetch: Callable[[], T], now: Callable[[], datetime]) -> None:
        self._fetch = fetch
        self._now = now
        self._held: tuple[datetime, T] | None = None

    def get(self) -> T:
        """What is held, fetched where it has to be."""
        held = self._held
        if held is not None and self._now() - held[0] < self._LASTS:
            return held[1]
        return self.renew()

    def renew(self) -> T:
        """What is there now, whatever was held."""
        fetched = self._fetch()
        self._held = (self._now(), fetched)
        return fetched


@dataclass(frozen=True)
class Answer:
    """The status of an answer, and the JSON object that it holds."""

    status: int
    content: Mapping[str, Any]


def is_local(url: str) -> bool:
    """Whether an address is plain HTTP to this machine, as in tests."""
    try:
        parts = urlsplit(url)
        if parts.scheme != "http":
            return False
        return (
            parts.hostname == "localhost" or ipaddress.ip_address(parts.hostname or "").is_loopback
        )
    except ValueError:
        return False


def is_trusted(url: str, *, local: bool) -> bool:
    """Whether an address is one of HTTPS; with ``local``, one of this machine will do as well."""
    try:
        parts = urlsplit(url)
        if not parts.hostname or parts.port == 0 or "@" in parts.netloc:
            return False
    except ValueError:
        return False
    return parts.scheme == "https" or (local and is_local(url))


class Questions:
    """Asks the endpoints of one provider. ``local``: it runs on this machine."""

    def __init__(self, *, local: bool, timeout: float = TIMEOUT) -> None:
        self._local = local
        self._timeout = timeout

    def get(self, url: str, bearer: str | None = None) -> Mapping[str, Any]:
        """The JSON object at an address, with an access token where one is given.

        Raises:
            OidcRefused: there is none, or it did not come in time.
        """
        headers = {} if bearer is None else {"Authorization": f"Bearer {bearer}"}
        answer = self._ask("GET", url, headers)
        if answer.status != 200:
            raise OidcRefused(Refusal.PROVIDER, f"HTTP {answer.status} at {_place(url)}")
        return answer.content

    def post(self, url: str, form: Mapping[str, str], authorization: str | None) -> Answer:
        """The answer to a form, whatever its status; without ``authorization`` the form has it.

        Raises:
            OidcRefused: no JSON object came, or not in time.
        """
        headers = {} if authorization is None else {"Authorization": authorization}
        return self._ask("POST", url, headers, form)

    def _ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        until = time.monotonic() + self._timeout
        sent = {"Accept": "application/json", "Accept-Encoding": "identity", **headers}
        try:
            with requests.Session() as session:
                session.trust_env = not self._local
                # Without one, a .netrc on the machine would replace the header of ours.
                session.auth = _unchanged
                with session.request(
                    method,
                    url,
                    data=form,
                    headers=sent,
                    timeout=self._timeout,
                    allow_redirects=False,
                    stream=True,
                ) as response:
                    content = _read(response, until)
        except (requests.RequestException, HTTPError, OSError) as error:
            kind = type(error).__name__
            raise OidcRefused(Refusal.UNREACHABLE, f"{kind} at {_place(url)}") from None
        if response.status_code >= 500 or response.status_code == 429:
            reason = f"HTTP {response.status_code} at {_place(url)}"
            raise OidcRefused(Refusal.UNREACHABLE, reason)
        try:
            found = json.loads(content)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            reason = f"HTTP {response.status_code} without a JSON object at {_place(url)}"
            raise OidcRefused(Refusal.PROVIDER, reason)
        return Answer(response.status_code, found)


def _unchanged(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _place(url: str) -> str:
    """An address for the log, without what a query may hold."""
    return url.partition("?")[0][:200]


def _read(response: requests.Response, until: float) -> bytes:
    """The body of an answer, while it is small and comes in time."""
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        # Nobody asked for it, and a small one may unfold to any size.
        raise OidcRefused(Refusal.PROVIDER, f"a compressed answer at {_place(response.url)}")
    content = b""
    # One reading each: asking for so many bytes would wait for all of them.
    while chunk := response.raw.read1(_CHUNK, decode_content=False):
        content += chunk
        if len(content) > _LARGEST:
            raise OidcRefused(Refusal.PROVIDER, f"a huge answer at {_place(response.url)}")
        if time.monotonic() > until:
            raise OidcRefused(Refusal.UNREACHABLE, f"a slow answer at {_place(response.url)}")
    return content
