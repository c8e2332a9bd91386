"""What a table is made of."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from enum import StrEnum

from svcqa.errors import one_of


class ColumnType(StrEnum):
    """How a column is read and kept."""

    CODE = "code"
    """A short text of few values; kept as a dictionary."""
    KEY = "key"
    """The record's own number."""
    UNIT = "unit"
    """A unit of the organisation."""
    MOMENT = "moment"
    """A date and time in the company's time zone, to the second, without a zone."""
    MONTH = "month"
    """A month, kept as the moment it begins."""
    INTEGER = "integer"
    FLAG = "flag"
    CUSTOMER = "customer"
    """The customer's number; replaced by a surrogate at the door."""
    CONTACT = "contact"
    """A name, telephone number or address; goes to the vault and nowhere else."""
    PERSON = "person"
    """A colleague's name or number; replaced by a surrogate at the door, kept nowhere else."""
    REMARK = "remark"
    """What a customer said; numbers, addresses and people he names are covered at the door."""


PERSONAL = frozenset({ColumnType.CUSTOMER, ColumnType.CONTACT, ColumnType.PERSON})


@dataclass(frozen=True)
class Column:
    """One column. ``after`` names the moment that this one may not precede: doing so quarantines the row."""

    name: str
    _: KW_ONLY
    type: ColumnType
    required: bool = False
    unit: str = ""
    after: str = ""
    warn_before: str = ""
    """As ``after``, but odd and accepted."""
    codes: tuple[str, ...] = ()
    """Codes that templates offer; a source may have others."""


@dataclass(frozen=True)
class Table:
    """One table. ``time`` is the moment that places a row in a month."""

    name: str
    _: KW_ONLY
    key: tuple[str, ...]
    time: str
    columns: tuple[Column, ...]
    not_above: tuple[tuple[str, str], ...] = field(default=())
    """Pairs of integers of which the first may not exceed the second."""

    def column(self, name: str) -> Column:
        """The column ``name``.

        Raises:
            NameUnknownError: the table has no such column.
        """
        columns = {column.name: column for column in self.columns}
        return one_of(name, columns, fault="unknown_column", place=self.name)

    def has(self, name: str) -> bool:
        """Whether the table has the column ``name``."""
        return any(column.name == name for column in self.columns)
