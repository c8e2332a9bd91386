"""When a database is held by somebody else."""

from __future__ import annotations


def is_busy(error: BaseException | None) -> bool:
    """Whether the database's ``error`` says that somebody else held it for too long."""
    return getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY") or getattr(error, "sqlstate", "") == "55P03"
