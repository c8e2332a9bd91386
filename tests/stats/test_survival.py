"""Curves, percentiles and the log-rank test, against R 4.2.2 (``../shared/oracles``), by brute force and by nature."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import math
from fractions import Fraction
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from support.workspaces import require
from svcqa.stats.logrank import logrank
from svcqa.stats.quantiles import curve_quantiles, order_statistics
from svcqa.stats.survival import LIMIT_KINDS, kaplan_meier, limits, survival_at

CLOSE = {"rel": 1e-8, "abs": 0.0, "nan_ok": True}
LAST_CLOSING = "2019-10-31 15:25:56"


def reference(shared: Path, section: str) -> dict[str, float]:
    """A section of the figures that R computed; how is written in the README beside them. NA is NaN."""
    with (shared / "oracles" / "reference.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["section"] == section]
    return {row["key"]: math.nan if row["value"] == "NA" else float(row["value"]) for row in rows}


# --- R: lung ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lung(shared: Path) -> dict[str, np.ndarray]:
    with (shared / "oracles/data/lung.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: np.asarray([int(row[name]) for row in rows]) for name in ("time", "status", "sex")}


@pytest.mark.parametrize("kind", ["log", "log-log"])
def test_lung_percentiles_and_limits_equal_those_of_r(shared: Path, lung: dict[str, np.ndarray], kind: Any) -> None:
    known = reference(shared, f"km_lung_{kind}")
    curves = kaplan_meier(np.zeros(228, dtype=int), lung["time"], lung["status"] == 2)
    for share in (0.1, 0.25, 0.5, 0.75, 0.9):
        found = curve_quantiles(curves, [share], kind=kind)
        for numbers, tail in ((found.value, ""), (found.lower, ".lo"), (found.upper, ".hi")):
            assert numbers[0, 0] == pytest.approx(known[f"q{share}{tail}"], **CLOSE)
        assert np.isfinite(found.upper[0, 0]) == (not math.isnan(known[f"q{share}.hi"]))


@pytest.mark.parametrize("kind", ["log", "log-log"])
def test_lung_curve_equals_that_of_r(shared: Path, lung: dict[str, np.ndarray], kind: Any) -> None:
    known = reference(shared, f"km_lung_{kind}")
    curves = kaplan_meier(np.zeros(228, dtype=int), lung["time"], lung["status"] == 2)
    for moment in (100, 180, 365, 500, 730):
        found = survival_at(curves, moment, kind=kind)
        assert found.survival[0] == pytest.approx(known[f"S({moment})"], **CLOSE)
        assert found.lower[0] == pytest.approx(known[f"S({moment}).lo"], **CLOSE)
        assert found.upper[0] == pytest.approx(known[f"S({moment}).hi"], **CLOSE)
        deviation = found.survival[0] * math.sqrt(found.variance[0])
        assert deviation == pytest.approx(known[f"S({moment}).se"], **CLOSE)


@pytest.mark.parametrize("rho", [0, 1])
def test_lung_log_rank_of_the_sexes_equals_that_of_r(shared: Path, lung: dict[str, np.ndarray], rho: int) -> None:
    known = reference(shared, "logrank_lung_sex")
    found = logrank(lung["sex"] - 1, lung["time"], lung["status"] == 2, rho=rho)
    assert found is not None
    assert found.chi_square == pytest.approx(known[f"chisq.rho{rho}"], **CLOSE)
    assert found.p == pytest.approx(known[f"p.rho{rho}"], **CLOSE)
    assert found.df == 1
    if rho == 0:
        assert found.observed.tolist() == pytest.approx([known["obs1"], known["obs2"]], **CLOSE)
        assert found.expected.tolist() == pytest.approx([known["exp1"], known["exp2"]], **CLOSE)


# --- R: Boston 311, whole and as it was known earlier ---------------------------------------------------------------


@pytest.fixture(scope="module")
def tickets(shared: Path) -> list[tuple[str, int, int | None]]:
    """Department, opened, closed (seconds) of every request."""
    path = shared / "real_data/boston311_2011/tickets.csv.gz"
    require(path.is_file(), f"the real data boston311_2011 in {shared.name}/real_data")

    def seconds(text: str) -> int:
        return int((dt.datetime.fromisoformat(text) - dt.datetime(1970, 1, 1)).total_seconds())

    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return [
            (row["department"], seconds(row["open_dt"]), seconds(row["closed_dt"]) if row["closed_dt"] else None)
            for row in csv.DictReader(file)
        ]


def boston(tickets: list[Any], department: str, as_of: str) -> tuple[np.ndarray, np.ndarray]:
    """Seconds from open to close, or to ``as_of`` where the request is open then; and whether it is closed."""
    moment = int((dt.datetime.fromisoformat(as_of) - dt.datetime(1970, 1, 1)).total_seconds())
    chosen = [row for row in tickets if department in ("ALL", row[0])]
    ended = np.asarray([closed is not None and closed <= moment for _, _, closed in chosen])
    until = [moment if closed is None or closed > moment else closed for _, _, closed in chosen]
    return np.asarray(until) - np.asarray([opened for _, opened, _ in chosen]), ended


@pytest.mark.parametrize("department", ["ALL", "ISD", "INFO"])
@pytest.mark.parametrize(
    ("section", "as_of", "only_closed"),
    [
        ("km_boston", LAST_CLOSING, False),
        ("closed_only_boston", LAST_CLOSING, True),
        ("km_boston_asof_2012-01-01", "2012-01-01", False),
    ],
)
def test_boston_percentiles_and_limits_equal_those_of_r(
    shared: Path, tickets: list[Any], department: str, section: str, as_of: str, only_closed: bool
) -> None:
    known = reference(shared, f"{section}_{department}")
    time, ended = boston(tickets, department, as_of)
    if only_closed:
        time, ended = time[ended], ended[ended]
    curves = kaplan_meier(np.zeros(len(time), dtype=int), time, ended)
    found = curve_quantiles(curves, [0.5, 0.75, 0.9], kind="log-log")
    for place, share in enumerate((0.5, 0.75, 0.9)):
        assert found.value[0, place] / 3600 == pytest.approx(known[f"q{share}.h"], **CLOSE)
        assert found.lower[0, place] / 3600 == pytest.approx(known[f"q{share}.lo"], **CLOSE)
        assert found.upper[0, place] / 3600 == pytest.approx(known[f"q{share}.hi"], **CLOSE)
        assert found.reached[0, place] == (not math.isnan(known[f"q{share}.h"]))
    if section == "km_boston":
        assert (int(curves.cases[0]), int(curves.closed[0])) == (known["n"], known["events"])
        for hours in (24, 72, 168):
            share = 1 - survival_at(curves, hours * 3600).survival[0]
            assert share == pytest.approx(known[f"P(closed<={hours}h)"], **CLOSE)


def test_bostons_closed_requests_in_order_give_the_percentiles_of_r(shared: Path, tickets: list[Any]) -> None:
    time, ended = boston(tickets, "ALL", LAST_CLOSING)
    known = reference(shared, "closed_only_boston_ALL")
    closed = time[ended]
    found = order_statistics(np.zeros(len(closed), dtype=int), closed, probabilities=[0.5, 0.75, 0.9])
    for place, share in enumerate((0.5, 0.75, 0.9)):
        assert found.value[0, place] / 3600 == pytest.approx(known[f"q{share}.h"], **CLOSE)
        # another formula than R's, so another interval; at n = 54,570 both lie close to each other
        assert found.lower[0, place] / 3600 == pytest.approx(known[f"q{share}.lo"], rel=0.02)
        assert found.upper[0, place] / 3600 == pytest.approx(known[f"q{share}.hi"], rel=0.02)


# --- the rule of percentiles, by hand -----------------------------------------------------------------------------


def percentile(times: list[float], ended: list[bool], share: float) -> float:
    return float(curve_quantiles(kaplan_meier(np.zeros(len(times), dtype=int), times, ended), [share]).value[0, 0])


@pytest.mark.parametrize(
    ("times", "ended", "share", "expected"),
    [
        # S falls to 0.75, 0.5, 0.25, 0: exactly a half from 2 to 3
        ([1, 2, 3, 4], [True] * 4, 0.5, 2.5),
        ([1, 2, 3, 4], [True] * 4, 0.6, 3.0),
        # S is a half from 2 to the end of what was seen, at 9
        ([1, 2, 9, 9], [True, True, False, False], 0.5, 5.5),
        # S stays at 0.75 and never falls to a half
        ([1, 5, 6, 7], [True, False, False, False], 0.5, math.nan),
        # 3/4 × 1/2: 0.375 from 3 on
        ([1, 2, 3, 4], [True, False, True, False], 0.5, 3.0),
        # two of four will never end: S is a half for ever, and so never below it
        ([1, 2, math.inf, math.inf], [True, True, False, False], 0.5, math.nan),
        ([1, 2, math.inf, math.inf], [True, True, False, False], 0.4, 2.0),
        # before the due moment times are negative
        ([-3, -2, -1], [True] * 3, 0.5, -2.0),
    ],
)
def test_the_rule_by_hand(times: list[float], ended: list[bool], share: float, expected: float) -> None:
    assert percentile(times, ended, share) == pytest.approx(expected, nan_ok=True)


def test_what_is_not_known_is_said() -> None:
    curves = kaplan_meier([0, 0, 1, 1], [2, 5, 2, 5], [True, False, True, True])
    found = survival_at(curves, 6)
    assert found.known.tolist() == [False, True]
    assert np.isnan(found.survival[0])
    assert found.survival[1] == 0
    quantiles = curve_quantiles(curves, [0.9])
    assert quantiles.reached[:, 0].tolist() == [False, True]


def test_groups_without_cases_reach_nothing() -> None:
    curves = kaplan_meier([1], [3], [True], groups=3)
    assert curves.cases.tolist() == [0, 1, 0]
    assert curve_quantiles(curves, [0.5]).reached[:, 0].tolist() == [False, True, False]
    known = order_statistics([1], [3], probabilities=[0.5], groups=3)
    assert known.reached[:, 0].tolist() == [False, True, False]
    nothing = kaplan_meier(np.zeros(0, dtype=int), np.zeros(0, dtype=int), np.zeros(0, dtype=bool), groups=2)
    assert nothing.cases.tolist() == [0, 0]
    assert not order_statistics([], [], probabilities=[0.5], groups=2).reached.any()


# --- distribution-free limits -------------------------------------------------------------------------------------


def covered(n: int, share: Fraction, lower: int, upper: int) -> Fraction:
    """P(the percentile lies from the value of rank ``lower`` to that of rank ``upper``), exactly; n + 1 is no limit."""
    return sum(
        (math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(lower, min(upper - 1, n) + 1)), Fraction(0)
    )


@given(n=st.integers(1, 60), percent=st.integers(1, 99), level=st.sampled_from([0.8, 0.9, 0.95]))
def test_ranks_cover_as_promised_and_none_closer_would(n: int, percent: int, level: float) -> None:
    share, tail = Fraction(percent, 100), (1 - Fraction(str(level))) / 2
    found = order_statistics([0] * n, np.arange(1, n + 1), probabilities=[percent / 100], level=level)
    lower = int(found.lower[0, 0]) if np.isfinite(found.lower[0, 0]) else 0
    upper = int(found.upper[0, 0]) if np.isfinite(found.upper[0, 0]) else n + 1
    assert covered(n, share, lower, upper) >= 1 - 2 * tail
    below = sum((math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(lower + 1)), Fraction(0))
    above = sum((math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(upper - 1, n + 1)), Fraction(0))
    assert below >= tail  # one rank higher would leave more than the tail below
    assert above > tail or upper == n + 1


def test_ranks_turn_where_the_exact_interval_of_r_does(shared: Path) -> None:
    # 45 of 50: a percentile above Clopper and Pearson's upper limit of 45/50 is not among the first 45 values
    upper = reference(shared, "binom_45_50")["clopper_pearson.hi"]
    lower = reference(shared, "binom_45_50")["clopper_pearson.lo"]
    values = np.arange(1, 51)

    def rank(share: float) -> tuple[float, float]:
        found = order_statistics([0] * 50, values, probabilities=[share])
        return float(found.lower[0, 0]), float(found.upper[0, 0])

    assert rank(upper + 1e-6)[0] == 46
    assert rank(upper - 1e-6)[0] == 45
    # and one below the lower limit of 45/50 is not among the last values from the 45th on
    assert rank(lower - 1e-6)[1] == 45
    assert rank(lower + 1e-6)[1] == 46


# --- properties ---------------------------------------------------------------------------------------------------

SHARES = [0.1, 0.5, 0.75, 0.9]


@st.composite
def cases(draw: st.DrawFn, *, groups: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Group, time, ended, weight."""
    n = draw(st.integers(1, 40))
    return (
        draw(arrays.arrays(np.int64, n, elements=st.integers(0, groups - 1))),
        draw(arrays.arrays(np.int64, n, elements=st.integers(-5, 20))),
        draw(arrays.arrays(np.bool_, n)),
        draw(arrays.arrays(np.int64, n, elements=st.integers(0, 4))),
    )


