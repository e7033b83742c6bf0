"""Standings and groups of municipalities in words, in one language."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from evaltool.domain.language import percentage
from evaltool.domain.levels import HIGHEST, level_in_words
from evaltool.domain.library import Library
from evaltool.domain.situation import Area
from evaltool.domain.trajectory import Measurement, Standing
from evaltool.domain.trajectory_group import (
    FAR,
    FEWEST,
    FEWEST_SHARING,
    Group,
    Moved,
    Shared,
)
from evaltool.domain.wording import Wording

PERCENTAGES_FROM = 10
"""A percentage of fewer municipalities would sound more certain than it is."""

MOST_ASKED = 4
"""Most difficulties that an intervision session is given a question about."""


MOST_LEVELS = 2
"""Most areas that it is asked about where some are far and others are not."""


@dataclass(frozen=True)
class LevelCell:
    """The level of an area: its number (None: not known), and the one at the baseline.

    ``name`` is its name, ``text`` number and name, ``before`` the baseline in words where there is
    a follow-up and it is not the same; both may be empty.
    """

    area: str
    number: int | None
    name: str
    text: str
    before_number: int | None
    before: str


@dataclass(frozen=True)
class GroupQuestion:
    """A question, who answered it, and what several chose: (option, "7 van 12").

    ``note`` says why there are no options, where there are none.
    """

    title: str
    base: str
    rows: tuple[tuple[str, str], ...]
    note: str


@dataclass(frozen=True)
class GroupView:
    """What municipalities have in common.

    ``level_rows`` has per area its name and, for each level, how many are at it; ``moved`` a
    sentence per area; ``asks`` are the questions for an intervision session.
    """

    base: str
    level_head: tuple[str, ...]
    level_rows: tuple[tuple[str, ...], ...]
    moved: tuple[str, ...]
    tracks: tuple[tuple[str, str], ...]
    legal: str
    actions: str
    questions: tuple[GroupQuestion, ...]
    asks: tuple[str, ...]


class Trajectories:
    """The words for standings and groups; built once for all that a page shows."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.t = library.texts
        self.wording = Wording(self.t, library.questionnaire, library.register.clusters)
        sections = library.questionnaire.section_by_id
        self.areas: Mapping[Area, str] = {a: self.t.of(sections[a].title) for a in Area}
        self._cells = {
            (area, now, then): self._cell(area, now, then)
            for area in Area
            for now in (None, *range(1, HIGHEST + 1))
            for then in (None, *range(1, HIGHEST + 1))
        }

    def _cell(self, area: Area, now: int | None, then: int | None) -> LevelCell:
        t = self.t
        name = t(f"report.level.name.{'unknown' if now is None else now}")
        text = self.level(now)
        moved = then is not None and then != now
        return LevelCell(
            area=self.areas[area],
            number=now,
            name=name,
            text=text,
            before_number=then,
            before=t("trajectory.level_before", number=then) if moved else "",
        )

    def level(self, number: int | None) -> str:
        """Number and name of a level: ``3 uitgebouwd``."""
        return level_in_words(self.t, number)

    def levels(self, standing: Standing) -> tuple[LevelCell, ...]:
        """The levels of the last report; none without one."""
        if standing.last is None:
            return ()
        return tuple(
            self._cells[area, standing.level(area), standing.level_before(area)] for area in Area
        )

    def state(self, standing: Standing) -> str:
        """How far a municipality is: no evaluation, open, or finished on which day."""
        if standing.last is None:
            return self.t(f"trajectory.state.{standing.state}_only")
        finished = standing.last.kept.finished_at
        day = "" if finished is None else f"{finished.astimezone():%d/%m/%Y}"
        return self.t(f"trajectory.state.{standing.state}_day", day=day)

    def track(self, track: str | None) -> str:
        """The name of a track, or that none is proposed."""
        return self.t("trajectory.no_track" if track is None else f"report.track.{track}")

    def legal(self, measurement: Measurement | None) -> str:
        """Whether the three members named by the act take part, in a word or two."""
        met = None if measurement is None else measurement.assessment.legal
        return self.t(f"trajectory.legal.{ {True: 'met', False: 'not_met', None: 'unknown'}[met] }")

    def figure(self, count: int, base: int) -> str:
        """``7 van 12``, with the share in percent from a base of ten on."""
        counted = self.t("report.base", count=count, n=base)
        if base < PERCENTAGES_FROM:
            return counted
        return self.t("trajectory.figure", counted=counted, share=percentage(count / base))

    def too_few(self, standings: Sequence[Standing]) -> str:
        """Why nothing is counted together: how many there are, and how many it takes."""
        number = sum(s.last is not None for s in standings)
        return self.t("trajectory.too_few", fewest=FEWEST, number=number)

    def group(self, found: Group) -> GroupView:
        """What municipalities have in common, in words."""
        t = self.t
        legal = t("trajectory.group.legal_few", fewest=FEWEST)
        if found.legal is not None:
            legal = t("trajectory.group.legal", figure=self.figure(*found.legal))
        steps = [self.level(number) for number in range(1, HIGHEST + 1)]
        return GroupView(
            base=t("trajectory.group.base", number=found.base),
            level_head=(t("trajectory.area"), *steps),
            level_rows=tuple(self._level_row(area, found.levels[area]) for area in Area),
            moved=tuple(
                self._moved(area, moved)
                for area in Area
                if (moved := found.moved[area]) is not None
            ),
            tracks=tuple(
                (self.track(track), self.figure(number, found.base))
                for track, number in found.tracks.items()
            ),
            legal=legal,
            actions=t("trajectory.group.actions", open=found.open_actions, done=found.done_actions),
            questions=tuple(self._question(shared) for shared in found.questions),
            asks=tuple(self._asks(found)),
        )

    def _level_row(self, area: Area, counts: tuple[int, ...] | None) -> tuple[str, ...]:
        if counts is None:
            few = self.t("trajectory.group.few")
            return (self.areas[area], *([few] * HIGHEST))
        return (self.areas[area], *(self.t("report.base", count=n, n=sum(counts)) for n in counts))

    def _moved(self, area: Area, moved: Moved) -> str:
        return self.t(
            "trajectory.group.moved",
            area=self.areas[area],
            base=moved.base,
            further=moved.further,
            same=moved.same,
            back=moved.back,
        )

    def _question(self, shared: Shared) -> GroupQuestion:
        t = self.t
        # Having no difficulty is none that is shared.
        exclusive = self.library.questionnaire.by_id[shared.question].exclusive
        options = [(code, count) for code, count in shared.options if code not in exclusive]
        note = ""
        if shared.base < FEWEST:
            note = t("trajectory.group.question_few", fewest=FEWEST)
        elif not options:
            note = t("trajectory.group.nothing_shared")
        return GroupQuestion(
            title=self.wording.question(shared.question),
            base=t("trajectory.group.answered_one")
            if shared.base == 1
            else t("trajectory.group.answered", number=shared.base),
            rows=tuple(
                (self.wording.option(shared.question, code), self.figure(count, shared.base))
                for code, count in options
            ),
            note=note,
        )

    def _asks(self, found: Group) -> Iterator[str]:
        """Questions for a session, drawn from what the group shares and where it differs."""
        *difficult, support, partners = (self._named(shared) for shared in found.questions)
        by_count = sorted((d for named in difficult for d in named), key=lambda named: -named[0])
        for _, figure, label, ask in by_count[:MOST_ASKED]:
            asked = self.t("trajectory.ask.difficulty", option=label, figure=figure)
            yield f"{asked} {self.t('trajectory.ask.table', ask=ask)}" if ask else asked
        yield from self._level_asks(found)
        for named, key in ((partners, "partner"), (support, "support")):
            for _, figure, label, _ in named[:1]:
                yield self.t(f"trajectory.ask.{key}", option=label, figure=figure)

    def _level_asks(self, found: Group) -> Iterator[str]:
        """The areas in which most can learn from each other."""
        halves = []
        for area, counts in found.levels.items():
            far, near = sum((counts or ())[FAR - 1 :]), sum((counts or ())[: FAR - 1])
            if min(far, near) >= FEWEST_SHARING:
                halves.append((min(far, near), area, far, near))
        for _, area, far, near in sorted(halves, key=lambda half: -half[0])[:MOST_LEVELS]:
            yield self.t(
                "trajectory.ask.level",
                area=self.areas[area],
                far=far,
                near=near,
                base=far + near,
            )

    def _named(self, shared: Shared) -> list[tuple[int, str, str, str]]:
        """The shared options of a question but "none": count, figure, name, what to ask about."""
        exclusive = self.library.questionnaire.by_id[shared.question].exclusive
        return [
            (
                count,
                self.figure(count, shared.base),
                self.wording.option(shared.question, code),
                self._rule_asks((shared.question, code)),
            )
            for code, count in shared.options
            if code not in exclusive
        ]

    def _rule_asks(self, option: tuple[str, str]) -> str:
        """The question that the rule about an option puts to the table, where it has one."""
        for rule in self.library.rulebook.rules:
            if rule.ask is not None and any(item.option == option for item in rule.items):
                return self.t.of(rule.ask)
        return ""
