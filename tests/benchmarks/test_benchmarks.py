"""The benchmarks run, find the same answers on all sides, and print their ratios. Times are not tested."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


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


def test_percentiles_of_few_cases_agree_with_statsmodels_and_sql() -> None:
    printed = _run("percentiles", "--rows", "200000", "--seed", "7")
    assert len(re.findall(r"^  the same [\d,]+ steps and percentiles, but for \d+ where", printed, re.MULTILINE)) == 2
    for label in ("statsmodels, groupby / svcqa", "statsmodels, sorted arrays / svcqa"):
        assert re.search(rf"^{label}: \d+\.\d; aim ≥ 20: (reached|NOT reached)$", printed, re.MULTILINE)
    assert re.search(r"^DuckDB / svcqa: \d+\.\d$", printed, re.MULTILINE)
    assert re.search(r"^polars / svcqa: \d|^  polars is not installed", printed, re.MULTILINE)


def test_what_was_planted_is_found_and_no_rule_cries_more_often_than_it_should() -> None:
    printed = _run("signals", "--rows", "1500", "--seed", "7")
    found = re.findall(r"^  (\w+): planted .*: (found|NOT found)$", printed, re.MULTILINE)
    assert found == [
        (key, "found")
        for key in (
            "step",
            "worsening",
            "late_notices",
            "attitude_dip",
            "cold_night",
            "few_visits",
            "winter_peak",
            "spring_festival",
        )
    ]
    delays = re.findall(
        r"^  (step|worsening): first seen by process chart (\S+), month (\d+) of", printed, re.MULTILINE
    )
    # one step is a signal at once; equal small steps of 0.9 points a month take some months in any chart
    assert [(key, month) for key, month, _ in delays if key == "step"] == [("step", "2025-10")]
    assert [1 <= int(late) <= 12 for key, _, late in delays if key == "worsening"] == [True]
    rates = re.findall(
        r"(outside|trend|near_limit|one_side|any) +([\d.]+)%; .*: (inside|OUTSIDE)$", printed, re.MULTILINE
    )
    assert len(rates) == 10
    assert {where for _, _, where in rates} == {"inside"}
    # four rules on 36 months of an XmR chart cry about once in three or four series
    assert 25 < float(rates[4][1]) < 35


def test_few_forecasts_are_scored_with_counts_beside_exponential_smoothing() -> None:
    printed = _run("forecast", "--rows", "7", "--seed", "7")
    covered = re.findall(r"^  year's figure in its 95 % interval: (\d+) of (\d+) = ", printed, re.MULTILINE)
    assert covered[7][1] == "7"  # two shapes, five kinds, all; then told of the festival or not
    assert re.search(r"^  pooled MASE of ETS [\d.]+; svcqa / ETS [\d.]+; aim", printed, re.MULTILINE)
    told = [int(count) for count in re.findall(r"^ +\d+% – +\d+% +(\d+)", printed, re.MULTILINE)]
    assert sum(told) == 7


def test_goals_of_a_few_companies_are_held_against_what_followed() -> None:
    printed = _run("targets", "--rows", "8", "--seed", "7")
    lines = re.findall(r"^  (conservative|balanced|stretch) +(\d+) +([\d.]+)% +(\d+)", printed, re.MULTILINE)
    assert [(name, count) for name, count, _, _ in lines] == [(n, "8") for n in ("conservative", "balanced", "stretch")]
    assert all(int(hits) <= 8 for _, _, _, hits in lines)
    assert re.search(r"^  Brier score 0\.\d+ of 24 goals", printed, re.MULTILINE)
    shared = re.search(r"^decomposition: .* aim < 1e-9: reached; (\d+) of (\d+) locked cells", printed, re.MULTILINE)
    assert shared is not None
    assert shared[1] == shared[2] != "0"


def test_a_draw_is_that_of_a_loop_and_its_time_is_printed_beside_duckdb() -> None:
    command = [sys.executable, "-c", "from benchmarks.sampling_draw import run; run(20000, 7)"]
    printed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, encoding="utf-8").stdout
    assert re.search(r"^  the same 400 of 20,000 as a loop of hashlib draws$", printed, re.MULTILINE)
    assert re.search(r"^time svcqa / DuckDB: \d+\.\d+; aim ≤ 1\.5: (reached|NOT reached)$", printed, re.MULTILINE)
