"""Calls to an application within this process, as a server makes them, without a network."""

import io
import re
from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import urlencode

from flask import Flask

Fields = list[tuple[str, str]]


class Caller:
    """A browser without a screen: it keeps cookies, and nothing else.

    ``port`` is the one that the application expects to be asked at.
    """

    def __init__(self, app: Flask, port: int = 5000) -> None:
        self._app = app
        self._cookies: dict[str, str] = {}
        self._environ: dict[str, object] = {
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": f"127.0.0.1:{port}",
            "SCRIPT_NAME": "",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }

    def get(self, address: str) -> bytes:
        """The page at an address.

        Raises:
            RuntimeError: it is answered otherwise than by a page.
        """
        status, _, body = self._call("GET", address, b"")
        if status != 200:
            raise RuntimeError(f"GET {address}: {status}")
        return body

    def post(self, address: str, fields: Fields) -> str:
        """Send a form; the address that follows.

        Raises:
            RuntimeError: it is not answered by an address to go to.
        """
        status, location, _ = self._call("POST", address, urlencode(fields).encode())
        if status not in (302, 303):
            raise RuntimeError(f"POST {address}: {status}")
        return location

    def _call(self, method: str, address: str, sent: bytes) -> tuple[int, str, bytes]:
        path, _, query = address.partition("?")
        environ = {
            **self._environ,
            "REQUEST_METHOD": method,
            "PATH_INFO": path.partition("#")[0],
            "QUERY_STRING": query,
            "wsgi.input": io.BytesIO(sent),
        }
        if sent:
            environ["CONTENT_TYPE"] = "application/x-www-form-urlencoded"
            environ["CONTENT_LENGTH"] = str(len(sent))
        if self._cookies:
            environ["HTTP_COOKIE"] = "; ".join(f"{k}={v}" for k, v in self._cookies.items())
        answer: list[tuple[int, list[tuple[str, str]]]] = []

        def start(
            status: str, headers: list[tuple[str, str]], exc_info: object = None, /
        ) -> Callable[[bytes], object]:
            answer.append((int(status[:3]), headers))
            return lambda _: None

        body = self._app.wsgi_app(environ, start)
        try:
            content = b"".join(body)
        finally:
            close = getattr(body, "close", None)
            if close is not None:
                close()
        status, headers = answer[0]
        location = ""
        for name, value in headers:
            if name == "Set-Cookie":
                key, _, held = value.partition(";")[0].partition("=")
                self._cookies[key] = held
            elif name == "Location":
                location = value
        return status, location, content


_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def hidden_fields(page: bytes) -> Fields:
    """What a form on a page carries unseen: what protects it, what it started from."""
    return [(name, value) for name, value in _HIDDEN.findall(page.decode())]


class _Names(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[tuple[str, str]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        if tag in ("input", "select", "textarea") and held.get("type") != "hidden":
            chosen = held.get("type") in ("radio", "checkbox")
            self.found.add((held.get("name") or "", (held.get("value") or "") if chosen else ""))


def fields_of(page: bytes) -> set[tuple[str, str]]:
    """The names of all fields on a page, of those to tick with their values."""
    names = _Names()
    names.feed(page.decode())
    return names.found
