"""A section of the review as a sheet of its own, where no form shows it: sentences, then tables of texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from svcqa.catalogue import Language
from svcqa.report.forms.naming import period_name, say
from svcqa.report.forms.sheet import FormSheet, words
from svcqa.report.sections.page import BuiltSection
from svcqa.report.words.text_width import text_width
from svcqa.review.period_review import PeriodReview

_NARROW: Final = 8.0
_WIDE: Final = 46.0
_PAGE: Final = 160.0
"""Widths of all columns together that still read well on one printed page."""
_NUMBER: Final = 4.5


def widths_of(section: BuiltSection) -> Sequence[float]:
    """Widths that hold what stands in each column of any of its tables, the number of the row first."""
    columns: list[float] = []
    for table in section.content.tables.values():
        for index, name in enumerate(table.frame.columns):
            longest = max((text_width(str(cell)) for cell in table.frame[name]), default=0.0)
            needed = min(_WIDE, max(_NARROW, text_width(str(name)) + 2, longest + 2))
            columns[index : index + 1] = [max([needed, *columns[index : index + 1]])]
    total = sum(columns)
    shrunk = [max(_NARROW, width * _PAGE / total) for width in columns] if total > _PAGE else columns
    return (_NUMBER, *(shrunk or [_PAGE / 2]))


def write_section(
    sheet: FormSheet, section: BuiltSection, *, review: PeriodReview, company: str, language: Language
) -> tuple[int, int]:
    """Fill the sheet; returns the header rows to repeat."""
    sheet.title(
        say("section_title", language, company=company, period=period_name(review, language), title=section.title)
    )
    for line in section.said.splitlines():
        sheet.line(line)
    header = sheet.row
    for table in section.content.tables.values():
        sheet.skip()
        sheet.line(table.title, "head_line")
        sheet.put([words(say("number", language), "head"), *(words(str(name), "head") for name in table.frame.columns)])
        for number, cells in enumerate(table.frame.itertuples(index=False), start=1):
            shown = [words("" if cell is None else str(cell)) for cell in cells]
            sheet.put([words(str(number), "center"), *shown], lowest=18)
    return 0, max(0, header - 1)
