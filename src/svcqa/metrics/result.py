"""The one result type: frozen rows, told as a tidy frame with documented columns."""

# Over 300 lines: each column of a row is told, with its unit, where it is declared.

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from svcqa.entities.base import Text
from svcqa.errors import Fault, MetricError, NameUnknownError
from svcqa.metrics.measures import Measure, Picture, Role
from svcqa.metrics.states import STATES, State

if TYPE_CHECKING:
    import pandas as pd

Verdict = Literal["met", "missed", ""]
Evidence = Literal["clear", "unclear", ""]

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
    "lower": "lower confidence limit, in the unit of the value",
    "upper": "upper confidence limit, in the unit of the value",
    "n": "cases that the value is a share of (its denominator)",
    "numerator": "cases or amount in the numerator",
    **{state: f"cases that are {state.replace('_', ' ')}" for state in STATES},
    "total": "all cases of the group, the sum of the states",
    "excluded_by": "excluded cases by reason",
    "value_without_exclusions": "the figure if no case were excluded, in the unit of the value",
    "n_without_exclusions": "its denominator, in cases",
    "goal": "the goal the value is held against, in its unit",
    "verdict": "met, missed, or empty where there is no goal or no case",
    "evidence": "clear where the interval lies on one side of the goal, otherwise unclear",
    "at_risk": "officially met but unclear, or missed and still recoverable in the year",
    "needed": "what the rest of the year must come to for the year's goal, in the unit of the value",
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
    """One row of a result; ``None`` where nothing can be said. What each column means is told by :data:`COLUMNS`.

    A metric begins with a row that says of whom and when (its *lead*), and makes each of its figures from it by
    :meth:`filled`. A column can also be read by its name, ``figure["not_due"]``, states and further keys among them.

    Attributes:
        by: the further keys of the group, by column; no column is called ``by``.
        states: cases by state; empty where the metric counts none.
    """

    unit: str
    period: str
    first: dt.date
    last: dt.date
    metric: str = ""
    indicator: str = ""
    by: Mapping[str, str] = field(default_factory=dict)
    measure: str = ""
    value: float | None = None
    value_unit: str = ""
    lower: float | None = None
    upper: float | None = None
    n: int | None = None
    numerator: int | None = None
    states: Mapping[State, int] = field(default_factory=dict)
    total: int | None = None
    excluded_by: Mapping[str, int] = field(default_factory=dict)
    value_without_exclusions: float | None = None
    n_without_exclusions: int | None = None
    goal: float | None = None
    verdict: Verdict = ""
    evidence: Evidence = ""
    at_risk: bool | None = None
    """``None`` where nothing is judged."""
    needed: float | None = None
    rest_n: int | None = None
    base: int | None = None
    base_unit: str = ""
    population: float | None = None
    method: str = ""
    limit: str = ""
    flags: tuple[str, ...] = ()

    def filled(self, measure: str, **columns: Any) -> Figure:
        """This row with a measure and further columns.

        Raises:
            NameUnknownError: a row has no such column.
        """
        _check_columns(columns, place=self.metric or measure)
        return replace(self, measure=measure, **columns)

    def count(self, state: State) -> int:
        """Cases in ``state``; 0 where the metric counts none."""
        return self.states.get(state, 0)

    def __getitem__(self, column: str) -> Any:
        """A column by its name; a state that is not counted is ``None``.

        Raises:
            NameUnknownError: a row has no such column.
        """
        if column in STATES:
            return self.states.get(State[column.upper()])
        if column in self.by:
            return self.by[column]
        _check_columns((column,), place=self.metric)
        return getattr(self, column)


_FIELDS: Final = tuple(column.name for column in fields(Figure))


