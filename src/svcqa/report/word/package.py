"""A Word document as a file: the same bytes every time, there whole or not at all."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from typing import Any, Final

_MOMENT: Final = (1980, 1, 1, 0, 0, 0)
"""The parts of a document have no time of their own: a digest of the file is one of what it says."""


def as_bytes(document: Any) -> bytes:
    """The document's file."""
    written, packed = io.BytesIO(), io.BytesIO()
    document.save(written)
    with zipfile.ZipFile(written) as parts, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name in parts.namelist():
            about = zipfile.ZipInfo(name, _MOMENT)
            about.compress_type = zipfile.ZIP_DEFLATED
            about.external_attr = 0o644 << 16
            file.writestr(about, parts.read(name))
    return packed.getvalue()


def save(document: Any, path: Path) -> Path:
    """Write the document to ``path``; its folder is made where it is missing.

    Raises:
        OSError: the file cannot be written, such as while Word has it open.
    """
    content = as_bytes(document)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(content)
    os.replace(beside, path)
    return path
