"""What each template about the action plan gets: one dataclass per template, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from evaltool.domain.plan import PlannedAction
from evaltool.domain.report import ActionView, FindingView
from evaltool.web.pages import EvaluationPage
from evaltool.web.plan_forms import ActionFields


@dataclass(frozen=True, kw_only=True)
class PlanRow:
    """An action of the plan: kept, in words, and whether its finding left the report."""

    planned: PlannedAction
    view: ActionView
    outlived: bool


@dataclass(frozen=True, kw_only=True)
class PlanPage(EvaluationPage):
    """The action plan, and what can still be picked from the findings.

    ``own`` holds what was typed for an action of one's own, ``errors`` sentences by field.
    """

    template: ClassVar[str] = "plan.html"
    rows: tuple[PlanRow, ...]
    findings: tuple[FindingView, ...]
    reported: bool
    own: ActionFields
    errors: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class ActionPage(EvaluationPage):
    """One action, to change it; ``steps`` are those of its finding."""

    template: ClassVar[str] = "action.html"
    planned: PlannedAction
    fields: ActionFields
    version: int
    errors: Mapping[str, str]
    finding: FindingView | None
    warning: str
    kept: ActionView | None


@dataclass(frozen=True, kw_only=True)
class RemoveActionPage(EvaluationPage):
    """Asks before an action is taken out of the plan.

    ``kept`` is what it is now, where somebody changed it since it was asked.
    """

    template: ClassVar[str] = "remove_action.html"
    planned: PlannedAction
    kept: ActionView | None
