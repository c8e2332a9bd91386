"""Form C, 服务承诺成绩监控统计表: every commitment month by month, and the year recomputed from its parts."""

from __future__ import annotations

from itertools import groupby
from typing import Final

from svcqa.catalogue import Language, or_key
from svcqa.metrics.result import Figure, Scale
from svcqa.periods import Period
from svcqa.report.forms.naming import current_month, joined, listed, say, unit_names
from svcqa.report.forms.remarks import case_remarks, counting_lines, flag_lines
from svcqa.report.forms.sheet import Cell, FormSheet, words
from svcqa.report.words import figures as wording
from svcqa.report.words.shown import cases, goal_level, level
from svcqa.review.commitments import CommitmentReview
from svcqa.review.courses import Course
from svcqa.review.period_review import PeriodReview

WIDTHS: Final = (12.5, 25, 9, *[8.7] * 12, 9.7, 14)
_MONTHS: Final = range(1, 13)


def write_commitments(sheet: FormSheet, review: PeriodReview, company: str, language: Language) -> tuple[int, int]:
    """Fill the sheet; returns the header rows to repeat."""
    until = current_month(review)
    sheet.title(say("commitments_title", language, company=company, year=review.year.year))
    if review.unit.level != "company":
        sheet.line(say("scope", language, unit=review.unit.name.in_language(language)))
    header = sheet.row
    sheet.put(_header(until, language), lowest=30)
    names = unit_names(review, language)
    for _, group in groupby(review.commitments, key=lambda item: item.commitment.category):
        items = list(group)
        for index, item in enumerate(items):
            down = 2 * sum(1 + len(member.parts) for member in items)
            category = words(item.commitment.category.in_language(language), "name", down=down)
            above: Cell | None = category if index == 0 else None
            _rows(sheet, item, category=above, until=until, names=names, language=language)
    sheet.skip()
    for number, line in enumerate(_notes(review, language), start=1):
        sheet.line(say("legend_line", language, number=number, text=line), "note")
    thirds = (5, 6, len(WIDTHS) - 11)
    signed = ("filled_in_by", "checked_by", "approved_by")
    sheet.put(
        [words(say(key, language), "sign", across=across) for key, across in zip(signed, thirds, strict=True)],
        lowest=32,
    )
    return header, header


def _header(until: Period, language: Language) -> list[Cell]:
    key = "whole_year" if until.number == len(_MONTHS) else "year_until"
    return [
        words(say("project", language), "head", across=2),
        words(say("goal", language), "head"),
        *[words(name, "head") for name in say("months", language).split()],
        words(say(key, language, month=until.number), "head"),
        words(say("reported_by", language), "head"),
    ]


def _rows(
    sheet: FormSheet,
    item: CommitmentReview,
    *,
    category: Cell | None,
    until: Period,
    names: dict[str, str],
    language: Language,
) -> None:
    """Two rows a measure: the figures, and below them the cases they are made of; parts of a commitment follow it."""
    commitment = item.commitment
    promise = f"{commitment.item.in_language(language)}\n{commitment.promise.in_language(language)}"
    reported = words(_reported_by(item, names, language), "center", down=2 * (1 + len(item.parts)))
    with_n = not commitment.rule.counts_amounts
    _pair_of_rows(
        sheet,
        item.course,
        until,
        language,
        lead=(category, words(promise, "text", down=2)),
        with_n=with_n,
        last=reported,
    )
    for part in item.parts:
        name = wording.part(part.measure, language)
        _pair_of_rows(
            sheet, part.course, until, language, lead=(None, words(name, "text", down=2)), with_n=with_n, last=None
        )


def _pair_of_rows(
    sheet: FormSheet,
    course: Course,
    until: Period,
    language: Language,
    *,
    lead: tuple[Cell | None, Cell],
    with_n: bool,
    last: Cell | None,
) -> None:
    figures = {figure.period: figure for figure in course.year_months}
    shown = [figures.get(f"{until.year}-{month:02d}") if month <= until.number else None for month in _MONTHS]
    pairs = [_pair(figure, course.scale, language, with_n=with_n) for figure in shown]
    pairs.append(_pair(course.year, course.scale, language, with_n=with_n, starred=False))
    goal = course.year.goal if course.year is not None else None
    goal_cell = Cell(content=goal_level(goal, course.scale, language), look="center", down=2)
    sheet.put([*lead, goal_cell, *[above for above, _ in pairs], last], lowest=24)
    sheet.put([None, None, None, *[below for _, below in pairs], None], lowest=16)


def _pair(
    figure: Figure | None, scale: Scale, language: Language, *, with_n: bool, starred: bool = True
) -> tuple[Cell, Cell | None]:
    """A figure and its n below; one cell over both rows where there is no n."""
    if figure is None:
        return words("", "center", down=2), None
    is_open = "cycle_open" in figure.flags
    missed = figure.verdict == "missed"
    look = "missed" if missed else "center"
    sign = "†" if is_open else "*" if "partial" in figure.flags else ""
    content = level(figure, scale, figure.goal, missed=missed, suffix=sign if starred else "")
    if not with_n or figure.value is None:
        return Cell(content=content, look=look, down=2), None
    return Cell(content=content, look=f"{look}_above"), Cell(content=cases(figure, language), look=f"{look}_below")


def _reported_by(item: CommitmentReview, names: dict[str, str], language: Language) -> str:
    unit = getattr(item, "reporting", None)
    if unit is not None:
        return str(unit.name.in_language(language))
    code = item.commitment.reporting_department or ""
    return names.get(code, code)


def _notes(review: PeriodReview, language: Language) -> list[str]:
    lines = [say(f"commitments_{key}", language) for key in ("due", "rate", "year", "signs")]
    named = [(item.commitment.item.in_language(language), item) for item in review.commitments]
    amounts = [name for name, item in named if item.commitment.rule.counts_amounts]
    if amounts:
        lines.append(say("commitments_amounts", language, names=listed(amounts, language)))
    lines += counting_lines(((name, item.course.year) for name, item in named), language)
    lines += flag_lines(((name, item.course.year) for name, item in named), language)
    lines += [
        say(
            "returns_differ",
            language,
            name=comparison.commitment.item.in_language(language),
            count=len(comparison.differences),
            months=len(comparison.months),
            counted=or_key(f"tables.from_{comparison.commitment.counted_from}", language),
        )
        for comparison in review.returns
        if comparison.differences
    ]
    lines += [_item_line(name, item.fault.render(language), language) for name, item in named if item.fault]
    left_out = [
        _item_line(name, listed(remarks, language), language)
        for name, item in named
        if item.course.year is not None
        and (remarks := case_remarks(item.course.year, item.commitment, item.course.scale, language))
    ]
    return [*lines, say("left_out", language, items=joined(left_out, language))] if left_out else lines


def _item_line(name: str, remark: str, language: Language) -> str:
    return say("item_line", language, name=name, text=remark)
