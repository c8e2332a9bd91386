"""``svcqa publish``, ``svcqa restated``, ``svcqa calendar diff`` and ``svcqa explain`` in a shell. Expected: by hand.

Two orders, one working day from the next day on: received on Monday 5 January and closed on Wednesday the 7th (day 2),
received on Monday the 12th and closed on Tuesday the 13th (day 1). So 1 of 2; with Tuesday the 6th off, 2 of 2.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import svcqa
from support.clock_cases import order
from support.workspaces import commitment, make_workspace, toml_list

RULE = {"kind": "elapsed_working_days", "start": "received_at", "stop": "closed_at", "limit": 1, "counting": "next_day"}
ORDERS = [
    order("1", "2026-01-05 10:00:00", "2026-01-07 10:00:00"),
    order("2", "2026-01-12 10:00:00", "2026-01-13 10:00:00"),
]
OFF = {"day": dt.date(2026, 1, 6), "working": False, "reason": "盘点"}


def run(*arguments: str, cwd: Path, code: int = 0) -> str:
    command = [sys.executable, "-c", "from svcqa.cli import main; main()", *arguments]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout if code == 0 else done.stderr


def make(folder: Path, **options: Any) -> svcqa.Workspace:
    promise = commitment(rule=RULE, item={"zh-Hans": "办结", "en": "Closing"}, required_share=0.9)
    workspace = make_workspace(folder, records={"work_orders": ORDERS}, commitments=[promise], **options)
    workspace.ingest()
    return workspace


def cells_of(printed: str) -> list[list[str]]:
    """The cells of the lines of a table, without its head."""
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in printed.splitlines() if "│" in line]


@pytest.fixture
def published(tmp_path: Path) -> Path:
    make(tmp_path)
    assert "Published 2026H1" in run("publish", "2026H1", "--by", "Reviewer", "--lang", "en", cwd=tmp_path)
    return tmp_path


def test_publishing_names_somebody(tmp_path: Path) -> None:
    make(tmp_path)
    assert "--by" in run("publish", "2026H1", "--by", " ", cwd=tmp_path, code=2)
    assert "svcqa publish" in run("restated", cwd=tmp_path)
    assert "2026-01" in run("publish", "2026-01", "--by", "Reviewer", cwd=tmp_path, code=2)  # no half-year


def test_nothing_is_restated_while_nothing_changes(published: Path) -> None:
    printed = run("restated", "--lang", "en", cwd=published)
    assert re.search(r"2026H1, published .* \(UTC\): 0 of \d+ figures changed; what differs since: —", printed)
    assert "│" not in printed
    everything = cells_of(run("restated", "2026H1", "--all", "--lang", "en", cwd=published))
    same = ["Commitment: Closing", "公司", "2026H1", "1/2 = 50.0% ✗ missed", "1/2 = 50.0% ✗ missed", "—", ""]
    assert same in everything


def test_a_day_off_restates_what_counts_its_days(published: Path) -> None:
    settings = published / "svcqa.toml"
    text = settings.read_text(encoding="utf-8")
    off = toml_list("calendar.overrides", [OFF])
    settings.write_text(text.replace("[[sources]]", f"{off}\n[[sources]]", 1), encoding="utf-8")
    cells = cells_of(run("restated", "--lang", "en", cwd=published))
    row = next(line for line in cells if line[:3] == ["Commitment: Closing", "公司", "2026H1"])
    assert row[3:] == ["1/2 = 50.0% ✗ missed", "2/2 = 100.0% ✓ met", "+50.0 pp ✗ missed → ✓ met", "calendar"]
    assert {line[2] for line in cells} <= {"2026H1", "2026-01", "year to 2026H1"}


def test_a_commitment_that_is_gone_keeps_what_was_reported(published: Path) -> None:
    policy = published / "policy/commitments.toml"
    policy.write_text(policy.read_text(encoding="utf-8").replace('"promise"', '"other"', 1), encoding="utf-8")
    printed = run("restated", "--lang", "en", cwd=published)
    assert "what differs since: policy" in printed
    row = next(line for line in cells_of(printed) if line[0] == "Commitment: promise")
    assert row[3:6] == ["0.5", "—", "—"]


def test_calendar_diff_lists_the_published_figures_that_a_change_would_restate(published: Path) -> None:
    run("calendar", "build", "2026", "--out", "old.xlsx", cwd=published)

    def changed(day: str, name: str) -> str:
        book = openpyxl.load_workbook(published / "old.xlsx")
        for row in book.active.iter_rows(min_row=2):
            if str(row[0].value).startswith(day):
                row[1].value, row[2].value = "holiday", "off"
        book.save(published / name)
        return run("calendar", "diff", "old.xlsx", name, "--lang", "en", cwd=published)

    printed = changed("2026-01-06", "new.xlsx")
    assert "365 days compared, 1 differ." in printed
    cells = cells_of(printed)
    row = next(line for line in cells if line[:3] == ["Commitment: Closing", "公司", "2026H1"])
    assert row[3:5] == ["1/2 = 50.0% ✗ missed", "2/2 = 100.0% ✓ met"]
    assert f"new calendar {len(cells)} published figures" in printed
    # on a day in November nothing of the half-year was counted
    assert "no published figure would be restated" in changed("2026-11-03", "late.xlsx")


def test_a_case_is_explained_in_a_shell(tmp_path: Path) -> None:
    make(tmp_path)
    cells = cells_of(run("explain", "1", "--as-of", "2026-07-01", "--lang", "en", cwd=tmp_path))
    assert ["Figure", "on working day 2"] in cells
    assert ["Due", "2026-01-06 23:59:59"] in cells
    assert ["State", "breached"] in cells
    assert [line[:3] for line in cells if line[0].startswith("2026-01-")] == [
        ["2026-01-05", "Mon", ""],
        ["2026-01-06", "Tue", "1"],
        ["2026-01-07", "Wed", "2"],
    ]
    assert "没有编号为" in run("explain", "nothing", "--lang", "zh-Hans", cwd=tmp_path, code=2)
