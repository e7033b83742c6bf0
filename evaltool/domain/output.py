"""A report as JSON: the form that others build on."""

from collections.abc import Mapping

from evaltool.domain.comparison import Comparison, OptionComparison
from evaltool.domain.document import answers_form
from evaltool.domain.feedback import Finding
from evaltool.domain.levels import Level
from evaltool.domain.plan_form import action_form
from evaltool.domain.report import FindingView, Report, TrackView
from evaltool.domain.situation import Area

_DECIMALS = 4

Json = Mapping[str, object]


def report_json(report: Report) -> Json:
    """The report in the fixed form, with the texts of the findings added.

    Shares lie between 0 and 1, in four decimals; what the survey does not give is null.
    """
    municipality = report.municipality
    legal = report.feedback.legal
    levels = {level.area: level.number for level in report.feedback.levels}
    return {
        "municipality": {"nis_code": municipality.nis_code, "name": municipality.name},
        "cluster": {"number": report.cluster, "proposed": report.cluster_proposed},
        "date": report.day.isoformat(),
        "edition": report.edition,
        **answers_form(report.given),
        "language": report.language,
        "comparisons": [_comparison(comparison) for comparison in report.comparisons],
        "legal_minimum": {"met": legal.met, "missing": list(legal.missing)},
        "levels": {**dict.fromkeys(Area), **levels},
        "findings": [
            _finding(finding, view)
            for finding, view in zip(report.feedback.findings, report.findings, strict=True)
        ],
        "criteria": [_criteria(level) for level in report.feedback.levels],
        "track": None if report.track is None else _track(report.track),
        "actions": [action_form(action) for action in report.actions],
        "discrepancies": [d.id for d in report.discrepancies],
    }


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, _DECIMALS)


def _comparison(comparison: Comparison) -> Json:
    beside = comparison.cluster_counts
    position = comparison.position
    return {
        "question": comparison.question,
        "segment": comparison.segment,
        "n": comparison.n,
        "fallback": comparison.fallback,
        "source": comparison.table.source,
        "options": [_option(option) for option in comparison.options],
        "position": None
        if position is None
        else {
            "same": position.same,
            "less_far": position.less_far,
            "further": position.further,
        },
        "sets_apart": [option.option for option in comparison.apart],
        "cluster_counts": None
        if beside is None
        else {"cluster": beside.cluster, "n": beside.n, "counts": dict(beside.counts)},
    }


def _option(option: OptionComparison) -> Json:
    interval = option.interval
    return {
        "option": option.option,
        "chosen": option.chosen,
        "count": option.count,
        "n": option.n,
        "share": _rounded(option.share),
        "interval": None if interval is None else [_rounded(bound) for bound in interval],
        "estimate": _rounded(option.estimate),
        "flanders_share": _rounded(option.flanders_share),
        "count_status": option.count_status,
        "discrepancies": list(option.discrepancies),
    }


def _criteria(level: Level) -> Json:
    return {
        "area": level.area,
        "met": [criterion.id for criterion, met in level.criteria if met],
        "missing_for_next": [criterion.id for criterion in level.missing_for_next],
    }


def _track(track: TrackView) -> Json:
    return {"id": track.track, "reason": track.reason, "because": list(track.because)}


def _finding(finding: Finding, view: FindingView) -> Json:
    rule = finding.rule
    return {
        "id": rule.id,
        "area": rule.area,
        "kind": rule.kind,
        "basis": rule.basis,
        "track": rule.track,
        "effort": rule.effort,
        "source": view.source,
        "sources": list(rule.sources),
        "title": view.title,
        "see": view.see,
        "figure": view.figure,
        "why": view.why,
        "steps": list(view.steps),
        "items": [
            {"option": i.option, "label": i.label, "figure": i.figure, "text": i.text}
            for i in view.items
        ],
        "who": view.who,
        "ask": view.ask,
        "because": list(view.because),
    }
