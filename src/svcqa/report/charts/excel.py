"""Charts as Excel draws them: native charts that refer to the cells of the chart's data."""

# Over 300 lines: one native chart, axis by axis.

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from svcqa.catalogue import text
from svcqa.report.charts import palette
from svcqa.report.charts.excel_looks import FILLS, MARKERS, PARTIAL, dashes, goal_look
from svcqa.report.charts.excel_process import add_funnel, add_process
from svcqa.report.charts.grammar import Chart, Row
from svcqa.report.charts.plain import used_columns

Maker = Callable[[Mapping[str, str]], Any]
"""``Workbook.add_chart``."""
ABOVE: Final = "above"
BELOW: Final = "below"
_VEIL: Final = {"color": "#FFFFFF", "transparency": 25}
"""Behind a value that lies on its interval: the value can be read, the rule still be seen."""


def table_columns(chart: Chart) -> list[str]:
    """The columns of the data's table; distances to the limits last, for error bars are drawn from them."""
    columns = used_columns(chart)
    if chart.kind in ("process", "funnel"):  # their limits are lines, no intervals
        return columns
    return [*columns, ABOVE, BELOW] if {"lower", "upper"} & set(columns) else columns


def distance(row: Row, column: str) -> float | None:
    """How far a limit lies from its value."""
    limit = row.upper if column == ABOVE else row.lower
    return None if row.value is None or limit is None else abs(limit - row.value)


@dataclass(frozen=True)
class Place:
    """Where the data of a chart lie: the title's row, the first and last row of data, the column of each field."""

    sheet: str
    title_row: int
    first_row: int
    columns: Sequence[str]

    def cell(self, row: int, column: str) -> list[Any]:
        """The reference of one cell; ``row`` counts the data rows from 0."""
        return self.cells(row, row, column)[:3]

    def cells(self, first: int, last: int, column: str) -> list[Any]:
        """The reference of the data rows ``first`` to ``last``."""
        number = self.columns.index(column)
        return [self.sheet, self.first_row + first, number, self.first_row + last, number]

    def text(self, first: int, last: int, column: str) -> str:
        """The same as a formula: error bars take nothing else."""
        from xlsxwriter.utility import xl_range_abs

        sheet, top, left, bottom, right = self.cells(first, last, column)
        quoted = sheet.replace("'", "''")
        return f"='{quoted}'!{xl_range_abs(top, left, bottom, right)}"


def native_charts(chart: Chart, place: Place, make: Maker, font: str) -> list[Any]:
    """The native charts of a chart: one, or one a group for small multiples."""
    if not chart.records or (chart.rows and "value" not in place.columns):  # nothing is known of any of them
        return []
    if chart.kind == "small_multiples":
        return [_lines(chart, place, make=make, font=font, groups=(group,), titled=False) for group in chart.groups]
    if chart.kind == "lines":
        return [_lines(chart, place, make=make, font=font, groups=chart.groups, titled=True)]
    if chart.kind in ("process", "funnel"):
        return [_process(chart, place, make, font)]
    return [
        _distribution(chart, place, make, font) if chart.kind == "distribution" else _bars(chart, place, make, font)
    ]


def _span(chart: Chart, group: str) -> tuple[int, int]:
    """First and last data row of a group: its rows stand together."""
    numbers = [number for number, row in enumerate(chart.rows) if row.group == group]
    return numbers[0], numbers[-1]


def _error_bars(place: Place, first: int, last: int) -> dict[str, Any]:
    if ABOVE not in place.columns:
        return {}
    above, below = place.text(first, last, ABOVE), place.text(first, last, BELOW)
    custom = {"type": "custom", "plus_values": above, "minus_values": below, "line": {"color": "#404040", "width": 1}}
    return {"y_error_bars": custom}


