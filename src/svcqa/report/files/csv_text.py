"""CSV that a spreadsheet can open without running what a customer wrote.

A text that begins with ``=``, ``+``, ``-``, ``@``, a tab or a return gets an apostrophe in front, as OWASP advises;
numbers stay numbers. Who reads the file with a program takes JSON, which holds every text as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pandas as pd

_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What spreadsheets may take for the beginning of a formula, also in full width."""


def safe_text(value: Any) -> Any:
    """``value`` as it can stand in a cell."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_STARTS) else value


def csv_text(frame: pd.DataFrame) -> str:
    """``frame`` as CSV, header included."""
    safe = frame.copy()
    for name in safe.columns:
        if safe[name].dtype == object or str(safe[name].dtype).startswith(("str", "category")):
            safe[name] = safe[name].astype(object).map(safe_text)
    safe.columns = [safe_text(name) for name in safe.columns]
    text: str = safe.to_csv(index=False)
    return text
