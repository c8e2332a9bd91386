"""What ``--verbose`` shows, and that no log holds a customer's name, number, telephone or address."""

from __future__ import annotations

import csv
import logging
import re
import subprocess
import sys
from pathlib import Path

import pytest

from support.callback_company import AS_OF, company, random_records
from support.shell import run
from support.workspaces import commitment, toml_list, write
from svcqa.records.tables import table

RAW = ("customer", "customer_name", "phone", "address")
TIMED = re.compile(r"\d+\.\d\d s")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company of eighty customers, its sources not read yet by a command."""
    folder = tmp_path_factory.mktemp("log") / "company"
    company(folder, random_records(5))
    write(folder / "policy/commitments.toml", toml_list("commitment", [commitment()]))
    return folder


@pytest.fixture(scope="module")
def personal(folder: Path) -> set[str]:
    """Every personal value of its sources, as it stands there."""
    found = set[str]()
    for path in (folder / "sources").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found |= {row[name] for name in RAW if row.get(name)}
    assert {"KH0001", "=测试用户1", "190-0000-0001", "示例路1号"} <= found
    return found


def test_the_whole_way_says_what_it_does_and_of_whom_nothing(folder: Path, personal: set[str], tmp_path: Path) -> None:
    (folder / "sources/work_orders.csv").write_bytes(
        (folder / "sources/work_orders.csv").read_bytes() + _odd_rows(next(iter(sorted(personal))))
    )
    moment = f"{AS_OF:%Y-%m-%d %H:%M}"
    drawing = ("callbacks", "draw", "satisfaction", "W1", "--period", "2026Q1", "--as-of", moment, "--by", "抽样人")
    sheet = ("callbacks", "sheet", "W1", "--contacts", "--by", "回访组", "--purpose", "回访")
    told = {}
    for name, arguments in {
        "ingest": ("ingest",),
        "draw": (*drawing, "--calls", "30"),
        "sheet": (*sheet, "--out", str(tmp_path / "sheet.xlsx")),
        "review": ("review", "half-year", "2026H1", "--out", str(tmp_path / "out")),
        "refused": ("explain", "KH0001"),
    }.items():
        done = run(*arguments, "-w", str(folder), "--verbose", "--debug")
        assert done.returncode == (1 if name == "refused" else 0), done.stderr
        told[name] = "\n".join(line for line in done.stderr.splitlines() if " svcqa." in line)
    assert "read work_orders.csv into work_orders: 224 rows" in told["ingest"]
    assert "svcqa.register.ledger: opened sqlite:///" in told["draw"]
    assert "built the section targets" in told["review"]
    assert "loaded compliance" in told["review"]
    assert [(name, word) for name, log in told.items() for word in sorted(personal) if word in log] == []


def _odd_rows(customer: str) -> bytes:
    """A row that is quarantined and one that is warned of: what is wrong with them is not for a log either."""
    header = [column.name for column in table("work_orders").columns]
    person = {"customer": "KH9999", "customer_name": "=测试用户1", "phone": "190-0000-0001", "address": "示例路1号"}
    rows = [
        {"order_id": "GD-Q", "unit": "D1", "received_at": "190-0000-0001", **person},
        {"order_id": "GD-R", "unit": customer, "received_at": "2026-01-05 08:00:00", "area": "示例路1号", **person},
        {"order_id": "GD-W", "unit": "D1", "received_at": "2026-01-05", "due_at": "2059-12-31", **person},
    ]
    return "".join(",".join(row.get(name, "") for name in header) + "\n" for row in rows).encode()


def test_passes_and_the_cache_are_told_in_numbers_and_times(folder: Path) -> None:
    measure = ("measure", "compliance", "--period", "2026-01", "-w", str(folder))
    first, again = run("-v", *measure), run(*measure, "--verbose")
    for done in (first, again):
        assert done.returncode == 0
        passed = next(line for line in done.stderr.splitlines() if "passed over work_orders" in line)
        assert TIMED.search(passed)
    parts = re.search(r"(\d+) parts, (\d+) of them from the cache", again.stderr)
    assert parts is not None
    assert parts[1] == parts[2] != "0"
    assert "DEBUG" not in again.stderr
    detailed = run(*measure, "-v", "--debug").stderr
    assert "hit: part" in detailed


def test_nothing_is_said_unasked(folder: Path) -> None:
    done = run("measure", "compliance", "--period", "2026-01", "-w", str(folder))
    assert done.returncode == 0
    assert done.stderr == ""


def test_the_library_is_silent_until_somebody_listens() -> None:
    program = "import logging, svcqa; logging.getLogger('svcqa.engine').warning('something')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    handlers = logging.getLogger("svcqa").handlers
    assert any(isinstance(handler, logging.NullHandler) for handler in handlers)
