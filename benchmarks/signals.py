"""Signals: what the sample's generator planted is found at its month; how often each rule cries without a cause.

``truth.json`` of the sample says what was planted. The rates of false alarms are simulated twice, on series of their
own: once by the package, once by plain loops that were written from the words of the rules. Both must agree within the
99 % band of two simulated rates.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from benchmarks.planted import print_planted
from svcqa.stats.process_limits import ProcessLimits, p, xmr
from svcqa.stats.signals import find_signals

MONTHS = 36
MOST = 20_000
CASES, SHARE = 400, 0.95
BAND = 2.5758293035489004
"""Standard deviations on either side that hold 99 %."""
RULES = ("outside", "trend", "near_limit", "one_side", "any")
Float64 = npt.NDArray[np.float64]
Alarms = dict[str, bool]


def run(rows: int, seed: int) -> None:
    """Print what was found of the planted effects, then ``rows`` series (at most 20 000) without any effect."""
    print_planted()
    series = min(rows, MOST)
    print(f"false alarms: series of {MONTHS} months with an alarm, {series:,} series each, seed {seed}", flush=True)
    _compare("XmR, normal values", series, seed=seed, draw=_normal, chart=xmr)
    _compare(f"p, {CASES} cases a month, {SHARE:.0%}", series, seed=seed, draw=_shares, chart=_chart_of_shares)


def _normal(rng: np.random.Generator) -> Float64:
    return rng.normal(size=MONTHS)


def _shares(rng: np.random.Generator) -> Float64:
    return rng.binomial(CASES, SHARE, MONTHS) / CASES


def _chart_of_shares(values: Float64) -> ProcessLimits:
    return p(values * CASES, [CASES] * MONTHS)


def _compare(
    name: str,
    series: int,
    *,
    seed: int,
    draw: Callable[[np.random.Generator], Float64],
    chart: Callable[[Float64], ProcessLimits],
) -> None:
    ours, theirs = np.random.default_rng([seed, 1]), np.random.default_rng([seed, 2])
    found = [_by_package(draw(ours), chart) for _ in range(series)]
    expected = [_by_loops(draw(theirs), name.startswith("XmR")) for _ in range(series)]
    for rule in RULES:
        rate, known = (sum(one[rule] for one in alarms) / series for alarms in (found, expected))
        half = BAND * math.sqrt(max(2 * known * (1 - known), 1 / series) / series)
        inside = abs(rate - known) <= half
        print(
            f"  {name}: {rule:<10} {rate:7.2%}; simulated by plain loops {known:7.2%}, 99 % band "
            f"{max(known - half, 0):.2%} to {known + half:.2%}: {'inside' if inside else 'OUTSIDE'}"
        )


def _by_package(values: Float64, chart: Callable[[Float64], ProcessLimits]) -> Alarms:
    found = find_signals(values, chart(values))
    alarms = {rule: bool(getattr(found, rule).any()) for rule in RULES[:-1]}
    return {**alarms, "any": bool(found.rule.any())}


def _by_loops(values: Float64, individual: bool) -> Alarms:
    """The rules as a person would tick them off with a pencil."""
    x = [float(value) for value in values]
    mean = sum(x) / len(x)
    if individual:
        ranges = [abs(b - a) for a, b in pairwise(x)]
        average = sum(ranges) / len(ranges)
        kept = [one for one in ranges if one < 3.267 * average]
        reach = 2.66 * sum(kept) / len(kept)
    else:
        reach = 3 * math.sqrt(mean * (1 - mean) / CASES)
    low, high = mean - reach, mean + reach
    if not individual:
        low, high = max(low, 0.0), min(high, 1.0)
    outside = [value < low or value > high for value in x]
    alarms = {"outside": any(outside), "trend": False, "near_limit": False, "one_side": False}
    for begin in range(len(x) - 6):
        seven = x[begin : begin + 7]
        steps = [b - a for a, b in pairwise(seven)]
        alarms["trend"] |= all(step > 0 for step in steps) or all(step < 0 for step in steps)
        alarms["one_side"] |= all(value > mean for value in seven) or all(value < mean for value in seven)
    near_high = [value > mean + 2 / 3 * reach and not out for value, out in zip(x, outside, strict=True)]
    near_low = [value < mean - 2 / 3 * reach and not out for value, out in zip(x, outside, strict=True)]
    for near in (near_high, near_low):
        alarms["near_limit"] |= any(sum(near[begin : begin + 3]) >= 2 for begin in range(len(x) - 2))
    return {**alarms, "any": any(alarms.values())}
