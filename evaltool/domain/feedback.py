"""From answers to advice: declared rules become findings, declared criteria become levels."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from evaltool.domain.answers import Answers, reported
from evaltool.domain.comparison import Comparison
from evaltool.domain.conditions import Condition
from evaltool.domain.language import Text
from evaltool.domain.questionnaire import Questionnaire
from evaltool.domain.situation import Area, Fact, LegalMinimum, Situation, legal_minimum

TOP_FINDINGS = 5
"""Most findings on the first page."""

AREA_FINDINGS = 6
"""Most findings per area; the rest goes to an annex."""


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

    ``read`` is the day on which the statement of a legal source was read in a stored copy.
    """

    id: str
    title: Text
    publisher: Text
    where: str
    year: str
    statement: Text | None = None
    read: date | None = None


@dataclass(frozen=True)
class Item:
    """A line of a rule for one option: shown when its condition holds."""

    condition: Condition
    label: tuple[str, str]
    text: Text


@dataclass(frozen=True)
class Rule:
    """A condition over answers and comparisons, and what is said when it holds.

    With ``items`` the rule holds only if at least one of them does. ``figure`` names the
    (question, option) whose figure is put beside what we see. Of the rules with the same
    ``topic`` a report shows only the first, so that nothing is said twice.
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
    track: Track | None = None
    effort: Effort | None = None
    figure: tuple[str, str] | None = None
    items: tuple[Item, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """A rule that holds, with the answers because of which it does.

    ``rank`` orders findings: 0 a legal gap, 1 named as most pressing, 2 differs from the
    peers, 3 the rest; then the rank among the pressing ones and the rule's own priority.
    """

    rule: Rule
    because: tuple[Fact, ...]
    items: tuple[Item, ...]
    rank: tuple[int, int, int]

    @property
    def is_strength(self) -> bool:
        """Whether it says what goes well."""
        return self.rule.kind is FindingKind.STRENGTH


@dataclass(frozen=True)
class Criterion:
    """Something that an area has from a level on."""

    id: str
    level: int
    text: Text
    condition: Condition


@dataclass(frozen=True)
class LevelScale:
    """The criteria of an area; ``needs`` are questions without which no level is given.

    ``lowest`` gives level 1 whatever else is answered.
    """

    area: Area
    needs: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    lowest: Condition | None = None


@dataclass(frozen=True)
class Level:
    """The level of an area (1 to 4, None where too little is answered), criterion by criterion."""

    area: Area
    number: int | None
    criteria: tuple[tuple[Criterion, bool], ...]

    @property
    def missing_for_next(self) -> tuple[Criterion, ...]:
        """The criteria that stand between this level and the next one."""
        if self.number is None:
            return ()
        unmet = [criterion for criterion, met in self.criteria if not met]
        return tuple(c for c in unmet if c.level <= self.number + 1)


@dataclass(frozen=True)
class Rulebook:
    """All that feedback is made of."""

    rules: tuple[Rule, ...]
    scales: tuple[LevelScale, ...]
    sources: Mapping[str, Source]


@dataclass(frozen=True)
class Feedback:
    """What the rules make of one municipality's answers, findings in their order."""

    legal: LegalMinimum
    levels: tuple[Level, ...]
    findings: tuple[Finding, ...]

    def top(self) -> tuple[Finding, ...]:
        """The findings of the first page: what asks for attention, most urgent first."""
        return tuple(f for f in self.findings if not f.is_strength)[:TOP_FINDINGS]

    def strengths(self) -> tuple[Finding, ...]:
        """What goes well, over all areas."""
        return tuple(f for f in self.findings if f.is_strength)

    def of(self, area: Area) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
        """The findings of an area, strengths first: those shown there, and the rest."""
        mine = [f for f in self.findings if f.rule.area is area]
        ordered = [f for f in mine if f.is_strength] + [f for f in mine if not f.is_strength]
        strengths = sum(f.is_strength for f in mine)
        # Strengths come first but may not push every point of attention to the annex.
        room = min(strengths, max(AREA_FINDINGS // 3, AREA_FINDINGS - (len(mine) - strengths)))
        shown = ordered[:room] + ordered[strengths:][: AREA_FINDINGS - room]
        return tuple(shown), tuple(f for f in ordered if f not in shown)


def evaluate(
    questionnaire: Questionnaire,
    rulebook: Rulebook,
    answers: Answers,
    comparisons: tuple[Comparison, ...],
    cluster: int,
) -> Feedback:
    """Legal minimum, levels and findings that follow from answers and comparisons."""
    given = reported(questionnaire, answers)
    situation = Situation(questionnaire, given, comparisons, cluster, legal_minimum(given))
    levels = tuple(_level(scale, situation) for scale in rulebook.scales)
    situation = replace(situation, levels={level.area: level.number for level in levels})
    held = sorted(_held(rulebook.rules, situation), key=lambda finding: finding.rank)
    return Feedback(situation.legal, levels, tuple(_once_per_topic(held)))


def _level(scale: LevelScale, situation: Situation) -> Level:
    met = tuple((c, c.condition.facts(situation) is not None) for c in scale.criteria)
    if scale.lowest is not None and scale.lowest.facts(situation) is not None:
        return Level(scale.area, 1, met)
    if not all(situation.answered(question) for question in scale.needs):
        return Level(scale.area, None, met)
    number = 1
    while number < 4 and all(held for c, held in met if c.level <= number + 1):
        number += 1
    return Level(scale.area, number, met)


def _held(rules: Iterable[Rule], situation: Situation) -> Iterator[Finding]:
    pressing = _pressing(situation.answers)
    for rule in rules:
        facts = rule.condition.facts(situation)
        if facts is None:
            continue
        held = [(i, f) for i in rule.items if (f := i.condition.facts(situation)) is not None]
        if rule.items and not held:
            continue
        because = tuple(dict.fromkeys([*facts, *(fact for _, f in held for fact in f)]))
        rank = _rank(rule, because, pressing, situation)
        yield Finding(rule, because, tuple(item for item, _ in held), rank)


def _pressing(answers: Answers) -> Sequence[str]:
    """What the municipality named as most pressing (``"question:option"``), in its order."""
    value = answers.values.get("most_pressing", ())
    return value if isinstance(value, tuple) else ()


def _rank(
    rule: Rule, because: tuple[Fact, ...], pressing: Sequence[str], situation: Situation
) -> tuple[int, int, int]:
    if rule.kind is FindingKind.LEGAL:
        return 0, 0, rule.priority
    named = [
        pressing.index(f"{fact.question}:{fact.option}")
        for fact in because
        if fact.chosen and f"{fact.question}:{fact.option}" in pressing
    ]
    if named:
        return 1, min(named), rule.priority
    if any((fact.question, fact.option) in situation.apart for fact in because):
        return 2, 0, rule.priority
    return 3, 0, rule.priority


def _once_per_topic(findings: Iterable[Finding]) -> Iterator[Finding]:
    seen: set[str] = set()
    for finding in findings:
        if finding.rule.topic not in seen:
            seen.add(finding.rule.topic)
            yield finding
