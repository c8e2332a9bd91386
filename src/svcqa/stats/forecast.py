"""The chance of making the year: from the months so far, with season and trend, for any kind of figure.

A dynamic generalised linear model with a level, a damped trend and a season (``stats/state_space.py``), its settings
weighed by how well they fit (``stats/importance.py``), is run on into the months that are left. Cases of the months to
come are forecast the same way. The year's figure is counted from what has happened and what each simulated future adds.
"""

# Over 300 lines: one model, from its history to its simulated year, read side by side with its sources.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from svcqa.errors import Fault, StatsError
from svcqa.stats.monthly_history import Futures, History, Kind, simulate_futures
from svcqa.stats.monthly_paths import Model
from svcqa.stats.remaining import needed_amount, needed_mean

Float64 = npt.NDArray[np.float64]
LEAST_MONTHS: Final = 3
"""Fewer known months than this bear no forecast at all."""
LEAST_DRAWS: Final = 100
ROUGH: Final = 20.0
"""Fewer equally weighted settings than this: the answer is flagged as rough."""
_ROUNDING: Final = 1e-9
METHOD: Final = "dynamic generalised linear model"


@dataclass(frozen=True, kw_only=True)
class MonthAhead:
    """One month to come: ``value`` is the median of its simulated figures, ``base`` that of its cases."""

    month: int
    value: float
    lower: float
    upper: float
    base: float
    base_lower: float
    base_upper: float


@dataclass(frozen=True, kw_only=True)
class YearChance:
    """What can be said of a year before it is over.

    Attributes:
        probability: that the year's figure reaches the goal; share of the simulated futures, ``None`` without a goal.
            Futures in which the whole year has no case have no figure, and do not count.
        value: median of the year's figure; ``None`` where the year has no case.
        lower, upper: the interval of the year's figure.
        so_far: the figure of the months so far.
        total, base: its numerator and base.
        rest_base: cases expected in the rest of the year (median).
        needed: what the rest must come to, given ``rest_base``; for amounts what is still missing.
        needed_lower, needed_upper: the same, should the rest have as few or as many cases as its interval says.
        model: ``season``, ``trend`` or ``level``: what the known months bear.
        festival: whether a holiday that moves between months has an effect of its own.
        known_months: months of the history with a value.
        months: the months to come.
        flags: ``short_history``, ``months_missing``, ``out_of_reach``, ``safe``, ``rough``, ``year_over``.
    """

    kind: Kind
    goal: float | None
    better: Literal["higher", "lower"]
    level: float
    probability: float | None
    value: float | None
    lower: float | None
    upper: float | None
    so_far: float | None
    total: float
    base: float
    rest_base: float | None
    needed: float | None
    needed_lower: float | None
    needed_upper: float | None
    model: Model | None
    base_model: Model | None
    festival: bool
    known_months: int
    months: tuple[MonthAhead, ...]
    draws: int
    method: str
    flags: tuple[str, ...]


def year_chance(
    kind: Kind,
    value: npt.ArrayLike,
    base: npt.ArrayLike | None = None,
    *,
    rest_months: int,
    goal: float | None = None,
    better: Literal["higher", "lower"] = "higher",
    bounds: tuple[float, float] = (-np.inf, np.inf),
    level: float = 0.95,
    draws: int = 4000,
    seed: int = 1,
    festival: npt.ArrayLike | None = None,
) -> YearChance:
    """The chance that the year reaches its goal, and what the rest of it must deliver.

    Args:
        kind: ``share`` (successes of cases), ``rate`` (events of an exposure), ``duration`` and ``rating`` (monthly
            means), ``amount`` (what adds up).
        value: successes, events, means or amounts of the months, oldest first, shape ``(n,)``; NaN where not known.
            The last one is the last month before those to come.
        base: cases, exposure or weights of the months, shape ``(n,)``; equal where absent, without meaning for amounts.
        rest_months: months of the year still to come, 0 … 12; 12 is a year that has not begun.
        bounds: lowest and highest value that a mean can have, such as 1 and 10.
        level: coverage of the intervals.
        draws: simulated futures.
        seed: of the generator PCG64; its raw stream is used, which does not change between versions of NumPy.
        festival: how much of a holiday that moves between months (1 for all of it) lies in each of the months, those
            to come included, shape ``(n + rest_months,)``; with three years of months it has an effect of its own.

    Raises:
        StatsError: the history is too short or cannot be.

    >>> found = year_chance("share", [95, 96, 97, 95, 96, 94], [100] * 6, rest_months=6, goal=0.95)
    >>> found.model, found.so_far, found.needed
    ('level', 0.955, 0.945)
    >>> 0.2 < found.probability < 0.9
    True
    """
    return simulate_year(
        kind,
        value,
        base,
        rest_months=rest_months,
        better=better,
        bounds=bounds,
        level=level,
        draws=draws,
        seed=seed,
        festival=festival,
    ).at(goal)


