"""A workbook that a department fills in for one table, and the mapping file that reads it back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from svcqa.catalogue import Language, text
from svcqa.entities.toml_text import quoted, quoted_table
from svcqa.extras import require
from svcqa.report.forms.styles import Styles

if TYPE_CHECKING:
    from xlsxwriter import Workbook

    from svcqa.records.schema import Column, Table

_ROWS: Final = 2000
"""Rows that are formatted and checked while they are filled in."""
_EXCEL_DAYS: Final = (dt.datetime(1999, 1, 1), dt.datetime(2058, 12, 31))
_LONGEST: Final = 255
"""Excel takes no longer list of choices inside a rule; a longer one stands on a sheet of its own."""


def _t(key: str, language: Language, **fields: object) -> str:
    return text(f"data_dictionary.{key}", language, **fields)


def _label(column: Column, language: Language) -> str:
    return _t(f"label_{column.name}", language)


def choices(column: Column, language: Language, units: Sequence[str]) -> list[str]:
    """What the cell's list offers; empty where anything may be written."""
    if column.type.value == "flag":
        return [_t("yes", language), _t("no", language)]
    if column.type.value == "unit":
        return list(units)
    return [_t(f"code_{code}", language) for code in column.codes]


def write_template(
    table: Table, path: Path, language: Language, *, example: Callable[[Column], str], units: Sequence[str] = ()
) -> tuple[Path, Path]:
    """Write the workbook to ``path`` and the mapping beside it.

    Args:
        example: an example for a column, shown among the explanations.
        units: names or codes of units to choose from.

    Returns:
        The workbook's path and the mapping's.

    Raises:
        MissingExtraError: this installation writes no Excel files.
    """
    require("forms")
    from xlsxwriter import Workbook

    path.parent.mkdir(parents=True, exist_ok=True)
    with Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        styles = Styles(book, language)
        _fill_sheet(book, table, language=language, units=units, styles=styles)
        _explanations(book, table, language=language, example=example, styles=styles)
    mapping = path.with_suffix(".toml")
    mapping.write_text(mapping_text(table, language), encoding="utf-8")
    return path, mapping


def _fill_sheet(book: Workbook, table: Table, *, language: Language, units: Sequence[str], styles: Styles) -> None:
    sheet = book.add_worksheet(_t("sheet_fill", language))
    lists: Any = None
    as_text = book.add_format({"num_format": "@"})
    as_moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    as_number = book.add_format({"num_format": "0"})
    sheet.freeze_panes(1, 0)
    sheet.set_row(0, 32)
    for index, column in enumerate(table.columns):
        label = _label(column, language)
        sheet.write_string(0, index, label, styles.get("head" if column.required else "center"))
        kind = column.type.value
        # a format on the column keeps what is typed: numbers of records stay texts with their leading zeros
        sheet.set_column(
            index, index, max(14, 2 * len(label)), {"moment": as_moment, "integer": as_number}.get(kind, as_text)
        )
        rule: dict[str, Any] = {}
        offered = choices(column, language, units)
        if kind == "moment":
            rule = {
                "validate": "date",
                "criteria": "between",
                "minimum": _EXCEL_DAYS[0],
                "maximum": _EXCEL_DAYS[1],
                "error_message": _t("bad_moment", language),
            }
        elif kind == "integer":
            rule = {"validate": "integer", "criteria": ">=", "value": 0, "error_message": _t("bad_number", language)}
        elif offered:
            source: Any = offered
            if len(",".join(offered)) > _LONGEST or any("," in item for item in offered):
                if lists is None:
                    lists = book.add_worksheet(_t("sheet_lists", language))
                lists.write_column(0, index, offered)
                letter = _letter(index)
                source = f"='{_t('sheet_lists', language)}'!${letter}$1:${letter}${len(offered)}"
            rule = {
                "validate": "list",
                "source": source,
                "error_message": _t("bad_code", language),
                "error_type": "stop" if kind == "flag" else "warning",
            }
        if rule:
            sheet.data_validation(1, index, _ROWS, index, {"ignore_blank": True, **rule})


def _letter(index: int) -> str:
    return chr(ord("A") + index) if index < 26 else chr(ord("A") + index // 26 - 1) + chr(ord("A") + index % 26)


def _explanations(
    book: Workbook, table: Table, *, language: Language, example: Callable[[Column], str], styles: Styles
) -> None:
    sheet = book.add_worksheet(_t("sheet_explanations", language))
    heads = ("column", "meaning", "type", "measured_in", "required", "codes", "example")
    for index, (head, width) in enumerate(zip(heads, (22, 60, 22, 12, 8, 36, 22), strict=True)):
        sheet.set_column(index, index, width)
        sheet.write_string(0, index, _t(head, language), styles.get("head"))
    for row, column in enumerate(table.columns, start=1):
        codes = ", ".join(_t(f"code_{code}", language) for code in column.codes)
        cells = (
            _label(column, language),
            _t(f"about_{column.name}", language),
            _t(f"type_{column.type.value}", language),
            _t(f"in_{column.unit}", language) if column.unit else "",
            _t("yes", language) if column.required else "",
            codes,
            example(column),
        )
        for index, cell in enumerate(cells):
            sheet.write_string(row, index, cell, styles.get("text"))


def mapping_text(table: Table, language: Language) -> str:
    """The mapping file that reads a filled template of ``table``."""
    lines = [
        f"# {_t('mapping_head', language)}",
        f"table = {quoted(table.name)}",
        f"sheet = {quoted(_t('sheet_fill', language))}",
        "",
        "[columns]",
    ]
    lines += [f"{column.name} = {quoted(_label(column, language))}" for column in table.columns]
    for column in table.columns:
        pairs = {_t(f"code_{code}", language): code for code in column.codes} | {c: c for c in column.codes}
        lines += quoted_table(f"codes.{column.name}", pairs)
    return "\n".join(lines) + "\n"
