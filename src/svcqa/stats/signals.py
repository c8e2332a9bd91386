"""The four rules that tell a special cause from routine variation, and their precedence.

NHS England, Making Data Count, and NHSRplotthedots: a point outside the limits; seven points in a row that all rise or
all fall; two of three points in the outer third on the same side; seven points in a row on one side of the centre. A
point has the label of the first rule that it belongs to. Points outside the limits do not count for two of three: they
have been told already.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from svcqa.stats.process_limits import ROUNDING, ProcessLimits

Bool = npt.NDArray[np.bool_]
Int8 = npt.NDArray[np.int8]
Float64 = npt.NDArray[np.float64]

RUN: Final = 7
"""Points of a trend and of a run on one side."""


class Rule(IntEnum):
    """The rules in the order of their precedence."""

    NONE = 0
    OUTSIDE = 1
    TREND = 2
    NEAR_LIMIT = 3
    ONE_SIDE = 4


@dataclass(frozen=True, kw_only=True)
class Signals:
    """What each point tells, ``(n,)`` each.

    Attributes:
        rule: the label: the first of the rules that the point belongs to.
        side: 1 above the centre or rising, −1 below or falling, 0 where there is no signal.
        outside, trend, near_limit, one_side: 1, 0 or −1 for each rule by itself.
    """

    rule: Int8
    side: Int8
    outside: Int8
    trend: Int8
    near_limit: Int8
    one_side: Int8


def find_signals(values: npt.ArrayLike, limits: ProcessLimits, *, group: npt.ArrayLike | None = None) -> Signals:
    """Apply the rules within each rebase group; a missing value (NaN) ends every run.

    >>> from svcqa.stats.process_limits import xmr
    >>> values = [5, 6, 5, 7, 5, 6, 6, 5, 7, 6, 5, 12, 6, 5, 7, 5, 6, 7]
    >>> find_signals(values, xmr(values)).rule.tolist()
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    """
    x = np.asarray(values, dtype=np.float64)
    groups = np.zeros(len(x), dtype=np.int64) if group is None else np.asarray(group, dtype=np.int64)
    by_rule = {name: np.zeros(len(x), dtype=np.int8) for name in ("outside", "trend", "near_limit", "one_side")}
    with np.errstate(invalid="ignore"):
        slack = ROUNDING * np.maximum(np.abs(x), np.abs(limits.centre))
        by_rule["outside"] += _beyond(x, limits.lower, limits.upper, slack)
        beyond = _beyond(x, limits.near_lower, limits.near_upper, slack)
        above = _beyond(x, limits.centre, limits.centre, slack)
    beyond[by_rule["outside"] != 0] = 0
    for number in np.unique(groups):
        members = np.flatnonzero(groups == number)
        for side in (1, -1):
            by_rule["trend"][members[_trend(x[members] * side)]] = side
            by_rule["near_limit"][members[_two_of_three(beyond[members] == side, np.isfinite(x[members]))]] = side
            by_rule["one_side"][members[_runs(above[members] == side, RUN)]] = side
    rule, side_of = np.zeros(len(x), dtype=np.int8), np.zeros(len(x), dtype=np.int8)
    for number, name in reversed(list(enumerate(("outside", "trend", "near_limit", "one_side"), start=1))):
        hit = by_rule[name] != 0
        rule[hit], side_of[hit] = number, by_rule[name][hit]
    return Signals(rule=rule, side=side_of, **by_rule)


def _beyond(x: Float64, lower: Float64, upper: Float64, slack: Float64) -> Int8:
    """1 above ``upper``, −1 below ``lower``, 0 between, on either, and where nothing is known."""
    return (x > upper + slack).astype(np.int8) - (x < lower - slack).astype(np.int8)


def _runs(hit: Bool, least: int) -> Bool:
    """The members of runs of at least ``least``."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], hit.astype(np.int8), [0]])))
    member = np.zeros(len(hit), dtype=np.bool_)
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        member[begin:end] = end - begin >= least
    return member


def _trend(x: Float64) -> Bool:
    """The points of seven or more in a row, each above the one before."""
    with np.errstate(invalid="ignore"):
        steps = _runs(np.diff(x) > ROUNDING * np.abs(x[1:]), RUN - 1)
    member = np.zeros(len(x), dtype=np.bool_)
    member[:-1] |= steps
    member[1:] |= steps
    return member


def _two_of_three(hit: Bool, known: Bool) -> Bool:
    """The points of the outer third of which any three neighbours hold two; no neighbours across a gap."""
    member = np.zeros(len(hit), dtype=np.bool_)
    for begin in range(len(hit) - 2):
        window = slice(begin, begin + 3)
        if hit[window].sum() >= 2 and known[window].all():
            member[window] |= hit[window]
    return member
