"""All a report is made from besides the answers, in one language."""

from dataclasses import dataclass
from datetime import date

from evaltool.domain.benchmark import Benchmark
from evaltool.domain.language import Texts, date_text
from evaltool.domain.meeting import MeetingFormat
from evaltool.domain.municipality import Register
from evaltool.domain.plan import Action
from evaltool.domain.questionnaire import Questionnaire
from evaltool.domain.report import ActionView, SourceView
from evaltool.domain.rules import Rulebook, Source


@dataclass(frozen=True)
class Library:
    """All a report is made from besides the answers: content and survey of one edition.

    ``today`` is the day on which it is made, to tell which dates are past; None: none is told.
    """

    questionnaire: Questionnaire
    benchmark: Benchmark
    rulebook: Rulebook
    register: Register
    meetings: tuple[MeetingFormat, ...]
    texts: Texts
    today: date | None = None


def action_view(library: Library, action: Action) -> ActionView:
    """An action in words, with the finding that it was picked from."""
    t = library.texts
    picked = next((r for r in library.rulebook.rules if r.id == action.finding), None)
    late = action.due is not None and library.today is not None and action.due < library.today
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
        late=t("plan.late") if late and not action.state.is_over else "",
    )


def source_view(source: Source, texts: Texts, *, stated: bool = True) -> SourceView:
    """A source in words; without ``stated`` only when it was read, not what it states."""
    statement = "" if source.statement is None or not stated else texts.of(source.statement)
    if source.read is not None:
        read = texts("report.read_on", day=date_text(source.read, texts.language))
        statement = f"{statement} {read}".strip()
    return SourceView(
        title=texts.of(source.title),
        publisher=", ".join(p for p in (texts.of(source.publisher), source.year) if p),
        where=source.where,
        statement=statement,
    )
