"""The workbook of the forms: the sheets in order, their names, their footers, the same bytes every time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from svcqa.catalogue import Language, text
from svcqa.entities.action import ActionItem
from svcqa.report.forms import board, chart_sheet, commitments, follow_up, section_sheet, tracking
from svcqa.report.forms.book import new_book
from svcqa.report.forms.naming import say
from svcqa.report.forms.sheet import FormSheet
from svcqa.report.forms.styles import Styles
from svcqa.report.sections.page import BuiltSection
from svcqa.review.period_review import PeriodReview

if TYPE_CHECKING:
    from xlsxwriter import Workbook

_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_LONGEST_NAME = 31


def write_forms(
    review: PeriodReview,
    path: Path,
    *,
    language: Language,
    company: str,
    proposals: Sequence[ActionItem] = (),
    sections: Iterable[BuiltSection] = (),
) -> Path:
    """Write score board and forms A, B, C of a review as one workbook.

    Args:
        review: what is shown; nothing else is read.
        path: the file to write; its folder is made where it is missing.
        language: of all fixed texts, and of names where the policy has them.
        company: the name in the titles.
        proposals: rows of form B that the program proposes and nobody agreed to yet; marked so.
        sections: of the review; those that no form shows have a sheet of their own.

    Returns:
        ``path``.

    Raises:
        OSError: the file cannot be written, such as while Excel has it open.
    """
    properties = {"title": say("workbook", language, company=company), "created": review.as_of}
    with new_book(path, properties) as book:
        binder = _Binder(book, review, language)
        _write_sheets(binder, review, company=company, proposals=proposals, language=language)
        for section in sections:
            if not section.in_forms and not section.is_empty:
                sheet = binder.add(section.title, section_sheet.widths_of(section))
                binder.close(
                    sheet,
                    section_sheet.write_section(sheet, section, review=review, company=company, language=language),
                )
    return path


def _write_sheets(
    binder: _Binder, review: PeriodReview, *, company: str, proposals: Sequence[ActionItem], language: Language
) -> None:
    sheet = binder.add(say("board_sheet", language), board.WIDTHS)
    binder.close(sheet, board.write_board(sheet, review, company, language))
    for unit, items in tracking.owners(review):
        sheet = binder.add(f"A {unit.name.in_language(language)}", tracking.WIDTHS)
        binder.close(sheet, tracking.write_tracking(sheet, review, unit=unit, items=items, language=language))
    sheet = binder.add(say("follow_up_sheet", language), follow_up.WIDTHS)
    binder.close(
        sheet, follow_up.write_follow_up(sheet, review, proposals=proposals, company=company, language=language)
    )
    sheet = binder.add(say("commitments_sheet", language), commitments.WIDTHS)
    binder.close(sheet, commitments.write_commitments(sheet, review, company, language))
    sheet = binder.add(text("charts.sheet", language), chart_sheet.WIDTHS)
    make = binder.book.add_chart
    binder.close(sheet, chart_sheet.write_review_charts(sheet, review, make=make, company=company, language=language))


class _Binder:
    """Adds sheets under names that Excel allows, and closes them with the same footer."""

    def __init__(self, book: Workbook, review: PeriodReview, language: Language) -> None:
        self.book, self._styles = book, Styles(book, language)
        self._taken: set[str] = set()
        self._footer = _footer(review, language)

    def add(self, name: str, widths: Sequence[float]) -> FormSheet:
        """A new sheet."""
        chosen = sheet_name(name, self._taken)
        self._taken.add(chosen.casefold())
        sheet: Any = self.book.add_worksheet(chosen)
        return FormSheet(sheet, self._styles, widths)

    def close(self, sheet: FormSheet, header: tuple[int, int]) -> None:
        """Set the sheet up for printing."""
        sheet.finish(header=header, footer=self._footer)


def sheet_name(title: str, taken: set[str]) -> str:
    """``title`` as Excel allows it: at most 31 characters, none of ``[]:*?/\\``, not ``taken`` yet.

    >>> sheet_name("A 抢险/抢修", set())
    'A 抢险_抢修'
    >>> sheet_name("A x", {"a x"})
    'A x 2'
    """
    cleaned = _FORBIDDEN.sub("_", title).strip().strip("'") or "_"
    name, number = cleaned[:_LONGEST_NAME], 1
    while name.casefold() in taken:
        number += 1
        name = f"{cleaned[: _LONGEST_NAME - len(str(number)) - 1]} {number}"
    return name


def _footer(review: PeriodReview, language: Language) -> str:
    about = say(
        "footer",
        language,
        as_of=f"{review.as_of:%Y-%m-%d %H:%M}",
        policy=review.about["policy"],
        records=review.about["records"],
        calendar=review.about["calendar"],
    )
    return f"&L&8{about.replace('&', '&&')}&R&8{say('page', language)}"
