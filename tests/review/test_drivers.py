"""What moved a figure: by hand, by brute force over the orders of change, published figures and planted causes."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import svcqa
from support.workspaces import SAMPLE
from svcqa.errors import MetricError, StatsError
from svcqa.review.drivers import COLUMNS
from svcqa.stats.drivers import decompose, newcombe, pareto

GROUPS = st.lists(
    st.tuples(*(st.integers(0, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))) for _ in range(2))),
    min_size=1,
    max_size=8,
)


def test_a_change_of_mix_alone_and_of_rate_alone_by_hand() -> None:
    # 80 % and 60 % of equal groups come to 70 %; three quarters in the first group: 75 %
    mix = decompose([80, 60], [100, 100], [120, 30], [150, 50])
    assert (mix.change, sum(mix.mix), mix.rate) == (Fraction(1, 20), Fraction(1, 20), (0, 0))
    # a quarter more cases each way, rates above and below the middle 72.5 %: ¼ × 7.5 % and −¼ × −12.5 %
    assert mix.mix == (Fraction(3, 160), Fraction(1, 32))
    # the second group from 60 % to 70 %, half of all cases
    rate = decompose([80, 60], [100, 100], [80, 70], [100, 100])
    assert (rate.rate, rate.mix) == ((0, Fraction(1, 20)), (0, 0))


def test_kidney_stones_get_better_in_each_group_and_worse_in_all() -> None:
    """Charig and others (1986) BMJ 292, 879–882: open surgery 81/87 and 192/263, punctures 234/270 and 55/80."""
    found = decompose([234, 55], [270, 80], [81, 192], [87, 263])
    assert all(effect > 0 for effect in found.rate)
    assert found.change == Fraction(273, 350) - Fraction(289, 350)
    # half of (270 + 87) ÷ 350 cases times 81/87 − 234/270
    assert found.rate[0] == Fraction(357, 700) * (Fraction(81, 87) - Fraction(234, 270))
    assert sum(found.rate) + sum(found.mix) == found.change


@given(GROUPS)
def test_the_parts_add_up_exactly(groups: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    before, after = zip(*groups, strict=True)
    (k0, n0), (k1, n1) = zip(*before, strict=True), zip(*after, strict=True)
    if not sum(n0) or not sum(n1):
        with pytest.raises(StatsError):
            decompose(k0, n0, k1, n1)
        return
    found = decompose(k0, n0, k1, n1)
    assert found.change == Fraction(sum(k1), sum(n1)) - Fraction(sum(k0), sum(n0))
    assert sum(found.total) == found.change
    assert abs(sum(map(float, found.total)) - float(found.change)) < 1e-12
    back = decompose(k1, n1, k0, n0)
    assert back.rate == tuple(-effect for effect in found.rate)
    assert back.mix == tuple(-effect for effect in found.mix)


@given(GROUPS)
def test_effects_are_the_mean_over_the_orders_in_which_things_could_change(
    groups: list[tuple[tuple[int, int], tuple[int, int]]],
) -> None:
    groups = [((k0, max(n0, 1)), (k1, max(n1, 1))) for (k0, n0), (k1, n1) in groups]
    totals = [sum(pair[period][1] for pair in groups) for period in (0, 1)]
    weight = [[Fraction(pair[period][1], totals[period]) for pair in groups] for period in (0, 1)]
    rate = [[Fraction(*pair[period]) for pair in groups] for period in (0, 1)]
    effects = {"weight": [Fraction(0)] * len(groups), "rate": [Fraction(0)] * len(groups)}
    for order in permutations(effects):
        state = {"weight": 0, "rate": 0}
        for factor in order:
            was = [w * r for w, r in zip(weight[state["weight"]], rate[state["rate"]], strict=True)]
            state[factor] = 1
            now = [w * r for w, r in zip(weight[state["weight"]], rate[state["rate"]], strict=True)]
            effects[factor] = [e + (b - a) / 2 for e, a, b in zip(effects[factor], was, now, strict=True)]
    numbers = [[pair[period][place] for pair in groups] for period in (0, 1) for place in (0, 1)]
    found = decompose(*numbers)
    assert list(found.rate) == effects["rate"]
    assert sum(found.mix) == sum(effects["weight"])


def test_a_group_that_comes_is_mix_and_its_cases_count() -> None:
    # 90 of 100, and later 50 of 100 more: all by the newcomer, half of the cases
    found = decompose([90, 0], [100, 0], [90, 50], [100, 100])
    assert found.rate == (0, 0)
    assert sum(found.mix) == found.change == Fraction(-1, 5)


def test_largest_parts_come_first() -> None:
    found = pareto([Fraction(1, 10), Fraction(-6, 10), Fraction(3, 10), 0])
    assert found.order == (1, 2, 0, 3)
    assert found.cumulative == pytest.approx((0.6, 0.9, 1.0, 1.0))
    assert pareto([0, 0]).cumulative == (0.0, 0.0)


@pytest.mark.parametrize(
    ("after", "before", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
    ],
)
def test_limits_of_a_difference_are_the_published_ones(
    after: tuple[int, int], before: tuple[int, int], low: float, high: float
) -> None:
    """Newcombe (1998), table II, method 10, contrasts a, b, c, d."""
    assert newcombe(before, after) == pytest.approx((low, high), abs=5e-5)


# --- the sample company -----------------------------------------------------------------------------------------


def planted(key: str) -> dict[str, str]:
    effects = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))["effects"]
    return next(effect for effect in effects if effect["key"] == key)


@pytest.mark.parametrize("key", ["worsening", "step"])
def test_the_unit_that_was_made_worse_is_the_first_driver(sample_workspace: svcqa.Workspace, key: str) -> None:
    effect = planted(key)
    frame = sample_workspace.drivers(effect["commitment"], period="2026H1", against="2025H1", by=("department",))
    first = frame.iloc[0]
    assert (first["group"], first["rank"]) == (effect["unit"], 1)
    assert first["rate_effect"] < 0
    assert first["upper"] < 0
    assert abs(first["rate_effect"]) > abs(first["mix_effect"])


@pytest.mark.parametrize("commitment", ["emergency_arrival", "complaint_reply", "attitude", "supply_continuity"])
def test_every_split_adds_up_to_the_change_of_the_measured_figure(
    sample_workspace: svcqa.Workspace, commitment: str
) -> None:
    frame = sample_workspace.drivers(commitment, period="2026H1", by=("department", "unit"))
    assert list(frame.columns) == list(COLUMNS)
    metric = sample_workspace.policies.commitment(commitment).counted.metric
    now, was = (
        sample_workspace.measure(metric, commitment=commitment, period=label, as_of="2026-07-01").figures()[0]
        for label in ("2026H1", "2025H2")
    )
    assert now.value is not None
    assert was.value is not None
    for _, split in frame.groupby("by"):
        assert split["effect"].sum() == pytest.approx(now.value - was.value, abs=1e-12)
        assert (split["rate_effect"] + split["mix_effect"]).tolist() == pytest.approx(split["effect"].tolist())
        assert split["cumulative"].iloc[-1] == pytest.approx(1.0)
        assert np.all(np.diff(split["effect"].abs()) <= 1e-15)


def test_the_cases_behind_a_driver_are_as_many_as_it_says(sample_workspace: svcqa.Workspace) -> None:
    frame = sample_workspace.drivers("complaint_reply", period="2026H1", against="2025H1", by=("department",))
    first = frame.iloc[0]
    cases = sample_workspace.cases(
        "complaint_reply", period="2026H1", states=("breached", "open_overdue"), unit=first["group"]
    )
    assert len(cases) == first["missed_after"] > 0


def test_a_census_and_a_mean_have_no_limits(sample_workspace: svcqa.Workspace) -> None:
    for commitment in ("safety_visit", "attitude"):
        frame = sample_workspace.drivers(commitment, period="2026H1", against="2025H1")
        assert frame["lower"].isna().all()
        assert "Newcombe" not in " ".join(frame["method"])


@pytest.mark.parametrize("by", [(), ("month",)])
def test_nothing_to_split_by_is_refused(sample_workspace: svcqa.Workspace, by: tuple[str, ...]) -> None:
    with pytest.raises(MetricError):
        sample_workspace.drivers("complaint_reply", period="2026H1", by=by)


def test_a_period_without_cases_is_refused_in_words(sample_workspace: svcqa.Workspace) -> None:
    with pytest.raises(MetricError) as refused:
        sample_workspace.drivers("complaint_reply", period="2026H1", against="2019H1")
    assert "个案" in refused.value.render("zh-Hans")
