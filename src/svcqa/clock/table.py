"""The table of a calendar as a file that people keep: one row a day, in Excel or CSV."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from svcqa.catalogue import LANGUAGES, Language, text
from svcqa.entities.settings import DAY_KINDS, FIRST_DAY, LAST_DAY, DayKind
from svcqa.entities.shifts import Stretches, read_shifts, shifts_text
from svcqa.errors import Fault, PolicyError
from svcqa.extras import require

COLUMNS: Final = ("day", "kind", "shifts", "status", "source")
STATUSES: Final = ("announced", "provisional")
_WRITTEN: Final = (".xlsx", ".csv")
_SHEETS: Final = {".xlsx", ".xls", ".xlsb", ".ods"}
_DATE: Final = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t")


@dataclass(frozen=True, kw_only=True)
class TableDay:
    """One row.

    Attributes:
        shifts: the hours worked; empty where the day is not worked, ``None`` where the settings say them.
        source: where the row comes from; a file's own name where empty.
        provisional: not announced yet.
    """

    day: dt.date
    kind: DayKind
    shifts: Stretches | None
    source: str = ""
    provisional: bool = False


def differences(old: Iterable[TableDay], new: Iterable[TableDay]) -> list[tuple[TableDay, TableDay]]:
    """The days of both tables whose kind, hours or status differ; who says so may change."""
    later = {row.day: row for row in new}
    pairs = [(row, later[row.day]) for row in old if row.day in later]
    return [
        (row, other)
        for row, other in pairs
        if (row.kind, row.shifts, row.provisional) != (other.kind, other.shifts, other.provisional)
    ]


def write_table(rows: Iterable[TableDay], path: Path, *, language: Language) -> None:
    """Write a table to Excel or, where the name says so, CSV; :func:`read_table` reads both back.

    Raises:
        PolicyError: neither of these endings, or rows that would not be read back: a gap, a day that stands twice.
    """
    table_rows = list(rows)
    faults = _order_faults(table_rows, path.name)
    if path.suffix.lower() not in _WRITTEN:
        faults.append(Fault("calendar_file", got=path.name, allowed=", ".join(_WRITTEN)))
    if faults:
        raise PolicyError(faults)
    path.parent.mkdir(parents=True, exist_ok=True)
    head = [text(f"calendar.column_{name}", language) for name in COLUMNS]
    lines = [_cells(row, language) for row in table_rows]
    if path.suffix.lower() == ".csv":
        _write_csv([head, *([line[0].isoformat(), *map(_safe, line[1:])] for line in lines)], path)
    else:
        _write_excel(head, lines, path)


def _cells(row: TableDay, language: Language) -> list[Any]:
    hours = "" if row.shifts is None else shifts_text(row.shifts) or text("calendar.off", language)
    status = text(f"calendar.status_{STATUSES[row.provisional]}", language)
    return [row.day, text(f"calendar.kind_{row.kind}", language), hours, status, row.source]


def _safe(cell: str) -> str:
    """A reason somebody wrote must not run as a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def _write_csv(lines: Iterable[Sequence[str]], path: Path) -> None:
    import csv

    with path.open("w", encoding="utf-8-sig", newline="") as file:  # Excel reads Chinese CSV only with a mark
        csv.writer(file, lineterminator="\n").writerows(lines)


