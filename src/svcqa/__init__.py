"""svcqa: service-quality reviews from raw records.

>>> import svcqa
>>> workspace = svcqa.open("sample_data")  # doctest: +SKIP

What is published stands in ``__all__`` here and in the modules it names; where anything else stands may change.
Nothing is loaded before it is named, so that a notebook, the command line or a plugin pays only for what it uses.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from svcqa.lazy_modules import loaded_when_named

__version__ = "0.1.0"
__all__ = ["Workspace", "__version__", "errors", "open", "panels", "plugin", "report", "stats", "testing"]

logging.getLogger("svcqa").addHandler(logging.NullHandler())  # silent until somebody asks; see docs/development.md

if TYPE_CHECKING:
    from svcqa import errors as errors
    from svcqa import panels as panels
    from svcqa import plugin as plugin
    from svcqa import report as report
    from svcqa import stats as stats
    from svcqa import testing as testing
    from svcqa.workspace import Workspace
    from svcqa.workspace import open_workspace as open

_module = loaded_when_named(__name__, ("errors", "panels", "plugin", "report", "stats", "testing"))


def __getattr__(name: str) -> Any:
    if name == "open":
        from svcqa.workspace import open_workspace

        return open_workspace
    if name == "Workspace":
        from svcqa.workspace import Workspace

        return Workspace
    return _module(name)
