"""The frame counted: per stratum how many customers can be called, and how many are left out for which reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from svcqa.entities.survey import Survey


@dataclass(frozen=True, kw_only=True)
class StratumCounts:
    """``population_size`` customers can be drawn; they have ``cases`` cases. ``excluded``: customers by reason."""

    key: str
    parts: dict[str, str]
    population_size: int
    cases: int
    excluded: dict[str, int] = field(default_factory=dict)

    @property
    def known(self) -> int:
        """Everybody with a case in scope, called or not."""
        return self.population_size + sum(self.excluded.values())


def count_frame(survey: Survey, frame: Any) -> tuple[StratumCounts, ...]:
    """The strata of a frame (see :mod:`svcqa.review.callbacks.frame`), in the order of their keys."""
    columns = ["stratum", *survey.strata, "reason"]
    grouped = frame.group_by(columns).aggregate([([], "count_all"), ("cases", "sum")])
    strata: dict[str, dict[str, Any]] = {}
    for row in grouped.sort_by([(name, "ascending") for name in columns]).to_pylist():
        parts = {name: row[name] or "" for name in survey.strata}
        stratum = strata.setdefault(row["stratum"], {"parts": parts, "population_size": 0, "cases": 0, "excluded": {}})
        if row["reason"]:
            stratum["excluded"][row["reason"]] = row["count_all"]
        else:
            stratum["population_size"], stratum["cases"] = row["count_all"], row["cases_sum"]
    return tuple(StratumCounts(key=key, **about) for key, about in sorted(strata.items()))


def in_frame(frame: Any) -> Any:
    """Only those who can be drawn."""
    import pyarrow.compute as pc

    return frame.filter(pc.equal(frame["reason"], pa.scalar("")))
