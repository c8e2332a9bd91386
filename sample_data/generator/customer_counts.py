"""How many customers each branch has in each month, and how many households its safety programme."""

from __future__ import annotations

import numpy as np

from generator import scene
from generator.planting import Fault, TextFault, plant_attempts
from generator.rows import Row, Sheet, cells_of

COLUMNS = (("填报单位", "unit"), ("统计月份", "month"), ("有效客户数", "valid_customers"), ("居民户数", "households"))
NAMES = {"unit": {"CQ": "城区分公司", "CJ": "城郊分公司"}}
VALID_CUSTOMERS = {"CQ": 120_000, "CJ": 68_000}
"""In the first month."""
GROWTH = 350
"""New customers a month."""
MONTHS = len(scene.months())
PROGRAMME = 2200
"""Residents with smaller numbers than this are visited every quarter."""
JOIN_LATER = 2100
"""Households from this number on join the programme one after the other."""

FAULTS: tuple[Fault, ...] = (
    TextFault("unknown_code", "填报单位", ("城区公司",)),
    TextFault("unknown_unit", "填报单位", (scene.STATION_NOBODY_KNOWS,)),
    TextFault("missing_required", "有效客户数", ("",)),
    TextFault("unreadable_number", "有效客户数", ("约13万",)),
    TextFault("negative_number", "居民户数", (-1,)),
    TextFault("unreadable_moment", "统计月份", ("2025年13月",)),
    TextFault("start_out_of_range", "统计月份", ("1925年05月",)),
)


def sheet(rng: np.random.Generator) -> Sheet:
    """One workbook for all months."""
    records = [
        {
            "unit": unit,
            "month": month,
            "valid_customers": valid_customers(unit, month),
            "households": len(households(unit, month)),
        }
        for month in scene.months()
        for unit in VALID_CUSTOMERS
    ]
    rows = [Row(record=record, cells=cells_of(record, COLUMNS, NAMES, scene.when)) for record in records]
    for row in rows:
        year, month = row.record["month"].split("-")
        row.cells["统计月份"] = f"{year}年{month}月"
    header = tuple(name for name, _ in COLUMNS)
    found = Sheet(name="customer_counts.xlsx", table="customer_counts", header=header, rows=rows, show=scene.when)
    plant_attempts(rng, found, FAULTS, each=1)
    return found


def valid_customers(unit: str, month: str) -> int:
    """Customers of the branch ``unit`` in ``month``."""
    return VALID_CUSTOMERS[unit] + GROWTH * scene.months().index(month)


def households(unit: str, month: str) -> list[int]:
    """The households that the quarterly programme of ``unit`` covers in ``month``: numbers of residents."""
    place = scene.months().index(month)
    return [number for number in range(PROGRAMME) if _branch(number) == unit and joined(number) <= place]


def joined(number: int) -> int:
    """The place of the month in which the household ``number`` joined the programme; beyond the last where never."""
    if scene.customer_kind(number) != "resident":
        return MONTHS
    return max(0, number - JOIN_LATER) * MONTHS // (PROGRAMME - JOIN_LATER)


def _branch(number: int) -> str:
    return "CQ" if number % 5 < 3 else "CJ"
