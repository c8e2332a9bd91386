"""Funnel plots and partial pooling: against R, brute force on a grid, and by their properties."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import quad

import svcqa
from support.r_reference import reference
from svcqa.catalogue import LANGUAGES
from svcqa.errors import MetricError
from svcqa.report.tables.league import league, outliers
from svcqa.stats.case_mix import case_mix
from svcqa.stats.funnel import FAR, NEAR, funnel_of_rates, funnel_of_shares
from svcqa.stats.pooling import pool_rates, pool_shares

Counts = npt.NDArray[np.int64]
UNITS = st.lists(st.tuples(st.integers(0, 60), st.integers(60, 400)), min_size=3, max_size=25)


def providers(shared: Path) -> tuple[Counts, Counts]:
    """Cases within four hours and all cases of each provider of type 1, over the 36 months."""
    totals: dict[str, list[int]] = {}
    with gzip.open(shared / "real_data" / "nhs_ae_4hour" / "ae_attendances.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["type"] == "1":
                sums = totals.setdefault(row["org_code"], [0, 0])
                sums[0] += int(row["attendances"]) - int(row["breaches"])
                sums[1] += int(row["attendances"])
    found = np.asarray(list(totals.values()), dtype=np.int64)
    return found[:, 0], found[:, 1]


def test_the_funnel_is_that_of_r(shared: Path) -> None:
    known = reference(shared, "funnel_nhs_type1_arcsine")
    kept, n = providers(shared)
    assert len(n) == known["k"]
    raw, fitted = funnel_of_shares(kept, n, winsorise=False), funnel_of_shares(kept, n)
    assert raw.phi == pytest.approx(known["phi_unwinsorised"], rel=1e-8)
    assert fitted.phi == pytest.approx(known["phi_winsorised"], rel=1e-8)
    assert fitted.tau2 == pytest.approx(known["tau2"], rel=1e-8)
    assert fitted.centre == pytest.approx(known["centre"], rel=1e-9)
    for size in (50_000, 200_000, 1_000_000):
        for z in (1.96, 3.09):
            lower, upper = fitted.limits(size, z=z)
            assert float(lower) == pytest.approx(known[f"limits_n{size}_z{z}.lower"], rel=1e-8)
            assert float(upper) == pytest.approx(known[f"limits_n{size}_z{z}.upper"], rel=1e-8)
    assert int((fitted.outside(z=NEAR) != 0).sum()) == known["outside_1.96"]
    assert int((fitted.outside(z=FAR) != 0).sum()) == known["outside_3.09"]


def test_three_of_140_providers_reach_the_standard(shared: Path) -> None:
    kept, n = providers(shared)
    assert (len(n), int((kept / n >= 0.95).sum())) == (140, 3)


@given(UNITS)
def test_outside_is_beyond_the_limits_that_are_drawn(counts: list[tuple[int, int]]) -> None:
    r, n = (np.asarray(column) for column in zip(*counts, strict=True))
    if r.sum() == 0:
        return
    fitted = funnel_of_shares(r, n)
    lower, upper = fitted.limits(n)
    share = r / n
    clear = np.minimum(abs(share - lower), abs(share - upper)) > 1e-9
    drawn = (share > upper).astype(int) - (share < lower).astype(int)
    assert (fitted.outside()[clear] == drawn[clear]).all()
    assert fitted.tau2 >= 0


@given(st.floats(0.01, 0.99), st.floats(0, 0.2))
def test_limits_widen_towards_small_units_and_stay_shares(centre: float, tau2: float) -> None:
    from svcqa.stats.funnel import Funnel

    lower, upper = Funnel(kind="share", centre=centre, phi=1.0, tau2=tau2, z=np.zeros(0)).limits(
        np.arange(1, 200), z=FAR
    )
    assert bool((np.diff(lower) >= -1e-12).all() and (np.diff(upper) <= 1e-12).all())
    assert bool((lower >= 0).all() and (upper <= 1).all() and (lower <= centre).all() and (upper >= centre).all())


def test_rates_by_hand() -> None:
    # 50 events on 4000: expected 12.5, 25, 12.5; y = log(12.5/13), log(30.5/25.5), log(8.5/13); s² = 1/13, 1/25.5, 1/13
    fitted = funnel_of_rates([12, 30, 8], [1000, 2000, 1000], winsorise=False)
    z2 = [np.log(12.5 / 13) ** 2 * 13, np.log(30.5 / 25.5) ** 2 * 25.5, np.log(8.5 / 13) ** 2 * 13]
    assert fitted.phi == pytest.approx(sum(z2) / 3, rel=1e-12)
    w = np.asarray([13, 25.5, 13])
    tau2 = max(0.0, (sum(z2) - 2) / (w.sum() - (w**2).sum() / w.sum()))
    assert fitted.tau2 == pytest.approx(tau2, rel=1e-12)
    lower, upper = fitted.limits(1000)
    half = 1.96 * np.sqrt(1 / 13 + tau2)
    assert (float(lower) * 1000 + 0.5, float(upper) * 1000 + 0.5) == pytest.approx(
        (13 * np.exp(-half), 13 * np.exp(half))
    )


def test_units_that_differ_by_chance_alone_lie_within_as_often_as_promised() -> None:
    rng = np.random.default_rng(5)
    n = rng.integers(200, 5000, 60)
    outside = [int((funnel_of_shares(rng.binomial(n, 0.9), n).outside() != 0).sum()) for _ in range(300)]
    # 18 000 units, 5 % of them, less where a funnel takes chance for difference: between 3.5 % and 5.5 %
    assert 0.035 < sum(outside) / 18_000 < 0.055


# --- pooling --------------------------------------------------------------------------------------------------------


def test_the_prior_of_shares_has_the_highest_likelihood_on_a_grid() -> None:
    rng = np.random.default_rng(2)
    n = rng.integers(20, 300, 30)
    r = rng.binomial(n, rng.beta(18, 2, 30))
    found = pool_shares(r, n)

    def likelihood(mean: float, weight: float) -> float:
        return float(stats.betabinom.logpmf(r, n, mean * weight, (1 - mean) * weight).sum())

    best = likelihood(found.mean, found.weight)
    grid = [likelihood(mean, weight) for mean in np.linspace(0.7, 0.99, 30) for weight in np.geomspace(2, 500, 40)]
    assert best >= max(grid) - 1e-9
    assert best - max(grid) < 0.5
    for factor in (0.99, 1.01):
        assert likelihood(found.mean, found.weight * factor) <= best
    assert 5 < found.weight < 80  # planted: 20


def test_the_prior_of_rates_has_the_highest_likelihood_on_a_grid() -> None:
    rng = np.random.default_rng(4)
    exposure = rng.integers(500, 5000, 40).astype(float)
    r = rng.poisson(exposure * rng.gamma(6, 0.01 / 6, 40))
    found = pool_rates(r, exposure)

    def likelihood(mean: float, weight: float) -> float:
        return float(stats.nbinom.logpmf(r, mean * weight, weight / (weight + exposure)).sum())

    best = likelihood(found.mean, found.weight)
    grid = [likelihood(mean, weight) for mean in np.geomspace(0.003, 0.03, 30) for weight in np.geomspace(50, 5000, 40)]
    assert best >= max(grid) - 1e-9
    assert best - max(grid) < 0.5


def test_a_pooled_share_is_the_mean_of_its_posterior() -> None:
    found = pool_shares([9, 70, 400], [10, 100, 500])
    a, b = found.mean * found.weight, (1 - found.mean) * found.weight
    for place, (r, n) in enumerate(((9, 10), (70, 100), (400, 500))):
        whole, _ = quad(lambda p, r=r, n=n: stats.binom.pmf(r, n, p) * stats.beta.pdf(p, a, b), 0, 1, epsabs=1e-14)
        first, _ = quad(lambda p, r=r, n=n: p * stats.binom.pmf(r, n, p) * stats.beta.pdf(p, a, b), 0, 1, epsabs=1e-14)
        assert float(found.value[place]) == pytest.approx(first / whole, rel=1e-6)
        inside, _ = quad(
            lambda p, r=r, n=n: stats.binom.pmf(r, n, p) * stats.beta.pdf(p, a, b),
            found.lower[place],
            found.upper[place],
            epsabs=1e-14,
        )
        assert inside / whole > 0.95  # three units hardly tell the prior: wider than were it known


@pytest.mark.parametrize("kind", ["same shares", "shares that differ", "same rates"])
def test_pooled_limits_hold_the_truth_as_often_as_promised(kind: str) -> None:
    """Six units, 60 draws with a known truth: of 360 intervals of 95 % chance lets at least 91 % hold it (99.9 %);
    were the prior taken as known, it would be 30 % of those of units that are the same."""
    rng, n, held = np.random.default_rng(7), np.asarray([40, 60, 80, 30, 120, 50]), 0
    for _ in range(60):
        truth = rng.beta(45, 5, 6) if kind == "shares that differ" else np.full(6, 0.9)
        if kind == "same rates":
            found = pool_rates(rng.poisson(n * truth), n)
        else:
            found = pool_shares(rng.binomial(n, truth), n)
        held += int(((found.lower <= truth) & (truth <= found.upper)).sum())
    assert held / 360 > 0.91


def test_pooled_limits_are_those_of_every_prior_by_brute_force() -> None:
    """Each prior on a fine grid, weighed by its likelihood (SciPy's beta-binomial), uniform in the mean and in the
    shrinkage of an average unit; a figure is a mixture of betas, whose tails one beta of its variance only nears."""
    r, n = np.asarray([36, 50, 61, 28, 104, 47]), np.asarray([40, 60, 80, 30, 120, 50])
    share, means = (np.arange(40) + 0.5) / 40, np.linspace(0.6, 0.995, 120)
    mean, weight = (one.ravel() for one in np.meshgrid(means, n.mean() * share / (1 - share)))
    a, b = mean * weight, (1 - mean) * weight
    logs = stats.betabinom.logpmf(r[:, None], n[:, None], a, b).sum(axis=0)
    p = np.exp(logs - logs.max())
    p /= p.sum()
    found = pool_shares(r, n)
    for place in range(6):
        tails = [
            float(p @ stats.beta.cdf(end, a + r[place], b + n[place] - r[place]))
            for end in (found.lower[place], found.upper[place])
        ]
        assert tails[0] == pytest.approx(0.025, abs=0.02)
        assert tails[1] == pytest.approx(0.975, abs=0.02)
        assert tails[1] - tails[0] == pytest.approx(0.95, abs=0.015)


@given(UNITS)
def test_pooling_moves_each_share_towards_the_mean_and_never_past_it(counts: list[tuple[int, int]]) -> None:
    r, n = (np.asarray(column) for column in zip(*counts, strict=True))
    found = pool_shares(r, n)
    raw = r / n
    assert bool((np.minimum(raw, found.mean) - 1e-9 <= found.value).all())
    assert bool((found.value <= np.maximum(raw, found.mean) + 1e-9).all())
    assert bool((found.lower <= found.value).all() and (found.value <= found.upper).all())


def test_units_without_a_difference_become_one() -> None:
    found = pool_shares([90, 180, 45, 270], [100, 200, 50, 300])
    assert found.value == pytest.approx([0.9] * 4, rel=1e-6)
    # one figure, of 585 of 650: its limits are about those of 0.9 ± 1.96 √(0.09 ÷ 650), and no narrower
    assert bool((found.upper - found.lower >= 2 * 1.96 * (0.09 / 650) ** 0.5).all())
    none = pool_shares([0, 0, 0], [10, 20, 30])
    assert bool((none.value > 0).all() and (none.lower < none.value).all())
    assert pool_rates([0, 0], [10, 20]).mean > 0


# --- case mix -------------------------------------------------------------------------------------------------------


def test_case_mix_by_hand() -> None:
    """Two kinds, 90 % and 60 % of all kept; unit 1 has 80 + 20 cases, unit 2 has 20 + 80."""
    found = case_mix([[76, 14], [14, 46]], [[80, 20], [20, 80]])
    # everybody: 90 of 100 and 60 of 100; expected 0.8 × 0.9 + 0.2 × 0.6 = 0.84 and 0.2 × 0.9 + 0.8 × 0.6 = 0.66
    assert found.expected == pytest.approx([0.84, 0.66])
    # misses 10 of an expected 16, 40 of an expected 34; times everybody's 25 %
    assert found.value == pytest.approx([1 - 0.25 * 10 / 16, 1 - 0.25 * 40 / 34])
    assert found.distance == pytest.approx([0.3, 0.3])
    assert found.overall == pytest.approx([0.5, 0.5])


MIXES = st.lists(
    st.tuples(st.integers(1, 60), st.floats(0, 1), st.integers(1, 60), st.floats(0, 1)), min_size=2, max_size=8
)


@given(MIXES)
def test_standardised_shares_are_shares_and_keep_their_interval(units: list[tuple[int, float, int, float]]) -> None:
    n = np.asarray([[a, b] for a, _, b, _ in units])
    r = np.asarray([[int(a * x), int(b * y)] for a, x, b, y in units])
    found = case_mix(r, n)
    known = np.isfinite(found.value)
    assert bool((found.lower[known] <= found.value[known] + 1e-12).all())
    assert bool((found.value[known] <= found.upper[known] + 1e-12).all())
    assert bool(((found.value[known] >= 0) & (found.value[known] <= 1)).all())
    # what all mixes let expect adds up to what all kept
    assert float((found.expected * n.sum(axis=1)).sum()) == pytest.approx(float(r.sum()))
    assert found.share.sum(axis=1) == pytest.approx(np.ones(len(units)))


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 40)), min_size=2, max_size=6))
def test_where_all_have_the_same_mix_nothing_is_standardised(units: list[tuple[int, int]]) -> None:
    n = np.asarray([[size, 3 * size] for size, _ in units])
    r = np.asarray([[min(kept, size), min(2 * kept, 3 * size)] for size, kept in units])
    found = case_mix(r, n)
    raw, known = r.sum(axis=1) / n.sum(axis=1), np.isfinite(found.value)
    assert found.value[known] == pytest.approx(raw[known])
    assert found.distance == pytest.approx(np.zeros(len(units)))


def test_the_league_table_of_the_sample_names_what_is_different(sample_workspace: svcqa.Workspace) -> None:
    asked: dict[str, Any] = {"commitment": "complaint_reply", "period": "2026H1", "by": ["department"]}
    found = sample_workspace.measure("funnel", **asked)
    raw = {row["unit"]: row for row in sample_workspace.measure("compliance", **asked).rows}
    tiers = sample_workspace.measure("compliance", **{**asked, "by": ["department", "tier"]}).rows
    rates = {
        tier: sum(r["numerator"] for r in tiers if r["tier"] == tier) / sum(r["n"] for r in tiers if r["tier"] == tier)
        for tier in {r["tier"] for r in tiers}
    }
    expected = {row["unit"]: row["value"] for row in found.rows if row["measure"] == "expected_of_mix"}
    for unit, row in raw.items():  # by plain sums over the units' own tiers
        own = sum(r["n"] * rates[r["tier"]] for r in tiers if r["unit"] == unit)
        assert expected[unit] == pytest.approx(own / row["n"], rel=1e-12)
    for language in LANGUAGES:
        assert len(league(found, language)) == 4
    frame = league(found, "en")
    assert list(frame["Rank"]) == ["1", "2", "3", "4"]
    assert list(frame["Unit"]) == sorted(raw, key=lambda unit: -raw[unit]["value"])
    assert "(all 18%)" in frame["Case mix"].iloc[1]
    assert len(outliers(found, "en")) == 0  # four departments that differ widely: no outlier among them


def test_a_kind_of_case_that_was_asked_for_must_be_there(sample_workspace: svcqa.Workspace) -> None:
    asked: dict[str, Any] = {"commitment": "complaint_reply", "period": "2026H1", "by": ["department"]}
    with pytest.raises(MetricError, match="nothing"):
        sample_workspace.measure("funnel", params={"mix": "nothing"}, **asked)
    by_category = sample_workspace.measure("funnel", params={"mix": "category"}, **asked)
    assert {row["category"] for row in by_category.rows if row["measure"] == "mix"} >= {"billing", "attitude"}
