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
from svcqa.clock.calendar_set import CalendarSet
from svcqa.engine.cache import SummaryCache
from svcqa.engine.embedded import EmbeddedEngine
from svcqa.engine.summary import MATURE, Fact, Summary
from svcqa.entities.base import Text
from svcqa.entities.commitment import Commitment
from svcqa.entities.organisation import Organisation, Unit
from svcqa.entities.rules import ElapsedWorkingTime
from svcqa.entities.settings import Calendar as CalendarSettings
from svcqa.metrics.context import Context
from svcqa.metrics.drivers.requests import summarise
from svcqa.periods import PeriodRule
from svcqa.plugins.cases.clock import HORIZON
from svcqa.plugins.compliance.metric import ComplianceMetric, ComplianceParams
from svcqa.records.store import RecordStore

LIMIT_HOURS = 2
_HIGHEST = HORIZON * LIMIT_HOURS * 60
"""Follow-ups from here on count as mature, in minutes."""


def _calendar() -> WorkCalendar:
    return build_calendar(CalendarSettings())  # China's days, 8:30–12:00 and 13:30–17:30


def _context() -> Context:
    company = Unit(code="CO", name=Text(en="Company"), level="company")
    period = PeriodRule().parse(PERIOD)
    tree = Organisation(units=(company,), adopt_unknown=True)
    return Context(
        as_of=period.end,
        period=period,
        calendars=CalendarSet(_calendar(), {}, tree),
        organisation=tree,
        by=("unit", "tier"),
    )


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
    """Write the store; its files stay in the page cache, for both sides alike."""
    write_store(folder / "records", rows, seed)
    return {}


def svcqa(folder: Path, repetition: int) -> dict[str, Any]:
    """The first run: reads the records and keeps their cells in the cache."""
    return _summarise(folder, repetition, "svcqa")


def cached(folder: Path, repetition: int) -> dict[str, Any]:
    """The second run, in a new process."""
    return _summarise(folder, repetition, "cached")


def _summarise(folder: Path, repetition: int, name: str) -> dict[str, Any]:
    params, context, engine = _params(), _context(), _engine(folder, repetition)
    summary, measured = _measured(lambda: summarise(engine, ComplianceMetric(), params, context))
    if repetition == 0:
        _keep(folder / f"{name}.arrow", _cells_of(summary))
    return measured


def duckdb_sql(folder: Path, repetition: int) -> dict[str, Any]:
    """The same cells by SQL on all cores. The calendar table is made beforehand."""
    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = false")
        _add_calendar(connection)
        query = half_year_sql(RecordStore(folder / "records"), _context())
        result, measured = _measured(lambda: connection.sql(query).to_arrow_table())
    if repetition == 0:
        _keep(folder / "duckdb.arrow", result)
    return measured


def _add_calendar(connection: duckdb.DuckDBPyConnection) -> None:
    """One row a day: whether it is worked, and the working seconds before it (the prefix sum)."""
    calendar = _calendar()
    days = pa.table(
        {
            "day": np.arange(len(calendar.working), dtype=np.int64) + FIRST,
            "working": calendar.working.astype(np.int64),
            "before": calendar.days_before[:-1] * calendar.seconds_a_day,
        }
    )
    connection.register("days", days)
    connection.execute("CREATE TABLE calendar AS SELECT DATE '1970-01-01' + day::INT AS day, working, before FROM days")
    connection.unregister("days")


