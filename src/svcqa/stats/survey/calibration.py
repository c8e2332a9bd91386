"""Weights that make the sample agree with known counts of the population: post-stratification and raking.

The variance is that of the residuals from the regression on the known groups, multiplied by the new weights: J.-C.
Deville, C.-E. Särndal (1992) JASA 87, 376–382; as R's postStratify and rake. Raking: W. E. Deming, F. F. Stephan (1940)
Annals of Mathematical Statistics 11, 427–444.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from svcqa.errors import Fault, StatsError
from svcqa.stats.survey.checks import Float64, Int64, codes, counts, shown
from svcqa.stats.survey.design import SampleDesign

Margin = tuple[npt.ArrayLike, Mapping[Hashable, float]]
"""The group of each unit, shape ``(n,)``, and how many units of the population each group has."""


@dataclass(frozen=True)
class Calibrated:
    """The step from ``before`` to ``after``: weights that agree with the counts of ``groups``.

    Attributes:
        groups: the number of each unit's group in every margin, shape ``(n,)`` each.
    """

    before: Float64
    after: Float64
    groups: tuple[Int64, ...]

    def linearised(self, scaled: Float64) -> tuple[Float64, Float64]:
        """Residuals from the regression on the groups, by the weights before, times the weights after."""
        columns = [group[:, None] == np.arange(group.max() + 1) for group in self.groups]
        root = np.sqrt(self.before)[:, None]
        weighted_indicators = np.concatenate(columns, axis=1) * root
        with np.errstate(divide="ignore", invalid="ignore"):
            influence = np.where(self.after[:, None] > 0, scaled / self.after[:, None], 0.0)
        slopes = np.linalg.lstsq(weighted_indicators, influence * root, rcond=None)[0]
        residual = influence - np.concatenate(columns, axis=1) @ slopes
        width = scaled.shape[1]
        return self.after[:, None] * residual, np.zeros((width, width))


def post_stratified(
    design: SampleDesign, group: npt.ArrayLike, *, population_size: Mapping[Hashable, float]
) -> SampleDesign:
    """Weights scaled so that each group has as many units as the population.

    Args:
        design: of n drawn units; those without weight stay without.
        group: label of each unit's group, shape ``(n,)``.
        population_size: units of the population by group; groups that hold none of the sample are refused.

    >>> from svcqa.stats.survey.design import sample_design
    >>> design = sample_design(["a"] * 4, population_size={"a": 100})
    >>> post_stratified(design, ["x", "x", "x", "y"], population_size={"x": 60, "y": 40}).weight.tolist()
    [20.0, 20.0, 20.0, 40.0]
    """
    index, size = _margin(design, group, population_size, "group")
    now = np.bincount(index, design.weight, len(size))
    weight = design.weight * (size / now)[index]
    return design.reweighted(weight, Calibrated(design.weight, weight, (index,)))


def raked(
    design: SampleDesign, margins: Sequence[Margin], *, tolerance: float = 1e-10, rounds: int = 1000
) -> SampleDesign:
    """Weights scaled margin after margin, round after round, until every margin agrees with the population.

    Args:
        design: of n drawn units.
        margins: for each: the group of every unit, and the population's counts. Their sums must be the same.
        tolerance: the largest difference left, as a share of the group.
        rounds: refused when they do not suffice, as with margins that contradict each other.

    >>> from svcqa.stats.survey.design import sample_design
    >>> design = sample_design(["a"] * 4, population_size={"a": 100})
    >>> found = raked(design, [(list("xxyy"), {"x": 60, "y": 40}), (list("uvuv"), {"u": 70, "v": 30})])
    >>> found.weight.round(6).tolist()
    [42.0, 18.0, 28.0, 12.0]
    """
    checked_margins = [
        _margin(design, group, size, f"margin {index + 1}") for index, (group, size) in enumerate(margins)
    ]
    sums = [float(size.sum()) for _, size in checked_margins]
    if not sums or max(sums) - min(sums) > 1e-6 * max(sums):
        raise StatsError(Fault("survey_margins_differ", place="margins", got=shown(sums)))
    weight = design.weight.copy()
    for _ in range(rounds):
        for index, size in checked_margins:
            weight = weight * (size / np.bincount(index, weight, len(size)))[index]
        left = max(
            float(np.abs(np.bincount(index, weight, len(size)) / size - 1).max()) for index, size in checked_margins
        )
        if left <= tolerance:
            step = Calibrated(design.weight, weight, tuple(index for index, _ in checked_margins))
            return design.reweighted(weight, step)
    raise StatsError(Fault("survey_raking", place="margins", got=f"{left:.2g}", allowed=f"≤ {tolerance:g}"))


def _margin(
    design: SampleDesign, group: npt.ArrayLike, population_size: Mapping[Hashable, float], name: str
) -> tuple[Int64, Float64]:
    """Each unit's group and the counts in the same order; a group on one side alone is refused."""
    labels, index = codes(group, name, len(design.weight))
    sizes = {str(label): size for label, size in population_size.items()}
    weighted = {labels[at] for at in np.unique(index[design.weight > 0])}
    unknown = sorted(label for label in labels if not sizes.get(label, 0) > 0)
    unseen = sorted(label for label, size in sizes.items() if size > 0 and label not in weighted)
    if unknown or unseen:
        raise StatsError(Fault("survey_margin", place=name, got=shown(unknown + unseen)))
    return index, counts([sizes[label] for label in labels], name)
