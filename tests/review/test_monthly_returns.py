"""Figures from monthly returns: added up, turned round, without cases behind them."""

from __future__ import annotations

import calendar as months
import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import svcqa
from support.compliance_oracle import (
    PERIODS,
    WHOLE,
)
from support.figures import states_of
from support.workspaces import commitment, make_workspace, measured, scratch
from svcqa.errors import MetricError
from svcqa.metrics.states import STATES

# --- monthly returns ----------------------------------------------------------------------------------------------

RETURN = st.tuples(
    st.sampled_from(["D1", "D2"]), st.sampled_from(list(PERIODS)), st.integers(0, 40), st.integers(0, 40)
)


@settings(max_examples=20)
@given(
    st.lists(RETURN, min_size=1, max_size=8, unique_by=lambda item: item[:2]),
    st.sampled_from(["met", "missed"]),
    st.sampled_from(["2025-12-31 23:59:59", "2026-01-01", "2026-02-28 12:00", "2026-03-01", "2026-07-01"]),
)
def test_monthly_returns_equal_adding_them_up(returns: list[Any], numerator_is: str, moment: str) -> None:
    as_of = dt.datetime.fromisoformat(moment)
    promise = commitment(
        table="monthly_returns", rule={"kind": "monthly_return", "indicator": "i", "numerator_is": numerator_is}
    )
    rows = [
        {"indicator": indicator, "unit": unit, "month": month, "numerator": min(a, b), "denominator": max(a, b)}
        for unit, month, a, b in returns
        for indicator in ("i", "other")
    ] + [{"indicator": "amount", "unit": "D1", "month": "2026-01", "numerator": 7}]
    with scratch() as folder:
        workspace = make_workspace(folder, records={"monthly_returns": rows}, commitments=[promise])
        assert workspace.ingest().quarantined == 0
        result = workspace.measure("compliance", commitment="promise", period=WHOLE, by=["unit", "month"], as_of=as_of)
    figures = {(figure.unit, figure.period): figure for figure in result.figures()}
    for unit, month, a, b in returns:
        low, high = min(a, b), max(a, b)
        kept = low if numerator_is == "met" else high - low
        year, number = PERIODS[month]
        end = dt.datetime(year, number, months.monthrange(year, number)[1]) + dt.timedelta(days=1)
        states = dict.fromkeys(STATES, 0)
        if end <= as_of:
            states |= {"met": kept, "breached": high - kept}
        else:
            states["open_not_due"] = high  # the month is not over
        if high == 0:
            assert (unit, month) not in figures
            continue
        figure = figures[unit, month]
        assert states_of(figure) == states
        assert figure.value == (kept / high if end <= as_of else None)
        assert "unclustered" in figure.flags


def returns_workspace(folder: Path, **rule: Any) -> svcqa.Workspace:
    promise = commitment(
        table="monthly_returns", required_share="95%", rule={"kind": "monthly_return", "indicator": "i", **rule}
    )
    rows = [{"indicator": "i", "unit": "D1", "month": "2026-01", "numerator": 3, "denominator": 200}]
    workspace = make_workspace(folder, records={"monthly_returns": rows}, commitments=[promise])
    workspace.ingest()
    return workspace


def test_returns_that_count_what_was_missed_are_turned_round(tmp_path: Path) -> None:
    figure = measured(returns_workspace(tmp_path, numerator_is="missed"), period="2026-01")
    assert (figure.value, figure.n, figure.numerator) == (197 / 200, 200, 197)
    assert figure.verdict == "met"


def test_amounts_have_no_interval_and_no_evidence(tmp_path: Path) -> None:
    figure = measured(returns_workspace(tmp_path, numerator_is="missed", counts="amounts"), period="2026-01")
    assert (figure.lower, figure.upper, figure.evidence, figure.verdict) == (None, None, "", "met")
    assert "unclustered" not in figure.flags
    assert "amounts" in figure.method


def test_the_limit_of_returns_cannot_be_moved_and_the_commitment_is_named(tmp_path: Path) -> None:
    workspace = returns_workspace(tmp_path)
    for ask in (
        lambda: workspace.measure("compliance", commitment="promise", period="2026-01", limit=3),
        lambda: workspace.what_if("promise", period="2026-01").at(limit=3),
    ):
        with pytest.raises(MetricError, match="promise") as error:
            ask()
        assert error.value.faults[0].code == "returns_no_slider"
