"""The half-year summary: svcqa's public path beside a hand-written DuckDB query, on the same Parquet files.

Every measured part runs in a process of its own, which times itself and reads its own peak memory. Only ratios of one
run mean anything; the seconds are printed for information.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

REPETITIONS = 3
AIM_RATIO = 0.7
AIM_CACHE = 0.1
AIM_MEMORY = 2 * 1024**3


def run(rows: int, seed: int) -> None:
    """Generate, measure, compare, print."""
    print(f"half-year summary of {rows:,} work orders, seed {seed}, {REPETITIONS} repetitions of each part", flush=True)
    with tempfile.TemporaryDirectory(prefix="svcqa-benchmark-") as name:
        folder = Path(name)
        _part("generate", folder, rows, seed)
        taken: dict[str, list[dict[str, Any]]] = {"svcqa": [], "cached": [], "duckdb": []}
        for repetition in range(REPETITIONS):
            for part, results in taken.items():
                results.append(_part(part, folder, repetition))
        cells = _part("check", folder)
    _print_cells(cells, rows)
    _print_measurements(taken, rows)


def _part(name: str, folder: Path, *numbers: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.half_year_parts", name, str(folder), *map(str, numbers)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _print_cells(cells: dict[str, Any], rows: int) -> None:
    print(f"{cells['cells']:,} cells (unit, tier, day, fact, exclusion, value, follow-up): the same on both sides")
    print(f"{cells['closed']:,} cases closed, {cells['open']:,} open; {cells['excluded']:,} of them excluded")
    assert cells["closed"] + cells["open"] == rows, "every order is in one cell"


def _print_measurements(taken: dict[str, list[dict[str, Any]]], rows: int) -> None:
    seconds = {part: [float(item["seconds"]) for item in results] for part, results in taken.items()}
    middle = {part: statistics.median(values) for part, values in seconds.items()}
    peak = {part: max(int(item["peak"]) for item in results) for part, results in taken.items()}
    print(f"{'':<28}{'median':>9}  {'lowest – highest':<20}{'rows/s':>12}{'peak memory':>14}")
    labels = {"svcqa": "svcqa", "cached": "svcqa again, from its cache", "duckdb": "DuckDB SQL"}
    for part, label in labels.items():
        spread = f"{min(seconds[part]):.3f} – {max(seconds[part]):.3f} s"
        rate = f"{rows / middle[part]:,.0f}"
        print(f"{label:<28}{middle[part]:>7.3f} s  {spread:<20}{rate:>12}{peak[part] / 1024**2:>10,.0f} MiB")
    _print_ratio("time svcqa / DuckDB", seconds["svcqa"], seconds["duckdb"], AIM_RATIO)
    _print_ratio("time from cache / first run", seconds["cached"], seconds["svcqa"], AIM_CACHE)
    highest = max(peak["svcqa"], peak["cached"])
    print(f"peak memory of svcqa {highest / 1024**3:.2f} GiB; aim < 2 GiB: {_reached(highest < AIM_MEMORY)}")


def _print_ratio(label: str, part: Sequence[float], whole: Sequence[float], aim: float) -> None:
    """The ratio of the medians, with the ratios of the single repetitions as its spread."""
    ratio = statistics.median(part) / statistics.median(whole)
    single = [one / other for one, other in zip(part, whole, strict=True)]
    reached = _reached(ratio <= aim)
    print(f"{label}: {ratio:.3f} (single runs {min(single):.3f} – {max(single):.3f}); aim ≤ {aim}: {reached}")


def _reached(holds: bool) -> str:
    return "reached" if holds else "NOT reached"
