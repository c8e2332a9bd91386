"""Policies kept in Excel: one sheet per kind, one row per entity, read to the same structure as TOML.

A header is the key of the TOML file, dots for nested keys (``rule.limit``). Conditions are written
``order_type=emergency,repair; channel=hotline``; exclusions ``reason: order_type=emergency | reason2: …``;
a monthly path as twelve numbers separated by commas.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from svcqa.errors import Fault, PolicyError


def _conditions(text: str) -> dict[str, list[str]]:
    pairs = (part.partition("=") for part in text.split(";") if part.strip())
    return {column.strip(): [value.strip() for value in values.split(",")] for column, _, values in pairs}


def _exclusions(text: str) -> list[dict[str, Any]]:
    parts = (part.partition(":") for part in text.split("|") if part.strip())
    return [{"reason": reason.strip(), "where": _conditions(where)} for reason, _, where in parts]


def _cell(key: str, value: Any) -> Any:
    if isinstance(value, str):
        if key == "where":
            return _conditions(value)
        if key == "exclusions":
            return _exclusions(value)
        if key == "path":
            return [part.strip() for part in value.split(",")]
        return {"true": True, "是": True, "false": False, "否": False}.get(value.strip().lower(), value.strip())
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _row(headers: list[str], cells: list[Any]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for header, value in zip(headers, cells, strict=False):
        if not header or value is None or value == "":
            continue
        *outer, key = header.split(".")
        target = row
        for step in outer:
            target = target.setdefault(step, {})
        target[key] = _cell(key, value)
    return row


def read_excel(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Each sheet as a list of nested rows, keyed by the sheet's name.

    Raises:
        PolicyError: the file is no workbook that can be opened.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError) as error:
        raise PolicyError(Fault("unreadable_file", file=path.name, got=str(error))) from error
    sheets = {}
    for sheet in workbook.sheet_names:
        rows = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        if rows:
            headers = [str(cell).strip() for cell in rows[0]]
            sheets[sheet] = [row for cells in rows[1:] if (row := _row(headers, cells))]
    return sheets
