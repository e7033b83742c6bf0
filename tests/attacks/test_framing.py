"""Messages that say in two ways where they end: a request hidden in the body of another."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from waitress.server import BaseWSGIServer

from evaltool.cli.hosted_serving import listen
from evaltool.cli.hosting import HostedRun
from tests.factories import a_hosted

HIDDEN = b"POST /hidden HTTP/1.1\r\nHost: evaluatie.example\r\nContent-Length: 0\r\n\r\n"


@dataclass
class Heard:
    """What reached the application: the path and the body of each request."""

    requests: list[tuple[str, bytes]] = field(default_factory=list)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> list[bytes]:
        """Take a request in, as an application does."""
        self.requests.append((environ["PATH_INFO"], environ["wsgi.input"].read()))
        start("200 OK", [("Content-Length", "0")])
        return []


@contextmanager
def served(folder: Path) -> Iterator[tuple[Heard, Path]]:
    """What a hosted tool listens with, before an application that writes down what it gets."""
    heard, place = Heard(), folder / "evaltool.socket"
    run = HostedRun(folder, "127.0.0.1", 0, a_hosted(), socket=place)
    server = listen(heard, run)
    assert isinstance(server, BaseWSGIServer)
    thread = Thread(target=server.run)
    thread.start()
    try:
        yield heard, place
    finally:
        server.close()
        server.task_dispatcher.shutdown()
        thread.join(5)


def told(place: Path, message: bytes) -> bytes:
    """All that is answered to some bytes, after which nothing more is sent."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(str(place))
        connection.sendall(message)
        connection.shutdown(socket.SHUT_WR)
        found = b""
        while part := connection.recv(65536):
            found += part
        return found


def message(*headers: str, body: bytes = b"") -> bytes:
    lines = ["POST /outer HTTP/1.1", "Host: evaluatie.example", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


CHUNKED = b"5\r\nhello\r\n0\r\n\r\n"


def test_a_body_in_chunks_ends_with_its_chunks(tmp_path: Path) -> None:
    with served(tmp_path) as (heard, place):
        told(place, message("Transfer-Encoding: chunked", body=CHUNKED))
        assert heard.requests == [("/outer", b"hello")]


@pytest.mark.parametrize(
    "headers",
    [
        ("Transfer-Encoding: chunked", f"Content-Length: {len(CHUNKED)}"),
        ("Content-Length: 3", "Transfer-Encoding: chunked"),
        (f"Content-Length: {len(CHUNKED + HIDDEN)}", "Transfer-Encoding: chunked"),
    ],
)
def test_of_two_lengths_that_of_the_chunks_counts(tmp_path: Path, headers: tuple[str, str]) -> None:
    """Also where the other one would hide a request, or let one begin in the middle of a body."""
    with served(tmp_path) as (heard, place):
        told(place, message(*headers, body=CHUNKED))
        assert heard.requests == [("/outer", b"hello")]


@pytest.mark.parametrize(
    "headers",
    [
        ("Transfer-Encoding: xchunked",),
        ("Transfer-Encoding: gzip, chunked",),
        ("Transfer-Encoding: chunked, identity",),
        ("Transfer-Encoding: identity", "Content-Length: 0"),
        ("Content-Length: +0",),
        ("Content-Length: -1",),
        ("Content-Length: 0x0",),
        ("Content-Length: 0, 80",),
        ("Content-Length: 0", "Content-Length: 80"),
        ("Content-Length : 0",),
        ("X: a\nContent-Length: 0",),
    ],
    ids=str,
)
def test_a_length_that_can_be_read_in_two_ways_is_refused(
    tmp_path: Path, headers: tuple[str, ...]
) -> None:
    with served(tmp_path) as (heard, place):
        answer = told(place, message(*headers, body=HIDDEN))
        assert answer.split()[1] in (b"400", b"501"), answer
        # Neither what carries it nor what hides in it is worked on.
        assert heard.requests == []


@pytest.mark.parametrize("size", [b"5;", b"+5", b"0x5", b"5 ", b"\n5", b"5\n", b"g"])
def test_a_chunk_of_an_odd_size_is_refused_or_is_of_that_size(tmp_path: Path, size: bytes) -> None:
    body = size + b"\r\nhello\r\n0\r\n\r\n"
    with served(tmp_path) as (heard, place):
        told(place, message("Transfer-Encoding: chunked", body=body + HIDDEN))
        assert heard.requests in ([], [("/outer", b"hello"), ("/hidden", b"")])
