"""The template of a responsibility letter that a company starts from: written out, edited, given back."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from svcqa.catalogue import Language, text
from svcqa.report.word.blocks import keep_whole, repeat_header
from svcqa.report.word.styles import new_document

_COLUMNS: Final = {"number": 1.2, "target": 6.3, "goal": 3.6, "weight": 1.8, "due": 2.6, "source": 1.5}
_SHOWN: Final = ("number", "target", "goal", "weight", "due")
_TITLE: Final = 15
_MADE: Final = dt.datetime(2026, 1, 1)


def letter_template(language: Language) -> Any:
    """Title, parties, the table of goals, duties, signatures."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    document = new_document(language, title=text("letter.title", language), author="", created=_MADE)
    heading = document.add_paragraph(text("letter.title", language), style="Title")
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    heading.runs[0].font.size = Pt(_TITLE)
    for key in ("parties", "purpose"):
        document.add_paragraph(text(f"letter.{key}", language))
    document.add_heading(text("letter.goals_heading", language), level=1)
    _goals(document, language)
    document.add_paragraph(text("letter.note", language))
    document.add_heading(text("letter.duties_heading", language), level=1)
    for line in text("letter.duties", language).split("\n"):
        document.add_paragraph(line, style="List Number")
    document.add_heading(text("letter.signatures_heading", language), level=1)
    _signatures(document, language)
    return document


def _goals(document: Any, language: Language) -> None:
    from docx.shared import Cm

    table = document.add_table(rows=2, cols=len(_SHOWN), style="Table Grid")
    table.autofit = False
    for index, name in enumerate(_SHOWN):
        table.columns[index].width = Cm(_COLUMNS[name])
        head = table.rows[0].cells[index]
        head.paragraphs[0].add_run(text(f"letter.column_{name}", language)).bold = True
        table.rows[1].cells[index].text = f"{{{{{name}}}}}"
        for row in table.rows:
            row.cells[index].width = Cm(_COLUMNS[name])
    repeat_header(table.rows[0])
    for row in table.rows:
        keep_whole(row)


def _signatures(document: Any, language: Language) -> None:
    """Two parties side by side, with room to sign."""
    from docx.shared import Cm

    table = document.add_table(rows=4, cols=2)
    for index, party in enumerate(("superior", "unit")):
        lines = (f"letter.party_{party}", "letter.sign_name", "letter.sign_here", "letter.sign_date")
        for row, key in zip(table.rows, lines, strict=True):
            row.height = Cm(1.1)
            row.cells[index].text = text(key, language)
            keep_whole(row) if index == 0 else None
