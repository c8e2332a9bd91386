"""A distribution: how long cases took, the open ones apart."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field

from svcqa.catalogue import Language, text
from svcqa.errors import Fault, MetricError
from svcqa.report.charts.bins import edges
from svcqa.report.charts.grammar import Bin, Chart, Mark
from svcqa.report.words import figures as wording


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """Values and how often each occurs.

    Attributes:
        label: what the values are.
        unit: such as ``minute``.
        weights: cases with each value; one each where empty.
        limit: drawn as a line and counted against; a value equal to it keeps it.
        marks: named lines, such as ``{"P90": 41.5}``.
        still_open: whether the value is only what has passed so far; nobody where empty.

    Raises:
        MetricError: with every value or weight that cannot be used.
    """

    label: str
    unit: str
    values: tuple[float, ...]
    weights: tuple[int, ...] = ()
    limit: float | None = None
    marks: Mapping[str, float] = field(default_factory=dict)
    still_open: tuple[bool, ...] = ()

    def __post_init__(self) -> None:
        lengths = {len(self.values), len(self.weights or self.values), len(self.still_open or self.values)}
        if len(lengths) > 1:
            got = f"{len(self.values)}, {len(self.weights)}, {len(self.still_open)}"
            raise MetricError(Fault("distribution_lengths", place=self.label, got=got))
        placed = [*self.values, *self.marks.values(), *([self.limit] if self.limit is not None else [])]
        faults = [
            Fault("distribution_value", place=self.label, got=str(value))
            for value in placed
            if not math.isfinite(value)
        ]
        faults += [
            Fault("distribution_weight", place=self.label, got=str(weight))
            for weight in self.weights
            if weight < 0 or weight != int(weight)
        ]
        if faults:
            raise MetricError(faults)

    @property
    def cells(self) -> list[tuple[float, int, bool]]:
        """Value, cases, whether they are open; in ascending order, without what nobody has."""
        weights = self.weights or (1,) * len(self.values)
        still_open = self.still_open or (False,) * len(self.values)
        entries = zip(self.values, weights, still_open, strict=True)
        return sorted((float(value), int(weight), is_open) for value, weight, is_open in entries if weight)


def chart_of_distribution(
    distribution: Distribution, language: Language, *, cumulative: bool = False, title: str | None = None
) -> Chart:
    """A histogram with the limit and the marks; open cases stand apart on top of the closed ones.

    Args:
        cumulative: with the share that is closed by the end of each bin, of all cases.
        title: the finding in words where absent.

    >>> minutes = Distribution(label="Arrival", unit="minute", values=(5.0, 12.0, 50.0), limit=40)
    >>> chart_of_distribution(minutes, "en").title
    'Arrival: 66.7% of 3 closed cases took no more than 40 min'
    """
    unit = wording.value_unit(distribution.unit, language) if distribution.unit else ""
    marks = ([Mark(text("charts.limit", language), distribution.limit)] if distribution.limit is not None else []) + [
        Mark(name, value) for name, value in distribution.marks.items()
    ]
    bins = _bins(distribution, marks, cumulative)
    axis = distribution.label + (text("charts.in_unit", language, unit=unit) if unit else "")
    return Chart(
        kind="distribution",
        title=title or _finding(distribution, unit, language),
        axis=axis,
        unit=distribution.unit,
        language=language,
        bins=bins,
        marks=tuple(marks),
        notes=_notes(bins, cumulative, language),
    )


def _bins(distribution: Distribution, marks: list[Mark], cumulative: bool) -> tuple[Bin, ...]:
    cells = distribution.cells
    if not cells:
        return ()
    ends = edges([value for value, _, _ in cells], [count for _, count, _ in cells], [mark.value for mark in marks])
    counts = [[0, 0] for _ in ends]  # by bin; the last one has no end

    def place(value: float) -> int:
        return max(0, bisect_left(ends, value) - 1)

    for value, count, is_open in cells:
        counts[place(value)][is_open] += count
    if not sum(counts[-1]):
        counts.pop()
    total, so_far = sum(count for _, count, _ in cells), 0
    bins = []
    for number, (closed, still_open) in enumerate(counts):
        start, end = ends[number], ends[number + 1] if number + 1 < len(ends) else None
        so_far += closed
        label = f"{start:g}–{end:g}" if end is not None else f">{start:g}"
        named = ", ".join(f"{mark.name} {mark.value:g}" for mark in marks if place(mark.value) == number)
        bins.append(
            Bin(
                label=label,
                start=start,
                end=end,
                closed=closed,
                still_open=still_open,
                cumulative=so_far / total if cumulative else None,
                marks=named,
            )
        )
    return tuple(bins)


def _finding(distribution: Distribution, unit: str, language: Language) -> str:
    """How many of the closed cases kept the limit; the open ones are told beside, never counted as good."""
    closed = sum(count for _, count, is_open in distribution.cells if not is_open)
    still_open = sum(count for _, count, is_open in distribution.cells if is_open)
    if not closed and not still_open:
        return text("charts.nothing", language, label=distribution.label)
    if distribution.limit is None or not closed:
        sentence = text("charts.closed_cases", language, label=distribution.label, closed=f"{closed:,}")
        return sentence + (text("charts.open_cases", language, count=f"{still_open:,}") if still_open else "")
    within = sum(count for value, count, is_open in distribution.cells if not is_open and value <= distribution.limit)
    beyond = sum(count for value, count, is_open in distribution.cells if is_open and value > distribution.limit)
    sentence = text(
        "charts.within_limit",
        language,
        label=distribution.label,
        closed=f"{closed:,}",
        share=wording.percent(within / closed),
        limit=f"{distribution.limit:g}",
        unit=text("charts.unit_beside", language, unit=unit) if unit else "",
    )
    if still_open:
        key = "charts.open_beyond" if beyond else "charts.open_cases"
        fields = {"beyond": f"{beyond:,}"} if beyond else {}
        sentence += text(key, language, count=f"{still_open:,}", **fields)
    return sentence


def _notes(bins: tuple[Bin, ...], cumulative: bool, language: Language) -> tuple[str, ...]:
    notes = [text("charts.bin_rule", language)] if bins else []
    if any(column.still_open for column in bins):
        notes.append(text("charts.open_apart", language))
    if bins and bins[-1].end is None:
        notes.append(text("charts.beyond_last", language, start=f"{bins[-1].start:g}"))
    if cumulative and bins:
        notes.append(text("charts.cumulative_of_all", language))
    return tuple(notes)
