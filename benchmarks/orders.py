"""Generated work orders of one half-year, written through the store's own writer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from svcqa.records.store import RecordStore

PERIOD = "2026H1"
UNITS = tuple(f"STATION-{number:02d}" for number in range(1, 61))
TIERS = ("A", "B", "C")
CATEGORIES = ("leak", "outage", "pressure", "meter", "billing")
REASONS = ("customer_absent", "force_majeure")
_MONTHS = tuple(np.datetime64(f"2026-{month:02d}", "M") for month in range(1, 8))
_HOURLY = np.array([2, 1, 1, 1, 1, 2, 5, 9, 14, 15, 14, 12, 9, 11, 13, 13, 12, 11, 10, 9, 8, 6, 4, 3], dtype=float)
"""How many orders come in at each hour of the day, relatively."""


def write_store(folder: Path, rows: int, seed: int) -> None:
    """One batch a month, as the months would have been ingested."""
    rng = np.random.default_rng(seed)
    with RecordStore(folder).writing() as writer:
        for label, table in _months(rows, rng):
            months = np.full(table.num_rows, label)
            entry = {"source": f"{label}.csv", "read_digest": label, "loaded_at": dt.datetime(2026, 7, 1).isoformat()}
            writer.add("work_orders", table, months=months, dead={}, entry=entry, extras={})


def _months(rows: int, rng: np.random.Generator) -> Iterator[tuple[str, Any]]:
    starts = [month.astype("datetime64[s]").astype(np.int64) for month in _MONTHS]
    bounds = np.linspace(0, rows, len(starts)).astype(np.int64)
    for number, (begin, end) in enumerate(pairwise(starts)):
        first, last = int(bounds[number]), int(bounds[number + 1])
        label = str(_MONTHS[number])
        yield label, _orders(first, last - first, begin=int(begin), end=int(end), source=f"{label}.csv", rng=rng)


def _orders(first: int, count: int, *, begin: int, end: int, source: str, rng: np.random.Generator) -> Any:
    received = _received(count, begin, end, rng)
    minutes = rng.lognormal(np.log(50), 0.9, count)  # from a few minutes to some days
    resolved = received + (minutes * 60).astype(np.int64)
    unresolved = rng.random(count) < 0.003
    reason = rng.choice(len(REASONS), count).astype(np.int32)
    not_excluded = rng.random(count) >= 0.02
    shares = rng.dirichlet(np.full(len(UNITS), 8.0))
    return pa.table(
        {
            "order_id": pa.array(np.char.add("W", np.arange(first, first + count).astype("U10"))),
            "category": _codes(CATEGORIES, rng.integers(0, len(CATEGORIES), count)),
            "unit": _codes(UNITS, rng.choice(len(UNITS), count, p=shares)),
            "tier": _codes(TIERS, rng.choice(len(TIERS), count, p=(0.1, 0.3, 0.6))),
            "received_at": pa.array(received.astype("datetime64[s]")),
            "resolved_at": pa.array(resolved.astype("datetime64[s]"), mask=unresolved),
            "excluded_reason": _codes(REASONS, reason, mask=not_excluded),
            "source_file": _codes((source,), np.zeros(count, dtype=np.int32)),
            "source_row": pa.array(np.arange(2, count + 2, dtype=np.int32)),
        }
    )


def _received(count: int, begin: int, end: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Moments in the order in which the orders came in."""
    day = rng.integers(begin // 86_400, end // 86_400, count)
    hour = rng.choice(24, count, p=_HOURLY / _HOURLY.sum())
    received: npt.NDArray[np.int64] = np.sort(day * 86_400 + hour * 3600 + rng.integers(0, 3600, count))
    return received


def _codes(labels: tuple[str, ...], index: npt.NDArray[Any], mask: npt.NDArray[np.bool_] | None = None) -> Any:
    return pa.DictionaryArray.from_arrays(pa.array(index.astype(np.int32), mask=mask), pa.array(labels))
