"""How SQL is asked for: Arrow tables by name go in, an Arrow table comes out. Who runs it is nothing to who asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Query = Callable[[str, Mapping[str, Any]], Any]
"""Gives the rows of a query over tables by the names that it knows them by; every engine has one, ``Engine.query``."""


class QueryError(ValueError):
    """An engine could not run a query; the message is the engine's own."""
