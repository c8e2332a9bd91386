"""Scores of forecasts: coverage of intervals with counts, calibration of chances, pooled MASE."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from benchmarks.forecast_series import Series
from svcqa.stats.forecast import YearChance, year_chance
from svcqa.stats.proportions import clopper_pearson

Float64 = npt.NDArray[np.float64]
BINS: Final = (0.0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0)
_FORMS: Final = ((None, False, None), ("add", True, None), (None, False, "add"), ("add", True, "add"))
DRAWS: Final = 2000


@dataclass(frozen=True, kw_only=True)
class Score:
    """One forecast beside what came: the year's figure, the months, the chance; errors are scaled (MASE)."""

    series: Series
    found: YearChance
    year_covered: bool
    months_covered: int
    reached: bool
    errors: Float64
    naive: Float64
    ets: Float64 | None


def score(series: Series, *, seed: int, with_ets: bool) -> Score:
    """Forecast from the origin and look at what came."""
    known = slice(0, series.origin)
    found = year_chance(
        series.kind,
        series.value[known],
        series.base[known],
        rest_months=series.rest,
        goal=series.goal,
        better=series.better,
        bounds=_bounds(series),
        draws=DRAWS,
        seed=seed,
        festival=series.festival,
    )
    came, past = series.figures[series.origin :], series.figures[known]
    months_covered = sum(a.lower <= x <= a.upper for a, x in zip(found.months, came, strict=True))
    year = series.year
    reached = year >= series.goal if series.better == "higher" else year <= series.goal
    scale = _naive_scale(past)
    ets = ets_forecast(past, series.rest) if with_ets else None
    ours = np.asarray([ahead.value for ahead in found.months])

    def scaled(forecast: Float64) -> Float64:
        """Nothing where the history never moved: it has no error to scale by."""
        return np.abs(came - forecast) / scale if scale > 0 else np.empty(0)

    return Score(
        series=series,
        found=found,
        year_covered=found.lower - 1e-12 <= year <= found.upper + 1e-12,
        months_covered=months_covered,
        reached=reached,
        errors=scaled(ours),
        naive=scaled(_seasonal_naive(past, series.rest)),
        ets=None if ets is None else scaled(ets),
    )


def early_errors(one: Score) -> Float64:
    """The errors of January and February, where the year's forecast begins that early."""
    return one.errors[: max(one.series.rest - 10, 0)]


def _bounds(series: Series) -> tuple[float, float]:
    return (1.0, 10.0) if series.kind == "rating" else (-np.inf, np.inf)


def _naive_scale(past: Float64) -> float:
    """Mean absolute error of the seasonal naive forecast within the history (Hyndman and Koehler 2006)."""
    lag = 12 if len(past) > 12 else 1
    return float(np.abs(past[lag:] - past[:-lag]).mean())


def _seasonal_naive(past: Float64, rest: int) -> Float64:
    if len(past) < 12:
        return np.repeat(past[-1], rest)
    return past[-12:][np.arange(rest) % 12]


def ets_forecast(past: Float64, rest: int) -> Float64:
    """The form of exponential smoothing with the least AICc: with and without damped trend, with and without season."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    best, forecast = np.inf, np.repeat(past[-1], rest)
    scale = max(float(past.std()), 1e-12)
    for trend, damped, seasonal in _FORMS:
        if seasonal and len(past) < 24:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about starting values and convergence: the best of four is taken
            model = ETSModel(
                past / scale,
                error="add",
                trend=trend,
                damped_trend=damped,
                seasonal=seasonal,
                seasonal_periods=12 if seasonal else None,
            )
            try:
                fitted = model.fit(disp=False)
                ahead = np.asarray(fitted.forecast(rest)) * scale
            except (ValueError, np.linalg.LinAlgError):
                continue
        if fitted.aicc < best and np.isfinite(ahead).all():
            best, forecast = fitted.aicc, ahead
    return forecast


def print_scores(label: str, scores: list[Score], *, aims: bool = False) -> None:
    """Coverage with counts and exact limits, Brier score and table of the chances, pooled MASE."""
    if not scores:
        print(f"{label}: no series")
        return
    years, months = len(scores), sum(one.series.rest for one in scores)
    print(f"{label}: {years} forecasts, {months} months")
    _print_coverage("  year's figure in its 95 % interval", sum(one.year_covered for one in scores), years, aims)
    _print_coverage("  months in their 95 % intervals", sum(one.months_covered for one in scores), months, aims)
    still = sum(not len(one.errors) for one in scores)
    if still:
        print(f"  {still} forecasts of a history that never moved are left out of MASE")
    ours, naive = (np.concatenate([getattr(one, name) for one in scores]).mean() for name in ("errors", "naive"))
    print(f"  pooled MASE: svcqa {ours:.3f}, seasonal naive {naive:.3f}")
    if all(one.ets is not None for one in scores):
        ets = np.concatenate([one.ets for one in scores if one.ets is not None]).mean()
        ratio = ours / ets
        print(f"  pooled MASE of ETS {ets:.3f}; svcqa / ETS {ratio:.3f}" + _aim("≤ 1.05", ratio <= 1.05, aims))
        print(f"  svcqa / seasonal naive {ours / naive:.3f}" + _aim("< 1", ours < naive, aims))


def _print_coverage(label: str, inside: int, count: int, aims: bool) -> None:
    low, high = clopper_pearson(inside, count)
    share = inside / count
    limits = f"({float(low):.1%}–{float(high):.1%}, Clopper–Pearson)"
    print(f"{label}: {inside} of {count} = {share:.1%} {limits}" + _aim("93–97 %", 0.93 <= share <= 0.97, aims))


def _aim(aim: str, reached: bool, shown: bool) -> str:
    return f"; aim {aim}: {'reached' if reached else 'NOT reached'}" if shown else ""


def print_calibration(scores: list[Score]) -> None:
    """Chances told beside the share of years that reached their goal."""
    told = np.asarray([one.found.probability or 0.0 for one in scores])
    came = np.asarray([one.reached for one in scores], dtype=np.float64)
    print("  chance told      forecasts  mean told  reached  share   95 % limits")
    for low, high in pairwise(BINS):
        inside = (told >= low) & ((told < high) | (high == 1.0))
        if not inside.any():
            continue
        count, hits = int(inside.sum()), int(came[inside].sum())
        limits = [float(x) for x in clopper_pearson(hits, count)]
        within = "" if limits[0] <= told[inside].mean() <= limits[1] else "  outside"
        print(
            f"  {low:4.0%} – {high:4.0%} {count:13} {told[inside].mean():10.1%} {hits:8} {hits / count:6.1%}   "
            f"{limits[0]:.1%}–{limits[1]:.1%}{within}"
        )
    brier, base = float(((told - came) ** 2).mean()), float(came.mean() * (1 - came.mean()))
    print(f"  Brier score {brier:.4f}; always telling {came.mean():.1%} would score {base:.4f}")


def by_label(scores: Iterable[Score], attribute: str) -> dict[str, list[Score]]:
    found: dict[str, list[Score]] = {}
    for one in scores:
        found.setdefault(str(getattr(one.series, attribute)), []).append(one)
    return found
