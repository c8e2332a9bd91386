"""How a result shows itself in a notebook and on a screen: by the table and in the words of every other place."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from svcqa.catalogue import Language, text

if TYPE_CHECKING:
    import pandas as pd

    from svcqa.metrics.result import Result

_ROWS: Final = 60
"""Rows that are shown before the rest is only counted."""


@dataclass(frozen=True)
class ResultReader:
    """Who reads results: their language, and what they call units and commitments."""

    language: Language
    names: Mapping[str, str]

    def as_html(self, result: Result) -> str:
        """A table with the metric's name above it; every text is escaped."""
        import pandas as pd

        with pd.option_context("display.max_colwidth", None):
            table = str(self._table(result).to_html(border=0))
        parts = [f"<h4>{html.escape(self._title(result))}</h4>", table]
        return "\n".join([*parts, *(f"<p>{html.escape(line)}</p>" for line in self._left_out(result))])

    def as_text(self, result: Result) -> str:
        """The same as plain text."""
        return "\n".join([self._title(result), self._table(result).to_string(), *self._left_out(result)])

    def _table(self, result: Result) -> pd.DataFrame:
        from svcqa.report.tables import results

        return results.result(result, self.language, names=self.names).iloc[:_ROWS]

    def _title(self, result: Result) -> str:
        called = "" if result.label is None else result.label.in_language(self.language)
        as_of = result.about.get("as_of", "")
        moment = text("tables.result_as_of", self.language, as_of=as_of) if as_of else ""
        return text("wording.separator", self.language).join(part for part in (called, moment) if part)

    def _left_out(self, result: Result) -> list[str]:
        more = len(result.rows) - _ROWS
        return [text("tables.more_rows", self.language, count=f"{more:,}")] if more > 0 else []
