"""Sizes of a sample: against the textbook formulas in R (``../shared/oracles``, section alloc), brute force, rules."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from support.survey_oracle import RELATIVE, Data, reference
from svcqa.errors import StatsError
from svcqa.stats.survey.allocation import Limits, allocate, cost_optimal, neyman, power, proportional
from svcqa.stats.survey.precision import affordable, interviews_needed, precision, smallest, spread_of_share, to_draw

STRATA = ("E", "H", "M")
COVERED: set[str] = set()


@pytest.fixture(scope="module")
def known(shared: Path) -> dict[str, float]:
    return reference(shared, "alloc")


@pytest.fixture(scope="module")
def size(shared: Path) -> np.ndarray:
    stype = Data(shared, "apipop").text("stype")
    return np.array([(stype == label).sum() for label in STRATA])


@pytest.fixture(scope="module")
def spread(shared: Path) -> np.ndarray:
    data = Data(shared, "apipop")
    stype, score = data.text("stype"), data.number("api00")
    return np.array([score[stype == label].std(ddof=1) for label in STRATA])


def told(known: dict[str, float], key: str) -> list[float]:
    COVERED.update(f"{key}.{label}" for label in STRATA)
    return [known[f"{key}.{label}"] for label in STRATA]


def test_allocations_equal_the_textbook_in_r(known: dict, size: np.ndarray, spread: np.ndarray) -> None:
    assert size.tolist() == told(known, "N")
    assert spread == pytest.approx(told(known, "S.api00"), rel=RELATIVE)
    best = neyman(200, population_size=size, spread=spread)
    assert best.exact == pytest.approx(told(known, "neyman200"), rel=RELATIVE)
    even = proportional(200, population_size=size)
    assert even.exact == pytest.approx(told(known, "prop200"), rel=RELATIVE)
    cheap = cost_optimal(200, population_size=size, spread=spread, cost=[1, 4, 2])
    assert cheap.exact == pytest.approx(told(known, "optcost200_c1_4_2"), rel=RELATIVE)
    for plan, name in ((best, "neyman"), (even, "prop")):
        bought = precision(plan.exact, population_size=size, spread=spread)
        key = f"var_mean.{name}200_unrounded"
        assert bought.standard_error**2 == pytest.approx(known[key], rel=RELATIVE)
        COVERED.add(key)
        needed = interviews_needed(2.5, population_size=size, spread=spread, shares=plan.exact)
        key = f"n_needed_{name}_for_se_2.5"
        assert needed == pytest.approx(known[key], rel=RELATIVE)
        COVERED.add(key)
    assert set(known) == COVERED


def test_power_allocation_with_exponent_1_is_neymans_rule(size: np.ndarray, spread: np.ndarray) -> None:
    # Bankier (1988): with q = 1 and X the total, N·Ȳ·S/Ȳ = N·S
    ours = power(200, population_size=size, spread=spread, mean=[672, 634, 655], exponent=1)
    assert ours.exact == pytest.approx(neyman(200, population_size=size, spread=spread).exact, rel=1e-12)


def test_power_allocation_by_hand() -> None:
    # X = N·Ȳ = 800 and 7200, √X = 28.284 and 84.853 (1 : 3), times S/Ȳ = 2/8 and 1/8 (2 : 1): 2 : 3
    found = power(50, population_size=[100, 900], spread=[2, 1], mean=[8, 8])
    assert found.drawn.tolist() == [20, 30]
    # with an importance of one's own, 16 and 81: √ = 4 and 9, times 2 : 1 gives 8 : 9
    found = power(34, population_size=[100, 900], spread=[2, 1], mean=[8, 8], importance=[16, 81])
    assert found.drawn.tolist() == [16, 18]


@pytest.mark.parametrize(("sizes", "spreads", "n"), [((6, 5, 4), (2.0, 5.0, 1.0), 8), ((9, 3, 7), (1.0, 4.0, 3.0), 9)])
def test_no_other_whole_numbers_beat_neyman_by_more_than_rounding(
    sizes: tuple[int, ...], spreads: tuple[float, ...], n: int
) -> None:
    # brute force: every way to divide n, each stratum between 2 and all it has
    def variance(parts: tuple[int, ...]) -> float:
        return sum(N * N * (1 - k / N) * s * s / k for N, s, k in zip(sizes, spreads, parts, strict=True))

    ways = [w for w in itertools.product(*(range(2, N + 1) for N in sizes)) if sum(w) == n]
    ours = neyman(n, population_size=sizes, spread=spreads)
    assert tuple(ours.drawn.tolist()) in ways
    continuous = sum(
        N * N * (1 - k / N) * s * s / k for N, s, k in zip(sizes, spreads, ours.exact.tolist(), strict=True)
    )
    assert continuous <= min(map(variance, ways)) + 1e-9
    assert variance(tuple(ours.drawn.tolist())) <= min(map(variance, ways)) * 1.1


@st.composite
def plans(draw: st.DrawFn) -> dict[str, object]:
    k = draw(st.integers(1, 12))
    whole = st.lists(st.integers(0, 400), min_size=k, max_size=k)
    return {
        "key": draw(st.lists(st.floats(0, 50) | st.just(0.0), min_size=k, max_size=k)),
        "population_size": draw(whole),
        "minimum": draw(st.integers(0, 6)),
        "domain": draw(st.lists(st.sampled_from("abc"), min_size=k, max_size=k)),
        "prescribed": draw(st.lists(st.sampled_from([float("nan"), float("nan"), 0.3, 1.0]), min_size=k, max_size=k)),
        "domain_minimum": draw(st.integers(0, 40)),
        "n": draw(st.integers(0, 3000)),
    }


TINY_KEY = {
    "key": [0.0, 0.0, 1.1125369292536007e-308],
    "population_size": [0, 0, 2],
    "minimum": 0,
    "domain": ["a", "a", "a"],
    "prescribed": [float("nan")] * 3,
    "domain_minimum": 0,
    "n": 0,
}


@example(plan=TINY_KEY)  # its limit divided by its key is no number that a machine can hold
@example(plan=TINY_KEY | {"key": [1.0, 1e-308, 1e-308], "population_size": [50, 60, 70], "n": 90})
@given(plan=plans())
def test_sizes_add_up_and_keep_every_limit(plan: dict) -> None:
    size, share = np.array(plan["population_size"]), np.array(plan["prescribed"])
    limits = Limits(plan["minimum"], share, plan["domain"], plan["domain_minimum"])
    try:
        found = allocate(plan["n"], plan["key"], population_size=size, limits=limits)
    except StatsError as error:
        assert error.faults[0].code == "survey_too_few"  # noqa: PT017
        assert plan["n"] < int(error.faults[0].allowed.removeprefix("≥ "))  # noqa: PT017
        return
    fixed = ~np.isnan(share)
    least = np.minimum(plan["minimum"], size)
    most = np.where(fixed, np.maximum(np.ceil(np.where(fixed, share, 0) * size - 1e-9), least), size)
    assert found.n == min(plan["n"], int(most.sum()))
    assert found.exact.sum() == pytest.approx(found.n, abs=1e-6)
    assert (found.drawn >= least).all()
    assert (found.drawn <= most).all()
    assert (found.drawn[fixed] == most[fixed]).all()
    assert (np.abs(found.drawn - found.exact) < 1).all()
    for label in set(plan["domain"]):
        own = np.array(plan["domain"]) == label
        assert found.drawn[own].sum() >= min(plan["domain_minimum"], most[own].sum())


def test_a_department_below_its_minimum_gets_it_at_the_cost_of_the_others() -> None:
    # by hand: 90 over 800, 100, 100 would be 72, 9, 9; the second department has the last two strata and wants 40
    limits = Limits(domain=["one", "two", "two"], domain_minimum=40)
    found = proportional(90, population_size=[800, 100, 100], limits=limits)
    assert found.drawn.tolist() == [50, 20, 20]


def test_what_is_prescribed_stays_and_the_rest_is_divided() -> None:
    # by hand: all 12 complaints, 30 % of 45 repairs = 13.5 → 14, and 24 left for 300 and 100
    limits = Limits(prescribed_share=[1.0, 0.3, float("nan"), float("nan")])
    found = proportional(50, population_size=[12, 45, 300, 100], limits=limits)
    assert found.drawn.tolist() == [12, 14, 18, 6]


def test_more_calls_than_customers_is_told() -> None:
    found = proportional(500, population_size=[100, 50])
    assert (found.drawn.tolist(), found.n, found.asked) == ([100, 50], 150, 500)


@given(n=st.integers(2, 400), extra=st.integers(1, 400), p=st.floats(0.01, 0.99))
def test_more_interviews_never_buy_less_and_a_census_has_no_error(n: int, extra: int, p: float) -> None:
    size = n + extra
    spread = spread_of_share(p, population_size=[size])
    some = precision([n], population_size=[size], spread=spread)
    more = precision([n + 1], population_size=[size], spread=spread)
    everyone = precision([size], population_size=[size], spread=spread)
    assert more.standard_error <= some.standard_error
    assert everyone.standard_error == 0


def test_precision_of_departments_is_that_of_their_own_strata() -> None:
    # SEMANTICS: V = Σ W_h²(1 − n_h/N_h)·s_h²/n_h, written out for the two strata of department b
    bought = precision(
        [10, 20, 30], population_size=[100, 50, 150], spread=[1.0, 2.0, 3.0], domain=["a", "b", "b"], level=0.9
    )
    by_hand = (0.25**2 * (1 - 20 / 50) * 4 / 20 + 0.75**2 * (1 - 30 / 150) * 9 / 30) ** 0.5
    assert bought.domains == ("a", "b")
    assert bought.domain_standard_error[1] == pytest.approx(by_hand, rel=1e-12)
    assert bought.domain_standard_error[0] == pytest.approx(bought.stratum_standard_error[0], rel=1e-12)
    # 1.644854 is the normal quantile of 0.95 in any table
    assert bought.domain_half_width[1] == pytest.approx(1.644854 * by_hand, rel=1e-6)


def test_a_stratum_without_interviews_has_no_precision_and_the_whole_has_none_either() -> None:
    bought = precision([0, 20], population_size=[100, 50], spread=[1, 1], domain=["a", "b"])
    assert np.isnan(bought.standard_error)
    assert np.isnan(bought.domain_standard_error).tolist() == [True, False]
    assert precision([0, 20], population_size=[0, 50], spread=[1, 1]).standard_error > 0


@given(wanted=st.floats(0.05, 0.6), split=st.floats(0.1, 0.9))
def test_the_smallest_sample_is_enough_and_one_less_is_not(wanted: float, split: float) -> None:
    size = np.array([round(1000 * split), 1000 - round(1000 * split)])

    def enough(n: int) -> bool:
        plan = proportional(n, population_size=size)
        return precision(plan.drawn, population_size=size, spread=[2.0, 2.0]).half_width <= wanted

    found = smallest(
        lambda plan: precision(plan.drawn, population_size=size, spread=[2.0, 2.0]).half_width <= wanted,
        lambda n: proportional(n, population_size=size),
        lowest=4,
        highest=1000,
    )
    assert enough(found.n)
    assert found.n == 4 or not enough(found.n - 1)


@given(budget=st.integers(20, 4000))
def test_the_budget_is_spent_and_not_overspent(budget: int) -> None:
    assume(budget >= 20)
    cost = np.array([2, 3])
    found = affordable(
        budget, cost=cost, allocated=lambda n: proportional(n, population_size=[600, 400]), lowest=4, highest=1000
    )
    assert (found.drawn * cost).sum() <= budget
    assert found.n == 1000 or budget - (found.drawn * cost).sum() < 2 * cost.max()


def test_more_are_drawn_where_few_answer() -> None:
    # 10/0.3 = 33.3, so 34; all 8 give 5.6 of the 7
    drawn, missing = to_draw([30, 7, 10], response_rate=[0.25, 0.7, 0.3], population_size=[1000, 8, 90])
    assert drawn.tolist() == [120, 8, 34]
    assert missing == pytest.approx([0, 7 - 8 * 0.7, 0])


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: proportional(10, population_size=[0.05, 0.1]), "survey_counts"),
        (lambda: proportional(3, population_size=[50, 50]), "survey_too_few"),
        (lambda: neyman(10, population_size=[50, 50], spread=[1, 2, 3]), "survey_shape"),
        (lambda: neyman(10, population_size=[50, 50], spread=[1, float("nan")]), "survey_range"),
        (lambda: proportional(9, population_size=[9, 9], limits=Limits(prescribed_share=[2, 1])), "survey_range"),
        (lambda: precision([60], population_size=[50], spread=[1]), "survey_over_population"),
        (lambda: precision([40], population_size=[50], spread=[1], level=95), "survey_range"),
        (lambda: to_draw([40], response_rate=40, population_size=[50]), "survey_range"),
        (
            lambda: affordable(
                5, cost=[2], allocated=lambda n: proportional(n, population_size=[9]), lowest=3, highest=9
            ),
            "survey_too_few",
        ),
        (
            lambda: smallest(lambda _: False, lambda n: proportional(n, population_size=[9]), lowest=3, highest=9),
            "survey_unreachable",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(call: object, code: str) -> None:
    with pytest.raises(StatsError) as caught:
        call()  # type: ignore[operator]
    assert caught.value.faults[0].code == code
    assert caught.value.faults[0].place
