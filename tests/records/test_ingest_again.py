"""Files read again, corrected, put back; readings that are cut off or meet each other."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import svcqa
from support.work_order_sources import (
    FIRST,
    MORNING,
    SECOND,
    THIRD,
    csv_text,
    findings,
    mapping,
    order,
    stored,
    workspace_with,
)
from support.workspaces import (
    SAMPLE,
    commitment,
    copy_workspace,
    identity_mapping,
    make_workspace,
    measured,
    toml_table,
    write,
    write_rows,
)
from svcqa.records.store import RecordStore
from svcqa.records.tables import tables

# --- read again, corrected, put back -----------------------------------------------------------------------------

LATE, IN_TIME = MORNING + dt.timedelta(minutes=90), MORNING + dt.timedelta(minutes=30)


def replace_orders(workspace: svcqa.Workspace, rows: Sequence[Mapping[str, Any]], name: str = "work_orders") -> None:
    header = [column.name for column in tables()[0].columns]
    write_rows(workspace.folder / f"sources/{name}.csv", rows, header)


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    workspace = make_workspace(
        tmp_path, records={"work_orders": [order(1), order(2, unit="D9")]}, commitments=[commitment()]
    )
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
    corrected = [
        order(1, closed_at=IN_TIME, unit="D2"),
        order(2, closed_at=LATE),
        order(3, closed_at=IN_TIME),
        order(5, closed_at=IN_TIME),
    ]
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
        tmp_path,
        {"monthly_returns.csv": text},
        mappings={"monthly_returns": plain},
        commitments=[commitment(table="monthly_returns", rule=rule)],
    )
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
