"""One chart as a workbook of its own."""

from __future__ import annotations

from pathlib import Path

from svcqa.catalogue import text
from svcqa.report.charts import Chart
from svcqa.report.forms.book import new_book
from svcqa.report.forms.chart_sheet import WIDTHS, write_chart
from svcqa.report.forms.sheet import FormSheet
from svcqa.report.forms.styles import Styles


def write_chart_file(chart: Chart, path: Path) -> Path:
    """Write the native chart and the table of its data.

    Raises:
        OSError: the file cannot be written, such as while Excel has it open.
    """
    with new_book(path, {"title": chart.title[:255]}) as book:
        styles = Styles(book, chart.language)
        sheet = FormSheet(book.add_worksheet(text("charts.sheet", chart.language)), styles, WIDTHS)
        write_chart(sheet, chart, book.add_chart)
        sheet.line(text("charts.sheet_note", chart.language), "note")
        sheet.finish(header=(0, 0), footer="")
    return path
