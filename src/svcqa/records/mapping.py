"""The mapping file: how the columns of a source become the columns of a table."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints, model_validator

from svcqa.entities.base import Entity
from svcqa.entities.policy import read_file
from svcqa.entities.validation import check
from svcqa.errors import Fault, NameUnknownError, PolicyError
from svcqa.records.code_lists import read_codes
from svcqa.records.plain import UNIT_WORDS
from svcqa.records.schema import PERSONAL, Column, ColumnType, Table
from svcqa.records.tables import table


class ColumnMapping(Entity):
    """Where one column comes from. Several source columns are joined by ``join``."""

    columns: tuple[str, ...] = Field(alias="from", min_length=1)
    join: str = " "
    take: Literal["all", "last", "count"] = "all"
    """Of several columns: all of them joined, the last one that is filled, or how many are filled."""
    format: str | None = None
    zone: str | None = None
    unit: str | None = None
    """The word for the unit of bare numbers, such as 元 for amounts kept in cents."""
    blank: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"from": (value,)}
        if isinstance(value, dict) and isinstance(value.get("from"), str):
            return {**value, "from": (value["from"],)}
        return value


class ExtraColumn(ColumnMapping):
    """A column of the source that the table does not know; ``in_key`` makes it part of the key.

    Kept as codes, or as whole numbers in ``kept_in`` (``permille`` for a share such as 95.2%).
    """

    in_key: bool = False
    kind: Literal["code", "integer"] = "code"
    kept_in: str = ""


class Answers(Entity):
    """A sheet that holds the answers to several questions side by side: a row becomes one for each question.

    ``scored`` and ``opinions`` name the source's column of each question. An opinion that nobody gave makes no row. A
    row whose columns ``waiting`` are all blank is one that nobody has called yet.
    """

    scored: dict[str, str] = Field(min_length=1)
    opinions: dict[str, str] = Field(default_factory=dict)
    waiting: tuple[str, ...] = ()

    @property
    def wanted(self) -> tuple[str, ...]:
        """The source columns that are read."""
        return (*self.scored.values(), *self.opinions.values(), *self.waiting)


ANSWERED: Final = {"question": "\x1fquestion", "score": "\x1fscore", "opinion": "\x1fopinion"}
"""What the columns are called that answers are laid out in."""


class Mapping(Entity):
    """One mapping file."""

    table: str
    encoding: str = "utf-8"
    delimiter: Annotated[str, StringConstraints(strip_whitespace=False, min_length=1, max_length=1)] = ","
    sheet: str | None = None
    header_row: int = Field(default=1, ge=1)
    header_rows: int = Field(default=1, ge=1, le=5)
    """How many rows the header takes; what stands one below the other is joined with ``/``."""
    far_years: int = Field(default=10, ge=1)
    columns: dict[str, ColumnMapping]
    codes: dict[str, dict[str, str]] = Field(default_factory=dict)
    code_files: dict[str, str] = Field(default_factory=dict)
    """Lists of codes in files of their own (TOML, or CSV or Excel of two columns), beside the mapping file."""
    constants: dict[str, str] = Field(default_factory=dict)
    extra: dict[str, ExtraColumn] = Field(default_factory=dict)
    answers: Answers | None = None

    def table_schema(self) -> Table:
        """The table with the extra columns of this source."""
        base = table(self.table)
        extra = tuple(
            Column(name, type=ColumnType(item.kind), required=item.in_key, unit=item.kept_in)
            for name, item in self.extra.items()
        )
        key = base.key + tuple(name for name, item in self.extra.items() if item.in_key)
        return Table(base.name, key=key, time=base.time, columns=base.columns + extra, not_above=base.not_above)

    def sources_of(self, name: str) -> ColumnMapping | None:
        """How the column ``name`` is read, or ``None`` where it is not mapped."""
        if self.answers is not None and name in ANSWERED:
            return ColumnMapping.model_validate(ANSWERED[name])
        return self.columns.get(name) or self.extra.get(name)

    @property
    def wanted(self) -> tuple[str, ...]:
        """The source columns that are read; no other column enters."""
        both = (*self.columns.values(), *self.extra.values())
        answered = self.answers.wanted if self.answers is not None else ()
        return tuple(dict.fromkeys((*(name for item in both for name in item.columns), *answered)))

    @property
    def digest(self) -> str:
        """Changes when the mapping changes."""
        return hashlib.sha256(self.model_dump_json(exclude_unset=True).encode()).hexdigest()[:16]


def _schema_faults(mapping: Mapping, file: str) -> list[Fault]:
    try:
        schema = table(mapping.table)
    except NameUnknownError as error:
        return [
            Fault(fault.code, file=file, place="table", got=fault.got, allowed=fault.allowed) for fault in error.faults
        ]
    faults = []
    names = ", ".join(column.name for column in schema.columns)
    for section, keys in (("columns", mapping.columns), ("constants", mapping.constants)):
        for name in keys:
            if not schema.has(name):
                faults.append(
                    Fault("unknown_column", file=file, place=f"{section}.{name}", got=repr(name), allowed=names)
                )
    for name in mapping.codes:
        if not schema.has(name) and name not in mapping.extra:
            faults.append(Fault("unknown_column", file=file, place=f"codes.{name}", got=repr(name), allowed=names))
        elif schema.has(name) and schema.column(name).type in PERSONAL:
            faults.append(
                Fault(
                    "bad_value",
                    file=file,
                    place=f"codes.{name}",
                    got=repr(name),
                    allowed="no codes for personal columns",
                )
            )
    for name in mapping.extra:
        if schema.has(name):
            faults.append(
                Fault(
                    "bad_value",
                    file=file,
                    place=f"extra.{name}",
                    got=repr(name),
                    allowed="a name the table does not have",
                )
            )
    units = {column.name: column.unit for column in schema.columns}
    units |= {name: item.kept_in for name, item in mapping.extra.items()}
    for section, items in (("columns", mapping.columns), ("extra", mapping.extra)):
        for name, item in items.items():
            words = UNIT_WORDS.get(units.get(name, ""), {})
            if item.unit is not None and item.unit not in words:
                faults.append(
                    Fault(
                        "bad_value",
                        file=file,
                        place=f"{section}.{name}.unit",
                        got=repr(item.unit),
                        allowed=", ".join(words),
                    )
                )
    for name, item in mapping.extra.items():
        if item.kept_in and item.kept_in not in UNIT_WORDS:
            allowed = ", ".join(UNIT_WORDS)
            faults.append(
                Fault("bad_value", file=file, place=f"extra.{name}.kept_in", got=repr(item.kept_in), allowed=allowed)
            )
    laid_out = tuple(ANSWERED) if mapping.answers is not None else ()
    for name in laid_out:
        if not schema.has(name) or name in mapping.columns or name in mapping.constants:
            faults.append(Fault("answers_column", file=file, place="answers", got=repr(name)))
    for column in schema.columns:
        if column.required and column.name not in (*mapping.columns, *mapping.constants, *laid_out):
            faults.append(Fault("required_unmapped", file=file, place="columns", got=repr(column.name)))
    return faults


def load_mapping(path: Path) -> Mapping:
    """Read and check a mapping file.

    Raises:
        PolicyError: with all faults of the file.
    """
    faults: list[Fault] = []
    mapping = check(Mapping, read_file(path), file=path.name, place="", faults=faults)
    if not faults and mapping.code_files:
        lists = {name: read_codes(path.parent / file, faults) for name, file in mapping.code_files.items()}
        codes = {name: {**lists.get(name, {}), **mapping.codes.get(name, {})} for name in (*lists, *mapping.codes)}
        mapping = mapping.model_copy(update={"codes": codes})  # the lists' content is part of the digest
    if not faults:
        faults = _schema_faults(mapping, path.name)
    if faults:
        raise PolicyError(faults)
    return mapping  # type: ignore[no-any-return]
