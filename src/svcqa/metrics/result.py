"""The one result type: a tidy frame with documented columns."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from svcqa.entities.base import Text

if TYPE_CHECKING:
    import pandas as pd

STATES: Final = (
    "met",
    "breached",
    "open_overdue",
    "open_not_due",
    "met_not_due",
    "not_determinable",
    "excluded",
    "not_applicable",
)
"""A case is in exactly one; the state columns add up to ``total``.

*Not determinable* is what only time can tell: whether the customer comes back within the days that are not over yet.
"""

COLUMNS: Final[Mapping[str, str]] = {
    "metric": "name of the metric",
    "indicator": "key of the commitment, target or indicator",
    "unit": "code of the unit of the organisation",
    "period": "label of the period",
    "first": "first day counted",
    "last": "last day counted",
    "measure": "what the value is, such as compliance",
    "value": "the figure, in the metric's unit; missing where nothing can be judged yet",
    "value_unit": "unit of the value where it is another than the metric's",
    "lower": "lower confidence limit",
    "upper": "upper confidence limit",
    "n": "cases that the value is a share of (its denominator)",
    "numerator": "cases or amount in the numerator",
    **{state: f"cases that are {state.replace('_', ' ')}" for state in STATES},
    "total": "all cases of the group, the sum of the states",
    "excluded_by": "excluded cases by reason",
    "value_without_exclusions": "the figure if no case were excluded",
    "n_without_exclusions": "its denominator",
    "goal": "the goal the value is held against",
    "verdict": "met, missed, or empty where there is no goal or no case",
    "evidence": "clear where the interval lies on one side of the goal, otherwise unclear",
    "at_risk": "officially met but unclear, or missed and still recoverable in the year",
    "needed": "share that the rest of the year must reach for the year's goal",
    "rest_n": "cases expected in the rest of the year",
    "base": "what the value is a share of where it is no number of cases, in base_unit",
    "base_unit": "unit of the base, such as customer_second",
    "population": "customers (or cases) that an estimate from a sample speaks for: the sum of its weights",
    "method": "name of the interval's formula",
    "limit": "the limit applied, with its unit and way of counting",
    "flags": "what to know of the figure: amounts, unclustered, undesigned, partial, cycle_open, goal_changed, "
    "base_carried, without_posts, lower_bound, provisional_calendar, assumed, what_if",
}


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One row of a result with plain Python values; ``None`` where nothing can be said."""

    unit: str
    period: str
    measure: str
    value: float | None
    lower: float | None
    upper: float | None
    n: int | None
    numerator: int | None
    states: Mapping[str, int]
    total: int | None
    excluded_by: Mapping[str, int]
    value_without_exclusions: float | None
    n_without_exclusions: int | None
    goal: float | None
    verdict: str
    evidence: str
    at_risk: bool
    needed: float | None
    rest_n: int | None
    method: str
    limit: str
    base: int | None
    value_unit: str
    flags: tuple[str, ...]


@dataclass(frozen=True)
class Scale:
    """What values are measured in, and which direction is good."""

    unit: str = "share"
    better: Literal["higher", "lower", "neutral"] = "higher"

    def reached(self, value: float, goal: float) -> bool:
        """Whether ``value`` is as good as ``goal``."""
        return value <= goal if self.better == "lower" else value >= goal


SHARE: Final = Scale()


class Reader(Protocol):
    """Who shows results to people, in their language and with their names of units and commitments."""

    def as_html(self, result: Result) -> str:
        """As a piece of HTML, every text escaped."""
        ...

    def as_text(self, result: Result) -> str:
        """As plain text."""
        ...


