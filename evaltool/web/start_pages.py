"""What the templates of the start and of a new evaluation get."""

from dataclasses import dataclass
from typing import ClassVar

from evaltool.domain.access import Role
from evaltool.domain.evaluation import Evaluation
from evaltool.domain.municipality import Cluster, Municipality
from evaltool.web.carrying import Earlier
from evaltool.web.pages import Page


@dataclass(frozen=True, kw_only=True)
class EvaluationRow:
    """An evaluation in the list at the start."""

    evaluation: Evaluation
    municipality: Municipality
    changed: str
    done: int
    sections: int


@dataclass(frozen=True, kw_only=True)
class StartPage(Page):
    """The start: what this is, and the evaluations there are, those changed last first.

    ``newer`` and ``older`` are the addresses of the rest of the list, empty where there is none.
    """

    template: ClassVar[str] = "start.html"
    rows: tuple[EvaluationRow, ...]
    newer: str
    older: str
    minutes: int
    ticket: str
    role: Role
    municipality: Municipality | None


@dataclass(frozen=True, kw_only=True)
class NewPage(Page):
    """Choosing the municipality: what was typed, what fits, and the card of the one chosen.

    ``earlier`` are the finished evaluations that the new one can start from, ``start_from`` the
    id of the one proposed (empty: none of them).
    """

    template: ClassVar[str] = "new.html"
    typed: str
    names: tuple[str, ...]
    found: tuple[Municipality, ...]
    chosen: Municipality | None
    clusters: tuple[Cluster, ...]
    cluster: int | None
    ticket: str = ""
    earlier: tuple[Earlier, ...] = ()
    start_from: str = ""
