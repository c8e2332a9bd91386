"""Funnel plots: which units differ by more than chance and ordinary differences between units explain.

D. J. Spiegelhalter (2005) Statistics in Medicine 24, 1185–1202; (2005) Quality and Safety in Health Care 14, 347–351:
overdispersion is estimated from winsorised z scores and added to the variance. τ²: R. DerSimonian, N. Laird (1986)
Controlled Clinical Trials 7, 177–188.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

Float64 = npt.NDArray[np.float64]

NEAR, FAR = 1.96, 3.09
"""95 % and 99.8 % of units without a difference lie within."""
_WINSORISED: Final = 0.1


@dataclass(frozen=True, kw_only=True)
class Funnel:
    """A fitted funnel.

    Attributes:
        kind: shares on the arcsine scale, or rates as the logarithm of observed ÷ expected.
        centre: the common share or rate, on its own scale.
        phi: mean of the squared z scores; well above 1 units differ by more than chance.
        tau2: variance between units, on the transformed scale.
        z: each unit's distance from the centre in standard deviations, between units included.
    """

    kind: Literal["share", "rate"]
    centre: float
    phi: float
    tau2: float
    z: Float64

    def limits(self, size: npt.ArrayLike, *, z: float = NEAR) -> tuple[Float64, Float64]:
        """Lower and upper limit for units of ``size`` (cases, or exposure)."""
        n = np.asarray(size, dtype=np.float64)
        if self.kind == "share":
            half = z * np.sqrt(1 / (4 * n) + self.tau2)
            middle = np.arcsin(np.sqrt(self.centre))
            # beyond its ends the arcsine turns back: clipped, the limits stay monotone in small units
            low, high = np.clip(middle - half, 0, np.pi / 2), np.clip(middle + half, 0, np.pi / 2)
            return np.sin(low) ** 2, np.sin(high) ** 2
        expected = self.centre * n
        half = z * np.sqrt(1 / (expected + 0.5) + self.tau2)
        low, high = ((expected + 0.5) * np.exp(side * half) - 0.5 for side in (-1, 1))
        return np.maximum(low, 0) / n, high / n

    def outside(self, *, z: float = NEAR) -> npt.NDArray[np.int8]:
        """1 above the upper limit, −1 below the lower, 0 within, for each unit."""
        return (self.z > z).astype(np.int8) - (self.z < -z).astype(np.int8)


def funnel_of_shares(events: npt.ArrayLike, n: npt.ArrayLike, *, winsorise: bool = True) -> Funnel:
    """A funnel of shares, on the arcsine scale.

    Args:
        events, n: of each unit; ``n`` above 0.

    >>> fitted = funnel_of_shares([90, 178, 45, 181], [100, 200, 50, 200])
    >>> round(fitted.centre, 4), fitted.tau2
    (0.8982, 0.0)
    """
    r, size = np.asarray(events, dtype=np.float64), np.asarray(n, dtype=np.float64)
    centre = float(r.sum() / size.sum())
    y, s = np.arcsin(np.sqrt(r / size)), 1 / (2 * np.sqrt(size))
    return _fitted("share", centre, distance=y - np.arcsin(np.sqrt(centre)), s=s, winsorise=winsorise)


def funnel_of_rates(events: npt.ArrayLike, exposure: npt.ArrayLike, *, winsorise: bool = True) -> Funnel:
    """A funnel of events per exposure: log((observed + ½) ÷ (expected + ½)), variance 1 ÷ (expected + ½).

    >>> fitted = funnel_of_rates([12, 30, 8], [1000, 2000, 1000])
    >>> fitted.centre
    0.0125
    """
    r, size = np.asarray(events, dtype=np.float64), np.asarray(exposure, dtype=np.float64)
    centre = float(r.sum() / size.sum())
    expected = centre * size
    return _fitted(
        "rate",
        centre,
        distance=np.log((r + 0.5) / (expected + 0.5)),
        s=1 / np.sqrt(expected + 0.5),
        winsorise=winsorise,
    )


def _fitted(kind: Literal["share", "rate"], centre: float, *, distance: Float64, s: Float64, winsorise: bool) -> Funnel:
    z = distance / s
    winsorised = np.clip(z, *np.quantile(z, [_WINSORISED, 1 - _WINSORISED])) if winsorise else z
    k, phi, w = len(z), float((winsorised**2).mean()), 1 / s**2
    spread = float(w.sum() - (w**2).sum() / w.sum())
    tau2 = max(0.0, (k * phi - (k - 1)) / spread) if spread > 0 else 0.0
    return Funnel(kind=kind, centre=centre, phi=phi, tau2=tau2, z=distance / np.sqrt(s**2 + tau2))