def half_year_sql(store: RecordStore, context: Context) -> str:
    """What a good DuckDB programmer writes: two joins with the calendar, then one GROUP BY.

    Tried and slower, or no faster: units and tiers as ENUM, one packed BIGINT as the key, narrow integers, 32-bit
    seconds instead of timestamps, NULL for a mature follow-up.
    """
    files = ", ".join(f"'{part.path.as_posix()}'" for part in store.parts("work_orders"))
    as_of = f"TIMESTAMP '{context.as_of.isoformat(sep=' ')}'"
    shifts = context.calendar.shifts

    def worked_by(moment: str, day: str) -> str:
        """Working seconds from the calendar's first day to ``moment``."""
        second = f"(epoch({moment})::BIGINT % 86400)"
        within = " + ".join(f"least(greatest({second} - {start}, 0), {stop - start})" for start, stop in shifts)
        return f"{day}.before + {day}.working * ({within})"

    return f"""
    WITH clock AS (
        SELECT unit, tier, coalesce(excluded_reason, '') AS exclusion, received_at::DATE AS day,
            resolved_at IS NOT NULL AND resolved_at <= {as_of} AS closed,
            {worked_by("received_at", "began")} AS begun,
            {worked_by("resolved_at", "ended")} AS done,
            (SELECT {worked_by(as_of, "calendar")} FROM calendar WHERE day = {as_of}::DATE) AS until
        FROM read_parquet([{files}])
        JOIN calendar AS began ON began.day = received_at::DATE
        LEFT JOIN calendar AS ended ON ended.day = resolved_at::DATE
        WHERE received_at <= {as_of}
    ), measured AS (
        SELECT unit, tier, day, exclusion, CASE WHEN closed THEN {int(Fact.CLOSED)} ELSE {int(Fact.OPEN)} END AS fact,
            (until - begun) // 60 AS so_far,
            CASE WHEN closed THEN (done - begun + 59) // 60 ELSE (until - begun) // 60 END AS value
        FROM clock
    )
    SELECT unit, tier, day, fact, exclusion, value,
        CASE WHEN so_far >= {_HIGHEST} THEN {MATURE} ELSE so_far END AS follow_up, count(*) AS cases
    FROM measured GROUP BY ALL
    """


def _cells_of(summary: Summary) -> Any:
    keys = ("unit", "tier", "exclusion")
    named = {name: pa.DictionaryArray.from_arrays(summary.codes[name], summary.labels[name]) for name in keys}
    numbers = {name: getattr(summary, name) for name in ("day", "fact", "value", "follow_up")}
    return pa.table({**named, **numbers, "cases": summary.weight})


def _keep(path: Path, table: Any) -> None:
    feather.write_feather(table, str(path), compression="uncompressed")


def check(folder: Path) -> dict[str, Any]:
    """Both sides, and svcqa again from its cache, give the same cells, cell for cell."""
    with duckdb.connect() as connection:
        for side in ("svcqa", "cached", "duckdb"):
            rows = feather.read_table(str(folder / f"{side}.arrow"))
            connection.register("cells", rows)
            day = "day - DATE '1970-01-01'" if side == "duckdb" else "day"
            # svcqa puts the row groups of a file side by side; what both hold of the day at their seam is added here.
            connection.execute(
                f"CREATE TABLE {side} AS SELECT unit::VARCHAR AS unit, tier::VARCHAR AS tier, ({day})::BIGINT AS day, "
                "fact::INT AS fact, exclusion::VARCHAR AS exclusion, value::BIGINT AS value, "
                "follow_up::BIGINT AS follow_up, sum(cases)::BIGINT AS cases FROM cells GROUP BY ALL"
            )
            connection.unregister("cells")
        for side in ("svcqa", "cached"):
            for one, other in ((side, "duckdb"), ("duckdb", side)):
                difference = connection.sql(f"SELECT * FROM {one} EXCEPT ALL SELECT * FROM {other} LIMIT 5").fetchall()
                assert not difference, f"cells of {one} that {other} has not: {difference}"
        counts = connection.sql(
            f"SELECT count(*), sum(cases) FILTER (fact = {int(Fact.CLOSED)}), "
            f"sum(cases) FILTER (fact = {int(Fact.OPEN)}), sum(cases) FILTER (exclusion <> '') FROM svcqa"
        ).fetchall()[0]
    found = dict(zip(("cells", "closed", "open", "excluded"), map(int, counts), strict=True))
    return {**found, "stored": feather.read_table(str(folder / "svcqa.arrow")).num_rows}


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
