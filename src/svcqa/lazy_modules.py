"""Packages that publish modules: each is loaded when it is first named, so that importing the package costs nothing."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from types import ModuleType


def loaded_when_named(package: str, names: Sequence[str]) -> Callable[[str], ModuleType]:
    """The ``__getattr__`` of ``package``, which publishes the modules ``names``."""

    def named(name: str) -> ModuleType:
        if name in names:
            return importlib.import_module(f"{package}.{name}")
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return named
