"""svcqa: service-quality reviews from raw records.

>>> import svcqa
>>> workspace = svcqa.open("sample_data")  # doctest: +SKIP

The package body is empty on purpose: importing it loads nothing, so that a notebook, the command line
or a plugin pays only for what it uses.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["Workspace", "__version__", "open"]

logging.getLogger("svcqa").addHandler(logging.NullHandler())  # silent until somebody asks; see docs/development.md

if TYPE_CHECKING:
    from svcqa.workspace import Workspace
    from svcqa.workspace import open_workspace as open


def __getattr__(name: str) -> Any:
    if name == "open":
        from svcqa.workspace import open_workspace

        return open_workspace
    if name == "Workspace":
        from svcqa.workspace import Workspace

        return Workspace
    raise AttributeError(f"module 'svcqa' has no attribute {name!r}")
