"""The measured parts of the half-year benchmark; each call is one process and prints one line of JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from pyarrow import feather

from benchmarks.orders import PERIOD, write_store
from svcqa.clock.calendar import FIRST, WorkCalendar, build_calendar
from svcqa.engine.cache import SummaryCache
from svcqa.engine.embedded import EmbeddedEngine
from svcqa.entities.base import Text
from svcqa.entities.commitment import Commitment, ElapsedWorkingTime
from svcqa.entities.organisation import Organisation, Unit
from svcqa.entities.settings import Calendar as CalendarSettings
from svcqa.metrics.contract import Context
from svcqa.metrics.measure import summarise
from svcqa.periods import PeriodRule
from svcqa.plugins.compliance import ComplianceMetric, ComplianceParams
from svcqa.records.store import RecordStore

LIMIT_HOURS = 2
CELL = ("unit", "tier", "day", "fact", "exclusion", "value", "follow_up")
_MATURE = 1 << 40
_HIGHEST = 4 * LIMIT_HOURS * 60


def _calendar() -> WorkCalendar:
    return build_calendar(CalendarSettings())  # China's days, 8:30–12:00 and 13:30–17:30


def _context() -> Context:
    company = Unit(code="CO", name=Text(en="Company"), level="company")
    period = PeriodRule().parse(PERIOD)
    tree = Organisation(units=(company,), adopt_unknown=True)
    return Context(period.end, period, _calendar(), tree, by=("unit", "tier"))


def _params() -> ComplianceParams:
    rule = ElapsedWorkingTime(
        kind="elapsed_working_time", start="received_at", stop="resolved_at", limit=LIMIT_HOURS, unit="hour"
    )
    name = Text(en="Fault repair")
    promise = Text(en=f"repaired within {LIMIT_HOURS} working hours")
    commitment = Commitment(key="repair", category=name, item=name, promise=promise, table="work_orders", rule=rule)
    return ComplianceParams(commitment=commitment)


def _engine(folder: Path, repetition: int) -> EmbeddedEngine:
    return EmbeddedEngine(RecordStore(folder / "records"), SummaryCache(folder / f"cache-{repetition}"))


def peak_memory() -> int:
    """Highest resident memory of this process in bytes. ``ru_maxrss`` would count the parent's at the fork, too."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return 1024 * next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        unit = 1 if sys.platform == "darwin" else 1024
        return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _measured(work: Callable[[], Any]) -> tuple[Any, dict[str, Any]]:
    began = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - began
    return result, {"seconds": seconds, "peak": peak_memory()}


def generate(folder: Path, rows: int, seed: int) -> dict[str, Any]:
    """Write the store and leave its files in the page cache, for both sides alike."""
    write_store(folder / "records", rows, seed)
    return {}


def svcqa(folder: Path, repetition: int) -> dict[str, Any]:
    """The first run: reads the records, keeps the cells in the cache."""
    params, context, engine = _params(), _context(), _engine(folder, repetition)
    summary, measured = _measured(lambda: summarise(engine, ComplianceMetric(), params, context))
    if repetition == 0:
        _keep(folder / "svcqa.arrow", _cells_of(summary))
    return measured


def cached(folder: Path, repetition: int) -> dict[str, Any]:
    """The second run, in a new process."""
    params, context, engine = _params(), _context(), _engine(folder, repetition)
    summary, measured = _measured(lambda: summarise(engine, ComplianceMetric(), params, context))
    if repetition == 0:
        _keep(folder / "cached.arrow", _cells_of(summary))
    return measured


def duckdb_sql(folder: Path, repetition: int) -> dict[str, Any]:
    """The same cells by SQL. The calendar table is made beforehand."""
    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = false")
        connection.execute("CREATE TABLE calendar AS SELECT * FROM days", {"days": None}) if False else None
        _add_calendar(connection)
        query = _query(folder)
        result, measured = _measured(lambda: connection.execute(query).to_arrow_table())
    if repetition == 0:
        _keep(folder / "duckdb.arrow", result)
    return measured


def _add_calendar(connection: duckdb.DuckDBPyConnection) -> None:
    """One row a day: whether it is worked, and the working seconds before it (the prefix sum)."""
    calendar = _calendar()
    days = pa.table(
        {
            "day": np.arange(len(calendar.working)).astype("int64") + FIRST,
            "working": calendar.working.astype(np.int64),
            "before": calendar.days_before[:-1] * calendar.seconds_a_day,
        }
    )
    connection.register("days", days)
    connection.execute("CREATE TABLE calendar AS SELECT DATE '1970-01-01' + day::INT AS day, working, before FROM days")
    connection.unregister("days")


def _query(folder: Path) -> str:
    raise NotImplementedError


def _cells_of(summary: Any) -> Any:
    named = {name: np.asarray(summary.labels[name])[summary.codes[name]] for name in ("unit", "tier", "exclusion")}
    numbers = {name: getattr(summary, name) for name in ("day", "fact", "value", "follow_up")}
    return pa.table({**named, **numbers, "cases": summary.weight})


def _keep(path: Path, table: Any) -> None:
    feather.write_feather(table, str(path), compression="uncompressed")


def check(folder: Path) -> dict[str, Any]:
    """Both sides give the same cells, cell for cell."""
    raise NotImplementedError


PARTS: dict[str, Callable[..., dict[str, Any]]] = {
    "generate": generate,
    "svcqa": svcqa,
    "cached": cached,
    "duckdb": duckdb_sql,
    "check": check,
}

if __name__ == "__main__":
    part, folder, *numbers = sys.argv[1:]
    print(json.dumps(PARTS[part](Path(folder), *map(int, numbers))))