def _write_excel(head: Sequence[str], lines: Iterable[Sequence[Any]], path: Path) -> None:
    require("forms")
    from xlsxwriter import Workbook

    with Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        date, bold, plain = (book.add_format(kind) for kind in ({"num_format": "yyyy-mm-dd"}, {"bold": True}, {}))
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        for column, (name, width) in enumerate(zip(head, (12, 14, 30, 12, 40), strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, name, bold)
        for row, (day, *cells) in enumerate(lines, start=1):
            sheet.write_datetime(row, 0, dt.datetime.combine(day, dt.time()), date)
            for column, cell in enumerate(cells, start=1):
                sheet.write_string(row, column, cell, plain)


def read_table(path: Path) -> list[TableDay]:
    """The rows of a file, held against each other.

    Headers and codes may be those of any of our languages. An empty cell of hours leaves them to the settings.

    Raises:
        PolicyError: with every cell that cannot be read, every day that stands twice, every gap between the first day
            and the last.
    """
    lines = _lines(path)
    number, head = next(lines, (1, []))
    places = _header(head, path.name)
    faults: list[Fault] = []
    rows: list[TableDay] = []
    for number, cells in lines:
        if any(cell not in ("", None) for cell in cells):
            row = _row(cells, places, file=path.name, number=number, faults=faults)
            rows += [row] if row else []
    faults += [] if faults else _order_faults(rows, path.name)
    if faults:
        raise PolicyError(faults)
    return sorted(rows, key=lambda row: row.day)


def _lines(path: Path) -> Iterator[tuple[int, list[Any]]]:
    if not path.is_file():
        raise PolicyError(Fault("missing_file", file=path.name, got=str(path)))
    read = _excel_lines if path.suffix.lower() in _SHEETS else _csv_lines
    yield from enumerate(read(path), start=1)


def _excel_lines(path: Path) -> Iterator[list[Any]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
        yield from sheet.to_python(skip_empty_area=False)
    except (CalamineError, OSError) as error:
        raise PolicyError(Fault("unreadable_file", file=path.name, got=str(error)[:200])) from error


def _csv_lines(path: Path) -> Iterator[list[Any]]:
    import csv

    raw = path.read_bytes()
    try:
        plain = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        plain = raw.decode("gb18030", errors="replace")  # what Excel writes in China
    yield from csv.reader(plain.splitlines())


def _words(names: Sequence[str], prefix: str) -> dict[str, str]:
    """What people may write for each of ``names``: the key, or its text in any language."""
    words = {name: name for name in names}
    for language in LANGUAGES:
        words |= {text(f"calendar.{prefix}_{name}", language).lower(): name for name in names}
    return words


def _header(cells: Sequence[Any], file: str) -> dict[str, int]:
    words = _words(COLUMNS, "column")
    places = {words[key]: n for n, cell in enumerate(cells) if (key := str(cell).strip().lower()) in words}
    missing = [name for name in ("day", "kind") if name not in places]
    if missing:
        allowed = ", ".join(text(f"calendar.column_{name}", language) for name in missing for language in LANGUAGES)
        raise PolicyError(Fault("calendar_columns", file=file, got=", ".join(missing), allowed=allowed))
    return places


def _row(
    cells: Sequence[Any], places: dict[str, int], *, file: str, number: int, faults: list[Fault]
) -> TableDay | None:
    values = {name: cells[index] if index < len(cells) else "" for name, index in places.items()}
    before = len(faults)

    def wrong(name: str, allowed: str) -> None:
        faults.append(
            Fault("bad_value", file=file, place=f"{number} › {name}", got=repr(values.get(name, "")), allowed=allowed)
        )

    day = _day(values["day"])
    if day is None:
        wrong("day", f"{FIRST_DAY} … {LAST_DAY}")
    kind = _one_of(values["kind"], DAY_KINDS, "kind")
    if kind is None:
        wrong("kind", ", ".join(_words(DAY_KINDS, "kind")))
    status = _one_of(values.get("status") or STATUSES[0], STATUSES, "status")
    if status is None:
        wrong("status", ", ".join(_words(STATUSES, "status")))
    shifts: Stretches | None = None
    try:
        shifts = _hours(values.get("shifts", ""))
    except ValueError as error:
        wrong("shifts", str(error))
    if kind == "override" and shifts is None:  # nobody else can say how the company keeps its own day
        wrong("shifts", "08:30-12:00 13:30-17:30, " + ", ".join(text("calendar.off", name) for name in LANGUAGES))
    if len(faults) > before or day is None:
        return None
    exact = next(item for item in DAY_KINDS if item == kind)
    return TableDay(
        day=day, kind=exact, shifts=shifts, source=_plain(values.get("source")), provisional=status == "provisional"
    )


def _plain(cell: Any) -> str:
    """A text without the sign that :func:`_safe` put before it."""
    plain = str(cell or "").strip()
    return plain[1:] if plain[:1] == "'" and plain[1:].startswith(_FORMULA_STARTS) else plain


def _day(cell: Any) -> dt.date | None:
    if isinstance(cell, dt.datetime):
        cell = cell.date()
    if isinstance(cell, str) and (match := _DATE.fullmatch(cell.strip())):
        try:
            cell = dt.date(*map(int, match.groups()))
        except ValueError:
            return None
    return cell if isinstance(cell, dt.date) and FIRST_DAY <= cell <= LAST_DAY else None


def _one_of(cell: Any, names: Sequence[str], prefix: str) -> str | None:
    return _words(names, prefix).get(str(cell).strip().lower())


def _hours(cell: Any) -> Stretches | None:
    plain = str(cell or "").strip()
    if not plain:
        return None
    if plain.lower() in {text("calendar.off", language) for language in LANGUAGES}:
        return ()
    return read_shifts(plain)


def _order_faults(rows: Sequence[TableDay], file: str) -> list[Fault]:
    days = sorted(row.day for row in rows)
    if not days:
        return [Fault("calendar_columns", file=file, got="0", allowed=f"{FIRST_DAY} … {LAST_DAY}")]
    faults = [Fault("calendar_day_twice", file=file, got=str(a)) for a, b in pairwise(days) if a == b]
    one_day = dt.timedelta(days=1)
    faults += [
        Fault("calendar_gap", file=file, got=f"{a + one_day} … {b - one_day}")
        for a, b in pairwise(days)
        if b - a > one_day
    ]
    return faults
