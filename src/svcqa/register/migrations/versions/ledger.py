"""A version of each body, digests of what is before, each entry replaced once, and nothing changed or removed.

Entries that replace one that another had replaced before are all kept; the constraint passes over them.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, String, text

revision = "ledger"
down_revision = "entries"

_AGAIN = """
SELECT id FROM entries AS later
WHERE EXISTS (SELECT 1 FROM entries AS first WHERE first.replaces = later.replaces AND first.id < later.id)
ORDER BY id
"""
_REFUSED = "BEGIN SELECT RAISE(ABORT, 'the register is append-only'); END"
_SQLITE = (
    f"CREATE TRIGGER IF NOT EXISTS entries_no_update BEFORE UPDATE ON entries {_REFUSED}",
    f"CREATE TRIGGER IF NOT EXISTS entries_no_delete BEFORE DELETE ON entries {_REFUSED}",
    # INSERT OR REPLACE removes the row that is in its way without asking the trigger on deletions
    "CREATE TRIGGER entries_no_overwriting BEFORE INSERT ON entries "
    f"WHEN EXISTS (SELECT 1 FROM entries WHERE id = NEW.id OR replaces = NEW.replaces) {_REFUSED}",
)
_POSTGRESQL = (
    "CREATE FUNCTION entries_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the register is append-only'; END $$",
    "CREATE TRIGGER entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON entries "
    "FOR EACH STATEMENT EXECUTE FUNCTION entries_append_only()",
)


def upgrade() -> None:
    """Add what a ledger needs to the table of entries."""
    connection = op.get_bind()
    op.add_column("entries", Column("version", Integer, nullable=False, server_default="1"))
    op.add_column("entries", Column("previous_digest", String(64)))
    again = ", ".join(str(number) for (number,) in connection.exec_driver_sql(_AGAIN))
    where = text(f"id NOT IN ({again})") if again else None
    op.create_index(
        "entries_replaced_once", "entries", ["replaces"], unique=True, sqlite_where=where, postgresql_where=where
    )
    for statement in _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL:
        connection.exec_driver_sql(statement)
