"""The chair's meeting sheet: an agenda drawn from a report, with minutes that add up."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from evaltool.domain.language import Texts
from evaltool.domain.report import ActionView, FindingView, Report

STEP = 5
"""Minutes: every item takes a multiple of it."""

MOST_LEFT_OUT = 6
"""Most findings named for which there is no time."""

MOST_OPEN_ACTIONS = 8
"""Most actions under way that are listed; the plan can hold many more."""

MOST_LABELS = 6
"""Most options of a finding that are named."""


@dataclass(frozen=True)
class MeetingFormat:
    """How the minutes of a meeting are divided.

    ``opening``, ``picture`` (where we stand), ``follow_up`` (of the action plan, where there is
    one) and ``closing`` are fixed; the rest goes to at most ``most`` findings of at most
    ``longest`` minutes each.
    """

    minutes: int
    opening: int
    picture: int
    follow_up: int
    closing: int
    most: int
    longest: int


class ItemKind(StrEnum):
    """What an item of the agenda is."""

    OPENING = "opening"
    PICTURE = "picture"
    FOLLOW_UP = "follow_up"
    FINDING = "finding"
    ROUND = "round"
    """Minutes that no finding needs: what else the members see."""
    CLOSING = "closing"
    # What a proposal does not hold, and who composes an agenda can add.
    DIFFERENCE = "difference"
    """A question that members answered differently."""
    ACTION = "action"
    """One action of the plan."""
    OWN = "own"


@dataclass(frozen=True)
class AgendaItem:
    """An item: ``minutes`` from ``start`` (minutes after the beginning) on.

    ``lines`` say what it is about, ``ask`` is the question to the table, ``choices`` are steps
    that can be decided on; ``source`` says what it rests on.
    """

    number: int
    kind: ItemKind
    start: int
    minutes: int
    title: str
    lines: tuple[str, ...]
    ask: str
    choices: tuple[str, ...]
    source: str
    about: str = ""
    """The id of the finding, of the question or of the action that it is about."""


@dataclass(frozen=True)
class MeetingSheet:
    """The agenda of one meeting; ``left_out`` are the findings that there is no time for.

    ``known`` are (label, value) of what need not be written by hand, such as the date;
    ``warning`` says that the items take longer than the meeting (else empty).
    """

    title: str
    subtitle: str
    goal: str
    minutes: int
    items: tuple[AgendaItem, ...]
    left_out: tuple[str, ...]
    known: tuple[tuple[str, str], ...] = ()
    warning: str = ""


def meeting_sheet(report: Report, form: MeetingFormat, texts: Texts) -> MeetingSheet:
    """The sheet for a meeting of this length; its minutes add up to it."""
    t = texts.in_language(report.language)
    chosen = report.attention[: form.most]
    running = running_actions(report.plan, chosen)
    follow_up = form.follow_up if running else 0
    free = form.minutes - form.opening - form.picture - follow_up - form.closing
    shares = divide(free, len(chosen), form.longest)
    parts: list[AgendaItem] = []
    start = 0
    for kind, minutes, finding in _parts(form, follow_up, chosen, shares, free - sum(shares)):
        number = len(parts) + 1
        if finding is not None:
            parts.append(finding_item(finding, report.plan, t, number, start, minutes))
        else:
            said = lines_of(kind, report, running, t)
            parts.append(plain_item(kind, said, t, number, start, minutes))
        start += minutes
    return MeetingSheet(
        title=t("meeting.title", municipality=report.municipality.name),
        subtitle=t("meeting.subtitle", minutes=form.minutes),
        goal=t("meeting.goal"),
        minutes=form.minutes,
        items=tuple(parts),
        left_out=left_out(report.attention[form.most :], t),
    )


def left_out(rest: Sequence[FindingView], t: Texts) -> tuple[str, ...]:
    """The findings that there is no time for, by name; many of them as a number."""
    return tuple(_left_out(rest, t))


def _left_out(rest: Sequence[FindingView], t: Texts) -> Iterator[str]:
    yield from (finding.title for finding in rest[:MOST_LEFT_OUT])
    if len(rest) > MOST_LEFT_OUT:
        yield t("meeting.more", number=len(rest) - MOST_LEFT_OUT)


def divide(free: int, parts: int, longest: int) -> tuple[int, ...]:
    """Minutes for each of some parts: multiples of five, none longer than ``longest``.

    The first parts, which are the most urgent, get what does not divide evenly. What the parts
    may not take is left.
    """
    if parts == 0:
        return ()
    steps = min(free // STEP, parts * (longest // STEP))
    even, more = divmod(steps, parts)
    return tuple((even + (number < more)) * STEP for number in range(parts))


def _parts(
    form: MeetingFormat,
    follow_up: int,
    chosen: tuple[FindingView, ...],
    shares: tuple[int, ...],
    left: int,
) -> Iterator[tuple[ItemKind, int, FindingView | None]]:
    yield ItemKind.OPENING, form.opening, None
    yield ItemKind.PICTURE, form.picture, None
    if follow_up:
        yield ItemKind.FOLLOW_UP, follow_up, None
    for finding, minutes in zip(chosen, shares, strict=True):
        yield ItemKind.FINDING, minutes, finding
    if left:
        yield ItemKind.ROUND, left, None
    yield ItemKind.CLOSING, form.closing, None


def finding_item(
    finding: FindingView,
    plan: Iterable[ActionView],
    t: Texts,
    number: int,
    start: int,
    minutes: int,
) -> AgendaItem:
    """An item about a finding, with what the plan already holds on it."""
    return AgendaItem(
        number=number,
        kind=ItemKind.FINDING,
        start=start,
        minutes=minutes,
        title=finding.title,
        lines=(*_about(finding, t), *_planned(plan, finding, t)),
        ask=finding.ask,
        choices=finding.steps,
        source=finding.source,
        about=finding.id,
    )


def plain_item(
    kind: ItemKind,
    lines: tuple[str, ...],
    t: Texts,
    number: int,
    start: int,
    minutes: int,
    *,
    title: str = "",
    about: str = "",
) -> AgendaItem:
    """An item about no finding; without a title of its own it has that of its kind."""
    return AgendaItem(
        number=number,
        kind=kind,
        start=start,
        minutes=minutes,
        title=title or t(f"meeting.{kind}.title"),
        lines=lines,
        ask=t(f"meeting.{kind}.ask"),
        choices=(),
        source="",
        about=about,
    )


def lines_of(
    kind: ItemKind, report: Report | None, running: Sequence[ActionView], t: Texts
) -> tuple[str, ...]:
    """What an item of a kind that is about no finding is about."""
    if kind is ItemKind.PICTURE and report is not None:
        return tuple(_picture(report, t))
    if kind is ItemKind.FOLLOW_UP and running:
        return tuple(_open_actions(running, t))
    return (t(f"meeting.{kind}.line"),)


def _about(finding: FindingView, t: Texts) -> Iterator[str]:
    yield f"{finding.see} {finding.figure}".strip()
    if finding.items:
        labels = [item.label.rstrip("?") for item in finding.items[:MOST_LABELS]]
        if len(finding.items) > MOST_LABELS:
            labels.append(t("meeting.more_labels", number=len(finding.items) - MOST_LABELS))
        yield t("meeting.about", labels="; ".join(labels))


def _picture(report: Report, t: Texts) -> Iterator[str]:
    yield report.legal.title + "."
    yield report.level_picture.alt
    yield from (finding.title + "." for finding in report.strengths[:3])


def running_actions(
    plan: Iterable[ActionView], chosen: Iterable[FindingView]
) -> tuple[ActionView, ...]:
    """The actions to come back to: not over, and not of a finding that is on the agenda itself."""
    titles = {finding.title for finding in chosen}
    return tuple(a for a in plan if not a.is_over and a.finding_title not in titles)


def _open_actions(running: Sequence[ActionView], t: Texts) -> Iterator[str]:
    yield from (told(action, t) for action in running[:MOST_OPEN_ACTIONS])
    if len(running) > MOST_OPEN_ACTIONS:
        yield t("meeting.more_labels", number=len(running) - MOST_OPEN_ACTIONS)


def _planned(plan: Iterable[ActionView], finding: FindingView, t: Texts) -> Iterator[str]:
    """What the plan already holds on a finding that is on the agenda."""
    for action in plan:
        if not action.is_over and action.finding_title == finding.title:
            yield t("meeting.planned", action=told(action, t))


def told(action: ActionView, t: Texts) -> str:
    """An action with who and when; the date first, where a long line is not cut off."""
    due, owner = action.due or t("plan.no_date"), action.owner or t("plan.nobody")
    when = f"{due} ({action.late})" if action.late else due
    return f"{when}: {action.title} ({owner})"
