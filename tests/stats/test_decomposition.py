"""A whole shared out: held against SciPy's solvers, a grid, the conditions of Karush, Kuhn and Tucker, and by hand."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, lsq_linear, minimize

from svcqa.errors import StatsError
from svcqa.stats.decomposition import Part, conflicts, share_tree
from svcqa.stats.share_out import RULES, Shared, effort_shares, share_out

Float64 = npt.NDArray[np.float64]


@st.composite
def problems(draw: st.DrawFn) -> tuple[float, dict[str, Float64]]:
    """Parts with limits, some locked, and a whole within reach."""
    count = draw(st.integers(1, 8))

    def numbers(low: float, high: float) -> Float64:
        return np.asarray(draw(st.lists(st.floats(low, high), min_size=count, max_size=count)))

    weight, start, effort = numbers(0.01, 5), numbers(0, 1), numbers(0.01, 1)
    lower = numbers(0, 0.6)
    upper = lower + numbers(0, 0.5)
    locked = np.asarray(draw(st.lists(st.booleans(), min_size=count, max_size=count)))
    upper = np.where(locked, lower, upper)
    part = draw(st.floats(0, 1))
    whole = float((weight * (lower + part * (upper - lower))).sum())
    return whole, {"weight": weight, "start": start, "effort": effort, "lower": lower, "upper": upper}


def cost(x: Float64, given: dict[str, Float64]) -> float:
    return float((given["weight"] / given["effort"] * (x - given["start"]) ** 2).sum())


@given(problems())
def test_the_parts_deliver_the_whole_within_their_limits(problem: tuple[float, dict[str, Float64]]) -> None:
    whole, given = problem
    found = share_out(whole, **given)
    assert abs(float((given["weight"] * found.value).sum()) - whole) < 1e-9
    assert abs(found.error) < 1e-9
    assert np.all(found.value >= given["lower"] - 1e-12)
    assert np.all(found.value <= given["upper"] + 1e-12)


@given(problems())
def test_the_conditions_of_karush_kuhn_and_tucker_hold(problem: tuple[float, dict[str, Float64]]) -> None:
    """One multiplier for all parts that are free; at a limit the part would rather go further."""
    whole, given = problem
    found = share_out(whole, **given)
    slope = (found.value - given["start"]) / given["effort"]
    room = given["upper"] - given["lower"] > 1e-6
    free = room & (found.value > given["lower"] + 1e-7) & (found.value < given["upper"] - 1e-7)
    if free.any():
        multiplier = slope[free].mean()
        assert np.abs(slope[free] - multiplier).max() < 1e-5
        assert np.all(slope[room & (found.value <= given["lower"] + 1e-7)] >= multiplier - 1e-5)
        assert np.all(slope[room & (found.value >= given["upper"] - 1e-7)] <= multiplier + 1e-5)


@given(problems())
def test_scipy_finds_nothing_cheaper(problem: tuple[float, dict[str, Float64]]) -> None:
    """``scipy.optimize.lsq_linear`` with the equality as a row of great weight (1e5)."""
    whole, given = problem
    found = share_out(whole, **given)
    free = given["upper"] > given["lower"] + 1e-6
    if not free.any():
        return
    fixed = float((given["weight"] * np.where(free, 0.0, given["lower"])).sum())
    scale = np.sqrt(given["weight"] / given["effort"])[free]
    rows = np.vstack([np.diag(scale), 1e5 * given["weight"][free]])
    aims = np.append(scale * given["start"][free], 1e5 * (whole - fixed))
    other = lsq_linear(rows, aims, bounds=(given["lower"][free], given["upper"][free]), tol=1e-14, max_iter=500)
    x = np.where(free, 0.0, found.value)
    x[free] = other.x
    assert cost(found.value, given) <= cost(x, given) * (1 + 1e-6) + 1e-5
    assert np.abs(found.value - x).max() < 2e-3


def test_slsqp_and_trust_constr_find_the_same() -> None:
    given = {
        "weight": np.array([0.1, 0.25, 0.4, 0.25]),
        "start": np.array([0.91, 0.965, 0.94, 0.88]),
        "effort": np.array([0.09, 0.035, 0.06, 0.12]),
        "lower": np.array([0.9, 0.9, 0.9, 0.9]),
        "upper": np.array([0.93, 1.0, 1.0, 1.0]),
    }
    found = share_out(0.96, **given)
    bounds = list(zip(given["lower"], given["upper"], strict=True))
    equality = LinearConstraint(given["weight"], 0.96, 0.96)
    for method, options in (("SLSQP", {"ftol": 1e-16, "maxiter": 500}), ("trust-constr", {"gtol": 1e-12})):
        other = minimize(
            cost, given["start"], args=(given,), method=method, bounds=bounds, constraints=equality, options=options
        )
        assert np.abs(other.x - found.value).max() < 2e-5, method
    assert list(found.at_limit) == [1, 0, 0, 0]


def test_no_point_of_a_grid_is_cheaper() -> None:
    """All pairs on a grid of 0.0005 for two parts, the third from the equality."""
    given = {
        "weight": np.array([1.0, 2.0, 1.5]),
        "start": np.array([0.5, 0.7, 0.6]),
        "effort": np.array([0.5, 0.3, 0.4]),
        "lower": np.array([0.45, 0.6, 0.6]),
        "upper": np.array([0.7, 0.75, 0.8]),
    }
    whole = 3.1
    found = share_out(whole, **given)
    best = np.inf
    for a, b in itertools.product(np.arange(0.45, 0.7001, 0.0005), np.arange(0.6, 0.7501, 0.0005)):
        c = (whole - a - 2 * b) / 1.5
        if 0.6 <= c <= 0.8:
            best = min(best, cost(np.array([a, b, c]), given))
    assert cost(found.value, given) <= best + 1e-12
    assert cost(found.value, given) > best - 1e-4


def test_what_the_rules_mean() -> None:
    """By hand: from 0.90 and 0.98, equal weights, to 0.97.

    Gaps 0.10 and 0.02 halved; 3 points each; times 0.97 / 0.94.
    """

    def to(rule: str) -> Shared:
        shares = effort_shares(rule, [0.9, 0.98], best=1.0)  # type: ignore[arg-type]
        return share_out(0.97, weight=[0.5, 0.5], start=[0.9, 0.98], effort=shares, lower=[0, 0], upper=[2, 2])

    assert to("equal_gap_closing").value == pytest.approx([0.95, 0.99])
    assert to("equal_gap_closing").effort == pytest.approx(0.5)
    assert to("equal_points").value == pytest.approx([0.93, 1.01])
    assert to("proportional").value == pytest.approx([0.9 * 0.97 / 0.94, 0.98 * 0.97 / 0.94])


def test_a_time_closes_its_gap_downwards() -> None:
    """By hand: 30 and 50 minutes, three to one, mean 35, to 28: both times 28/35."""
    shares = effort_shares("equal_gap_closing", [30, 50], best=0)
    found = share_out(28, weight=[0.75, 0.25], start=[30, 50], effort=shares, lower=[0, 0], upper=[1e9, 1e9])
    assert found.value == pytest.approx([24, 40])
    assert found.effort == pytest.approx(-0.2)


def company(**locked: float) -> list[Part]:
    """A company, two branches, five departments, two posts of the first."""
    tree = [
        ("C", None, 0, 0),
        ("N", "C", 0, 0),
        ("N1", "N", 0, 0),
        ("N1a", "N1", 120, 0.93),
        ("N1b", "N1", 80, 0.97),
        ("N2", "N", 300, 0.95),
        ("S", "C", 0, 0),
        ("S1", "S", 250, 0.90),
        ("S2", "S", 50, 0.99),
        ("S3", "S", 200, 0.96),
    ]
    return [
        Part(code=code, parent=parent, weight=weight, start=start, lower=0.0, upper=1.0, locked=locked.get(code))
        for code, parent, weight, start in tree
    ]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("locked", [{}, {"S1": 0.93}, {"S": 0.95}, {"S": 0.95, "S2": 0.985, "N1a": 0.94}])
def test_every_level_delivers_what_is_above_it(rule: str, locked: dict[str, float]) -> None:
    parts = company(**locked)
    found = share_tree(parts, 0.955, rule=rule, best=1.0)  # type: ignore[arg-type]
    value = {cell.code: cell.value for cell in found.cells}
    weight = {cell.code: cell.weight for cell in found.cells}
    assert value["C"] == pytest.approx(0.955, abs=1e-12)
    assert weight["C"] == 1000
    for code in ("C", "N", "N1", "S"):
        below = [part.code for part in parts if part.parent == code]
        assert abs(sum(weight[c] * value[c] for c in below) / weight[code] - value[code]) < 1e-9
    for code, goal in locked.items():
        assert value[code] == goal
    assert found.error < 1e-9


def test_unlocked_parts_of_all_branches_share_one_effort() -> None:
    found = share_tree(company(S1=0.93), 0.955, rule="equal_points", best=1.0)
    moved = {cell.code: cell.value - cell.start for cell in found.cells}
    assert moved["N1a"] == pytest.approx(moved["N2"]) == pytest.approx(moved["S3"])


def test_what_locked_parts_make_impossible_is_named() -> None:
    """By hand: with S1 at 0.90 and the others at 1 the company comes to 0.975."""
    (found,) = conflicts(company(S1=0.90), 0.98)
    assert (found.code, found.locked) == ("C", ("S1",))
    assert found.most == pytest.approx(0.975)
    with pytest.raises(StatsError, match=r"0\.98.*0\.975"):
        share_tree(company(S1=0.90), 0.98, rule="equal_points", best=1.0)


def test_a_lock_above_and_all_below_it_conflict_in_their_own_place() -> None:
    (found,) = conflicts(company(S=0.95, S1=0.9, S2=0.99, S3=0.96), 0.955)
    assert found.code == "S"
    assert found.least == found.most == pytest.approx((250 * 0.9 + 50 * 0.99 + 200 * 0.96) / 500)


def test_quantities_add_up() -> None:
    """By hand: 842 and 1266 of 2108 last year; 2400 in proportion, then with the first locked at 1000."""
    shares = effort_shares("proportional", [842, 1266], best=np.inf)
    free = share_out(2400, weight=[1, 1], start=[842, 1266], effort=shares, lower=[0, 0], upper=[np.inf, np.inf])
    assert free.value == pytest.approx([842 * 2400 / 2108, 1266 * 2400 / 2108])
    locked = share_out(2400, weight=[1, 1], start=[842, 1266], effort=shares, lower=[1000, 0], upper=[1000, np.inf])
    assert list(locked.value) == [1000, 1400]