@dataclass(frozen=True, repr=False)
class Result:
    """Figures of one metric.

    Attributes:
        rows: one mapping a row; names that are missing have no value.
        keys: further grouping columns, beside unit and period.
        about: pins the figures: as_of, digests of calendar, policy and records, the formula.
        unit: unit of the values, such as ``share``; from the metric's own description where the metric gives none.
        better: which direction is good; likewise.
        label: what the metric is called; likewise.
    """

    rows: tuple[Mapping[str, Any], ...]
    _: KW_ONLY
    keys: tuple[str, ...] = ()
    about: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    better: Literal["higher", "lower", "neutral", ""] = ""
    label: Text | None = None

    @cached_property
    def frame(self) -> pd.DataFrame:
        """A tidy frame with the columns of :data:`COLUMNS`, and one per further grouping key."""
        return make_frame(self.rows, self.keys)

    def figures(self) -> list[Figure]:
        """The rows as :class:`Figure`, in order."""
        return [_figure(row) for row in self.rows]

    @property
    def scale(self) -> Scale:
        """Unit and direction of the values."""
        return Scale(self.unit, self.better or "neutral")

    def scale_of(self, figure: Figure) -> Scale:
        """Unit and direction of one figure."""
        return Scale(figure.value_unit or self.unit, self.better or "neutral")

    def shown_by(self, reader: Reader | None) -> Result:
        """The same figures; ``reader`` shows them where they are the last value of a notebook's cell, or printed."""
        found = replace(self)
        vars(found)["_reader"] = reader  # no field: who looks at figures is no part of them
        return found

    def __repr__(self) -> str:
        reader: Reader | None = vars(self).get("_reader")
        if reader is not None:
            return reader.as_text(self)
        metric = self.rows[0].get("metric", "") if self.rows else ""
        return f"<Result {metric}: {len(self.rows)} rows>".replace(" :", ":")

    def _repr_html_(self) -> str | None:
        """A table for notebooks; ``None``, and so what is printed, for figures that no workspace measured."""
        reader: Reader | None = vars(self).get("_reader")
        return None if reader is None else reader.as_html(self)

    def to_json(self) -> str:
        """All columns of all rows, and ``about``; missing values are null."""
        rows = [{name: _plain(value) for name, value in row.items()} for row in self.frame.to_dict("records")]
        return json.dumps({"about": dict(self.about), "rows": rows}, ensure_ascii=False, indent=1)


def make_frame(rows: Sequence[Mapping[str, Any]], keys: Sequence[str] = ()) -> pd.DataFrame:
    """A result frame of ``rows`` with every column in order; ``keys`` are the further grouping columns."""
    import pandas as pd

    extra = [key for key in keys if key not in COLUMNS]
    columns = ["metric", "indicator", "unit", *extra, *[name for name in COLUMNS if name not in _LEADING]]
    frame = pd.DataFrame([{name: row.get(name) for name in columns} for row in rows], columns=columns)
    for name in ("value", "lower", "upper", "value_without_exclusions", "goal", "needed", "population"):
        frame[name] = frame[name].astype("Float64")
    for name in ("n", "numerator", *STATES, "total", "n_without_exclusions", "rest_n", "base"):
        frame[name] = frame[name].astype("Int64")
    return frame


_LEADING: Final = ("metric", "indicator", "unit")


def _plain(value: Any) -> Any:
    import pandas as pd

    if isinstance(value, (dict, list, tuple)):
        return value
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value):
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value.item() if hasattr(value, "item") else value


def _figure(row: Mapping[str, Any]) -> Figure:
    names = [name for name in Figure.__dataclass_fields__ if name not in ("states", "flags", "excluded_by")]
    fields: dict[str, Any] = {name: row.get(name) for name in names}
    for name in ("measure", "verdict", "evidence", "method", "limit", "value_unit"):
        fields[name] = fields[name] or ""
    fields["at_risk"] = bool(fields["at_risk"])
    states = {state: int(row.get(state) or 0) for state in STATES}
    flags, reasons = tuple(row.get("flags") or ()), row.get("excluded_by") or {}
    return Figure(**fields, states=states, flags=flags, excluded_by=reasons)
