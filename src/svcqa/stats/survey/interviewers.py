"""What callers add to the answers: intraclass correlation, its design effect, callers who stand out.

One-way analysis of variance with callers as groups: A. Donner (1986) International Statistical Review 54, 67–82;
limits by F: P. E. Shrout, J. L. Fleiss (1979) Psychological Bulletin 86, 420–428, exact where all callers have the
same number of interviews. Design effect: L. Kish (1962) JASA 57, 92–115. Shrunk means: C. N. Morris (1983) JASA 78,
47–55, here towards the median of the callers, which a few odd ones do not move.

Customers must have been given to callers by chance, or within one area: else the areas' differences are the callers'.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from svcqa.errors import Fault, StatsError
from svcqa.stats.survey.checks import Bool, Float64, Int64, codes, level_of, to_shape


@dataclass(frozen=True, kw_only=True)
class InterviewerEffect:
    """How much of the spread of answers lies between callers.

    Attributes:
        correlation: ρ, with limits; may come out below 0, which means none.
        design_effect: 1 + (b − 1)·ρ, at least 1: by how much callers widen the variance of the overall mean.
        load: b = Σn²/Σn, interviews per caller as a mean interview sees it.
        f, p: test that callers make no difference.
        n, callers: interviews and callers.
    """

    correlation: float
    lower: float
    upper: float
    design_effect: float
    load: float
    f: float
    p: float
    n: int
    callers: int
    level: float
    method: str = "interviewers:anova"


@dataclass(frozen=True, kw_only=True)
class CallerMeans:
    """Each caller's mean after shrinking towards all of them, shape ``(k,)`` each.

    Attributes:
        labels: of the callers.
        n, raw: interviews and their plain mean.
        shrunk, lower, upper: what his customers would give another time, as far as it can be told.
        standing_out: whether the limits leave out the median of all callers.
        overall: that median, weighted by interviews.
    """

    labels: tuple[str, ...]
    n: Int64
    raw: Float64
    shrunk: Float64
    lower: Float64
    upper: Float64
    standing_out: Bool
    overall: float
    method: str = "interviewers:empirical_bayes"


@dataclass(frozen=True, kw_only=True)
class _Anova:
    labels: list[str]
    n: Int64
    mean: Float64
    between: float
    within: float
    typical: float
    """n₀: interviews per caller that make the expected mean square between callers right with unequal numbers."""


def interviewer_effect(scores: npt.ArrayLike, interviewer: npt.ArrayLike, *, level: float = 0.95) -> InterviewerEffect:
    """Intraclass correlation of callers and its design effect.

    Args:
        scores: shape ``(n,)``.
        interviewer: label of each interview's caller, shape ``(n,)``.
        level: of the limits.

    >>> found = interviewer_effect([7, 8, 9, 4, 5, 6], list("aaabbb"))
    >>> round(found.correlation, 4), found.load
    (0.8065, 3.0)
    """
    from scipy.special import fdtrc, fdtri

    parts = _anova(scores, interviewer)
    n, k = int(parts.n.sum()), len(parts.labels)
    f = parts.between / parts.within if parts.within > 0 else math.inf
    tail = 0.5 + level_of(level) / 2

    def correlation(ratio: float) -> float:
        return (ratio - 1) / (ratio + parts.typical - 1) if math.isfinite(ratio) else 1.0

    value = correlation(f)
    load = float((parts.n.astype(np.float64) ** 2).sum()) / n
    return InterviewerEffect(
        correlation=value,
        lower=correlation(f / float(fdtri(k - 1, n - k, tail))),
        upper=correlation(f * float(fdtri(n - k, k - 1, tail))),
        design_effect=max(1 + (load - 1) * value, 1.0),
        load=load,
        f=f,
        p=float(fdtrc(k - 1, n - k, f)) if math.isfinite(f) else 0.0,
        n=n,
        callers=k,
        level=level,
    )


def caller_means(scores: npt.ArrayLike, interviewer: npt.ArrayLike, *, level: float = 0.998) -> CallerMeans:
    """Means of callers, each drawn towards all of them, the more the fewer interviews he has; arguments as above.

    The limits hold the spread between callers as known, so that with few callers they are somewhat narrow. The level is
    that of a funnel's outer limits: at 0.95, every second wave would blame some caller by chance.

    >>> found = caller_means([7, 8, 9, 7, 8, 9, 7, 8, 8, 3, 2, 3], list("aaabbbcccddd"))
    >>> [label for label, out in zip(found.labels, found.standing_out) if out]
    ['d']
    """
    from scipy.special import ndtri

    parts = _anova(scores, interviewer)
    between = max((parts.between - parts.within) / parts.typical, 0.0)
    error = parts.within / parts.n
    if between + parts.within == 0:
        reliability = np.zeros_like(parts.mean)
    else:
        reliability = between / (between + error) if between > 0 else np.zeros_like(error)
    overall = _weighted_median(parts.mean, parts.n)
    shrunk = overall + reliability * (parts.mean - overall)
    half = float(ndtri(0.5 + level_of(level) / 2)) * np.sqrt(reliability * error)
    out = (shrunk - half > overall) | (shrunk + half < overall)
    return CallerMeans(
        labels=tuple(parts.labels),
        n=parts.n,
        raw=parts.mean,
        shrunk=shrunk,
        lower=shrunk - half,
        upper=shrunk + half,
        standing_out=out,
        overall=overall,
    )


def _weighted_median(values: Float64, weight: Int64) -> float:
    """The value up to which half of the weight lies; the middle of two where it is exactly half."""
    order = np.argsort(values, kind="stable")
    reached = 2 * np.cumsum(weight[order])
    at = int(np.searchsorted(reached, reached[-1] / 2))
    exact = 2 * int(reached[at]) == int(reached[-1])
    return float((values[order[at]] + values[order[at + exact]]) / 2)


def _anova(scores: npt.ArrayLike, interviewer: npt.ArrayLike) -> _Anova:
    labels, index = codes(interviewer, "interviewer")
    values = to_shape(np.asarray(scores, dtype=np.float64), "scores", index.shape)
    if not np.isfinite(values).all():
        raise StatsError(Fault("survey_missing", place="scores", got=str(int((~np.isfinite(values)).sum()))))
    n = np.bincount(index).astype(np.int64)
    k, total = len(labels), len(values)
    if k < 2 or total <= k:
        raise StatsError(Fault("survey_callers", place="interviewer", got=f"{k}, {total}"))
    mean = np.bincount(index, values) / n
    within = float(((values - mean[index]) ** 2).sum()) / (total - k)
    between = float((n * (mean - values.mean()) ** 2).sum()) / (k - 1)
    typical = (total - float((n.astype(np.float64) ** 2).sum()) / total) / (k - 1)
    return _Anova(labels=labels, n=n, mean=mean, between=between, within=within, typical=typical)