@dataclass(frozen=True, kw_only=True)
class SimulatedYear:
    """A year run to its end many times over: any goal is held against it without fitting again.

    Attributes:
        futures: the months to come; ``None`` where the year is over.
        total, base: numerator and base of the year so far.
        missing: months of the year that nothing is known of.
    """

    history: History
    futures: Futures | None
    total: float
    base: float
    missing: int
    better: Literal["higher", "lower"]
    level: float

    def at(self, goal: float | None) -> YearChance:
        """What can be said of the year with this goal; the simulated futures stay the same."""
        if self.futures is None:
            return _over(self, goal)
        return _told(self, self.futures, goal)


def simulate_year(
    kind: Kind,
    value: npt.ArrayLike,
    base: npt.ArrayLike | None = None,
    *,
    rest_months: int,
    better: Literal["higher", "lower"] = "higher",
    bounds: tuple[float, float] = (-np.inf, np.inf),
    level: float = 0.95,
    draws: int = 4000,
    seed: int = 1,
    festival: npt.ArrayLike | None = None,
) -> SimulatedYear:
    """Fit the history and run the year to its end; arguments and refusals are those of :func:`year_chance`.

    >>> year = simulate_year("share", [95, 96, 97, 95, 96, 94], [100] * 6, rest_months=6)
    >>> [year.at(goal).probability for goal in (0.5, 1.0)]
    [1.0, 0.0]
    """
    _check(rest_months, level, draws)
    history = checked_history(kind, value, base, bounds, festival=festival, ahead=rest_months)
    year = 12 - rest_months
    in_year = slice(max(0, len(history.value) - year), None) if year else slice(0, 0)
    missing = max(0, year - len(history.value)) + int(history.missing[in_year].sum())
    futures = None
    if rest_months:
        futures = simulate_futures(history, ahead=rest_months, draws=draws, generator=np.random.PCG64(seed))
    total, under = float(history.totals[in_year].sum()), float(history.bases[in_year].sum())
    return SimulatedYear(
        history=history, futures=futures, total=total, base=under, missing=missing, better=better, level=level
    )


def checked_history(
    kind: Kind,
    value: npt.ArrayLike,
    base: npt.ArrayLike | None,
    bounds: tuple[float, float],
    *,
    festival: npt.ArrayLike | None = None,
    ahead: int = 0,
) -> History:
    """The months of a history that can be forecast; ``festival`` covers the ``ahead`` months to come as well.

    Raises:
        StatsError: it is too short, or cannot be.
    """
    values = np.asarray(value, dtype=np.float64)
    bases = np.ones(len(values)) if base is None or kind == "amount" else np.asarray(base, dtype=np.float64)
    if values.shape != bases.shape or values.ndim != 1:
        raise StatsError(Fault("forecast_shapes", got=f"{values.shape}, {bases.shape}"))
    moving = None if festival is None else np.asarray(festival, dtype=np.float64)
    if moving is not None and moving.shape != (len(values) + ahead,):
        raise StatsError(Fault("forecast_shapes", got=f"{values.shape}, {moving.shape}"))
    history = History(kind=kind, value=values, base=bases, bounds=bounds, festival=moving)
    value, base = values[history.known], bases[history.known]
    faults = []
    if len(value) < LEAST_MONTHS:
        faults.append(Fault("forecast_short", got=str(len(value)), allowed=f"≥ {LEAST_MONTHS}"))
    if kind in ("share", "rate") and np.any(value < 0):
        faults.append(Fault("forecast_negative", got=f"{value.min():g}"))
    if kind == "share" and np.any(value > base):
        index = int(np.argmax(value > base))
        faults.append(Fault("forecast_over_base", got=f"{value[index]:g} / {base[index]:g}"))
    if faults:
        raise StatsError(faults)
    return history


def _check(rest_months: int, level: float, draws: int) -> None:
    if not 0 <= rest_months <= 12:
        raise StatsError(Fault("forecast_rest", got=str(rest_months), allowed="0 … 12"))
    if not (0 < level < 1 and draws >= LEAST_DRAWS):
        allowed = f"0 < level < 1, draws ≥ {LEAST_DRAWS}"
        raise StatsError(Fault("forecast_draws", got=f"{level}, {draws}", allowed=allowed))