def brute_force_curve(time: np.ndarray, ended: np.ndarray) -> dict[int, Fraction]:
    """The product of the shares that stay, moment by moment, in exact fractions."""
    share, found = Fraction(1), {}
    for moment in sorted(set(time.tolist())):
        at_risk, over = int((time >= moment).sum()), int(((time == moment) & ended).sum())
        share *= Fraction(at_risk - over, at_risk)
        found[moment] = share
    return found


@given(data=cases(groups=1))
def test_the_curve_equals_brute_force_and_falls(data: Any) -> None:
    group, time, ended, _ = data
    curves = kaplan_meier(group, time, ended)
    known = brute_force_curve(time, ended)
    assert curves.time.tolist() == list(known)
    assert curves.survival.tolist() == pytest.approx([float(share) for share in known.values()], abs=1e-12)
    assert (np.diff(curves.survival) <= 0).all()
    assert (np.diff(curves.variance[np.isfinite(curves.variance)]) >= 0).all()


@given(data=cases(groups=1), share=st.sampled_from([Fraction(1, 4), Fraction(1, 2), Fraction(3, 4), Fraction(9, 10)]))
def test_the_percentile_follows_the_rule(data: Any, share: Fraction) -> None:
    group, time, ended, _ = data
    known = brute_force_curve(time, ended)
    touched = next((moment for moment, left in known.items() if left <= 1 - share), None)
    passed = next((moment for moment, left in known.items() if left < 1 - share), max(known))
    expected = math.nan if touched is None else (touched + passed) / 2
    found = curve_quantiles(kaplan_meier(group, time, ended), [float(share)])
    assert found.value[0, 0] == pytest.approx(expected, nan_ok=True)


