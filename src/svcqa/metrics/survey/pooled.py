"""One figure of several waves: each counts by the customers it speaks for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from svcqa.metrics.survey.estimates import Estimated


@dataclass(frozen=True, kw_only=True)
class Pooled:
    """The mean over several waves; limits are missing where a wave has too few answers for them."""

    value: float
    lower: float | None
    upper: float | None
    n: int
    population: float
    method: str


def pooled(estimates: Sequence[Estimated], *, level: float) -> Pooled:
    """Σ N·ȳ ÷ Σ N with the variance Σ (N ÷ Σ N)²·V, waves being drawn without regard to each other.

    N is the sum of a wave's weights. The limits are Student's with F. E. Satterthwaite's degrees of freedom (1946)
    Biometrics Bulletin 2, 110–114. A single wave keeps its own limits.
    """
    from scipy.special import stdtrit

    first = estimates[0].found
    sizes = [estimate.population for estimate in estimates]
    if len(estimates) == 1:
        ends = [end if math.isfinite(end) else None for end in (first.lower, first.upper)]
        return Pooled(
            value=first.value, lower=ends[0], upper=ends[1], n=first.n, population=sizes[0], method=first.method
        )
    shares = [size / sum(sizes) for size in sizes]
    value = round(sum(share * estimate.found.value for share, estimate in zip(shares, estimates, strict=True)), 12)
    parts = [
        ((share * estimate.found.standard_error) ** 2, estimate.found.degrees_of_freedom)
        for share, estimate in zip(shares, estimates, strict=True)
    ]
    n, method = sum(estimate.found.n for estimate in estimates), f"{first.method}, waves pooled by customers"
    uncertain = [(variance, df) for variance, df in parts if variance > 0]
    if any(df <= 0 for _, df in parts):
        return Pooled(value=value, lower=None, upper=None, n=n, population=sum(sizes), method=method)
    variance = sum(variance for variance, _ in parts)
    df = variance**2 / sum(variance**2 / df for variance, df in uncertain) if uncertain else math.inf
    half = float(stdtrit(df, 0.5 + level / 2)) * math.sqrt(variance) if uncertain else 0.0
    return Pooled(value=value, lower=value - half, upper=value + half, n=n, population=sum(sizes), method=method)
