"""Figures that R computed, and the monthly counts behind them (``../shared/oracles``)."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np


def reference(shared: Path, section: str) -> dict[str, float]:
    """A section of the figures that R computed; how is written in the README beside them."""
    with (shared / "oracles" / "reference.csv").open(encoding="utf-8", newline="") as file:
        return {row["key"]: float(row["value"]) for row in csv.DictReader(file) if row["section"] == section}


def nhs(shared: Path) -> tuple[Any, Any]:
    """Cases within four hours and all cases of the type 1 departments, month by month."""
    with (shared / "oracles" / "data" / "nhs_type1_monthly.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    n = np.asarray([int(row["attendances"]) for row in rows])
    return n - np.asarray([int(row["breaches"]) for row in rows]), n
