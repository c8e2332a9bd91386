"""Comparisons within one sample: two domains, two classifications.

Domains: Student's t of the linearised difference, as R's svyttest. Tables: the second-order corrected chi-square of
J. N. K. Rao, A. J. Scott (1984) Annals of Statistics 12, 46–60, as R's svychisq with statistic "F".
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from svcqa.errors import Fault, StatsError
from svcqa.stats.survey.checks import Float64, codes, level_of
from svcqa.stats.survey.design import SampleDesign
from svcqa.stats.survey.linearisation import inside_of, mean_of


@dataclass(frozen=True, kw_only=True)
class Difference:
    """The second figure minus the first.

    Attributes:
        value, standard_error, lower, upper: in the unit of the figures.
        t, p: test of no difference, two-sided; NaN without any error.
        n: answers behind both figures.
        covariance: of the two figures; positive where they share customers.
        method: name of the formula.
    """

    value: float
    standard_error: float
    lower: float
    upper: float
    t: float
    p: float
    degrees_of_freedom: float
    n: int
    covariance: float
    method: str
    level: float


@dataclass(frozen=True, kw_only=True)
class Independence:
    """Whether two classifications have to do with each other.

    Attributes:
        f, numerator_df, denominator_df, p: the corrected statistic, its distribution F, its probability.
        n: answers.
    """

    f: float
    numerator_df: float
    denominator_df: float
    p: float
    n: int
    method: str = "independence:rao_scott_2"


def mean_difference(
    design: SampleDesign, values: npt.ArrayLike, *, first: npt.ArrayLike, second: npt.ArrayLike, level: float = 0.95
) -> Difference:
    """The mean of one domain minus that of another of the same sample.

    Args:
        design: of n drawn units.
        values: shape ``(n,)``.
        first, second: the domains, booleans of shape ``(n,)``.
        level: of the limits.

    >>> from svcqa.stats.survey.design import sample_design
    >>> import numpy as np
    >>> design, own = sample_design(["a"] * 6, population_size={"a": 60}), np.array([True, False] * 3)
    >>> found = mean_difference(design, [1, 5, 2, 7, 3, 6], first=own, second=~own)
    >>> found.value, bool(found.lower > 0)
    (4.0, True)
    """
    before, after = mean_of(design, values, first), mean_of(design, values, second)
    both = np.stack([before.scaled, after.scaled], axis=1)
    covariance = design.covariance(both)
    # R takes one degree of freedom from the design's for the second mean
    df = design.degrees_of_freedom(before.inside | after.inside) - 1
    n = int((before.inside | after.inside).sum())
    known = design.is_complete(before.inside | after.inside)
    return difference_of(
        after.value - before.value,
        covariance,
        df=df,
        n=n,
        method="difference:domains_taylor_t",
        level=level,
        known=known,
    )


def independence(design: SampleDesign, rows: npt.ArrayLike, columns: npt.ArrayLike) -> Independence:
    """Test that two classifications are independent in the population.

    >>> from svcqa.stats.survey.design import sample_design
    >>> design = sample_design(["a"] * 8, population_size={"a": 80})
    >>> found = independence(design, list("xxxxyyyy"), list("uuuvuvvv"))
    >>> round(found.f, 3), found.numerator_df, found.denominator_df
    (1.944, 1.0, 7.0)
    """
    inside = inside_of(design, None)
    across, row = codes(rows, "rows", len(inside))
    down, column = codes(columns, "columns", len(inside))
    if min(len(across), len(down)) < 2:
        raise StatsError(Fault("survey_classes", place="rows", got=f"{len(across)} × {len(down)}"))
    cells = [
        mean_of(design, ((row == i) & (column == j)).astype(np.float64), None)
        for i in range(len(across))
        for j in range(len(down))
    ]
    p = np.array([cell.value for cell in cells])
    covariance = design.covariance(np.stack([cell.scaled for cell in cells], axis=1))
    table = p.reshape(len(across), len(down))
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)).ravel()
    if (expected <= 0).any():
        raise StatsError(Fault("survey_classes", place="columns", got=f"{len(across)} × {len(down)}"))
    n = int(inside.sum())
    statistic = n * float(((p - expected) ** 2 / expected).sum())
    # design effects of the log-linear interactions: eigenvalues of (C′ D⁻¹ C / n)⁻¹(C′ D⁻¹ V D⁻¹ C), D of the shares
    contrasts = _interactions(len(across), len(down))
    scaled = np.divide(contrasts, p[:, None], out=np.zeros_like(contrasts), where=p[:, None] > 0)
    effects = np.linalg.solve(contrasts.T @ scaled / n, scaled.T @ covariance @ scaled)
    sum_, squares = float(np.trace(effects)), float(np.trace(effects @ effects))
    numerator, f = sum_**2 / squares, statistic / sum_
    denominator = numerator * design.degrees_of_freedom()
    return Independence(
        f=f, numerator_df=numerator, denominator_df=denominator, p=_upper_tail(f, numerator, denominator), n=n
    )


def _interactions(rows: int, columns: int) -> Float64:
    """Columns that span what rows and columns together add to their sum."""

    def against_first(size: int) -> Float64:
        return np.vstack([-np.ones(size - 1), np.eye(size - 1)])

    return np.asarray(np.kron(against_first(rows), against_first(columns)), dtype=np.float64)


def _upper_tail(f: float, numerator: float, denominator: float) -> float:
    from scipy.special import fdtrc

    return float(fdtrc(numerator, denominator, f))


def difference_of(
    value: float, covariance: Float64, *, df: float, n: int, method: str, level: float, known: bool
) -> Difference:
    """From the covariance matrix of the two figures, shape ``(2, 2)``.

    Without any error the difference is either ``known``, from a census, or the sample tells nothing of it: NaN.
    """
    from scipy.special import stdtr, stdtrit

    error = math.sqrt(max(float(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]), 0.0))
    if error <= 1e-10 * abs(value):
        half = 0.0 if known else math.nan
        return Difference(
            value=value,
            standard_error=error,
            lower=value - half,
            upper=value + half,
            t=math.nan,
            p=math.nan,
            degrees_of_freedom=df,
            n=n,
            covariance=float(covariance[0, 1]),
            method=method,
            level=level,
        )
    half = float(stdtrit(df, 0.5 + level_of(level) / 2)) * error if df > 0 else math.nan
    t = value / error
    p = 2 * float(stdtr(df, -abs(t))) if df > 0 else math.nan
    return Difference(
        value=value,
        standard_error=error,
        lower=value - half,
        upper=value + half,
        t=t,
        p=p,
        degrees_of_freedom=df,
        n=n,
        covariance=float(covariance[0, 1]),
        method=method,
        level=level,
    )
