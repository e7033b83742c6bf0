"""The condition language of the feedback: what answers and comparisons must be for a rule to hold.

A condition is data. It is checked when it is loaded and, when it holds, says because of which
answers it does: its *facts*.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from evaltool.domain.situation import Area, Fact, Situation

Facts = tuple[Fact, ...]


class Condition:
    """Something that holds in a situation or not."""

    def facts(self, situation: Situation) -> Facts | None:
        """The answers that make it hold; None where it does not."""
        raise NotImplementedError

    def refers_to(self) -> Iterator[tuple[str, str | None]]:
        """Every (question, option) it looks at; option None for the question as a whole."""
        return iter(())

    def parts(self) -> "tuple[Condition, ...]":
        """The conditions it is made of."""
        return ()


@dataclass(frozen=True)
class Chosen(Condition):
    """At least one of these options of a question is chosen."""

    question: str
    options: tuple[str, ...]

    def facts(self, situation: Situation) -> Facts | None:
        """See :meth:`Condition.facts`."""
        if self.question not in situation.asked:
            return None
        chosen = situation.answers.chosen(self.question)
        found = tuple(Fact(self.question, o) for o in self.options if o in chosen)
        return found or None

    def refers_to(self) -> Iterator[tuple[str, str | None]]:
        """See :meth:`Condition.refers_to`."""
        return ((self.question, option) for option in self.options)


@dataclass(frozen=True)
class NotChosen(Condition):
    """The question is answered, and none of these options is chosen."""

    question: str
    options: tuple[str, ...]

    def facts(self, situation: Situation) -> Facts | None:
        """See :meth:`Condition.facts`."""
        if not situation.answered(self.question):
            return None
        if situation.answers.chosen(self.question) & set(self.options):
            return None
        return tuple(Fact(self.question, option, chosen=False) for option in self.options)

    def refers_to(self) -> Iterator[tuple[str, str | None]]:
        """See :meth:`Condition.refers_to`."""
        return ((self.question, option) for option in self.options)


@dataclass(frozen=True)
class Answered(Condition):
    """The question is answered with anything but "weet ik niet"."""

    question: str

    def facts(self, situation: Situation) -> Facts | None:
        """See :meth:`Condition.facts`."""
        return (Fact(self.question, None),) if situation.answered(self.question) else None

    def refers_to(self) -> Iterator[tuple[str, str | None]]:
        """See :meth:`Condition.refers_to`."""
        yield self.question, None


@dataclass(frozen=True)
class Noted(Condition):
    """There is a note at the question."""

    question: str

    def facts(self, situation: Situation) -> Facts | None:
        """See :meth:`Condition.facts`."""
        noted = situation.answers.notes.get(self.question, "").strip()
        return (Fact(self.question, None),) if noted else None

    def refers_to(self) -> Iterator[tuple[str, str | None]]:
        """See :meth:`Condition.refers_to`."""
        yield self.question, None


@dataclass(frozen=True)
class SetsApart(Condition):
    """Nearly everybody else answers otherwise at this option."""

    question: str
    option: str

    def facts(self, situation: Situation) -> Facts | None:
        """See :meth:`Condition.facts`."""
        if (self.question, self.option) not in situation.apart:
            return None
        chosen = self.option in situation.answers.chosen(self.question)
        return (Fact(self.question, self.option, chosen),)

    def refers_to(self) -> Iterator[tuple[str, str | None]]:
        """See :meth:`Condition.refers_to`."""
        yield self.question, self.option


@dataclass(frozen=True)
class Share(Condition):
    """The compared share (0 to 1) of an option lies above or below a bound."""

    question: str
    option: str
    above: float | None = None
    below: float | None = None

    def facts(self, situation: Situation) -> Facts | None:
        """See :meth:`Condition.facts`."""
        _, option = situation.options.get((self.question, self.option), (None, None))
        if option is None or option.share is None:
            return None
        if self.above is not None and not option.share > self.above:
            return None
        if self.below is not None and not option.share < self.below:
            return None
        return (Fact(self.question, self.option, option.chosen),)

    def refers_to(self) -> Iterator[tuple[str, str | None]]:
        """See :meth:`Condition.refers_to`."""
        yield self.question, self.option


@dataclass(frozen=True)
class InCluster(Condition):
    """The municipality is in one of these survey clusters."""

    clusters: tuple[int, ...]

    def facts(self, situation: Situation) -> Facts | None:
        """See :meth:`Condition.facts`."""
        return () if situation.cluster in self.clusters else None


@dataclass(frozen=True)
class AtLevel(Condition):
    """The level of an area lies between two bounds, both included; no level never does."""

    area: Area
    at_least: int = 1
    at_most: int = 4

    def facts(self, situation: Situation) -> Facts | None:
        """See :meth:`Condition.facts`."""
        level = situation.levels.get(self.area)
        if level is None or not self.at_least <= level <= self.at_most:
            return None
        return situation.level_facts.get(self.area, ())


@dataclass(frozen=True)
class Missing(Condition):
    """An LIVC-R that is there lacks this member named by the act."""

    member: str

    def facts(self, situation: Situation) -> Facts | None:
        """See :meth:`Condition.facts`."""
        there = situation.answered("statutory_members")
        if not there or self.member not in situation.legal.missing:
            return None
        return (Fact("statutory_members", self.member, chosen=False),)

    def refers_to(self) -> Iterator[tuple[str, str | None]]:
        """See :meth:`Condition.refers_to`."""
        yield "statutory_members", self.member


@dataclass(frozen=True)
class AllOf(Condition):
    """All of these hold."""

    conditions: tuple[Condition, ...]

    def facts(self, situation: Situation) -> Facts | None:
        """See :meth:`Condition.facts`."""
        found: list[Fact] = []
        for condition in self.conditions:
            facts = condition.facts(situation)
            if facts is None:
                return None
            found.extend(facts)
        return tuple(dict.fromkeys(found))

    def parts(self) -> tuple[Condition, ...]:
        """See :meth:`Condition.parts`."""
        return self.conditions


@dataclass(frozen=True)
class AtLeast(Condition):
    """At least ``number`` of these hold; with 1, any of them."""

    number: int
    conditions: tuple[Condition, ...]

    def facts(self, situation: Situation) -> Facts | None:
        """See :meth:`Condition.facts`."""
        held = [f for c in self.conditions if (f := c.facts(situation)) is not None]
        if len(held) < self.number:
            return None
        return tuple(dict.fromkeys(fact for facts in held for fact in facts))

    def parts(self) -> tuple[Condition, ...]:
        """See :meth:`Condition.parts`."""
        return self.conditions


@dataclass(frozen=True)
class NoneOf(Condition):
    """None of these holds."""

    conditions: tuple[Condition, ...]

    def facts(self, situation: Situation) -> Facts | None:
        """See :meth:`Condition.facts`."""
        return None if any(c.facts(situation) is not None for c in self.conditions) else ()

    def parts(self) -> tuple[Condition, ...]:
        """See :meth:`Condition.parts`."""
        return self.conditions


def every(condition: Condition) -> Iterator[Condition]:
    """A condition and all the conditions it is made of."""
    yield condition
    for part in condition.parts():
        yield from every(part)
