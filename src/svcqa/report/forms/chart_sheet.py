"""A sheet of native charts, each above the table of its data."""

from __future__ import annotations

from typing import Any, Final

from svcqa.catalogue import Language, text
from svcqa.report.charts import Bin, Chart, Record, Row, months_chart, targets_chart
from svcqa.report.charts.excel import ABOVE, BELOW, Maker, Place, distance, native_charts, table_columns
from svcqa.report.forms.sheet import Cell, FormSheet, words
from svcqa.report.forms.styles import FONTS
from svcqa.report.words.figures import decimals_for
from svcqa.report.words.shown import Shown, count, share_format
from svcqa.review.period_review import PeriodReview

WIDTHS: Final = (22, 9, 8, 8, 8, 8, 9, 10, 12, 8, 24, 10, 8, 8)
_LINE: Final = 15.0
"""Height of a row in points; 20 pixels."""
_PIXELS_A_LINE: Final = 20
_WIDE: Final = (1050, 300)
_HIGHER: Final = 200
"""What many names below their columns need."""
_PANEL: Final = (350, 220)
_PANELS_A_ROW: Final = 3
_MANY: Final = 8
_COUNTS: Final = ("n", "closed", "still_open")


def review_charts(review: PeriodReview, language: Language) -> list[Chart]:
    """The company's targets, then each commitment's months by department: the notebook's pictures."""
    months = [months_chart(review, item, language) for item in review.commitments if item.departments]
    return [targets_chart(review, language), *months]


def write_review_charts(
    sheet: FormSheet, review: PeriodReview, *, make: Maker, company: str, language: Language
) -> tuple[int, int]:
    """Fill the sheet of a half-year review; returns the header rows to repeat."""
    header = sheet.row
    sheet.title(text("charts.sheet_title", language, company=company, period=review.period.label))
    for number, chart in enumerate(review_charts(review, language)):
        if number:
            sheet.begin_page()
        write_chart(sheet, chart, make)
    sheet.line(text("charts.sheet_note", language), "note")
    return header, header


def write_chart(sheet: FormSheet, chart: Chart, make: Maker) -> None:
    """A chart: its title, the picture, its data, its notes."""
    columns, title_row = table_columns(chart), sheet.row
    sheet.line(chart.title, "head_line")
    panels = len(chart.groups) if chart.kind == "small_multiples" else 0
    width, height = _PANEL if panels else _WIDE
    if chart.kind == "bars" and len(chart.rows) > _MANY:
        height += _HIGHER
    rows_of_panels = -(-panels // _PANELS_A_ROW) or 1
    picture_row = sheet.row
    for _ in range(rows_of_panels * height // _PIXELS_A_LINE + 1 if chart.records else 0):
        sheet.put([], lowest=_LINE)
    headings = {**chart.headings, **{name: text(f"charts.{name}", chart.language) for name in (ABOVE, BELOW)}}
    sheet.put([words(headings[name], "head") for name in columns], lowest=_LINE)
    place = Place(sheet.name, title_row, sheet.row, columns)
    for record in chart.records:
        sheet.put([_cell(chart, record, name) for name in columns], lowest=_LINE)
    for note in chart.notes:
        sheet.line(note, "note")
    sheet.skip()
    for number, drawn in enumerate(native_charts(chart, place, make, FONTS[chart.language])):
        down, across = divmod(number, _PANELS_A_ROW)
        drawn.set_size({"width": width - 4, "height": height - 4})
        sheet.draw(drawn, picture_row, across=across * width, down=down * height, description=chart.title)


def _cell(chart: Chart, record: Record, column: str) -> Cell:
    if column in (ABOVE, BELOW):
        assert isinstance(record, Row)
        return Cell(content=Shown(distance(record, column), _number_format(chart, record.goal)), look="count")
    value: Any = chart.cell(record, column)
    if value is None or isinstance(value, str):
        return Cell(content=Shown(value), look="text" if column in ("group", "label", "method", "marks") else "center")
    if column in _COUNTS:
        return Cell(content=count(value, chart.language), look="center")
    return Cell(content=Shown(value, _format_of(chart, record, column, value)), look="center")


def _format_of(chart: Chart, record: Record, column: str, value: float) -> str:
    if isinstance(record, Bin):
        return "0.0%" if column == "cumulative" else "General"
    goal = getattr(record, "goal", None)
    if column == "value" and chart.unit == "share":
        return share_format(value, goal)
    return _number_format(chart, goal)


def _number_format(chart: Chart, goal: float | None) -> str:
    return f"0.{'0' * decimals_for(goal)}%" if chart.unit == "share" else "#,##0.00"
