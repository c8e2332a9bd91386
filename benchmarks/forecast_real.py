"""Real series, and those of the sample company, cut at rolling origins, each forecast to the end of its year."""

from __future__ import annotations

import csv
import gzip
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.forecast_series import Series, festival_shares, figure

ROOT: Final = Path(__file__).parents[1]
REAL: Final = ROOT.parent / "shared" / "real_data"
CFPB_MONTHS: Final = (2017, 5, 2022, 12)
"""From the first whole month to the last whole year; answers of 2023 are not complete."""
CFPB_BREAK: Final = 2021
"""The year of the step in its timeliness."""
LEAST_HISTORY: Final = 12
LEAST_CASES: Final = 10
"""A month, on average."""
Counts = dict[str, dict[int, list[int]]]
"""Good ones and all, by label and month (12 × year + month − 1)."""


def nhs() -> list[Series]:
    """Attendances within four hours: each type of department, and each provider of type 1 with all 36 months.

    The year is that of the NHS, April to March; the forecast begins after 24, 27, 30 and 33 months.
    """
    path, counts = REAL / "nhs_ae_4hour" / "ae_attendances.csv.gz", _empty()
    for row in _rows(path):
        month = _month(row["period"])
        cases, late = int(row["attendances"]), int(row["breaches"])
        labels = [f"type {row['type']}", *([row["org_code"]] if row["type"] == "1" else [])]
        for label in labels:
            counts[label][month][0] += cases - late
            counts[label][month][1] += cases
    complete = {label: months for label, months in counts.items() if len(months) == 36}
    return [
        one
        for label, months in complete.items()
        for one in _cut("nation" if label.startswith("type") else "provider", months, ends=[max(months)])
    ]


def cfpb() -> list[Series]:
    """Timely answers, all and by product; calendar years."""
    path, counts = REAL / "cfpb_boa" / "complaints.csv.gz", _empty()
    first, last = CFPB_MONTHS[0] * 12 + CFPB_MONTHS[1] - 1, CFPB_MONTHS[2] * 12 + CFPB_MONTHS[3] - 1
    for row in _rows(path):
        month = _month(row["date_submitted"])
        if first <= month <= last and row["timely_response"]:
            for label in ("all", row["product"]):
                counts[label][month][0] += row["timely_response"] == "Yes"
                counts[label][month][1] += 1
    found = []
    for months in counts.values():
        if len(months) == last - first + 1 and sum(n for _, n in months.values()) >= LEAST_CASES * len(months):
            for year in range(2018, 2023):
                label = "before the break" if year < CFPB_BREAK else "from the break on"
                found += _cut(label, months, ends=[year * 12 + 11])
    return found


def sample() -> list[Series]:
    """Shares of the sample company's commitments, calendar years 2024 and 2025."""
    import svcqa

    found: list[Series] = []
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "workspace"
        shutil.copytree(ROOT / "sample_data", place, ignore=shutil.ignore_patterns("generator", ".svcqa", "*.sqlite"))
        workspace = svcqa.open(place)
        workspace.ingest()
        for commitment in workspace.policies.commitments:
            if commitment.metric != "compliance":
                continue
            asked = workspace.measure("compliance", commitment=commitment.key, period="2023-07..2026-06", by=("month",))
            months = {
                _month(one.period + "-01"): [one.numerator or 0, one.n or 0]
                for one in asked.figures()
                if one.measure == "compliance"
            }
            if len(months) == 36:
                cut = _cut("sample", months, ends=[2024 * 12 + 11, 2025 * 12 + 11])
                found += [
                    replace(one, festival=festival_shares(len(one.value), (min(months) + len(one.value)) // 12 - 1))
                    for one in cut
                ]
    return found


def _cut(label: str, months: dict[int, list[int]], *, ends: Iterable[int]) -> Iterator[Series]:
    """The series up to each of ``ends``, its forecast beginning 12, 9, 6 and 3 months before; the goal is what the
    twelve months before the origin, or all there are, came to."""
    first = min(months)
    for end in ends:
        value, base = np.asarray([months[month] for month in range(first, end + 1)], dtype=np.float64).T
        for rest in (12, 9, 6, 3):
            origin = len(value) - rest
            if origin >= LEAST_HISTORY:
                goal = figure("share", value[max(0, origin - 12) : origin], base[max(0, origin - 12) : origin])
                yield Series(
                    label=label, kind="share", value=value, base=base, origin=origin, goal=goal, better="higher"
                )


def _empty() -> Counts:
    return defaultdict(lambda: defaultdict(lambda: [0, 0]))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _month(day: str) -> int:
    return int(day[:4]) * 12 + int(day[5:7]) - 1


def at_hand() -> bool:
    """Whether the folder of real data lies beside the project."""
    return REAL.is_dir()