def limits_by_hand(left: Fraction, greenwood: Fraction, kind: str, level: float) -> tuple[float, float]:
    """The limits of a share that is neither 0 nor 1: Klein and Moeschberger (2003), section 4.3, one by one."""
    share, spread = float(left), NormalDist().inv_cdf(0.5 + level / 2) * math.sqrt(greenwood)
    if kind == "plain":
        return share - spread * share, share + spread * share
    if kind == "log":
        return share * math.exp(-spread), share * math.exp(spread)
    power = math.exp(spread / math.log(share))
    return share ** (1 / power), share**power


@given(
    data=cases(groups=1),
    kind=st.sampled_from(LIMIT_KINDS),
    level=st.sampled_from([0.8, 0.95]),
    percent=st.integers(1, 99),
)
def test_limits_of_a_percentile_are_where_those_of_the_curve_first_fall(
    data: Any, kind: Any, level: float, percent: int
) -> None:
    group, time, ended, _ = data
    asked, greenwood, fallen = 1 - percent / 100, Fraction(0), [math.nan, math.nan]
    for moment, left in brute_force_curve(time, ended).items():
        at_risk, over = int((time >= moment).sum()), int(((time == moment) & ended).sum())
        if left == 0 or (left == 1 and kind == "log-log"):
            continue
        greenwood += Fraction(over, at_risk * (at_risk - over))
        for place, limit in enumerate(limits_by_hand(left, greenwood, kind, level)):
            assume(abs(limit - asked) > 1e-7)  # where they meet, rounding decides
            if math.isnan(fallen[place]) and limit < asked:
                fallen[place] = moment
    found = curve_quantiles(kaplan_meier(group, time, ended), [percent / 100], kind=kind, level=level)
    assert [found.lower[0, 0], found.upper[0, 0]] == pytest.approx(fallen, nan_ok=True)


