"""What holds for the rows of every result: an example's figures, and intervals that hold their value."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from svcqa.metrics.result import Figure
from svcqa.metrics.testing.problems import same


def unexpected(place: str, rows: Sequence[Figure], expected: Mapping[str, Any]) -> list[str]:
    """Where ``rows`` are not what an example expects: ``{"mean.lower@D1": 0.9}``."""
    if not expected:
        return [f"{place} expects at least one figure"]
    problems = []
    for key, expected_value in expected.items():
        name, _, where = key.partition("@")
        measure, _, column = name.partition(".")
        matching = [row for row in rows if row.measure == measure and (not where or where in _places(row))]
        if len(matching) != 1:
            problems.append(f"{place}: {key} has one row, not {len(matching)}")
        elif not same(matching[0][column or "value"], expected_value):
            problems.append(f"{place}: {key} is {expected_value!r}, not {matching[0][column or 'value']!r}")
    return problems


def _places(row: Figure) -> tuple[str, str]:
    return row.period, row.unit


def broken_interval(place: str, row: Figure) -> list[str]:
    """Whether a row breaks lower ≤ value ≤ upper, or has an interval without a method."""
    ends = [row.lower, row.value, row.upper]
    present = [float(number) for number in ends if number is not None]
    if any(left > right for left, right in pairwise(present)) or any(map(math.isnan, present)):
        return [f"{place}: not {ends[0]} ≤ {ends[1]} ≤ {ends[2]}"]
    if ends[0] is not None and not row.method:
        return [f"{place}: the interval names no method"]
    return []
