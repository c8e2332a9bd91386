"""Shares of a population, with limits that stay honest near 0 and 1.

The kinds of limits, named as in R's svyciprop where it has them (its "xlogit" is the same as "logit"):

- ``beta``: E. L. Korn, B. I. Graubard (1998) Survey Methodology 24, 193–201: Clopper–Pearson on the effective size
  p(1 − p)/V, multiplied by (t of n − 1 degrees of freedom / t of the design's)². The default.
- ``wilson``: Wilson's score interval on the same adjusted size: N. Dean, M. Pagano (2015) Journal of Survey Statistics
  and Methodology 3, 484–503.
- ``logit``, ``asin``: Student's limits on ln(p/(1 − p)) and on arcsin √p.
- ``likelihood``: shares whose deviance, scaled by the design effect, stays within t²: J. N. K. Rao, A. J. Scott (1984)
  Annals of Statistics 12, 46–60.
- ``mean``: p ± t·SE, only to compare with: it leaves 0 … 1 and covers too seldom near the ends.

All variances carry the finite population correction, so that the effective size grows without end as a sample becomes a
census. Where the sample shows no variance although it is no census (everyone satisfied), no limits can be made of it:
whatever was asked, they are ``beta`` on Kish's (Σw)²/Σw², and the method says so.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from svcqa.errors import Fault, StatsError
from svcqa.stats.proportions import clopper_pearson, wilson
from svcqa.stats.survey.checks import Float64
from svcqa.stats.survey.design import SampleDesign
from svcqa.stats.survey.estimate import Estimate, estimate_of
from svcqa.stats.survey.linearisation import inside_of, mean_of, values_of

LimitsOfShare = Literal["beta", "wilson", "logit", "asin", "likelihood", "mean"]


def share(
    design: SampleDesign,
    hits: npt.ArrayLike,
    *,
    within: npt.ArrayLike | None = None,
    level: float = 0.95,
    limits: LimitsOfShare = "beta",
) -> Estimate:
    """The share of the population for which ``hits`` is true.

    Args:
        design: of n drawn units.
        hits: 0 or 1, shape ``(n,)``; gaps only where the weight is 0 or ``within`` is false.
        within: the domain, booleans of shape ``(n,)``.
        level: of the limits.
        limits: their kind, see above.

    >>> from svcqa.stats.survey.design import sample_design
    >>> design = sample_design(["a"] * 20, population_size={"a": 1000})
    >>> found = share(design, [1] * 18 + [0] * 2)
    >>> round(found.value, 6), round(found.lower, 4), round(found.upper, 4), found.method
    (0.9, 0.6784, 0.9883, 'share:beta')
    """
    inside = inside_of(design, within)
    y = values_of(design, hits, "hits", inside)
    if not np.isin(y, (0.0, 1.0)).all():
        got = ", ".join(f"{value:g}" for value in np.setdiff1d(y, (0.0, 1.0))[:5])
        raise StatsError(Fault("survey_range", place="hits", got=got, allowed="0, 1"))
    linearised = mean_of(design, y, within)
    p = min(max(linearised.value, 0.0), 1.0)
    plain = replace(estimate_of(design, linearised, method=f"share:{limits}", level=level, compared=True), value=p)
    if plain.standard_error == 0 and design.is_complete(inside):
        return replace(plain, lower=p, upper=p, effective_n=math.inf, method="share:census")
    if plain.standard_error < 1e-12 or p in (0.0, 1.0):
        weight = design.weight[inside]
        plain = replace(plain, method="share:beta_no_variance")
        return _limited(plain, _adjusted(plain, float(weight.sum() ** 2 / (weight**2).sum())), "beta")
    return _limited(plain, _adjusted(plain, p * (1 - p) / plain.standard_error**2), limits)


def top_box(
    design: SampleDesign,
    scores: npt.ArrayLike,
    *,
    at_least: float,
    within: npt.ArrayLike | None = None,
    level: float = 0.95,
    limits: LimitsOfShare = "beta",
) -> Estimate:
    """The share of the population that gives ``at_least`` this score; arguments as in :func:`share`.

    >>> from svcqa.stats.survey.design import sample_design
    >>> design = sample_design(["a"] * 4, population_size={"a": 100})
    >>> top_box(design, [10, 9, 9, 4], at_least=9).value
    0.75
    """
    numbers = values_of(design, scores, "scores", inside_of(design, within))
    return share(design, numbers >= at_least, within=within, level=level, limits=limits)


def _adjusted(plain: Estimate, effective: float) -> float:
    """The effective size after Korn and Graubard's correction for few degrees of freedom."""
    from scipy.special import stdtrit

    if plain.degrees_of_freedom <= 0 or plain.n < 2:
        return math.nan
    tail = 0.5 + plain.level / 2
    return effective * float(stdtrit(plain.n - 1, tail) / stdtrit(plain.degrees_of_freedom, tail)) ** 2


def _limited(plain: Estimate, effective: float, limits: LimitsOfShare) -> Estimate:
    """``plain`` with limits of the kind asked for."""
    p, hits = plain.value, plain.value * effective
    lower: float | Float64
    upper: float | Float64
    if math.isnan(effective):
        lower = upper = math.nan
    elif limits == "beta":
        lower, upper = clopper_pearson(hits, effective, level=plain.level)
    elif limits == "wilson":
        lower, upper = wilson(hits, effective, level=plain.level)
    elif limits == "likelihood":
        lower, upper = _likelihood(plain)
    elif limits == "mean":
        lower, upper = plain.lower, plain.upper
    else:
        lower, upper = (_logit if limits == "logit" else _asin)(p, plain.upper - p)
    return replace(plain, lower=float(min(lower, p)), upper=float(max(upper, p)), effective_n=effective)


def _logit(p: float, half: float) -> tuple[float, float]:
    centre, reach = math.log(p / (1 - p)), half / (p * (1 - p))
    return 1 / (1 + math.exp(reach - centre)), 1 / (1 + math.exp(-reach - centre))


def _asin(p: float, half: float) -> tuple[float, float]:
    centre, reach = math.asin(math.sqrt(p)), half / (2 * math.sqrt(p * (1 - p)))
    return math.sin(max(centre - reach, 0.0)) ** 2, math.sin(min(centre + reach, math.pi / 2)) ** 2


def _likelihood(plain: Estimate) -> tuple[float, float]:
    """Where 2n·(p̂ ln(p̂/p) + (1 − p̂) ln((1 − p̂)/(1 − p))) meets t²·V·n²/(p̂(1 − p̂)(n − 1)).

    n/(n − 1) is the dispersion of a quasibinomial model, as in R.
    """
    from scipy.optimize import brentq

    p, n, half = plain.value, plain.n, plain.upper - plain.value
    bound = half**2 * n**2 / (p * (1 - p) * (n - 1))

    def beyond(other: float) -> float:
        return 2 * n * (p * math.log(p / other) + (1 - p) * math.log((1 - p) / (1 - other))) - bound

    lowest, highest = p * 1e-12, 1 - (1 - p) * 1e-12
    lower = 0.0 if beyond(lowest) < 0 else float(brentq(beyond, lowest, p, xtol=1e-15))
    return lower, 1.0 if beyond(highest) < 0 else float(brentq(beyond, p, highest, xtol=1e-15))
