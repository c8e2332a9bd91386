"""The one grammar of charts: what is drawn, as data, before anybody draws it.

A renderer takes a :class:`Chart` and nothing else, so that notebook, HTML page, Excel and plain text show the same
rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final, Literal

from svcqa.catalogue import Language, text

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["bars", "lines", "distribution", "small_multiples", "process", "funnel", "timeline"]
Better = Literal["higher", "lower", "neutral"]
Standing = Literal["met", "risk", "missed", ""]
MOST_LINES: Final = 5
"""Lines that one picture shows apart in black and white; more groups become small multiples."""
MOST_PANELS: Final = 12


@dataclass(frozen=True, kw_only=True)
class Row:
    """One figure: a bar, or a point of a line.

    Attributes:
        group: what is held side by side, such as a department.
        value: in the chart's unit; a share lies between 0 and 1. Missing where nothing can be judged yet.
        shown: the value in words, with the sign of its standing and ``*`` for a period that is not over.
        standing: how the value stands to its goal; empty where it has none.
        evidence: ``clear`` where the interval lies on one side of the goal, otherwise ``unclear``.
    """

    group: str
    period: str
    value: float | None
    lower: float | None
    upper: float | None
    goal: float | None
    n: int | None
    shown: str
    standing: Standing = ""
    evidence: Literal["clear", "unclear", ""] = ""
    method: str = ""
    partial: bool = False


@dataclass(frozen=True, kw_only=True)
class Bin:
    """One column of a histogram: cases above ``start`` and up to ``end``; the last one may have no end.

    Attributes:
        closed: cases whose value is known.
        still_open: cases whose value will be at least what it is now.
        cumulative: closed cases up to ``end``, as a share of all cases; missing where it was not asked for.
        marks: names of the marks that lie in this bin.
    """

    label: str
    start: float
    end: float | None
    closed: int
    still_open: int
    cumulative: float | None
    marks: str = ""


@dataclass(frozen=True, kw_only=True)
class Point:
    """One point of a process behaviour chart.

    Attributes:
        lower_limit, upper_limit: limits of the process at this point, no interval of the value.
        near_lower, near_upper: where the outer thirds begin.
        signal: in words; empty where the point is routine variation.
        side: which way a signal points.
    """

    period: str
    value: float | None
    centre: float | None
    lower_limit: float | None
    upper_limit: float | None
    near_lower: float | None
    near_upper: float | None
    goal: float | None
    n: int | None
    shown: str
    signal: str = ""
    side: Literal["up", "down", ""] = ""
    partial: bool = False


@dataclass(frozen=True, kw_only=True)
class Dot:
    """One unit of a funnel, with the limits for its number of cases.

    Attributes:
        lower_limit, upper_limit: 95 % of units without a difference lie between.
        far_lower, far_upper: 99.8 % do.
        pooled: the figure drawn towards all units.
        outside: beyond which limits, in words; empty where within.
    """

    group: str
    n: int
    value: float
    centre: float
    lower_limit: float
    upper_limit: float
    far_lower: float
    far_upper: float
    pooled: float
    shown: str
    outside: str = ""


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A stretch of one case's time, and why it counts or does not.

    Attributes:
        reason: in words; stretches of one reason lie on one line.
        counts: whether it adds to the figure.
        shown: how long it is, or which working day.
    """

    reason: str
    begin: dt.datetime
    end: dt.datetime
    counts: bool
    shown: str


@dataclass(frozen=True)
class Mark:
    """A named place on the axis of a distribution, such as a limit or P90; on a time line seconds since 1970-01-01."""

    name: str
    value: float


Record = Row | Bin | Point | Dot | Stretch


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A chart as data.

    Attributes:
        title: the finding in words.
        axis: what the values are, with their unit.
        unit: ``share`` is shown in per cent, everything else as a number.
        better: which direction is good.
        rows: the figures; empty for a distribution.
        bins: the columns of a distribution; empty for all others.
        points: those of a process behaviour chart; empty for all others.
        dots: the units of a funnel; empty for all others.
        stretches: the bars of a time line; empty for all others.
        marks: vertical lines of a distribution or a time line, the limit first where there is one.
        notes: what a reader must know beside the picture: the interval's formula, what is hollow, what is left out.
    """

    kind: Kind
    title: str
    axis: str
    unit: str
    language: Language
    better: Better = "higher"
    rows: tuple[Row, ...] = ()
    bins: tuple[Bin, ...] = ()
    stretches: tuple[Stretch, ...] = ()
    marks: tuple[Mark, ...] = ()
    points: tuple[Point, ...] = ()
    dots: tuple[Dot, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def records(self) -> Sequence[Record]:
        """The data rows, of whichever sort."""
        by_kind: dict[str, Sequence[Record]] = {
            "distribution": self.bins,
            "process": self.points,
            "funnel": self.dots,
            "timeline": self.stretches,
        }
        return by_kind.get(self.kind, self.rows)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the data's columns."""
        by_kind: dict[str, type[Record]] = {"distribution": Bin, "process": Point, "funnel": Dot, "timeline": Stretch}
        return tuple(field.name for field in fields(by_kind.get(self.kind, Row)))

    @property
    def headings(self) -> dict[str, str]:
        """What each column is called in the chart's language."""
        return {name: text(f"charts.column_{name}", self.language) for name in self.columns}

    @property
    def frame(self) -> pd.DataFrame:
        """The data rows as a frame, one column a field."""
        import pandas as pd

        return pd.DataFrame([vars(record) for record in self.records], columns=list(self.columns))

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups in order."""
        return distinct(row.group for row in self.rows)

    @property
    def periods(self) -> tuple[str, ...]:
        """The periods in order."""
        return distinct(row.period for row in self.rows)

    @property
    def goals(self) -> tuple[float, ...]:
        """The goals that occur, lowest first; several where they differ by group or in time."""
        return tuple(sorted({row.goal for row in self.rows if row.goal is not None}))

    @property
    def one_goal_a_period(self) -> bool:
        """Whether all groups are held against the same goal in each period."""
        held = {(row.period, row.goal) for row in self.rows if row.goal is not None}
        return len(held) == len({period for period, _ in held})

    def of_group(self, group: str) -> tuple[Row, ...]:
        """The rows of one group, in the order of their periods."""
        return tuple(row for row in self.rows if row.group == group)

    def cell(self, record: Record, column: str) -> Any:
        """What a reader sees of a field: states in words, missing values as ``None``."""
        value = getattr(record, column)
        if column == "counts":
            return text("charts.counts" if value else "charts.does_not_count", self.language)
        if column == "standing":
            return text(f"charts.{value}", self.language) if value else ""
        if column == "evidence":
            return text(f"wording.evidence_{value}", self.language) if value else ""
        if column == "side":
            return {"up": "▲", "down": "▼"}.get(value, "")
        if column == "partial":
            return text("wording.flag_partial", self.language) if value else ""
        return value


def distinct(names: Any) -> tuple[str, ...]:
    """Each name once, in the order of the first."""
    return tuple(dict.fromkeys(names))
