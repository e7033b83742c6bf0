"""All a report is made from besides the answers, in one language."""

from dataclasses import dataclass

from evaltool.domain.benchmark import Benchmark
from evaltool.domain.language import Texts, date_text
from evaltool.domain.meeting import MeetingFormat
from evaltool.domain.municipality import Register
from evaltool.domain.plan import Action
from evaltool.domain.questionnaire import Questionnaire
from evaltool.domain.report import ActionView
from evaltool.domain.rules import Rulebook


@dataclass(frozen=True)
class Library:
    """All a report is made from besides the answers: content and survey of one edition."""

    questionnaire: Questionnaire
    benchmark: Benchmark
    rulebook: Rulebook
    register: Register
    meetings: tuple[MeetingFormat, ...]
    texts: Texts


def action_view(library: Library, action: Action) -> ActionView:
    """An action in words, with the finding that it was picked from."""
    t = library.texts
    picked = next((r for r in library.rulebook.rules if r.id == action.finding), None)
    area = None if picked is None else library.questionnaire.section_by_id[picked.area]
    return ActionView(
        title=action.title,
        finding_title="" if picked is None else t.of(picked.title),
        area_label="" if area is None else t.of(area.title),
        owner=action.owner,
        due="" if action.due is None else date_text(action.due, t.language),
        state=action.state,
        state_label=t(f"plan.state.{action.state}"),
        remark=action.remark,
        is_over=action.state.is_over,
    )
