"""People who save answers at the same time, while the server may be killed."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.faults.asking import CUT, DOWN, SAVED, SECONDS, SENT, Asker
from tests.faults.serving import Installation
from tests.faults.sharing import CONFLICT, Sharer, held, lost_between
from tests.faults.walker import DOCUMENT, Walker

RIGHT = frozenset({"read", SAVED, SENT, CONFLICT, DOCUMENT, "finish", "reopen"})
"""What may come of a request as long as nobody kills the server."""


@dataclass(frozen=True)
class Outcome:
    """What came of a load.

    ``counts`` are requests by what came of them, ``kinds`` what was acknowledged by kind of
    question, ``lost`` what was acknowledged and is not there, ``unsound`` what was wrong with
    the database or the audit chain after a restart or at the end, ``failures`` how walks broke
    off. ``struck`` has for each kill how many requests were then being answered and got no
    answer. ``times`` are the seconds that answers took, shortest first, ``documents`` those of
    documents, and ``elapsed`` the seconds of the whole.
    """

    counts: Counter[str]
    kinds: Counter[str]
    lost: list[str]
    unsound: list[str]
    failures: list[str]
    struck: list[int]
    times: list[float]
    documents: list[float]
    elapsed: float

    @property
    def kills(self) -> int:
        """How often the server was killed."""
        return len(self.struck)

    @property
    def saves(self) -> int:
        """How often a page was kept."""
        return self.counts[SAVED] + self.counts[SENT]

    def wrong(self, *, saves: int, struck: int = 0) -> list[str]:
        """Everything that should not be, each in words.

        So are fewer than ``saves`` saves, and fewer than ``struck`` kills that cut a request off:
        the load would have shown nothing.
        """
        right = RIGHT | {CUT, DOWN} if self.kills else RIGHT
        told = [f"{n} x {kind}" for kind, n in sorted(self.counts.items()) if kind not in right]
        if self.saves < saves:
            told.append(f"only {self.saves} saves, at least {saves} are needed")
        cutting = sum(number > 0 for number in self.struck)
        if cutting < struck:
            told.append(f"only {cutting} kills cut a request off, at least {struck} are needed")
        return [*told, *self.lost, *self.unsound, *self.failures]


def within(times: list[float], share: float) -> float:
    """The seconds within which a share (0 to 1) of sorted times lies; 0 where there are none."""
    return times[min(len(times) - 1, int(share * len(times)))] if times else 0.0


def nothing(installation: Installation) -> None:
    """What is done to the database of a server that was killed, unless a test wants more."""


def unlogged(installation: Installation, askers: Iterable[Asker]) -> list[str]:
    """What was acknowledged and is not in the audit log, or is there without being asked."""
    entries = installation.held.store.audit.entries()
    logged = Counter((entry.event.evaluation, entry.event.action) for entry in entries)
    done: Counter[tuple[str, str]] = Counter()
    tried: Counter[tuple[str, str]] = Counter()
    for asker in askers:
        for action, number in asker.tried.items():
            tried[asker.user.evaluation, action] += number
            done[asker.user.evaluation, action] += asker.done[action]
    return [
        f"{key[0]}: {key[1]} acknowledged {done[key]} times of {most}, {logged[key]} in the log"
        for key, most in tried.items()
        if not done[key] <= logged[key] <= most
    ]


def load(
    installation: Installation,
    *,
    users: int,
    seconds: float,
    kills: int = 0,
    pause: float = 0.5,
    seed: int = 1,
    between: Callable[[Installation], None] = nothing,
) -> Outcome:
    """Let people walk for some time, and kill the server meanwhile as often as asked.

    Beside ``users`` who have an evaluation each, two share one. ``pause`` in seconds is how long
    each waits between requests, on average. ``between`` is done after each kill, before the
    server starts again.
    """
    walkers = [
        Walker(installation, user, seed * 1000 + n)
        for n, user in enumerate(installation.users(users))
    ]
    sharers = [
        Sharer(installation, user, seed * 1000 + users + n)
        for n, user in enumerate(installation.pair())
    ]
    services = installation.held
    shared = services.evaluations.get(sharers[0].user.evaluation).answers
    start = held(services.catalogue.questionnaire, shared)
    askers: list[Asker] = [*walkers, *sharers]
    installation.let_go()
    stop = threading.Event()
    installation.start()
    threads = [
        threading.Thread(target=asker.walk, args=(stop, pause), daemon=True) for asker in askers
    ]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    chance = random.Random(seed)
    unsound: list[str] = []
    struck: list[list[tuple[Asker, int]]] = []
    for number in range(1, kills + 1):
        time.sleep(chance.uniform(0.05, 2 * max(seconds, 1) / kills))
        head = installation.head()
        struck.append([(one, one.asking) for one in askers if one.asking is not None])
        installation.kill()
        between(installation)
        installation.start()
        unsound += [f"after kill {number}: {line}" for line in installation.unsound(head)]
    time.sleep(max(0.0, began + seconds - time.monotonic()))
    stop.set()
    for asker, thread in zip(askers, threads, strict=True):
        thread.join(timeout=SECONDS + 5)
        if thread.is_alive():
            asker.failure = f"{asker.user.evaluation}: its walk does not end"
    elapsed = time.monotonic() - began
    lost = [line for asker in askers for line in asker.missing()]
    return Outcome(
        counts=sum((asker.counts for asker in askers), Counter()),
        kinds=sum((asker.kinds for asker in askers), Counter()),
        lost=[*lost, *lost_between(sharers, start), *unlogged(installation, askers)],
        unsound=unsound + installation.unsound(),
        failures=[asker.failure for asker in askers if asker.failure],
        struck=[sum(request in one.cut for one, request in flying) for flying in struck],
        times=sorted(second for asker in askers for second in asker.seconds),
        documents=sorted(second for asker in askers for second in asker.documents),
        elapsed=elapsed,
    )
