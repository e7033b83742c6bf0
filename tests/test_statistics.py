"""Interval and estimate against statsmodels and scipy, and what must hold for any figures."""

import numpy as np
import pytest
from hypothesis import assume, given, settings, strategies as st
from scipy.optimize import minimize
from scipy.special import gammaln
from statsmodels.stats.proportion import proportion_confint

from evaltool.domain.statistics import fit_dirichlet_multinomial, partially_pooled, wilson

TABEL_8 = [
    [10, 15, 1, 2, 1],
    [20, 11, 2, 3, 6],
    [13, 2, 1, 0, 1],
    [6, 16, 1, 0, 1],
    [7, 15, 0, 0, 0],
    [0, 2, 0, 1, 0],
]
TABEL_1 = [[18, 13], [18, 29], [15, 7], [15, 10], [23, 4], [2, 1]]
TABEL_3 = [[5, 12, 12], [1, 16, 26], [1, 11, 8], [5, 12, 7], [5, 13, 6], [0, 2, 1]]
TABEL_5 = [[7, 22], [6, 37], [7, 12], [9, 15], [13, 9], [1, 2]]


def log_likelihood(
    alpha: "np.ndarray[tuple[int], np.dtype[np.float64]]", rows: list[list[int]]
) -> float:
    """The log-likelihood of a Dirichlet-multinomial, up to what does not depend on alpha."""
    counts = np.asarray(rows, dtype=float)
    total, n = alpha.sum(), counts.sum(axis=1)
    return float(
        np.sum(gammaln(total) - gammaln(total + n))
        + np.sum(gammaln(alpha + counts) - gammaln(alpha))
    )


@pytest.mark.parametrize("n", [1, 2, 3, 10, 11, 22, 29, 137, 155])
def test_interval_is_that_of_statsmodels(n: int) -> None:
    for count in range(n + 1):
        expected = proportion_confint(count, n, alpha=0.05, method="wilson")
        assert wilson(count, n) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("count", "n"), [(0, 0), (-1, 5), (6, 5)])
def test_no_interval_without_a_share(count: int, n: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        wilson(count, n)


@given(st.integers(1, 2000), st.data())
def test_interval_holds_the_share(n: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, n))
    low, high = wilson(count, n)
    assert 0 <= low <= count / n <= high <= 1


@pytest.mark.parametrize("rows", [TABEL_8, TABEL_1, TABEL_3, TABEL_5])
def test_fit_is_the_maximum_that_scipy_finds(rows: list[list[int]]) -> None:
    alpha = fit_dirichlet_multinomial(rows)
    assert alpha is not None
    start = np.log(np.asarray(rows, dtype=float).mean(axis=0) + 0.5)
    found = minimize(
        lambda logs: -log_likelihood(np.exp(logs), rows),
        start,
        method="BFGS",
        options={"gtol": 1e-8},
    )
    assert alpha == pytest.approx(np.exp(found.x), rel=1e-3)
    assert log_likelihood(np.asarray(alpha), rows) >= -found.fun - 1e-9


def test_estimate_of_the_specification() -> None:
    alpha = fit_dirichlet_multinomial(TABEL_8)
    pooled = [sum(column) / 137 for column in zip(*TABEL_8, strict=True)]
    assert partially_pooled(TABEL_8[4], alpha, pooled)[1] == pytest.approx(0.5442, abs=5e-5)


@pytest.mark.parametrize(
    "rows", [[[5, 5]] * 3, [[10, 20], [10, 20]], [[3, 4, 5]] * 6, [[5, 5], [6, 5], [5, 6], [4, 4]]]
)
def test_equal_segments_give_the_pooled_share(rows: list[list[int]]) -> None:
    assert fit_dirichlet_multinomial(rows) is None
    everybody = sum(map(sum, rows))
    pooled = [sum(column) / everybody for column in zip(*rows, strict=True)]
    assert partially_pooled(rows[0], None, pooled) == pytest.approx(pooled)


def test_an_option_nobody_chose_is_estimated_at_zero() -> None:
    rows = [[5, 9, 0], [12, 3, 0], [1, 8, 0]]
    alpha = fit_dirichlet_multinomial(rows)
    assert alpha is not None
    assert alpha[2] == 0
    assert partially_pooled(rows[0], alpha, [0.5, 0.5, 0])[2] == 0


def test_no_counts_cannot_be_fitted() -> None:
    with pytest.raises(ValueError, match="no counts"):
        fit_dirichlet_multinomial([[0, 0], [0, 0]])


COUNTS = st.lists(
    st.lists(st.integers(0, 40), min_size=3, max_size=3).filter(lambda row: sum(row) > 0),
    min_size=2,
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(COUNTS)
def test_estimates_lie_between_share_and_prior(rows: list[list[int]]) -> None:
    alpha = fit_dirichlet_multinomial(rows)
    assume(alpha is not None)
    assert alpha is not None
    total = sum(alpha)
    for row in rows:
        estimates = partially_pooled(row, alpha, [0, 0, 0])
        assert sum(estimates) == pytest.approx(1)
        for count, a, estimate in zip(row, alpha, estimates, strict=True):
            ends = sorted([count / sum(row), a / total])
            assert ends[0] - 1e-9 <= estimate <= ends[1] + 1e-9


@settings(max_examples=40, deadline=None)
@given(COUNTS, st.permutations(range(3)))
def test_the_order_of_options_does_not_matter(rows: list[list[int]], order: list[int]) -> None:
    alpha = fit_dirichlet_multinomial(rows)
    turned = fit_dirichlet_multinomial([[row[k] for k in order] for row in rows])
    if alpha is None or turned is None:
        assert alpha is turned
    else:
        assert [alpha[k] for k in order] == pytest.approx(turned, rel=1e-4)
