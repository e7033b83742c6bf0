"""Many at once: requests a second, and what memory is left of a thousand walks."""

import itertools
import statistics
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.golden import NAMES
from tests.performance.measuring import Pair, Sample, Settings
from tests.performance.processes import AS_THE_UNIT, Server, ours, running
from tests.performance.sites import GOLDEN
from tests.performance.table import Row, times
from tests.performance.walking import Client, Forms, forms, together

CLIENTS = 4
RATE_GOAL = 1 / 3
MEMORY_GOAL = 60.0
"""MiB."""

_GROWTH = 1.0
"""MiB between the third and the last quarter that are put down to chance: pages of memory come
and go with what is asked at the moment of looking."""


def rate(settings: Settings) -> Iterator[Row]:
    """Requests a second of four who walk, beside the same walk through plain Jinja pages."""
    held = forms()
    seconds = settings.number(6, 2)
    pages = len(held[NAMES.index(GOLDEN)])
    mine: list[_Rate] = []
    bare: list[_Rate] = []
    with TemporaryDirectory() as folder:
        arguments = ["-m", "tests.performance.bare_server", str(Path(folder) / "bare.sqlite")]
        instance = Path(folder) / "instance"
        with running(ours(instance)) as server, running(arguments) as other:
            walkers = [Client(server, held) for _ in range(CLIENTS)]
            others = [Client(other, held) for _ in range(CLIENTS)]
            for _ in range(settings.turns):
                mine.append(_rated(server, walkers, _walk, seconds))
                bare.append(_rated(other, others, lambda c: c.walk_bare(pages), seconds))
            for client in (*walkers, *others):
                client.close()
    pair = Pair(*(Sample(tuple(one.by_clock for one in side)) for side in (mine, bare)))
    yield Row(
        what=f"requests a second, {CLIENTS} clients walking",
        measured=pair.ours.text("/s", 1, 0),
        ceiling=f"plain Jinja: {pair.ceiling.text('/s', 1, 0)}",
        ratio=times(pair.ratio),
        goal=f"at least {RATE_GOAL:.2f} x",
        met=pair.ratio >= RATE_GOAL,
    )
    pair = Pair(*(Sample(tuple(one.by_processor for one in side)) for side in (mine, bare)))
    yield Row(
        what="the same for each second of the processor that the server used",
        measured=pair.ours.text("/s", 1, 0),
        ceiling=f"plain Jinja: {pair.ceiling.text('/s', 1, 0)}",
        ratio=times(pair.ratio),
    )


@dataclass(frozen=True)
class _Rate:
    """Requests a second: as time passed, and of the processor time that the server used.

    The clients need the processors as well; where they slow down the faster of two servers, the
    second figure tells.
    """

    by_clock: float
    by_processor: float


def _rated(
    server: Server, clients: list[Client], work: Callable[[Client], None], seconds: float
) -> _Rate:
    before, used = sum(client.requests for client in clients), server.spent()
    by_clock = together(clients, work, seconds)
    made = sum(client.requests for client in clients) - before
    return _Rate(by_clock, made / (server.spent() - used))


def _walk(client: Client) -> None:
    client.walk(client.begin())


def memory(settings: Settings) -> Iterator[Row]:
    """The memory of one server process over many walks and documents, at its end and its growth."""
    walks, documents = settings.number(1000, 40), settings.number(200, 8)
    with TemporaryDirectory() as folder, running(ours(Path(folder) / "instance")) as server:
        server.get("/")
        start = server.memory()
        seen = _watched(server, forms(), walks, walks // documents)
    half = len(seen) // 2
    quarters = seen[half : half + half // 2], seen[half + half // 2 :]
    third, last = map(statistics.median, quarters)
    growth = last - third
    setting = ", ".join("=".join(pair) for pair in AS_THE_UNIT.items())
    yield Row(
        what=f"resident memory after {walks} walks and {documents} PDFs, with {setting}",
        measured=f"{seen[-1]:.1f} MiB (at the start {start:.1f}, half way {seen[half]:.1f})",
        goal=f"{MEMORY_GOAL:g} MiB",
        met=seen[-1] <= MEMORY_GOAL,
    )
    yield Row(
        what="its growth from the third to the last quarter",
        measured=f"{growth:+.1f} MiB",
        goal=f"none (within {_GROWTH:g} MiB)",
        met=growth <= _GROWTH,
    )


def _watched(server: Server, held: Sequence[Forms], walks: int, every: int) -> list[float]:
    """The memory of a server after each of so many walks, with a document at every so many."""
    numbers = itertools.count(1)
    seen: list[float] = []
    lock = threading.Lock()

    def one(client: Client) -> None:
        with lock:
            number = next(numbers)
        if number > walks:
            return
        evaluation = client.begin()
        client.walk(evaluation)
        client.finish(evaluation, document=number % every == 0)
        with lock:
            seen.append(server.memory())

    clients = [Client(server, held) for _ in range(CLIENTS)]
    while len(seen) < walks:
        together(clients, one, 1.0)
    for client in clients:
        client.close()
    return seen
