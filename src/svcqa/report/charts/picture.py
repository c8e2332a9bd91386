"""A chart as Jupyter shows it: the picture, its text, and a word where this machine lacks a font."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from svcqa.catalogue import text
from svcqa.report.charts.grammar import Chart
from svcqa.report.charts.plain import plain_text
from svcqa.report.words.fonts import has_chinese_font

if TYPE_CHECKING:
    import pandas as pd

_CHINESE: Final = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")


@dataclass(frozen=True)
class Picture:
    """A chart to look at. The last value of a notebook's cell shows itself."""

    chart: Chart

    @property
    def title(self) -> str:
        """The finding."""
        return self.chart.title

    @property
    def data(self) -> pd.DataFrame:
        """The data rows behind the picture."""
        return self.chart.frame

    @property
    def font_note(self) -> str:
        """What to say of missing fonts; empty where every text can be measured and drawn."""
        if not _CHINESE.search(self.text()) or has_chinese_font():
            return ""
        return text("charts.no_font", self.chart.language)

    def svg(self) -> str:
        """The picture as SVG text."""
        from svcqa.report.charts.vega import svg

        return svg(self.chart)

    def text(self) -> str:
        """The title, the data rows and the notes as plain text."""
        return plain_text(self.chart)

    def html(self) -> str:
        """The picture as a piece of HTML, with the note of missing fonts where there is one."""
        note = self.font_note
        below = f'<figcaption class="svcqa-font-note">{html.escape(note)}</figcaption>' if note else ""
        return f'<figure class="svcqa-chart" style="margin:0">{self.svg()}{below}</figure>'

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        shown = {"text/html": self.html()} if self.font_note else {"image/svg+xml": self.svg()}
        return {**shown, "text/plain": self.text()}

    def __repr__(self) -> str:
        return self.text()
