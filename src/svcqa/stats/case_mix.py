"""Case mix: how a unit's cases differ in kind from all, and what its share would be at everybody's mix.

Indirect standardisation: N. E. Breslow, N. E. Day (1987) Statistical Methods in Cancer Research II, IARC, ch. 2: a
unit's cases at the rate that all units have in each kind give what is expected of it; observed ÷ expected times the
rate of all is its standardised rate. It is taken of the rarer side, so that a share stays below 100 %. Distance of two
mixes: O. D. Duncan, B. Duncan (1955) American Sociological Review 20, 210–217.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from svcqa.stats.proportions import wilson

Float64 = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class CaseMix:
    """Units (``k``) and kinds of case (``t``).

    Attributes:
        share: part of each kind in a unit's cases, ``(k, t)``.
        overall: the same of all units together, ``(t,)``.
        distance: half the sum of the differences between the two: the part of a unit's cases that would have to be of
            another kind, ``(k,)``.
        expected: the share that a unit's mix alone lets expect, ``(k,)``.
        value, lower, upper: the unit's standardised share with its interval, ``(k,)``; NaN where nothing is expected.
    """

    share: Float64
    overall: Float64
    distance: Float64
    expected: Float64
    value: Float64
    lower: Float64
    upper: Float64


def case_mix(events: npt.ArrayLike, n: npt.ArrayLike, *, level: float = 0.95) -> CaseMix:
    """Standardise the shares of units by the kinds of their cases.

    Args:
        events, n: cases in the numerator and all cases, ``(k, t)``; every unit has a case.

    >>> found = case_mix([[90, 40], [45, 80]], [[100, 50], [50, 100]])
    >>> [round(float(share), 4) for share in found.expected]
    [0.8667, 0.8333]
    >>> [round(float(share), 4) for share in found.value]
    [0.85, 0.85]
    """
    r, size = np.asarray(events, dtype=np.float64), np.asarray(n, dtype=np.float64)
    whole, cases = size.sum(axis=1), size.sum(axis=0)
    rates = np.divide(r.sum(axis=0), cases, out=np.zeros(len(cases)), where=cases > 0)
    expected, raw = size @ rates / whole, r.sum(axis=1) / whole
    centre = float(r.sum() / size.sum())
    lower, upper = wilson(r.sum(axis=1), whole, level=level)
    often = centre > 0.5
    under = 1 - expected if often else expected
    factor = np.divide(1 - centre if often else centre, under, out=np.full(len(whole), np.nan), where=under > 0)

    def standardised(share: Float64) -> Float64:
        scaled = 1 - (1 - share) * factor if often else share * factor
        return np.asarray(np.clip(scaled, 0.0, 1.0))

    share, overall = size / whole[:, None], cases / cases.sum()
    distance = np.abs(share - overall).sum(axis=1) / 2
    return CaseMix(
        share=share,
        overall=overall,
        distance=distance,
        expected=expected,
        value=standardised(raw),
        lower=standardised(lower),
        upper=standardised(upper),
    )
