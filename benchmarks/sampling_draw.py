"""A draw by permanent random numbers beside DuckDB's own ``ORDER BY sha256(id) LIMIT n``, on the same customers.

Both sides hash every customer and keep the smallest; ours adds a key, a starting point on the circle, strata and a
fixed order of reserves. The list of the plain query is compared with the same draw in a loop of ``hashlib``.
"""

from __future__ import annotations

import hashlib
import heapq
import statistics
import time
from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from svcqa.engine.draw import StratumDraw, as_digits, draw, start_of
from svcqa.engine.duckdb_query import query

DRAWN = 3_000
RESERVE = 3_000
STRATA = 40
REPETITIONS = 5
AIM = 1.5
KEY = "00112233445566778899aabbccddeeff"
CHECKED = 200_000
"""Customers at most that the loop in Python hashes."""


def run(rows: int, seed: int) -> None:
    """Generate customers, draw, compare, print the ratio."""
    print(
        f"a draw of {DRAWN} + {RESERVE} from {rows:,} customers, seed {seed}, medians of {REPETITIONS} runs", flush=True
    )
    drawn, reserve = min(DRAWN, rows // 4), min(RESERVE, rows // 4)
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        _customers(connection, rows, seed)
        one_table, many_table = (connection.table(name).to_arrow_table() for name in ("one", "many"))
        _check(one_table.slice(0, CHECKED))
        plain = f"SELECT customer FROM one ORDER BY sha256(customer) LIMIT {drawn + reserve}"
        one = [StratumDraw("all", rows, drawn, reserve)]
        sizes = connection.sql("SELECT stratum, count(*) FROM many GROUP BY stratum ORDER BY stratum").fetchall()
        many = [StratumDraw(name, size, drawn // STRATA, reserve // STRATA) for name, size in sizes]
        theirs, ours, strata = _timed(
            lambda: connection.sql(plain).to_arrow_table(),
            lambda: draw(query, one_table, one, key=KEY, start=start_of(1)),
            lambda: draw(query, many_table, many, key=KEY, start=start_of(1)),
        )
    print(f"  DuckDB, ORDER BY sha256(id) LIMIT {drawn + reserve}: {theirs:.2f} s")
    print(f"  svcqa, one stratum: {ours:.2f} s; {len(many)} strata: {strata:.2f} s")
    ratio = ours / theirs
    print(f"time svcqa / DuckDB: {ratio:.2f}; aim ≤ {AIM:g}: {'reached' if ratio <= AIM else 'NOT reached'}")
    print(f"time svcqa / DuckDB, {len(many)} strata: {strata / theirs:.2f}")


def _customers(connection: duckdb.DuckDBPyConnection, rows: int, seed: int) -> None:
    """Surrogates of twenty hexadecimal digits, in one stratum and in many."""
    rng = np.random.default_rng(seed)
    numbers = pa.table({"low": rng.integers(0, 1 << 63, rows), "stratum": rng.integers(0, STRATA, rows)})
    connection.register("numbers", numbers)
    surrogate = "lpad(lower(hex(low)), 16, '0') || '0000'"
    connection.execute(f"CREATE TABLE one AS SELECT {surrogate} AS customer, 'all' AS stratum FROM numbers")
    connection.execute(f"CREATE TABLE many AS SELECT {surrogate} AS customer, 's' || stratum AS stratum FROM numbers")
    connection.unregister("numbers")


def _check(people: Any) -> None:
    """The same list from a plain loop."""
    rows = people.num_rows
    start, wanted = as_digits(start_of(2)), rows // 50
    found = draw(query, people, [StratumDraw("all", rows, wanted)], key=KEY, start=start_of(2))
    names = people["customer"].to_pylist()
    numbers = ((hashlib.sha256(f"{KEY}:{name}".encode()).hexdigest()[:15], name) for name in names)
    loop = heapq.nsmallest(wanted, ((number < start, number, name) for number, name in numbers))
    assert [name for _, _, name in loop] == found["customer"].to_pylist(), "the draws differ"
    print(f"  the same {wanted:,} of {rows:,} as a loop of hashlib draws")


def _timed(*answers: Callable[[], Any]) -> list[float]:
    """Median seconds of each, taken in turn."""
    seconds: list[list[float]] = [[] for _ in answers]
    for repetition in range(REPETITIONS + 1):
        for place, answer in enumerate(answers):
            begin = time.perf_counter()
            answer()
            if repetition:  # the first run is not counted
                seconds[place].append(time.perf_counter() - begin)
    return [statistics.median(some) for some in seconds]
