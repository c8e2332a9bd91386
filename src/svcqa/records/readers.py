"""Files as tables of texts: CSV (also .gz), Excel, Parquet. Parsing comes later, so that every fault has a place."""

from __future__ import annotations

import codecs
import csv as text_csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from svcqa.errors import Fault, SourceError
from svcqa.records.mapping import Mapping
from svcqa.records.plain import cell_text

EXCEL = {".xlsx", ".xls", ".xlsm", ".xlsb"}


@dataclass(frozen=True)
class RawTable:
    """Texts of the wanted columns; ``rows`` numbers them as the source does, the header being row 1.

    ``broken`` are the rows that have another number of fields than the header.
    """

    texts: Any
    rows: npt.NDArray[np.int64]
    broken: tuple[int, ...] = ()


def read(path: Path, mapping: Mapping) -> RawTable:
    """Read the wanted columns of ``path``.

    Raises:
        SourceError: the file cannot be read, or lacks columns that the mapping names.
    """
    try:
        if path.suffix.lower() in EXCEL:
            return _read_excel(path, mapping)
        if path.suffix.lower() == ".parquet":
            return _read_parquet(path, mapping)
        return _read_csv(path, mapping)
    except (pa.ArrowException, OSError, UnicodeError, LookupError, text_csv.Error) as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise SourceError(Fault("unreadable_source", file=path.name, got=reason)) from error


def require_columns(present: Sequence[str], source: str, mapping: Mapping) -> None:
    """Raise unless each wanted column is there once."""
    missing = [name for name in mapping.wanted if name not in present]
    if missing:
        raise SourceError(
            Fault("missing_columns", file=source, got=", ".join(missing), allowed=", ".join(map(str, present)))
        )
    twice = [name for name in mapping.wanted if list(present).count(name) > 1]
    if twice:
        raise SourceError(Fault("columns_twice", file=source, got=", ".join(twice)))


def _read_csv(path: Path, mapping: Mapping) -> RawTable:
    from pyarrow import csv

    odd: list[tuple[int, bool]] = []

    def skip(row: Any) -> str:
        odd.append((int(row.number), not row.text.strip()))
        return "skip"

    names, lines, is_empty = _csv_header(path, mapping)
    require_columns(names, path.name, mapping)
    if is_empty:
        nothing = pa.table({name: pa.array([], pa.string()) for name in mapping.wanted})
        return RawTable(nothing, np.empty(0, dtype=np.int64))
    table = csv.read_csv(
        pa.input_stream(str(path), compression="detect"),
        read_options=csv.ReadOptions(
            use_threads=False,
            encoding=codec(mapping.encoding, path),
            skip_rows=lines,
            column_names=names,
            block_size=1 << 26,
        ),
        parse_options=csv.ParseOptions(
            delimiter=mapping.delimiter, newlines_in_values=True, invalid_row_handler=skip, ignore_empty_lines=False
        ),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(mapping.wanted, pa.string()),
            include_columns=list(mapping.wanted),
            strings_can_be_null=False,
            quoted_strings_can_be_null=False,
        ),
    )
    # pyarrow counts the lines it skips and then rows; ours count the header as one row, however many lines it takes
    shift = mapping.header_row + mapping.header_rows - 1 - lines
    return _without_blank_lines(table, [(number + shift, blank) for number, blank in odd], path, mapping)


def _without_blank_lines(table: Any, odd: list[tuple[int, bool]], path: Path, mapping: Mapping) -> RawTable:
    """Give the rows their numbers and leave out blank lines, which are no records and yet have a number.

    Args:
        odd: numbers of the rows with another number of fields than the header, and whether they are blank.
    """
    first = mapping.header_row + mapping.header_rows
    numbers = np.arange(first, first + table.num_rows + len(odd), dtype=np.int64)
    read = np.setdiff1d(numbers, np.asarray([number for number, _ in odd], dtype=np.int64))
    empty = np.ones(table.num_rows, dtype=np.bool_)
    for name in mapping.wanted:
        empty &= pc.equal(table[name], "").to_numpy()
    if empty.any():  # a blank line, or a line of commas, or one that fills only columns that are not read
        keep = ~(empty & np.isin(read, _blank_lines(path, mapping)))
        table, read = table.filter(pa.array(keep)), read[keep]
    return RawTable(table, read, tuple(number for number, blank in odd if not blank))


def codec(encoding: str, path: Path) -> str:
    """The codec of ``path``; ``auto`` is UTF-8 where every byte fits, otherwise GB18030."""
    name = encoding.lower().replace("_", "-")
    if name != "auto":
        return "utf-8" if name in {"utf-8", "utf8", "utf-8-sig"} else encoding
    decoder = codecs.getincrementaldecoder("utf-8")()
    with pa.input_stream(str(path), compression="detect") as stream:
        try:
            while piece := stream.read(1 << 20):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "gb18030"
    return "utf-8"