@given(data=cases())
def test_without_open_cases_curve_and_order_agree(data: Any) -> None:
    group, time, _, weight = data
    curves = kaplan_meier(group, time, np.ones(len(time), dtype=bool), weight, groups=3)
    from_curve = curve_quantiles(curves, SHARES).value
    in_order = order_statistics(group, time, weight, probabilities=SHARES, groups=3).value
    assert np.array_equal(from_curve, in_order, equal_nan=True)


@given(data=cases(), kind=st.sampled_from(LIMIT_KINDS))
def test_a_weight_is_so_many_cases(data: Any, kind: Any) -> None:
    group, time, ended, weight = data
    weighed = kaplan_meier(group, time, ended, weight, groups=3)
    group_, time_, ended_ = (np.repeat(column, weight) for column in (group, time, ended))
    repeated = kaplan_meier(group_, time_, ended_, groups=3)
    for name in ("first", "time", "at_risk", "ended", "survival", "variance"):
        assert np.array_equal(getattr(weighed, name), getattr(repeated, name))
    one, other = (curve_quantiles(curves, SHARES, kind=kind) for curves in (weighed, repeated))
    assert np.array_equal(one.upper, other.upper, equal_nan=True)
    one = order_statistics(group, time, weight, probabilities=SHARES, groups=3)
    other = order_statistics(group_, time_, probabilities=SHARES, groups=3)
    for name in ("value", "lower", "upper"):
        assert np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True)
    tests = logrank(group, time, ended, weight), logrank(group_, time_, ended_)
    assert (tests[0] is None) == (tests[1] is None)
    if tests[0] is not None and tests[1] is not None:
        assert tests[0].chi_square == pytest.approx(tests[1].chi_square, rel=1e-9, abs=1e-12)


