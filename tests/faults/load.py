"""People who save answers at the same time, while the server may be killed."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.serving import Installation
from tests.faults.walker import CUT, SECONDS, Walker

RIGHT = frozenset({"read", "saved", "finish", "reopen"})
"""What may come of a request as long as nobody kills the server."""


@dataclass(frozen=True)
class Outcome:
    """What came of a load.

    ``counts`` are requests by what came of them, ``kinds`` what was acknowledged by kind of
    question, ``lost`` what was acknowledged and is not there, ``unsound`` what was wrong with
    the database or the audit chain after a restart or at the end, ``failures`` how walks broke
    off. ``slowest`` and ``median`` are in seconds.
    """

    counts: Counter[str]
    kinds: Counter[str]
    lost: list[str]
    unsound: list[str]
    failures: list[str]
    kills: int
    slowest: float
    median: float

    def wrong(self, *, saves: int) -> list[str]:
        """Everything that should not be, each in words; fewer than ``saves`` saves as well."""
        right = RIGHT | {CUT} if self.kills else RIGHT
        told = [f"{n} x {kind}" for kind, n in sorted(self.counts.items()) if kind not in right]
        if self.counts["saved"] < saves:
            told.append(f"only {self.counts['saved']} saves, at least {saves} are needed")
        return [*told, *self.lost, *self.unsound, *self.failures]


def nothing(installation: Installation) -> None:
    """What is done to the database of a server that was killed, unless a test wants more."""


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

    ``pause`` in seconds is how long each waits between requests, on average. ``between`` is done
    after each kill, before the server starts again.
    """
    walkers = [
        Walker(installation, user, seed * 1000 + n)
        for n, user in enumerate(installation.users(users))
    ]
    installation.let_go()
    stop = threading.Event()
    installation.start()
    threads = [
        threading.Thread(target=walker.walk, args=(stop, pause), daemon=True) for walker in walkers
    ]
    for thread in threads:
        thread.start()
    chance = random.Random(seed)
    until = time.monotonic() + seconds
    unsound: list[str] = []
    for number in range(1, kills + 1):
        time.sleep(chance.uniform(0.05, 2 * max(seconds, 1) / kills))
        installation.kill()
        between(installation)
        installation.start()
        unsound += [f"after kill {number}: {line}" for line in installation.unsound()]
    time.sleep(max(0.0, until - time.monotonic()))
    stop.set()
    for walker, thread in zip(walkers, threads, strict=True):
        thread.join(timeout=SECONDS + 5)
        if thread.is_alive():
            walker.failure = f"{walker.user.evaluation}: its walk does not end"
    times = sorted(s for walker in walkers for s in walker.seconds) or [0.0]
    return Outcome(
        counts=sum((walker.counts for walker in walkers), Counter()),
        kinds=sum((walker.kinds for walker in walkers), Counter()),
        lost=[line for walker in walkers for line in walker.missing()],
        unsound=unsound + installation.unsound(),
        failures=[walker.failure for walker in walkers if walker.failure],
        kills=kills,
        slowest=times[-1],
        median=times[len(times) // 2],
    )
