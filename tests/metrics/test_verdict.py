"""Official verdict, evidence, risk: the rules of SEMANTICS, case by case and as laws."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcqa.metrics.verdict import judge, needed_share

SHARES = st.integers(0, 1000).map(lambda n: n / 1000)


@pytest.mark.parametrize(
    ("value", "lower", "upper", "needed", "rest_n", "verdict", "evidence", "at_risk"),
    [
        # goal 0.95
        (0.97, 0.955, 0.98, 0.93, 100, "met", "clear", False),
        (0.96, 0.93, 0.98, 0.94, 100, "met", "unclear", True),  # officially met, the interval crosses
        (0.95, 0.95, 0.99, 0.95, 100, "met", "clear", False),  # at the goal is met
        (0.94, 0.91, 0.96, 0.96, 100, "missed", "unclear", True),  # missed, recoverable
        (0.90, 0.88, 0.92, 0.99, 100, "missed", "clear", True),  # clearly missed, and still recoverable
        (0.90, 0.88, 0.92, 1.01, 100, "missed", "clear", False),  # out of reach
        (0.90, 0.88, 0.92, 1.00, 100, "missed", "clear", True),  # just within reach
        (0.90, 0.88, 0.92, None, 0, "missed", "clear", False),  # the year is over
        (0.90, None, None, 0.97, 50, "missed", "", True),  # no interval, no evidence
        (0.96, None, None, 0.94, 50, "met", "", False),
        (0.94, 0.90, 0.95, None, 0, "missed", "unclear", False),  # the goal lies on the edge of the interval
    ],
)
def test_verdict_evidence_and_risk(
    value: float,
    lower: float | None,
    upper: float | None,
    needed: float | None,
    rest_n: int,
    verdict: str,
    evidence: str,
    at_risk: bool,
) -> None:
    found = judge(value=value, lower=lower, upper=upper, goal=0.95, needed=needed, rest_n=rest_n)
    assert (found.verdict, found.evidence, found.at_risk) == (verdict, evidence, at_risk)
    assert (found.needed, found.rest_n) == (needed, rest_n)


@pytest.mark.parametrize(("value", "goal"), [(None, 0.95), (0.9, None), (None, None)])
def test_without_a_figure_or_a_goal_nothing_is_judged(value: float | None, goal: float | None) -> None:
    found = judge(value=value, lower=0.8, upper=0.99, goal=goal)
    assert (found.verdict, found.evidence, found.at_risk) == ("", "", False)


@pytest.mark.parametrize(("value", "verdict"), [(1.0, "met"), (0.9999, "missed"), (0.0, "missed")])
def test_zero_tolerance_is_a_fact_and_no_estimate(value: float, verdict: str) -> None:
    # one miss is a miss for good: not at risk, whatever the rest of the year brings; none is clearly met
    found = judge(value=value, lower=0.9, upper=1.0, goal=1.0, zero_tolerance=True, needed=1.0, rest_n=1000)
    assert (found.verdict, found.evidence, found.at_risk) == (verdict, "clear", False)


@given(SHARES, SHARES, SHARES, SHARES)
def test_a_better_figure_is_never_judged_worse(value: float, better: float, goal: float, lower: float) -> None:
    value, better = sorted((value, better))
    first = judge(value=value, lower=min(lower, value), upper=1.0, goal=goal)
    second = judge(value=better, lower=min(lower, better), upper=1.0, goal=goal)
    assert (first.verdict, second.verdict) != ("met", "missed")


@given(st.integers(0, 500), st.integers(0, 500), st.integers(1, 500), SHARES)
def test_reaching_what_is_needed_reaches_the_goal_of_the_year(met: int, missed: int, rest: int, goal: float) -> None:
    n = met + missed
    needed = needed_share(goal=goal, met=met, n=n, rest_n=rest)
    assert needed is not None
    assert needed >= 0
    year = (met + needed * rest) / (n + rest)
    assert year >= goal - 1e-12
    if needed > 0:  # and no less would do
        assert year == pytest.approx(goal)


def test_needed_shares_by_hand() -> None:
    assert needed_share(goal=0.95, met=180, n=200, rest_n=200) == pytest.approx(1.0)  # 380 of 400
    assert needed_share(goal=0.9, met=200, n=200, rest_n=10) == 0.0  # 189 of 210 are there already
    assert needed_share(goal=0.95, met=1, n=2, rest_n=0) is None
