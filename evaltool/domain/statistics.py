"""The two calculations behind a comparison: an interval for a share, an estimate for a cluster."""

from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist

_Z = NormalDist().inv_cdf(0.975)

_TOLERANCE = 1e-12
_DIVERGED = 1e6
"""A sum of alpha beyond which the segments do not differ more than chance alone makes them."""
_MOST_ROUNDS = 200_000


def wilson(count: int, n: int) -> tuple[float, float]:
    """The 95 % score interval of a share ``count / n`` (Wilson 1927, JASA 22, 209-212).

    Raises:
        ValueError: ``n`` is not positive, or ``count`` not between 0 and ``n``.
    """
    if n <= 0 or not 0 <= count <= n:
        raise ValueError(f"no share: {count} of {n}")
    share = count / n
    centre = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    # At both ends the bound is the share itself; rounding of floats may not put it past.
    low = 0.0 if count == 0 else min(centre - half, share)
    high = 1.0 if count == n else max(centre + half, share)
    return low, high


def fit_dirichlet_multinomial(
    segments: Sequence[Sequence[int]],
) -> tuple[float, ...] | None:
    """The parameters alpha of a Dirichlet-multinomial distribution, by maximum likelihood.

    ``segments`` holds the counts per option, one row per segment. The likelihood is climbed by
    Minka's fixed point (T. Minka, Estimating a Dirichlet distribution, 2000, eq. 55), in which
    the differences of digamma functions are finite sums, since counts are whole numbers. An
    option that nobody chose has alpha 0.

    None if the fit diverges: then the segments differ no more than chance makes them differ.

    Raises:
        ValueError: there are no counts at all.
    """
    options = len(segments[0]) if segments else 0
    totals = [sum(row[k] for row in segments) for k in range(options)]
    grand_total = sum(totals)
    if grand_total == 0:
        raise ValueError("no counts to fit")
    used = [k for k in range(options) if totals[k]]
    if len(used) == 1:
        return None
    if not _overdispersed(segments, [total / grand_total for total in totals]):
        return None
    tails = {k: _tail([row[k] for row in segments]) for k in used}
    base_tail = _tail([sum(row) for row in segments])
    alpha = {k: 10 * totals[k] / grand_total for k in used}
    for _ in range(_MOST_ROUNDS):
        total = sum(alpha.values())
        if total > _DIVERGED:
            return None
        below = sum(rows / (total + i) for i, rows in enumerate(base_tail))
        climbed = {
            k: a * sum(rows / (a + i) for i, rows in enumerate(tails[k])) / below
            for k, a in alpha.items()
        }
        change = max(abs(climbed[k] - alpha[k]) / alpha[k] for k in used)
        alpha = climbed
        if change < _TOLERANCE:
            return tuple(alpha.get(k, 0.0) for k in range(options))
    # Still climbing after all rounds: the top lies at infinity.
    return None


def _overdispersed(segments: Sequence[Sequence[int]], pooled: Sequence[float]) -> bool:
    """Whether segments differ more than a multinomial with the pooled shares makes them differ.

    The sign of the likelihood's slope in the overdispersion at zero, that is at an infinite sum
    of alpha (Kim and Margolin 1992, Biometrics 48, 711-719). Where it is not positive the fixed
    point would climb for ever.
    """
    within = sum(
        count * (count - 1) / pooled[k]
        for row in segments
        for k, count in enumerate(row)
        if pooled[k]
    )
    return within > sum(sum(row) * (sum(row) - 1) for row in segments)


def _tail(counts: Sequence[int]) -> list[int]:
    """How many counts are larger than 0, than 1, and so on: each digamma difference at once."""
    return [sum(1 for count in counts if count > i) for i in range(max(counts))]


def partially_pooled(
    counts: Sequence[int], alpha: Sequence[float] | None, pooled: Sequence[float]
) -> tuple[float, ...]:
    """The estimated shares of one segment: ``(count + alpha_k) / (n + sum alpha)``.

    Without ``alpha``, because its fit diverged, the pooled shares of all segments.
    """
    if alpha is None:
        return tuple(pooled)
    below = sum(counts) + sum(alpha)
    return tuple((count + a) / below for count, a in zip(counts, alpha, strict=True))
