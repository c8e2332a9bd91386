"""The benchmark of the clock runs and finds what a loop over days finds. Times are not tested."""

from __future__ import annotations

import re
import subprocess
import sys

from support.workspaces import REPO


def test_every_row_equals_a_plain_loop_over_days() -> None:
    command = [sys.executable, "-m", "benchmarks", "clock", "--rows", "3000", "--seed", "7"]
    printed = subprocess.run(command, cwd=REPO, check=True, capture_output=True, encoding="utf-8").stdout
    assert re.search(r"^svcqa +[\d,]+ +100\.0%  of 3,000$", printed, re.MULTILINE)
    assert re.search(r"^svcqa / plain loop over days: [\d,]+ times the rows a second$", printed, re.MULTILINE)
    for package in ("businesstimedelta", "business-duration", "pandas"):
        assert re.search(rf"^{package} +([\d,]+ +[\d.]+%  of 500|not installed: .*)$", printed, re.MULTILINE)
