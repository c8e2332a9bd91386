"""Holidays that move between months: days of each month before, during and after them, their effect, the lunar year.

W. R. Bell, S. C. Hillmer (1983) JASA 78, 526–534 (moving holidays as regressors of days in a window); J.-L. Lin,
T.-S. Liu, Modeling Lunar Calendar Holiday Effects in Taiwan, U.S. Census Bureau (before, during and after the
Spring Festival).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Float64 = npt.NDArray[np.float64]
Stretch = tuple[dt.date, dt.date]
"""First and last day."""
_DAY = dt.timedelta(days=1)


def overlap(stretch: Stretch, windows: Sequence[Stretch]) -> int:
    """Days of ``stretch`` that lie in one of ``windows``, which do not overlap."""
    first, last = stretch
    return sum(max((min(last, end) - max(first, begin)).days + 1, 0) for begin, end in windows)


def holiday_days(
    months: Sequence[Stretch], holidays: Sequence[Stretch], *, before: int = 7, after: int = 7
) -> dict[str, Float64]:
    """Days of each month before, during and after a holiday, ``(n,)`` each.

    Args:
        months: first and last day of each.
        holidays: first and last day of each year's holiday.
        before, after: days of these windows.

    >>> february, holiday = (dt.date(2026, 2, 1), dt.date(2026, 2, 28)), (dt.date(2026, 2, 15), dt.date(2026, 2, 23))
    >>> days = holiday_days([february], [holiday])
    >>> {name: float(count[0]) for name, count in days.items()}
    {'before': 7.0, 'during': 9.0, 'after': 5.0}
    """
    windows = {
        "before": [(first - before * _DAY, first - _DAY) for first, _ in holidays],
        "during": list(holidays),
        "after": [(last + _DAY, last + after * _DAY) for _, last in holidays],
    }
    return {
        name: np.asarray([overlap(month, stretches) for month in months], dtype=np.float64)
        for name, stretches in windows.items()
    }


def season_days(months: Sequence[Stretch], seasons: Sequence[Stretch]) -> Float64:
    """Days of each month within a season, such as that of heating.

    >>> season_days([(dt.date(2025, 11, 1), dt.date(2025, 11, 30))], [(dt.date(2025, 11, 15), dt.date(2026, 3, 15))])
    array([16.])
    """
    return np.asarray([overlap(month, seasons) for month in months], dtype=np.float64)


@dataclass(frozen=True)
class Effect:
    """What one day of a regressor changes, with its limits; NaN where the data cannot tell it from the season."""

    value: float
    lower: float
    upper: float
    n: int


def effects(
    values: npt.ArrayLike, regressors: Mapping[str, npt.ArrayLike], *, month: npt.ArrayLike, level: float = 0.95
) -> dict[str, Effect]:
    """Least squares with a straight trend and a level for each month of the year beside the regressors.

    A regressor that is the same in every year, as a season with fixed dates is, cannot be told from the months: its
    effect is NaN. Limits are Student's; they take the remainders as independent.

    Args:
        values: one a month, ``(n,)``; NaN where there is none.
        month: month of the year of each, ``(n,)``.
    """
    from scipy.special import stdtrit

    y, of_year = np.asarray(values, dtype=np.float64), np.asarray(month)
    known = np.isfinite(y)
    count = int(known.sum())
    months = (of_year[known][:, None] == np.unique(of_year[known])[None, :]).astype(np.float64)
    base = np.column_stack([months, np.flatnonzero(known).astype(np.float64)])
    nothing = Effect(np.nan, np.nan, np.nan, count)
    names: list[str] = []
    columns: list[Float64] = []
    for name, days in regressors.items():
        column = np.asarray(days, dtype=np.float64)[known]
        if _adds(np.column_stack([base, *columns]), column):
            names.append(name)
            columns.append(column)
    design = np.column_stack([base, *columns])
    rank = int(np.linalg.matrix_rank(base)) + len(columns)
    free = count - rank
    if not names or free < 1:
        return dict.fromkeys(regressors, nothing)
    inverse = np.linalg.pinv(design.T @ design)
    fitted = inverse @ design.T @ y[known]
    error = y[known] - design @ fitted
    deviation = np.sqrt(np.diag(inverse) * float(error @ error) / free)
    half = float(stdtrit(free, 0.5 + level / 2))
    results = dict.fromkeys(regressors, nothing)
    for index, name in enumerate(names, start=base.shape[1]):
        value, margin = float(fitted[index]), half * float(deviation[index])
        results[name] = Effect(value, value - margin, value + margin, count)
    return results


def _adds(design: Float64, column: Float64) -> bool:
    """Whether ``column`` holds more than the columns of ``design`` tell already.

    At least a hundredth of its variance, so that a leap day alone does not decide an effect.
    """
    left = column - design @ np.linalg.lstsq(design, column, rcond=None)[0]
    return bool(float(left @ left) > len(column) * float(column.var()) / 100)


def same_lunar_stretch(stretch: Stretch, new_years: Mapping[int, dt.date]) -> Stretch | None:
    """The stretch as far from the new year of the year before as ``stretch`` is from its own.

    The new year nearest to the middle of ``stretch`` is its own.

    Args:
        new_years: first day of the lunar year, by year.

    >>> years = {2025: dt.date(2025, 1, 29), 2026: dt.date(2026, 2, 17)}
    >>> begin, end = same_lunar_stretch((dt.date(2026, 2, 1), dt.date(2026, 2, 28)), years)
    >>> begin.isoformat(), end.isoformat()
    ('2025-01-13', '2025-02-09')
    """
    first, last = stretch
    middle = first + (last - first) // 2
    nearest = min(new_years, key=lambda year: (abs((new_years[year] - middle).days), year), default=None)
    if nearest is None or nearest - 1 not in new_years:
        return None
    moved = new_years[nearest] - new_years[nearest - 1]
    return first - moved, last - moved