def _bars(chart: Chart, place: Place, make: Maker, font: str) -> Any:
    """Bars lie where nothing but the zero line is a goal; they stand where a goal must be drawn as a line."""
    last = len(chart.rows) - 1
    standing = any(chart.goals)
    drawn = make({"type": "column" if standing else "bar"})
    drawn.add_series(
        {
            "name": _plain(chart.axis),
            "categories": place.cells(0, last, "group"),
            "values": place.cells(0, last, "value"),
            "gap": 60,
            "points": [FILLS[row.standing] for row in chart.rows],
            "data_labels": {
                "value": True,
                "position": "inside_base" if standing else "outside_end",
                "font": {"name": font, "bold": True, "size": 9},
                "fill": _VEIL,
                "custom": [{"value": _plain(row.shown)} for row in chart.rows],
            },
            **_error_bars(place, 0, last),
        }
    )
    if standing:
        goal = make({"type": "line"})
        goal.add_series(_goal_series(chart, place, 0, last, constant=len(chart.goals) == 1))
        drawn.combine(goal)
    _finish(drawn, chart, place, font, axis=_scale(chart, from_zero=True))
    if not standing:
        drawn.set_y_axis({"reverse": True, "label_position": "low", "num_font": {"name": font}})
        drawn.set_x_axis({**_value_axis(chart, font), **_scale(chart, from_zero=True), "label_position": "high"})
    drawn.set_legend({"none": True})
    return drawn


def _goal_series(
    chart: Chart, place: Place, first: int, last: int, *, constant: bool, colour: str = palette.GOAL
) -> dict[str, Any]:
    """The goal: a dashed line, or dashes of their own where it differs, for Excel draws no steps."""
    return {
        "name": [place.sheet, place.first_row - 1, place.columns.index("goal")],
        "categories": place.cells(first, last, "group" if chart.kind == "bars" else "period"),
        "values": place.cells(first, last, "goal"),
        **goal_look(constant=constant, colour=colour),
    }


def _lines(chart: Chart, place: Place, *, make: Maker, font: str, groups: Sequence[str], titled: bool) -> Any:
    drawn = make({"type": "line"})
    for number, group in enumerate(groups):
        first, last = _span(chart, group)
        look = number if titled else 0
        drawn.add_series(
            {
                "name": place.cell(first, "group"),
                "categories": place.cells(first, last, "period"),
                "values": place.cells(first, last, "value"),
                "line": {"color": palette.SERIES[look], "width": 2, "dash_type": dashes(look)},
                "marker": MARKERS[look],
                "points": [PARTIAL[look] if row.partial else None for row in chart.of_group(group)],
                **_error_bars(place, first, last),
            }
        )
    shared = chart.one_goal_a_period
    for number, group in enumerate(groups[:1] if shared else groups):
        rows = chart.of_group(group)
        if any(row.goal is not None for row in rows):
            constant = len({row.goal for row in rows}) == 1
            colour = palette.GOAL if shared or not titled else palette.SERIES[number]
            drawn.add_series(_goal_series(chart, place, *_span(chart, group), constant=constant, colour=colour))
    drawn.show_blanks_as("gap")
    _finish(drawn, chart, place, font, axis=_scale(chart, from_zero=False))
    if not titled:
        drawn.set_title(
            {"name": place.cell(_span(chart, groups[0])[0], "group"), "name_font": {"name": font, "size": 10}}
        )
        drawn.set_legend({"none": True})
    return drawn


def _distribution(chart: Chart, place: Place, make: Maker, font: str) -> Any:
    last = len(chart.bins) - 1
    drawn = make({"type": "column", "subtype": "stacked"})
    labels = [{"value": _plain(column.marks)} if column.marks else {"delete": True} for column in chart.bins]
    for field in ("closed", "still_open"):
        marked = field == "closed" and any(column.marks for column in chart.bins)
        drawn.add_series(
            {
                "name": [place.sheet, place.first_row - 1, place.columns.index(field)],
                "categories": place.cells(0, last, "label"),
                "values": place.cells(0, last, field),
                "gap": 4,
                **FILLS["met" if field == "closed" else "open"],
                **(
                    {
                        "data_labels": {
                            "value": True,
                            "position": "inside_end",
                            "custom": labels,
                            "font": {"name": font, "bold": True, "size": 9},
                            "fill": _VEIL,
                        }
                    }
                    if marked
                    else {}
                ),
            }
        )
    if "cumulative" in place.columns:
        share = make({"type": "line"})
        share.add_series(
            {
                "name": [place.sheet, place.first_row - 1, place.columns.index("cumulative")],
                "categories": place.cells(0, last, "label"),
                "values": place.cells(0, last, "cumulative"),
                "y2_axis": True,
                "line": {"color": palette.CUMULATIVE, "width": 2, "dash_type": "dash"},
                "marker": {"type": "diamond", "size": 5, "fill": {"color": palette.CUMULATIVE}},
            }
        )
        share.set_y2_axis({"min": 0, "max": 1, "num_format": "0%", "num_font": {"name": font}})
        drawn.combine(share)
    _finish(drawn, chart, place, font, axis={})
    drawn.set_x_axis({"name": _plain(chart.axis), "name_font": {"name": font}, "num_font": {"name": font}})
    drawn.set_y_axis({"num_font": {"name": font}, "num_format": "#,##0", "major_gridlines": {"visible": True}})
    return drawn


