"""From answers to advice: declared rules become findings, declared criteria become levels."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from evaltool.domain.answers import Answers, reported
from evaltool.domain.comparison import Comparison
from evaltool.domain.levels import Level, level
from evaltool.domain.questionnaire import Questionnaire
from evaltool.domain.rules import FindingKind, Item, Preparation, Remark, Rule, Rulebook, TrackRule
from evaltool.domain.situation import Area, Fact, LegalMinimum, Situation, legal_minimum

TOP_FINDINGS = 5
"""Most findings on the first page."""

AREA_FINDINGS = 6
"""Most findings per area; the rest goes to an annex."""


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
class ProposedTrack:
    """The coaching track that fits, with the answers because of which it does."""

    rule: TrackRule
    because: tuple[Fact, ...]


@dataclass(frozen=True)
class Feedback:
    """What the rules make of one municipality's answers, findings in their order.

    ``track`` is None where too little is answered to propose one.
    """

    legal: LegalMinimum
    levels: tuple[Level, ...]
    findings: tuple[Finding, ...]
    track: ProposedTrack | None
    preparations: tuple[Preparation, ...]

    def attention(self) -> tuple[Finding, ...]:
        """What asks for attention, most urgent first."""
        return tuple(f for f in self.findings if not f.is_strength)

    def top(self) -> tuple[Finding, ...]:
        """The findings of the first page."""
        return self.attention()[:TOP_FINDINGS]

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
    levels = tuple(level(scale, situation) for scale in rulebook.scales)
    situation = replace(
        situation,
        levels={found.area: found.number for found in levels},
        level_facts={found.area: found.because for found in levels},
    )
    held = sorted(_held(rulebook.rules, situation), key=lambda finding: finding.rank)
    return Feedback(
        situation.legal,
        levels,
        tuple(_once_per_topic(held)),
        _track(rulebook.tracks, situation),
        tuple(p for p in rulebook.preparations if p.condition.facts(situation) is not None),
    )


def remarks(
    questionnaire: Questionnaire, rulebook: Rulebook, answers: Answers, cluster: int
) -> tuple[tuple[Remark, tuple[Fact, ...]], ...]:
    """What does not go together in these answers, each with why; they are kept as they are."""
    given = reported(questionnaire, answers)
    situation = Situation(questionnaire, given, (), cluster, legal_minimum(given))
    found = ((remark, remark.condition.facts(situation)) for remark in rulebook.remarks)
    return tuple((remark, facts) for remark, facts in found if facts is not None)


def _track(rules: Iterable[TrackRule], situation: Situation) -> ProposedTrack | None:
    for rule in rules:
        facts = rule.condition.facts(situation)
        if facts is not None:
            return ProposedTrack(rule, facts)
    return None


def _held(rules: Iterable[Rule], situation: Situation) -> Iterator[Finding]:
    pressing = _pressing(situation.answers)
    for rule in rules:
        facts = rule.condition.facts(situation)
        if facts is None:
            continue
        held = [(i, f) for i in rule.items if (f := i.condition.facts(situation)) is not None]
        if rule.items and not held:
            continue
        # What the municipality named itself comes before what it did not choose.
        held.sort(key=lambda pair: not any(fact.chosen for fact in pair[1]))
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
    differs = any((fact.question, fact.option) in situation.apart for fact in because)
    if rule.by_peers and differs:
        return 2, 0, rule.priority
    return 3, 0, rule.priority


def _once_per_topic(findings: Iterable[Finding]) -> Iterator[Finding]:
    seen: set[str] = set()
    for finding in findings:
        if finding.rule.topic not in seen:
            seen.add(finding.rule.topic)
            yield finding
