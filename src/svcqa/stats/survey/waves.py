"""One wave beside the next, and a wave beside its target."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from svcqa.errors import Fault, StatsError
from svcqa.stats.survey.comparison import Difference, difference_of
from svcqa.stats.survey.design import SampleDesign
from svcqa.stats.survey.estimate import Estimate
from svcqa.stats.survey.linearisation import Linearised, mean_of

Verdict = Literal["reached", "missed", "open"]


@dataclass(frozen=True)
class Wave:
    """A wave's sample for a comparison.

    Attributes:
        design: of the n drawn units.
        values: shape ``(n,)``.
        unit: which customer each one is, shape ``(n,)``: the same label for the same customer in both waves.
        within: the domain, booleans of shape ``(n,)``.
    """

    design: SampleDesign
    values: npt.ArrayLike
    unit: npt.ArrayLike
    within: npt.ArrayLike | None = None


@dataclass(frozen=True)
class Against:
    """An estimate beside its goal.

    Attributes:
        verdict: "reached" or "missed" where the whole interval lies on that side, else "open".
        chance: probability that the population's figure reaches the goal, given this sample alone.
        method: name of the distribution behind ``chance``.
    """

    goal: float
    verdict: Verdict
    chance: float
    method: str


def against_target(estimate: Estimate, goal: float, *, better: Literal["higher", "lower"] = "higher") -> Against:
    """Whether the goal is reached, and how sure that is.

    The chance is that of Student's t around a mean, and for a share that of Jeffreys' beta distribution on its
    effective size (L. D. Brown, T. T. Cai, A. DasGupta (2001) Statistical Science 16, 101–133), which also
    holds at 0 and 1.

    >>> from svcqa.stats.survey.design import sample_design
    >>> from svcqa.stats.survey.estimate import mean
    >>> design = sample_design(["a"] * 4, population_size={"a": 40})
    >>> found = against_target(mean(design, [7, 8, 9, 8]), 8.0)
    >>> found.verdict, found.chance
    ('open', 0.5)
    """
    from scipy.special import betainc, stdtr

    up = better == "higher"
    clear = estimate.lower >= goal if up else estimate.upper <= goal
    failed = estimate.upper < goal if up else estimate.lower > goal
    verdict: Verdict = "reached" if clear else "missed" if failed else "open"
    if math.isnan(estimate.lower):  # nothing is known of the error
        return Against(goal, "open", math.nan, "chance:none")
    if estimate.standard_error == 0 and not math.isfinite(estimate.effective_n):
        reached = estimate.value >= goal if up else estimate.value <= goal
        return Against(goal, verdict, float(reached), "chance:census")
    if math.isfinite(estimate.effective_n):
        hits, misses = estimate.value * estimate.effective_n, (1 - estimate.value) * estimate.effective_n
        above = 1 - float(betainc(hits + 0.5, misses + 0.5, min(max(goal, 0.0), 1.0)))
        method = "chance:jeffreys_effective"
    else:
        distance = (estimate.value - goal) / estimate.standard_error
        df = estimate.degrees_of_freedom
        above = float(stdtr(df, distance)) if df > 0 else math.nan
        method = "chance:t"
    return Against(goal, verdict, above if up else 1 - above, method)


def independent_difference(first: Estimate, second: Estimate, *, level: float = 0.95) -> Difference:
    """The second wave minus the first, drawn without regard to each other.

    Degrees of freedom: B. L. Welch (1947) Biometrika 34, 28–35; F. E. Satterthwaite (1946) Biometrics
    Bulletin 2, 110–114.

    >>> from svcqa.stats.survey.design import sample_design
    >>> from svcqa.stats.survey.estimate import mean
    >>> design = sample_design(["a"] * 4, population_size={"a": 40})
    >>> found = independent_difference(mean(design, [7, 8, 9, 8]), mean(design, [8, 9, 9, 10]))
    >>> found.value, round(found.standard_error, 6)
    (1.0, 0.547723)
    """
    covariance = np.diag([first.standard_error**2, second.standard_error**2])
    df = _satterthwaite(first, second)
    return difference_of(
        second.value - first.value,
        covariance,
        df=df,
        n=first.n + second.n,
        method="difference:independent_t",
        level=level,
        known=not math.isnan(first.lower + second.lower),
    )


def overlapping_difference(first: Wave, second: Wave, *, level: float = 0.95) -> Difference:
    """The second wave's mean minus the first's, where customers were drawn in both.

    Covariance within a stratum of N units: (n_c − n₁·n₂/N)·S₁₂, where n_c units are in both waves and S₁₂ is the
    covariance of their weight × influence: S. M. Tam (1984) The American Statistician 38, 288–289; for its
    use, L. Qualité, Y. Tillé (2008) Survey Methodology 34, 173–181. Strata have the same labels in both waves; where N
    changed, the smaller one counts. A stratum with fewer than two common units adds none: waves that avoid each other
    differ a little more than this tells.

    >>> from svcqa.stats.survey.design import sample_design
    >>> design = sample_design(["a"] * 4, population_size={"a": 40})
    >>> before = Wave(design, [7, 8, 9, 8], [1, 2, 3, 4])
    >>> after = Wave(design, [8, 8, 9, 9], [1, 2, 3, 4])
    >>> found = overlapping_difference(before, after)
    >>> round(found.standard_error, 6), found.covariance > 0
    (0.273861, True)
    """
    if first.design.cluster is not None or second.design.cluster is not None:
        raise StatsError(Fault("survey_overlap", place="cluster"))
    earlier, later = (
        mean_of(first.design, first.values, first.within),
        mean_of(second.design, second.values, second.within),
    )
    shared = _covariance(first, earlier, second, later)
    variance = [
        float(wave.design.covariance(figure.scaled)[0, 0]) for wave, figure in ((first, earlier), (second, later))
    ]
    most = math.sqrt(variance[0] * variance[1])
    shared = min(max(shared, -most), most)
    df = min(first.design.degrees_of_freedom(earlier.inside), second.design.degrees_of_freedom(later.inside))
    return difference_of(
        later.value - earlier.value,
        np.array([[variance[0], shared], [shared, variance[1]]]),
        df=df,
        n=int(earlier.inside.sum() + later.inside.sum()),
        method="difference:overlap_t",
        level=level,
        known=first.design.is_complete(earlier.inside) and second.design.is_complete(later.inside),
    )


def _covariance(first: Wave, linearised: Linearised, second: Wave, two: Linearised) -> float:
    """Σ_h (n_c − n₁·n₂/N)·S₁₂ over the strata that both waves have."""
    places = [_places(first), _places(second)]
    common = sorted(places[0].keys() & places[1].keys())
    at = np.array([[places[0][unit], places[1][unit]] for unit in common], dtype=np.int64).reshape(-1, 2)
    before = first.design.before_adjustments(linearised.scaled)[0][:, 0]
    after = second.design.before_adjustments(two.scaled)[0][:, 0]
    labels = [
        np.array(wave.design.strata)[wave.design.stratum[at[:, side]]] for side, wave in enumerate((first, second))
    ]
    total = 0.0
    for index, label in enumerate(first.design.strata):
        if label not in second.design.strata:
            continue
        other = second.design.strata.index(label)
        # a customer who changed his stratum belongs to two independent draws
        unmoved = (labels[0] == label) & (labels[1] == label)
        n = int(unmoved.sum())
        if n < 2:
            continue
        x, y = before[at[unmoved, 0]], after[at[unmoved, 1]]
        spread = float(((x - x.mean()) * (y - y.mean())).sum()) / (n - 1)
        size = min(first.design.population_size[index], second.design.population_size[other])
        total += (n - float(first.design.drawn[index] * second.design.drawn[other]) / size) * spread
    return total


def _places(wave: Wave) -> dict[str, int]:
    """Where each customer stands; nobody twice."""
    units = [str(unit) for unit in np.asarray(wave.unit).tolist()]
    places = {unit: index for index, unit in enumerate(units)}
    if len(places) != len(units) or len(units) != len(wave.design.weight):
        got = f"{len(places)} / {len(units)}"
        raise StatsError(Fault("survey_units_twice", place="unit", got=got, allowed=f"{len(wave.design.weight)}"))
    return places


def _satterthwaite(first: Estimate, second: Estimate) -> float:
    parts: list[tuple[float, float]] = [
        (item.standard_error**2, item.degrees_of_freedom) for item in (first, second) if item.standard_error > 0
    ]
    if not parts:
        return max(first.degrees_of_freedom, second.degrees_of_freedom)
    if any(df <= 0 for _, df in parts):
        return 0.0
    return sum(variance for variance, _ in parts) ** 2 / sum(variance**2 / df for variance, df in parts)
