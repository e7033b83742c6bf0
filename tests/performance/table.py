"""The rows of the table, and how they are printed."""

import os
import platform
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.performance.measuring import Settings

NONE = "–"

_HEAD = ("what", "measured", "ceiling", "ratio", "goal", "met")


@dataclass(frozen=True)
class Row:
    """One line: what was measured, beside what, and whether that is good enough.

    ``met`` is None where there is no goal; ``ceiling`` and ``ratio`` are empty where a goal is an
    amount by itself.
    """

    what: str
    measured: str
    goal: str = NONE
    met: bool | None = None
    ceiling: str = NONE
    ratio: str = NONE

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells in the order of the head."""
        met = NONE if self.met is None else "yes" if self.met else "**no**"
        return self.what, self.measured, self.ceiling, self.ratio, self.goal, met


def times(ratio: float) -> str:
    """A ratio as it is written: ``1.84 x``."""
    return f"{ratio:.2f} x"


def table(rows: Iterable[Row]) -> Iterator[str]:
    """The lines of a table in Markdown, as they become known."""
    yield f"| {' | '.join(_HEAD)} |"
    yield f"|{'---|' * len(_HEAD)}"
    for row in rows:
        yield f"| {' | '.join(row.cells)} |"


def circumstances(settings: Settings) -> str:
    """What the figures depend on: the machine, what else it does, and how they were taken."""
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors{load}"
    python = f"Python {sys.version_info[0]}.{sys.version_info[1]}"
    form = "short form" if settings.quick else "full form"
    return (
        f"{python}, {system}; {form}, median of {settings.turns} turns (lowest-highest), "
        f"{settings.clock} time"
    )
