"""How a sample was drawn: what an estimate's standard error needs to know.

One stage: units, or clusters of units, drawn without replacement within strata. The variance is that of C.-E. Särndal,
B. Swensson, J. Wretman (1992) Model Assisted Survey Sampling, § 3.7 (strata) and § 4.2 (clusters), as in R's
survey::svydesign with fpc. Where units are drawn again within clusters, give ``math.inf`` as ``population_size``: the
formula for draws with replacement then covers all stages and errs on the safe side.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from svcqa.errors import Fault, StatsError
from svcqa.stats.survey.checks import Bool, Float64, Int64, codes, counts, shown, to_shape


class Adjustment(Protocol):
    """A step that changed the weights: what it does to the variance of an estimate."""

    def linearised(self, scaled: Float64) -> tuple[Float64, Float64]:
        """From weight × influence after the step to the same before it, and a variance that the step adds.

        Args:
            scaled: shape ``(n, k)``.

        Returns:
            The same shape, and a covariance matrix, shape ``(k, k)``.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class SampleDesign:
    """A drawn sample of n units. Made by :func:`sample_design`.

    Attributes:
        strata: labels of the H strata.
        stratum: place of each unit's stratum in ``strata``, shape ``(n,)``.
        weight: units of the population that each stands for, shape ``(n,)``; 0 for a unit without an answer.
        population_size: units of each stratum, clusters where clusters were drawn, shape ``(H,)``.
        cluster: number of each unit's cluster, shape ``(n,)``; None where units were drawn singly.
        adjustments: what was done to the weights since the draw, oldest first.
    """

    strata: tuple[str, ...]
    stratum: Int64
    weight: Float64
    population_size: Float64
    cluster: Int64 | None = None
    adjustments: tuple[Adjustment, ...] = ()

    @property
    def n(self) -> int:
        """Drawn units that count: those with a weight above 0."""
        return int((self.weight > 0).sum())

    @property
    def drawn(self) -> Int64:
        """Units, or clusters, drawn in each stratum."""
        primary = np.arange(len(self.stratum)) if self.cluster is None else self.cluster
        first = np.unique(primary, return_index=True)[1]
        return np.bincount(self.stratum[first], minlength=len(self.strata)).astype(np.int64)

    def is_complete(self, inside: Bool) -> bool:
        """Whether the strata of the units ``inside`` were drawn, and answered, to the last unit."""
        touched = np.bincount(self.stratum[inside], minlength=len(self.strata)) > 0
        answered = bool((self.weight[touched[self.stratum]] > 0).all())
        return answered and bool((self.drawn == self.population_size)[touched].all())

    def degrees_of_freedom(self, inside: Bool | None = None) -> float:
        """Units (clusters) less strata, counted where units count (R's degf), without strata taken completely.

        A stratum taken completely adds nothing to the variance, so it must not make its estimate look surer.
        """
        counted = self.weight > 0 if inside is None else inside & (self.weight > 0)
        estimated = counted & (self.drawn < self.population_size)[self.stratum]
        if estimated.any():
            counted = estimated
        primary = np.flatnonzero(counted) if self.cluster is None else np.unique(self.cluster[counted])
        return float(max(len(primary) - len(np.unique(self.stratum[counted])), 0))

    def covariance(self, scaled: Float64) -> Float64:
        """Covariance matrix of the sums of ``scaled`` = weight × influence, shape ``(n, k)`` or ``(n,)``."""
        values, added = self.before_adjustments(scaled)
        return added + self._drawing(values)

    def before_adjustments(self, scaled: Float64) -> tuple[Float64, Float64]:
        """Weight × influence as of the draw, shape ``(n, k)``, and the covariance that the steps since then add."""
        values = scaled.reshape(len(scaled), -1)
        added = np.zeros((values.shape[1], values.shape[1]))
        for step in reversed(self.adjustments):
            values, more = step.linearised(values)
            added += more
        return values, added

    def reweighted(self, weight: Float64, step: Adjustment) -> SampleDesign:
        """The same sample with other weights, which ``step`` explains."""
        return replace(self, weight=weight, adjustments=(*self.adjustments, step))

    def _drawing(self, values: Float64) -> Float64:
        """Σ_h (1 − n_h/N_h)·n_h/(n_h − 1)·Σ(z − z̄)(z − z̄)′, where z are sums of clusters."""
        stratum = self.stratum
        if self.cluster is not None:
            first = np.unique(self.cluster, return_index=True)[1]
            values = np.stack([np.bincount(self.cluster, column) for column in values.T], axis=1)
            stratum = stratum[first]
        n, width = self.drawn.astype(np.float64), len(self.strata)
        mean = np.stack([np.bincount(stratum, column, width) for column in values.T], axis=1) / n[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            # a stratum taken completely has no error of drawing, also where it has a single unit
            factor = np.where(n < self.population_size, (1 - n / self.population_size) * n / (n - 1), 0.0)
        around = values - mean[stratum]
        return np.asarray((around * factor[stratum][:, None]).T @ around)


def sample_design(
    stratum: npt.ArrayLike,
    *,
    population_size: Mapping[Hashable, float],
    weight: npt.ArrayLike | None = None,
    cluster: npt.ArrayLike | None = None,
) -> SampleDesign:
    """The design of a stratified sample.

    Args:
        stratum: label of each drawn unit's stratum, shape ``(n,)``. One label for all: a simple random sample.
        population_size: units of the population in each stratum, by label; clusters where ``cluster`` is given;
            ``math.inf`` where nobody knows, or where clusters were drawn in several stages.
        weight: shape ``(n,)``; N_h/n_h where it is not given.
        cluster: label of each unit's cluster within its stratum, shape ``(n,)``.

    Raises:
        StatsError: a stratum with a single unit drawn of several, more units than the population has, a stratum of the
            population without any unit drawn.

    >>> design = sample_design(["a", "a", "b", "b"], population_size={"a": 10, "b": 4})
    >>> design.weight.tolist(), design.degrees_of_freedom()
    ([5.0, 5.0, 2.0, 2.0], 2.0)
    """
    labels, index = codes(stratum, "stratum")
    size = _sizes(labels, population_size)
    nested = None
    if cluster is not None:
        inner = codes(cluster, "cluster", len(index))[1]
        nested = np.unique(index * (inner.max(initial=0) + 1) + inner, return_inverse=True)[1].astype(np.int64)
    design = SampleDesign(
        strata=tuple(labels), stratum=index, weight=np.ones(len(index)), population_size=size, cluster=nested
    )
    _check_drawn(design)
    if weight is None:
        if np.isinf(size).any():
            raise StatsError(Fault("survey_weights", place="weight", got=shown(size[np.isinf(size)])))
        return replace(design, weight=(size / design.drawn)[index])
    weights = to_shape(np.asarray(weight, dtype=np.float64), "weight", index.shape)
    if not (np.isfinite(weights) & (weights >= 0)).all() or weights.sum() == 0:
        raise StatsError(Fault("survey_weights", place="weight", got=shown(weights[~(weights >= 0)])))
    return replace(design, weight=weights)


def _sizes(labels: list[str], population_size: Mapping[Hashable, float]) -> Float64:
    """Sizes in the order of ``labels``; a stratum on one side alone is refused."""
    sizes = {str(label): value for label, value in population_size.items()}
    missing = sorted(set(labels) - set(sizes))
    if missing:
        raise StatsError(Fault("survey_no_size", place="population_size", got=shown(missing)))
    not_drawn = sorted(label for label in set(sizes) - set(labels) if sizes[label] > 0)
    if not_drawn:
        raise StatsError(Fault("survey_not_drawn", place="stratum", got=shown(not_drawn)))
    return counts([sizes[label] for label in labels], "population_size")


def _check_drawn(design: SampleDesign) -> None:
    """No stratum with more than there is, none whose variance cannot be estimated; all faults at once."""
    drawn, size = design.drawn, design.population_size
    faults = [
        Fault("survey_over_population", place=label, got=f"{n}", allowed=f"≤ {most:g}")
        for label, n, most in zip(design.strata, drawn, size, strict=True)
        if n > most
    ]
    single = [label for label, n, most in zip(design.strata, drawn, size, strict=True) if n == 1 < most]
    if single:
        faults.append(Fault("survey_single_unit", place="stratum", got=shown(single)))
    if faults:
        raise StatsError(faults)
