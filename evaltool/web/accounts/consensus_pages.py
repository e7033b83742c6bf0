"""What the templates about several views get."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from evaltool.domain.questionnaire import Question
from evaltool.domain.supplements import DifferenceView
from evaltool.web.pages import EvaluationPage, QuestionView


@dataclass(frozen=True, kw_only=True)
class ConsensusPage(EvaluationPage):
    """Who sees what: first where they differ, then where all agree.

    ``asked`` and ``done`` count the views; ``missing`` is how many more are needed. ``not_asked``
    says by question why no common answer can be chosen yet.
    """

    template: ClassVar[str] = "accounts/consensus.html"
    asked: int
    done: int
    missing: int
    differing: tuple[DifferenceView, ...]
    agreed: tuple[DifferenceView, ...]
    not_asked: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class CommonAnswerPage(EvaluationPage):
    """Setting the common answer to one question, with a sentence why.

    ``view`` is the question with the answer that is proposed or was sent.
    """

    template: ClassVar[str] = "accounts/common_answer.html"
    difference: DifferenceView
    question: Question
    view: QuestionView
    base: str
    reason: str
    errors: Mapping[str, str] = field(default_factory=dict)
