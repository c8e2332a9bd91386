"""What entry points offer: loaded by name, one that is broken costs only itself."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from typing import Generic, TypeVar

from svcqa.errors import Fault

_LOG = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Plugin(Generic[T]):
    """One registered metric or section, or the reason why it cannot be used.

    Attributes:
        abilities: names of the abilities that a metric declares.
        notes: what its author should know although it can be used.
    """

    name: str
    source: str
    distribution: str
    metric: T | None = None
    error: str = ""
    abilities: tuple[str, ...] = ()
    notes: tuple[Fault, ...] = ()


def load_entries(entries: Iterable[EntryPoint], checked: Callable[[str, object], T]) -> dict[str, Plugin[T]]:
    """What entry points offer, by name: one that cannot be used has its error, of two with one name the first counts.

    Args:
        checked: gives the object as what it was checked to be; raises where it does not keep its group's contract.
    """
    plugins: dict[str, Plugin[T]] = {}
    for entry in entries:
        plugin = _load(entry, checked)
        if entry.name in plugins:
            first = plugins[entry.name]
            warnings.warn(
                f"svcqa: {plugin.source} is ignored, {first.source} has the name {entry.name!r}", stacklevel=3
            )
            continue
        plugins[entry.name] = plugin
    return dict(sorted(plugins.items()))


def _load(entry: EntryPoint, checked: Callable[[str, object], T]) -> Plugin[T]:
    distribution = entry.dist.name if entry.dist is not None else ""
    try:
        metric = checked(entry.name, entry.load()())
    except (Exception, SystemExit) as error:  # anything an outside package raises costs only its own part
        message = f"{type(error).__name__}: {error}"
        warnings.warn(f"svcqa: the plugin {entry.name!r} ({entry.value}) cannot be used: {message}", stacklevel=4)
        _LOG.warning("%s (%s) cannot be used: %s", entry.name, entry.value, type(error).__name__)
        return Plugin(name=entry.name, source=entry.value, distribution=distribution, error=message)
    _LOG.info("loaded %s (%s) of %s", entry.name, entry.value, distribution or "no package")
    return Plugin(name=entry.name, source=entry.value, distribution=distribution, metric=metric)
