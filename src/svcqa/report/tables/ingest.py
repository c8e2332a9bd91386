"""What ingest and ``svcqa check`` print, and the list of plugins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from svcqa.catalogue import Language, or_key, text
from svcqa.metrics.contract import Metric
from svcqa.metrics.loading import Plugin

if TYPE_CHECKING:
    from svcqa.records.check import CheckReport, Place
    from svcqa.records.report import FileReport

FIRST = 3
"""How many rows of each file and reason are listed before the rest is only counted."""


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], language: Language) -> Table:
    shown = Table(title=title, title_justify="left", header_style="bold")
    for name in columns:
        shown.add_column(Text(text(f"terminal.{name}", language)), overflow="fold")
    for row in rows:
        shown.add_row(*(Text(str(cell)) for cell in row))
    return shown


def reading_table(files: Iterable[FileReport], language: Language) -> Table:
    """Rows read, accepted, quarantined, by file."""
    rows = [
        (
            file.source + (f" ({text('terminal.already', language)})" if file.already_read else ""),
            or_key(f"tables.table_{file.table}", language),
            f"{file.read:,}",
            f"{file.accepted:,}",
            f"{file.quarantined:,}",
            f"{file.new:,}",
            f"{file.changed:,}",
            f"{file.unchanged:,}",
        )
        for file in files
    ]
    columns = ("file", "table", "read", "accepted", "quarantined", "new", "changed", "unchanged")
    return _table(text("terminal.check_title", language), columns, rows, language)


def print_check(report: CheckReport, language: Language, console: Console, *, everything: bool) -> None:
    """The whole report: files, quarantined rows, odd rows, corrections."""
    console.print(reading_table(report.files, language))
    for title, places in (("quarantined_title", report.quarantined), ("odd_title", report.odd)):
        shown_places, left = _some(places, everything)
        rows = [(p.source, p.row, _reason(p.reason, language), _column(p), p.got) for p in shown_places]
        if rows:
            columns = ("file", "row", "reason", "column", "got")
            console.print(_table(f"{text(f'terminal.{title}', language)} ({len(places):,})", columns, rows, language))
        if left:
            console.print(text("terminal.more", language, count=f"{left:,}"))
    if report.changes:
        changes = report.changes if everything else report.changes[: FIRST * 10]
        cells = [(c.source, c.key, c.column, c.before, c.after) for c in changes]
        title = f"{text('terminal.changes_title', language)} ({len(report.changes):,})"
        console.print(_table(title, ("file", "key", "column", "before", "after"), cells, language))
        if len(changes) < len(report.changes):
            console.print(text("terminal.more", language, count=f"{len(report.changes) - len(changes):,}"))


def _column(place: Place) -> str:
    """The column as its file calls it, and as the tables do where that differs."""
    named = place.source_column
    return place.column if named in ("", place.column) else f"{named} ({place.column})"


def _reason(code: str, language: Language) -> str:
    return or_key(f"reasons.{code}", language)


def _some(places: Sequence[Place], everything: bool) -> tuple[list[Place], int]:
    """The first rows of each file and reason, and how many were left out."""
    if everything:
        return list(places), 0
    seen: dict[tuple[str, str], int] = {}
    first_places = []
    for place in places:
        key = (place.source, place.reason)
        seen[key] = seen.get(key, 0) + 1
        if seen[key] <= FIRST:
            first_places.append(place)
    return first_places, len(places) - len(first_places)


def plugin_table(plugins: Iterable[Plugin[Metric]], language: Language) -> Table:
    """The installed metrics, broken ones with their error, others with what their author should know."""
    rows = []
    for plugin in plugins:
        spec = plugin.metric.spec if plugin.metric is not None else None
        label = spec.label.in_language(language) if spec else ""
        state = plugin.error or text("terminal.usable", language)
        status = "\n".join([state, *(note.render(language) for note in plugin.notes)])
        rows.append((plugin.name, label, spec.shape if spec else "", plugin.distribution, status))
    return _table("", ("plugin", "label", "shape", "package", "status"), rows, language)
