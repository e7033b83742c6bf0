"""What feedback is declared with: rules over answers, and all that is said when they hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from evaltool.domain.conditions import Condition
from evaltool.domain.language import Text
from evaltool.domain.levels import LevelScale
from evaltool.domain.situation import Area


class FindingKind(StrEnum):
    """What a finding is: a gap before the law, a point of attention, a strength."""

    LEGAL = "legal"
    ATTENTION = "attention"
    STRENGTH = "strength"


class Basis(StrEnum):
    """What a finding rests on."""

    LAW = "law"
    SURVEY = "survey"
    PRACTICE = "practice"


class Track(StrEnum):
    """The coaching track of VVSG that a finding fits."""

    START = "start"
    REACTIVATE = "reactivate"
    OPTIMISE = "optimise"
    MONITOR = "monitor"


class Effort(StrEnum):
    """How soon the next step can be taken."""

    WEEK = "week"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True)
class Source:
    """Something a finding rests on or sends its reader to.

    ``read`` is the day on which the statement of a legal source was read in a stored copy;
    ``discrepancies`` touch the passage of the survey report that is cited.
    """

    id: str
    title: Text
    publisher: Text
    where: str
    year: str
    statement: Text | None = None
    read: date | None = None
    discrepancies: tuple[str, ...] = ()

    @property
    def is_passage(self) -> bool:
        """Whether it is a passage of the survey report, to be found by its title alone."""
        return not self.where


@dataclass(frozen=True)
class Item:
    """What a rule says for one option, named (question, option): shown when its condition holds.

    ``sources`` are what it rests on besides the sources of its rule.
    """

    condition: Condition
    option: tuple[str, str]
    text: Text
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """A condition over answers and comparisons, and what is said when it holds.

    With ``items`` the rule holds only if at least one of them does. ``figure`` names the
    (question, option) whose figure is put beside what we see. Of the rules with the same
    ``topic`` a report shows only the first, so that nothing is said twice. ``ask`` is the
    question to put to the table; a strength has none. Without ``by_peers`` a difference from
    the peers does not make it more urgent.
    """

    id: str
    area: Area
    kind: FindingKind
    basis: Basis
    condition: Condition
    topic: str
    priority: int
    title: Text
    see: Text
    why: Text
    steps: tuple[Text, ...]
    who: Text
    track: Track
    effort: Effort
    ask: Text | None = None
    figure: tuple[str, str] | None = None
    items: tuple[Item, ...] = ()
    sources: tuple[str, ...] = ()
    by_peers: bool = True


@dataclass(frozen=True)
class TrackRule:
    """When a coaching track is proposed, and why; the first that holds counts."""

    track: Track
    condition: Condition
    reason: Text


@dataclass(frozen=True)
class Preparation:
    """Something to have ready for the intake, where its condition holds."""

    condition: Condition
    text: Text


@dataclass(frozen=True)
class Remark:
    """What is asked about answers that do not go together.

    In the text ``{labels}`` stands for the options chosen because of which it is asked.
    """

    condition: Condition
    text: Text


@dataclass(frozen=True)
class Rulebook:
    """All that feedback is made of."""

    rules: tuple[Rule, ...]
    scales: tuple[LevelScale, ...]
    tracks: tuple[TrackRule, ...]
    preparations: tuple[Preparation, ...]
    remarks: tuple[Remark, ...]
    sources: Mapping[str, Source]
