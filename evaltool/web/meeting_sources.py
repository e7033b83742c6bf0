"""What an agenda is composed from, and what is printed of a meeting, for its pages and files."""

from dataclasses import replace

from flask import abort, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.agenda import Meeting, MeetingNotFound
from evaltool.domain.composing import Minutes, Sources, minutes_of, sheet_of
from evaltool.domain.evaluation import Evaluation
from evaltool.domain.language import LANGUAGES
from evaltool.domain.library import action_view
from evaltool.domain.meeting import MeetingSheet
from evaltool.domain.wording import MEMBERS
from evaltool.web.context import library, municipality_of, services, texts
from evaltool.web.differing import differences_on
from evaltool.web.questions import wording
from evaltool.web.rendering import tell
from evaltool.web.reports import report_of

_OTHER = "other"


def meeting_or_404(id_: str, meeting_id: str) -> Meeting:
    """The meeting of an address; a page that says it is not there, where it is not."""
    try:
        return services().store.meetings.get(id_, meeting_id)
    except MeetingNotFound:
        abort(404)


def named(meeting: Meeting) -> Meeting:
    """A meeting as a page shows it: a title that nobody typed is in the language of this request.

    It is not to be kept so: what is kept is what was there.
    """
    t = texts()
    ours = {t.in_language(language)("meetings.default_title") for language in LANGUAGES}
    if meeting.title not in ours:
        return meeting
    return replace(meeting, title=t("meetings.default_title"))


def sources_of(evaluation: Evaluation) -> Sources:
    """What there is to put on an agenda: findings, differences and the plan."""
    held = services()
    snapshots = held.evaluations.snapshots(evaluation.id)
    report = report_of(snapshots[-1].evaluation) if snapshots else None
    return Sources(
        municipality=municipality_of(evaluation).name,
        report=report,
        actions=tuple(
            (planned.id, action_view(library(), planned.action))
            for planned in held.plans.of(evaluation.id)
        ),
        differences=tuple(d for d in differences_on(evaluation) if not d.agreed),
    )


def disciplines() -> tuple[tuple[str, str], ...]:
    """The disciplines around the table: codes with their words; the others are typed."""
    question = services().catalogue.questionnaire.by_id[MEMBERS]
    words = wording()
    return tuple(
        (o.id, words.member(o.id)) for o in question.options if not (o.exclusive or o.id == _OTHER)
    )


def printed(evaluation: Evaluation, meeting: Meeting) -> MeetingSheet:
    """The sheet of a meeting, with what is known now."""
    words = wording()
    there = [words.member(code) for code in meeting.present.disciplines]
    there += [meeting.present.others] if meeting.present.others else []
    return sheet_of(named(meeting), sources_of(evaluation), texts(), there)


def minutes_on(meeting: Meeting, sheet: MeetingSheet) -> Minutes:
    """The minutes of a meeting, its moments in the time of this machine."""
    start, end = meeting.started_at, meeting.closed_at
    local = replace(
        meeting,
        started_at=start and start.astimezone(),
        closed_at=end and end.astimezone(),
    )
    return minutes_of(local, sheet, wording().member, texts())


def not_under_way(id_: str, meeting: Meeting) -> AnyResponse:
    """To the page of a meeting, for what is there only while it is not closed, or under way."""
    tell(texts()("meetings.not_running"))
    return redirect(url_for("agendas.show", id_=id_, meeting_id=meeting.id), 303)
