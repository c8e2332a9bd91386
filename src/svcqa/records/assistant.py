"""A mapping proposed for a file: by the names of its columns, and by what they hold."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from svcqa.catalogue import LANGUAGES, Language, text
from svcqa.entities.toml_text import quoted, quoted_table
from svcqa.records import tables as schemas
from svcqa.records.first_rows import Sheet, first_rows
from svcqa.records.masking import COVER, is_personal, masked
from svcqa.records.parsing import FLAGS
from svcqa.records.plain import moment_text, narrow, number_text
from svcqa.records.schema import PERSONAL, Column, ColumnType, Table

_FORMATS: Final = (
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y",
    "%Y%m%d%H%M%S",
    "%Y%m%d%H%M",
    "%Y%m%d %H%M%S",
    "%Y%m%d %H:%M:%S",
)
_WHY: Final[dict[ColumnType, str]] = {
    ColumnType.MOMENT: "moments",
    ColumnType.MONTH: "moments",
    ColumnType.INTEGER: "numbers",
    ColumnType.KEY: "unique",
    ColumnType.FLAG: "flags",
    ColumnType.CODE: "few",
    ColumnType.UNIT: "few",
}


@dataclass(frozen=True, kw_only=True)
class Guess:
    """One of our columns and the source's column it seems to be. ``sure`` is high, middle or low."""

    column: str
    source: str
    sure: str
    why: tuple[str, ...]
    samples: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What a mapping file could say. ``missing`` are required columns without a source."""

    file: str
    table: str
    sheet: Sheet
    guesses: tuple[Guess, ...]
    missing: tuple[str, ...]
    units: tuple[tuple[str, str], ...] = ()

    tables = tuple(item.name for item in schemas.tables())

    @property
    def columns(self) -> tuple[str, ...]:
        """Our columns."""
        return tuple(column.name for column in schemas.table(self.table).columns)

    @property
    def unused(self) -> tuple[str, ...]:
        """Columns of the source that no guess uses."""
        used = {guess.source for guess in self.guesses}
        return tuple(name for name in self.sheet.header if name and name not in used)

    def choose(self, column: str, source: str | None) -> Proposal:
        """The proposal with ``column`` read from ``source``, or from nothing."""
        schema = schemas.table(self.table)
        guesses = [guess for guess in self.guesses if guess.column != column]
        if source:
            guesses.append(_guess(schema.column(column), source, self.sheet, schema))
        mapped = {guess.column for guess in guesses}
        missing = tuple(item.name for item in schema.columns if item.required and item.name not in mapped)
        order = {name: index for index, name in enumerate(self.columns)}
        return replace(self, guesses=tuple(sorted(guesses, key=lambda guess: order[guess.column])), missing=missing)

    def toml(self, language: Language) -> str:
        """A mapping file with comments."""
        schema = schemas.table(self.table)
        lines = [f"# {text('mapping.head', language)}"]
        if self.missing:
            lines.append("# " + text("mapping.missing", language, columns=", ".join(self.missing)))
        lines.append(f"table = {quoted(self.table)}")
        if self.sheet.encoding:
            lines.append(f"encoding = {quoted(self.sheet.encoding)}")
        if self.sheet.delimiter != ",":
            lines.append(f"delimiter = {quoted(self.sheet.delimiter)}")
        if self.sheet.header_row != 1:
            lines.append(f"header_row = {self.sheet.header_row}")
        lines += ["", "[columns]"]
        for guess in self.guesses:
            column = schema.column(guess.column)
            why = ", ".join(text(f"mapping.why_{reason}", language) for reason in guess.why)
            shown = " | ".join(sample.replace("\n", " ").replace("\r", " ") for sample in guess.samples)
            lines.append(f"# {text(f'mapping.sure_{guess.sure}', language)} ({why}): {_one_line(shown)}")
            layout = _layout(self.sheet.texts(guess.source)) if column.type is ColumnType.MOMENT else None
            source = quoted(guess.source)
            lines.append(
                f"{column.name} = " + (f"{{ from = {source}, format = {quoted(layout)} }}" if layout else source)
            )
        if self.unused:
            unused = text("mapping.unused", language, columns=_one_line(", ".join(self.unused)))
            lines += ["", f"# {unused}"]
        for guess in self.guesses:
            lines += self._codes(schema.column(guess.column), self.sheet.texts(guess.source), guess.source)
        return "\n".join(lines) + "\n"

    def _codes(self, column: Column, texts: Sequence[str], source: str) -> list[str]:
        if column.type is ColumnType.UNIT:
            codes = dict(self.units)
        else:
            codes = {text(f"data_dictionary.code_{code}", lang): code for code in column.codes for lang in LANGUAGES}
        values = list(dict.fromkeys(texts))
        if not any(value in codes for value in values) or is_personal(source, texts):
            return []
        pairs = {value: codes.get(value, value) for value in values[:200]}
        return quoted_table(f"codes.{column.name}", pairs)


def propose(path: Path, name: str | None = None, *, units: Mapping[str, str] | None = None) -> Proposal:
    """Propose a mapping of ``path`` to the table ``name``, or to the one it fits best.

    Args:
        units: codes of units by the names a source could write.

    Raises:
        SourceError: the file cannot be read.
        NameUnknownError: there is no such table.
    """
    sheet = first_rows(path)
    candidates = [schemas.table(name)] if name else schemas.tables()
    assigned = [(schema, _assigned(schema, sheet)) for schema in candidates]
    schema, guesses = max(assigned, key=lambda item: _worth(*item))
    taken = {guess.column for guess in guesses}
    missing = tuple(column.name for column in schema.columns if column.required and column.name not in taken)
    return Proposal(
        file=path.name,
        table=schema.name,
        sheet=sheet,
        guesses=guesses,
        missing=missing,
        units=tuple((units or {}).items()),
    )


def _worth(schema: Table, guesses: Sequence[Guess]) -> float:
    weights = {guess.column: {"high": 1.0, "middle": 0.6, "low": 0.2}[guess.sure] for guess in guesses}
    needed = [column.name for column in schema.columns if column.required]
    return sum(weights.values()) + 2 * sum(weights.get(name, -0.5) for name in needed) / len(needed)


def _assigned(schema: Table, sheet: Sheet) -> tuple[Guess, ...]:
    scored = []
    for column in schema.columns:
        for index, source in enumerate(sheet.header):
            if source:
                worth = _likeness(column, source) + 0.3 * _fit(column, sheet.texts(source), schema)
                scored.append((worth, -index, column.name, source))
    taken: dict[str, str] = {}
    for worth, _, name, source in sorted(scored, reverse=True):
        if worth >= 0.75 and name not in taken and source not in taken.values():
            taken[name] = source
    return tuple(_guess(c, taken[c.name], sheet, schema) for c in schema.columns if c.name in taken)


def _guess(column: Column, source: str, sheet: Sheet, schema: Table) -> Guess:
    texts = sheet.texts(source)
    likeness, fit = _likeness(column, source), _fit(column, texts, schema)
    why = ["name"] if likeness == 1 else ["near"] if likeness >= 0.6 else []
    if fit > 0 and column.type in _WHY:
        why.append(_WHY[column.type])
    if fit < 0:
        why.append("doubt")
    sure = "low" if fit < 0 or likeness < 0.6 else "high" if likeness == 1 else "middle"
    personal = column.type in PERSONAL or is_personal(source, texts)
    samples = tuple(dict.fromkeys(masked(cell, personal=personal) for cell in texts[:20]))[:3]
    return Guess(
        column=column.name, source=source, sure=sure, why=tuple(why), samples=samples or ((COVER,) if personal else ())
    )


@cache
def _names() -> dict[str, frozenset[str]]:
    listed = tomllib.loads((files("svcqa.records") / "synonyms.toml").read_text(encoding="utf-8"))
    names = {}
    for column in {column.name for item in schemas.tables() for column in item.columns}:
        labels = [text(f"data_dictionary.label_{column}", language) for language in LANGUAGES]
        names[column] = frozenset(_plain(name) for name in (*listed.get(column, ()), *labels, column))
    return names


def _plain(name: str) -> str:
    return re.sub(r"\(.*?\)|[\s_\-:/]", "", narrow(name)).lower()


def _likeness(column: Column, source: str) -> float:
    """How close the name of a source's column is to those of ours: 1 is the same."""
    name, names = _plain(source), _names()[column.name]
    if name in names:
        return 1.0
    return 0.9 * max((SequenceMatcher(None, name, other).ratio() for other in names), default=0.0)


