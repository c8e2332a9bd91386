"""Form A, 服务目标追踪表: what a unit reports of its targets."""

from __future__ import annotations

from itertools import groupby
from typing import Final

from svcqa.catalogue import Language
from svcqa.entities.action import ActionItem
from svcqa.entities.organisation import Unit
from svcqa.periods import Period
from svcqa.report.forms.naming import current_month, joined, period_name, say
from svcqa.report.forms.remarks import counting_lines, hint
from svcqa.report.forms.sheet import Cell, FormSheet, words
from svcqa.report.words.shown import Shown, cases
from svcqa.report.words.targets import target_words
from svcqa.review.period_review import PeriodReview
from svcqa.review.targets import TargetReview

WIDTHS: Final = (5, 32, 13, 9, 13, 9, 48, 32)
_ROWS: Final = 10
_DRAFTED: Final = "※"
_SPACE: Final = 390.0
"""Height that the rows may take so that the form stays on one page."""


def owners(review: PeriodReview) -> list[tuple[Unit, list[TargetReview]]]:
    """Each unit that has targets, with them, in the order of the review."""
    order = {item.owner.code: index for index, item in reversed(list(enumerate(review.targets)))}
    sorted_items = sorted(review.targets, key=lambda item: order[item.owner.code])
    grouped = groupby(sorted_items, key=lambda item: item.owner.code)
    return [(targets[0].owner, targets) for targets in (list(items) for _, items in grouped)]


def write_tracking(
    sheet: FormSheet, review: PeriodReview, *, unit: Unit, items: list[TargetReview], language: Language
) -> tuple[int, int]:
    """Fill the sheet of one unit; returns the header rows to repeat."""
    sheet.title(say("tracking_title", language))
    named, period = unit.name.in_language(language), period_name(review, language)
    half = len(WIDTHS) // 2 + 2
    sheet.put(
        [
            words(say("reporting_unit", language, unit=named), "lead", across=half),
            words(
                say("tracking_period", language, period=period, first=review.period.first, last=review.period.last),
                "lead",
                across=len(WIDTHS) - half,
            ),
        ]
    )
    header, month = sheet.row, current_month(review)
    _header(sheet, review, month, language)
    rows = _filled(review, unit, items=items, month=month, language=language)
    for number, cells in enumerate(rows, start=1):
        sheet.put([Cell(content=Shown(number), look="center"), *cells], lowest=max(26.0, min(38.0, _SPACE / len(rows))))
    sheet.skip()
    for key in ("tracking_signs", "tracking_draft", "due_on_7th"):
        sheet.line(say(key, language), "note")
    figures = [(item.target.name.in_language(language), item.course.year) for item in items]
    for note in counting_lines(figures, language):
        sheet.line(note, "note")
    sheet.put(
        [
            words(say("signed_by", language), "sign", across=half),
            words(say("signed_on", language), "sign", across=len(WIDTHS) - half),
        ],
        lowest=30,
    )
    return header, header + 1


def _header(sheet: FormSheet, review: PeriodReview, month: Period, language: Language) -> None:
    def head(key: str, *, across: int = 1, down: int = 1, **fields: object) -> Cell:
        return words(say(key, language, **fields), "head", across=across, down=down)

    sheet.put(
        [
            head("number", down=2),
            head("customer_target", down=2),
            head("month_progress", across=2, month=month.label),
            head("cumulative", across=2, first=f"{review.year.year}-01", last=month.label),
            head("problems", down=2),
            head("next_plan", down=2),
        ]
    )
    sheet.put([None, None, head("figure"), head("n"), head("figure"), head("n"), None, None])


def _filled(
    review: PeriodReview, unit: Unit, *, items: list[TargetReview], month: Period, language: Language
) -> list[list[Cell]]:
    """A row a target, a row an action of the unit that belongs to no target of it, empty rows up to ten."""
    rows = [_row(review, item, month, language) for item in items]
    keys = {item.target.key for item in items}
    for action in review.actions:
        if action.unit == unit.code and action.target not in keys:
            empty = [words("", "center") for _ in range(4)]
            rows.append([words(action.category), *empty, words(_action_text(action, language)), words("")])
    while len(rows) < _ROWS:
        rows.append([words("") for _ in range(7)])
    return rows


def _row(review: PeriodReview, item: TargetReview, month: Period, language: Language) -> list[Cell]:
    words_of, course = target_words(item, language), item.course
    last = next((figure for figure in course.months if figure.period == month.label), None)
    year = course.year
    noted = [_action_text(action, language) for action in review.actions if action.target == item.target.key]
    drafted = hint(item, language, kind=review.kind, year_over=review.year_is_over)
    problems = words("\n".join(noted)) if noted else words(f"{_DRAFTED} {drafted}" if drafted else "", "draft")
    return [
        words(words_of.name_and_goal, "name"),
        Cell(content=words_of.figure(last, mark=True), look="center"),
        Cell(content=cases(last, language), look="count"),
        Cell(
            content=words_of.figure(year, mark=True),
            look="missed" if words_of.missed(year) else "center",
        ),
        Cell(content=cases(year, language), look="count"),
        problems,
        words(""),
    ]


def _action_text(action: ActionItem, language: Language) -> str:
    parts = [action.problem]
    if action.action:
        parts.append(say("measure", language, action=action.action))
    if action.due is not None:
        parts.append(say("until", language, date=action.due.isoformat()))
    return joined((part.rstrip("。.;；") for part in parts), language)
