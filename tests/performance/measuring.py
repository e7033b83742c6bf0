"""Measuring in turn: ours and a ceiling by each other's side, so that a busy machine hits both."""

import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Clock = Callable[[], float]
"""Seconds since some moment."""

Work = Callable[[], object]

CLOCKS: dict[str, Clock] = {"wall": time.perf_counter, "cpu": time.process_time}
"""Time that passes, or what this process uses of the processor: on a machine with other work
the second says more, but it knows nothing of waiting for a disk or for another process."""


@dataclass(frozen=True)
class Settings:
    """How thoroughly to measure: ``turns`` of each side, and by which clock.

    ``quick`` is the short form: it shows that everything runs, its figures are rough.
    """

    turns: int = 7
    quick: bool = False
    clock: str = "wall"

    def now(self) -> float:
        """Seconds by the clock that was chosen."""
        return CLOCKS[self.clock]()

    def number(self, full: int, quick: int) -> int:
        """How many of something: fewer in the short form."""
        return quick if self.quick else full


@dataclass(frozen=True)
class Sample:
    """What was measured in each turn, in seconds or another unit."""

    turns: tuple[float, ...]

    @property
    def median(self) -> float:
        """The turn in the middle."""
        return statistics.median(self.turns)

    def text(self, unit: str = "ms", scale: float = 1000, digits: int = 1) -> str:
        """Median, lowest and highest: ``4.2 ms (4.0-5.1)``."""
        low, high = (f"{scale * v:.{digits}f}" for v in (min(self.turns), max(self.turns)))
        return f"{scale * self.median:.{digits}f} {unit} ({low}-{high})"


@dataclass(frozen=True)
class Pair:
    """Ours and its ceiling, measured in the same turns."""

    ours: Sample
    ceiling: Sample

    @property
    def ratio(self) -> float:
        """How many times the ceiling ours takes: the middle one of the ratios of all turns."""
        pairs = zip(self.ours.turns, self.ceiling.turns, strict=True)
        return statistics.median(ours / ceiling for ours, ceiling in pairs)


def timed(work: Work, times: int, settings: Settings) -> list[float]:
    """How long each of so many calls takes."""
    taken: list[float] = []
    for _ in range(times):
        start = settings.now()
        work()
        taken.append(settings.now() - start)
    return taken


def in_turns(works: Sequence[Work], times: int, settings: Settings) -> list[Sample]:
    """Each work in its turn, again and again; of each turn the median of so many calls.

    The first call of each, which may have to read or draw something once, is not counted.
    """
    for work in works:
        work()
    turns: list[list[float]] = [[] for _ in works]
    for _ in range(settings.turns):
        for found, work in zip(turns, works, strict=True):
            found.append(statistics.median(timed(work, times, settings)))
    return [Sample(tuple(found)) for found in turns]


def beside(ours: Work, ceiling: Work, times: int, settings: Settings) -> Pair:
    """Ours and its ceiling in turn."""
    return Pair(*in_turns([ours, ceiling], times, settings))


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share (0 to 1) of all values does not pass."""
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]
