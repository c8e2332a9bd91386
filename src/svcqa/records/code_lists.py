"""Lists of codes that stand in a file of their own: what the source writes, and our code for it."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path

from svcqa.errors import Fault
from svcqa.records.plain import cell_text


def read_codes(path: Path, faults: list[Fault]) -> dict[str, str]:
    """The pairs of a TOML file, or of the first two columns of a CSV file or workbook below their header."""
    if not path.is_file():
        faults.append(Fault("missing_file", file=path.name, got=str(path.name)))
        return {}
    try:
        if path.suffix.lower() == ".toml":
            return {str(key): str(value) for key, value in tomllib.loads(path.read_text(encoding="utf-8-sig")).items()}
        rows = read_rows(path)
    except (ValueError, OSError, csv.Error) as error:
        faults.append(Fault("unreadable_file", file=path.name, got=(str(error).splitlines() or [""])[0][:200]))
        return {}
    codes: dict[str, str] = {}
    for number, row in enumerate(rows[1:], start=2):
        cells = [cell.strip() for cell in (*row, "", "")[:2]]
        if not any(cells):
            continue
        if not all(cells) or codes.get(cells[0], cells[1]) != cells[1]:
            faults.append(Fault("bad_value", file=path.name, place=str(number), got=repr(cells)))
        codes[cells[0]] = cells[1]
    return codes


def read_rows(path: Path) -> list[list[str]]:
    """The cells of a CSV file, or of the first sheet of a workbook, as texts.

    Raises:
        ValueError: the file is no workbook that can be opened, or no text.
    """
    if path.suffix.lower() in {".xlsx", ".xls"}:
        return _sheet(path)
    return list(csv.reader(_text(path).splitlines()))


def _text(path: Path) -> str:
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030")


def _sheet(path: Path) -> list[list[str]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise ValueError(str(error)) from error
    return [[cell_text(cell) for cell in row] for row in rows]
