"""The survey with what is estimated from it, fitted once per edition."""

from collections.abc import Iterator, Mapping
from functools import cached_property

from evaltool.domain.statistics import fit_dirichlet_multinomial, partially_pooled
from evaltool.domain.survey import CLUSTER_SEGMENTS, Survey


class Benchmark:
    """A survey with the estimates of its clusters, fitted once and then only looked up."""

    def __init__(self, survey: Survey) -> None:
        self.survey = survey

    @cached_property
    def _estimates(self) -> Mapping[tuple[str, str], Mapping[str, float]]:
        found: dict[tuple[str, str], Mapping[str, float]] = {}
        for question in sorted(self.survey.per_cluster):
            found.update(self._fitted(question))
        return found

    def _fitted(self, question: str) -> Iterator[tuple[tuple[str, str], Mapping[str, float]]]:
        segments = [d for s in CLUSTER_SEGMENTS if (d := self.survey.get(question, s)) is not None]
        options = [cell.option for cell in segments[0].cells]
        rows = [[d.by_option[option].count or 0 for option in options] for d in segments]
        alpha = fit_dirichlet_multinomial(rows)
        everybody = sum(map(sum, rows))
        pooled = [sum(row[k] for row in rows) / everybody for k in range(len(options))]
        for distribution, row in zip(segments, rows, strict=True):
            shares = partially_pooled(row, alpha, pooled)
            yield (question, distribution.segment), dict(zip(options, shares, strict=True))

    def estimate(self, question: str, segment: str, option: str) -> float | None:
        """The partially pooled share of an option in a cluster; None elsewhere."""
        return self._estimates.get((question, segment), {}).get(option)
