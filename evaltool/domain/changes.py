"""Two reports of the same municipality side by side: what changed between them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from evaltool.domain.answers import asked
from evaltool.domain.carrying import changed_answers
from evaltool.domain.language import date_text
from evaltool.domain.levels import level_in_words
from evaltool.domain.library import Library, action_view
from evaltool.domain.movement import Mover
from evaltool.domain.plan import PlannedAction
from evaltool.domain.questionnaire import Question
from evaltool.domain.report import ActionView, FindingView, LevelView, Report
from evaltool.domain.rules import FindingKind
from evaltool.domain.wording import Wording


@dataclass(frozen=True)
class AnswerChange:
    """A question that was answered otherwise, or that is compared with another group now.

    ``then`` and ``now`` are empty where there was no answer; ``said`` is what happened where
    that is more than another answer; ``survey`` says how the answers stand to the survey.
    """

    question: str
    text: str
    then: tuple[str, ...]
    now: tuple[str, ...]
    said: str
    survey: tuple[str, ...]


@dataclass(frozen=True)
class LevelChange:
    """The level of an area then and now. ``way`` is up, down, same or unknown."""

    area_label: str
    then: str
    now: str
    way: str
    said: str
    gained: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True)
class LegalChange:
    """The legal minimum then and now, with each member (name, then, now) in words."""

    then: str
    now: str
    members: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Changes:
    """What changed between two reports, in words.

    ``notes`` say what the comparison rests on. ``sections`` hold the changed questions by
    title of their section; ``unchanged`` counts the others that were answered both times, of
    which ``unlooked`` were carried over and never looked at. ``done`` are the actions that were
    finished since then, ``waiting`` those that are not over.
    """

    then_day: str
    now_day: str
    notes: tuple[str, ...]
    levels: tuple[LevelChange, ...]
    legal: LegalChange
    sections: tuple[tuple[str, tuple[AnswerChange, ...]], ...]
    changed: int
    unchanged: int
    unlooked: int
    gone: tuple[FindingView, ...]
    new: tuple[FindingView, ...]
    strengths_gone: tuple[FindingView, ...]
    strengths_new: tuple[FindingView, ...]
    stayed: int
    done: tuple[ActionView, ...]
    waiting: tuple[ActionView, ...]


def changes(
    library: Library,
    then: Report,
    now: Report,
    *,
    since: datetime,
    actions: Iterable[PlannedAction] = (),
) -> Changes:
    """What changed from one report to a later one of the same municipality.

    ``since`` is when the first was made, ``actions`` are those of both plans.
    """
    return _Changes(library, then, now).view(since, actions)


class _Changes:
    def __init__(self, library: Library, then: Report, now: Report) -> None:
        self.library, self.then, self.now = library, then, now
        self.texts = library.texts
        self.questionnaire = library.questionnaire
        self.wording = Wording(self.texts, library.questionnaire, library.register.clusters)
        self.mover = Mover(self.wording, then.comparisons, now.comparisons)
        self.other = changed_answers(then.given, now.given)
        self.asked_then = asked(library.questionnaire, then.given)
        self.asked_now = asked(library.questionnaire, now.given)

    def view(self, since: datetime, actions: Iterable[PlannedAction]) -> Changes:
        both = set(self.then.given.values) & set(self.now.given.values)
        same = both - self.other
        carried = {q.id for _, questions in self.now.answers for q in questions if q.carried}
        ids_then = {f.id for f in self.then.findings}
        ids_now = {f.id for f in self.now.findings}
        gone = [f for f in self.then.findings if f.id not in ids_now]
        new = [f for f in self.now.findings if f.id not in ids_then]
        plans = tuple(_once(actions))
        sections = tuple(self.sections())
        return Changes(
            then_day=date_text(self.then.day, self.texts.language),
            now_day=date_text(self.now.day, self.texts.language),
            notes=tuple(self.notes()),
            levels=tuple(
                self.level(*pair) for pair in zip(self.then.levels, self.now.levels, strict=True)
            ),
            legal=self.legal(),
            sections=sections,
            changed=sum(row.question in self.other for _, rows in sections for row in rows),
            unchanged=len(same),
            unlooked=len(same & carried),
            gone=tuple(f for f in gone if f.kind != FindingKind.STRENGTH),
            new=tuple(f for f in new if f.kind != FindingKind.STRENGTH),
            strengths_gone=tuple(f for f in gone if f.kind == FindingKind.STRENGTH),
            strengths_new=tuple(f for f in new if f.kind == FindingKind.STRENGTH),
            stayed=len(ids_then & ids_now),
            done=tuple(
                action_view(self.library, planned.action)
                for planned in plans
                if planned.done_at is not None and planned.done_at > since
            ),
            waiting=tuple(
                action_view(self.library, planned.action)
                for planned in plans
                if not planned.action.state.is_over
            ),
        )

    def notes(self) -> Iterator[str]:
        """What the comparison rests on, and what it cannot say."""
        t = self.texts
        yield t("over_time.same_survey", survey=t.of(self.library.benchmark.survey.title))
        if self.then.cluster != self.now.cluster:
            then, now = (self.wording.cluster(r.cluster) for r in (self.then, self.now))
            yield t("over_time.other_cluster", then=then, now=now)
        yield t("over_time.rules_of_now")
        yield t("report.level.note")

    def level(self, then: LevelView, now: LevelView) -> LevelChange:
        pairs = list(zip(then.criteria, now.criteria, strict=True))
        if then.number is None or now.number is None:
            way = "unknown"
        elif then.number == now.number:
            way = "same"
        else:
            way = "up" if now.number > then.number else "down"
        return LevelChange(
            area_label=now.area_label,
            then=level_in_words(self.texts, then.number),
            now=level_in_words(self.texts, now.number),
            way=way,
            said=self.texts(f"over_time.way.{way}"),
            gained=tuple(after.text for before, after in pairs if after.met and not before.met),
            lost=tuple(after.text for before, after in pairs if before.met and not after.met),
        )

    def legal(self) -> LegalChange:
        t = self.texts
        names = {True: t("results.present"), False: t("results.absent")}
        unknown = t("results.not_known")

        def there(state: bool | None) -> str:
            return unknown if state is None else names[state]

        members = zip(self.then.legal.members, self.now.legal.members, strict=True)
        return LegalChange(
            then=self.then.legal.title,
            now=self.now.legal.title,
            members=tuple((name, there(was), there(is_)) for (name, was), (_, is_) in members),
        )

    def sections(self) -> Iterator[tuple[str, tuple[AnswerChange, ...]]]:
        for section in self.questionnaire.sections:
            rows = tuple(row for question in section.questions if (row := self.question(question)))
            if rows:
                yield self.texts.of(section.title), rows

    def question(self, question: Question) -> AnswerChange | None:
        """What changed at a question; None where nothing did."""
        survey = self.mover.moves(question)
        moved = question.id in self.other
        if not moved and not survey:
            return None
        return AnswerChange(
            question=question.id,
            text=self.texts.of(question.text),
            then=self.wording.answer(question, self.then.given),
            now=self.wording.answer(question, self.now.given),
            said=self.said(question.id) if moved else self.texts("over_time.said.group"),
            survey=survey,
        )

    def said(self, id_: str) -> str:
        """What happened to an answer that was given once; empty where another one was given."""
        if id_ not in self.then.given.values:
            code = "answered" if id_ in self.asked_then else "newly_asked"
        elif id_ not in self.now.given.values:
            code = "open" if id_ in self.asked_now else "not_asked"
        else:
            return ""
        return self.texts(f"over_time.said.{code}")


def _once(actions: Iterable[PlannedAction]) -> Iterator[PlannedAction]:
    """The actions of several plans of a municipality, each once, as it was changed last.

    It is the same action where title and finding are the same. The overview of a coach counts so
    too: see ``evaltool.store.trajectories``.
    """
    seen: dict[tuple[str, str | None], PlannedAction] = {}
    for planned in actions:
        key = (planned.action.title, planned.action.finding)
        known = seen.get(key)
        if known is None or planned.changed_at >= known.changed_at:
            seen[key] = planned
    yield from seen.values()