@given(data=cases(), kind=st.sampled_from(LIMIT_KINDS))
def test_a_group_alone_is_that_group_among_all(data: Any, kind: Any) -> None:
    group, time, ended, weight = data
    together = curve_quantiles(kaplan_meier(group, time, ended, weight, groups=3), SHARES, kind=kind)
    in_order = order_statistics(group, time, weight, probabilities=SHARES, groups=3)
    for one in np.unique(group):
        own = group == one
        zeros = np.zeros(int(own.sum()), dtype=int)
        alone = curve_quantiles(kaplan_meier(zeros, time[own], ended[own], weight[own]), SHARES, kind=kind)
        alone_in_order = order_statistics(zeros, time[own], weight[own], probabilities=SHARES)
        for name in ("value", "lower", "upper"):
            assert np.array_equal(getattr(together, name)[one], getattr(alone, name)[0], equal_nan=True)
            assert np.array_equal(getattr(in_order, name)[one], getattr(alone_in_order, name)[0], equal_nan=True)


@given(data=cases(), kind=st.sampled_from(LIMIT_KINDS), level=st.sampled_from([0.8, 0.95]))
def test_limits_enclose(data: Any, kind: Any, level: float) -> None:
    group, time, ended, weight = data
    curves = kaplan_meier(group, time, ended, weight, groups=3)
    lower, upper = limits(curves, kind=kind, level=level)
    known = np.isfinite(lower)
    assert np.array_equal(known, np.isfinite(upper))
    assert (lower[known] >= 0).all()
    assert (lower[known] <= curves.survival[known]).all()
    assert (curves.survival[known] <= upper[known]).all()
    assert (upper[known] <= 1).all()
    for found in (
        curve_quantiles(curves, SHARES, kind=kind, level=level),
        order_statistics(group, time, weight, probabilities=SHARES, groups=3, level=level),
    ):
        both = found.reached & np.isfinite(found.lower)
        assert (found.lower[both] <= found.value[both]).all()
        both = found.reached & np.isfinite(found.upper)
        assert (found.value[both] <= found.upper[both]).all()


