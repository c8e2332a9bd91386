"""Estimates from a sample with a design: means, totals, ratios, quantiles; of all, or of a domain.

Variances by Taylor linearisation, limits by Student's t with the design's degrees of freedom: R's survey package, T.
Lumley (2004) Journal of Statistical Software 9(8). A share has limits of its own kind: ``shares``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from svcqa.errors import Fault, StatsError
from svcqa.stats.survey.checks import Bool, Float64, codes, level_of
from svcqa.stats.survey.design import SampleDesign
from svcqa.stats.survey.linearisation import (
    Linearised,
    design_effect,
    inside_of,
    mean_of,
    ratio_of,
    total_of,
    values_of,
)


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A figure of the population.

    Attributes:
        value, standard_error, lower, upper: in the unit of the figure. Where all answers are the same and more people
            could have been asked, the sample tells nothing of its error: the limits are NaN, ``method`` ends in
            "no_variance". Only a share has limits then.
        n: answers that it was made of.
        degrees_of_freedom: of the limits.
        design_effect: variance over that of a simple random sample of n; NaN where it has no meaning.
        effective_n: of a share: the size of a simple random sample with this variance; NaN otherwise.
        method: name of the formula of the estimate and of its limits.
        level: of the limits.
    """

    value: float
    standard_error: float
    lower: float
    upper: float
    n: int
    degrees_of_freedom: float
    method: str
    level: float
    design_effect: float = math.nan
    effective_n: float = math.nan


def mean(
    design: SampleDesign, values: npt.ArrayLike, *, within: npt.ArrayLike | None = None, level: float = 0.95
) -> Estimate:
    """The population's mean: Σ w·y / Σ w.

    Args:
        design: of n drawn units.
        values: shape ``(n,)``; gaps only where the weight is 0 or ``within`` is false.
        within: the domain, booleans of shape ``(n,)``; all where it is not given.
        level: of the limits.

    >>> from svcqa.stats.survey.design import sample_design
    >>> design = sample_design(["a", "a", "b", "b"], population_size={"a": 10, "b": 4})
    >>> found = mean(design, [8, 10, 5, 7])
    >>> round(found.value, 6), round(found.standard_error, 6), found.n
    (8.142857, 0.670059, 4)
    """
    return estimate_of(design, mean_of(design, values, within), method="mean:taylor_t", level=level, compared=True)


def total(
    design: SampleDesign, values: npt.ArrayLike, *, within: npt.ArrayLike | None = None, level: float = 0.95
) -> Estimate:
    """The population's sum: Σ w·y; arguments as in :func:`mean`.

    >>> from svcqa.stats.survey.design import sample_design
    >>> total(sample_design(["a", "a"], population_size={"a": 10}), [3, 5]).value
    40.0
    """
    return estimate_of(design, total_of(design, values, within), method="total:taylor_t", level=level)


