"""Servers in processes of their own, asked over the loopback."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from tests.conftest import ROOT

COMMAND = ("-c", "import sys; from evaltool.cli import main; sys.exit(main())")
"""What runs ``evaltool`` in Python, wherever its script was installed."""

AS_THE_UNIT = {"MALLOC_ARENA_MAX": "1"}
"""What the unit of docs/operate sets in the environment."""

_PATIENCE = 60.0
"""Seconds for a server to say where it is, and to end."""


@dataclass(frozen=True)
class Server:
    """A server that runs: where it answers, and its process."""

    host: str
    port: int
    process: "subprocess.Popen[str]"

    def get(self, address: str) -> bytes:
        """What stands at an address.

        Raises:
            RuntimeError: it is answered otherwise than by 200.
        """
        connection = HTTPConnection(self.host, self.port, timeout=_PATIENCE)
        try:
            connection.request("GET", address)
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        if answer.status != 200:
            raise RuntimeError(f"GET {address}: {answer.status}")
        return body

    def spent(self) -> float:
        """Seconds of the processor that the process has used.

        Raises:
            OSError: this is not Linux.
        """
        stat = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii")
        # Behind the name, which may hold anything: user and system time are the 12th and 13th.
        user, system = stat.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """The resident memory of the process in MiB; what of it shrinks is not asked back.

        Raises:
            OSError: this is not Linux.
        """
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        found = re.search(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)
        if found is None:
            raise OSError("no VmRSS")
        return int(found[1]) / 1024


@contextmanager
def running(arguments: Sequence[str]) -> Iterator[Server]:
    """A Python program that prints the address at which it answers, stopped afterwards."""
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **AS_THE_UNIT},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://\S+", line)
        if found is None:
            raise RuntimeError(f"{' '.join(arguments)} did not start: {line!r}")
        address = urlsplit(found[0])
        yield Server(str(address.hostname), int(address.port or 80), process)
    finally:
        process.terminate()
        try:
            process.wait(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def ours(instance: Path) -> list[str]:
    """What starts the tool on an instance folder, at any free port."""
    return [*COMMAND, "serve", "--port", "0", "--instance", str(instance)]


def taken(arguments: Sequence[str], clock: str) -> float:
    """How many seconds a Python program takes from start to end, by the clock of that name.

    Raises:
        subprocess.CalledProcessError: it fails.
    """
    start, used = time.perf_counter(), _children()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, capture_output=True)
    return _children() - used if clock == "cpu" else time.perf_counter() - start


def _children() -> float:
    """Seconds of the processor that processes used that were started here and have ended."""
    times = os.times()
    return times.children_user + times.children_system


def until_first_page(arguments: Sequence[str], clock: str) -> float:
    """How many seconds a server takes from its start until its first page is there."""
    begun = time.perf_counter()
    with running(arguments) as server:
        server.get("/")
        return server.spent() if clock == "cpu" else time.perf_counter() - begun