def _fit(column: Column, texts: Sequence[str], schema: Table) -> float:
    """1 where the content fits the type, 0 where it says nothing, -1 where it contradicts."""
    if not texts:
        return 0.0
    test: Callable[[str], bool]
    if column.type in (ColumnType.MOMENT, ColumnType.MONTH):
        test = _is_moment
        if _layout(texts):
            return 1.0
    elif column.type is ColumnType.INTEGER:
        test = lambda cell: bool(re.fullmatch(r"[+-]?[\d,]+(\.0+)?", number_text(cell, column.unit, None)))  # noqa: E731
    elif column.type is ColumnType.FLAG:
        test = lambda cell: cell.lower() in FLAGS  # noqa: E731
    elif column.type is ColumnType.KEY and schema.key == (column.name,):
        return 1.0 if len(set(texts)) > 0.95 * len(texts) and not _is_moment(texts[0]) else -1.0
    elif column.type in (ColumnType.CODE, ColumnType.UNIT):
        few = len(set(texts)) <= max(12, len(texts) // 5)
        return -1.0 if all(map(_is_moment, texts[:20])) else 1.0 if few else 0.0
    else:
        return 0.0
    share = sum(map(test, texts)) / len(texts)
    return 1.0 if share > 0.8 else -1.0 if share < 0.3 else 0.0


def _is_moment(cell: str) -> bool:
    plain = moment_text(cell, month=True)
    if re.fullmatch(r"\d{4}[-/]\d{1,2}", plain):
        return True
    try:
        dt.datetime.fromisoformat(plain)
    except ValueError:
        return False
    return len(plain) >= 8


def _layout(texts: Sequence[str]) -> str | None:
    """The only written form that all texts have; none where days and months could be told either way."""
    if not texts or _is_moment(texts[0]):
        return None
    layouts = [layout for layout in _FORMATS if all(_reads(cell, layout) for cell in texts)]
    return layouts[0] if len(layouts) == 1 else None


def _reads(cell: str, layout: str) -> bool:
    try:
        dt.datetime.strptime(cell, layout)
    except ValueError:
        return False
    return True


def _one_line(shown: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in shown)
