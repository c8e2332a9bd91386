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
    return "\n".join(_section(section) for section in sections)


def _section(section: BuiltSection) -> str:
    parts = [f"<h2>{html.escape(section.title)}</h2>"]
    parts += [f"<p>{html.escape(line)}</p>" for line in section.said.splitlines()]
    parts += [Picture(chart).html() for chart in section.content.charts.values()]
    for table in section.content.tables.values():
        parts += [f"<h3>{html.escape(table.title)}</h3>", _whole(table.frame)]
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
        lines += [section.title, section.said]
        lines += [Picture(chart).text() for chart in section.content.charts.values()]
        for table in section.content.tables.values():
            lines += [table.title, table.frame.to_string()]
    return "\n".join(line for line in lines if line)
