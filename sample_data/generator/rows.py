"""A row of a source: what it means, what stands in its cells, and what is wrong with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from generator.scene import Record, when

Cell = str | int | dt.datetime
Show = Callable[[int], Cell]
"""How a source writes a moment."""


@dataclass(kw_only=True)
class Row:
    """``record`` holds our codes and moments, ``cells`` what the source writes, keyed by its header."""

    record: Record
    cells: dict[str, Cell]
    reasons: set[str] = field(default_factory=set)
    warnings: set[str] = field(default_factory=set)
    field_shift: int = 0
    """+1: the line has a field too many; -1: one too few."""


@dataclass(kw_only=True)
class Sheet:
    """One source file."""

    name: str
    table: str
    header: tuple[str, ...]
    rows: list[Row]
    show: Show

    def accepted(self) -> list[Row]:
        """The rows that no planted error keeps out."""
        return [row for row in self.rows if not row.reasons]

    def numbers(self, *, warnings: bool = False) -> dict[str, list[int]]:
        """Row numbers per reason as in the source, the header being row 1."""
        found: dict[str, list[int]] = {}
        for number, row in enumerate(self.rows, start=2):
            # a row that is kept out is not warned of as well
            for code in (row.warnings if not row.reasons else ()) if warnings else row.reasons:
                found.setdefault(code, []).append(number)
        return dict(sorted(found.items()))


def to_day(seconds: int) -> str:
    """``2026/01/05``."""
    return f"{when(seconds):%Y/%m/%d}"


def to_minute(seconds: int) -> str:
    """``2026/01/05 08:31``."""
    return f"{when(seconds):%Y/%m/%d %H:%M}"


def to_second(seconds: int) -> str:
    """``2026/01/05 08:31:07``."""
    return f"{when(seconds):%Y/%m/%d %H:%M:%S}"


def cells_of(
    record: Record, columns: Sequence[tuple[str, str]], names: dict[str, dict[str, str]], show: Show
) -> dict[str, Cell]:
    """What the source writes for ``record``.

    Args:
        columns: pairs of the source's header and our field; fields ending in ``_at`` are moments.
        names: per field, the source's word for each of our codes.
    """
    cells: dict[str, Cell] = {}
    for header, name in columns:
        value = record.get(name)
        if value is None:
            cells[header] = ""
        elif name.endswith("_at"):
            cells[header] = show(value)
        else:
            cells[header] = names[name][value] if name in names else value
    return cells
