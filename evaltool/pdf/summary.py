"""The summary: one page of the full report, and two pages alone for mayor and council."""

from collections.abc import Sequence
from functools import partial

from reportlab.platypus import Flowable, PageBreak, Spacer

from evaltool.domain.language import Texts
from evaltool.domain.report import FindingView, Report
from evaltool.pdf.advice import (
    legal_panel,
    levels_figure,
    listed_findings,
    plan_table,
    short_finding,
)
from evaltool.pdf.blocks import Panel, Rule
from evaltool.pdf.document import render
from evaltool.pdf.fitting import Variant, fitting
from evaltool.pdf.paragraphs import Heading, Tagged, bullets
from evaltool.pdf.styles import BASELINE, TONES

_STRENGTHS = 3
_ACTIONS = 6


def summary_page(report: Report, t: Texts) -> list[Flowable]:
    """The summary on one page, as full as it can be."""
    variants: list[Variant] = [
        partial(_one_page, report, t, members=True, strengths=_STRENGTHS, panels=True),
        partial(_one_page, report, t, members=False, strengths=_STRENGTHS, panels=True),
        partial(_one_page, report, t, members=True, strengths=_STRENGTHS, panels=False),
        partial(_one_page, report, t, members=False, strengths=_STRENGTHS, panels=False),
        partial(_one_page, report, t, members=False, strengths=1, panels=False),
        partial(_one_page, report, t, members=False, strengths=0, panels=False),
    ]
    return fitting(variants)


def _one_page(
    report: Report, t: Texts, *, members: bool, strengths: int, panels: bool
) -> list[Flowable]:
    found: list[Flowable] = [Heading(t("results.in_short"), 1)]
    found += bullets(report.headlines)
    found.append(legal_panel(report, t, members=members))
    found += [Heading(t("results.levels"), 2, "h3"), *levels_figure(report, t)]
    found += _top(report, t, panels=panels)
    if report.strengths and strengths:
        found.append(Heading(t("results.strengths"), 2, "h3"))
        found += bullets([finding.title for finding in report.strengths[:strengths]])
    return found


def _top(report: Report, t: Texts, *, panels: bool) -> list[Flowable]:
    found: list[Flowable] = [Heading(t("results.top"), 2, "h3")]
    if not report.top:
        return [*found, Tagged(t("results.top_none"))]
    if panels:
        return [*found, *(short_finding(finding, t) for finding in report.top)]
    return [*found, *listed_findings(report.top)]


def summary_document(report: Report, texts: Texts) -> bytes:
    """The summary alone, on two pages at most, in the language of the report."""
    t = texts.in_language(report.language)
    title = t("document.summary.title", municipality=report.municipality.name)
    second: list[Variant] = [
        partial(_second_page, report, t, why=True, actions=_ACTIONS),
        partial(_second_page, report, t, why=False, actions=_ACTIONS),
        partial(_second_page, report, t, why=False, actions=3),
        partial(_second_page, report, t, why=False, actions=3, style="tight"),
        partial(_second_page, report, t, why=False, actions=3, style="tight", see=False),
        partial(_second_page, report, t, why=False, actions=0),
        partial(_second_page, report, t, why=False, actions=0, style="tight"),
        partial(_second_page, report, t, why=False, actions=0, style="tight", see=False),
    ]
    first: list[Variant] = [
        partial(_first_page, report, t, title, strengths=6),
        partial(_first_page, report, t, title, strengths=_STRENGTHS),
        partial(_first_page, report, t, title, strengths=0),
    ]
    return render(
        [*fitting(first), PageBreak(), *fitting(second)],
        t,
        title=title,
        subject=t("document.summary.subject"),
        running_title=t("document.summary.running", municipality=report.municipality.name),
        cover=True,
    )


def _first_page(report: Report, t: Texts, title: str, *, strengths: int) -> list[Flowable]:
    facts = " · ".join(f"{label}: {value}" for label, value in report.facts[1:3])
    found: list[Flowable] = [Rule(), Heading(title, 1, "top"), Tagged(facts, "source")]
    found += bullets(report.headlines)
    found.append(legal_panel(report, t))
    found += [Heading(t("results.levels"), 2), *levels_figure(report, t)]
    if report.strengths and strengths:
        found.append(Heading(t("results.strengths"), 2))
        found += bullets([finding.title for finding in report.strengths[:strengths]])
    found += [Spacer(1, BASELINE / 2), Tagged(report.confidential, "label")]
    return found


def _second_page(
    report: Report,
    t: Texts,
    *,
    why: bool,
    actions: int,
    style: str = "body",
    see: bool = True,
) -> Sequence[Flowable]:
    found: list[Flowable] = [Heading(t("results.top"), 2)]
    if report.top:
        found += [_panel(finding, t, style, why=why, see=see) for finding in report.top]
    else:
        found.append(Tagged(t("results.top_none")))
    if actions and report.plan:
        found += [Heading(t("plan.title"), 2), plan_table(report.plan[:actions], t)]
    left = len(report.plan) - actions
    if left > 0:
        key = "one_more_action" if left == 1 else "more_actions"
        found.append(Tagged(t(f"document.summary.{key}", number=left)))
    found.append(Tagged(t("document.summary.more"), "small"))
    return found


def _panel(finding: FindingView, t: Texts, style: str, *, why: bool, see: bool) -> Panel:
    content: list[Flowable] = [
        Tagged(f"{finding.kind_label} · {finding.area_label}", "label"),
        Heading(finding.title, 3),
    ]
    if see:
        content.append(Tagged(f"{finding.see} {finding.figure}".strip(), style))
    if why:
        content.append(Tagged(finding.why, style))
    content += [
        Tagged(f"{t('results.next_step')}: {finding.steps[0]}", style),
        Tagged(
            f"{t('results.who')}: {finding.who}. {finding.effort}. "
            f"{t('results.basis')}: {finding.basis} – {finding.source}.",
            "small",
        ),
    ]
    return Panel(content, TONES[finding.kind], pad=6)
