"""A picture as a file: SVG, a native Excel chart with its data, or an HTML page."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from svcqa.errors import Fault, MetricError
from svcqa.report.charts.picture import Picture
from svcqa.report.charts.plain import shown, used_columns

ENDINGS: Final = (".svg", ".xlsx", ".html")
DRAWN: Final = (".svg", ".html")
"""Endings of files that show a picture as it is drawn; Excel has no time line."""


def check_ending(path: Path, endings: Sequence[str] = ENDINGS) -> None:
    """Refuse a file that no picture can be written as.

    Raises:
        MetricError: the file's ending is none of ``endings``.
    """
    if path.suffix.lower() not in endings:
        raise MetricError(Fault("chart_file", got=str(path), allowed=", ".join(endings)))


def write_picture(picture: Picture, path: Path) -> Path:
    """Write ``picture`` as its ending says; the folder is made where it is missing.

    Raises:
        MetricError: the file's ending is none of :data:`ENDINGS`.
        OSError: the file cannot be written, such as while Excel has it open.
    """
    check_ending(path, DRAWN if picture.chart.kind == "timeline" else ENDINGS)
    ending = path.suffix.lower()
    if ending == ".xlsx":
        # the forms draw their charts with this package: at the top the two would wait for each other
        from svcqa.report.files.chart_workbook import write_chart_file

        return write_chart_file(picture.chart, path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(picture.svg() if ending == ".svg" else page(picture), encoding="utf-8")
    return path


def page(picture: Picture) -> str:
    """A page that opens with no network: the picture, and its data as a table."""
    chart = picture.chart
    columns = used_columns(chart)
    head = "".join(f"<th>{html.escape(chart.headings[name])}</th>" for name in columns)
    body = "\n".join(
        "<tr>" + "".join(f"<td>{html.escape(shown(chart.cell(record, name)))}</td>" for name in columns) + "</tr>"
        for record in chart.records
    )
    title = html.escape(chart.title)
    return (
        f'<!doctype html>\n<html lang="{chart.language}"><head><meta charset="utf-8"><title>{title}</title>\n'
        "<style>body{font-family:sans-serif;margin:2em}td,th{padding:2px 10px;text-align:left}</style></head>\n"
        f"<body>{picture.html()}\n<table><thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table></body></html>\n"
    )
