"""Form B, 服务目标追踪安排工作落实表: what was agreed, by whom, until when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from svcqa.catalogue import Language
from svcqa.entities.action import ActionItem
from svcqa.metrics.result import Figure
from svcqa.report.forms.naming import period_name, say, unit_names
from svcqa.report.forms.remarks import counting_lines
from svcqa.report.forms.sheet import Cell, FormSheet, words
from svcqa.report.words.shown import Shown
from svcqa.review.period_review import PeriodReview

WIDTHS: Final = (18, 46, 46, 14, 20, 14)
_ROWS: Final = 10
_BLANK: Final = 4
_HEIGHT: Final = 38.0
_COLUMNS: Final = ("category", "problem", "action", "due", "responsible", "tracker")


def write_follow_up(
    sheet: FormSheet, review: PeriodReview, *, proposals: Sequence[ActionItem], company: str, language: Language
) -> tuple[int, int]:
    """Fill the sheet: noted actions, proposals, empty rows to write on; returns the header rows to repeat."""
    sheet.title(say("follow_up_title", language))
    period = say("follow_up_period", language, period=period_name(review, language))
    sheet.put([words(company, "lead", across=3), words(period, "lead", across=3)])
    header = sheet.row
    sheet.put([words(say(name, language), "head") for name in _COLUMNS], lowest=24)
    names = unit_names(review, language)
    for action in review.actions:
        sheet.put(_cells(action, names), lowest=_HEIGHT)
    for action in proposals:
        sheet.put(_cells(action, names, proposed=say("proposed", language)), lowest=_HEIGHT)
    filled = len(review.actions) + len(proposals)
    for _ in range(max(_BLANK, _ROWS - filled)):
        sheet.put([words("") for _ in _COLUMNS], lowest=_HEIGHT)
    sheet.skip()
    if proposals:
        sheet.line(say("proposed_note", language), "note")
    sheet.line(say("follow_up_note", language), "note")
    for line in counting_lines(_figures(review, [*review.actions, *proposals], language), language):
        sheet.line(line, "note")
    return header, header


def _figures(
    review: PeriodReview, actions: Sequence[ActionItem], language: Language
) -> Iterator[tuple[str, Figure | None]]:
    """The figures that the actions' words speak of."""
    spoken_of = {action.target for action in actions}
    for item in review.targets:
        if item.target.key in spoken_of:
            yield item.target.name.in_language(language), item.course.now


def _cells(action: ActionItem, names: Mapping[str, str], *, proposed: str = "") -> list[Cell]:
    look = "draft" if proposed else "text"
    responsible = action.responsible or action.unit
    values: tuple[str | dt.date | None, ...] = (
        f"{proposed}{action.category}",
        action.problem,
        action.action,
        action.due,
        names.get(responsible, responsible),
        action.tracker,
    )
    return [
        Cell(content=Shown(value, "yyyy-mm-dd" if isinstance(value, dt.date) else ""), look=look) for value in values
    ]
