"""What the templates about a municipality over time get."""

from dataclasses import dataclass
from typing import ClassVar

from evaltool.domain.changes import Changes
from evaltool.domain.pictures import EvolutionView
from evaltool.web.pages import EvaluationPage


@dataclass(frozen=True)
class FinishedRow:
    """A finished evaluation: its day, its report, and what it can be compared with.

    ``comparisons`` are (address, day of the other one).
    """

    day: str
    results: str
    comparisons: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class TrendPage(EvaluationPage):
    """Levels and legal minimum over the last finished evaluations of a municipality.

    ``choices`` are all of them, (id, day), to compare any two; ``document`` is (address, day) of
    the full report that has this evolution, both empty where it is not to be taken along.
    """

    template: ClassVar[str] = "over_time/trend.html"
    evolution: EvolutionView
    picture: str
    rows: tuple[FinishedRow, ...]
    choices: tuple[tuple[str, str], ...]
    document: tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class ChangesPage(EvaluationPage):
    """What changed between two reports; ``then`` and ``now`` are (day, address of the report).

    ``moments`` are when both were made, where they are of one and the same evaluation.
    """

    template: ClassVar[str] = "over_time/changes.html"
    changes: Changes
    then: tuple[str, str]
    now: tuple[str, str]
    moments: tuple[str, ...]
