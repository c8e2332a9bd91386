"""The header and the first rows of a file that nobody has described yet."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import pyarrow as pa

from svcqa.errors import Fault, SourceError
from svcqa.records import readers
from svcqa.records.plain import cell_text

_LOOKED_AT: Final = 500
"""Rows that are looked at."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The first rows of a file."""

    header: tuple[str, ...]
    columns: tuple[tuple[str, ...], ...]
    header_row: int = 1
    encoding: str = ""
    delimiter: str = ","

    def texts(self, name: str) -> tuple[str, ...]:
        """What stands in the column ``name``, blanks left out."""
        return tuple(cell for cell in self.columns[self.header.index(name)] if cell)


def first_rows(path: Path) -> Sheet:
    """The header and the first rows of a file.

    Raises:
        SourceError: it cannot be read, or has no header.
    """
    try:
        if path.suffix.lower() == ".parquet":
            return _parquet_rows(path)
        encoding, delimiter = "", ","
        if path.suffix.lower() in readers.EXCEL:
            rows = _excel_rows(path)
        else:
            encoding = "auto"
            rows, delimiter = _csv_rows(path)
    except (pa.ArrowException, OSError, ValueError, LookupError, csv.Error) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise SourceError(Fault("unreadable_source", file=path.name, got=reason)) from error
    width = max((sum(bool(cell) for cell in row) for row in rows[:20]), default=0)
    for number, row in enumerate(rows[:20]):
        filled = [cell for cell in row if cell]
        if width and len(filled) >= 0.6 * width and len(set(filled)) == len(filled):
            body = rows[number + 1 :]
            columns = tuple(
                tuple(line[index] if index < len(line) else "" for line in body) for index in range(len(row))
            )
            return Sheet(
                header=tuple(row), columns=columns, header_row=number + 1, encoding=encoding, delimiter=delimiter
            )
    raise SourceError(Fault("unreadable_source", file=path.name, got="no header row"))


def _csv_rows(path: Path) -> tuple[list[list[str]], str]:
    with pa.input_stream(str(path), compression="detect") as stream:
        detected = readers.codec("auto", path)
        lines = io.TextIOWrapper(stream, encoding="utf-8-sig" if detected == "utf-8" else detected, newline="")
        head = list(islice(lines, _LOOKED_AT))
    first = "".join(head[:20])
    delimiter = max(",;\t|", key=first.count)
    return [[cell.strip() for cell in row] for row in csv.reader(head, delimiter=delimiter)], delimiter


def _excel_rows(path: Path) -> list[list[str]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        page = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
        cells = page.to_python(skip_empty_area=False, nrows=_LOOKED_AT)
    except CalamineError as error:
        raise ValueError(str(error)) from error
    return [[cell_text(cell).strip() for cell in row] for row in cells]


def _parquet_rows(path: Path) -> Sheet:
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        names = tuple(file.schema_arrow.names)
        batch = next(file.iter_batches(_LOOKED_AT), None)
        columns = [[] if batch is None else batch[name].cast(pa.string()).fill_null("").to_pylist() for name in names]
    return Sheet(header=names, columns=tuple(tuple(column) for column in columns))
