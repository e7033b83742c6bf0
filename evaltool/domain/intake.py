"""The coach's intake sheet: which track fits and why, what is hard, what is asked for."""

from dataclasses import dataclass

from evaltool.domain.language import Texts
from evaltool.domain.report import FindingView, ItemView, LevelView, QuestionView, Report, TrackView
from evaltool.domain.rules import Track

DIFFICULTIES = ("livcr_difficulties", "policy_difficulties", "challenges")
"""The questions that say what is hard."""

BASICS = (
    *("livcr_presence", "meeting_frequency", "last_meeting", "chair", "livcr_members"),
    "information_agreement",
)
"""The questions that say how the LIVC-R works."""

PRESSING = "most_pressing"
SUPPORT = "support_needs"

MOST_OF_A_TRACK = 4
"""Most findings named per track."""


@dataclass(frozen=True)
class IntakeSheet:
    """What a coach needs before the first conversation, in one language.

    ``basics`` are the answers (question, answer) that say how the LIVC-R works; ``tracks`` names
    findings per coaching track, the proposed one first; ``difficulties`` are the questions with
    what was chosen and noted; ``pressing`` is in the municipality's own order; ``support`` is what
    is asked for, with what there is of it.
    """

    title: str
    facts: tuple[tuple[str, str], ...]
    track: TrackView | None
    legal: str
    levels: tuple[LevelView, ...]
    tracks: tuple[tuple[str, tuple[str, ...]], ...]
    basics: tuple[tuple[str, str], ...]
    pressing: tuple[str, ...]
    difficulties: tuple[QuestionView, ...]
    support: tuple[ItemView, ...]
    prepare: tuple[str, ...]


def intake_sheet(report: Report, texts: Texts) -> IntakeSheet:
    """The sheet drawn from a report."""
    t = texts.in_language(report.language)
    answered = {question.id: question for _, questions in report.answers for question in questions}
    pressing = answered.get(PRESSING)
    return IntakeSheet(
        title=t("intake.title", municipality=report.municipality.name),
        facts=report.facts,
        track=report.track,
        legal=f"{report.legal.title}. {report.legal.sentence}",
        levels=report.levels,
        tracks=tuple(_tracks(report, t)),
        basics=tuple(
            (answered[id_].text, "; ".join(answered[id_].answer) or t("comparison.no_answer"))
            for id_ in BASICS
            if id_ in answered
        ),
        pressing=() if pressing is None else pressing.answer,
        difficulties=tuple(
            answered[id_] for id_ in DIFFICULTIES if id_ in answered and answered[id_].answer
        ),
        support=tuple(
            item
            for finding in report.findings
            for item in finding.items
            if item.option.startswith(f"{SUPPORT}:")
        ),
        prepare=report.preparations,
    )


def _tracks(report: Report, t: Texts) -> list[tuple[str, tuple[str, ...]]]:
    proposed = None if report.track is None else report.track.name
    names = [t(f"report.track.{track}") for track in Track]
    names.sort(key=lambda name: name != proposed)
    found = [(name, _of_track(report.attention, name)) for name in names]
    return [(name, titles) for name, titles in found if titles]


def _of_track(findings: tuple[FindingView, ...], name: str) -> tuple[str, ...]:
    return tuple(f.title for f in findings if f.track == name)[:MOST_OF_A_TRACK]
