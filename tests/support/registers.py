"""Registers to test: on SQLite and on a PostgreSQL server, new, or as they were kept before there was a ledger."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sql

OLD = Path(__file__).parents[1] / "register" / "old_register.sql"
_POSTGRESQL = """
CREATE TABLE entries (id SERIAL PRIMARY KEY, kind VARCHAR(40) NOT NULL, at TIMESTAMP NOT NULL,
author VARCHAR(80) NOT NULL, replaces INTEGER, body JSON NOT NULL)
"""


def run(url: str, statement: str, rows: Sequence[dict[str, Any]] = ()) -> list[Any]:
    """What the database itself says to a statement."""
    engine = sql.create_engine(url, poolclass=sql.NullPool)
    with engine.begin() as connection:
        result = connection.execute(sql.text(statement), list(rows) or None)
        return list(result) if result.returns_rows else []


def make_old(url: str) -> None:
    """The old register at ``url``; on PostgreSQL with the table that its dialect had, and no trigger."""
    script = OLD.read_text(encoding="utf-8")
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(sql.make_url(url).database or "")) as connection:
            connection.executescript(script)
        return
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(script)
        connection.row_factory = sqlite3.Row
        rows = [dict(row) for row in connection.execute("SELECT * FROM entries ORDER BY id")]
    run(url, _POSTGRESQL)
    run(url, "CREATE INDEX ix_entries_kind ON entries (kind)")
    values = ":kind, CAST(:at AS TIMESTAMP), :author, :replaces, CAST(:body AS JSON)"
    run(url, f"INSERT INTO entries (kind, at, author, replaces, body) VALUES ({values})", rows)


def bodies() -> dict[int, tuple[str, int | None, dict[str, Any]]]:
    """The old register by number: kind, what is replaced, body; read without us."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(OLD.read_text(encoding="utf-8"))
        found = connection.execute("SELECT id, kind, replaces, body FROM entries")
        return {number: (kind, replaces, json.loads(body)) for number, kind, replaces, body in found}
