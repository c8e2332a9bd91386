"""Entry errors of the kinds that people make, planted in known rows.

A row gets at most one fault, but for a few that get two. What a warning changes is also changed in the row's
record, since such a row is accepted and counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from generator import scene
from generator.rows import Cell, Row, Sheet
from generator.scene import Record

Condition = Callable[[Record], bool]


def any_row(record: Record) -> bool:
    """Wherever it comes."""
    return True


def has(*names: str) -> Condition:
    """Where none of the fields ``names`` is empty."""
    return lambda record: all(record.get(name) is not None for name in names)


@dataclass(frozen=True)
class TextFault:
    """Other texts in the cell ``column``, one after the other."""

    code: str
    column: str
    texts: tuple[Cell, ...]
    where: Condition = any_row


@dataclass(frozen=True, kw_only=True)
class MomentFault:
    """The moment ``name`` moved; ``where`` it makes sense. A warning if ``odd``."""

    code: str
    column: str
    name: str
    moved: Callable[[Record], int]
    where: Condition = any_row
    odd: bool = False


Fault = TextFault | MomentFault

_UNIT_FAULTS = {
    "unknown_code": ("城区客服一班", "城郊抢险"),
    "unknown_unit": (scene.STATION_NOBODY_KNOWS, scene.STATION_NOBODY_KNOWS),
    "missing_required": ("", " "),
}
UNREADABLE = ("2024/02/30 09:15", "待补", "26年1月5日上午", "00:00")
WITH_OFFSET = ("2024-05-06T08:30:00+08:00", "2025-03-04T21:10:05+08:00")


def unit_faults(column: str) -> tuple[Fault, ...]:
    """What goes wrong with a unit's name in ``column``."""
    return tuple(TextFault(code, column, texts) for code, texts in _UNIT_FAULTS.items())


@dataclass(frozen=True)
class Contradiction:
    """How two rows of a table can contradict each other: ``column`` says something else, as ``other`` makes it."""

    column: str
    where: Condition
    other: Callable[[Cell], Cell]


def one_more(cell: Cell) -> Cell:
    """Another number."""
    assert isinstance(cell, int)
    return cell + 1


class _Drawer:
    """Draws rows of a sheet, none of them twice."""

    def __init__(self, rng: np.random.Generator, sheet: Sheet) -> None:
        self.rng, self.rows = rng, list(sheet.rows)
        self.free = set(range(len(self.rows)))

    def take(self, count: int, where: Condition) -> list[Row]:
        fit = sorted(position for position in self.free if where(self.rows[position].record))
        chosen = self.rng.choice(fit, size=min(count, len(fit)), replace=False).tolist()
        self.free.difference_update(chosen)
        return [self.rows[position] for position in chosen]


def plant(
    rng: np.random.Generator, sheet: Sheet, faults: tuple[Fault, ...], *, each: int, contradiction: Contradiction
) -> None:
    """Plant ``each`` of ``faults``, of repeated and of contradicting rows; in a CSV also of broken lines."""
    drawer = _Drawer(rng, sheet)
    for fault in faults:
        for number, row in enumerate(drawer.take(each, fault.where)):
            _apply(fault, row, number, sheet)
    for row in drawer.take(1, any_row):  # two things wrong at once
        for code in ("missing_required", "zone_not_declared"):
            _apply(next(fault for fault in faults if fault.code == code), row, 0, sheet)
    if sheet.name.endswith(".csv"):
        for number, row in enumerate(drawer.take(each, any_row)):
            row.field_shift, row.reasons = (1 if number % 2 == 0 else -1), {"wrong_field_count"}
    repeats = [(row, None) for row in drawer.take(each, any_row)]
    for row, other in [*repeats, *((row, contradiction) for row in drawer.take(each, contradiction.where))]:
        _repeat(rng, sheet, row, other)


def plant_attempts(
    rng: np.random.Generator,
    sheet: Sheet,
    faults: tuple[Fault, ...],
    *,
    each: int,
    contradiction: Contradiction | None = None,
) -> None:
    """As :func:`plant`, but each refused row is a first attempt and the right row follows it.

    For tables whose sums are planted as well: only contradicting rows are lost.
    """
    drawer = _Drawer(rng, sheet)
    for fault in faults:
        for number, row in enumerate(drawer.take(each, fault.where)):
            if isinstance(fault, MomentFault) and fault.odd:
                _apply(fault, row, number, sheet)
            else:
                _apply(fault, attempt(sheet, row), number, sheet)
    if sheet.name.endswith(".csv"):
        for number, row in enumerate(drawer.take(each, any_row)):
            broken = attempt(sheet, row)
            broken.field_shift, broken.reasons = (1 if number % 2 == 0 else -1), {"wrong_field_count"}
    for row in drawer.take(each, any_row):
        _repeat(rng, sheet, row, None)
    if contradiction is not None:
        for row in drawer.take(1, contradiction.where):
            _repeat(rng, sheet, row, contradiction)


def attempt(sheet: Sheet, row: Row) -> Row:
    """A second row like ``row``, put right before it."""
    again = replace(row, cells=dict(row.cells), reasons=set(), warnings=set())
    sheet.rows.insert(_position(sheet, row), again)
    return again


def _position(sheet: Sheet, row: Row) -> int:
    return next(position for position, other in enumerate(sheet.rows) if other is row)


def _apply(fault: Fault, row: Row, number: int, sheet: Sheet) -> None:
    if isinstance(fault, TextFault):
        row.cells[fault.column] = fault.texts[number % len(fault.texts)]
        row.reasons.add(fault.code)
        return
    moment = fault.moved(row.record)
    row.cells[fault.column] = sheet.show(moment)
    if fault.odd:
        row.record[fault.name] = moment
        row.warnings.add(fault.code)
    else:
        row.reasons.add(fault.code)


def _repeat(rng: np.random.Generator, sheet: Sheet, row: Row, contradiction: Contradiction | None) -> None:
    """The same row again further down; under a ``contradiction`` neither of the two can be believed."""
    code = "duplicate_row" if contradiction is None else "conflicting_key"
    again = replace(row, cells=dict(row.cells), reasons={code}, warnings=set())
    if contradiction is not None:
        row.reasons.add(code)
        again.cells[contradiction.column] = contradiction.other(again.cells[contradiction.column])
    sheet.rows.insert(min(_position(sheet, row) + int(rng.integers(1, 40)), len(sheet.rows)), again)
