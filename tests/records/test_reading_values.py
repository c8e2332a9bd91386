"""How numbers and moments of source files are read, and in which formats."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from support.work_order_sources import (
    as_excel,
    as_parquet,
    csv_text,
    findings,
    mapping,
    order,
    stored,
    workspace_with,
)
from support.workspaces import (
    commitment,
)

# --- how values are read ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        ("12.0", 12),
        ("1,234", 1234),
        ("1,234,567", 1234567),
        ("+7", 7),
        ("007", 7),
        ("", None),
        ("1,5", "refused"),
        ("12,34", "refused"),
        ("12.5", "refused"),
        ("1e3", "refused"),
        ("十二", "refused"),
        ("1 234", "refused"),
    ],
)
def test_numbers_are_read_and_never_guessed(tmp_path: Path, text: str, number: object) -> None:
    columns = ("call_id", "unit", "started_at", "outcome", "rings")
    content = ",".join(columns) + f'\n1,D1,2026-01-05 08:00,answered,"{text}"\n'
    rule = {"kind": "count_threshold", "start": "started_at", "value": "rings", "limit": 3, "unit": "ring"}
    workspace = workspace_with(
        tmp_path,
        {"calls.csv": content},
        mappings={"calls": mapping(columns, "calls")},
        commitments=[commitment(table="calls", rule=rule)],
    )
    workspace.ingest()
    if number == "refused":
        assert findings(workspace) == {(2, "unreadable_number")}
    else:
        assert stored(workspace, "rings") == [(number,)]


def test_a_moment_in_two_columns_and_blanks_and_constants(tmp_path: Path) -> None:
    text = (
        "号,日期,时间,办结日期,办结时间,客户\n1,2026-01-05,08:00,,,0\n2,2026-01-05,08:00,2026-01-05,09:30,\n"
        "3,2026-01-05,08:00,2026-01-05,,7\n"
    )
    rules = {
        "table": "work_orders",
        "constants": {"unit": "D1"},
        "columns": {
            "order_id": {"from": ["日期", "号"], "join": "-"},
            "received_at": {"from": ["日期", "时间"]},
            "closed_at": {"from": ["办结日期", "办结时间"], "format": "%Y-%m-%d %H:%M"},
            "customer": {"from": "客户", "blank": ["0"]},
        },
    }
    workspace = workspace_with(tmp_path, {"work_orders.csv": text}, mappings={"work_orders": rules})
    workspace.ingest()
    assert findings(workspace) == {(4, "unreadable_moment")}  # a date without its time is no moment of that format
    rows = stored(workspace, "order_id", "unit", "closed_at", "customer")
    assert rows == [
        ("2026-01-05-1", "D1", None, None),
        ("2026-01-05-2", "D1", dt.datetime(2026, 1, 5, 9, 30), None),
    ]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-01-05 08:30:00.999", "2026-01-05 08:30:00"),
        ("2026-01-05T08:30", "2026-01-05 08:30:00"),
        ("2026/1/5 8:30", "2026-01-05 08:30:00"),
        ("20260105", "2026-01-05 00:00:00"),
        ("2026-01", None),
        ("2026", None),
        ("today", None),
        ("45000", "2023-03-15 00:00:00"),  # Excel's day number: 44927 is 1 January 2023
        ("4500", None),
        ("NaT", None),
        ("2026-01-05 25:00", None),
    ],
)
def test_moments_are_cut_to_the_second_and_never_guessed(tmp_path: Path, text: str, read: str | None) -> None:
    workspace = workspace_with(tmp_path, {"work_orders.csv": csv_text([order(1, received_at=text)])})
    workspace.ingest()
    if read is None:
        assert findings(workspace) == {(2, "unreadable_moment")}
    else:
        assert stored(workspace, "received_at") == [(dt.datetime.fromisoformat(read),)]


@pytest.mark.parametrize(
    ("text", "zone", "local"),
    [
        # Shanghai is eight hours ahead of UTC, thirteen of New York in winter, twelve in summer
        ("2026-01-05T08:00:00Z", "UTC", "2026-01-05 16:00"),
        ("2026-01-05 08:00:00z", "UTC", "2026-01-05 16:00"),
        ("2026-01-05 08:00:00+02:00", "UTC", "2026-01-05 14:00"),  # the offset says more than the rule
        ("2026-01-05 08:00:00+02", "UTC", "2026-01-05 14:00"),
        ("2026-01-05 08:00:00", "UTC", "2026-01-05 16:00"),
        ("2026-01-05 08:00:00", "America/New_York", "2026-01-05 21:00"),
        ("2026-07-05 08:00:00", "America/New_York", "2026-07-05 20:00"),
        ("2026-01-05 08:00:00", "Asia/Shanghai", "2026-01-05 08:00"),
        ("2026-03-08 02:30:00", "America/New_York", None),  # the clocks go forward: there is no such moment
        ("2026-11-01 01:30:00", "America/New_York", None),  # they go back: there are two
        ("2026-11-01 01:30:00-04:00", "America/New_York", "2026-11-01 13:30"),  # now it is said which
        ("later+08:00", "UTC", None),
    ],
)
def test_zones_are_converted_by_an_explicit_rule_only(tmp_path: Path, text: str, zone: str, local: str | None) -> None:
    rules = mapping()
    rules["columns"] = {**rules["columns"], "received_at": {"from": "received_at", "zone": zone}}
    workspace = workspace_with(
        tmp_path, {"work_orders.csv": csv_text([order(1, received_at=text)])}, mappings={"work_orders": rules}
    )
    workspace.ingest()
    if local is None:
        assert findings(workspace) == {(2, "unreadable_moment")}
    else:
        assert stored(workspace, "received_at") == [(dt.datetime.fromisoformat(local),)]


def test_a_company_in_a_zone_with_summer_time(tmp_path: Path) -> None:
    rules = mapping()
    rules["columns"] = {
        **rules["columns"],
        "received_at": {"from": "received_at", "zone": "UTC", "format": "%d/%m/%Y %H:%M %z"},
        "closed_at": {"from": "closed_at", "zone": "UTC"},
    }
    rows = [order(1, received_at="05/01/2026 08:00 +0000", closed_at="2026-07-05 08:00")]
    workspace = workspace_with(
        tmp_path,
        {"work_orders.csv": csv_text(rows)},
        mappings={"work_orders": rules},
        company={"time_zone": "Europe/London"},
    )
    workspace.ingest()
    # London keeps UTC in winter and is an hour ahead in summer
    assert stored(workspace, "received_at", "closed_at") == [(dt.datetime(2026, 1, 5, 8), dt.datetime(2026, 7, 5, 9))]


# --- formats ------------------------------------------------------------------------------------------------------


def many_orders(count: int = 300) -> list[dict[str, Any]]:
    chance = random.Random(20260701)
    rows = []
    for number in range(count):
        received = dt.datetime(2023, 1, 1) + dt.timedelta(seconds=chance.randrange(3 * 365 * 86_400))
        closed = received + dt.timedelta(seconds=chance.randrange(1, 10 * 86_400))
        fields = {"order_type": chance.choice(["抢险", "安装、维修", None]), "unit": chance.choice(["D1", "D2"])}
        end = closed if chance.random() < 0.8 else None
        rows.append(order(f"单{number:04d}", received_at=received, closed_at=end, **fields))
    return rows


FORMATS: dict[str, tuple[str, dict[str, Any]]] = {
    "utf-8": ("work_orders.csv", {}),
    "utf-8 with a mark": ("work_orders.csv", {}),
    "gb18030": ("work_orders.csv", {"encoding": "gb18030"}),
    "gz": ("work_orders.csv.gz", {}),
    "semicolons": ("work_orders.csv", {"delimiter": ";"}),
    "excel": ("work_orders.xlsx", {}),
    "parquet": ("work_orders.parquet", {}),
}


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_gives_the_same_records(tmp_path: Path, form: str) -> None:
    rows = many_orders()
    name, fields = FORMATS[form]
    text = csv_text(rows)
    content = {
        "utf-8": text.encode(),
        "utf-8 with a mark": text.encode("utf-8-sig"),
        "gb18030": text.encode("gb18030"),
        "gz": gzip.compress(text.encode()),
        "semicolons": text.replace(",", ";").encode(),
        "excel": as_excel(rows),
        "parquet": as_parquet(rows),
    }[form]
    workspace = workspace_with(tmp_path, {name: content}, mappings={"work_orders": mapping(**fields)})
    report = workspace.ingest()
    assert (report.accepted, report.quarantined) == (len(rows), 0)
    names = ("order_id", "order_type", "unit", "received_at", "closed_at")
    expected = sorted((tuple(row.get(n) for n in names) for row in rows), key=str)
    found = [
        tuple(v.to_pydatetime() if hasattr(v, "to_pydatetime") else v for v in row) for row in stored(workspace, *names)
    ]
    assert sorted(found, key=str) == expected


def test_moments_with_a_zone_in_parquet_need_a_rule_too(tmp_path: Path) -> None:
    table = pa.table(
        {
            "order_id": ["1"],
            "unit": ["D1"],
            "received_at": pa.array([dt.datetime(2026, 1, 5, 8, tzinfo=dt.UTC)], pa.timestamp("s", tz="Asia/Shanghai")),
        }
    )
    memory = io.BytesIO()
    parquet.write_table(table, memory)
    plain = mapping(("order_id", "unit", "received_at"))
    refused = workspace_with(
        tmp_path / "a", {"work_orders.parquet": memory.getvalue()}, mappings={"work_orders": plain}
    )
    refused.ingest()
    assert findings(refused) == {(2, "zone_not_declared")}
    rule = {**plain, "columns": {**plain["columns"], "received_at": {"from": "received_at", "zone": "UTC"}}}
    read = workspace_with(tmp_path / "b", {"work_orders.parquet": memory.getvalue()}, mappings={"work_orders": rule})
    read.ingest()
    assert stored(read, "received_at") == [(dt.datetime(2026, 1, 5, 16),)]
