"""What precision a sample buys, and what sample a wanted precision needs.

V(ȳ) = Σ W_h²·(1 − n_h/N_h)·S_h²/n_h, and for a department the same over its own strata. Source: W. G. Cochran (1977)
Sampling Techniques, 3rd ed., §§ 5.3–5.9. Half-widths are those of the normal distribution: at planning nobody knows the
spread well enough for more.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from svcqa.errors import Fault, StatsError
from svcqa.stats.survey.allocation import Allocation
from svcqa.stats.survey.checks import Float64, Int64, codes, counts, level_of, within_range


@dataclass(frozen=True, kw_only=True)
class Precision:
    """What the sizes of a sample buy, in the unit of the figure; NaN where nobody is interviewed.

    Attributes:
        standard_error, half_width: of all strata together.
        stratum_standard_error, stratum_half_width: shape ``(k,)``.
        domains: labels of the departments, in their order; empty where none were given.
        domain_standard_error, domain_half_width: one for each department.
    """

    standard_error: float
    half_width: float
    stratum_standard_error: Float64
    stratum_half_width: Float64
    domains: tuple[str, ...]
    domain_standard_error: Float64
    domain_half_width: Float64
    level: float


def spread_of_share(share: npt.ArrayLike, *, population_size: npt.ArrayLike) -> Float64:
    """Standard deviation within a stratum of yes and no, where ``share`` say yes: √(p(1 − p)·N/(N − 1)).

    >>> spread_of_share([0.9], population_size=[1001]).round(6).tolist()
    [0.30015]
    """
    size = counts(population_size, "population_size")
    p = within_range(share, "share", 0, 1)
    return np.sqrt(p * (1 - p) * size / np.maximum(size - 1, 1))


def precision(
    interviews: npt.ArrayLike,
    *,
    population_size: npt.ArrayLike,
    spread: npt.ArrayLike,
    domain: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> Precision:
    """Standard errors and half-widths of a mean (of a share: ``spread`` from :func:`spread_of_share`).

    Args:
        interviews: n_h, answers expected in each stratum, shape ``(k,)``; need not be whole. Of units drawn, that is
            drawn × expected response rate.
        population_size: N_h, the same shape.
        spread: S_h, standard deviation within the stratum.
        domain: label of each stratum's department.

    >>> bought = precision([100], population_size=[400], spread=[2.0])
    >>> round(bought.standard_error, 6), round(bought.half_width, 6)
    (0.173205, 0.339476)
    """
    from scipy.special import ndtri

    size = counts(population_size, "population_size")
    n = within_range(interviews, "interviews", 0, math.inf, shape=size.shape)
    if (n > size + 1e-9).any():
        raise StatsError(Fault("survey_over_population", place="interviews", got=f"{n.sum():g}", allowed=f"≤ {size}"))
    deviation = within_range(spread, "spread", 0, 1e300, shape=size.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.where(size > 0, (1 - n / size) * deviation**2 / n, 0.0)
    variance = np.where((size > 0) & (n == 0), np.nan, np.maximum(variance, 0.0))
    z = float(ndtri(0.5 + level_of(level) / 2))
    names, index = codes(domain, "domain", len(size)) if domain is not None else ([], np.zeros(len(size), np.int64))
    by_domain = np.sqrt(_together(variance, size, index, len(names)))
    whole = math.sqrt(float(_together(variance, size, np.zeros_like(index), 1)[0]))
    by_stratum = np.sqrt(variance)
    return Precision(
        standard_error=whole,
        half_width=z * whole,
        stratum_standard_error=by_stratum,
        stratum_half_width=z * by_stratum,
        domains=tuple(names),
        domain_standard_error=by_domain,
        domain_half_width=z * by_domain,
        level=level,
    )


def interviews_needed(
    standard_error: float, *, population_size: npt.ArrayLike, spread: npt.ArrayLike, shares: npt.ArrayLike
) -> float:
    """Interviews for a wanted standard error of the overall mean when each stratum takes a fixed share of them.

    n = Σ(W_h²·S_h²/a_h) / (V + Σ W_h·S_h²/N): Cochran § 5.9. Minima and caps are left aside: for those,
    :func:`smallest`.

    Args:
        shares: a_h = n_h/n, from an allocation of any size; they are divided by their sum.

    >>> round(interviews_needed(0.1, population_size=[1000], spread=[2.0], shares=[1.0]), 6)
    285.714286
    """
    size = counts(population_size, "population_size")
    deviation = within_range(spread, "spread", 0, 1e300, shape=size.shape)
    part = within_range(shares, "shares", 1e-300, 1e300, shape=size.shape)
    weight = size / size.sum()
    part = part / part.sum()
    variance = float(within_range(standard_error, "standard_error", 0, 1e300)) ** 2
    correction = float((weight * deviation**2).sum() / size.sum())
    return float((weight**2 * deviation**2 / part).sum()) / (variance + correction)


def smallest(
    enough: Callable[[Allocation], bool], allocated: Callable[[int], Allocation], *, lowest: int, highest: int
) -> Allocation:
    """The allocation with the fewest units that is ``enough``, by halving; refused where ``highest`` is not enough.

    ``enough`` says what is wanted: a half-width, overall and in each department, or anything else that more units only
    make better. ``allocated`` divides n among the strata.

    >>> from svcqa.stats.survey.allocation import proportional
    >>> sizes, spread = [600, 400], [2.0, 2.0]
    >>> found = smallest(
    ...     lambda plan: precision(plan.drawn, population_size=sizes, spread=spread).half_width <= 0.25,
    ...     lambda n: proportional(n, population_size=sizes), lowest=4, highest=1000)
    >>> found.n
    198
    """
    if not enough(allocated(highest)):
        raise StatsError(Fault("survey_unreachable", place="precision", got=str(highest)))
    too_few, reached = lowest - 1, highest
    while reached - too_few > 1:
        middle = (too_few + reached) // 2
        if enough(allocated(middle)):
            reached = middle
        else:
            too_few = middle
    return allocated(reached)


def affordable(
    budget: float, *, cost: npt.ArrayLike, allocated: Callable[[int], Allocation], lowest: int, highest: int
) -> Allocation:
    """The allocation with the most units whose costs stay within ``budget``; arguments as in :func:`smallest`.

    >>> from svcqa.stats.survey.allocation import proportional
    >>> affordable(500, cost=[2, 3], allocated=lambda n: proportional(n, population_size=[600, 400]),
    ...            lowest=4, highest=1000).n
    208
    """
    price = np.asarray(cost, dtype=np.float64)

    def spent(n: int) -> float:
        return float((allocated(n).drawn * price).sum())

    if spent(lowest) > budget:
        raise StatsError(Fault("survey_too_few", place="budget", got=f"{budget:g}", allowed=f"≥ {spent(lowest):g}"))
    paid, too_dear = lowest, highest + 1
    while too_dear - paid > 1:
        middle = (paid + too_dear) // 2
        if spent(middle) <= budget:
            paid = middle
        else:
            too_dear = middle
    return allocated(paid)


def to_draw(
    interviews: npt.ArrayLike, *, response_rate: npt.ArrayLike, population_size: npt.ArrayLike
) -> tuple[Int64, Float64]:
    """Units to draw so that ``interviews`` can be expected: n ÷ rate, rounded up, at most all there are.

    Returns:
        Units to draw, and how many interviews will still be missing on average where a stratum has too few units.

    >>> drawn, missing = to_draw([30, 30], response_rate=0.4, population_size=[1000, 60])
    >>> drawn.tolist(), missing.tolist()
    ([75, 60], [0.0, 6.0])
    """
    size = counts(population_size, "population_size")
    n = within_range(interviews, "interviews", 0, math.inf, shape=size.shape)
    rate = within_range(response_rate, "response_rate", 1e-6, 1, shape=size.shape)
    drawn = np.minimum(np.ceil(n / rate - 1e-9), size)
    return drawn.astype(np.int64), np.maximum(n - drawn * rate, 0.0)


def _together(variance: Float64, size: Float64, index: Int64, groups: int) -> Float64:
    """Variance of the mean of strata taken together, in each group."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.bincount(index, size**2 * variance, groups)[:groups] / np.bincount(index, size, groups)[:groups] ** 2
