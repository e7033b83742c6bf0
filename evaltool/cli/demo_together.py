"""What people do together in the demonstration: a meeting, a police zone, starting from the last.

Each function happens at the moment at which the story is.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from evaltool.cli.demo_answers import VOICES, voice_of
from evaltool.domain.access import Role
from evaltool.domain.accounts import Account
from evaltool.domain.agenda import Decision, Meeting, MeetingState, Present, put_in_state
from evaltool.domain.carrying import carried_from, unconfirmed
from evaltool.domain.composing import Sources, proposal
from evaltool.domain.consensus import differences, supplement
from evaltool.domain.document import document_of
from evaltool.domain.evaluation import Evaluation, Supplement, View
from evaltool.domain.library import action_view
from evaltool.domain.meeting import ItemKind
from evaltool.domain.plan import actions_along
from evaltool.domain.reporting import build
from evaltool.domain.wording import Wording
from evaltool.domain.zone import MemberState, proposed, taking_part

if TYPE_CHECKING:
    from evaltool.cli.demo_story import Story

MINUTES = 90
"""Minutes of the meeting."""
LOOKED_AT = "structure"
"""The section of which the carried answers were looked at."""


def supplement_of(story: "Story", evaluation: Evaluation) -> Supplement:
    """What others said of an evaluation and who takes part in it, as of now."""
    return supplement(
        story.catalogue.questionnaire,
        views=story.store.evaluations.views_of(evaluation.id),
        reasons=story.store.consensus.reasons(evaluation.id),
        members=taking_part(story.store.zones.of(evaluation.id), alone=False),
    )


def ask_members(story: "Story", evaluation: Evaluation) -> None:
    """Four members give their own view, and differ."""
    officer, questionnaire = story.officers[evaluation.nis_code], story.catalogue.questionnaire
    town = story.catalogue.register.known(evaluation.nis_code)
    for discipline, own in VOICES:
        member = story.person(Role.CONTRIBUTOR, town, discipline)
        story.log("contributor_invited", officer, evaluation, member.id)
        answers = voice_of(questionnaire, evaluation.answers, own)
        asked = View(evaluation.id, member.id, discipline)
        view = story.create(evaluation.nis_code, evaluation.cluster, answers, view=asked)
        story.store.evaluations.finish(view.id, at=story.at, content=story.catalogue.fingerprint)
        story.log("finish", member, view)


def convene(story: "Story", evaluation: Evaluation) -> Meeting:
    """The chair prepares a meeting: the agenda that is proposed, and who is expected."""
    meeting = Meeting(
        id="",
        day=story.at.date(),
        title=story.t("meetings.default_title"),
        length=MINUTES,
        present=Present(tuple(discipline for discipline, _ in VOICES)),
        items=proposal(_sources(story, evaluation), MINUTES, story.catalogue.meetings, story.t),
    )
    story.log("agenda", story.chairs[evaluation.nis_code], evaluation, "create")
    return story.store.meetings.create(evaluation.id, meeting, at=story.at)


def _sources(story: "Story", evaluation: Evaluation) -> Sources:
    library, questionnaire = story.library, story.catalogue.questionnaire
    town = story.catalogue.register.known(evaluation.nis_code)
    words = Wording(story.t, questionnaire, story.catalogue.register.clusters)
    seen = differences(
        questionnaire,
        story.catalogue.benchmark,
        words,
        story.t,
        supplement=supplement_of(story, evaluation),
        names={},
        common=evaluation.answers,
        cluster=evaluation.cluster,
    )
    return Sources(
        municipality=town.name,
        report=build(library, document_of(evaluation, town)),
        actions=tuple(
            (planned.id, action_view(library, planned.action))
            for planned in story.store.plans.of(evaluation.id)
        ),
        differences=tuple(difference for difference in seen if not difference.agreed),
    )


def begin_meeting(story: "Story", evaluation: Evaluation) -> None:
    """The clock of the meeting starts."""
    _put(story, evaluation, MeetingState.RUNNING)
    story.log("agenda", story.chairs[evaluation.nis_code], evaluation, "start")


def close_meeting(story: "Story", evaluation: Evaluation) -> None:
    """What was noted and decided, at the end: one decision in the plan, and one that stands alone.

    The first is taken at the first question that members answered differently.
    """
    meetings, chair = story.store.meetings, story.chairs[evaluation.nis_code]
    (meeting,) = meetings.of(evaluation.id)
    about = next(item for item in meeting.items if item.kind is ItemKind.DIFFERENCE)
    meetings.note(evaluation.id, meeting.id, about.id, story.t("demo.meeting_notes"), expected="")
    first = Decision(
        text=story.t("demo.decision_planned"),
        owner=story.t("demo.decision_owner"),
        due=story.at.date().replace(day=28),
        item=about.id,
    )
    planned = story.store.plans.add(evaluation.id, first.becomes, at=story.at)
    closing = meeting.items[-1].id
    for decision in (
        replace(first, action=planned.id),
        Decision(text=story.t("demo.decision_alone"), item=closing),
    ):
        meetings.decide(evaluation.id, meeting.id, decision)
        story.log("agenda", chair, evaluation, "decide")
    _put(story, evaluation, MeetingState.CLOSED)
    story.log("agenda", chair, evaluation, "close")


def _put(story: "Story", evaluation: Evaluation, state: MeetingState) -> None:
    (meeting,) = story.store.meetings.of(evaluation.id)
    story.store.meetings.change(
        evaluation.id,
        put_in_state(meeting, state, story.at),
        expected_version=meeting.version,
        at=story.at,
    )


def ask_zone(story: "Story", evaluation: Evaluation) -> None:
    """The officer asks the municipalities of the police zone whose cluster is known."""
    register = story.catalogue.register
    others = proposed(register, register.known(evaluation.nis_code))
    members = [(m.nis_code, m.proposal.cluster) for m in others if m.proposal.cluster is not None]
    story.store.zones.ask(evaluation.id, members, at=story.at)
    story.log("zone", story.officers[evaluation.nis_code], evaluation)


def confirm_zone(story: "Story", evaluation: Evaluation) -> None:
    """All of them but the first confirm, each by an officer of its own."""
    for member in story.store.zones.of(evaluation.id)[1:]:
        officer = _officer_of(story, member.nis_code)
        story.store.zones.answer(
            evaluation.id,
            member.nis_code,
            MemberState.CONFIRMED,
            cluster=member.cluster,
            by=officer.id,
            at=story.at,
        )
        story.log_of(member.nis_code, "zone_confirmed", officer, evaluation.id)


def _officer_of(story: "Story", nis_code: str) -> Account:
    if nis_code not in story.officers:
        town = story.catalogue.register.known(nis_code)
        story.officers[nis_code] = story.person(Role.OFFICER, town, "preventie")
    return story.officers[nis_code]


def start_from(story: "Story", earlier: Evaluation) -> Evaluation:
    """A new evaluation that starts from the last report: every answer is marked as carried over."""
    last = story.store.evaluations.snapshots(earlier.id)[-1].evaluation
    answers, marks = carried_from(story.catalogue.questionnaire, last)
    made = story.create(
        last.nis_code,
        last.cluster,
        answers,
        started_from=last.id,
        carried=marks,
        actions=actions_along(story.store.plans.of(last.id)),
    )
    story.log("create", story.officers[made.nis_code], made)
    return made


def look_at_carried(story: "Story", evaluation: Evaluation) -> None:
    """The carried answers of one section are looked at, and still hold."""
    questionnaire = story.catalogue.questionnaire
    left = unconfirmed(questionnaire, story.store.evaluations.get(evaluation.id))
    looked_at = {id_: True for id_ in left if questionnaire.by_id[id_].section == LOOKED_AT}
    story.store.carried.confirm(evaluation.id, looked_at, at=story.at)
    story.log("fill_in", story.officers[evaluation.nis_code], evaluation, LOOKED_AT)
