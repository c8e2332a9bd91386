"""Exact limits of a share in a finite population, for a simple random sample of one stratum.

The hypergeometric counterpart of Clopper and Pearson: H. S. Konijn (1973) Statistical Theory of Sample Survey Design
and Analysis, North-Holland; T. Wright (1991) Exact Confidence Bounds When Sampling from Small Finite Universes,
Springer. Clopper–Pearson itself knows no N: where much of a small population was asked, its limits are too wide, never
too narrow.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from svcqa.errors import Fault, StatsError
from svcqa.stats.survey.checks import Float64, level_of


def exact_limits(successes: int, n: int, *, population_size: int, level: float = 0.95) -> tuple[float, float]:
    """Limits of the share K/N, of which ``successes`` of ``n`` drawn were seen.

    They are the smallest and the largest K that the sample does not contradict at (1 − level)/2 on its side.

    Args:
        successes: 0 … n.
        n: units drawn without replacement, 1 … N.
        population_size: N.
        level: of the limits, at least.

    >>> exact_limits(9, 10, population_size=10)
    (0.9, 0.9)
    >>> lower, upper = exact_limits(45, 50, population_size=60)
    >>> round(lower, 4), round(upper, 4)
    (0.85, 0.9167)
    """
    if not 0 <= successes <= n <= population_size or n < 1:
        got = f"{successes} / {n} / {population_size}"
        raise StatsError(Fault("survey_range", place="successes", got=got, allowed="0 ≤ successes ≤ n ≤ N"))
    tail = (1 - level_of(level)) / 2
    lowest, highest = successes, population_size - (n - successes)
    # the more units of the kind there are, the likelier are many of them in the sample
    first = _first(lowest, highest, lambda k: _at_least(successes, n, k, population_size) > tail)
    last = population_size - _first(
        n - successes,
        population_size - successes,
        lambda k: _at_least(n - successes, n, k, population_size) > tail,
    )
    return first / population_size, last / population_size


def _first(lowest: int, highest: int, holds: Callable[[int], bool]) -> int:
    """The smallest number from which on ``holds`` is true; it is true of ``highest``."""
    while lowest < highest:
        middle = (lowest + highest) // 2
        if holds(middle):
            highest = middle
        else:
            lowest = middle + 1
    return lowest


def _at_least(successes: int, n: int, of_the_kind: int, size: int) -> float:
    """Probability of ``successes`` or more among n drawn of N, where ``of_the_kind`` of N are of the kind."""
    from scipy.special import gammaln

    def ways(total: int, some: Float64) -> Float64:
        return np.asarray(gammaln(total + 1) - gammaln(some + 1) - gammaln(total - some + 1))

    least, most = max(successes, n - (size - of_the_kind)), min(n, of_the_kind)
    if least > most:
        return 0.0
    seen = np.arange(least, most + 1, dtype=np.float64)
    logs = ways(of_the_kind, seen) + ways(size - of_the_kind, n - seen) - ways(size, np.array([float(n)]))
    return min(float(np.exp(logs).sum()), 1.0)
