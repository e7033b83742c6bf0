"""Levels: how far an area is, in four steps, from declared criteria. A working instrument."""

from dataclasses import dataclass

from evaltool.domain.conditions import Condition
from evaltool.domain.language import Text, Texts
from evaltool.domain.situation import Area, Fact, Situation

HIGHEST = 4
"""The last of the four steps."""


@dataclass(frozen=True)
class Criterion:
    """Something that an area has from a level on."""

    id: str
    level: int
    text: Text
    condition: Condition


@dataclass(frozen=True)
class LevelScale:
    """The criteria of an area.

    ``needs`` are questions without which no level is given, ``needs_if_asked`` those that count
    only where they are asked. ``lowest`` gives level 1 whatever else is answered.
    """

    area: Area
    needs: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    lowest: Condition | None = None
    needs_if_asked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Level:
    """The level of an area (1 to 4, None where too little is answered), criterion by criterion.

    ``because`` are the answers that the criteria up to this level rest on.
    """

    area: Area
    number: int | None
    criteria: tuple[tuple[Criterion, bool], ...]
    because: tuple[Fact, ...] = ()

    @property
    def missing_for_next(self) -> tuple[Criterion, ...]:
        """The criteria that stand between this level and the next one."""
        if self.number is None:
            return ()
        unmet = [criterion for criterion, met in self.criteria if not met]
        return tuple(c for c in unmet if c.level <= self.number + 1)


def level_in_words(texts: Texts, number: int | None) -> str:
    """Number and name of a level: ``3 uitgebouwd``; that it is not known, where it is not."""
    if number is None:
        return texts("report.level.name.unknown")
    return texts("trajectory.level", number=number, name=texts(f"report.level.name.{number}"))


def level(scale: LevelScale, situation: Situation) -> Level:
    """How far an area is: each criterion of a level and of those below it has to be met."""
    facts = {c.id: c.condition.facts(situation) for c in scale.criteria}
    met = tuple((c, facts[c.id] is not None) for c in scale.criteria)
    if scale.lowest is not None and scale.lowest.facts(situation) is not None:
        return Level(scale.area, 1, met)
    needed = {*scale.needs, *(situation.asked & set(scale.needs_if_asked))}
    if not all(situation.answered(question) for question in needed):
        return Level(scale.area, None, met)
    number = 1
    while number < HIGHEST and all(held for c, held in met if c.level <= number + 1):
        number += 1
    reached = [facts[c.id] or () for c in scale.criteria if c.level <= number]
    because = tuple(dict.fromkeys(fact for held in reached for fact in held))
    return Level(scale.area, number, met, because)