@given(data=cases(), scale=st.sampled_from([1.0, 0.1, 1e12]))
def test_floats_and_wide_numbers_give_the_same_curve(data: Any, scale: float) -> None:
    group, time, ended, weight = data
    plain = kaplan_meier(group, time, ended, weight, groups=3)
    scaled = kaplan_meier(group, time * scale, ended, weight, groups=3)
    assert scaled.time.tolist() == pytest.approx((plain.time * scale).tolist())
    assert np.array_equal(plain.survival, scaled.survival)


@given(data=cases(), shift=st.sampled_from([2**31 - 3, 3_000_000_000, -(2**40), 2**52]), narrow=st.booleans())
def test_times_that_are_far_off_and_close_together_give_the_same_curve(data: Any, shift: int, narrow: bool) -> None:
    group, time, ended, weight = data
    before = [column.copy() for column in data]
    plain = kaplan_meier(group, time, ended, weight, groups=3)
    far = kaplan_meier(group.astype(np.int8) if narrow else group, time + shift, ended, weight, groups=3)
    assert far.time.tolist() == (plain.time + shift).tolist()
    assert np.array_equal(far.survival, plain.survival)
    near = order_statistics(group, time, weight, probabilities=SHARES, groups=3)
    ranked = order_statistics(group, time + shift, weight, probabilities=SHARES, groups=3)
    assert np.allclose(ranked.value, near.value + shift, rtol=0, atol=0.5, equal_nan=True)
    assert all(np.array_equal(column, kept) for column, kept in zip(data, before, strict=True))


# --- log-rank: by its nature and by hand --------------------------------------------------------------------------


def log_rank_by_hand(time: list[int], ended: list[bool], first: list[bool]) -> Fraction:
    """χ² of two groups from the hypergeometric mean and variance at each moment (Mantel 1966), in fractions."""
    difference = variance = Fraction(0)
    for moment in sorted({t for t, over in zip(time, ended, strict=True) if over}):
        rows = [(t, over, one) for t, over, one in zip(time, ended, first, strict=True) if t >= moment]
        n, own = len(rows), sum(one for _, _, one in rows)
        d = sum(over and t == moment for t, over, _ in rows)
        gone = sum(over and t == moment and one for t, over, one in rows)
        difference += gone - Fraction(d * own, n)
        if n > 1:
            variance += Fraction(d * own * (n - own) * (n - d), n * n * (n - 1))
    return difference * difference / variance if variance else Fraction(0)


@given(data=cases(groups=2))
def test_two_groups_equal_mantels_formula(data: Any) -> None:
    group, time, ended, _ = data
    expected = log_rank_by_hand(time.tolist(), ended.tolist(), (group == 0).tolist())
    found = logrank(group, time, ended)
    assert (found.chi_square if found else 0.0) == pytest.approx(float(expected), rel=1e-8, abs=1e-9)


@given(data=cases())
def test_strata_add_up_and_a_group_has_no_rank(data: Any) -> None:
    group, time, ended, weight = data
    whole = logrank(group, time, ended, weight)
    doubled = logrank(
        np.tile(group, 2),
        np.tile(time, 2),
        np.tile(ended, 2),
        np.tile(weight, 2),
        stratum=np.repeat([0, 1], len(group)),
    )
    renamed = logrank(2 - group, time, ended, weight)
    assert (whole is None) == (doubled is None) == (renamed is None)
    if whole and doubled and renamed:
        # twice the same stratum: difference and variance double, and so does the statistic
        assert doubled.chi_square == pytest.approx(2 * whole.chi_square, rel=1e-8, abs=1e-9)
        assert renamed.chi_square == pytest.approx(whole.chi_square, rel=1e-8, abs=1e-9)
        assert whole.df == doubled.df == renamed.df
        assert whole.observed.sum() == pytest.approx(whole.expected.sum())


def test_one_group_compares_with_nothing() -> None:
    assert logrank([0, 0], [1, 2], [True, True]) is None
    assert logrank([], [], []) is None
    assert logrank([0, 1], [1, 2], [False, False]) is None
    assert logrank([0, 1], [1, 2], [True, True], [1, 0]) is None


@given(data=cases(groups=4))
def test_groups_that_never_meet_in_a_stratum_compare_with_nothing(data: Any) -> None:
    group, time, ended, weight = data
    assert logrank(group, time, ended, weight, stratum=group) is None
