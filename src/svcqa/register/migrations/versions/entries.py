"""The table of entries as it was before it had a ledger; a register that has it already stays as it is."""

from alembic import op
from sqlalchemy import JSON, Column, DateTime, Integer, String, inspect

revision = "entries"
down_revision = None


def upgrade() -> None:
    """Make the table where it is missing."""
    if inspect(op.get_bind()).has_table("entries"):
        return
    op.create_table(
        "entries",
        Column("id", Integer, primary_key=True, autoincrement=True),
        Column("kind", String(40), nullable=False, index=True),
        Column("at", DateTime, nullable=False),
        Column("author", String(80), nullable=False),
        Column("replaces", Integer),
        Column("body", JSON, nullable=False),
    )
