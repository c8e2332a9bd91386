"""Each engine held to the contract; a further engine is a line in :data:`ENGINES`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from engine_contract import Build, EngineContract, Reading
from pyarrow import parquet

import svcqa
from support.workspaces import make_workspace
from svcqa.engine.cache import SummaryCache
from svcqa.engine.contract import Engine
from svcqa.engine.embedded import EmbeddedEngine
from svcqa.engine.memory import MemoryEngine
from svcqa.errors import SvcqaError
from svcqa.records.store import RecordStore
from svcqa.records.tables import table as table_schema


def stored(folder: Path, readings: Sequence[Reading], cut: int | None) -> RecordStore:
    """A record store that read the files one after the other, its row groups of ``cut`` rows at most."""
    store = RecordStore(folder)
    known: dict[tuple[Any, ...], tuple[str, int]] = {}
    for number, reading in enumerate(readings, start=1):
        records, rows_of = reading.records, Counter[str]()
        months = [f"{at:%Y-%m}" if at else "1970-01" for at in records[table_schema(reading.table).time].to_pylist()]
        dead: dict[str, list[int]] = {}
        places = []
        for key, month in zip(reading.identities(), months, strict=True):
            if (reading.table, *key) in known:
                part, position = known[reading.table, *key]
                dead.setdefault(part, []).append(position)
            places.append(((reading.table, *key), (f"{number:06d}/{month}.parquet", rows_of[month])))
            rows_of[month] += 1
        known |= dict(places)
        about = {"accepted": records.num_rows, "quarantined": 0}
        pins = {"read_digest": repr(records.to_pylist()), "loaded_at": reading.at.isoformat()}
        with store.writing() as writer:
            writer.add(
                reading.table,
                records,
                months=np.array(months, dtype="U7"),
                dead={part: np.array(positions) for part, positions in dead.items()},
                entry={"source": f"{number}.csv", "report": about, **pins},
                extras={},
            )
    for path in folder.rglob("????-??.parquet") if cut else ():
        parquet.write_table(parquet.read_table(path), path, row_group_size=cut)
    return store


def embedded(folder: Path, readings: Sequence[Reading], cut: int | None) -> Engine:
    store, cache = stored(folder / "records", readings, cut), SummaryCache(folder / "cache")
    return EmbeddedEngine(store, cache, threads=3, piece=max(cut // 3, 1)) if cut else EmbeddedEngine(store, cache)


def memory(folder: Path, readings: Sequence[Reading], cut: int | None) -> Engine:
    tables = {reading.table for reading in readings}
    states = {
        at: {name: in_force([r for r in readings if r.table == name and r.at <= at]) for name in tables}
        for at in {reading.at for reading in readings}
    }
    known = {at: {name: table for name, table in state.items() if table is not None} for at, state in states.items()}
    return MemoryEngine({}, later=known, split=partial(pieces, size=cut) if cut else None)


def in_force(readings: Sequence[Reading]) -> Any:
    """The rows that no later file replaced; ``None`` where there is no file."""
    kept = []
    for number, reading in enumerate(readings, start=1):
        replaced = {key for later in readings[number:] for key in later.identities()}
        kept.append(reading.records.filter(pa.array([key not in replaced for key in reading.identities()], pa.bool_())))
    return pa.concat_tables(kept) if kept else None


def pieces(table: Any, size: int) -> list[Any]:
    return [table.slice(begin, size) for begin in range(0, table.num_rows, size)] or [table]


ENGINES: dict[str, Callable[[Path, Sequence[Reading], int | None], Engine]] = {"embedded": embedded, "memory": memory}


@pytest.fixture(params=list(ENGINES))
def build(request: pytest.FixtureRequest, tmp_path: Path) -> Build:
    made = iter(range(100))

    def call(readings: Sequence[Reading], *, cut: int | None = None) -> Engine:
        return ENGINES[request.param](tmp_path / f"engine-{next(made)}", readings, cut)

    return call


class TestEngines(EngineContract):
    """The whole suite for each engine."""


def test_the_settings_choose_the_engine(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    assert workspace.engine.name == workspace.settings.engine == "embedded"
    assert workspace.engine is workspace.figures.engine


def test_an_engine_of_another_name_is_told_with_those_there_are(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path).folder
    settings = (folder / "svcqa.toml").read_text(encoding="utf-8")
    (folder / "svcqa.toml").write_text(f'engine = "abacus"\n{settings}', encoding="utf-8")
    with pytest.raises(SvcqaError) as error:
        svcqa.open(folder)
    (fault,) = error.value.faults
    assert (fault.file, fault.place, fault.got) == ("svcqa.toml", "engine", "'abacus'")
    assert "embedded" in fault.allowed
