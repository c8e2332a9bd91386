"""What an engine is asked for, and what it has to give: Arrow tables and summaries, never an object of its own.

Every engine gives the same answers; ``tests/engine/engine_contract.py`` holds each of them to that.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from svcqa.engine.batch import Batch
from svcqa.engine.summary import Observations, Summary
from svcqa.records.tables import table as table_schema

Kernel = Callable[[Batch], Observations]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Derive:
    """Joins and windows as one SQL query, run before the kernel.

    The records of the metric's own table are the view ``records``; those of ``tables`` are views under their own names.

    Attributes:
        reads: pairs of view and column that must be there; one that is missing is named before the query is run.
    """

    sql: str
    tables: tuple[str, ...] = ()
    reads: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Request:
    """What to summarise.

    ``fingerprint`` names metric and parameters, so that equal requests find each other's cells.
    """

    table: str
    columns: tuple[str, ...]
    keys: tuple[str, ...]
    fingerprint: str
    as_of: int
    known_at: dt.datetime | None = None
    derive: Derive | None = None


def time_of(request: Request) -> str:
    """The moment that places a record of the table in a month."""
    return table_schema(request.table).time


class Engine(Protocol):
    """Reads records, runs kernels and SQL over them. Moments ``known_at`` are UTC; where absent, all that is known."""

    @property
    def name(self) -> str:
        """As ``engine`` in the settings has it."""
        ...

    def columns(self, table: str) -> list[str]:
        """Columns of ``table`` that the records have; all that it can have where it was read and held no row."""
        ...

    def key(self, table: str) -> tuple[str, ...]:
        """The columns that identify a record of ``table``."""
        ...

    def digest(self, known_at: dt.datetime | None) -> str:
        """Pins the records: others have another digest."""
        ...

    def rows(self, table: str, *, known_at: dt.datetime | None = None) -> Any:
        """All live records of a table as one Arrow table, typed and empty where none was read."""
        ...

    def summarise(self, request: Request, kernel: Kernel, *, progress: Progress | None = None) -> Summary:
        """The summary of all live records of a table.

        Args:
            progress: called with the number of parts done and of all parts.

        Raises:
            MetricError: the table was never read, or its joins and windows cannot be run.
        """
        ...

    def observe_rows(
        self, request: Request, kernel: Kernel, columns: Sequence[str]
    ) -> Iterator[tuple[Any, Observations]]:
        """Each batch of :meth:`read_rows` with its observations, for listing single cases."""
        ...

    def read_rows(self, request: Request, columns: Sequence[str]) -> Iterator[Any]:
        """What the kernel sees and ``columns`` beside it, as Arrow tables; at least one, and be it empty.

        Raises:
            MetricError: as :meth:`summarise`.
        """
        ...

    def query(self, sql: str, views: Mapping[str, Any]) -> Any:
        """The rows of an SQL query as an Arrow table.

        Args:
            views: Arrow tables by the names that the query knows them by.

        Raises:
            QueryError: the query cannot be run.
        """
        ...
