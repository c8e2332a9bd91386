"""Charts as Vega-Lite specifications, drawn to SVG with no network."""

from __future__ import annotations

import html
from typing import Any, Final

from svcqa.catalogue import text
from svcqa.extras import require
from svcqa.report.charts.grammar import Chart
from svcqa.report.charts.vega_distribution import distribution
from svcqa.report.charts.vega_figures import bars, lines, small_multiples
from svcqa.report.charts.vega_process import funnel, process
from svcqa.report.charts.vega_timeline import timeline
from svcqa.report.words.fonts import FAMILIES
from svcqa.report.words.text_width import wrapped

_TITLE_SIZE: Final = 15
_NOTE_SIZE: Final = 12
_ROOM: Final = 680
"""Pixels that a line of the title may take."""


def specification(chart: Chart) -> dict[str, Any]:
    """The Vega-Lite specification of a chart; its data rows are the chart's, with what only drawing needs beside.

    Raises:
        MissingExtraError: this installation draws no charts.
    """
    require("charts")
    drawn = {
        "bars": bars,
        "lines": lines,
        "small_multiples": small_multiples,
        "distribution": distribution,
        "process": process,
        "funnel": funnel,
        "timeline": timeline,
    }
    spec: dict[str, Any] = _styled(drawn[chart.kind](chart), chart).to_dict()
    return spec


def svg(chart: Chart) -> str:
    """The chart as SVG text, with its title for screen readers."""
    drawn = specification(chart)
    import vl_convert

    opening, end, rest = str(vl_convert.vegalite_to_svg(drawn)).partition(">")
    return f"{opening}{end}<title>{html.escape(chart.title)}</title>{rest}"


def png(chart: Chart) -> bytes:
    """The chart as a picture of dots, fine enough to print, for documents that hold no SVG."""
    drawn = specification(chart)
    import vl_convert

    return bytes(vl_convert.vegalite_to_png(drawn, scale=2))


def _styled(drawn: Any, chart: Chart) -> Any:
    import altair as alt

    title = alt.TitleParams(
        text=_lines(chart.title, _TITLE_SIZE),
        subtitle=_lines(_notes(chart), _NOTE_SIZE),
        fontSize=_TITLE_SIZE,
        subtitleFontSize=_NOTE_SIZE,
        subtitleColor="#404040",
        anchor="start",
        frame="bounds",
        offset=14,
        font=FAMILIES,
        subtitleFont=FAMILIES,
        lineHeight=20,
        subtitleLineHeight=17,
        subtitlePadding=6,
    )
    return (
        drawn.properties(title=title, description=chart.title)
        .configure(font=FAMILIES, background="white", padding=10)
        .configure_axis(labelFontSize=12, titleFontSize=12, labelLimit=0, titleAngle=0, labelFlush=False)
        .configure_legend(labelFontSize=12, titleFontSize=12, labelLimit=0, symbolOpacity=1, orient="bottom", columns=3)
        .configure_view(stroke=None)
        .configure_header(labelFontSize=12, labelFont=FAMILIES, labelLimit=0, labelFontWeight="bold", title=None)
    )


def _notes(chart: Chart) -> str:
    """The notes one after the other; panels have no room for the axis' name, so it leads."""
    named = [chart.axis] if chart.kind == "small_multiples" else []
    return text("wording.separator", chart.language).join([*named, *chart.notes])


def _lines(content: str, size: float) -> list[str]:
    return wrapped(content, _ROOM / (size / 2))
