"""A chart as plain text: for screen readers, for terminals, for comparing notebooks."""

from __future__ import annotations

from typing import Any

from svcqa.report.charts.grammar import Chart
from svcqa.report.words.figures import DASH
from svcqa.report.words.text_width import text_width

_GAP = "  "


def plain_text(chart: Chart) -> str:
    """The title, the data rows as a table, the notes."""
    columns = used_columns(chart)
    table = [[chart.headings[name] for name in columns]]
    table += [[shown(chart.cell(record, name)) for name in columns] for record in chart.records]
    wide = [max(_width(line[number]) for line in table) for number in range(len(columns))]
    lines = [
        _GAP.join(cell + " " * (room - _width(cell)) for cell, room in zip(line, wide, strict=True)).rstrip()
        for line in table
    ]
    return "\n".join([chart.title, *lines, *chart.notes])


def used_columns(chart: Chart) -> list[str]:
    """The columns that say something of any row."""
    return [
        name for name in chart.columns if any(chart.cell(record, name) not in (None, "") for record in chart.records)
    ]


def shown(value: Any) -> str:
    """A cell in words: numbers at up to ten digits, so that they can be told apart from rounded ones."""
    if value is None:
        return DASH
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _width(text: str) -> int:
    """Columns of a terminal: a Chinese character takes two."""
    return sum(2 if text_width(sign) == 2 else 1 for sign in text)
