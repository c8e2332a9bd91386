"""Draws by permanent random numbers, in SQL that every engine understands the same way.

A customer's number is the first 60 bits of SHA-256 over the draw's key, a colon and his surrogate, kept as fifteen
hexadecimal digits: texts of one length sort as the numbers do, on any engine, and nobody converts anything. A stratum
takes the customers that follow its starting point on the circle of these numbers. Other starting points give other
customers, so that waves hardly overlap, and everybody keeps the inclusion probability n / N (Ohlsson 1995,
"Coordination of samples using permanent random numbers", in: Business Survey Methods, Wiley, 153–169).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from svcqa.records.query import Query

DIGITS: Final = 15
TURN: Final = 1 << 4 * DIGITS
"""The circle's length."""
_GOLDEN: Final = (math.isqrt(5 << 8 * DIGITS) - TURN) // 2
"""TURN × (√5 − 1) / 2: multiples of it lie as evenly on the circle as any sequence does."""


@dataclass(frozen=True)
class StratumDraw:
    """How many a stratum takes: ``drawn`` first, then ``reserve`` to replace them in the same order."""

    stratum: str
    population_size: int
    drawn: int
    reserve: int = 0

    @property
    def wanted(self) -> int:
        """Both, and no more than there are."""
        return min(self.drawn + self.reserve, self.population_size)


def start_of(number: int) -> int:
    """Where the wave ``number`` begins on the circle.

    >>> [round(start_of(number) / TURN, 3) for number in (1, 2, 3)]
    [0.618, 0.236, 0.854]
    """
    return number * _GOLDEN % TURN


def as_digits(point: int) -> str:
    """A point of the circle as its fifteen digits."""
    return f"{point % TURN:0{DIGITS}x}"


def random_number(key: str, identity: str) -> str:
    """The expression for a customer's permanent random number, from expressions for key and surrogate."""
    return f"substr(sha2({key} || ':' || {identity}, 256), 1, {DIGITS})"


def draw(query: Query, people: Any, strata: Sequence[StratumDraw], *, key: str, start: int) -> Any:
    """The customers drawn, as an Arrow table: stratum, customer, prn, place (1 is drawn first).

    Args:
        query: runs the SQL.
        people: an Arrow table with the columns ``stratum`` and ``customer``.
        key: the key of the random numbers.
        start: where every stratum begins on the circle.
    """
    drawn = _drawn(query, people, strata=strata, key=key, start=start, ends=_arcs(strata, start))
    counts = {item["values"]: item["counts"] for item in drawn["stratum"].value_counts().to_pylist()}
    if any(counts.get(item.stratum, 0) < item.wanted for item in strata):  # about once in a million million strata
        drawn = _drawn(query, people, strata=strata, key=key, start=start, ends=[as_digits(start)] * len(strata))
    return drawn


def _arcs(strata: Sequence[StratumDraw], start: int) -> list[str]:
    """Where to stop looking: eight standard deviations beyond where the last one wanted is expected."""
    ends = []
    for item in strata:
        enough = item.wanted + 8 * math.isqrt(item.wanted) + 64
        whole = enough >= item.population_size
        ends.append(as_digits(start if whole else start + TURN * enough // item.population_size))
    return ends


def _drawn(
    query: Query, people: Any, *, strata: Sequence[StratumDraw], key: str, start: int, ends: Sequence[str]
) -> Any:
    sizes = {"stratum": [item.stratum for item in strata], "wanted": [item.wanted for item in strata], "last": ends}
    views = {"people": people, "draw_sizes": pa.table(sizes), "draw_key": pa.table({"draw_key": [key]})}
    return query(draw_sql(as_digits(start)), views)


def draw_sql(first: str) -> str:
    """The query of a draw over the views ``people``, ``draw_sizes`` and ``draw_key``."""
    return f"""
WITH numbered AS (
  SELECT p.stratum, p.customer, {random_number("d.draw_key", "p.customer")} AS prn
  FROM people AS p CROSS JOIN draw_key AS d
), near AS (
  SELECT n.stratum, n.customer, n.prn, s.wanted
  FROM numbered AS n JOIN draw_sizes AS s ON s.stratum = n.stratum
  WHERE CASE WHEN '{first}' < s.last THEN n.prn >= '{first}' AND n.prn < s.last
             ELSE n.prn >= '{first}' OR n.prn < s.last END
), ordered AS (
  SELECT n.stratum, n.customer, n.prn, n.wanted, row_number() OVER (
    PARTITION BY n.stratum ORDER BY CASE WHEN n.prn >= '{first}' THEN 0 ELSE 1 END, n.prn, n.customer) AS place
  FROM near AS n
)
SELECT o.stratum, o.customer, o.prn, o.place FROM ordered AS o WHERE o.place <= o.wanted
ORDER BY o.stratum, o.place
"""


def systematic_places(population_size: int, drawn: int, start: int) -> list[int]:
    """Every N/n-th place of a sorted list, counted from 0, after a start somewhere in the first N/n.

    Whole numbers only: the same on every machine. Each place is taken with probability n / N (Madow and Madow 1944).

    >>> systematic_places(10, 4, TURN // 2)
    [1, 3, 6, 8]
    """
    if drawn == 0:
        return []
    return [(start + index * TURN) * population_size // (drawn * TURN) for index in range(drawn)]
