"""Where the sample company and the notebooks are: inside an installed package, or at the top of a checkout."""

from __future__ import annotations

from pathlib import Path


def bundled(name: str) -> Path:
    """The folder ``name`` (``notebooks`` or ``sample_data``)."""
    here = Path(__file__).resolve().parent
    installed = here / "_bundled" / name
    return installed if installed.is_dir() else here.parents[1] / name
