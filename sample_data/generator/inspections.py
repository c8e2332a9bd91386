"""Safety visits to households, one a quarter. Few and short columns, since there are many rows."""

from __future__ import annotations

import datetime as dt

import numpy as np

from generator import scene
from generator.customer_counts import households, joined
from generator.planting import UNREADABLE, WITH_OFFSET, Contradiction, Fault, TextFault, any_row, plant, unit_faults
from generator.rows import Cell, Row, Sheet, cells_of, to_day
from generator.scene import DAY, Record

COLUMNS = (
    ("安检编号", "visit_id"),
    ("班组", "unit"),
    ("客户编号", "customer"),
    ("安检日期", "visited_at"),
    ("入户结果", "outcome"),
)
NAMES = {
    "unit": {"CQ-AJ": "城区", "CJ-AJ": "城郊"},
    "outcome": {"entered": "入户", "nobody_home": "无人", "refused": "拒访"},
}
VISITED = 0.965
"""Share of the households that somebody visits in a quarter, whether or not anybody is home."""
DROP = ("CJ", "2026Q1", 0.905)
"""The branch, the quarter and the share of a quarter in which inspectors were lacking."""
ENTERED = 0.87
"""Share of the visited households that are entered in the end."""

FAULTS: tuple[Fault, ...] = (
    *unit_faults("班组"),
    TextFault("missing_required", "入户结果", ("",)),
    TextFault("unknown_code", "入户结果", ("改约", "入户?")),
    TextFault("unreadable_moment", "安检日期", UNREADABLE),
    TextFault("zone_not_declared", "安检日期", WITH_OFFSET),
    TextFault("start_out_of_range", "安检日期", ("1925/05/20", "2062/05/20")),
)


def _other_outcome(cell: Cell) -> Cell:
    return "无人" if cell == "入户" else "入户"


CONTRADICTION = Contradiction("入户结果", any_row, _other_outcome)


def sheets(rng: np.random.Generator) -> list[Sheet]:
    """One file per year."""
    records = [record for quarter in quarters() for unit in ("CQ", "CJ") for record in _of_quarter(rng, unit, quarter)]
    records.sort(key=lambda record: (record["visited_at"], record["customer"]))
    header = tuple(name for name, _ in COLUMNS)
    found = []
    for year in range(2023, 2027):
        chosen = [record for record in records if scene.when(record["visited_at"]).year == year]
        for number, record in enumerate(chosen, start=1):
            record["visit_id"] = f"{year % 100}-{number:05d}"
        rows = [Row(record=record, cells=cells_of(record, COLUMNS, NAMES, to_day)) for record in chosen]
        sheet = Sheet(name=f"inspections_{year}.csv", table="inspections", header=header, rows=rows, show=to_day)
        plant(rng, sheet, FAULTS, each=2, contradiction=CONTRADICTION)
        found.append(sheet)
    return found


def quarters() -> dict[str, list[str]]:
    """The months of every quarter, keyed ``2026Q1``."""
    found: dict[str, list[str]] = {}
    for month in scene.months():
        found.setdefault(f"{month[:4]}Q{(int(month[5:]) + 2) // 3}", []).append(month)
    return found


def _of_quarter(rng: np.random.Generator, unit: str, quarter: str) -> list[Record]:
    months = quarters()[quarter]
    share = DROP[2] if (unit, quarter) == DROP[:2] else VISITED
    found = []
    for number in households(unit, months[-1]):
        since = scene.months()[max(scene.months().index(months[0]), joined(number))]
        days = _days(rng, since, months[-1])
        for day, outcome in zip(days, _outcomes(rng, share), strict=False):
            found.append(
                {"unit": f"{unit}-AJ", "customer": scene.customer_code(number), "visited_at": day, "outcome": outcome}
            )
    return found


def _outcomes(rng: np.random.Generator, share: float) -> list[str]:
    """What the visits to one household in one quarter came to."""
    visited, entered, how = rng.random(3)
    if visited >= share:
        return ["refused"] if how < 0.2 else []
    if entered >= ENTERED:
        return ["nobody_home"] * (2 if how < 0.3 else 1)
    if how < 0.1:
        return ["nobody_home", "entered"]
    if how < 0.112:
        return ["refused", "entered"]
    return ["entered", "entered"] if how < 0.122 else ["entered"]


def _days(rng: np.random.Generator, first: str, last: str) -> tuple[int, int]:
    """Two days from the month ``first`` to the end of the month ``last``, in order."""
    start = scene.moment(dt.datetime.fromisoformat(f"{first}-01"))
    end = scene.moment(dt.datetime.fromisoformat(f"{last}-28")) + 4 * DAY
    while scene.month_of(end) != last:
        end -= DAY
    one, other = sorted(int(day) for day in rng.integers(0, (end - start) // DAY + 1, 2))
    return start + one * DAY, start + other * DAY
