"""What the templates about several views get."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from evaltool.domain.answers import Answers
from evaltool.domain.language import Text
from evaltool.domain.questionnaire import Question
from evaltool.domain.supplements import DifferenceView
from evaltool.web.pages import EvaluationPage


@dataclass(frozen=True, kw_only=True)
class ConsensusPage(EvaluationPage):
    """Who sees what: first where they differ, then where all agree.

    ``asked`` and ``done`` count the views; ``missing`` is how many more are needed.
    """

    template: ClassVar[str] = "accounts/consensus.html"
    asked: int
    done: int
    missing: int
    differing: tuple[DifferenceView, ...]
    agreed: tuple[DifferenceView, ...]


@dataclass(frozen=True, kw_only=True)
class CommonAnswerPage(EvaluationPage):
    """Setting the common answer to one question, with a sentence why.

    ``answers``, ``rankable``, ``invalid`` and ``dont_know`` are for the partial of the question.
    """

    template: ClassVar[str] = "accounts/common_answer.html"
    difference: DifferenceView
    question: Question
    answers: Answers
    version: int
    base: str
    reason: str
    rankable: tuple[tuple[str, str], ...]
    questions: Mapping[str, Question]
    dont_know: Text
    errors: Mapping[str, str] = field(default_factory=dict)
    invalid: frozenset[str] = frozenset()
