"""What the feedback looks at: the answers, and what follows from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from evaltool.domain.answers import Answers, asked
from evaltool.domain.comparison import Comparison, OptionComparison, by_option
from evaltool.domain.questionnaire import DONT_KNOW, Questionnaire


class Area(StrEnum):
    """The four areas that get findings and a level."""

    STRUCTURE = "structure"
    COMPOSITION = "composition"
    INFORMATION_SHARING = "information_sharing"
    DIFFICULTIES = "difficulties"


STATUTORY_MEMBERS = ("mayor", "police_chief", "prevention_official")
"""The members named by the act of 30 July 2018, art. 3 par. 1."""


@dataclass(frozen=True)
class LegalMinimum:
    """Whether the three members named by the act take part.

    ``met`` is None where the answers do not tell; ``missing`` names the absent ones.
    """

    met: bool | None
    missing: tuple[str, ...] = ()


def legal_minimum(answers: Answers) -> LegalMinimum:
    """The legal minimum as far as the answers tell (act of 30 July 2018, art. 3 par. 1)."""
    presence = answers.values.get("livcr_presence")
    if presence in ("starting", "no_plans"):
        return LegalMinimum(False, STATUTORY_MEMBERS)
    members = answers.chosen("statutory_members")
    if presence not in ("yes_police_zone", "yes_municipal") or not members:
        return LegalMinimum(None)
    if DONT_KNOW in members:
        return LegalMinimum(None)
    missing = tuple(member for member in STATUTORY_MEMBERS if member not in members)
    return LegalMinimum(not missing, missing)


@dataclass(frozen=True)
class Fact:
    """An answer that made a condition hold: an option chosen or, if not ``chosen``, left out.

    ``option`` is None where the question as a whole (answered, or noted at) counts.
    """

    question: str
    option: str | None
    chosen: bool = True


@dataclass(frozen=True)
class Situation:
    """What conditions look at: the answers that are reported, and all that follows from them.

    ``level_facts`` are the answers that the levels rest on.
    """

    questionnaire: Questionnaire
    answers: Answers
    comparisons: tuple[Comparison, ...]
    cluster: int
    legal: LegalMinimum
    levels: Mapping[Area, int | None] = field(default_factory=dict)
    level_facts: Mapping[Area, tuple[Fact, ...]] = field(default_factory=dict)

    @cached_property
    def asked(self) -> frozenset[str]:
        """The questions asked."""
        return asked(self.questionnaire, self.answers)

    @cached_property
    def options(self) -> Mapping[tuple[str, str], tuple[Comparison, OptionComparison]]:
        """Every compared option by (question, option)."""
        return by_option(self.comparisons)

    @cached_property
    def apart(self) -> frozenset[tuple[str, str]]:
        """The (question, option) in which nearly everybody else answers otherwise.

        At a single question only what was chosen: not choosing what most chose says the same.
        """
        return frozenset(
            (comparison.question, option.option)
            for comparison in self.comparisons
            for option in comparison.options
            if (option.sets_apart if comparison.multi else option.chosen and option.is_rare)
        )

    def answered(self, question: str) -> bool:
        """Whether a question is asked and answered with anything but "weet ik niet"."""
        chosen = self.answers.chosen(question)
        return question in self.asked and bool(chosen) and DONT_KNOW not in chosen
