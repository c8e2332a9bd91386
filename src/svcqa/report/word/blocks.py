"""Blocks of a document: tables whose head is repeated on each page, pictures, captions that number themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from svcqa.catalogue import Language, text
from svcqa.report.charts.grammar import Chart
from svcqa.report.charts.vega import png
from svcqa.report.word.fields import add_field
from svcqa.report.words.text_width import text_width

if TYPE_CHECKING:
    import pandas as pd

_ROOM_CM: Final = 17.0
_PICTURE_CM: Final = 16.0
_LEAST_CM: Final = 1.05
_CELL_MARGIN: Final = 50
"""Between a cell's border and its text, in twentieths of a point."""
_SHADE: Final = "DCE6F1"
_SIZES: Final = ((6, 9.0), (9, 8.0), (12, 7.0))
_SMALLEST: Final = 6.0
"""Points that a table of so many columns is set in, and one with more."""
MOST_ROWS: Final = 60


def caption(document: Any, kind: str, *, title: str, number: int, language: Language) -> None:
    """*Table 1: title*, with a number that Word counts anew when something is put between."""
    paragraph = document.add_paragraph(style="Caption")
    paragraph.paragraph_format.keep_with_next = kind == "Table"
    before, after = text(f"word.caption_{kind.lower()}", language).split("|")
    paragraph.add_run(before)
    add_field(paragraph, f"SEQ {kind} \\* ARABIC", str(number))
    paragraph.add_run(f"{after}{title}")


def add_table(document: Any, frame: pd.DataFrame, language: Language) -> None:
    """A table of texts; where it is too long for a document, a line says how many rows are left out."""
    from docx.shared import Cm, Pt

    shown = frame.head(MOST_ROWS)
    size = next((points for most, points in _SIZES if len(shown.columns) <= most), _SMALLEST)
    table = document.add_table(rows=1, cols=len(shown.columns), style="Table Grid")
    table.autofit = False
    _narrow_margins(table)
    widths = column_widths(shown)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    for index, name in enumerate(shown.columns):
        _fill(table.rows[0].cells[index], str(name), size, bold=True)
        _shade(table.rows[0].cells[index])
    repeat_header(table.rows[0])
    for row in shown.itertuples(index=False):
        cells = table.add_row().cells
        for index, value in enumerate(row):
            _fill(cells[index], "" if value is None else str(value), size)
    for row in table.rows:
        keep_whole(row)
        for index, width in enumerate(widths):
            row.cells[index].width = Cm(width)
    if len(frame) > len(shown):
        document.add_paragraph(text("word.rows_left_out", language, shown=len(shown), all=len(frame)))
    document.add_paragraph().paragraph_format.space_after = Pt(2)


def _narrow_margins(table: Any) -> None:
    """Leave the room of a wide table to its figures."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(_CELL_MARGIN))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.append(margins)


def column_widths(frame: pd.DataFrame) -> list[float]:
    """Centimetres of each column: more for longer texts, and together what a page has room for."""
    needed = []
    for name in frame.columns:
        longest = max((text_width(str(cell)) for cell in frame[name]), default=0.0)
        needed.append(min(30.0, max(longest, text_width(str(name)) / 2, 4.0)))
    room = _ROOM_CM - _LEAST_CM * len(needed)
    return [_LEAST_CM + room * width / sum(needed) for width in needed]


def _fill(cell: Any, content: str, size: float, *, bold: bool = False) -> None:
    from docx.shared import Pt

    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(1.5)
    run = paragraph.add_run(content)
    run.font.size, run.font.bold = Pt(size), bold


def _shade(cell: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    shade = OxmlElement("w:shd")
    for name, value in (("w:val", "clear"), ("w:color", "auto"), ("w:fill", _SHADE)):
        shade.set(qn(name), value)
    cell._tc.get_or_add_tcPr().append(shade)


def repeat_header(row: Any) -> None:
    """Repeat the row at the top of each page that the table goes on to."""
    _mark(row, "w:tblHeader")


def keep_whole(row: Any) -> None:
    """Break no page within the row."""
    _mark(row, "w:cantSplit")


def _mark(row: Any, name: str) -> None:
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement(name))


def add_picture(document: Any, chart: Chart) -> None:
    """The chart as a picture; its title is read aloud."""
    import io

    from docx.shared import Cm

    document.add_picture(io.BytesIO(png(chart)), width=Cm(_PICTURE_CM))
    picture = document.inline_shapes[-1]._inline.docPr
    picture.set("descr", chart.title)
    document.paragraphs[-1].paragraph_format.keep_with_next = True
