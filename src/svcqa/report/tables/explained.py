"""One case in words: what was promised, what its clock showed, where the record stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from svcqa.catalogue import Language, text
from svcqa.metrics.explanation import Explanation
from svcqa.metrics.result import Scale
from svcqa.metrics.states import State
from svcqa.report.tables.frames import frame
from svcqa.report.words import figures as wording

if TYPE_CHECKING:
    import pandas as pd


def explanation(explanation: Explanation, language: Language) -> pd.DataFrame:
    """The head of an explanation: one row for each thing to know; its ledger is ``found.ledger.frame(language)``."""
    rows = ((text(f"tables.{key}", language), shown) for key, shown in _rows(explanation, language) if shown)
    return frame(rows, ("what", "content"), language)


def _rows(explanation: Explanation, language: Language) -> Iterator[tuple[str, str]]:
    clock, commitment = explanation.clock, explanation.commitment
    yield "case", explanation.case
    yield "item", commitment.item.in_language(language)
    yield "promise", commitment.promise.in_language(language)
    yield "limit", _limit(explanation, language)
    yield "department", explanation.unit.name.in_language(language)
    yield "as_of", _moment(explanation.as_of)
    yield "clock_started", _moment(clock.started)
    yield "clock_stopped", _moment(clock.stopped)
    held = text("tables.due_held", language) if clock.held else ""
    yield "clock_due", f"{_moment(clock.due)}{held}" if clock.due else ""
    yield "case_figure", figure(explanation, language)
    yield "state", wording.state(clock.state, language)
    if clock.excluded_by:
        yield "reason", wording.reason(clock.excluded_by, commitment, language)
    yield "source", text("tables.file_and_row", language, file=explanation.source_file, row=explanation.source_row)
    yield "calendar_source", explanation.calendar_source
    hours_note = text("tables.own_hours", language) if explanation.own_hours else ""
    yield "calendar_digest", f"{explanation.calendar}{hours_note}"
    yield "note", text("wording.flag_provisional_calendar", language) if explanation.provisional else ""


def figure(explanation: Explanation, language: Language) -> str:
    """What the clock of the case showed, in the unit of its limit."""
    clock, rule = explanation.clock, explanation.commitment.rule.clock_rule
    if clock.state is State.NOT_APPLICABLE:
        return ""
    if rule is not None and rule.running is not None and rule.running.day_count is not None:
        key = "day_of_closing" if clock.closed else "days_over"
        return text(f"tables.{key}", language, number=clock.value)
    early = clock.value < 0
    shown = f"{abs(clock.in_unit):.2f}".rstrip("0").rstrip(".")
    amount = wording.with_unit(shown, _scale(clock.unit), language)
    if clock.per_unit > 1:
        smaller = "second" if clock.resolution == 1 else "minute"
        exact = wording.with_unit(f"{abs(clock.value):,}", _scale(smaller), language)
        amount = text("tables.exactly", language, shown=amount, exact=exact)
    if rule is not None and rule.appointment is not None:
        return text("tables.early" if early else "tables.late", language, amount=amount)
    return amount


def _scale(unit: str) -> Scale:
    return Scale(unit, "lower")


def _limit(explanation: Explanation, language: Language) -> str:
    """The limit of this very case, and how it is counted."""
    amount, _, rest = explanation.clock.limit.partition(" ")
    return wording.limit(f"{explanation.clock.own_limit or amount} {rest}", language)


def _moment(moment: dt.datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}"
