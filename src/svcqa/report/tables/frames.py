"""Frames of texts for reading: columns named in the reader's language, rows counted from one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from svcqa.catalogue import Language, text

if TYPE_CHECKING:
    import pandas as pd


def frame(
    rows: Iterable[Sequence[object]], columns: Sequence[str], language: Language, *, subject: str = "tables"
) -> pd.DataFrame:
    """Rows under columns whose names are ``SUBJECT.NAME`` of the catalogue, or entries named in full."""
    import pandas as pd

    names = [text(name if "." in name else f"{subject}.{name}", language) for name in columns]
    return numbered(pd.DataFrame([list(row) for row in rows], columns=names))


def numbered(frame: pd.DataFrame) -> pd.DataFrame:
    """People count rows from one."""
    frame.index = range(1, len(frame) + 1)
    return frame
