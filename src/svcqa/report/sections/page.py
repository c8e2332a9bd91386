"""Sections as a piece of HTML and as plain text, every text escaped."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from svcqa.report.charts.picture import Picture

if TYPE_CHECKING:
    import pandas as pd

    from svcqa.report.sections.registry import BuiltSection, Sections


def page_of(sections: Sections) -> str:
    """Headings, sentences, pictures and tables, one after the other."""
    parts = []
    for section in sections:
        pictures = [Picture(chart).html() for chart in section.content.charts.values()]
        parts += [f"<h2>{html.escape(section.title)}</h2>", *pictures, body_of(section)]
    return "\n".join(parts)


def body_of(section: BuiltSection) -> str:
    """Sentences and tables, without heading and pictures."""
    parts = [f"<p>{html.escape(line)}</p>" for line in section.said.splitlines()]
    for table in section.content.tables.values():
        parts += [f"<h4>{html.escape(table.title)}</h4>", _whole(table.frame)]
    return "\n".join(parts)


def _whole(frame: pd.DataFrame) -> str:
    """A frame as an HTML table, escaped and with no text cut short."""
    import pandas as pd

    with pd.option_context("display.max_colwidth", None):
        return str(frame.to_html(border=0))


def text_of(sections: Sections) -> str:
    """The same as plain text."""
    lines = []
    for section in sections:
        pictures = [Picture(chart).text() for chart in section.content.charts.values()]
        lines += [section.title, *pictures, plain_body_of(section)]
    return "\n".join(lines)


def plain_body_of(section: BuiltSection) -> str:
    """Sentences and tables as plain text."""
    lines = section.said.splitlines()
    for table in section.content.tables.values():
        lines += [table.title, table.frame.to_string()]
    return "\n".join(lines)