def ratio(
    design: SampleDesign,
    numerator: npt.ArrayLike,
    denominator: npt.ArrayLike,
    *,
    within: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> Estimate:
    """The ratio of two sums: Σ w·y / Σ w·x; arguments as in :func:`mean`.

    >>> from svcqa.stats.survey.design import sample_design
    >>> ratio(sample_design(["a", "a"], population_size={"a": 10}), [3, 5], [4, 6]).value
    0.8
    """
    linearised = ratio_of(design, numerator, denominator, within)
    return estimate_of(design, linearised, method="ratio:taylor_t", level=level)


def by_domain(labels: npt.ArrayLike, estimated: Callable[[Bool], Estimate]) -> dict[str, Estimate]:
    """The same estimate for each label, in the order of the labels.

    >>> from svcqa.stats.survey.design import sample_design
    >>> design = sample_design(["a"] * 4, population_size={"a": 10})
    >>> found = by_domain(["x", "x", "y", "y"], lambda own: mean(design, [1, 3, 5, 9], within=own))
    >>> {label: estimate.value for label, estimate in found.items()}
    {'x': 2.0, 'y': 7.0}
    """
    names, index = codes(labels, "labels")
    return {name: estimated(index == number) for number, name in enumerate(names)}


def quantile(
    design: SampleDesign,
    values: npt.ArrayLike,
    probability: float,
    *,
    within: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> Estimate:
    """The smallest value up to which at least ``probability`` of the population lies, with Woodruff's limits.

    The limits are the quantiles at p ± t·SE(p), where p is the estimated share up to the value: R. S. Woodruff (1952)
    JASA 47, 635–646; R's svyquantile with qrule "math" and interval "mean". Their distance over 2·t stands as the
    standard error.

    >>> from svcqa.stats.survey.design import sample_design
    >>> design = sample_design(["a"] * 5, population_size={"a": 100})
    >>> quantile(design, [1, 2, 3, 4, 5], 0.5).value
    3.0
    """
    from scipy.special import stdtrit

    if not 0 < probability < 1:
        raise StatsError(Fault("survey_range", place="probability", got=f"{probability:g}", allowed="0 < p < 1"))
    inside = inside_of(design, within)
    y = values_of(design, values, "values", inside)
    value = _inverse(y[inside], design.weight[inside], probability)
    share = mean_of(design, (y <= value).astype(np.float64), within)
    df = design.degrees_of_freedom(inside)
    t = float(stdtrit(df, 0.5 + level_of(level) / 2)) if df > 0 else math.nan
    half = t * math.sqrt(float(design.covariance(share.scaled)[0, 0]))
    n = int(inside.sum())
    if half < 1e-12 and not design.is_complete(inside):
        return Estimate(
            value=value,
            standard_error=0.0,
            lower=math.nan,
            upper=math.nan,
            n=n,
            degrees_of_freedom=df,
            method="quantile:no_variance",
            level=level,
        )
    lower, upper = (_inverse(y[inside], design.weight[inside], share.value + side * half) for side in (-1, 1))
    return Estimate(
        value=value,
        standard_error=(upper - lower) / (2 * t),
        lower=lower,
        upper=upper,
        n=n,
        degrees_of_freedom=df,
        method="quantile:woodruff",
        level=level,
    )


def estimate_of(
    design: SampleDesign, linearised: Linearised, *, method: str, level: float, compared: bool = False
) -> Estimate:
    """An estimate with Student's limits; ``compared`` with a simple random sample for the design effect."""
    from scipy.special import stdtrit

    variance = float(design.covariance(linearised.scaled)[0, 0])
    error = math.sqrt(variance)
    df = design.degrees_of_freedom(linearised.inside)
    quantile_ = float(stdtrit(df, 0.5 + level_of(level) / 2)) if df > 0 else math.nan
    half = quantile_ * error if error > 0 else 0.0
    effect = design_effect(design, linearised, variance) if compared else math.nan
    if _tells_nothing(design, linearised, error):
        half, method = math.nan, method.replace(":taylor_t", ":no_variance")
    return Estimate(
        value=linearised.value,
        standard_error=error,
        lower=linearised.value - half,
        upper=linearised.value + half,
        n=int(linearised.inside.sum()),
        degrees_of_freedom=df,
        method=method,
        level=level,
        design_effect=effect,
    )


def _tells_nothing(design: SampleDesign, linearised: Linearised, error: float) -> bool:
    """Whether there is no error only because all answers are the same, not because the figure is known."""
    small = 1e-10 * abs(linearised.value)
    if error > small or design.is_complete(linearised.inside):
        return False
    # a total that the weights were calibrated to is known, and has no error for that reason
    return not design.adjustments or float(np.abs(linearised.scaled).max()) <= small


def _inverse(values: Float64, weight: Float64, probability: float) -> float:
    """The smallest value whose share of the weights reaches ``probability``; the ends beyond 0 and 1, NaN for NaN."""
    if math.isnan(probability):
        return math.nan
    different, index = np.unique(values, return_inverse=True)
    reached = np.cumsum(np.bincount(index, weight))
    # sums of weights carry rounding errors, which must not decide whether a share is reached
    at = int(np.searchsorted(reached, (probability - 1e-12) * reached[-1]))
    return float(different[min(at, len(different) - 1)])
