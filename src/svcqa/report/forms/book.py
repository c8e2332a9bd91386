"""A new workbook: what users wrote stays text, and the file is there whole or not at all."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from svcqa.extras import require

if TYPE_CHECKING:
    from xlsxwriter import Workbook


@contextmanager
def new_book(path: Path, properties: dict[str, Any], *, private: bool = False) -> Iterator[Workbook]:
    """A workbook that stands at ``path`` once the block is over; the folder is made where it is missing.

    Args:
        private: only its owner may read it, from its first byte on, where the system has that.

    Raises:
        MissingExtraError: this installation writes no Excel files.
    """
    require("forms")
    from xlsxwriter import Workbook

    buffer = io.BytesIO()
    # Text of users and customers stays text, also where it begins like a formula.
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(buffer, {"in_memory": True, **plain}) as book:
        book.set_properties(properties)
        yield book
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    beside.unlink(missing_ok=True)
    descriptor = os.open(
        beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600 if private else 0o666
    )
    with os.fdopen(descriptor, "wb") as file:
        file.write(buffer.getvalue())
    os.replace(beside, path)
