"""``svcqa calendar`` in a shell. Expected days: the State Council's notice on 2026, and by hand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from support.workspaces import make_workspace


def run(*arguments: str, cwd: Path, code: int = 0) -> str:
    command = [sys.executable, "-c", "from svcqa.cli import main; main()", "calendar", *arguments]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout if code == 0 else done.stderr


def test_a_month_shows_kind_and_hours_of_each_day(tmp_path: Path) -> None:
    printed = run("show", "2026-02", "--lang", "en", cwd=tmp_path)
    cells = dict(re.findall(r"(\d+\*?) (workday|weekend|holiday|make-up day)", printed))
    rest = {str(day) for day in range(15, 24)}  # the Spring Festival, 15 to 23 February
    assert {day for day, kind in cells.items() if kind == "holiday"} == rest
    assert {day for day, kind in cells.items() if kind == "make-up day"} == {"14", "28"}
    assert {day for day, kind in cells.items() if kind == "weekend"} == {"1", "7", "8"}
    assert "08:30-12:00 13:30-17:30" in printed
    assert "16 days worked, 120:00 hours in all." in printed  # 14 weekdays and two make-up days of 7.5 hours
    assert "provisional" not in printed
    assert "chinesecalendar" in printed


def test_a_month_that_nobody_announced_says_so(tmp_path: Path) -> None:
    printed = run("show", "2027-01", "--lang", "zh-Hans", cwd=tmp_path)
    assert "1* 工作日" in printed
    assert "* 暂定" in printed
    assert len(re.findall(r"\d+\* ", printed)) == 31


def test_the_hours_of_a_unit_are_shown_where_they_are_not_usual(tmp_path: Path) -> None:
    opening = {"day": "2026-03-07", "working": True, "reason": "开放日", "shifts": [["10:00", "12:30"]]}
    post = {"unit": "D1", "shifts": "24h"}
    make_workspace(tmp_path, calendar={"shifts": [["09:00", "17:00"]], "posts": [post], "overrides": [opening]})
    company = run("show", "2026-03", "--lang", "en", cwd=tmp_path)
    assert "7 company's own" in company
    assert "2:30" in company
    assert "10:00-12:30" in company
    always = run("show", "2026-03", "--unit", "D1", "--lang", "en", cwd=tmp_path)
    assert "(usual hours: 24h)" in always
    assert "31 days worked" in always
    assert "D9" in run("show", "2026-03", "--unit", "D9", "--lang", "en", cwd=tmp_path, code=2)


def test_a_table_is_built_edited_and_compared(tmp_path: Path) -> None:
    printed = run("build", "2026", "2027", "--out", "days.xlsx", "--lang", "en", cwd=tmp_path)
    assert "Wrote 730 days to days.xlsx" in printed
    assert "365 of these days are provisional" in printed
    assert "730 days compared, 0 differ." in run("diff", "days.xlsx", "--lang", "en", cwd=tmp_path)
    book = openpyxl.load_workbook(tmp_path / "days.xlsx")
    row = next(cells for cells in book.active.iter_rows(min_row=2) if f"{cells[0].value:%m-%d}" == "06-22")
    row[1].value, row[2].value = "holiday", "off"
    book.save(tmp_path / "edited.xlsx")
    told = run("diff", "days.xlsx", "edited.xlsx", "--lang", "en", cwd=tmp_path).splitlines()
    assert told[0].startswith("730 days compared, 1 differ.")
    assert told[1] == "2026-06-22: workday 08:30-12:00 13:30-17:30 → holiday off"
    old, new = re.findall(r"[0-9a-f]{16}", told[0])
    assert old != new


def test_what_stands_in_one_table_only_is_counted_and_not_compared(tmp_path: Path) -> None:
    run("build", "2026", "--out", "one.csv", "--lang", "en", cwd=tmp_path)
    run(
        "build",
        "2025",
        "2026",
        "--out",
        "two.csv",
        "--source",
        "holidays",
        "--country",
        "TW",
        "--lang",
        "en",
        cwd=tmp_path,
    )
    told = run("diff", "one.csv", "two.csv", "--lang", "en", cwd=tmp_path)
    assert told.startswith("365 days compared")
    assert "365 days stand in one of the tables only" in told
    assert "2026-02-28: make-up day 08:30-12:00 13:30-17:30 → holiday off" in told  # Peace Memorial Day in Taiwan


def test_a_workspace_keeps_the_table_as_its_calendar(tmp_path: Path) -> None:
    run("build", "2026", "--out", "days.xlsx", cwd=tmp_path)
    make_workspace(tmp_path, calendar={"source": "table", "file": "days.xlsx"})
    printed = run("show", "2026-02", cwd=tmp_path)
    assert "14 调休上班" in printed
    assert "days.xlsx" in printed
    assert "0 天不同" in run("diff", "days.xlsx", cwd=tmp_path)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "sometime"), "2026-06"),
        (("show", "2061-01"), "2060-12-31"),
        (("build", "2026", "--source", "holidays", "--country", "ZZ"), "HK"),
        (("build", "2026", "--country", "HK"), "source"),
        (("diff", "nowhere.xlsx"), "nowhere.xlsx"),
        (("build", "2026", "--out", "days.txt"), ".xlsx, .csv"),
        (("build", "2025", "2027", "--out", "days.csv"), "2026-01-01 … 2026-12-31"),  # it could not be read back
    ],
)
def test_slips_are_told_in_words(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    assert said in run(*arguments, "--lang", "en", cwd=tmp_path, code=2)