def _check_columns(names: Iterable[str], place: str) -> None:
    unknown = [name for name in names if name not in _FIELDS]
    if unknown:
        allowed = ", ".join(_FIELDS)
        raise NameUnknownError([Fault("unknown_column", place=place, got=repr(n), allowed=allowed) for n in unknown])


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
        keys: further grouping columns, beside unit and period.
        about: pins the figures: as_of, digests of calendar, policy and records, the formula.
        unit: unit of the values, such as ``share``; from the metric's own description where the metric gives none.
        better: which direction is good; likewise.
        label: what the metric is called; likewise.
        picture: what it is drawn as; likewise.
        measures: what each measure is and how it is shown; likewise.
    """

    rows: tuple[Figure, ...]
    _: KW_ONLY
    keys: tuple[str, ...] = ()
    about: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    better: Literal["higher", "lower", "neutral", ""] = ""
    label: Text | None = None
    picture: Picture = "figures"
    measures: tuple[Measure, ...] = ()

    @cached_property
    def frame(self) -> pd.DataFrame:
        """A tidy frame with the columns of :data:`COLUMNS`, and one per further grouping key."""
        return make_frame(self.rows, self.keys)

    @property
    def scale(self) -> Scale:
        """Unit and direction of the values."""
        return Scale(self.unit, self.better or "neutral")

    def scale_of(self, figure: Figure) -> Scale:
        """Unit and direction of one figure."""
        return Scale(figure.value_unit or self.unit, self.better or "neutral")

    def measure(self, name: str) -> Measure:
        """What a measure is: as the metric says, else a figure like any other."""
        return self._described.get(name) or Measure(name=name)

    def of(self, *roles: Role) -> tuple[Figure, ...]:
        """The rows whose measure has one of ``roles``."""
        return tuple(row for row in self.rows if self.measure(row.measure).role in roles)

    def named(self, *roles: Role) -> tuple[str, ...]:
        """The measures that have rows and one of ``roles``, in their order."""
        return tuple(dict.fromkeys(row.measure for row in self.of(*roles)))

    def completed(self, metric: str) -> Result:
        """The same, where rows say neither of which metric they are nor the unit that their measure is declared in."""
        units = {measure.name: measure.unit for measure in self.measures if measure.unit}
        return replace(
            self,
            rows=tuple(
                row
                if row.metric and (row.value_unit or row.measure not in units)
                else replace(row, metric=row.metric or metric, value_unit=row.value_unit or units.get(row.measure, ""))
                for row in self.rows
            ),
        )

    @property
    def main(self) -> tuple[Figure, ...]:
        """The rows of the first measure that is a figure in its own right."""
        measures = self.named(Role.ESTIMATE)[:1]
        return tuple(row for row in self.rows if row.measure in measures)

    def figures(self) -> list[Figure]:
        """The rows, in order."""
        return list(self.rows)

    def shown_by(self, reader: Reader | None) -> Result:
        """The same figures; ``reader`` shows them where they are the last value of a notebook's cell, or printed."""
        shown = replace(self)
        vars(shown)["_reader"] = reader  # no field: who looks at figures is no part of them
        return shown

    def __repr__(self) -> str:
        reader: Reader | None = vars(self).get("_reader")
        if reader is not None:
            return reader.as_text(self)
        metric = self.rows[0].metric if self.rows else ""
        return f"<Result {metric}: {len(self.rows)} rows>".replace(" :", ":")

    def _repr_html_(self) -> str | None:
        """A table for notebooks; ``None``, and so what is printed, for figures that no workspace measured."""
        reader: Reader | None = vars(self).get("_reader")
        return None if reader is None else reader.as_html(self)

    def to_json(self) -> str:
        """All columns of all rows, and ``about``; missing values are null."""
        rows = [{name: _plain(value) for name, value in row.items()} for row in self.frame.to_dict("records")]
        return json.dumps({"about": dict(self.about), "rows": rows}, ensure_ascii=False, indent=1)

    @cached_property
    def _described(self) -> dict[str, Measure]:
        return {measure.name: measure for measure in self.measures}


def check_rows(result: Result, place: str) -> None:
    """See that the rows of a result are figures.

    Raises:
        MetricError: some are something else, such as dicts.
    """
    odd = sorted({type(row).__name__ for row in result.rows if not isinstance(row, Figure)})
    if odd:
        raise MetricError(Fault("plugin_contract", place=place, got=f"rows are Figure, not {', '.join(odd)}"))


def make_frame(rows: Sequence[Figure], keys: Sequence[str] = ()) -> pd.DataFrame:
    """A result frame of ``rows`` with every column in order; ``keys`` are the further grouping columns."""
    import pandas as pd

    extra = [key for key in keys if key not in COLUMNS]
    columns = ["metric", "indicator", "unit", *extra, *[name for name in COLUMNS if name not in _LEADING]]
    frame = pd.DataFrame(
        [{name: row.by.get(name) if name in extra else row[name] for name in columns} for row in rows], columns=columns
    )
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
