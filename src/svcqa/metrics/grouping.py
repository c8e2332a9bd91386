"""Cells of a summary into groups and windows of time: what every record metric does with ``by``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from svcqa.engine.summary import Summary
from svcqa.entities.organisation import LEVELS
from svcqa.errors import Fault, MetricError
from svcqa.metrics.context import Context
from svcqa.metrics.result import Figure
from svcqa.periods import Period, PeriodKind

EPOCH: Final = dt.date(1970, 1, 1)
PERIOD_KINDS: Final = tuple(kind.value for kind in PeriodKind if kind is not PeriodKind.RANGE)
Int64 = npt.NDArray[np.int64]


def day_number(day: dt.date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def code_columns(by: Sequence[str]) -> tuple[str, ...]:
    """The columns of codes among ``by``: what is neither a level of the organisation nor a length of period."""
    return tuple(name for name in by if name not in (*LEVELS, *PERIOD_KINDS, "unit"))


def windows(context: Context) -> list[Period]:
    """The stretches of time asked for; cumulative ones begin with the year and keep their label.

    Raises:
        MetricError: none of the stretches asked for begins within the period, such as quarters within June.
    """
    kinds = [name for name in context.by if name in PERIOD_KINDS]
    rule = context.period_rule
    pieces = rule.split(context.period, PeriodKind(kinds[0])) if kinds else [context.period]
    if not pieces:
        raise MetricError(Fault("unknown_grouping", place=context.period.label, got=kinds[0]))
    return [rule.to_date(piece) for piece in pieces] if context.cumulative else pieces


@dataclass(frozen=True)
class Groups:
    """Which group each cell belongs to (``-1``: none), and what each group is called."""

    index: Int64
    units: tuple[str, ...]
    keys: tuple[dict[str, str], ...]

    def __len__(self) -> int:
        return len(self.units)

    def with_units(self, units: Sequence[str]) -> Groups:
        """The same with groups for ``units`` of which there is no cell; only where units alone tell groups apart."""
        more = [unit for unit in dict.fromkeys(units) if unit not in self.units]
        if not more:
            return self
        named = (*self.units, *more)
        order = sorted(range(len(named)), key=lambda position: named[position])
        new = np.argsort(order).astype(np.int64)
        index = np.where(self.index < 0, -1, new[self.index]) if len(self.index) else self.index
        keys = (*self.keys, *({} for _ in more))
        return Groups(index, tuple(named[position] for position in order), tuple(keys[position] for position in order))


def group(summary: Summary, context: Context) -> Groups:
    """Group cells by unit level and code columns, within the unit asked for."""
    used = np.bincount(summary.codes["unit"], minlength=len(summary.labels["unit"])) > 0
    unit_of = unit_labels(summary.labels["unit"], used, context)
    columns: dict[str, tuple[npt.NDArray[np.int32], list[str | None]]] = {"unit": (summary.codes["unit"], unit_of)}
    for name in code_columns(context.by):
        columns[name] = (summary.codes[name], [label or "" for label in summary.labels[name]])
    index = np.zeros(len(summary), dtype=np.int64)
    outside = np.zeros(len(summary), dtype=np.bool_)
    values: list[list[str]] = []
    for codes, labels in columns.values():
        distinct = list(dict.fromkeys(label for label in labels if label is not None))
        position_of = {label: position for position, label in enumerate(distinct)}
        lookup = np.asarray([-1 if label is None else position_of[label] for label in labels], dtype=np.int64)
        position = lookup[codes] if len(codes) else np.zeros(0, dtype=np.int64)
        outside |= position < 0
        index = index * max(len(distinct), 1) + position
        values.append(distinct)
    index[outside] = -1
    present = np.unique(index[index >= 0])
    named = sorted((_names(int(code), values), int(code)) for code in present)
    new = {code: position for position, (_, code) in enumerate(named)}
    lookup = np.asarray([new[int(code)] for code in present], dtype=np.int64)
    index[index >= 0] = lookup[np.searchsorted(present, index[index >= 0])]
    keys = tuple(dict(zip(list(columns)[1:], names[1:], strict=True)) for names, _ in named)
    return Groups(index, tuple(names[0] for names, _ in named), keys)


def _names(code: int, values: list[list[str]]) -> tuple[str, ...]:
    names: list[str] = []
    for distinct in reversed(values):
        code, position = divmod(code, max(len(distinct), 1))
        names.append(distinct[position])
    return tuple(reversed(names))


def shown_units(labels: Sequence[str], context: Context, *, recorded: Sequence[str] = ()) -> tuple[str, ...]:
    """The units that rows are shown for where those of ``labels`` have something to show, on the level asked for.

    Asked for by unit, those above a unit of ``recorded`` have none: what happened stands with the unit below.
    """
    levels = [name for name in context.by if name in LEVELS]
    if not levels and "unit" not in context.by:
        return (context.unit or context.organisation.company.code,)
    shown = unit_labels(labels, np.ones(len(labels), dtype=np.bool_), context)
    tree = context.organisation
    units = [unit for unit in dict.fromkeys(shown) if unit is not None]
    if levels:
        return tuple(unit for unit in units if tree.unit(unit).level == levels[0])
    return tuple(unit for unit in units if not any(tree.within(other, unit) for other in recorded))


def unit_labels(labels: Sequence[str], used: npt.NDArray[np.bool_], context: Context) -> list[str | None]:
    """What each recorded unit is shown as: its ancestor on the level asked for, closed units as their successor."""
    tree = context.organisation
    levels = [name for name in context.by if name in LEVELS]
    shown: list[str | None] = []
    for label, is_used in zip(labels, used, strict=True):
        if not is_used:
            shown.append(None)
            continue
        current = tree.current(label, context.tree_on or context.period.last)
        if context.unit is not None and not tree.within(current, context.unit):
            shown.append(None)
        elif "unit" in context.by:
            shown.append(current)
        elif levels:
            # what hangs above the level asked for stands by itself: the parts are to add up to the whole
            shown.append(next((unit.code for unit in tree.path(current) if unit.level == levels[0]), current))
        else:
            shown.append(context.unit or tree.company.code)
    return shown


def sums(
    mask: npt.NDArray[np.bool_], groups: Groups, *, classes: npt.NDArray[Any], class_count: int, weight: Int64
) -> Int64:
    """Sum of ``weight`` per group and class over the cells of ``mask``: ``(groups, classes)``, exact int64."""
    result = np.zeros(len(groups) * class_count, dtype=np.int64)
    chosen = np.flatnonzero(mask & (groups.index >= 0))
    if len(chosen):
        key = groups.index[chosen] * class_count + classes[chosen]
        if int(weight[chosen].sum()) < 1 << 53:  # a float64 count is exact up to here, and many times faster
            counted = np.bincount(key, weights=weight[chosen], minlength=len(result))
            result = counted.astype(np.int64)
        else:
            np.add.at(result, key, weight[chosen])
    return result.reshape(len(groups), class_count)


def within(summary: Summary, first: dt.date, last: dt.date) -> npt.NDArray[np.bool_]:
    """The cells whose day lies from ``first`` to ``last``."""
    mask: npt.NDArray[np.bool_] = (summary.day >= day_number(first)) & (summary.day <= day_number(last))
    return mask


def rows(
    groups: Groups, periods: Sequence[Period], *, metric: str, indicator: str
) -> Iterator[tuple[int, int, Figure]]:
    """Group, window and the lead of every row of a result, in order of group and time."""
    for position, (unit, keys) in enumerate(zip(groups.units, groups.keys, strict=True)):
        for number, period in enumerate(periods):
            lead = lead_of(unit, period, metric=metric, indicator=indicator)
            yield position, number, replace(lead, by=keys)


def lead_of(unit: str, period: Period, *, metric: str, indicator: str) -> Figure:
    """A row that says no more yet than of whom and when."""
    return Figure(
        metric=metric, indicator=indicator, unit=unit, period=period.label, first=period.first, last=period.last
    )


def year_ahead(
    summary: Summary, context: Context, period: Period, count: Callable[[npt.NDArray[np.bool_]], Int64]
) -> list[tuple[int, int, int]]:
    """Good and judged cases of the year to date, and the cases to expect in the rest of the year, of every group.

    As many are expected as the same days of last year had; where those are unknown, as many a day as so far.

    Args:
        count: good cases, and all judged ones, among the cells of a mask: ``(groups, 2)``.
    """
    rule = context.period_rule
    year, to_date = rule.year_of(period), rule.to_date(period)
    last = rule.year_before(year)
    so_far = count(within(summary, year.first, period.last))
    rest_days = (year.last - period.last).days
    after = day_number(last.last) - rest_days
    rest = count((summary.day > after) & (summary.day <= day_number(last.last)))[:, 1]
    per_day = so_far[:, 1] * rest_days / max(to_date.days, 1)
    expected = np.where(rest > 0, rest, np.round(per_day).astype(np.int64)) if rest_days else np.zeros_like(rest)
    return [(int(row[0]), int(row[1]), int(n)) for row, n in zip(so_far, expected, strict=True)]
