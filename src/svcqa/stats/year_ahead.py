"""A year that has not begun: its simulated months are kept, so that goals and assumptions are answered at once.

The forecast is that of ``stats/forecast.py``, carried over what is left of the current year. An assumption changes what
the cases of each simulated month are drawn from; the cases are then drawn again, so that more or fewer of them carry
their own chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from svcqa.errors import Fault, StatsError
from svcqa.stats.forecast import ROUGH, checked_history
from svcqa.stats.monthly_history import Kind, draw_binomial, draw_poisson, simulate_futures
from svcqa.stats.monthly_paths import Model

Float64 = npt.NDArray[np.float64]
Better = Literal["higher", "lower"]
METHOD: Final = "dynamic generalised linear model, simulated year"
MOST_AHEAD: Final = 24
"""The year in question is the next one, or the one after a year that has hardly begun."""
_MONTHS: Final = 12
_ROUNDING: Final = 1e-9


@dataclass(frozen=True)
class Effect:
    """What somebody assumes to change.

    Attributes:
        measure: ``points``: added to the figure; ``failures``: this part of what is short of the best value goes away;
            ``relative``: the figure grows by this part.
        size: in the measure; below 0 the figure falls, or failures are added.
        from_month: the first month of the year that it works in, 1 … 12.
    """

    measure: Literal["points", "failures", "relative"]
    size: float
    from_month: int = 1


@dataclass(frozen=True, kw_only=True)
class YearAhead:
    """The simulated months of a year, ``(draws, months)``; months are those that a figure is counted in.

    Attributes:
        month: number of each simulated month in the year.
        level: what the cases of each month are drawn from.
        total, base: numerators and what they stand over.
        ahead: months from the last known one to the end of the year.
        flags: ``short_history``, ``rough``.
    """

    kind: Kind
    better: Better
    bounds: tuple[float, float]
    month: tuple[int, ...]
    level: Float64
    total: Float64
    base: Float64
    model: Model
    known_months: int
    ahead: int
    seed: int
    flags: tuple[str, ...]

    @cached_property
    def figure(self) -> Float64:
        """The year's figure in each simulated year that has one, ``(draws,)``: a year without cases has none."""
        total = self.total.sum(axis=1)
        if self.kind == "amount":
            return np.asarray(total)
        base = self.base.sum(axis=1)
        some = base > 0
        return np.asarray(total[some] / base[some])

    @property
    def cases(self) -> float:
        """Cases, or what else the figure stands over, in the year: median."""
        return float(np.median(self.base.sum(axis=1)))

    def interval(self, level: float = 0.95) -> tuple[float, float, float]:
        """Lower limit, median and upper limit of the year's figure."""
        low, middle, high = np.quantile(self.figure, [(1 - level) / 2, 0.5, (1 + level) / 2])
        return float(low), float(middle), float(high)

    def chance(self, goal: float) -> float:
        """Share of the simulated years that reach the goal; a figure equal to it but for rounding reaches it."""
        slack = _ROUNDING * max(1.0, abs(goal))
        reached = self.figure >= goal - slack if self.better == "higher" else self.figure <= goal + slack
        return float(reached.mean())

    def goal_for(self, chance: float) -> float:
        """The hardest goal that is reached with this chance."""
        return float(np.quantile(self.figure, 1 - chance if self.better == "higher" else chance))

    def assuming(self, effects: Sequence[Effect] = (), *, volume: float = 1.0) -> YearAhead:
        """The same years, had these effects come, with ``volume`` times the cases.

        Raises:
            StatsError: a month is none, the volume is not above 0, leaves no case or is asked of an amount, or a
                measure does not go with the figure.
        """
        self._check(effects, volume)
        if not effects and volume == 1.0:
            return self
        level = self.level
        for effect in effects:
            works = np.asarray([number >= effect.from_month for number in self.month])
            level = np.where(works, self._moved(level, effect), level)
        base = self._more(volume)
        if self.kind != "amount" and not base.any():
            raise StatsError(Fault("no_cases_left", got=f"{volume:g}"))
        total = self._drawn(level, base)
        return replace(self, level=level, base=base, total=total)

    def _check(self, effects: Sequence[Effect], volume: float) -> None:
        if not 0 < volume < np.inf or (self.kind == "amount" and volume != 1.0):
            raise StatsError(
                Fault("assumed_volume", got=f"{volume:g}", allowed="1" if self.kind == "amount" else "> 0")
            )
        for effect in effects:
            if not 1 <= effect.from_month <= _MONTHS:
                raise StatsError(Fault("assumed_month", got=str(effect.from_month), allowed="1 … 12"))
            if effect.measure == "failures" and (not np.isfinite(self._best) or effect.size > 1):
                raise StatsError(Fault("assumed_failures", got=f"{self.kind}, {effect.size:g}", allowed="≤ 1"))

    def _moved(self, level: Float64, effect: Effect) -> Float64:
        if effect.measure == "points":
            moved = level + effect.size
        elif effect.measure == "relative":
            moved = level * (1 + effect.size)
        else:
            moved = self._best + (level - self._best) * (1 - effect.size)
        return np.asarray(np.clip(moved, *self._ends), dtype=np.float64)

    @property
    def _ends(self) -> tuple[float, float]:
        low, high = (0.0, 1.0) if self.kind == "share" else self.bounds
        return (low, high) if self.kind in ("share", "rating") else (max(low, 0.0), high)

    @property
    def _best(self) -> float:
        low, high = self._ends
        return high if self.better == "higher" else low

    def _more(self, volume: float) -> Float64:
        """The cases of each month, whole where they were; of few cases a month, too, the year's grow by the volume."""
        if not np.all(self.base == np.round(self.base)):
            return np.asarray(self.base * volume, dtype=np.float64)
        so_far = np.round(np.cumsum(self.base, axis=1) * volume)
        return np.asarray(np.diff(so_far, axis=1, prepend=0.0), dtype=np.float64)

    def _drawn(self, level: Float64, base: Float64) -> Float64:
        generator = np.random.PCG64([self.seed, 1])
        if self.kind == "share":
            return draw_binomial(base, level, generator)
        if self.kind == "rate":
            return draw_poisson(base * level, generator)
        return np.asarray(level if self.kind == "amount" else level * base, dtype=np.float64)


