"""The levels and the legal minimum of one municipality over its finished evaluations."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from evaltool.domain.answers import Answers
from evaltool.domain.benchmark import Benchmark
from evaltool.domain.comparison import compare
from evaltool.domain.feedback import evaluate
from evaltool.domain.language import Texts, date_text
from evaltool.domain.levels import HIGHEST, level_in_words
from evaltool.domain.pictures import EvolutionView, Panel, SmallMultiples
from evaltool.domain.questionnaire import Questionnaire
from evaltool.domain.rules import Rulebook
from evaltool.domain.situation import STATUTORY_MEMBERS, Area


@dataclass(frozen=True)
class Point:
    """Where a municipality stood on a day.

    ``levels`` are 1 to 4, None where too little was answered; ``members`` how many of the
    members that the act names take part, None where the answers do not tell.
    """

    day: date
    levels: Mapping[Area, int | None]
    members: int | None


def point(
    questionnaire: Questionnaire,
    rulebook: Rulebook,
    benchmark: Benchmark,
    *,
    answers: Answers,
    cluster: int,
    day: date,
) -> Point:
    """Where answers of a day put a municipality, by the criteria of now."""
    comparisons = compare(questionnaire, benchmark, answers, cluster)
    feedback = evaluate(questionnaire, rulebook, answers, comparisons, cluster)
    legal = feedback.legal
    return Point(
        day,
        {level.area: level.number for level in feedback.levels},
        None if legal.met is None else len(STATUTORY_MEMBERS) - len(legal.missing),
    )


def evolution(
    texts: Texts, questionnaire: Questionnaire, points: Sequence[Point], total: int = 0
) -> EvolutionView:
    """Points in time, oldest first, in words, as a picture and as a table.

    Where they are the last of a larger number, ``total`` is that number.
    """
    return _Evolution(texts, questionnaire, points, total).view()


class _Evolution:
    def __init__(
        self, texts: Texts, questionnaire: Questionnaire, points: Sequence[Point], total: int
    ) -> None:
        self.texts = texts
        self.points = points
        self.total = total
        self.days = [date_text(found.day, texts.language) for found in points]
        self.areas = {area: texts.of(questionnaire.section_by_id[area].title) for area in Area}

    def view(self) -> EvolutionView:
        t = self.texts
        sentences = tuple(self.sentences())
        return EvolutionView(
            title=self.title(),
            sentences=sentences,
            picture=self.picture(sentences) if len(self.points) > 1 else None,
            head=(t("over_time.day"), *self.areas.values(), t("over_time.members")),
            rows=tuple(
                (day, *(self.level(found.levels.get(area)) for area in Area), self.count(found))
                for day, found in zip(self.days, self.points, strict=True)
            ),
            notes=(*self.cut(), t("report.level.note"), t("over_time.rules_of_now")),
        )

    def cut(self) -> Iterator[str]:
        """That these are the last of more; nothing where they are all."""
        if self.total > len(self.points):
            yield self.texts("over_time.last_of", number=len(self.points), total=self.total)

    def level(self, number: int | None) -> str:
        """``2 basis``, or that it is not known."""
        return level_in_words(self.texts, number)

    def count(self, found: Point) -> str:
        """``2 van 3`` members, or that it is not known."""
        if found.members is None:
            return self.texts("over_time.not_known")
        return self.texts("report.base", count=found.members, n=len(STATUTORY_MEMBERS))

    def title(self) -> str:
        """What moved since the first time and, if that is another, since the time before."""
        if len(self.points) < 2:
            return self.texts("over_time.title_short")
        since = self.moved_since(0)
        if len(self.points) == 2:
            return since
        return f"{since} {self.moved_since(len(self.points) - 2)}"

    def moved_since(self, number: int) -> str:
        """What moved between a point and the last one."""
        t, day = self.texts, self.days[number]
        first, last = self.points[number].levels, self.points[-1].levels
        pairs = [(first.get(area), last.get(area)) for area in Area]
        known = [(a, b) for a, b in pairs if a is not None and b is not None]
        up, down = sum(b > a for a, b in known), sum(b < a for a, b in known)
        if not known:
            return t("over_time.moved_unknown", day=day)
        if not up and not down:
            return t("over_time.moved_none", day=day, of=len(known))
        key = "over_time.moved_one" if up == 1 else "over_time.moved"
        return t(key, day=day, of=len(known), up=up, down=down)

    def sentences(self) -> Iterator[str]:
        """How each area went, and the members that the act names."""
        for area, label in self.areas.items():
            numbers = [found.levels.get(area) for found in self.points]
            yield self.sentence(label, numbers, self.level)
        members = [found.members for found in self.points]

        def counted(number: int | None) -> str:
            return self.texts("report.base", count=number, n=len(STATUTORY_MEMBERS))

        yield self.sentence(self.texts("over_time.members"), members, counted)

    def sentence(
        self, label: str, numbers: Sequence[int | None], said: Callable[[int | None], str]
    ) -> str:
        t = self.texts
        known = [number for number in numbers if number is not None]
        if not known:
            return t("over_time.never_known", what=label)
        first, last = said(known[0]), said(known[-1])
        if len(known) == 1:
            sentence = t("over_time.once", what=label, level=last)
        elif known[0] != known[-1]:
            sentence = t("over_time.went", what=label, first=first, last=last)
        elif set(known) == {known[0]}:
            sentence = t("over_time.stayed", what=label, level=last)
        else:
            between = ", ".join(said(n) for n in dict.fromkeys(known) if n != known[0])
            sentence = t("over_time.returned", what=label, level=last, between=between)
        # Of three times of which the middle one is named, the time before is told already.
        told = len(known) == 3 and known[0] == known[-1]
        if len(known) > 2 and len(set(known)) > 1 and not told:
            before = said(known[-2])
            key = "same" if known[-2] == known[-1] else "moved"
            sentence = f"{sentence} {t(f'over_time.before.{key}', before=before)}"
        missing = len(numbers) - len(known)
        if missing == 1:
            return f"{sentence} {t('over_time.unknown_once')}"
        if missing:
            return f"{sentence} {t('over_time.unknown_times', number=missing)}"
        return sentence

    def picture(self, sentences: tuple[str, ...]) -> SmallMultiples:
        t = self.texts
        places = _places([found.day for found in self.points])
        panels = [
            Panel(
                label,
                1,
                HIGHEST,
                tuple(
                    (place, found.levels.get(area))
                    for place, found in zip(places, self.points, strict=True)
                ),
            )
            for area, label in self.areas.items()
        ]
        members = tuple(
            (place, found.members) for place, found in zip(places, self.points, strict=True)
        )
        panels.append(Panel(t("over_time.members"), 0, len(STATUTORY_MEMBERS), members))
        gap = any(value is None for panel in panels for _, value in panel.points)
        return SmallMultiples(
            title=self.title(),
            alt=" ".join(sentences),
            panels=tuple(panels),
            first=_short(self.points[0].day),
            last=_short(self.points[-1].day),
            unknown=t("over_time.open_dot") if gap else "",
            between=tuple(
                (place, _short(found.day))
                for place, found in zip(places, self.points, strict=True)
                if 0 < place < 1
            ),
        )


def _short(day: date) -> str:
    """A day in figures, for where there is no room to write it out: ``24/11/2026``."""
    return f"{day.day}/{day.month}/{day.year}"


def _places(days: Sequence[date]) -> list[float]:
    """Where days lie between the first (0) and the last (1); evenly where all are the same."""
    span = (days[-1] - days[0]).days
    if span:
        return [(day - days[0]).days / span for day in days]
    return [number / (len(days) - 1) for number in range(len(days))]
