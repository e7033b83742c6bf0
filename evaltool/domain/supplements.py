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

    ``spread`` is 0 where all agree and at most 1. ``shared`` is the answer on which all agree who
    gave one, empty where they do not. ``survey`` is which side most others are on with its base,
    who they are, what is not certain and last the source; or that it did not ask this.
    ``common`` is the answer of the municipality under ``common_label``, ``reason`` why that was
    chosen, both empty where there is none; ``is_unlike`` says that it is not the shared one.
    ``undecided`` is how many answered "weet ik niet".
    """

    question: str
    text: str
    section: str
    stances: tuple[StanceView, ...]
    spread: float
    survey: tuple[str, ...]
    common: tuple[str, ...]
    reason: str
    common_label: str = ""
    shared: tuple[str, ...] = ()
    is_unlike: bool = False
    undecided: int = 0

    @property
    def agreed(self) -> bool:
        """Whether all gave the same answer: "weet ik niet" is none."""
        return self.spread == 0 and not self.undecided

    @property
    def told(self) -> tuple[StanceView, ...]:
        """Who gave which answer: the one on which all agree as one, however many options it has."""
        if not self.shared:
            return self.stances
        agreed = StanceView("; ".join(self.shared), self.stances[0].who)
        return (agreed, *(stance for stance in self.stances if stance.label not in self.shared))


@dataclass(frozen=True)
class ZoneRow:
    """An answer that can be compared per cluster: how many gave it, a cell per municipality."""

    question: str
    answer: str
    cells: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class ZoneView:
    """The municipalities of a police zone side by side; ``clusters`` stand under their names.

    ``notes`` say what is to be known of the figures: where a cluster is too small to compare
    with, and which counts are not certain.
    """

    head: tuple[str, ...]
    clusters: tuple[str, ...]
    rows: tuple[ZoneRow, ...]
    notes: tuple[str, ...] = ()
