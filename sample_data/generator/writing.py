"""Files that come out the same, byte for byte, each time."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import xlsxwriter

from generator.rows import Row, Sheet

CREATED = dt.datetime(2026, 7, 1, 8)
"""Workbooks carry when they were made; a fixed moment keeps them the same."""


def write_sheet(folder: Path, sheet: Sheet) -> None:
    """Write ``sheet`` as CSV or as a workbook, as its name says."""
    if sheet.name.endswith(".csv"):
        _write_csv(folder / sheet.name, sheet)
    else:
        _write_workbook(folder / sheet.name, sheet)


def _fields(row: Row, header: tuple[str, ...]) -> list[Any]:
    cells = [row.cells[name] for name in header]
    return [*cells, ""] if row.field_shift > 0 else cells[: len(cells) + row.field_shift]


def _write_csv(path: Path, sheet: Sheet) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(sheet.header)
        writer.writerows(_fields(row, sheet.header) for row in sheet.rows)


def _write_workbook(path: Path, sheet: Sheet) -> None:
    with xlsxwriter.Workbook(str(path)) as workbook:
        workbook.set_properties({"created": CREATED, "title": "虚构样例数据"})
        page = workbook.add_worksheet("台账")
        bold, moment = workbook.add_format({"bold": True}), workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        page.freeze_panes(1, 0)
        page.set_column(0, len(sheet.header) - 1, 16)
        page.write_row(0, 0, sheet.header, bold)
        for number, row in enumerate(sheet.rows, start=1):
            for column, value in enumerate(_fields(row, sheet.header)):
                if isinstance(value, dt.datetime):
                    page.write_datetime(number, column, value, moment)
                elif isinstance(value, int):
                    page.write_number(number, column, value)
                elif value:
                    page.write_string(number, column, value)


def write_truth(path: Path, truth: dict[str, Any]) -> None:
    """Write ``truth`` with short lists on one line each."""
    text = json.dumps(truth, ensure_ascii=False, indent=1)
    path.write_text(_lists_on_one_line(text) + "\n", encoding="utf-8", newline="\n")


def _lists_on_one_line(text: str) -> str:
    """Row numbers one below the other would make a file of many thousand lines."""
    return re.sub(r"\[[^\[\]{}]*\]", lambda found: re.sub(r"\s*\n\s*", " ", found[0]), text)
