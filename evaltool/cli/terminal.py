"""Report and questionnaire as plain text, for a terminal."""

import textwrap
from collections.abc import Iterator

from evaltool.domain.language import Texts
from evaltool.domain.library import Library
from evaltool.domain.report import Report
from evaltool.domain.wording import Wording

_WIDTH = 88


def report_text(report: Report, t: Texts) -> str:
    """The summary and the comparisons of a report."""
    return "\n".join(_report_lines(report, t))


def _wrapped(text: str, indent: str = "") -> Iterator[str]:
    yield from textwrap.wrap(
        text, _WIDTH, initial_indent=indent, subsequent_indent=" " * len(indent)
    ) or [""]


def _report_lines(report: Report, t: Texts) -> Iterator[str]:
    yield report.title
    yield "=" * len(report.title)
    for label, value in report.facts:
        yield f"{label}: {value}"
    yield from _wrapped(report.cluster_note)
    yield ""
    yield f"{t('terminal.legal')}: {report.legal.title}"
    yield from _wrapped(report.legal.sentence)
    yield from _wrapped(f"{report.legal.citation} {report.legal.caveat}")
    yield ""
    yield report.level_picture.title
    for row in report.level_picture.rows:
        yield from _wrapped(row.sentence, "- ")
    yield from _wrapped(report.levels_note)
    if report.track is not None:
        yield ""
        yield from _wrapped(f"{t('results.track')}: {report.track.name}. {report.track.reason}")
    if report.top:
        yield ""
        yield t("terminal.top")
        for number, finding in enumerate(report.top, start=1):
            yield from _wrapped(f"{finding.title} ({finding.area_label})", f"{number}. ")
            yield from _wrapped(f"{t('results.next_step')}: {finding.steps[0]}", "   ")
    if report.strengths:
        yield ""
        yield t("results.strengths")
        for finding in report.strengths:
            yield from _wrapped(finding.title, "- ")
    for chapter in report.chapters:
        yield ""
        yield chapter.title
        yield "-" * len(chapter.title)
        for question in chapter.questions:
            yield from _wrapped(question.text)
            answer = "; ".join(question.answer) or t("comparison.no_answer")
            yield from _wrapped(t("terminal.answer", answer=answer), "  ")
            for compared in question.comparisons:
                yield from _wrapped(compared.chart.title, "  - ")
                for sentence in (*compared.sentences, *compared.chart.notes):
                    yield from _wrapped(sentence, "    ")
            yield ""


def questionnaire_text(library: Library) -> str:
    """All questions with their options and codes."""
    return "\n".join(_questionnaire_lines(library))


def _questionnaire_lines(library: Library) -> Iterator[str]:
    t = library.texts
    wording = Wording(t, library.questionnaire, library.register.clusters)
    for section in library.questionnaire.sections:
        title = t.of(section.title)
        yield title
        yield "=" * len(title)
        for question in section.questions:
            yield from _wrapped(f"{t.of(question.text)} [{question.id}]")
            route = wording.route(question)
            if route:
                yield from _wrapped(route, "  ")
            for option in question.options:
                yield from _wrapped(f"{t.of(option.label)} [{option.id}]", "  - ")
            yield ""
