"""SQL over Arrow tables, run by DuckDB in this process. No other module knows of DuckDB."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import duckdb

from svcqa.records.query import QueryError

_SHARED_NAMES: Final = "CREATE MACRO sha2(content, bits) AS sha256(content)"
"""What DuckDB calls otherwise than Spark."""


def query(sql: str, views: Mapping[str, Any]) -> Any:
    """The rows of ``sql`` as an Arrow table.

    Args:
        views: Arrow tables by the names that the query knows them by.

    Raises:
        QueryError: the query cannot be run.
    """
    with duckdb.connect() as connection:
        connection.execute(_SHARED_NAMES)
        for name, table in views.items():
            connection.register(name, table)
        try:
            return connection.sql(sql).to_arrow_table()
        except duckdb.Error as error:
            raise QueryError(str(error).splitlines()[0]) from error
