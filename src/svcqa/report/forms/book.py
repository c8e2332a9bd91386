"""A new workbook: what users wrote stays text, and the file is there whole or not at all."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook


@contextmanager
def new_book(path: Path, properties: dict[str, Any]) -> Iterator[Workbook]:
    """A workbook that stands at ``path`` once the block is over; the folder is made where it is missing."""
    buffer = io.BytesIO()
    # Text of users and customers stays text, also where it begins like a formula.
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(buffer, {"in_memory": True, **plain}) as book:
        book.set_properties(properties)
        yield book
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(buffer.getvalue())
    os.replace(beside, path)
