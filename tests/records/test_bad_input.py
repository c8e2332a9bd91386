"""What goes wrong with files is told clearly, and nothing is lost; customers' texts never become formulas."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

import svcqa
from support.workspaces import commitment, identity_mapping, make_workspace, measured, toml_table, write, write_rows
from svcqa.errors import SourceError
from svcqa.records.tables import table

MORNING = dt.datetime(2026, 1, 5, 8)
HEADER = [column.name for column in table("work_orders").columns]


def order(number: object, **fields: Any) -> dict[str, Any]:
    return {"order_id": str(number), "unit": "D1", "received_at": MORNING, **fields}


def told(workspace: svcqa.Workspace) -> set[tuple[int, str, str]]:
    return {(place.row, place.reason, place.column) for place in workspace.check().quarantined}


@pytest.mark.parametrize(
    ("fields", "reason", "column"),
    [
        ({"received_at": "1900-01-00"}, "unreadable_moment", "received_at"),
        ({"received_at": "1900-01-01"}, "start_out_of_range", "received_at"),
        ({"received_at": "2059-12-31 23:59:59"}, "start_out_of_range", "received_at"),
        ({"closed_at": "2026-01-05 07:00"}, "before_start", "closed_at"),
        ({"closed_at": "1900-01-01"}, "before_start", "closed_at"),
        ({"unit": "城北服务站"}, "unknown_unit", "unit"),
        ({"channel": "x" * (10 << 20)}, "too_long", "channel"),
        ({"order_id": "x" * (10 << 20)}, "too_long", "order_id"),
        ({"address": "x" * (10 << 20), "customer": "K"}, "too_long", "address"),
    ],
)
def test_a_bad_cell_keeps_its_row_out_and_no_other(
    tmp_path: Path, fields: dict[str, Any], reason: str, column: str
) -> None:
    workspace = make_workspace(tmp_path, records={"work_orders": [order(1), order(2, **fields), order(3)]})
    (file,) = workspace.ingest().files
    assert told(workspace) == {(3, reason, column)}
    assert (file.read, file.accepted, file.quarantined) == (3, 2, 1)
    assert max(len(place.got) for place in workspace.check().quarantined) <= 60


def test_a_closing_date_of_2059_is_accepted_and_warned_of(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, records={"work_orders": [order(1, closed_at="2059-12-31")]})
    (file,) = workspace.ingest().files
    assert (file.accepted, file.warnings) == (1, {"far_date": 1})


def test_ten_megabytes_in_a_column_nobody_reads_harm_nothing(tmp_path: Path) -> None:
    text = "order_id,unit,received_at,remark\n1,D1,2026-01-05 08:00," + "x" * (10 << 20) + "\n\n,,,\n2,D1,2026-01-05,\n"
    mapping = {"table": "work_orders", "columns": {name: name for name in ("order_id", "unit", "received_at")}}
    workspace = make_workspace(tmp_path, mappings={"work_orders": mapping})
    write(tmp_path / "sources/work_orders.csv", text)
    (file,) = workspace.ingest().files
    assert (file.read, file.accepted) == (3, 2)
    assert told(workspace) == {(4, "missing_required", name) for name in ("order_id", "unit", "received_at")}


def test_durations_below_zero_and_percentages_above_the_whole_are_refused(tmp_path: Path) -> None:
    call = {"unit": "D1", "started_at": MORNING, "outcome": "answered"}
    rows = [
        {"call_id": "1", **call, "wait_seconds": "-1"},
        {"call_id": "2", **call, "wait_seconds": "-40秒"},
        {"call_id": "3", **call, "wait_seconds": "40秒"},
    ]
    workspace = make_workspace(tmp_path, records={"calls": rows})
    (file,) = workspace.ingest().files
    assert file.accepted == 1
    assert told(workspace) == {(2, "negative_number", "wait_seconds"), (3, "unreadable_number", "wait_seconds")}


def test_numbers_stored_as_text_and_texts_stored_as_numbers(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["call_id", "unit", "started_at", "outcome", "rings"])
    book.active.append([1001, "D1", MORNING, "answered", "3"])
    book.active.append(["0007", "D1", "2026-01-05 08:00", "answered", 3.0])
    workspace = make_workspace(
        tmp_path,
        mappings={
            "calls": {
                "table": "calls",
                "columns": {name: name for name in ("call_id", "unit", "started_at", "outcome", "rings")},
            }
        },
        commitments=[
            commitment(
                table="calls",
                rule={"kind": "count_threshold", "start": "started_at", "value": "rings", "limit": 3, "unit": "ring"},
            )
        ],
    )
    (tmp_path / "sources").mkdir()
    book.save(tmp_path / "sources/calls.xlsx")
    workspace.ingest()
    frame = workspace.cases("promise", period="2026-01", columns=["rings"])
    assert sorted(zip(frame["call_id"], frame["rings"], strict=True)) == [("0007", 3), ("1001", 3)]


def test_the_good_version_of_a_broken_file_is_read_afterwards(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, records={"work_orders": [order(1), order(2)]}, commitments=[commitment()])
    path = tmp_path / "sources/work_orders.csv"
    whole = path.read_bytes()
    for broken in (b"", whole[:40], whole.replace(b"order_id", "\u5355\u53f7".encode("gb18030"))):
        path.write_bytes(broken)
        with pytest.raises(SourceError) as error:
            workspace.ingest()
        assert {fault.file for fault in error.value.faults} == {"work_orders.csv"}
        assert workspace.store.manifest()["batches"] == []
    path.write_bytes(whole)
    assert workspace.ingest().accepted == 2


INGEST = "import sys, svcqa; svcqa.open(sys.argv[1]).ingest()"


@pytest.mark.skipif(os.name != "posix", reason="kills as POSIX does")
@pytest.mark.parametrize("delay", [0.0, 0.05, 0.2, 0.5])
def test_an_ingest_that_is_killed_can_be_run_again(tmp_path: Path, delay: float) -> None:
    rows = [
        order(number, customer=f"KH{number % 97}", closed_at=MORNING + dt.timedelta(minutes=30 + number % 60))
        for number in range(20_000)
    ]
    workspace = make_workspace(tmp_path, records={"work_orders": rows}, commitments=[commitment()])
    late = MORNING + dt.timedelta(minutes=90)
    for number in range(3):
        more = [order(f"{number}-{n}", closed_at=late) for n in range(500)]
        write_rows(tmp_path / f"sources/work_orders_{number}.csv", more, HEADER)
    running = subprocess.Popen([sys.executable, "-c", INGEST, str(tmp_path)])
    until = time.monotonic() + 30
    while not (tmp_path / "vault/surrogate.key").exists() and time.monotonic() < until and running.poll() is None:
        time.sleep(0.01)
    time.sleep(delay)
    running.send_signal(signal.SIGKILL)
    running.wait()
    workspace = svcqa.open(tmp_path)
    workspace.ingest()
    assert workspace.check().adds_up
    figure = measured(workspace, period="2026-01")
    # of every sixty, the first 31 took at most 60 minutes
    in_time = sum(30 + number % 60 <= 60 for number in range(20_000))
    assert (figure.total, figure.numerator) == (21_500, in_time)


FORMULAS = ("=1+1", "+86", "-5", "@SUM(A1)", '=HYPERLINK("http://x","y")', "=cmd|'/c calc'!A0", "\uff1d1+1")


def test_what_begins_like_a_formula_stays_text_in_every_export(tmp_path: Path) -> None:
    rows = [order(f"{text}{n}", channel=text, closed_at=MORNING) for n, text in enumerate(FORMULAS)]
    workspace = make_workspace(
        tmp_path,
        mappings={"work_orders": identity_mapping("work_orders")},
        records={"work_orders": rows},
        commitments=[commitment()],
    )
    workspace.ingest()
    command = [
        sys.executable,
        "-c",
        "from svcqa.cli import main; main()",
        "measure",
        "compliance",
        "-w",
        str(tmp_path),
        "--period",
        "2026-01",
        "--by",
        "channel",
        "--format",
    ]
    environment = {**os.environ, "PYTHONUTF8": "1"}
    said = subprocess.run([*command, "csv"], capture_output=True, text=True, check=True, env=environment).stdout
    found = list(csv.DictReader(io.StringIO(said)))
    assert {row["channel"] for row in found} == {f"'{text}" for text in FORMULAS}
    assert all(not cell.startswith(("=", "+", "@")) for row in found for cell in row.values())
    said = subprocess.run([*command, "json"], capture_output=True, text=True, check=True, env=environment).stdout
    assert '"=1+1"' in said


def test_a_problem_that_begins_like_a_formula_stays_text_in_the_forms(tmp_path: Path) -> None:
    from svcqa.report.forms.workbook import write_forms

    workspace = make_workspace(
        tmp_path, records={"work_orders": [order(1, closed_at=MORNING)]}, commitments=[commitment()]
    )
    workspace.ingest()
    for text in FORMULAS:
        workspace.notes.add_problem(
            category=text,
            problem=text,
            action=text,
            due=dt.date(2026, 9, 1),
            responsible=text,
            tracker=text,
            period="2026H1",
            author=text,
        )
    path = tmp_path / "forms.xlsx"
    write_forms(workspace.reviews.review("2026H1"), path, language="zh-Hans", company="公司")
    cells = [cell for sheet in load_workbook(path).worksheets for row in sheet.iter_rows() for cell in row]
    held = [cell for cell in cells if cell.value in FORMULAS]
    assert len(held) >= len(FORMULAS)
    assert {cell.data_type for cell in held} == {"s"}


def test_a_mapping_that_names_nothing_is_refused_with_its_file(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, records={"work_orders": [order(1)]})
    write(tmp_path / "mappings/work_orders.toml", toml_table({"table": "work_orders", "columns": {}}))
    with pytest.raises(SourceError) as error:
        workspace.ingest()
    assert {fault.file for fault in error.value.faults} == {"work_orders.toml"}
