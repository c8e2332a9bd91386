"""The summary of a review as a Word document ready to edit: its sections, whatever they are."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from svcqa.catalogue import Language, text
from svcqa.report.sections.page import BuiltSection
from svcqa.report.word.blocks import add_picture, add_table, caption
from svcqa.report.word.package import save
from svcqa.report.word.styles import new_document
from svcqa.review.period_review import PeriodReview


def write_summary(
    review: PeriodReview, sections: Iterable[BuiltSection], path: Path, *, language: Language, company: str
) -> Path:
    """Write the summary: section by section, then room for what the meeting decides.

    Raises:
        OSError: the file cannot be written, such as while Word has it open.
    """
    title = text(f"word.title_{review.kind}", language, company=company, period=review.period.label)
    document = new_document(language, title=title, author=company, created=review.as_of)
    document.add_paragraph(title, style="Title")
    document.add_paragraph(
        text(
            "word.subtitle",
            language,
            unit=review.unit.name.in_language(language),
            first=review.period.first,
            last=review.period.last,
            as_of=f"{review.as_of:%Y-%m-%d %H:%M}",
        )
    )
    count = _Count()
    for section in sections:
        if not section.is_empty:
            _section(document, section, count, language)
    document.add_heading(text("word.decisions", language), level=1)
    document.add_paragraph(text("word.decisions_hint", language))
    return save(document, path)


class _Count:
    """The numbers that captions show before Word counts them itself."""

    def __init__(self) -> None:
        self.tables = self.figures = 0


def _section(document: Any, section: BuiltSection, count: _Count, language: Language) -> None:
    document.add_heading(section.title, level=1)
    for line in section.said.splitlines():
        document.add_paragraph(line)
    for chart in section.content.charts.values():
        count.figures += 1
        add_picture(document, chart)
        caption(document, "Figure", title=chart.title, number=count.figures, language=language)
    for table in section.content.tables.values():
        count.tables += 1
        caption(document, "Table", title=table.title, number=count.tables, language=language)
        add_table(document, table.frame, language)
