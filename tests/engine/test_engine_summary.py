"""Group sums are exact however the records are cut; the cache forgets nothing it must not keep."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from svcqa.engine.batch import NULL, Batch
from svcqa.engine.cache import SummaryCache
from svcqa.engine.contract import Request
from svcqa.engine.embedded import EmbeddedEngine
from svcqa.engine.summary import (
    MATURE,
    Fact,
    Observations,
    Summary,
    group_sum,
    merge,
    merge_groups,
    summarise_observations,
    summarise_pieces,
)
from svcqa.engine.summary_arrow import from_arrow, to_arrow
from svcqa.records.store import RecordStore

DAY = 86_400


def cells(summary: Summary) -> Counter[tuple[Any, ...]]:
    found: Counter[tuple[Any, ...]] = Counter()
    numbers = (summary.day, summary.fact, summary.value, summary.follow_up)
    named = [[summary.labels[name][code] for code in codes] for name, codes in summary.codes.items()]
    for *cell, weight in zip(*named, *(array.tolist() for array in numbers), summary.weight.tolist(), strict=True):
        found[tuple(cell)] += weight
    return found


def observed(count: int, *, spread: int, weighted: bool, seed: int = 1) -> tuple[Observations, dict[str, Any]]:
    rng = np.random.default_rng(seed)
    follow_up = np.where(rng.random(count) < 0.7, MATURE, rng.integers(-1, 50, count))
    labels = ("a", "b", "")
    observations = Observations(
        day=rng.integers(20_000, 20_005, count),
        fact=rng.integers(0, 3, count).astype(np.int8),
        value=rng.integers(-spread, spread, count),
        follow_up=follow_up,
        weight=rng.integers(1, 9, count) if weighted else None,
        exclusion=(rng.integers(0, 2, count).astype(np.int32), ("", "storm")),
    )
    return observations, {"unit": (rng.integers(0, 3, count).astype(np.int32), labels)}


def expected(pieces: list[tuple[Observations, dict[str, Any]]]) -> Counter[tuple[Any, ...]]:
    found: Counter[tuple[Any, ...]] = Counter()
    for one, keys in pieces:
        codes, labels = keys["unit"]
        assert one.exclusion is not None
        reasons, names = one.exclusion
        for row in range(len(one.day)):
            cell = (
                labels[codes[row]],
                names[reasons[row]],
                int(one.day[row]),
                int(one.fact[row]),
                int(one.value[row]),
                int(one.follow_up[row]),
            )
            found[cell] += 1 if one.weight is None else int(one.weight[row])
    return found


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("spread", [1, 20, 1 << 61])
def test_group_sums_equal_counting_one_by_one(spread: int, weighted: bool) -> None:
    pieces = [observed(500, spread=spread, weighted=weighted, seed=seed) for seed in (1, 2, 3)]
    together = merge([summarise_pieces(pieces, ["unit"])], ["unit"])
    assert cells(together) == expected(pieces)
    assert together.day.dtype == together.value.dtype == together.weight.dtype == np.int64
    apart = merge([summarise_observations(*piece) for piece in pieces], ["unit"])
    assert cells(apart) == expected(pieces)
    added = merge([merge_groups([summarise_pieces([piece], ["unit"]) for piece in pieces], ["unit"])], ["unit"])
    assert cells(added) == expected(pieces)
    assert len(added) == len(expected(pieces))


def test_pieces_with_other_labels_are_matched_by_label() -> None:
    first = observed(50, spread=5, weighted=False, seed=1)
    second = observed(50, spread=5, weighted=False, seed=2)
    second[1]["unit"] = (second[1]["unit"][0], ("", "c", "a"))
    summary = merge([summarise_pieces([first, second], ["unit"])], ["unit"])
    assert cells(summary) == expected([first, second])


@pytest.mark.parametrize(("count", "spread"), [(0, 1), (1, 1), (400, 1), (400, 1 << 61)])
def test_a_summary_comes_back_from_arrow_as_it_was(count: int, spread: int) -> None:
    summary = summarise_observations(*observed(count, spread=spread, weighted=True))
    batch = to_arrow(summary)
    again = from_arrow(batch)
    assert cells(again) == cells(summary)
    assert (again.settled, again.labels, len(again)) == (summary.settled, summary.labels, len(summary))
    assert cells(merge([again, summary], ["unit"])) == cells(summary) + cells(summary)


def test_nothing_observed_gives_no_cells() -> None:
    summary = merge(
        [summarise_pieces([], ["unit"]), summarise_pieces([observed(0, spread=3, weighted=False)], ["unit"])], ["unit"]
    )
    assert len(summary) == 0
    assert summary.total == 0
    assert len(group_sum({"follow_up": np.zeros(0, dtype=np.int64)}, None)[1]) == 0


def test_batch_reads_slices_nulls_and_every_unit_of_time() -> None:
    seconds = [-1, None, 1_700_000_000, 5, None, 7]
    for unit, factor in (("s", 1), ("ms", 1000), ("us", 10**6), ("ns", 10**9)):
        scaled = [None if value is None else value * factor for value in seconds]
        table = pa.table(
            {
                "at": pa.array(scaled, pa.timestamp(unit)),
                "code": pa.array(["x", None, "y", "x", None, "y"]).dictionary_encode(),
                "n": pa.array([1, 2, None, 4, 5, 6], pa.int32()),
            }
        )
        for begin in range(6):
            batch = Batch(table.slice(begin))
            assert batch.moments("at").tolist() == [NULL if v is None else v for v in seconds[begin:]]
            index, labels = batch.codes("code")
            assert [labels[i] for i in index] == ["x", "", "y", "x", "", "y"][begin:]
            assert batch.integers("n").tolist() == [1, 2, NULL, 4, 5, 6][begin:]
            assert batch.matches((("code", ("x",)),)).tolist() == [True, False, False, True, False, False][begin:]


def _store(folder: Path, received: list[int], units: list[str], *, dead: dict[str, Any] | None = None) -> RecordStore:
    store = RecordStore(folder)
    rows = pa.table(
        {
            "order_id": pa.array([str(number) for number in range(len(received))]),
            "unit": pa.array(units).dictionary_encode(),
            "received_at": pa.array(received, pa.timestamp("s")),
        }
    )
    entry = {
        "source": "a.csv",
        "read_digest": str(received),
        "loaded_at": dt.datetime(2026, 1, 1).isoformat(),
        "report": {},
    }
    with store.writing() as writer:
        months = np.full(len(received), "1970-01")
        writer.add("work_orders", rows, months=months, dead=dead or {}, entry=entry, extras={})
    return store


def _request(as_of: int) -> Request:
    return Request(table="work_orders", columns=("received_at",), keys=("unit",), fingerprint="test", as_of=as_of)


class Kernel:
    """Cases are open for ten days; ``calls`` counts batches."""

    def __init__(self, as_of: int) -> None:
        self.as_of, self.calls = as_of, 0

    def __call__(self, batch: Batch) -> Observations:
        self.calls += 1
        received = batch.moments("received_at")
        rows = np.flatnonzero(received <= self.as_of)
        chosen = received[rows]
        is_open = chosen > self.as_of - 10 * DAY
        fact = np.where(is_open, Fact.OPEN, Fact.CLOSED).astype(np.int8)
        value = np.where(is_open, (self.as_of - chosen) // DAY, 10)
        follow_up = np.where(is_open, value, MATURE)
        return Observations(
            day=chosen // DAY, fact=fact, value=value, follow_up=follow_up, rows=rows, complete=len(rows) == batch.rows
        )


def test_cut_of_row_groups_and_pieces_changes_nothing(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    received = rng.integers(0, 30 * DAY, 1000).tolist()
    units = rng.choice(["a", "b", "c"], 1000).tolist()
    store = _store(tmp_path / "store", received, units)
    dead = np.sort(rng.choice(1000, 100, replace=False))
    _store(tmp_path / "store", [40 * DAY], ["a"], dead={"000001/1970-01.parquet": dead})
    as_of = 50 * DAY
    alive = [row for row in range(1000) if row not in set(dead.tolist())]
    want = Counter((units[row], "", received[row] // DAY, 0, 10, MATURE) for row in alive) + Counter(
        {("a", "", 40, 0, 10, MATURE): 1}
    )
    assert cells(EmbeddedEngine(store, None).summarise(_request(as_of), Kernel(as_of))) == want
    path = store.parts("work_orders")[0].path
    table = parquet.read_table(path)
    parquet.write_table(table, path, row_group_size=130)
    again = EmbeddedEngine(store, None, threads=3, piece=7).summarise(_request(as_of), Kernel(as_of))
    assert cells(again) == want
    assert len(again) == len(want)  # row groups that are not in the order of time are added up


def _asked(store: RecordStore, cache: SummaryCache, as_of: int) -> tuple[Counter[tuple[Any, ...]], int]:
    kernel = Kernel(as_of)
    return cells(EmbeddedEngine(store, cache).summarise(_request(as_of), kernel)), kernel.calls


def test_settled_part_is_kept_for_every_later_moment_only(tmp_path: Path) -> None:
    store = _store(tmp_path / "store", [1 * DAY, 2 * DAY, 9 * DAY], ["a", "a", "b"])
    cache = SummaryCache(tmp_path / "cache")
    settled, calls = _asked(store, cache, 30 * DAY)
    assert calls == 1
    assert _asked(store, cache, 30 * DAY) == (settled, 0)
    assert _asked(store, cache, 31 * DAY) == (settled, 0)
    earlier, calls = _asked(store, cache, 15 * DAY)  # one case is open
    assert calls == 1
    assert earlier != settled
    before, calls = _asked(store, cache, 5 * DAY)  # one record lies after as_of
    assert calls == 1
    assert sum(before.values()) == 2
    assert _asked(store, cache, 15 * DAY) == (earlier, 0)
    assert _asked(store, cache, 5 * DAY) == (before, 0)
    assert _asked(store, cache, 40 * DAY) == (settled, 0)


def test_part_with_a_record_after_as_of_is_never_taken_for_settled(tmp_path: Path) -> None:
    store = _store(tmp_path / "store", [1 * DAY, 60 * DAY], ["a", "a"])
    cache = SummaryCache(tmp_path / "cache")
    first, calls = _asked(store, cache, 30 * DAY)  # the only case known is closed and mature
    assert calls == 1
    assert sum(first.values()) == 1
    second, calls = _asked(store, cache, 90 * DAY)
    assert calls == 1
    assert sum(second.values()) == 2


def test_damaged_cache_file_is_computed_again(tmp_path: Path) -> None:
    store = _store(tmp_path / "store", [1 * DAY], ["a"])
    cache = SummaryCache(tmp_path / "cache")
    first, _ = _asked(store, cache, 30 * DAY)
    for content in (b"", b"ARROW1 but no more"):
        for path in (tmp_path / "cache").iterdir():
            path.write_bytes(content)
        assert _asked(store, cache, 30 * DAY) == (first, 1)
