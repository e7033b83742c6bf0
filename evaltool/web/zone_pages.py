"""What the templates about police zones get."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from evaltool.domain.municipality import Cluster, Municipality
from evaltool.web.pages import EvaluationPage, Page


@dataclass(frozen=True, kw_only=True)
class ZoneChoice:
    """A municipality of the zone: whether it is ticked, its cluster, and what it answered.

    ``cluster`` is None where the register has no single proposal; ``state`` is empty where the
    municipality was not asked.
    """

    municipality: Municipality
    ticked: bool
    cluster: int | None
    state: str


@dataclass(frozen=True, kw_only=True)
class ZonePage(EvaluationPage):
    """Which municipalities of the police zone take part."""

    template: ClassVar[str] = "zone.html"
    choices: tuple[ZoneChoice, ...]
    clusters: tuple[Cluster, ...]
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ZoneQuestion:
    """That a municipality was asked to take part in an evaluation of its zone."""

    evaluation: str
    by: str
    day: str
    cluster: int
    state: str


@dataclass(frozen=True, kw_only=True)
class ZonesPage(Page):
    """The evaluations of its zone in which a municipality was asked to take part."""

    template: ClassVar[str] = "accounts/zones.html"
    municipality: Municipality
    questions: tuple[ZoneQuestion, ...]
    clusters: tuple[Cluster, ...]
    errors: Mapping[str, str] = field(default_factory=dict)