def year_ahead(
    kind: Kind,
    value: npt.ArrayLike,
    base: npt.ArrayLike | None = None,
    *,
    ahead: int,
    better: Better = "higher",
    bounds: tuple[float, float] = (-np.inf, np.inf),
    cycle: int = 1,
    draws: int = 4000,
    seed: int = 1,
) -> YearAhead:
    """Simulate the twelve months that end ``ahead`` months after the last known one.

    Args:
        kind, value, base, bounds, draws, seed: as those of :func:`svcqa.stats.forecast.year_chance`.
        ahead: 12 where the year begins next month, up to 24.
        cycle: months between two figures; 3 where only the ends of quarters have one, NaN between them.

    Raises:
        StatsError: the history is too short or cannot be, or the year is too far.

    >>> found = year_ahead("share", [95, 96, 97, 95, 96, 94], [100] * 6, ahead=12)
    >>> low, middle, high = found.interval()
    >>> low < 0.955 < high, found.chance(0.5), found.cases
    (True, 1.0, 1200.0)
    >>> found.assuming([Effect("failures", 0.5)]).chance(0.96) > found.chance(0.96)
    True
    """
    if not _MONTHS <= ahead <= MOST_AHEAD:
        raise StatsError(Fault("year_ahead", got=str(ahead), allowed=f"{_MONTHS} … {MOST_AHEAD}"))
    history = checked_history(kind, value, base, bounds)
    futures = simulate_futures(history, ahead=ahead, draws=draws, generator=np.random.PCG64(seed))
    counted = [step for step in range(ahead - _MONTHS, ahead) if (step - ahead) % cycle == cycle - 1]
    month = tuple(step - (ahead - _MONTHS) + 1 for step in counted)
    flags = {"short_history": futures.model != "season", "rough": futures.effective < ROUGH}
    return YearAhead(
        kind=kind,
        better=better,
        bounds=bounds,
        month=month,
        level=futures.level[:, counted],
        total=futures.total[:, counted],
        base=futures.base[:, counted],
        model=futures.model,
        known_months=int(history.known.sum()),
        ahead=ahead,
        seed=seed,
        flags=tuple(name for name, holds in flags.items() if holds),
    )
