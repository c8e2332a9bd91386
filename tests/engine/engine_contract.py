"""What every engine must give, asked of each through ``svcqa.engine.contract``; ``test_engines.py`` names the engines.

What is expected comes from plain loops over the rows, never from another engine.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pytest

from svcqa.engine.batch import NULL, Batch
from svcqa.engine.contract import Derive, Engine, Request, time_of
from svcqa.engine.derive import typed_table
from svcqa.engine.draw import StratumDraw, draw, start_of
from svcqa.engine.summary import MATURE, Fact, Observations, Summary
from svcqa.errors import MetricError
from svcqa.metrics.drivers import driver_of
from svcqa.metrics.drivers.requests import request_for, summarise
from svcqa.metrics.parameters import validated
from svcqa.metrics.registry import Registry
from svcqa.metrics.testing.problems import same
from svcqa.records import supersede
from svcqa.records.query import QueryError
from svcqa.records.store import RecordStore
from svcqa.records.tables import table as table_schema

Row = dict[str, Any]
EPOCH: Final = dt.datetime(1970, 1, 1)
NOW: Final = dt.datetime(2026, 4, 1)
MONDAY, TUESDAY = dt.datetime(2026, 4, 6, 8), dt.datetime(2026, 4, 7, 8)
"""When files were read."""
TABLE: Final = "work_orders"
RECORD_METRICS: Final = [name for name in Registry().plugins() if Registry().get(name).spec.shape == "record"]


@dataclass(frozen=True)
class Reading:
    """One file as it was read; a row takes the place of the row with its key that an earlier file gave."""

    columns: Mapping[str, Sequence[Any]]
    at: dt.datetime = MONDAY
    table: str = TABLE

    @property
    def records(self) -> Any:
        """The rows as the store has them."""
        found = typed_table(self.table, self.columns)
        files = pa.array([f"{self.at:%d}.csv"] * found.num_rows, pa.string()).dictionary_encode()
        places = pa.array(range(2, 2 + found.num_rows), pa.int32())
        return found.append_column("source_file", files).append_column("source_row", places)

    def identities(self) -> list[tuple[Any, ...]]:
        """What identifies each row."""
        columns = (self.records[name].to_pylist() for name in table_schema(self.table).key)
        return list(zip(*columns, strict=True))


Build = Callable[..., Engine]
"""Called with readings, and ``cut``: how many rows at most are to be read or handed over at a time."""


def orders(count: int, seed: int, *, first: int = 0) -> dict[str, list[Any]]:
    """Columns of work orders, some open, some left out, their customers and units partly missing."""
    chance = random.Random(seed)
    received = [NOW - dt.timedelta(minutes=chance.randrange(-2_000, 200_000)) for _ in range(count)]
    return {
        "order_id": [f"W{number:05}" for number in range(first, first + count)],
        "unit": [chance.choice(("D1", "D2", "D3")) for _ in range(count)],
        "tier": [chance.choice(("gold", "silver", None)) for _ in range(count)],
        "customer": [chance.choice(("a1", "b2", None)) for _ in range(count)],
        "received_at": received,
        "resolved_at": [
            None if chance.random() < 0.3 else at + dt.timedelta(minutes=chance.randrange(4)) for at in received
        ],
        "excluded_reason": [chance.choice((None, None, "storm")) for _ in range(count)],
    }


def live(readings: Sequence[Reading], *, table: str = TABLE, known_at: dt.datetime | None = None) -> list[Row]:
    """The rows in force."""
    found: dict[tuple[Any, ...], Row] = {}
    for reading in readings:
        if reading.table == table and (known_at is None or reading.at <= known_at):
            found |= dict(zip(reading.identities(), reading.records.to_pylist(), strict=True))
    return list(found.values())


def asked(**changes: Any) -> Request:
    """A request for the columns that :func:`kernel` reads."""
    usual: Row = {
        "table": TABLE,
        "columns": ("received_at", "resolved_at", "excluded_reason"),
        "keys": ("unit", "tier"),
        "fingerprint": "suite",
        "as_of": seconds(NOW),
    }
    return Request(**{**usual, **changes})


def seconds(moment: dt.datetime) -> int:
    return int((moment - EPOCH).total_seconds())


def kernel(batch: Batch) -> Observations:
    """Minutes from receipt to solution as of :data:`NOW`; what came in later is left out."""
    received, resolved = batch.moments("received_at"), batch.moments("resolved_at")
    rows = np.flatnonzero(received <= seconds(NOW))
    is_open = resolved[rows] == NULL
    value = (np.where(is_open, seconds(NOW), resolved[rows]) - received[rows]) // 60
    reasons, labels = batch.codes("excluded_reason")
    return Observations(
        day=received[rows] // 86_400,
        fact=np.where(is_open, Fact.OPEN, Fact.CLOSED).astype(np.int8),
        value=value,
        follow_up=np.where(is_open, value, MATURE),
        exclusion=(reasons[rows], labels),
        rows=rows,
        complete=len(rows) == batch.rows,
    )


def cells(summary: Summary) -> Counter[tuple[Any, ...]]:
    """The cells with their labels."""
    named = [
        [summary.labels[name][code] for code in summary.codes[name].tolist()] for name in ("unit", "tier", "exclusion")
    ]
    numbers = [getattr(summary, name).tolist() for name in ("day", "fact", "value", "follow_up")]
    found: Counter[tuple[Any, ...]] = Counter()
    for *cell, weight in zip(*named, *numbers, summary.weight.tolist(), strict=True):
        found[tuple(cell)] += weight
    return found


def counted(rows: Sequence[Row]) -> Counter[tuple[Any, ...]]:
    """The same by a loop over the rows."""
    found: Counter[tuple[Any, ...]] = Counter()
    for row in rows:
        if row["received_at"] <= NOW:
            is_open = row["resolved_at"] is None
            minutes = int(((row["resolved_at"] or NOW) - row["received_at"]).total_seconds()) // 60
            day = (row["received_at"] - EPOCH).days
            facts = (day, Fact.OPEN if is_open else Fact.CLOSED, minutes, minutes if is_open else MATURE)
            found[row["unit"], row["tier"] or "", row["excluded_reason"] or "", *facts] += 1
    return found


def sorted_rows(rows: Sequence[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: str(row["order_id"]))


CORRECTED: Final = (
    Reading(orders(300, 1)),
    Reading(orders(80, 2, first=250), at=TUESDAY),
)
"""The second file corrects fifty orders of the first, and brings thirty."""


class EngineContract:
    """The suite; a class of tests inherits it and gives the fixture ``build``."""

    @pytest.mark.parametrize("cut", [None, 1, 7, 130])
    def test_sums_are_those_of_counting_one_by_one_however_records_are_cut(self, build: Build, cut: int | None) -> None:
        engine = build(CORRECTED, cut=cut)
        summary = engine.summarise(asked(), kernel)
        assert cells(summary) == counted(live(CORRECTED))
        assert len(summary) == len(counted(live(CORRECTED)))
        assert {getattr(summary, name).dtype.name for name in ("day", "value", "follow_up", "weight")} == {"int64"}
        assert cells(engine.summarise(asked(), kernel)) == cells(summary)

    def test_a_moment_before_the_second_file_knows_the_first_alone(self, build: Build) -> None:
        engine = build(CORRECTED)
        for known_at in (MONDAY, TUESDAY - dt.timedelta(seconds=1), TUESDAY, None):
            expected = live(CORRECTED, known_at=known_at)
            assert cells(engine.summarise(asked(known_at=known_at), kernel)) == counted(expected)
            assert sorted_rows(engine.rows(TABLE, known_at=known_at).to_pylist()) == sorted_rows(expected)
            only = build([reading for reading in CORRECTED if known_at is None or reading.at <= known_at])
            assert engine.digest(known_at) == only.digest(None)
        assert engine.digest(MONDAY) != engine.digest(TUESDAY) == engine.digest(None)
        early = MONDAY - dt.timedelta(seconds=1)
        with pytest.raises(MetricError, match=TABLE):
            engine.summarise(asked(known_at=early), kernel)
        assert engine.rows(TABLE, known_at=early).num_rows == 0

    def test_columns_and_keys_are_those_of_the_records(self, build: Build) -> None:
        engine = build(CORRECTED)
        assert set(engine.columns(TABLE)) == set(CORRECTED[0].records.schema.names)
        assert engine.columns("complaints") == []
        assert engine.key(TABLE) == ("order_id",)
        assert engine.rows("complaints").schema.names == typed_table("complaints", {}).schema.names

    @pytest.mark.parametrize("cut", [None, 7])
    def test_rows_are_read_with_what_the_kernel_makes_of_them(self, build: Build, cut: int | None) -> None:
        engine, expected = build(CORRECTED, cut=cut), live(CORRECTED)
        wanted = ("order_id", "source_file", "source_row", "never_heard_of")
        tables = list(engine.read_rows(asked(), wanted))
        assert {type(table) for table in tables} <= {pa.Table, pa.RecordBatch}
        seen = sorted_rows([row for table in tables for row in table.to_pylist()])
        names = (*asked().columns, *asked().keys, *wanted)
        assert seen == [{name: row.get(name) for name in seen[0]} for row in sorted_rows(expected)]
        assert set(seen[0]) == set(names)
        minutes = {
            table["order_id"][int(row)].as_py(): int(value)
            for table, observed in engine.observe_rows(asked(), kernel, wanted)
            for row, value in zip(observed.rows, observed.value, strict=True)
        }
        assert minutes == {
            row["order_id"]: int(((row["resolved_at"] or NOW) - row["received_at"]).total_seconds()) // 60
            for row in expected
            if row["received_at"] <= NOW
        }

    def test_progress_is_told_up_to_the_last_part(self, build: Build) -> None:
        told: list[tuple[int, int]] = []
        build(CORRECTED, cut=50).summarise(asked(), kernel, progress=lambda done, parts: told.append((done, parts)))
        assert [done for done, _ in told] == list(range(1, told[-1][1] + 1))
        assert len({parts for _, parts in told}) == 1

    def test_a_table_never_read_is_refused_and_an_empty_one_counts_nothing(self, build: Build) -> None:
        with pytest.raises(MetricError, match=TABLE):
            build([]).summarise(asked(), kernel)
        with pytest.raises(MetricError, match=TABLE):
            list(build([]).read_rows(asked(), ()))
        engine = build([Reading({})])
        assert cells(engine.summarise(asked(), kernel)) == Counter()
        assert [table.num_rows for table in engine.read_rows(asked(), ("order_id",))] == [0]
        assert set(engine.columns(TABLE)) >= {"order_id", "unit", "received_at", "source_file"}
        assert engine.rows(TABLE).num_rows == 0

    def test_joins_run_before_the_kernel_over_what_was_known(self, build: Build) -> None:
        called = {"callback_id": ["1", "2"], "record_id": ["W00003", "W00260"], "called_at": [NOW, NOW]}
        more = {"callback_id": ["3"], "record_id": ["W00007"], "called_at": [NOW]}
        beside = [Reading(called, table="callbacks"), Reading(more, at=TUESDAY, table="callbacks")]
        engine = build([*CORRECTED, *beside])
        sql = "SELECT r.* FROM records AS r JOIN callbacks AS c ON c.record_id = r.order_id"
        for known_at, ids in ((MONDAY, ("W00003", "W00260")), (None, ("W00003", "W00260", "W00007"))):
            request = asked(derive=Derive(sql, ("callbacks",)), known_at=known_at)
            expected = [row for row in live(CORRECTED, known_at=known_at) if row["order_id"] in ids]
            assert len(expected) == len(ids)
            assert cells(engine.summarise(request, kernel)) == counted(expected)
            tables = list(engine.read_rows(request, ("order_id",)))
            assert {key for table in tables for key in table["order_id"].to_pylist()} == set(ids)

    def test_joins_that_cannot_be_run_or_give_too_little_are_refused(self, build: Build) -> None:
        engine = build(CORRECTED)
        for sql, said in (
            ("SELECT nothing FROM records", "nothing"),
            ("SELECT unit, tier FROM records", "resolved_at"),
        ):
            with pytest.raises(MetricError, match=said):
                engine.summarise(asked(derive=Derive(sql)), kernel)

    def test_a_query_takes_and_gives_arrow_tables(self, build: Build) -> None:
        engine = build([])
        words = pa.table({"word": ["a", "供水", None]})
        found = engine.query("SELECT word, sha2(word, 256) AS digest FROM words ORDER BY word", {"words": words})
        assert isinstance(found, pa.Table)
        digests = {word: hashlib.sha256(word.encode()).hexdigest() for word in ("a", "供水")}
        assert {row["word"]: row["digest"] for row in found.to_pylist()} == {**digests, None: None}
        with pytest.raises(QueryError):
            engine.query("SELECT missing FROM words", {"words": words})

    @pytest.mark.parametrize("wave", [1, 2, 9])
    def test_a_draw_is_that_of_a_loop_of_hashlib(self, build: Build, wave: int) -> None:
        chance, key = random.Random(wave), f"{wave:032x}"
        strata = {f"{number:020x}": chance.choice(("城 › a", "b", "c")) for number in range(2_000)}
        taken = {"城 › a": (5, 3), "b": (40, 0), "c": (10_000, 10_000)}
        sizes = Counter(strata.values())
        asked_for = [StratumDraw(name, sizes[name], *numbers) for name, numbers in taken.items()]
        people = pa.table({"stratum": list(strata.values()), "customer": list(strata)})
        found = draw(build([]).query, people, asked_for, key=key, start=start_of(wave))
        start, expected = f"{start_of(wave):015x}", []
        for name in sorted(taken):
            numbers = {
                who: hashlib.sha256(f"{key}:{who}".encode()).hexdigest()[:15]
                for who, stratum in strata.items()
                if stratum == name
            }
            turn = sorted(numbers, key=lambda who: (numbers[who] < start, numbers[who], who))[: sum(taken[name])]
            expected += [(name, who, numbers[who], place) for place, who in enumerate(turn, start=1)]
        assert [tuple(row.values()) for row in found.to_pylist()] == expected

    def test_a_file_read_again_supersedes_the_same_rows(self, build: Build, tmp_path: Path) -> None:
        before, after = Reading(orders(200, 3)), Reading(changed(orders(200, 3)), at=TUESDAY)
        store = RecordStore(tmp_path / "superseded")
        entry = {"source": "06.csv", "read_digest": "1", "loaded_at": MONDAY.isoformat(), "report": {}}
        with store.writing() as writer:
            months = np.full(200, "2026-01")
            writer.add(TABLE, before.records, months=months, dead={}, entry=entry, extras={})
        schema = table_schema(TABLE)
        change = supersede.compare(store, schema, after.records, source="06.csv", query=build([]).query)

        old = {row["order_id"]: (place, row) for place, row in enumerate(before.records.to_pylist())}
        write, dead, listed = [], [], []
        for row in after.records.to_pylist():
            place, was = old.pop(row["order_id"], (-1, {}))
            differing = [c.name for c in schema.columns if was and was.get(c.name) != row.get(c.name)]
            write.append(not was or bool(differing))
            if differing:
                dead.append(place)
                texts = (("", "") if name == "customer" else (text(was[name]), text(row[name])) for name in differing)
                listed += [(row["order_id"], n, *told) for n, told in zip(differing, texts, strict=True)]
        assert change.write.tolist() == write
        assert {name: positions.tolist() for name, positions in change.dead.items()} == {
            "000001/2026-01.parquet": sorted(dead)
        }
        assert Counter(tuple(row.values()) for row in change.list.to_pylist()) == Counter(listed)
        new = write.count(True) - len(dead)
        assert (change.new, change.changed, change.unchanged, change.absent) == (
            new,
            len(dead),
            write.count(False),
            len(old),
        )
        assert min(new, len(dead), write.count(False), len(old)) > 0

    @pytest.mark.parametrize("cut", [None, 2])
    @pytest.mark.parametrize("name", RECORD_METRICS)
    def test_metrics_give_the_figures_of_their_examples(self, build: Build, name: str, cut: int | None) -> None:
        metric = Registry().get(name)
        for example in metric.examples():
            params, context = validated(metric, example.params), example.context()
            table = metric.table(params)
            readings = [Reading(columns, table=beside) for beside, columns in example.beside.items()]
            engine = build([Reading(example.records, table=table), *readings], cut=cut)
            assert time_of(request_for(metric, params, context, engine.columns(table))) == table_schema(table).time
            summary = summarise(engine, metric, params, context)
            result = driver_of(metric).read(summary, params, context, pins={})
            for expected, wanted in example.expected.items():
                measure, _, column = expected.partition(".")
                (row,) = (row for row in result.rows if row.measure == measure)
                assert same(row[column or "value"], wanted), (example.source, expected)


def text(value: Any) -> str | None:
    """As a list of changes has it."""
    return None if value is None else str(value)


def changed(columns: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """The file again, in another order: some rows corrected, some gone, some new."""
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    chance = random.Random(4)
    for row in rows:
        if chance.random() < 0.2:
            name, value = chance.choice([("tier", "new"), ("tier", None), ("customer", "c3"), ("unit", "D9")])
            row[name] = value
        if chance.random() < 0.2:
            row["resolved_at"] = chance.choice((None, row["received_at"] + dt.timedelta(seconds=1)))
        if chance.random() < 0.1:
            row["order_id"] = f"N{row['order_id']}"
    chance.shuffle(rows)
    return {name: [row[name] for row in rows] for name in columns}