def _process(chart: Chart, place: Place, make: Maker, font: str) -> Any:
    """A process behaviour chart, or a funnel over the number of cases."""
    last, over_time = len(chart.records) - 1, chart.kind == "process"
    drawn = make({"type": "line"} if over_time else {"type": "scatter", "subtype": "straight_with_markers"})

    def add(column: str, look: Mapping[str, Any]) -> None:
        drawn.add_series(
            {
                "name": [place.sheet, place.first_row - 1, place.columns.index(column)],
                "categories": place.cells(0, last, "period" if over_time else "n"),
                "values": place.cells(0, last, column),
                **look,
            }
        )

    if over_time:
        add_process(chart, list(place.columns), add)
        drawn.show_blanks_as("gap")
    else:
        add_funnel(list(place.columns), add)
    _finish(drawn, chart, place, font, axis=_round_ends(chart, _line_numbers(chart), from_zero=False))
    if not over_time:
        drawn.set_x_axis(
            {
                "name": text("charts.funnel_size", chart.language),
                "name_font": {"name": font},
                "num_font": {"name": font},
                "num_format": "#,##0",
            }
        )
    return drawn


def _line_numbers(chart: Chart) -> list[float]:
    names = ("value", "lower_limit", "upper_limit", "goal", "far_lower", "far_upper")
    numbers = [getattr(record, name, None) for record in chart.records for name in names]
    return [number for number in numbers if number is not None]


def _finish(drawn: Any, chart: Chart, place: Place, font: str, *, axis: Mapping[str, Any]) -> None:
    drawn.set_title({"name": [place.sheet, place.title_row, 0], "name_font": {"name": font, "size": 11}})
    drawn.set_legend({"position": "bottom", "font": {"name": font}})
    drawn.set_x_axis({"num_font": {"name": font}, "label_position": "low"})
    drawn.set_y_axis({**_value_axis(chart, font), **axis})


def _value_axis(chart: Chart, font: str) -> dict[str, Any]:
    return {
        "name": _plain(chart.axis),
        "name_font": {"name": font, "size": 9},
        "num_font": {"name": font},
        "num_format": "0.##%" if chart.unit == "share" else "#,##0.##",
        "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}},
    }


def _plain(name: str) -> str:
    """A name that XlsxWriter takes for a text: what begins with ``=`` would be a reference."""
    return f" {name}" if name.startswith("=") else name


def _scale(chart: Chart, *, from_zero: bool) -> dict[str, float]:
    """Round ends of the value axis, the same in every panel; bars begin at zero."""
    numbers = [n for row in chart.rows for n in (row.value, row.lower, row.upper, row.goal) if n is not None]
    return _round_ends(chart, numbers, from_zero=from_zero)


def _round_ends(chart: Chart, numbers: Sequence[float], *, from_zero: bool) -> dict[str, float]:
    if not numbers:
        return {}
    low, high = min(numbers), max(numbers)
    if from_zero:
        low = min(low, 0.0)
    width = (high - low) / 5 or abs(high) / 5 or 1.0
    power = 10.0 ** math.floor(math.log10(width))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= width * (1 - 1e-9))
    top = math.ceil(high / step - 1e-9) * step
    if chart.unit == "share":
        top = min(top, 1.0) if high <= 1 else top
    return {
        "min": round(math.floor(low / step + 1e-9) * step, 10),
        "max": round(top, 10),
        "major_unit": round(step, 10),
    }