def _csv_rows(path: Path, mapping: Mapping) -> Iterator[tuple[int, list[str], int]]:
    """Number, cells and last line of every row, slowly."""
    detected = codec(mapping.encoding, path)
    with pa.input_stream(str(path), compression="detect") as stream:
        encoding = "utf-8-sig" if detected == "utf-8" else detected
        reader = text_csv.reader(io.TextIOWrapper(stream, encoding=encoding, newline=""), delimiter=mapping.delimiter)
        for number, row in enumerate(reader, start=1):
            yield number, row, reader.line_num


def _csv_header(path: Path, mapping: Mapping) -> tuple[list[str], int, bool]:
    """The names of the header, how many lines the file has up to its end, and whether nothing follows."""
    rows = _csv_rows(path, mapping)
    levels: list[list[str]] = []
    for number, row, lines in rows:
        if number >= mapping.header_row:
            levels.append([cell.strip() for cell in row])
        if len(levels) == mapping.header_rows:
            for level in levels[:-1]:  # a merged cell leaves blanks to its right
                for index in range(1, len(level)):
                    level[index] = level[index] or level[index - 1]
            with _fields_of_any_length():
                return join_levels(levels), lines, next(rows, None) is None
    raise SourceError(Fault("unreadable_source", file=path.name, got="no header row"))


def join_levels(levels: Sequence[Sequence[str]]) -> list[str]:
    """One name per column; what stands one below the other is joined with ``/``, once where it is the same."""
    width = max((len(level) for level in levels), default=0)
    names = []
    for index in range(width):
        parts = [level[index] for level in levels if index < len(level) and level[index]]
        names.append("/".join(dict.fromkeys(parts)))
    return names


def _blank_lines(path: Path, mapping: Mapping) -> list[int]:
    with _fields_of_any_length():
        return [number for number, row, _ in _csv_rows(path, mapping) if not any(row) and len(row) <= 1]


@contextmanager
def _fields_of_any_length() -> Iterator[None]:
    """Below the header a long field is the row's fault alone, and is judged where it is parsed."""
    before = text_csv.field_size_limit(1 << 30)
    try:
        yield
    finally:
        text_csv.field_size_limit(before)


def _read_excel(path: Path, mapping: Mapping) -> RawTable:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_path(str(path))
        sheet = mapping.sheet or workbook.sheet_names[0]
        if sheet not in workbook.sheet_names:
            raise SourceError(
                Fault(
                    "unreadable_source", file=path.name, got=f"sheet {sheet!r}", allowed=", ".join(workbook.sheet_names)
                )
            )
        page = workbook.get_sheet_by_name(sheet)
        cells = page.to_python(skip_empty_area=False)
        header = _excel_header(page, cells, mapping)
    except CalamineError as error:
        raise SourceError(Fault("unreadable_source", file=path.name, got=str(error)[:200])) from error
    require_columns(header, path.name, mapping)
    first = mapping.header_row + mapping.header_rows - 1
    body = cells[first:]
    rows = [number for number, row in enumerate(body) if any(cell not in ("", None) for cell in row)]
    columns = {
        name: pa.array([cell_text(body[row][header.index(name)]) for row in rows], pa.string())
        for name in mapping.wanted
    }
    return RawTable(pa.table(columns), np.asarray(rows, dtype=np.int64) + first + 1)


def _excel_header(page: Any, cells: Sequence[Sequence[Any]], mapping: Mapping) -> list[str]:
    """The header's names; a merged cell says the same in all its places."""
    first, last = mapping.header_row - 1, mapping.header_row + mapping.header_rows - 1
    levels = [[str(cell).strip() for cell in row] for row in cells[first:last]]
    if mapping.header_rows > 1:
        for (top, left), (bottom, right) in page.merged_cell_ranges or ():
            for row in range(max(top, first), min(bottom + 1, first + len(levels))):
                for column in range(left, right + 1):
                    levels[row - first][column] = str(cells[top][left]).strip()
    return join_levels(levels)


def _read_parquet(path: Path, mapping: Mapping) -> RawTable:
    from pyarrow import parquet

    names = parquet.read_schema(path).names
    require_columns(names, path.name, mapping)
    table = parquet.read_table(path, columns=list(mapping.wanted))
    columns = {}
    for name in table.column_names:
        column = table[name]
        columns[name] = column.cast(pa.string()).fill_null("")
    return RawTable(pa.table(columns), np.arange(table.num_rows, dtype=np.int64) + 2)
