"""How an answer moved against the survey: the figures stayed, so only the answer can move."""

from collections.abc import Iterable, Iterator, Sequence

from evaltool.domain.comparison import Comparison, OptionComparison
from evaltool.domain.language import listing, percentage
from evaltool.domain.questionnaire import Question
from evaltool.domain.wording import UNSURE_MARK, Wording, is_unsure


class Mover:
    """The comparisons of two reports, put beside each other question by question."""

    def __init__(
        self, wording: Wording, then: Iterable[Comparison], now: Iterable[Comparison]
    ) -> None:
        self.wording = wording
        self.texts = wording.texts
        self.then, self.now = tuple(then), tuple(now)

    def moves(self, question: Question) -> tuple[str, ...]:
        """What moved at a question, and at what is derived from it; empty where nothing did."""
        names = [question.id]
        if question.id == "radicalisation_signals":
            names.append("radicalisation_any")
        found: list[str] = []
        for name in names:
            moved = [s for pair in self._pairs(name) for s in self._moved(*pair)]
            if moved and name != question.id:
                found.append(self.wording.question(name))
            found += moved
        return tuple(found)

    def _pairs(self, question: str) -> Iterator[tuple[Comparison | None, Comparison | None]]:
        """Comparisons of the same group together, then those whose group is another one now."""
        then = {c.segment: c for c in self.then if c.question == question}
        now = {c.segment: c for c in self.now if c.question == question}
        for segment in then:
            if segment in now:
                yield then[segment], now[segment]
        left = [c for segment, c in then.items() if segment not in now]
        right = [c for segment, c in now.items() if segment not in then]
        if len(left) == len(right) == 1:
            yield left[0], right[0]
            return
        yield from ((c, None) for c in left)
        yield from ((None, c) for c in right)

    def _moved(self, then: Comparison | None, now: Comparison | None) -> Iterator[str]:
        if then is None or now is None:
            # Answered once: nothing moved that could be measured.
            return
        if then.segment == now.segment:
            yield from self._same_group(then, now)
            return
        for comparison, key in ((then, "then"), (now, "now")):
            if comparison.chosen:
                yield self.texts(
                    f"over_time.survey.{key}", options=self._listed(comparison, comparison.chosen)
                )
                yield from self._group(comparison, comparison.chosen)
        yield self.texts("over_time.survey.other_group")

    def _same_group(self, then: Comparison, now: Comparison) -> Iterator[str]:
        before = {o.option: o for o in then.chosen}
        after = {o.option: o for o in now.chosen}
        dropped = tuple(o for id_, o in before.items() if id_ not in after)
        added = tuple(o for id_, o in after.items() if id_ not in before)
        if not dropped and not added:
            return
        if not now.multi and len(dropped) == len(added) == 1:
            figures = {"then": self._figure(dropped[0]), "now": self._figure(added[0])}
            yield self.texts("over_time.survey.moved", **figures)
        else:
            for options, key in ((added, "added"), (dropped, "dropped")):
                if options:
                    yield self.texts(f"over_time.survey.{key}", options=self._listed(now, options))
        yield from self._group(now, (*dropped, *added))

    def _listed(self, comparison: Comparison, options: Sequence[OptionComparison]) -> str:
        return "; ".join(
            self.texts(
                "over_time.survey.option",
                label=self.wording.option(comparison.question, option.option),
                figure=self._figure(option),
            )
            for option in options
        )

    def _group(self, comparison: Comparison, options: Iterable[OptionComparison]) -> Iterator[str]:
        """Who the figures are of and where they stand; what is not certain about counts shown."""
        source = self.texts("report.survey_source", table=comparison.table.source)
        peers = self.wording.peers(comparison)
        yield self.texts("over_time.survey.group", peers=peers, source=source)
        unsure = [
            self.wording.option(comparison.question, o.option)
            for o in options
            if is_unsure(o) and o.count is not None
        ]
        if unsure:
            labels = listing(unsure, self.texts("report.and"))
            yield self.texts("report.unsure", mark=UNSURE_MARK, labels=labels)

    def _figure(self, option: OptionComparison) -> str:
        """``48 % (20 van 42)``; only the counts where the base is small."""
        base = self.wording.base(option)
        return base if option.share is None else f"{percentage(option.share)} ({base})"
