"""From source files to the record store: what is read, refused, warned of, replaced, and what survives an accident."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import random
import shutil
import struct
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook as ExcelWorkbook
from pyarrow import parquet

import svcqa
from conftest import (
    SAMPLE,
    commitment,
    copy_workspace,
    identity_mapping,
    make_workspace,
    measured,
    scratch,
    toml_table,
    write,
    write_rows,
)
from svcqa import catalogue
from svcqa.errors import SourceError
from svcqa.records.report import FileReport
from svcqa.records.store import RecordStore
from svcqa.records.tables import TABLES

ORDER_COLUMNS = ("order_id", "order_type", "unit", "channel", "received_at", "due_at", "closed_at")
MORNING = dt.datetime(2026, 1, 5, 8)
FIRST, SECOND, THIRD = (dt.datetime(2026, 7, day) for day in (1, 2, 3))


def mapping(columns: Sequence[str] = ORDER_COLUMNS, table: str = "work_orders", **fields: Any) -> dict[str, Any]:
    return {"table": table, **fields, "columns": {name: name for name in columns}}


def order(number: object, **fields: Any) -> dict[str, Any]:
    return {"order_id": str(number), "unit": "D1", "received_at": MORNING, **fields}


def workspace_with(folder: Path, files: Mapping[str, bytes | str], **options: Any) -> svcqa.Workspace:
    """A workspace whose folder ``sources`` holds ``files`` as they are."""
    options.setdefault("mappings", {"work_orders": mapping()})
    options.setdefault("commitments", [commitment()])
    workspace = make_workspace(folder, **options)
    for name, content in files.items():
        path = folder / "sources" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return workspace


def csv_text(rows: Sequence[Mapping[str, Any]], header: Sequence[str] = ORDER_COLUMNS) -> str:
    lines = [",".join("" if row.get(name) is None else str(row[name]) for name in header) for row in rows]
    return "\n".join([",".join(header), *lines]) + "\n"


def stored(workspace: svcqa.Workspace, *columns: str, key: str = "promise") -> list[tuple[Any, ...]]:
    """The live records, sorted, through the list of cases."""
    frame = workspace.cases(key, period="1999-01..2058-12", columns=columns, as_of="2059-01-01")
    rows = frame[list(columns)].astype(object).where(frame[list(columns)].notna(), None)
    return sorted((tuple(row) for row in rows.itertuples(index=False)), key=str)


def findings(workspace: svcqa.Workspace) -> set[tuple[int, str]]:
    return {(place.row, place.reason) for place in workspace.check().quarantined}


# --- accepted + quarantined = read, whatever the rows --------------------------------------------------------------

Cell = tuple[str, str | None]
"""What stands in a cell, and the reason for which it keeps its row out."""
CELLS: dict[str, list[Cell]] = {
    "order_id": [(str(n), None) for n in range(12)] + [("", "missing_required"), ("  ", "missing_required")],
    "unit": [("D1", None), (" D2 ", None), ("", "missing_required"), ("X9", "unknown_unit")],
    "channel": [("", None), ("电话", None), ("来函", "unknown_code")],
    "received_at": [
        ("2026-01-05 08:00:00", None), ("2026/1/5 8:00", None), ("20260105", None),
        ("", "missing_required"), ("yesterday", "unreadable_moment"), ("now", "unreadable_moment"),
        ("2026-02-30 08:00", "unreadable_moment"), ("2026", "unreadable_moment"), ("08:00", "unreadable_moment"),
        ("2026-01-05T08:00:00+08:00", "zone_not_declared"), ("2026-01-05 08:00:00+08", "zone_not_declared"),
        ("1926-01-05 08:00", "start_out_of_range"), ("2098-01-05", "start_out_of_range"),
    ],
    "closed_at": [("", None), ("2026-01-05 09:00:00", None), ("2026-01-06", None), ("soon", "unreadable_moment"),
                  ("2026-01-05T09:00Z", "zone_not_declared"), ("1999-01-01", "before_start")],
}  # fmt: skip
PARSED = {
    "2026-01-05 08:00:00": "a",
    "2026/1/5 8:00": "a",
    "20260105": "b",
    " D2 ": "D2",
}  # the same moment or unit written in two ways
ROW = st.tuples(
    *[st.sampled_from([cells[0], *cells]) for cells in CELLS.values()], st.sampled_from([0, 0, 0, 0, 1, -1])
)


def expected_reasons(rows: list[tuple[Any, ...]]) -> set[tuple[int, str]]:
    """The reasons of each row by its number, told from how the rows were made."""
    found: set[tuple[int, str]] = set()
    whole: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
    for number, (*cells, shift) in enumerate(rows, start=2):
        if shift:
            found.add((number, "wrong_field_count"))
            continue
        reasons = {reason for _, reason in cells if reason is not None}
        received, closed = cells[3], cells[4]
        if closed[1] == "before_start" and received[1] in (
            "missing_required",
            "unreadable_moment",
            "zone_not_declared",
        ):
            reasons.discard("before_start")  # before what, nobody can say
        if received[0].startswith("1926"):
            reasons.discard("before_start")
        if received[0].startswith("2098") and closed[0][:4] in ("2026", "1999") and closed[1] in (None, "before_start"):
            reasons.add("before_start")
        found |= {(number, reason) for reason in reasons}
        if not reasons:
            said = tuple(PARSED.get(text, text.strip()) for text, _ in cells)
            whole.setdefault(said[0], []).append((number, said))
    for same in whole.values():
        if len({said for _, said in same}) > 1:
            found |= {(number, "conflicting_key") for number, _ in same}
        else:
            found |= {(number, "duplicate_row") for number, _ in same[1:]}
    return found


def line(row: tuple[Any, ...]) -> str:
    *cells, shift = row
    texts = [text for text, _ in cells]
    return ",".join([*texts, "x"] if shift > 0 else texts[:-1] if shift < 0 else texts)


@settings(max_examples=30)
@given(st.lists(ROW, max_size=40))
def test_accepted_and_quarantined_rows_are_all_rows_and_each_has_its_reasons(rows: list[tuple[Any, ...]]) -> None:
    text = "\n".join([",".join(CELLS), *map(line, rows)]) + "\n"
    with scratch() as folder:
        workspace = workspace_with(
            folder, {"work_orders.csv": text}, mappings={
                "work_orders": mapping(tuple(CELLS), codes={"channel": {"电话": "phone"}})
            },
        )  # fmt: skip
        report = workspace.ingest()
        (file,) = report.files
        expected = expected_reasons(rows)
        assert findings(workspace) == expected
        assert file.read == len(rows)
        assert file.quarantined == len({number for number, _ in expected})
        assert file.accepted + file.quarantined == file.read == report.accepted + report.quarantined == report.read
        assert file.new + file.changed + file.unchanged == file.accepted
        assert workspace.check().adds_up
        if file.accepted:
            assert len(stored(workspace, "order_id")) == file.accepted


# --- each reason and each warning ---------------------------------------------------------------------------------

QUARANTINE: dict[str, tuple[str, str, list[dict[str, Any]], list[tuple[int, str, str]]]] = {
    # reason → table, rows, (row number, column, what stood there)
    "missing_required": ("work_orders", [order(1, unit="")], [(2, "unit", "")]),
    "unreadable_moment": ("work_orders", [order(1, due_at="Monday")], [(2, "due_at", "Monday")]),
    "zone_not_declared": ("work_orders", [order(1, received_at="2026-01-05T08:00:00+08:00")],
                          [(2, "received_at", "2026-01-05T08:00:00+08:00")]),
    "unknown_unit": ("work_orders", [order(1, unit="D9")], [(2, "unit", "D9")]),
    "unknown_code": ("complaints", [{"complaint_id": "1", "unit": "D1", "received_at": MORNING, "valid": "maybe"}],
                     [(2, "valid", "maybe")]),
    "too_long": ("work_orders", [order(1, channel="x" * 2001)], [(2, "channel", "x" * 60)]),
    "before_start": ("work_orders", [order(1, closed_at="2026-01-05 07:59:59")],
                     [(2, "closed_at", "2026-01-05 07:59:59")]),
    "start_out_of_range": ("work_orders", [order(1, received_at="1998-12-31 23:59:59")],
                           [(2, "received_at", "1998-12-31 23:59:59")]),
    "duplicate_row": ("work_orders", [order(1), order(2), order(1)], [(4, "order_id", "1")]),
    "conflicting_key": ("work_orders", [order(1), order(2), order(1, unit="D2")],
                        [(2, "order_id", "1"), (4, "order_id", "1")]),
    "unreadable_number": ("calls", [{"call_id": "1", "unit": "D1", "started_at": MORNING, "outcome": "answered",
                                     "rings": "three"}], [(2, "rings", "three")]),
    "negative_number": ("calls", [{"call_id": "1", "unit": "D1", "started_at": MORNING, "outcome": "answered",
                                   "wait_seconds": -1}], [(2, "wait_seconds", "-1")]),
    "numerator_above_denominator": ("monthly_returns", [{"indicator": "i", "unit": "D1", "month": "2026-01",
                                                         "numerator": 5, "denominator": 4}], [(2, "numerator", "5")]),
}  # fmt: skip
WARNINGS: dict[str, tuple[str, list[dict[str, Any]], list[tuple[int, str, str]]]] = {
    "far_date": ("work_orders", [order(1, due_at="2059-12-31")], [(2, "due_at", "2059-12-31 00:00:00")]),
    "due_before_start": ("work_orders", [order(1, due_at="2026-01-05 07:00:00")],
                         [(2, "due_at", "2026-01-05 07:00:00")]),
    "zero_length": ("work_orders", [order(1, closed_at=MORNING)], [(2, "closed_at", "2026-01-05 08:00:00")]),
}  # fmt: skip


@pytest.mark.parametrize("reason", QUARANTINE)
def test_each_reason_keeps_the_row_out_and_tells_its_place(tmp_path: Path, reason: str) -> None:
    table, rows, places = QUARANTINE[reason]
    workspace = make_workspace(tmp_path, records={table: rows})
    (file,) = workspace.ingest().files
    check = workspace.check()
    assert {(p.row, p.column, p.got) for p in check.quarantined} == set(places)
    assert {(p.reason, p.table, p.source) for p in check.quarantined} == {(reason, table, f"{table}.csv")}
    assert file.reasons == {reason: len(places)}
    assert file.accepted == len(rows) - len(places)


@pytest.mark.parametrize("reason", WARNINGS)
def test_each_warning_lets_the_row_in_and_tells_its_place(tmp_path: Path, reason: str) -> None:
    table, rows, places = WARNINGS[reason]
    workspace = make_workspace(tmp_path, records={table: rows})
    (file,) = workspace.ingest().files
    check = workspace.check()
    assert check.quarantined == ()
    assert [(p.row, p.reason, p.column, p.got) for p in check.odd] == [(row, reason, *rest) for row, *rest in places]
    assert file.warnings == {reason: 1}
    assert file.accepted == len(rows)


def test_the_years_that_a_case_may_begin_in(tmp_path: Path) -> None:
    days = ["1998-12-31", "1999-01-01", "2058-12-31", "2059-01-01"]
    rows = [order(number, received_at=day) for number, day in enumerate(days)]
    workspace = make_workspace(tmp_path, records={"work_orders": rows}, commitments=[commitment()])
    workspace.ingest()
    assert findings(workspace) == {(2, "start_out_of_range"), (5, "start_out_of_range")}
    assert [number for (number,) in stored(workspace, "order_id")] == ["1", "2"]


def test_no_reason_and_no_warning_is_forgotten_here() -> None:
    known = {key.removeprefix("reasons.") for key in catalogue.entries() if key.startswith("reasons.")}
    assert known - {*QUARANTINE, *WARNINGS, "wrong_field_count"} == set()


def test_a_quarantined_row_is_not_warned_of_as_well(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, records={"work_orders": [order(1, unit="", due_at="2059-12-31")]})
    workspace.ingest()
    assert findings(workspace) == {(2, "missing_required")}
    assert workspace.check().odd == ()


def test_everything_wrong_with_a_row_is_told(tmp_path: Path) -> None:
    rows = [order("", unit="D9", received_at="then", closed_at="later")]
    workspace = make_workspace(tmp_path, records={"work_orders": rows})
    (file,) = workspace.ingest().files
    assert file.quarantined == 1
    assert {(p.reason, p.column) for p in workspace.check().quarantined} == {
        ("missing_required", "order_id"), ("unknown_unit", "unit"), ("unreadable_moment", "received_at"),
        ("unreadable_moment", "closed_at"),
    }  # fmt: skip


# --- row numbers ---------------------------------------------------------------------------------------------------


def test_rows_have_the_numbers_of_the_source_whatever_its_lines_hold(tmp_path: Path) -> None:
    text = (
        '"order_id","unit\n(部门)","received_at"\n'  # row 1, on two lines
        '1,D1,"2026-01-05 08:00"\n'
        "\n"  # row 3 is blank: no record, and yet a row
        "2,D9,2026-01-05 08:00\n"
        "3,D1\n"  # row 5
        '4,D1,"2026-01-05\n08:00"\n'  # row 6, on two lines
        ",,\n"  # row 7 is not blank: three empty fields
        "5,D9,2026-01-05 08:00\n\n\n"
    )
    columns = {"order_id": "order_id", "unit": "unit\n(部门)", "received_at": "received_at"}
    workspace = workspace_with(
        tmp_path, {"work_orders.csv": text}, mappings={"work_orders": {"table": "work_orders", "columns": columns}}
    )
    (file,) = workspace.ingest().files
    assert findings(workspace) == {
        (4, "unknown_unit"), (5, "wrong_field_count"), (6, "unreadable_moment"), (7, "missing_required"),
        (8, "unknown_unit"),
    }  # fmt: skip
    assert (file.read, file.accepted) == (6, 1)


def test_a_header_further_down_and_windows_line_ends(tmp_path: Path) -> None:
    text = "台账\r\n\r\n" + csv_text([order(1), order(2, unit="D9")]).replace("\n", "\r\n")
    workspace = workspace_with(tmp_path, {"work_orders.csv": text}, mappings={"work_orders": mapping(header_row=3)})
    workspace.ingest()
    assert findings(workspace) == {(5, "unknown_unit")}


def test_rows_of_a_workbook_have_the_numbers_of_its_sheet(tmp_path: Path) -> None:
    workbook = ExcelWorkbook()
    page = workbook.active
    page.title = "别的"
    page = workbook.create_sheet("台账")
    for row in (["2026 年工单"], list(ORDER_COLUMNS), ["1", None, "D1", None, MORNING], [], [],
                ["2", None, "D9", None, MORNING]):  # fmt: skip
        page.append(row)
    workspace = workspace_with(
        tmp_path, {"work_orders.xlsx": excel_bytes(workbook)},
        mappings={"work_orders": mapping(header_row=2, sheet="台账")},
    )  # fmt: skip
    (file,) = workspace.ingest().files
    assert (file.read, file.accepted) == (2, 1)
    assert findings(workspace) == {(6, "unknown_unit")}


def excel_bytes(workbook: ExcelWorkbook) -> bytes:
    memory = io.BytesIO()
    workbook.save(memory)
    return memory.getvalue()


# --- how values are read ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), ("12.0", 12), ("1,234", 1234), ("1,234,567", 1234567), ("+7", 7), ("007", 7), ("", None),
     ("1,5", "refused"), ("12,34", "refused"), ("12.5", "refused"), ("1e3", "refused"), ("十二", "refused"),
     ("1 234", "refused")],
)  # fmt: skip
def test_numbers_are_read_and_never_guessed(tmp_path: Path, text: str, number: object) -> None:
    columns = ("call_id", "unit", "started_at", "outcome", "rings")
    content = ",".join(columns) + f'\n1,D1,2026-01-05 08:00,answered,"{text}"\n'
    rule = {"kind": "count_threshold", "start": "started_at", "value": "rings", "limit": 3, "unit": "ring"}
    workspace = workspace_with(
        tmp_path, {"calls.csv": content}, mappings={"calls": mapping(columns, "calls")},
        commitments=[commitment(table="calls", rule=rule)],
    )  # fmt: skip
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
        "table": "work_orders", "constants": {"unit": "D1"},
        "columns": {
            "order_id": {"from": ["日期", "号"], "join": "-"}, "received_at": {"from": ["日期", "时间"]},
            "closed_at": {"from": ["办结日期", "办结时间"], "format": "%Y-%m-%d %H:%M"},
            "customer": {"from": "客户", "blank": ["0"]},
        },
    }  # fmt: skip
    workspace = workspace_with(tmp_path, {"work_orders.csv": text}, mappings={"work_orders": rules})
    workspace.ingest()
    assert findings(workspace) == {(4, "unreadable_moment")}  # a date without its time is no moment of that format
    rows = stored(workspace, "order_id", "unit", "closed_at", "customer")
    assert rows == [
        ("2026-01-05-1", "D1", None, None), ("2026-01-05-2", "D1", dt.datetime(2026, 1, 5, 9, 30), None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "read"),
    [("2026-01-05 08:30:00.999", "2026-01-05 08:30:00"), ("2026-01-05T08:30", "2026-01-05 08:30:00"),
     ("2026/1/5 8:30", "2026-01-05 08:30:00"), ("20260105", "2026-01-05 00:00:00"),
     ("2026-01", None), ("2026", None), ("today", None),
     ("45000", "2023-03-15 00:00:00"),  # Excel's day number: 44927 is 1 January 2023
     ("4500", None), ("NaT", None), ("2026-01-05 25:00", None)],
)  # fmt: skip
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
        tmp_path, {"work_orders.csv": csv_text(rows)}, mappings={"work_orders": rules},
        company={"time_zone": "Europe/London"},
    )  # fmt: skip
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


def as_excel(rows: list[dict[str, Any]]) -> bytes:
    workbook = ExcelWorkbook()
    workbook.active.append(list(ORDER_COLUMNS))
    for row in rows:
        workbook.active.append([row.get(name) for name in ORDER_COLUMNS])
    return excel_bytes(workbook)


def as_parquet(rows: list[dict[str, Any]]) -> bytes:
    memory = io.BytesIO()
    columns = {name: [row.get(name) for row in rows] for name in ORDER_COLUMNS}
    moments = {"received_at", "due_at", "closed_at"}
    types = {name: pa.timestamp("us") if name in moments else pa.string() for name in ORDER_COLUMNS}
    parquet.write_table(pa.table({name: pa.array(columns[name], types[name]) for name in ORDER_COLUMNS}), memory)
    return memory.getvalue()


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
        "utf-8": text.encode(), "utf-8 with a mark": text.encode("utf-8-sig"), "gb18030": text.encode("gb18030"),
        "gz": gzip.compress(text.encode()), "semicolons": text.replace(",", ";").encode(),
        "excel": as_excel(rows), "parquet": as_parquet(rows),
    }[form]  # fmt: skip
    workspace = workspace_with(tmp_path, {name: content}, mappings={"work_orders": mapping(**fields)})
    report = workspace.ingest()
    assert (report.accepted, report.quarantined) == (len(rows), 0)
    names = ("order_id", "order_type", "unit", "received_at", "closed_at")
    expected = sorted((tuple(row.get(n) for n in names) for row in rows), key=str)
    found = [tuple(v.to_pydatetime() if hasattr(v, "to_pydatetime") else v for v in row)
             for row in stored(workspace, *names)]  # fmt: skip
    assert sorted(found, key=str) == expected


def test_moments_with_a_zone_in_parquet_need_a_rule_too(tmp_path: Path) -> None:
    table = pa.table({
        "order_id": ["1"], "unit": ["D1"],
        "received_at": pa.array([dt.datetime(2026, 1, 5, 8, tzinfo=dt.UTC)], pa.timestamp("s", tz="Asia/Shanghai")),
    })  # fmt: skip
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


# --- files that cannot be read -------------------------------------------------------------------------------------


def encrypted_workbook() -> bytes:
    """A container such as Excel writes for a workbook with a password (MS-CFB with the stream EncryptedPackage)."""
    free, end, fat = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    header = struct.pack("<8s16sHHHHH6xIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes(16), 0x3E, 3, 0xFFFE,
                         9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0)  # fmt: skip
    header += struct.pack("<I", 0) + struct.pack("<I", free) * 108
    chain = [fat, end, *range(3, 10), end]
    table = struct.pack("<128I", *chain, *[free] * (128 - len(chain)))

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        text = (name + "\0").encode("utf-16-le") if name else b""
        links = struct.pack("<III", free, free, child)
        return struct.pack("<64sHBB12s16sI8s8sIQ", text, len(text), kind, 1, links, bytes(16), 0, bytes(8), bytes(8),
                           start, size)  # fmt: skip

    directory = entry("Root Entry", 5, 1, end, 0) + entry("EncryptedPackage", 2, free, 2, 4096)
    return header + table + directory + entry("", 0, free, 0, 0) * 2 + bytes(4096)


GOOD = csv_text([order(1), order(2)])
WORKBOOK = as_excel([order(1)])
SHORT = ("order_id", "unit", "received_at")
BROKEN: dict[str, tuple[str, bytes, dict[str, Any], str]] = {
    # file name, content, mapping, what the fault says was got
    "empty": ("b.csv", b"", {}, "no header"),
    "a workbook named csv": ("b.csv", WORKBOOK, {}, "utf-8"),
    "gb18030 read as utf-8": ("b.csv", GOOD.replace("D1", "一部").encode("gb18030"), {}, "utf-8"),
    "utf-16": ("b.csv", GOOD.encode("utf-16"), {}, "utf-8"),
    "unknown encoding": ("b.csv", GOOD.encode(), {"encoding": "utf-99"}, "utf-99"),
    "other columns": ("b.csv", b"a,b\n1,2\n", {}, "order_id"),
    "another delimiter": ("b.csv", GOOD.replace(",", ";").encode(), {}, "order_id"),
    "one column twice": ("b.csv", GOOD.replace("order_type", "unit").encode(), {}, "unit"),
    "an endless field": ("b.csv", b'"' + b"x" * 200_000, {"encoding": "latin-1"}, "field"),
    "cut gz": ("b.csv.gz", gzip.compress(GOOD.encode() * 100)[:-20], {}, "runcated"),
    "no gz": ("b.csv.gz", GOOD.encode(), {}, "zlib"),
    "a csv named xlsx": ("b.xlsx", GOOD.encode(), {}, "Zip"),
    "empty workbook": ("b.xlsx", b"", {}, "Zip"),
    "cut workbook": ("b.xlsx", WORKBOOK[: len(WORKBOOK) // 2], {}, "Zip"),
    "workbook with a password": ("b.xlsx", encrypted_workbook(), {}, "password"),
    "another sheet": ("b.xlsx", WORKBOOK, {"sheet": "台账"}, "台账"),
    "cut parquet": ("b.parquet", as_parquet([order(1)])[:-30], {}, "arquet"),
    "no parquet": ("b.parquet", GOOD.encode(), {}, "arquet"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_a_file_that_cannot_be_read_is_named_and_the_others_are_read(tmp_path: Path, case: str) -> None:
    name, content, fields, got = BROKEN[case]
    rules = mapping(SHORT if "twice" in case else ORDER_COLUMNS, **fields)
    others = {"a.csv": csv_text([order(3), order(4)]), "z.csv": csv_text([order(5)])}
    workspace = workspace_with(tmp_path, {**others, name: content})
    write(tmp_path / "mappings/broken.toml", toml_table(rules))
    text = (tmp_path / "svcqa.toml").read_text(encoding="utf-8").partition("[[sources]]")[0]
    for file, rule in (("a.csv", "work_orders"), (name, "broken"), ("z.csv", "work_orders")):
        text += f'[[sources]]\nfiles = "sources/{file}"\nmapping = "mappings/{rule}.toml"\n'
    write(tmp_path / "svcqa.toml", text)
    workspace = svcqa.open(tmp_path)
    with pytest.raises(SourceError) as error:
        workspace.ingest()
    (fault,) = error.value.faults
    assert fault.file == name
    assert got in fault.got
    assert "\n" not in fault.got
    for language in catalogue.LANGUAGES:
        told = error.value.render(language)
        assert name in told
        assert got in told
        # the remedy: correct the mapping, or see to format, encoding and password, or export again
        assert catalogue.text(f"faults.{fault.code}_fix", language).split("{")[0] in told
    assert [file.source for file in workspace.check().files] == ["a.csv", "z.csv"]
    assert measured(workspace, period="2026-01").total == 3


def test_a_source_that_matches_no_file_is_named(tmp_path: Path) -> None:
    workspace = workspace_with(tmp_path, {})
    with pytest.raises(SourceError) as error:
        workspace.ingest()
    (fault,) = error.value.faults
    assert (fault.code, fault.got) == ("no_source_file", "sources/work_orders*.*")


@pytest.mark.parametrize("name", ["work_orders.csv", "work_orders.xlsx"])
def test_a_file_of_nothing_but_its_header_has_no_rows(tmp_path: Path, name: str) -> None:
    content = as_excel([]) if name.endswith("xlsx") else ",".join(ORDER_COLUMNS).encode()
    workspace = workspace_with(tmp_path, {name: content})
    (file,) = workspace.ingest().files
    assert (file.read, file.accepted, file.quarantined) == (0, 0, 0)


def test_a_file_cut_within_a_row_loses_that_row_only(tmp_path: Path) -> None:
    workspace = workspace_with(tmp_path, {"work_orders.csv": GOOD[:-20]})
    (file,) = workspace.ingest().files
    assert (file.read, file.accepted, file.reasons) == (2, 1, {"wrong_field_count": 1})
    assert findings(workspace) == {(3, "wrong_field_count")}


def test_all_faults_of_a_mapping_are_told_at_once(tmp_path: Path) -> None:
    rules = {
        "table": "work_orders", "columns": {"order_id": "a", "reading": "b", "customer": "c", "phone": "d"},
        "codes": {"tier": {"甲": "A"}, "customer": {"x": "y"}, "nothing": {"x": "y"}},
        "constants": {"colour": "red"}, "extra": {"area": "e"},
    }  # fmt: skip
    workspace = workspace_with(tmp_path, {"work_orders.csv": GOOD}, mappings={"work_orders": rules})
    with pytest.raises(SourceError) as error:
        workspace.ingest()
    found = {(fault.code, fault.file, fault.place, fault.got) for fault in error.value.faults}
    assert found == {
        ("unknown_column", "work_orders.toml", "columns.reading", "'reading'"),
        ("unknown_column", "work_orders.toml", "constants.colour", "'colour'"),
        ("unknown_column", "work_orders.toml", "codes.nothing", "'nothing'"),
        ("bad_value", "work_orders.toml", "codes.customer", "'customer'"),
        ("bad_value", "work_orders.toml", "extra.area", "'area'"),
        ("required_unmapped", "work_orders.toml", "columns", "'unit'"),
        ("required_unmapped", "work_orders.toml", "columns", "'received_at'"),
    }


def test_an_unknown_table_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    workspace = workspace_with(tmp_path, {"work_orders.csv": GOOD}, mappings={
        "work_orders": {"table": "meters", "columns": {"a": "b"}}})  # fmt: skip
    with pytest.raises(SourceError) as error:
        workspace.ingest()
    (fault,) = error.value.faults
    assert (fault.code, fault.place, fault.got) == ("unknown_table", "table", "'meters'")
    assert fault.allowed == ", ".join(table.name for table in TABLES)


# --- read again, corrected, put back -----------------------------------------------------------------------------

LATE, IN_TIME = MORNING + dt.timedelta(minutes=90), MORNING + dt.timedelta(minutes=30)


def replace_orders(workspace: svcqa.Workspace, rows: Sequence[Mapping[str, Any]], name: str = "work_orders") -> None:
    header = [column.name for column in TABLES[0].columns]
    write_rows(workspace.folder / f"sources/{name}.csv", rows, header)


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, records={"work_orders": [order(1), order(2, unit="D9")]},
                               commitments=[commitment()])  # fmt: skip
    (first,) = workspace.ingest(now=FIRST).files
    before = sorted(path.relative_to(tmp_path) for path in (tmp_path / ".svcqa").rglob("*") if path.is_file())
    manifest = (tmp_path / ".svcqa/records/manifest.json").read_bytes()
    (second,) = workspace.ingest(now=SECOND).files
    assert (first.already_read, second.already_read) == (False, True)
    assert (second.read, second.accepted, second.quarantined) == (2, 1, 1)
    assert (second.new, second.changed, second.unchanged) == (0, 0, 1)
    after = sorted(path.relative_to(tmp_path) for path in (tmp_path / ".svcqa").rglob("*") if path.is_file())
    assert after == before
    assert (tmp_path / ".svcqa/records/manifest.json").read_bytes() == manifest


def test_a_corrected_file_replaces_rows_lists_the_changes_and_keeps_what_was(tmp_path: Path) -> None:
    rows = [order(1, closed_at=LATE), order(2, closed_at=LATE), order(3, closed_at=IN_TIME), order(4, closed_at=LATE)]
    workspace = make_workspace(tmp_path, records={"work_orders": rows}, commitments=[commitment()])
    workspace.ingest(now=FIRST)
    assert measured(workspace, period="2026-01").value == 1 / 4
    corrected = [order(1, closed_at=IN_TIME, unit="D2"), order(2, closed_at=LATE), order(3, closed_at=IN_TIME),
                 order(5, closed_at=IN_TIME)]  # fmt: skip
    replace_orders(workspace, corrected)
    (file,) = workspace.ingest(now=SECOND).files
    assert (file.read, file.new, file.changed, file.unchanged, file.absent) == (4, 1, 1, 2, 1)
    changes = [(c.key, c.column, c.before, c.after) for c in workspace.check().changes]
    assert sorted(changes) == [
        ("1", "closed_at", "2026-01-05 09:30:00", "2026-01-05 08:30:00"),
        ("1", "unit", "D1", "D2"),
    ]
    # 1, 3 and 5 in time, 2 and the absent 4 late
    assert measured(workspace, period="2026-01").value == 3 / 5
    assert measured(workspace, period="2026-01", known_at=FIRST).value == 1 / 4
    assert measured(workspace, period="2026-01", known_at=SECOND).value == 3 / 5
    old = workspace.measure("compliance", commitment="promise", period="2026-01", known_at=FIRST)
    new = workspace.measure("compliance", commitment="promise", period="2026-01")
    assert old.about["records"] != new.about["records"]


def test_moments_of_knowledge_may_carry_a_zone(tmp_path: Path) -> None:
    workspace = make_workspace(
        tmp_path, records={"work_orders": [order(1, closed_at=LATE)]}, commitments=[commitment()]
    )
    east = dt.timezone(dt.timedelta(hours=8))
    workspace.ingest(now=dt.datetime(2026, 7, 1, 8, tzinfo=east))  # midnight UTC
    replace_orders(workspace, [order(1, closed_at=IN_TIME)])
    workspace.ingest(now=dt.datetime(2026, 7, 1, 12))
    assert measured(workspace, period="2026-01", known_at=dt.datetime(2026, 7, 1, 11)).value == 0
    assert measured(workspace, period="2026-01", known_at=dt.datetime(2026, 7, 1, 19, tzinfo=east)).value == 0
    assert measured(workspace, period="2026-01", known_at=dt.datetime(2026, 7, 1, 20, tzinfo=east)).value == 1


def test_a_correction_from_another_file_stands_when_the_first_is_read_again(tmp_path: Path) -> None:
    workspace = make_workspace(
        tmp_path, records={"work_orders": [order(1, closed_at=LATE)]}, commitments=[commitment()]
    )
    workspace.ingest(now=FIRST)
    replace_orders(workspace, [order(1, closed_at=IN_TIME)], "work_orders_corrections")
    workspace.ingest(now=SECOND)
    assert measured(workspace, period="2026-01").value == 1
    report = workspace.ingest(now=THIRD)
    assert all(file.already_read for file in report.files)
    assert measured(workspace, period="2026-01").value == 1
    assert len(workspace.check().changes) == 1


def test_a_file_put_back_to_an_earlier_state_counts_as_it_stands(tmp_path: Path) -> None:
    versions = [[order(1, closed_at=LATE)], [order(1, closed_at=IN_TIME)]]
    workspace = make_workspace(tmp_path, records={"work_orders": versions[0]}, commitments=[commitment()])
    for day, version, value in ((1, 0, 0), (2, 1, 1), (3, 0, 0), (4, 1, 1), (5, 1, 1)):
        replace_orders(workspace, versions[version])
        (file,) = workspace.ingest(now=dt.datetime(2026, 7, day)).files
        assert measured(workspace, period="2026-01").value == value
        assert file.already_read == (day == 5)
    # every state of knowledge can still be had
    known = [measured(workspace, period="2026-01", known_at=dt.datetime(2026, 7, day, 12)).value for day in range(1, 6)]
    assert known == [0, 1, 0, 1, 1]


def test_a_row_moves_to_the_month_of_its_correction(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, records={"work_orders": [order(1), order(2)]}, commitments=[commitment()])
    workspace.ingest(now=FIRST)
    replace_orders(workspace, [order(1, received_at=dt.datetime(2025, 12, 31, 23, 54)), order(2)])
    workspace.ingest(now=SECOND)
    result = workspace.measure("compliance", commitment="promise", period="2025-12..2026-01", by=["month"])
    assert {figure.period: figure.total for figure in result.figures()} == {"2025-12": 1, "2026-01": 1}


def test_a_column_that_the_mapping_reads_from_now_on_arrives(tmp_path: Path) -> None:
    text = "order_id,unit,received_at,street\n1,D1,2026-01-05 08:00,A\n2,D1,2026-01-05 08:00,\n"
    plain = mapping(("order_id", "unit", "received_at"))
    workspace = workspace_with(tmp_path, {"work_orders.csv": text}, mappings={"work_orders": plain})
    workspace.ingest(now=FIRST)
    write(tmp_path / "mappings/work_orders.toml", toml_table({**plain, "extra": {"street": "street"}}))
    (file,) = workspace.ingest(now=SECOND).files
    assert (file.changed, file.unchanged) == (1, 1)  # the row without a street says what it said
    result = workspace.measure("compliance", commitment="promise", period="2026-01", by=["street"])
    assert [(row["street"], row["total"]) for row in json.loads(result.to_json())["rows"]] == [("", 1), ("A", 1)]


def test_a_key_that_grows_counts_no_row_twice(tmp_path: Path) -> None:
    text = "indicator,unit,month,numerator,denominator,kind\n" + "".join(
        f"i,D1,2026-0{month},{met},10,{kind}\n" for month, met, kind in ((1, 7, "a"), (1, 8, "b"), (2, 9, "a"))
    )
    rule = {"kind": "monthly_return", "indicator": "i"}
    plain = identity_mapping("monthly_returns")
    workspace = workspace_with(
        tmp_path, {"monthly_returns.csv": text}, mappings={"monthly_returns": plain},
        commitments=[commitment(table="monthly_returns", rule=rule)],
    )  # fmt: skip
    workspace.ingest(now=FIRST)
    # 2026-01 has two kinds, which contradict each other while the kind is not read; 2026-02 has one
    assert findings(workspace) == {(2, "conflicting_key"), (3, "conflicting_key")}
    assert measured(workspace, period="2026Q1", as_of="2026-07-01").n == 10
    write(
        tmp_path / "mappings/monthly_returns.toml",
        toml_table({**plain, "extra": {"kind": {"from": "kind", "in_key": True}}}),
    )
    workspace.ingest(now=SECOND)
    assert measured(workspace, period="2026Q1", as_of="2026-07-01").n == 30  # three rows of ten
    assert measured(workspace, period="2026Q1", as_of="2026-07-01", known_at=FIRST).n == 10


def test_the_time_zone_of_the_company_is_part_of_what_was_read(tmp_path: Path) -> None:
    rules = mapping()
    rules["columns"] = {**rules["columns"], "received_at": {"from": "received_at", "zone": "UTC"}}
    workspace = workspace_with(tmp_path, {"work_orders.csv": csv_text([order(1)])}, mappings={"work_orders": rules})
    workspace.ingest(now=FIRST)
    assert stored(workspace, "received_at") == [(dt.datetime(2026, 1, 5, 16),)]
    settings = (tmp_path / "svcqa.toml").read_text(encoding="utf-8")
    write(tmp_path / "svcqa.toml", settings.replace("[company]\n", '[company]\ntime_zone = "Asia/Tokyo"\n'))
    workspace = svcqa.open(tmp_path)
    workspace.ingest(now=SECOND)
    assert stored(workspace, "received_at") == [(dt.datetime(2026, 1, 5, 17),)]


# --- accidents -----------------------------------------------------------------------------------------------------


def test_an_ingest_that_was_cut_off_leaves_nothing_that_counts(tmp_path: Path) -> None:
    workspace = make_workspace(
        tmp_path, records={"work_orders": [order(1, closed_at=IN_TIME)]}, commitments=[commitment()]
    )
    workspace.ingest(now=FIRST)
    records = tmp_path / ".svcqa/records"
    shutil.copytree(records / "000001", records / "000002")  # written, and never entered in the manifest
    (records / "000002/2026-01.parquet").write_bytes(b"half a file")
    (records / "manifest.new").write_text("{half a manife", encoding="utf-8")
    fresh = svcqa.open(tmp_path)
    assert measured(fresh, period="2026-01").total == 1
    assert fresh.check().adds_up
    replace_orders(fresh, [order(2, closed_at=LATE)], "work_orders_more")
    fresh.ingest(now=SECOND)
    assert measured(fresh, period="2026-01").total == 2
    assert sorted(path.name for path in records.glob("0*")) == ["000001", "000002"]
    assert json.loads((records / "manifest.json").read_text(encoding="utf-8"))["batches"][1]["source"] == (
        "work_orders_more.csv"
    )


def test_while_another_process_writes_nobody_else_does(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, records={"work_orders": [order(1)]}, commitments=[commitment()])
    with RecordStore(tmp_path / ".svcqa/records").writing():
        other = subprocess.run(
            [sys.executable, "-c", INGEST, str(tmp_path)], capture_output=True, text=True, check=True
        )
    assert other.stdout.split() == ["store_locked"]
    assert "Traceback" not in other.stderr
    workspace.ingest()
    assert measured(workspace, period="2026-01").total == 1


INGEST = """
import sys, svcqa
from svcqa.errors import SvcqaError
try:
    svcqa.open(sys.argv[1]).ingest()
    print("done")
