"""The benchmark runs, finds the same cells on both sides, and prints its ratios. Times are not tested."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def _run(*arguments: str) -> str:
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, encoding="utf-8").stdout


def test_half_year_with_few_rows_agrees_with_sql_cell_for_cell() -> None:
    printed = _run("--rows", "20000", "--seed", "7")
    cells = re.search(r"^([\d,]+) cells \(.*\): the same on both sides$", printed, re.MULTILINE)
    assert cells is not None
    assert int(cells[1].replace(",", "")) > 1000
    for label in ("time svcqa / DuckDB", "time from cache / first run"):
        assert re.search(rf"^{label}: \d+\.\d+ \(.*\); aim ≤ [\d.]+: (reached|NOT reached)$", printed, re.MULTILINE)
    assert re.search(r"^peak memory of svcqa .*; aim < 2 GiB: reached$", printed, re.MULTILINE)
