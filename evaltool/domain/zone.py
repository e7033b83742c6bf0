"""One LIVC-R for a police zone: which municipalities take part, each beside its own cluster."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from evaltool.domain.answers import Answers
from evaltool.domain.benchmark import Benchmark
from evaltool.domain.comparison import Comparison, Fallback, compare
from evaltool.domain.language import Texts
from evaltool.domain.municipality import Municipality, Register
from evaltool.domain.questionnaire import Questionnaire
from evaltool.domain.supplements import ZoneRow, ZoneView
from evaltool.domain.wording import Wording


class MemberState(StrEnum):
    """Whether a municipality takes part."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


@dataclass(frozen=True)
class ZoneMember:
    """A municipality that was asked to take part, and the survey cluster it is compared with."""

    nis_code: str
    cluster: int
    state: MemberState


def taking_part(members: Iterable[ZoneMember], *, alone: bool) -> tuple[tuple[str, int], ...]:
    """The municipalities that count, by code with the cluster of each.

    Where one person uses the tool ``alone``, there is nobody to confirm: whoever was chosen
    counts. Else only a municipality that confirmed it itself.
    """
    counted = {MemberState.CONFIRMED, *({MemberState.ASKED} if alone else ())}
    return tuple((member.nis_code, member.cluster) for member in members if member.state in counted)


def proposed(register: Register, municipality: Municipality) -> tuple[Municipality, ...]:
    """The other municipalities of the same police zone, by name, as the register has it."""
    return tuple(
        sorted(
            (
                other
                for other in register.municipalities.values()
                if other.police_zone == municipality.police_zone
                and other.nis_code != municipality.nis_code
            ),
            key=lambda other: other.name,
        )
    )


def zone_view(
    questionnaire: Questionnaire,
    benchmark: Benchmark,
    wording: Wording,
    texts: Texts,
    *,
    answers: Answers,
    members: Sequence[tuple[Municipality, int]],
) -> ZoneView | None:
    """The answers beside the survey, a column per municipality; None for one alone.

    ``members`` are the municipalities with the cluster of each, the one that keeps the evaluation
    first. Only what the survey publishes per cluster can differ between them.
    """
    if len(members) < 2:
        return None
    compared = [
        _with_peers(compare(questionnaire, benchmark, answers, cluster)) for _, cluster in members
    ]
    told = tuple(_differing(benchmark, compared[0]))
    rows = tuple(
        ZoneRow(
            question=wording.question(question),
            answer="; ".join(
                wording.option(question, option.option) for option in compared[0][question].chosen
            ),
            cells=tuple(_cell(by_question[question], wording, texts) for by_question in compared),
            source=compared[0][question].table.source,
        )
        for question in told
    )
    return ZoneView(
        head=tuple(municipality.name for municipality, _ in members),
        clusters=tuple(wording.cluster(cluster) for _, cluster in members),
        rows=rows,
        notes=tuple(
            dict.fromkeys(
                note
                for question in told
                for (municipality, _), by_question in zip(members, compared, strict=True)
                for note in _notes(municipality, by_question[question], wording, texts)
            )
        ),
    )


def _with_peers(comparisons: Iterable[Comparison]) -> dict[str, Comparison]:
    """By question; of one compared in two ways the first counts: that with the peers."""
    found: dict[str, Comparison] = {}
    for comparison in comparisons:
        found.setdefault(comparison.question, comparison)
    return found


def _differing(benchmark: Benchmark, compared: dict[str, Comparison]) -> Iterator[str]:
    """The questions that the survey publishes per cluster, and that were answered."""
    for question in compared:
        if question in benchmark.survey.per_cluster:
            yield question


def _cell(comparison: Comparison, wording: Wording, texts: Texts) -> str:
    """How many of whom gave the same answer."""
    figures = ", ".join(wording.figure(option) for option in comparison.chosen)
    cell = texts("zone.cell", figure=figures, peers=wording.peers(comparison))
    if comparison.fallback is Fallback.TOO_FEW:
        return f"{cell} {texts('zone.too_few')}"
    return cell


def _notes(
    municipality: Municipality, comparison: Comparison, wording: Wording, texts: Texts
) -> Iterator[str]:
    """Why a municipality is not compared with its cluster, and which counts are not certain."""
    beside = comparison.cluster_counts
    if beside is not None:
        yield texts(
            "zone.too_few_note",
            municipality=municipality.name,
            question=wording.question(comparison.question),
            cluster=wording.cluster(beside.cluster),
            n=beside.n,
            counts=wording.counts(comparison.question, beside),
        )
    yield from wording.unsure(comparison, comparison.chosen)
