"""One case on a time line: what of its time counted, what did not and why, when it was due."""

from __future__ import annotations

import datetime as dt
from typing import Final

from svcqa.catalogue import Language, text
from svcqa.errors import Fault, MetricError
from svcqa.metrics.explanation import DayLedger, Explanation, Ledger, duration
from svcqa.report.charts.grammar import Chart, Mark, Stretch
from svcqa.report.tables.explained import figure
from svcqa.report.words import figures as wording

_EPOCH: Final = dt.datetime(1970, 1, 1)
_ONE_DAY: Final = dt.timedelta(days=1)


def timeline_chart(explanation: Explanation, language: Language) -> Chart:
    """The ledger of a case as bars, with its due moment and its end.

    Raises:
        MetricError: no time is counted, or no clock has started.
    """
    ledger = explanation.ledger
    if ledger is None:
        state = wording.state(explanation.clock.state, language)
        raise MetricError(
            Fault("no_time_line", place=f"{explanation.case} \u203a {explanation.commitment.key}", got=state)
        )
    stretches = _days(ledger, language) if isinstance(ledger, DayLedger) else _stretches(ledger, language)
    marks = _marks(explanation, language)
    notes = [text("charts.counted_filled", language), *(f"{mark.name} {_moment(mark.value)}" for mark in marks)]
    if explanation.clock.held:
        notes.append(text("charts.due_held", language))
    if explanation.provisional:
        notes.append(text("wording.flag_provisional_calendar", language))
    return Chart(
        kind="timeline",
        title=_title(explanation, language),
        axis=text("charts.time", language),
        unit="",
        language=language,
        better="neutral",
        stretches=stretches,
        marks=marks,
        notes=tuple(notes),
    )


def _title(explanation: Explanation, language: Language) -> str:
    return text(
        "charts.timeline_title",
        language,
        case=explanation.case,
        item=explanation.commitment.item.in_language(language),
        figure=figure(explanation, language),
        limit=wording.limit(explanation.clock.limit, language),
        state=wording.state(explanation.clock.state, language),
    )


def _stretches(ledger: Ledger, language: Language) -> tuple[Stretch, ...]:
    return tuple(
        Stretch(
            reason=text(f"calendar.reason_{entry.reason}", language),
            begin=entry.begin,
            end=entry.end,
            counts=bool(entry.counted),
            shown=duration(entry.seconds),
        )
        for entry in ledger.entries
    )


def _days(ledger: DayLedger, language: Language) -> tuple[Stretch, ...]:
    """A bar for each day, those of one reason on one line; a counted one carries its number."""
    stretches = []
    for entry in ledger.entries:
        begin = dt.datetime.combine(entry.day, dt.time())
        reason, number = text(f"calendar.day_{entry.reason}", language), entry.number
        shown = "" if number is None else str(number)
        stretches.append(
            Stretch(reason=reason, begin=begin, end=begin + _ONE_DAY, counts=number is not None, shown=shown)
        )
    return tuple(stretches)


def _marks(explanation: Explanation, language: Language) -> tuple[Mark, ...]:
    named = [("due", explanation.clock.due), ("stopped", explanation.clock.stopped)]
    if explanation.clock.stopped is None:
        named.append(("seen", explanation.as_of))
    return tuple(
        Mark(text(f"charts.mark_{name}", language), (moment - _EPOCH).total_seconds())
        for name, moment in named
        if moment is not None
    )


def _moment(seconds: float) -> str:
    return f"{_EPOCH + dt.timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S}"
