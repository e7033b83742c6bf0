"""A Report as tables of cells, the same for every kind of data file."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from evaltool.domain.comparison import Comparison
from evaltool.domain.language import Texts
from evaltool.domain.library import Library
from evaltool.domain.report import QuestionView, Report
from evaltool.domain.wording import Wording

Cell = str | int | float | date | None
"""A text, a number of municipalities (int), a share from 0 to 1 (float), a day, or not known."""

Row = tuple[Cell, ...]

_ANSWERS = ("section", "question", "text", "answer", "note")
_COMPARISONS = (
    *("question", "text", "segment", "peers", "source", "option", "label", "chosen"),
    *("n", "count", "share", "low", "high", "estimate", "flanders", "known", "fallback"),
)
_ACTIONS = ("title", "area", "owner", "due", "state", "remark", "finding")


@dataclass(frozen=True)
class Sheet:
    """A table with its name and head; every row has as many cells as the head."""

    name: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]


def answers_sheet(report: Report, library: Library) -> Sheet:
    """All questions that were asked: a row for each answer given, or one with none.

    The note stands beside the first answer. ``library`` is what the report was built from.
    """
    rows = (
        row
        for section, questions in report.answers
        for question in questions
        for row in _answers(section, question)
    )
    return _sheet("answers", _ANSWERS, rows, library.texts)


def comparisons_sheet(report: Report, library: Library) -> Sheet:
    """All comparisons of the report: a row for each option, its figures not rounded.

    The columns ``n`` and count are numbers of municipalities; share, both ends of the 95 %
    interval, estimate and Flanders' share lie between 0 and 1. A figure that the survey does not
    give is None. ``library`` is what the report was built from.
    """
    wording = Wording(library.texts, library.questionnaire, library.register.clusters)
    rows = (row for comparison in report.comparisons for row in _options(wording, comparison))
    return _sheet("comparisons", _COMPARISONS, rows, library.texts)


def actions_sheet(report: Report, library: Library) -> Sheet:
    """The action plan, a row for each action, in the order of the report.

    ``library`` is what the report was built from.
    """
    rows = (
        (
            action.title,
            view.area_label,
            action.owner,
            action.due,
            view.state_label,
            action.remark,
            action.finding or "",
        )
        for action, view in zip(report.actions, report.plan, strict=True)
    )
    return _sheet("actions", _ACTIONS, rows, library.texts)


def _sheet(name: str, columns: tuple[str, ...], rows: Iterator[Row], texts: Texts) -> Sheet:
    return Sheet(
        name=texts(f"export.{name}.sheet"),
        head=tuple(texts(f"export.{name}.head.{column}") for column in columns),
        rows=tuple(rows),
    )


def _answers(section: str, question: QuestionView) -> Iterator[Row]:
    for number, answer in enumerate(question.answer or ("",)):
        note = "" if number else question.note
        yield section, question.id, question.text, answer, note


def _options(wording: Wording, comparison: Comparison) -> Iterator[Row]:
    t = wording.texts
    fallback = "" if comparison.fallback is None else wording.compared_with(comparison)
    for option in comparison.options:
        low, high = option.interval or (None, None)
        yield (
            comparison.question,
            wording.question(comparison.question),
            comparison.segment,
            wording.peers(comparison),
            comparison.table.source,
            option.option,
            wording.option(comparison.question, option.option),
            t("report.table.yes") if option.chosen else "",
            option.n,
            option.count,
            option.share,
            low,
            high,
            option.estimate,
            option.flanders_share,
            t(f"export.known.{option.count_status}"),
            fallback,
        )