def _told(year: SimulatedYear, futures: Futures, goal: float | None) -> YearChance:
    history, better, level, total, under = year.history, year.better, year.level, year.total, year.base
    tails = [(1 - level) / 2, 0.5, (1 + level) / 2]
    amount = history.kind == "amount"
    rest, totals = futures.base.sum(axis=1), total + futures.total.sum(axis=1)
    some = under + rest > 0
    figure = totals if amount else totals[some] / (under + rest[some])
    lower, value, upper = (float(x) for x in np.quantile(figure, tails)) if len(figure) else [None] * 3
    few, expected, many = _rest(history, rest, tails)
    needs = [_needed(goal, total, under, None if amount else base) for base in (expected, few, many)]
    needed, lowest, highest = needs[0], *_ordered(needs[1:])
    flags = {
        "short_history": futures.model != "season",
        "months_missing": year.missing > 0,
        "out_of_reach": _beyond(history, lowest, highest, better, reach=True),
        "safe": _beyond(history, lowest, highest, better, reach=False),
        "rough": futures.effective < ROUGH,
    }
    return YearChance(
        kind=history.kind,
        goal=goal,
        better=better,
        level=level,
        probability=_chance(figure, goal, better),
        value=value,
        lower=lower,
        upper=upper,
        so_far=total if amount else total / under if under else None,
        total=total,
        base=under,
        rest_base=None if amount else expected,
        needed=needed,
        needed_lower=lowest,
        needed_upper=highest,
        model=futures.model,
        base_model=futures.base_model,
        festival=futures.festival,
        known_months=int(history.known.sum()),
        months=_months(futures, tails),
        draws=len(totals),
        method=METHOD,
        flags=tuple(name for name, holds in flags.items() if holds),
    )


def _rest(history: History, rest: Float64, tails: Sequence[float]) -> tuple[float, float, float]:
    """Cases of the rest of the year: few, expected, many; whole where those so far are."""
    cases = np.quantile(rest, tails)
    bases = history.base[history.known]
    if np.all(bases == np.round(bases)):
        cases = np.round(cases)
    return float(cases[0]), float(cases[1]), float(cases[2])


def _needed(goal: float | None, total: float, base: float, rest: float | None) -> float | None:
    if goal is None:
        return None
    if rest is None:
        return needed_amount(goal=goal, total=total)
    return needed_mean(goal=goal, total=total, base=base, rest_base=rest)


def _ordered(numbers: Sequence[float | None]) -> tuple[float | None, float | None]:
    known = sorted(item for item in numbers if item is not None)
    return (known[0], known[-1]) if known else (None, None)


def _beyond(history: History, lowest: float | None, highest: float | None, better: str, *, reach: bool) -> bool:
    """Whether the goal is out of reach, or safe, however many cases of its interval the rest of the year has."""
    if lowest is None or highest is None:
        return False
    least, most = history.bounds
    if history.kind == "share":
        least, most = 0.0, 1.0
    elif history.kind in ("rate", "duration", "amount"):
        least = max(least, 0.0) if np.all(history.totals >= 0) else least
    if (better == "higher") is reach:
        return lowest > most
    return highest < least or (not reach and better == "higher" and highest <= least)


def _chance(figure: Float64, goal: float | None, better: str) -> float | None:
    """Share of the futures that reach the goal; a figure equal to it but for rounding reaches it."""
    if goal is None or not len(figure):
        return None
    slack = _ROUNDING * max(1.0, abs(goal))
    reached = figure >= goal - slack if better == "higher" else figure <= goal + slack
    return float(reached.mean())


def _months(futures: Futures, tails: Sequence[float]) -> tuple[MonthAhead, ...]:
    count = futures.value.shape[1]
    months = []
    for step in range(count):
        value = futures.value[:, step]
        low, middle, high = np.quantile(value[np.isfinite(value)], tails) if np.isfinite(value).any() else [np.nan] * 3
        base_low, base, base_high = np.quantile(futures.base[:, step], tails)
        month = 12 - count + step + 1
        months.append(
            MonthAhead(
                month=month,
                value=float(middle),
                lower=float(low),
                upper=float(high),
                base=float(base),
                base_lower=float(base_low),
                base_upper=float(base_high),
            )
        )
    return tuple(months)


def _over(year: SimulatedYear, goal: float | None) -> YearChance:
    """A year that is over: its figure is a fact."""
    history, total, under, better = year.history, year.total, year.base, year.better
    figure = total if history.kind == "amount" else total / under if under else None
    reached = _chance(np.asarray([] if figure is None else [figure]), goal, better)
    flags = ("year_over", *(("months_missing",) if year.missing else ()))
    return YearChance(
        kind=history.kind,
        goal=goal,
        better=better,
        level=year.level,
        probability=reached,
        value=figure,
        lower=figure,
        upper=figure,
        so_far=figure,
        total=total,
        base=under,
        rest_base=None,
        needed=None,
        needed_lower=None,
        needed_upper=None,
        model=None,
        base_model=None,
        festival=False,
        known_months=int(history.known.sum()),
        months=(),
        draws=0,
        method=METHOD,
        flags=flags,
    )
