"""The register's tables and how those of an earlier version are lifted; by Alembic, which is loaded only to lift."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, inspect

HEAD: Final = "ledger"
"""The revision that this program reads and writes."""
VERSION_TABLE: Final = "register_version"


def is_current(connection: Connection) -> bool:
    """Whether the tables are those of today."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return False
    return connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalar() == HEAD
