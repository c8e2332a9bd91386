"""How many units to draw from each stratum.

Neyman: J. Neyman (1934) JRSS 97, 558–625. Proportional and cost-optimal: W. G. Cochran (1977) Sampling Techniques,
3rd ed., §§ 5.5–5.9. Power: M. D. Bankier (1988) The American Statistician 42, 174–177. All of them divide n in
proportion to a key of the stratum; limits and rounding are the same for all (:class:`Limits`, :func:`allocate`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from svcqa.errors import Fault, StatsError
from svcqa.stats.survey.apportionment import between_limits, largest_remainder
from svcqa.stats.survey.checks import Float64, Int64, codes, counts, to_shape, within_range


@dataclass(frozen=True)
class Limits:
    """What each stratum must have, whatever the method says.

    Attributes:
        minimum: units per stratum, one number or shape ``(k,)``; two are the least from which a standard error can be
            estimated. A stratum with fewer units is taken completely.
        prescribed_share: of the stratum's units, shape ``(k,)``; 1 takes all, NaN leaves the stratum to the method. The
            number is rounded up, so that the prescription is kept.
        domain: label of each stratum's department, shape ``(k,)``.
        domain_minimum: units per department, one number for all; a department with fewer is taken completely.
    """

    minimum: npt.ArrayLike = 2
    prescribed_share: npt.ArrayLike | None = None
    domain: npt.ArrayLike | None = None
    domain_minimum: int = 0


@dataclass(frozen=True)
class Allocation:
    """Units to draw.

    Attributes:
        drawn: whole numbers per stratum, shape ``(k,)``.
        exact: the same before rounding.
        method: name of the formula.
        asked: the total that was asked for; ``drawn`` has fewer only where the population is smaller.
    """

    drawn: Int64
    exact: Float64
    method: str
    asked: int

    @property
    def n(self) -> int:
        """Units in all strata."""
        return int(self.drawn.sum())


def proportional(n: int, *, population_size: npt.ArrayLike, limits: Limits | None = None) -> Allocation:
    """n_h ∝ N_h.

    >>> proportional(200, population_size=[4421, 755, 1018]).drawn.tolist()
    [143, 24, 33]
    """
    return allocate(
        n,
        counts(population_size, "population_size"),
        population_size=population_size,
        limits=limits,
        method="proportional",
    )


def neyman(
    n: int, *, population_size: npt.ArrayLike, spread: npt.ArrayLike, limits: Limits | None = None
) -> Allocation:
    """n_h ∝ N_h·S_h: the smallest standard error of the overall mean for a given n.

    Args:
        n: units in all.
        population_size: N_h, units in each stratum, shape ``(k,)``.
        spread: S_h, standard deviation within the stratum, in the unit of the figure.
        limits: minima and prescribed shares.

    >>> neyman(200, population_size=[4421, 755, 1018], spread=[131.3, 107.7, 124.7]).drawn.tolist()
    [147, 21, 32]
    """
    size = counts(population_size, "population_size")
    key = size * _finite(spread, "spread", size)
    return allocate(n, key, population_size=size, limits=limits, method="neyman")


def cost_optimal(
    n: int,
    *,
    population_size: npt.ArrayLike,
    spread: npt.ArrayLike,
    cost: npt.ArrayLike,
    limits: Limits | None = None,
) -> Allocation:
    """n_h ∝ N_h·S_h/√c_h: the smallest standard error for a given sum of costs, ``cost`` being that of one interview.

    >>> cost_optimal(200, population_size=[4421, 755], spread=[131.3, 107.7], cost=[1, 4]).drawn.tolist()
    [187, 13]
    """
    size = counts(population_size, "population_size")
    key = size * _finite(spread, "spread", size) / np.sqrt(within_range(cost, "cost", 1e-12, 1e12, shape=size.shape))
    return allocate(n, key, population_size=size, limits=limits, method="cost_optimal")


def power(
    n: int,
    *,
    population_size: npt.ArrayLike,
    spread: npt.ArrayLike,
    mean: npt.ArrayLike,
    importance: npt.ArrayLike | None = None,
    exponent: float = 0.5,
    limits: Limits | None = None,
) -> Allocation:
    """n_h ∝ X_h^q·S_h/Ȳ_h, between good figures for each stratum (q = 0) and for all together (q = 1).

    Args:
        mean: Ȳ_h, expected mean of the stratum, above 0.
        importance: X_h; the stratum's expected total N_h·Ȳ_h where it is not given, so that q = 1 is Neyman's rule.
        exponent: q, 0 … 1.

    >>> power(90, population_size=[100, 10_000], spread=[1, 1], mean=[8, 8], exponent=0).drawn.tolist()
    [45, 45]
    """
    size = counts(population_size, "population_size")
    level = within_range(mean, "mean", 1e-12, 1e12, shape=size.shape)
    weight = size * level if importance is None else _finite(importance, "importance", size)
    q = float(within_range(exponent, "exponent", 0, 1))
    key = np.where(weight > 0, weight, 0.0) ** q * _finite(spread, "spread", size) / level
    return allocate(n, key, population_size=size, limits=limits, method="power")


def allocate(
    n: int, key: npt.ArrayLike, *, population_size: npt.ArrayLike, limits: Limits | None = None, method: str = "key"
) -> Allocation:
    """``n`` in proportion to any ``key``, within ``limits`` and never above ``population_size``.

    A stratum that reaches a limit stays there and the rest is divided again. A department below its minimum gets it,
    divided among its own strata by their keys, at the cost of the others. Rounded by the largest remainder.

    >>> allocate(10, [1, 1, 8], population_size=[50, 50, 6], limits=Limits(minimum=1)).drawn.tolist()
    [2, 2, 6]
    """
    size = counts(population_size, "population_size")
    parts = _finite(key, "key", size)
    lowest, highest = _ends(limits or Limits(), size)
    requested = int(counts(n, "n")[0])
    if requested < lowest.sum():
        raise StatsError(Fault("survey_too_few", place="n", got=str(requested), allowed=f"≥ {lowest.sum():.0f}"))
    total = float(min(requested, highest.sum()))
    exact = between_limits(total, parts, lowest, highest)
    if limits is not None and limits.domain is not None and limits.domain_minimum > 0:
        exact = _raise_domains(total, parts, lowest=lowest, highest=highest, limits=limits)
    return Allocation(largest_remainder(exact), exact, method, requested)


def _ends(limits: Limits, size: Float64) -> tuple[Float64, Float64]:
    """The least and the most units of each stratum; equal where the share is prescribed."""
    minimum = to_shape(np.asarray(counts(limits.minimum, "minimum")).squeeze(), "minimum", size.shape)
    lowest, highest = np.minimum(minimum, size), size.copy()
    if limits.prescribed_share is not None:
        share = to_shape(np.asarray(limits.prescribed_share, dtype=np.float64), "prescribed_share", size.shape)
        fixed = ~np.isnan(share)
        within_range(share[fixed], "prescribed_share", 0, 1)
        # the small number keeps 0.3 · 10 = 3 from becoming 4; at least the minimum, so that an error can be estimated
        prescribed = np.maximum(np.ceil(share * size - 1e-9), lowest)
        lowest, highest = np.where(fixed, prescribed, lowest), np.where(fixed, prescribed, highest)
    return lowest, highest


def _raise_domains(total: float, key: Float64, *, lowest: Float64, highest: Float64, limits: Limits) -> Float64:
    """Parts with which every department has its minimum."""
    assert limits.domain is not None
    names, domain = codes(limits.domain, "domain", len(key))
    least = np.maximum(
        np.minimum(float(limits.domain_minimum), np.bincount(domain, highest)), np.bincount(domain, lowest)
    )
    if least.sum() > total + 1e-9:
        raise StatsError(Fault("survey_too_few", place="n", got=f"{total:.0f}", allowed=f"≥ {least.sum():.0f}"))
    raised = np.zeros(len(names), dtype=bool)
    low, high = lowest.copy(), highest.copy()
    while True:
        exact = between_limits(total, key, low, high)
        # compared after rounding, so that rounding does not take from a department what it was given
        short = (np.bincount(domain, largest_remainder(exact)) < least) & ~raised
        if not short.any():
            return exact
        for number in np.flatnonzero(short):
            members = domain == number
            low[members] = high[members] = largest_remainder(
                between_limits(least[number], key[members], lowest[members], highest[members])
            )
        raised |= short


def _finite(values: npt.ArrayLike, name: str, size: Float64) -> Float64:
    return within_range(values, name, 0, 1e300, shape=size.shape)
