"""A year that has not begun: held against a forecast of the same months, plain draws of NumPy, and arithmetic."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from svcqa.errors import StatsError
from svcqa.stats.forecast import year_chance
from svcqa.stats.year_ahead import Effect, YearAhead, year_ahead

Float64 = npt.NDArray[np.float64]


def history(months: int = 36, share: float = 0.95) -> tuple[Float64, Float64]:
    generator = np.random.default_rng(3)
    cases = generator.poisson(200, months).astype(float)
    return generator.binomial(cases.astype(int), share).astype(float), cases


@pytest.fixture(scope="module")
def ahead() -> YearAhead:
    met, cases = history()
    return year_ahead("share", met, cases, ahead=12, draws=4000, seed=5)


def test_a_year_that_begins_next_month_is_that_of_the_forecast(ahead: YearAhead) -> None:
    met, cases = history()
    other = year_chance("share", met, cases, rest_months=12, goal=0.95, draws=4000, seed=5)
    assert ahead.chance(0.95) == other.probability
    assert ahead.interval() == (other.lower, other.value, other.upper)
    assert ahead.cases == pytest.approx(other.rest_base or 0, abs=1)


def test_the_further_off_the_year_the_wider_its_interval() -> None:
    met, cases = history()
    near, far = (year_ahead("share", met, cases, ahead=months, draws=4000) for months in (12, 24))
    assert np.ptp(far.interval()) > np.ptp(near.interval())


def test_the_goal_for_a_chance_has_that_chance(ahead: YearAhead) -> None:
    for chance in (0.2, 0.5, 0.85):
        assert ahead.chance(ahead.goal_for(chance)) == pytest.approx(chance, abs=2e-3)
    assert ahead.goal_for(0.85) < ahead.goal_for(0.5) < ahead.goal_for(0.2)


def test_failures_avoided_from_a_month_on_are_drawn_anew(ahead: YearAhead) -> None:
    """The same levels, failures halved from July, drawn with NumPy's own binomial."""
    found = ahead.assuming([Effect("failures", 0.5, from_month=7)])
    level = ahead.level.copy()
    level[:, 6:] = 1 - (1 - level[:, 6:]) / 2
    drawn = np.random.default_rng(8).binomial(ahead.base.astype(int), level)
    year = drawn.sum(axis=1) / ahead.base.sum(axis=1)
    for quantile in (0.05, 0.5, 0.95):
        assert np.quantile(found.figure, quantile) == pytest.approx(np.quantile(year, quantile), abs=0.001)
    assert np.array_equal(found.base, ahead.base)


def test_fewer_cases_carry_more_chance_of_their_own(ahead: YearAhead) -> None:
    """Drawn with NumPy at a tenth of the cases; by hand the year has a tenth."""
    found = ahead.assuming(volume=0.1)
    base = np.round(ahead.base * 0.1)
    drawn = np.random.default_rng(9).binomial(base.astype(int), ahead.level).sum(axis=1) / base.sum(axis=1)
    assert found.cases == pytest.approx(ahead.cases / 10, rel=0.01)
    assert float(found.figure.std()) == pytest.approx(float(drawn.std()), rel=0.05)
    assert found.figure.std() > 1.5 * ahead.figure.std()


def test_points_and_relative_effects_of_a_mean() -> None:
    """A time of about 30 minutes: five less, or a fifth less, in all months."""
    value = 30 + np.random.default_rng(4).normal(0, 1, 30)
    ahead = year_ahead("duration", value, ahead=12, better="lower")
    middle = ahead.interval()[1]
    assert ahead.assuming([Effect("points", -5.0)]).interval()[1] == pytest.approx(middle - 5, abs=1e-9)
    assert ahead.assuming([Effect("relative", -0.2)]).interval()[1] == pytest.approx(middle * 0.8, abs=1e-9)
    assert ahead.assuming([Effect("failures", 0.2)]).interval()[1] == pytest.approx(middle * 0.8, abs=1e-9)
    assert ahead.chance(100) == 1.0
    assert ahead.chance(1) == 0.0


def test_amounts_add_up_over_the_year() -> None:
    """A hundred a month, twelve hundred a year."""
    amounts = np.random.default_rng(5).poisson(100, 36)
    ahead = year_ahead("amount", amounts, ahead=12)
    low, middle, high = ahead.interval()
    assert low < 1200 < high
    assert middle == pytest.approx(1200, rel=0.05)


def test_quarters_are_counted_at_their_ends() -> None:
    """2,000 households a quarter, 8,000 a year; months between have no figure."""
    value, base = np.full(36, np.nan), np.full(36, np.nan)
    value[2::3], base[2::3] = 1900 + np.arange(12) % 3, 2000
    ahead = year_ahead("share", value, base, ahead=18, cycle=3)
    assert ahead.month == (3, 6, 9, 12)
    assert ahead.cases == 8000
    assert ahead.interval()[1] == pytest.approx(0.95, abs=0.01)


def test_what_cannot_be_assumed_is_refused(ahead: YearAhead) -> None:
    for effects, volume in (([Effect("points", 0.1, from_month=13)], 1.0), ([Effect("failures", 1.5)], 1.0), ([], 0.0)):
        with pytest.raises(StatsError):
            ahead.assuming(effects, volume=volume)
    amount = year_ahead("amount", [100] * 12, ahead=12)
    with pytest.raises(StatsError):
        amount.assuming(volume=2.0)
    with pytest.raises(StatsError):
        amount.assuming([Effect("failures", 0.1)])
    with pytest.raises(StatsError):
        year_ahead("amount", [100] * 12, ahead=25)


@pytest.mark.parametrize("volume", [0.1, 0.5, 0.9, 1.1, 1.37])
def test_the_volume_holds_for_few_cases_a_month_too(volume: float) -> None:
    """Four cases a month: a tenth more of each month, rounded by itself, would be no case more in the year."""
    found = year_ahead("share", [4] * 36, [4] * 36, ahead=12, draws=500)
    more = found.assuming(volume=volume)
    assert np.abs(more.base.sum(axis=1) - volume * found.base.sum(axis=1)).max() <= 0.5
    assert np.array_equal(more.base, np.round(more.base))
    assert (more.base >= 0).all()
    assert (more.total <= more.base).all()


def test_a_simulated_year_without_cases_has_no_figure_and_says_nothing() -> None:
    """One case every other month: some simulated years have none. Held against the years that have some, one by one."""
    found = year_ahead("share", [1, 0] * 12, [1, 0] * 12, ahead=12)
    years = [(kept.sum(), cases.sum()) for kept, cases in zip(found.total, found.base, strict=True)]
    some = [kept / cases for kept, cases in years if cases]
    assert 0 < len(some) < len(years)
    assert found.chance(0.8) == pytest.approx(sum(share >= 0.8 for share in some) / len(some))
    assert found.interval()[0] == pytest.approx(sorted(some)[round(0.025 * (len(some) - 1))], abs=0.02)
    with pytest.raises(StatsError, match="no figure"):
        found.assuming(volume=0.001)
