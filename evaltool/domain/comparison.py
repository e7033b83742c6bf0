"""A municipality's answers held against the survey's distributions."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from evaltool.domain.answers import Answers, reported
from evaltool.domain.benchmark import Benchmark
from evaltool.domain.questionnaire import DONT_KNOW, OTHER, Kind, Question, Questionnaire
from evaltool.domain.signals import radicalisation_any, signals_segment
from evaltool.domain.statistics import wilson
from evaltool.domain.survey import (
    FLANDERS,
    CountStatus,
    Distribution,
    Table,
    cluster_segment,
)

SMALLEST_BASE = 10
"""A group with fewer answers than this is shown as counts, never as percentages."""

MOST = 0.5
"""Not chosen sets apart where the whole interval of the others lies above this share."""

FEW = 0.25
"""Chosen sets apart where the whole interval of the others lies below this share."""


class Fallback(StrEnum):
    """Why a comparison is with Flanders and not with the cluster."""

    NOT_PUBLISHED_PER_CLUSTER = "not_published_per_cluster"
    TOO_FEW = "too_few"


@dataclass(frozen=True)
class OptionComparison:
    """One option among others: chosen or not, and by how many of them.

    ``count`` of ``n``, ``share`` (0 to 1) and its 95 % ``interval`` are None where the survey
    does not give them or the base is too small for them; ``estimate`` is the partially pooled
    share of a cluster, ``flanders_share`` the share of all municipalities.
    """

    option: str
    chosen: bool
    count: int | None
    n: int | None
    share: float | None
    interval: tuple[float, float] | None
    estimate: float | None
    flanders_share: float | None
    count_status: CountStatus
    discrepancies: tuple[str, ...]

    @property
    def is_rare(self) -> bool:
        """Whether certainly only few chose it; ``other`` is too many things to be rare."""
        return self.interval is not None and self.interval[1] < FEW and self.option != OTHER

    @property
    def sets_apart(self) -> bool:
        """Whether nearly everybody else answers otherwise, where several answers are possible.

        ``none`` and ``other`` never do: what was chosen besides them says it.
        """
        if self.interval is None or self.option in ("none", OTHER):
            return False
        return self.is_rare if self.chosen else self.interval[0] > MOST


@dataclass(frozen=True)
class Position:
    """How many of ``n`` gave the same answer and, for an ordered question, less and more far."""

    n: int
    same: int
    less_far: int | None
    further: int | None


@dataclass(frozen=True)
class ClusterCounts:
    """The counts of a cluster too small to compare with: ``n`` and the count per option."""

    cluster: int
    n: int
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Comparison:
    """One question held against one distribution of the survey.

    ``n`` is the base that serves for all options, None where the survey does not give one;
    ``multi`` says that several answers were possible.
    """

    question: str
    segment: str
    multi: bool
    n: int | None
    fallback: Fallback | None
    table: Table
    options: tuple[OptionComparison, ...]
    position: Position | None
    cluster_counts: ClusterCounts | None = None

    @property
    def apart(self) -> tuple[OptionComparison, ...]:
        """The options in which this municipality differs from nearly everybody else.

        Only where several answers were possible: a single answer has its position instead.
        """
        return tuple(option for option in self.options if self.multi and option.sets_apart)

    @property
    def chosen(self) -> tuple[OptionComparison, ...]:
        """The options this municipality chose."""
        return tuple(option for option in self.options if option.chosen)

    @property
    def discrepancies(self) -> frozenset[str]:
        """The discrepancies of the cells that are shown."""
        return frozenset(id_ for option in self.options for id_ in option.discrepancies)


def compare(
    questionnaire: Questionnaire, benchmark: Benchmark, answers: Answers, cluster: int
) -> tuple[Comparison, ...]:
    """Every answer that the survey can be put beside, in the order of the questionnaire.

    Questions not asked, not answered or answered "weet ik niet" are left out, as are the
    splits by an answer that is missing.
    """
    return compare_reported(questionnaire, benchmark, reported(questionnaire, answers), cluster)


def compare_reported(
    questionnaire: Questionnaire, benchmark: Benchmark, answers: Answers, cluster: int
) -> tuple[Comparison, ...]:
    """As :func:`compare`, of answers that hold only what is reported already."""
    return tuple(
        comparison
        for question in questionnaire
        for comparison in _comparisons(question, benchmark, answers, cluster)
    )


def by_option(
    comparisons: Iterable[Comparison],
) -> Mapping[tuple[str, str], tuple[Comparison, OptionComparison]]:
    """Every compared option by (question, option).

    Of a question compared in two ways the first comparison counts: that with the peers.
    """
    found: dict[tuple[str, str], tuple[Comparison, OptionComparison]] = {}
    for comparison in comparisons:
        for option in comparison.options:
            found.setdefault((comparison.question, option.option), (comparison, option))
    return found


def _comparisons(
    question: Question, benchmark: Benchmark, answers: Answers, cluster: int
) -> Iterator[Comparison]:
    if question.kind is Kind.TREND:
        yield from _trends(question, benchmark, answers)
        return
    chosen = answers.chosen(question.id)
    if not question.benchmarked or not chosen or DONT_KNOW in chosen:
        return
    survey = benchmark.survey
    if question.id == "policy_actions":
        # Published only by own policy (Tabel 7), never for all municipalities together.
        policy = answers.single("specific_policy")
        split = None if policy is None else survey.get(question.id, f"policy_{policy}")
        if split is not None:
            yield _compared(benchmark, split, chosen, question)
        return
    yield _with_peers(benchmark, question.id, chosen, cluster, question)
    if question.id == "radicalisation_signals":
        derived = radicalisation_any(answers)
        if derived is not None:
            yield _with_peers(benchmark, "radicalisation_any", frozenset({derived}), cluster)
    if question.id == "specific_policy":
        segment = signals_segment(answers)
        split = None if segment is None else survey.get(question.id, segment)
        if split is not None:
            yield _compared(benchmark, split, chosen, question)


def _trends(question: Question, benchmark: Benchmark, answers: Answers) -> Iterator[Comparison]:
    trends = answers.values.get(question.id, {})
    if not isinstance(trends, Mapping):
        return
    for form, trend in trends.items():
        split = benchmark.survey.get(question.id, f"form:{form}")
        if split is not None and trend != DONT_KNOW:
            yield _compared(benchmark, split, frozenset({trend}), question)


def _with_peers(
    benchmark: Benchmark,
    question_id: str,
    chosen: frozenset[str],
    cluster: int,
    question: Question | None = None,
) -> Comparison:
    """With the cluster where it is published and large enough, else with Flanders, and why."""
    survey = benchmark.survey
    everybody = survey.get(question_id, FLANDERS)
    if everybody is None:
        raise LookupError(f"the survey has no total for {question_id}")
    peers = survey.get(question_id, cluster_segment(cluster))
    if peers is None or peers.n is None:
        reason = Fallback.NOT_PUBLISHED_PER_CLUSTER
        return _compared(benchmark, everybody, chosen, question, fallback=reason)
    if peers.n >= SMALLEST_BASE:
        return _compared(benchmark, peers, chosen, question)
    counts = {cell.option: cell.count for cell in peers.cells if cell.count is not None}
    beside = ClusterCounts(cluster, peers.n, counts)
    return _compared(
        benchmark, everybody, chosen, question, fallback=Fallback.TOO_FEW, beside=beside
    )


def _compared(
    benchmark: Benchmark,
    distribution: Distribution,
    chosen: frozenset[str],
    question: Question | None = None,
    *,
    fallback: Fallback | None = None,
    beside: ClusterCounts | None = None,
) -> Comparison:
    everybody = benchmark.survey.get(distribution.question, FLANDERS)
    # One base serves for a distribution only if every option has a count on it.
    whole = all(cell.count is not None for cell in distribution.cells)
    n = distribution.n if whole else None
    options: list[OptionComparison] = []
    for cell in distribution.cells:
        base = distribution.n if cell.count is not None else None
        too_small = base is not None and base < SMALLEST_BASE
        known = cell.count is not None and base is not None and not too_small
        options.append(
            OptionComparison(
                option=cell.option,
                chosen=cell.option in chosen,
                count=cell.count,
                n=base,
                share=None if too_small else distribution.share(cell.option),
                interval=wilson(cell.count or 0, base or 1) if known else None,
                estimate=benchmark.estimate(
                    distribution.question, distribution.segment, cell.option
                ),
                flanders_share=None if everybody is None else everybody.share(cell.option),
                count_status=cell.status,
                discrepancies=cell.discrepancies,
            )
        )
    return Comparison(
        question=distribution.question,
        segment=distribution.segment,
        multi=question is not None and question.kind is Kind.MULTI,
        n=n,
        fallback=fallback,
        table=distribution.table,
        options=tuple(options),
        position=_position(distribution, n, chosen, question),
        cluster_counts=beside,
    )


def _position(
    distribution: Distribution, n: int | None, chosen: frozenset[str], question: Question | None
) -> Position | None:
    """Where a single answer stands among the others; None for several answers or no counts."""
    single = question is None or question.kind in (Kind.SINGLE, Kind.TREND)
    if n is None or not single or len(chosen) != 1:
        return None
    (mine,) = chosen
    if mine not in distribution.by_option:
        return None
    counts = {cell.option: cell.count or 0 for cell in distribution.cells}
    order = question.order if question is not None else ()
    if mine not in order:
        return Position(n, counts[mine], None, None)
    rank = order.index(mine)
    return Position(
        n,
        counts[mine],
        less_far=sum(counts[option] for option in order[:rank]),
        further=sum(counts[option] for option in order[rank + 1 :]),
    )
