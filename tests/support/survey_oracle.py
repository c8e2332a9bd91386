"""What R's survey package computed, and the data it computed it from (``../shared/oracles``)."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import numpy as np

from svcqa.stats.survey.design import SampleDesign, sample_design

RELATIVE = 1e-8
"""The README of the oracles asks for this."""


def reference(shared: Path, section: str) -> dict[str, float]:
    """A section of the figures that R computed; how is written in the README beside them."""
    with (shared / "oracles" / "reference.csv").open(encoding="utf-8", newline="") as file:
        return {row["key"]: float(row["value"]) for row in csv.DictReader(file) if row["section"] == section}


class Data:
    """A file of the R package survey, by columns."""

    def __init__(self, shared: Path, name: str) -> None:
        with (shared / "oracles" / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            self.rows: list[dict[str, str]] = list(csv.DictReader(file))

    def text(self, column: str) -> np.ndarray[Any, Any]:
        return np.array([row[column] for row in self.rows])

    def number(self, column: str) -> np.ndarray[Any, Any]:
        return np.array([float(row[column]) if row[column] not in ("", "NA") else math.nan for row in self.rows])


def strat_fpc(shared: Path) -> tuple[Data, SampleDesign]:
    """``svydesign(id=~1, strata=~stype, weights=~pw, fpc=~fpc, data=apistrat)``; the weights as they stand there."""
    data = Data(shared, "apistrat")
    sizes = dict(zip(data.text("stype").tolist(), data.number("fpc").tolist(), strict=True))
    return data, sample_design(data.text("stype"), population_size=sizes, weight=data.number("pw"))


def clus1_fpc(shared: Path) -> tuple[Data, SampleDesign]:
    """``svydesign(id=~dnum, weights=~pw, fpc=~fpc, data=apiclus1)``."""
    data = Data(shared, "apiclus1")
    sizes = {"all": float(data.number("fpc")[0])}
    one = np.full(len(data.rows), "all")
    return data, sample_design(one, population_size=sizes, weight=data.number("pw"), cluster=data.text("dnum"))


DESIGNS = {"strat_fpc": strat_fpc, "clus1_fpc": clus1_fpc}
