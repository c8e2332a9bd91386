"""One sheet of the workbook, ready to print: A4, header rows repeated, footer, rows high enough for their text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from svcqa.report.forms.styles import Styles, size_of
from svcqa.report.words.shown import Shown
from svcqa.report.words.text_width import lines_needed

_A4: Final = 9
_ROOM: Final = 730
"""Pixels of columns that fill a printed line at full size: with fallback fonts they come out up to 40 % wider."""
_HIGHEST: Final = 400.0


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A cell to come; it may reach ``across`` columns and ``down`` rows."""

    content: Shown
    look: str = "text"
    across: int = 1
    down: int = 1
    first: bool = False


def words(text: str, look: str = "text", *, across: int = 1, down: int = 1, first: bool = False) -> Cell:
    """A cell of text."""
    return Cell(content=Shown(text), look=look, across=across, down=down, first=first)


class FormSheet:
    """Writes row after row. Heights are estimated: Excel fits no row that has merged cells."""

    def __init__(self, sheet: Any, styles: Styles, widths: Sequence[float]) -> None:
        self._sheet, self._styles, self._widths = sheet, styles, widths
        self._floors: dict[int, float] = {}
        self._breaks: list[int] = []
        self.row = 0
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)

    @property
    def name(self) -> str:
        """The sheet's name, as formulas refer to it."""
        return str(self._sheet.get_name())

    def draw(self, chart: Any, row: int, *, across: int, down: int, description: str) -> None:
        """Lay a native chart over cells, so many pixels from the start of ``row``; ``description`` is read aloud."""
        options = {"x_offset": across, "y_offset": down, "object_position": 2, "description": description}
        self._sheet.insert_chart(row, 0, chart, options)

    def begin_page(self) -> None:
        """What follows stands on a page of its own."""
        self._breaks.append(self.row)

    def title(self, text: str) -> None:
        """The form's name over the whole width."""
        self.put([words(text, "title", across=len(self._widths))])

    def line(self, text: str, look: str = "lead") -> None:
        """A line of text over the whole width."""
        self.put([words(text, look, across=len(self._widths))])

    def put(self, cells: Sequence[Cell | None], *, lowest: float = 0.0) -> None:
        """A row of cells; ``None`` where a cell from above reaches down. ``lowest`` is the least height."""
        column, height = 0, max(lowest, self._floors.pop(self.row, 0.0))
        for cell in cells:
            if cell is not None:
                self._write(self.row, column, cell)
                cell_height = self._height(cell, column) / cell.down
                for further in range(1, cell.down):
                    self._floors[self.row + further] = max(cell_height, self._floors.get(self.row + further, 0.0))
                height = max(height, cell_height)
            column += cell.across if cell is not None else 1
        self._sheet.set_row(self.row, min(_HIGHEST, height))
        self.row += 1

    def skip(self) -> None:
        """An empty, low row."""
        self._sheet.set_row(self.row, 6)
        self.row += 1

    def _height(self, cell: Cell, column: int) -> float:
        size, value = size_of(cell.look), cell.content.value
        room = max(2.0, (sum(self._widths[column : column + cell.across]) - 1) * 10.5 / size)
        lines = lines_needed(value, room) if isinstance(value, str) else 1
        return lines * size * 1.45 + 4

    def _write(self, row: int, column: int, cell: Cell) -> None:
        style = self._styles.get(cell.look, cell.content.num_format, first=cell.first)
        if cell.across > 1 or cell.down > 1:
            self._sheet.merge_range(row, column, row + cell.down - 1, column + cell.across - 1, "", style)
        value = cell.content.value
        if value is None or value == "":
            self._sheet.write_blank(row, column, None, style)
        elif isinstance(value, str):
            self._sheet.write_string(row, column, value, style)
        elif isinstance(value, dt.date):
            self._sheet.write_datetime(row, column, value, style)
        else:
            self._sheet.write_number(row, column, value, style)

    def finish(self, *, header: tuple[int, int], footer: str) -> None:
        """Set up printing; ``header`` is the first and the last row to repeat on each page.

        Excel fits a sheet to the page's width or keeps breaks between pages, never both: with breaks it is scaled.
        """
        sheet = self._sheet
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.center_horizontally()
        if self._breaks:
            sheet.set_h_pagebreaks(self._breaks)
            sheet.set_print_scale(min(100, int(100 * _ROOM / sum(width * 7 + 5 for width in self._widths))))
        else:
            sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(*header)
        sheet.freeze_panes(header[1] + 1, 0)
        sheet.print_area(0, 0, self.row - 1, len(self._widths) - 1)
        sheet.hide_gridlines(2)
        sheet.set_footer(footer, {"margin": 0.25})
