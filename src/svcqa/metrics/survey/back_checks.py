"""Back-checks: second calls by which first ones are checked. No customer answers twice through them."""

from __future__ import annotations

from typing import Final

BACK_CHECK: Final = "-B"
"""What the number of a second call ends in, after the number of the first: ``2026Q2-0012-B``."""
COLUMN: Final = "back_check"
"""What a query calls the column that says so, 1 or 0; and the reason for which such answers are left out."""


def marked(view: str, *, alias: str = "r") -> str:
    """The expression for whether the row ``alias`` of ``view`` is a back-check, 1 or 0.

    It is one where the call that it checks stands in ``view``: the ending alone may be part of somebody's own numbers.
    """
    number = f"CAST({alias}.callback_id AS VARCHAR(200))"
    first = f"SELECT CAST(callback_id AS VARCHAR(200)) || '{BACK_CHECK}' FROM {view} WHERE callback_id IS NOT NULL"
    return f"CASE WHEN {number} LIKE '%{BACK_CHECK}' AND {number} IN ({first}) THEN 1 ELSE 0 END"
