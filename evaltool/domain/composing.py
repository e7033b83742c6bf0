"""From what is known to an agenda, and from a meeting to its sheet and its minutes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from evaltool.domain.agenda import ADDED_MINUTES, Decision, Item, Meeting, MeetingState
from evaltool.domain.language import Texts, date_text, listing, time_text
from evaltool.domain.meeting import (
    STEP,
    AgendaItem,
    ItemKind,
    MeetingFormat,
    MeetingSheet,
    divide,
    finding_item,
    left_out,
    lines_of,
    plain_item,
    running_actions,
    told,
)
from evaltool.domain.report import ActionView, FindingView, Report
from evaltool.domain.supplements import DifferenceView


@dataclass(frozen=True)
class Sources:
    """What an agenda can be composed from.

    ``report`` is None where the evaluation was never finished; ``actions`` are those of the plan
    with their ids, ``differences`` the questions that members answered differently.
    """

    municipality: str
    report: Report | None
    actions: tuple[tuple[str, ActionView], ...] = ()
    differences: tuple[DifferenceView, ...] = ()

    @property
    def attention(self) -> tuple[FindingView, ...]:
        """The findings that ask for attention, most urgent first."""
        return () if self.report is None else self.report.attention

    @property
    def open_actions(self) -> tuple[tuple[str, ActionView], ...]:
        """The actions that are not over."""
        return tuple((id_, view) for id_, view in self.actions if not view.is_over)


def offered(sources: Sources, meeting: Meeting) -> Iterator[Item]:
    """What can still be put on the agenda, findings first."""
    for kind, pairs in (
        (ItemKind.FINDING, [(finding.id, finding.title) for finding in sources.attention]),
        (ItemKind.DIFFERENCE, [(d.question, d.text) for d in sources.differences]),
        (ItemKind.ACTION, [(id_, view.title) for id_, view in sources.open_actions]),
    ):
        for about, title in pairs:
            if not meeting.holds(kind, about):
                yield Item(kind, title, ADDED_MINUTES, about)


def proposal(
    sources: Sources, length: int, forms: Sequence[MeetingFormat], texts: Texts
) -> tuple[Item, ...]:
    """The agenda that is proposed for a meeting of so many minutes.

    Of what is to be talked over, findings first, at most half is what members see differently, or
    as much more as there are fewer findings. Before there is a report there are none.
    """
    fitting = [form for form in forms if form.minutes <= length] or [forms[0]]
    form = max(fitting, key=lambda form: form.minutes)
    picture = form.picture if sources.report is not None else 0
    fixed = form.opening + picture + form.closing
    follow_up = form.follow_up if sources.open_actions else 0
    most = min(form.most, (length - fixed - follow_up) // STEP)
    findings = sources.attention[: max(most - len(sources.differences), most - most // 2)]
    differences = sources.differences[: most - len(findings)]
    if not running_actions((view for _, view in sources.open_actions), findings):
        follow_up = 0
    free = length - fixed - follow_up
    talked_over = [
        *((ItemKind.FINDING, finding.id, finding.title) for finding in findings),
        *((ItemKind.DIFFERENCE, found.question, found.text) for found in differences),
    ]
    shares = divide(free, len(talked_over), form.longest)
    parts = (
        (ItemKind.OPENING, "", "", form.opening),
        (ItemKind.PICTURE, "", "", picture),
        (ItemKind.FOLLOW_UP, "", "", follow_up),
        *((*about, minutes) for about, minutes in zip(talked_over, shares, strict=True)),
        (ItemKind.ROUND, "", "", free - sum(shares)),
        (ItemKind.CLOSING, "", "", form.closing),
    )
    return tuple(
        Item(kind, title or texts(f"meeting.{kind}.title"), minutes, about)
        for kind, about, title, minutes in parts
        if minutes
    )


def sheet_of(
    meeting: Meeting, sources: Sources, t: Texts, present: Sequence[str] = ()
) -> MeetingSheet:
    """The sheet of a composed agenda, in the form of a sheet that is proposed.

    ``present`` are those who are known to be there, in words.
    """
    on_it = [f for f in sources.attention if meeting.holds(ItemKind.FINDING, f.id)]
    running = running_actions(
        (v for id_, v in sources.open_actions if not meeting.holds(ItemKind.ACTION, id_)), on_it
    )
    items: list[AgendaItem] = []
    start = 0
    for number, item in enumerate(meeting.items, start=1):
        items.append(_printed(item, sources, running, t, number, start))
        start += item.minutes
    day = date_text(meeting.day, t.language)
    return MeetingSheet(
        title=f"LIVC-R {sources.municipality}: {meeting.title}",
        subtitle=t("meetings.subtitle", day=day, minutes=meeting.length),
        goal=t("meeting.goal"),
        minutes=meeting.total,
        items=tuple(items),
        left_out=left_out([f for f in sources.attention if f not in on_it], t),
        known=(
            (t("meetings.minutes.day"), day),
            (t("meetings.minutes.present"), listing(tuple(present), t("report.and"))),
        )[: 2 if present else 1],
        warning=t("meetings.sheet_over", total=meeting.total, length=meeting.length)
        if meeting.total > meeting.length
        else "",
    )


def _printed(
    item: Item,
    sources: Sources,
    running: Sequence[ActionView],
    t: Texts,
    number: int,
    start: int,
) -> AgendaItem:
    """An item with what is known of it now; of what is no longer there, its title stays."""
    title, source = item.title, ""
    lines: tuple[str, ...] = ()
    if item.kind is not ItemKind.OWN:
        lines = (t(f"meeting.{item.kind}.line"),)
    match item.kind:
        case ItemKind.FINDING:
            for finding in sources.report.findings if sources.report else ():
                if finding.id == item.about:
                    plan = [view for _, view in sources.actions]
                    return finding_item(finding, plan, t, number, start, item.minutes)
        case ItemKind.DIFFERENCE:
            for difference in sources.differences:
                if difference.question == item.about:
                    title, lines = difference.text, (*lines, *_seen(difference, t))
                    source = difference.survey[-1] if len(difference.survey) > 1 else ""
        case ItemKind.ACTION:
            action = dict(sources.actions).get(item.about)
            if action is not None:
                lines = (told(action, t), t("meetings.action_state", state=action.state_label))
        case ItemKind.OWN:
            pass
        case _:
            title, lines = "", lines_of(item.kind, sources.report, running, t)
    made = plain_item(
        item.kind, lines, t, number, start, item.minutes, title=title, about=item.about
    )
    return replace(made, source=source)


def _seen(difference: DifferenceView, t: Texts) -> Iterator[str]:
    """Who gave which answer to a question, and which side most others are on."""
    for stance in difference.stances:
        yield f"{stance.label}: {listing(stance.who, t('report.and'))}"
    # The source stands apart, where a long line is not cut off; what is uncertain is with it.
    yield from difference.survey[:-1] or difference.survey


@dataclass(frozen=True)
class DecisionView:
    """A decision in words; ``in_plan`` where it became an action."""

    number: int
    text: str
    owner: str
    due: str
    in_plan: bool


@dataclass(frozen=True)
class MinutesItem:
    """An item of the agenda in the minutes."""

    number: int
    title: str
    notes: str
    decisions: tuple[DecisionView, ...]


@dataclass(frozen=True)
class Minutes:
    """The minutes of a meeting; ``facts`` are (label, value) pairs.

    ``draft`` says that the meeting is not closed yet; empty where it is.
    """

    title: str
    facts: tuple[tuple[str, str], ...]
    draft: str
    decisions: tuple[DecisionView, ...]
    items: tuple[MinutesItem, ...]


def minutes_of(
    meeting: Meeting, sheet: MeetingSheet, discipline: Callable[[str], str], t: Texts
) -> Minutes:
    """The minutes in words; ``discipline`` gives the words of a code.

    The moments of the meeting are told in the time zone that they are given in.
    """
    views = {
        decision.id: _decided(number, decision, t)
        for number, decision in enumerate(meeting.in_order, start=1)
    }
    return Minutes(
        title=sheet.title,
        facts=tuple(_facts(meeting, discipline, t)),
        draft="" if meeting.state is MeetingState.CLOSED else t("meetings.minutes.draft"),
        decisions=tuple(views.values()),
        items=tuple(
            MinutesItem(
                number=printed.number,
                title=printed.title,
                notes=item.notes,
                decisions=tuple(views[d.id] for d in meeting.decided_at(item.id)),
            )
            for item, printed in zip(meeting.items, sheet.items, strict=True)
        ),
    )


def _facts(
    meeting: Meeting, discipline: Callable[[str], str], t: Texts
) -> Iterator[tuple[str, str]]:
    held = meeting.day if meeting.started_at is None else meeting.started_at.date()
    told = date_text(held, t.language)
    if held != meeting.day:
        told = t("meetings.minutes.moved", held=told, day=date_text(meeting.day, t.language))
    yield t("meetings.minutes.day"), told
    if meeting.started_at is not None:
        start = time_text(meeting.started_at, t.language)
        if meeting.closed_at is None:
            yield t("meetings.minutes.time"), t("meetings.minutes.from", start=start)
        else:
            end = time_text(meeting.closed_at, t.language)
            yield t("meetings.minutes.time"), t("meetings.minutes.until", start=start, end=end)
    there = [discipline(code) for code in meeting.present.disciplines]
    there += [meeting.present.others] if meeting.present.others else []
    yield t("meetings.minutes.present"), listing(there, t("report.and")) or t("meetings.nobody")


def _decided(number: int, decision: Decision, t: Texts) -> DecisionView:
    return DecisionView(
        number=number,
        text=decision.text,
        owner=decision.owner,
        due="" if decision.due is None else date_text(decision.due, t.language),
        in_plan=decision.action is not None,
    )


def minutes_text(minutes: Minutes, t: Texts) -> str:
    """The minutes as plain text, to paste wherever one likes."""
    return "\n".join(_lines(minutes, t)).rstrip() + "\n"


def _lines(minutes: Minutes, t: Texts) -> Iterator[str]:
    yield from (minutes.title, "=" * len(minutes.title), "")
    yield from (f"{label}: {value}" for label, value in minutes.facts)
    if minutes.draft:
        yield from ("", minutes.draft)
    yield from ("", t("meetings.minutes.decisions"), "")
    yield from (f"{d.number}. {decision_line(d, t)}" for d in minutes.decisions)
    if not minutes.decisions:
        yield t("meetings.minutes.no_decisions")
    yield from ("", t("meetings.minutes.discussed"))
    for item in minutes.items:
        yield from ("", f"{item.number}. {item.title}")
        yield from (f"   {line}" for line in item.notes.splitlines())
        for d in item.decisions:
            yield f"   {t('meetings.minutes.decision', number=d.number, text=d.text)}"


def decision_line(decision: DecisionView, t: Texts) -> str:
    """A decision with who and when, in one line."""
    parts = [part for part in (decision.owner, decision.due) if part]
    said = f"{decision.text} ({', '.join(parts)})" if parts else decision.text
    return f"{said} [{t('meetings.in_plan')}]" if decision.in_plan else said
