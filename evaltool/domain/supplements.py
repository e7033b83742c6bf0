"""What a report shows besides where there are several views, or several municipalities."""

from dataclasses import dataclass


@dataclass(frozen=True)
class StanceView:
    """One answer, and the disciplines that gave it."""

    label: str
    who: tuple[str, ...]


@dataclass(frozen=True)
class DifferenceView:
    """One question, by who sees what.

    ``spread`` is 0 where all agree and at most 1; ``answered`` is how many gave an answer other
    than "weet ik niet". ``survey`` is which side most others are on, with base and source, empty
    where the survey does not tell. ``common`` is the answer of the municipality, ``reason`` why
    that was chosen, both empty where there is none.
    """

    question: str
    text: str
    section: str
    stances: tuple[StanceView, ...]
    answered: int
    spread: float
    survey: tuple[str, ...]
    common: tuple[str, ...]
    reason: str

    @property
    def agreed(self) -> bool:
        """Whether all who answered gave the same answer."""
        return self.spread == 0


@dataclass(frozen=True)
class ZoneRow:
    """An answer that can be compared per cluster: how many gave it, a cell per municipality."""

    question: str
    answer: str
    cells: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class ZoneView:
    """The municipalities of a police zone side by side; ``clusters`` stand under their names."""

    head: tuple[str, ...]
    clusters: tuple[str, ...]
    rows: tuple[ZoneRow, ...]
