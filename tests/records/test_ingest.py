"""What a source file brings in: each row is accepted or quarantined with its reasons, and told by its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook as ExcelWorkbook

import svcqa
from support.work_order_sources import (
    MORNING,
    ORDER_COLUMNS,
    csv_text,
    excel_bytes,
    findings,
    mapping,
    order,
    stored,
    workspace_with,
)
from support.workspaces import (
    commitment,
    make_workspace,
    scratch,
)
from svcqa import catalogue
from svcqa.records.report import FileReport

# --- accepted + quarantined = read, whatever the rows --------------------------------------------------------------

Cell = tuple[str, str | None]
"""What stands in a cell, and the reason for which it keeps its row out."""
CELLS: dict[str, list[Cell]] = {
    "order_id": [(str(n), None) for n in range(12)] + [("", "missing_required"), ("  ", "missing_required")],
    "unit": [("D1", None), (" D2 ", None), ("", "missing_required"), ("X9", "unknown_unit")],
    "channel": [("", None), ("电话", None), ("来函", "unknown_code")],
    "received_at": [
        ("2026-01-05 08:00:00", None),
        ("2026/1/5 8:00", None),
        ("20260105", None),
        ("", "missing_required"),
        ("yesterday", "unreadable_moment"),
        ("now", "unreadable_moment"),
        ("2026-02-30 08:00", "unreadable_moment"),
        ("2026", "unreadable_moment"),
        ("08:00", "unreadable_moment"),
        ("2026-01-05T08:00:00+08:00", "zone_not_declared"),
        ("2026-01-05 08:00:00+08", "zone_not_declared"),
        ("1926-01-05 08:00", "start_out_of_range"),
        ("2098-01-05", "start_out_of_range"),
    ],
    "closed_at": [
        ("", None),
        ("2026-01-05 09:00:00", None),
        ("2026-01-06", None),
        ("soon", "unreadable_moment"),
        ("2026-01-05T09:00Z", "zone_not_declared"),
        ("1999-01-01", "before_start"),
    ],
}
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
            folder,
            {"work_orders.csv": text},
            mappings={"work_orders": mapping(tuple(CELLS), codes={"channel": {"电话": "phone"}})},
        )
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
    "zone_not_declared": (
        "work_orders",
        [order(1, received_at="2026-01-05T08:00:00+08:00")],
        [(2, "received_at", "2026-01-05T08:00:00+08:00")],
    ),
    "unknown_unit": ("work_orders", [order(1, unit="D9")], [(2, "unit", "D9")]),
    "unknown_code": (
        "complaints",
        [{"complaint_id": "1", "unit": "D1", "received_at": MORNING, "valid": "maybe"}],
        [(2, "valid", "maybe")],
    ),
    "too_long": ("work_orders", [order(1, channel="x" * 2001)], [(2, "channel", "x" * 60)]),
    "before_start": (
        "work_orders",
        [order(1, closed_at="2026-01-05 07:59:59")],
        [(2, "closed_at", "2026-01-05 07:59:59")],
    ),
    "start_out_of_range": (
        "work_orders",
        [order(1, received_at="1998-12-31 23:59:59")],
        [(2, "received_at", "1998-12-31 23:59:59")],
    ),
    "duplicate_row": ("work_orders", [order(1), order(2), order(1)], [(4, "order_id", "1")]),
    "conflicting_key": (
        "work_orders",
        [order(1), order(2), order(1, unit="D2")],
        [(2, "order_id", "1"), (4, "order_id", "1")],
    ),
    "unreadable_number": (
        "calls",
        [{"call_id": "1", "unit": "D1", "started_at": MORNING, "outcome": "answered", "rings": "three"}],
        [(2, "rings", "three")],
    ),
    "negative_number": (
        "calls",
        [{"call_id": "1", "unit": "D1", "started_at": MORNING, "outcome": "answered", "wait_seconds": -1}],
        [(2, "wait_seconds", "-1")],
    ),
    "numerator_above_denominator": (
        "monthly_returns",
        [{"indicator": "i", "unit": "D1", "month": "2026-01", "numerator": 5, "denominator": 4}],
        [(2, "numerator", "5")],
    ),
}
WARNINGS: dict[str, tuple[str, list[dict[str, Any]], list[tuple[int, str, str]]]] = {
    "far_date": ("work_orders", [order(1, due_at="2059-12-31")], [(2, "due_at", "2059-12-31 00:00:00")]),
    "due_before_start": (
        "work_orders",
        [order(1, due_at="2026-01-05 07:00:00")],
        [(2, "due_at", "2026-01-05 07:00:00")],
    ),
    "zero_length": ("work_orders", [order(1, closed_at=MORNING)], [(2, "closed_at", "2026-01-05 08:00:00")]),
}


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
        ("missing_required", "order_id"),
        ("unknown_unit", "unit"),
        ("unreadable_moment", "received_at"),
        ("unreadable_moment", "closed_at"),
    }


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
        (4, "unknown_unit"),
        (5, "wrong_field_count"),
        (6, "unreadable_moment"),
        (7, "missing_required"),
        (8, "unknown_unit"),
    }
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
    for row in (
        ["2026 年工单"],
        list(ORDER_COLUMNS),
        ["1", None, "D1", None, MORNING],
        [],
        [],
        ["2", None, "D9", None, MORNING],
    ):
        page.append(row)
    workspace = workspace_with(
        tmp_path,
        {"work_orders.xlsx": excel_bytes(workbook)},
        mappings={"work_orders": mapping(header_row=2, sheet="台账")},
    )
    (file,) = workspace.ingest().files
    assert (file.read, file.accepted) == (2, 1)
    assert findings(workspace) == {(6, "unknown_unit")}


def test_reports_add_up() -> None:
    report = FileReport(source="a.csv", table="calls", read=5, accepted=3, quarantined=2, new=1, changed=1, unchanged=1)
    assert FileReport(**report.as_dict()) == report


def test_places_name_the_column_as_its_file_does(sample_workspace: svcqa.Workspace) -> None:
    found = {place.column: place.source_column for place in sample_workspace.check().quarantined}
    assert found["arrived_at"] == "到场时间"  # the header of sample_data/sources/work_orders_*.csv