except SvcqaError as error:
    print(*sorted({fault.code for fault in error.faults}))
"""


def test_two_processes_that_start_together_read_everything_once(tmp_path: Path) -> None:
    rows = [order(number, customer=f"KH{number % 7}", closed_at=IN_TIME) for number in range(200)]
    make_workspace(tmp_path, records={"work_orders": rows}, commitments=[commitment()])
    running = [
        subprocess.Popen([sys.executable, "-c", INGEST, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate()[0].strip() for process in running]
    assert all(process.returncode == 0 for process in running)
    assert set(said) <= {"done", "store_locked"}
    assert "done" in said
    workspace = svcqa.open(tmp_path)
    workspace.ingest()
    assert measured(workspace, period="2026-01").total == 200
    assert len({customer for (customer,) in stored(workspace, "customer")}) == 7  # one key, one surrogate each


def test_reports_add_up() -> None:
    report = FileReport("a.csv", "calls", read=5, accepted=3, quarantined=2, new=1, changed=1, unchanged=1)
    assert FileReport(**report.as_dict()) == report


def test_places_name_the_column_as_its_file_does(sample_workspace: svcqa.Workspace) -> None:
    found = {place.column: place.source_column for place in sample_workspace.check().quarantined}
    assert found["arrived_at"] == "到场时间"  # the header of sample_data/sources/work_orders_*.csv


def test_processes_that_read_at_once_read_one_after_the_other(
    tmp_path: Path, sample_workspace: svcqa.Workspace
) -> None:
    """A correction read between two files of another process would be corrected by what it corrects."""
    folder = tmp_path / "sample"
    copy_workspace(SAMPLE, folder)
    command = [sys.executable, "-c", "import sys, svcqa; svcqa.open(sys.argv[1]).ingest()", str(folder)]
    running = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    told = [process.communicate(timeout=300)[1] for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], told
    asked = {"commitment": "emergency_arrival", "period": "2026H1", "by": ("department", "month")}
    alone, together = (one.measure("compliance", **asked).rows for one in (sample_workspace, svcqa.open(folder)))
    assert together == alone
