"""The influence of each unit on an estimate: from weight × influence follows every standard error here.

Taylor linearisation: D. A. Binder (1983) International Statistical Review 51, 279–292; as in R's survey package.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from svcqa.errors import Fault, StatsError
from svcqa.stats.survey.checks import Bool, Float64, to_shape
from svcqa.stats.survey.design import SampleDesign


@dataclass(frozen=True)
class Linearised:
    """An estimate and what its variance is made of.

    Attributes:
        value: the estimate.
        scaled: weight × influence of every drawn unit, shape ``(n,)``; 0 outside the domain.
        inside: units that count, shape ``(n,)``.
    """

    value: float
    scaled: Float64
    inside: Bool


def inside_of(design: SampleDesign, within: npt.ArrayLike | None) -> Bool:
    """Units of the domain with a weight; a domain without any is refused."""
    counted = design.weight > 0
    if within is not None:
        chosen = np.asarray(within)
        if chosen.dtype != np.bool_ or chosen.shape != counted.shape:
            got = f"{chosen.dtype}, {chosen.shape}"
            raise StatsError(Fault("survey_shape", place="within", got=got, allowed=f"bool, {counted.shape}"))
        counted = counted & chosen
    if not counted.any():
        raise StatsError(Fault("survey_empty", place="within"))
    return counted


def values_of(design: SampleDesign, values: npt.ArrayLike, name: str, inside: Bool) -> Float64:
    """``values`` as numbers, 0 outside ``inside``; a gap inside is refused."""
    numbers = to_shape(np.asarray(values, dtype=np.float64), name, design.weight.shape)
    gaps = int((inside & ~np.isfinite(numbers)).sum())
    if gaps:
        raise StatsError(Fault("survey_missing", place=name, got=str(gaps)))
    return np.where(inside, numbers, 0.0)


def ratio_of(
    design: SampleDesign, numerator: npt.ArrayLike, denominator: npt.ArrayLike, within: npt.ArrayLike | None
) -> Linearised:
    """Σ w·y / Σ w·x; a mean is the ratio to 1."""
    inside = inside_of(design, within)
    y = values_of(design, numerator, "numerator", inside)
    x = values_of(design, denominator, "denominator", inside)
    weight = np.where(inside, design.weight, 0.0)
    base = float((weight * x).sum())
    if base == 0:
        raise StatsError(Fault("survey_zero_base", place="denominator"))
    value = float((weight * y).sum()) / base
    return Linearised(value, weight * (y - value * x) / base, inside)


def mean_of(design: SampleDesign, values: npt.ArrayLike, within: npt.ArrayLike | None) -> Linearised:
    """Σ w·y / Σ w."""
    return ratio_of(design, values, 1.0, within)


def total_of(design: SampleDesign, values: npt.ArrayLike, within: npt.ArrayLike | None) -> Linearised:
    """Σ w·y."""
    inside = inside_of(design, within)
    scaled = np.where(inside, design.weight, 0.0) * values_of(design, values, "values", inside)
    return Linearised(float(scaled.sum()), scaled, inside)


def design_effect(design: SampleDesign, linearised: Linearised, variance: float) -> float:
    """Variance over that of a simple random sample of the same size without replacement: R's ``deff=TRUE``.

    Source: L. Kish (1965) Survey Sampling, p. 258. NaN where the comparison has no variance.
    """
    inside, weight = linearised.inside, design.weight
    n, size = int(inside.sum()), float(weight[inside].sum())
    influence = linearised.scaled[inside] / weight[inside]
    mean = float((weight[inside] * influence).sum()) / size
    spread = float((weight[inside] * (influence - mean) ** 2).sum()) / size * n / (n - 1) if n > 1 else 0.0
    simple = spread * size**2 / n * max(1 - n / size, 0.0)
    return variance / simple if simple > 0 else float("nan")
