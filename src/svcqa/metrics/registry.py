"""Discovery of metrics: lazy, cached, and tolerant of one broken plugin."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

from svcqa.entities.base import Entity
from svcqa.errors import Fault, MetricError, NameUnknownError, PluginError
from svcqa.metrics.context import MetricSpec

_LOG = logging.getLogger(__name__)
GROUP: Final = "svcqa.metrics"
_METHODS: Final = {
    "record": ("table", "columns", "derive", "observe", "measure"),
    "series": ("measure",),
    "survey": ("measure",),
}


@dataclass(frozen=True, kw_only=True)
class Plugin:
    """One registered metric, or the reason why it cannot be used."""

    name: str
    source: str
    distribution: str
    metric: Any = None
    error: str = ""

    @property
    def accepts(self) -> tuple[str, ...]:
        """The parameters that it takes; none where it cannot be used."""
        return tuple(self.metric.params.model_fields) if self.metric is not None else ()


def validate_metric(name: str, metric: Any) -> None:
    """Check that ``metric`` keeps the contract.

    Raises:
        PluginError: naming what is missing or wrong.
    """
    spec = getattr(metric, "spec", None)
    problems = []
    if not isinstance(spec, MetricSpec):
        problems.append("spec is a MetricSpec")
    else:
        if spec.name != name:
            problems.append(f"spec.name {spec.name!r} is its entry point's name {name!r}")
        if spec.shape not in _METHODS:
            problems.append(f"spec.shape {spec.shape!r} is one of {', '.join(_METHODS)}")
        methods = _METHODS.get(spec.shape, ())
        problems += [f"it has a method {m}" for m in methods if not callable(getattr(metric, m, None))]
    params = getattr(metric, "params", None)
    if not (isinstance(params, type) and issubclass(params, Entity)):
        problems.append("params is a frozen model (a subclass of svcqa.entities.base.Entity)")
    if problems:
        raise PluginError([Fault("plugin_contract", place=name, got=problem) for problem in problems])


@dataclass
class Registry:
    """All metrics that entry points offer. Nothing is imported until it is asked for."""

    entries: Iterable[EntryPoint] | None = None
    _loaded: dict[str, Plugin] | None = field(default=None, init=False)

    def plugins(self) -> dict[str, Plugin]:
        """Every registered plugin by name, broken ones with their error."""
        if self._loaded is None:
            entries = self.entries if self.entries is not None else entry_points(group=GROUP)
            self._loaded = load_entries(entries, validate_metric)
        return self._loaded

    def add(self, metric: Any) -> None:
        """Try out a metric that no package has registered, in this registry alone; one of the same name gives way.

        Raises:
            PluginError: it does not keep the contract.
        """
        name = str(getattr(getattr(metric, "spec", None), "name", ""))
        validate_metric(name, metric)
        kind = type(metric)
        added = Plugin(name=name, source=f"{kind.__module__}:{kind.__qualname__}", distribution="", metric=metric)
        self._loaded = dict(sorted({**self.plugins(), name: added}.items()))

    def get(self, name: str) -> Any:
        """The metric ``name``.

        Raises:
            NameUnknownError: nobody registered it.
            MetricError: it is registered and broken.
        """
        plugins = self.plugins()
        if name not in plugins:
            raise NameUnknownError(Fault("unknown_metric", got=repr(name), allowed=", ".join(plugins)))
        plugin = plugins[name]
        if plugin.error:
            raise MetricError(Fault("plugin_contract", place=plugin.name, got=plugin.error))
        return plugin.metric


def load_entries(entries: Iterable[EntryPoint], validate: Callable[[str, Any], None]) -> dict[str, Plugin]:
    """What entry points offer, by name: one that cannot be used has its error, of two with one name the first counts.

    Args:
        validate: raises where an object does not keep the contract of its group.
    """
    found: dict[str, Plugin] = {}
    for entry in entries:
        plugin = _load(entry, validate)
        if entry.name in found:
            first = found[entry.name]
            warnings.warn(
                f"svcqa: {plugin.source} is ignored, {first.source} has the name {entry.name!r}", stacklevel=3
            )
            continue
        found[entry.name] = plugin
    return dict(sorted(found.items()))


def _load(entry: EntryPoint, validate: Callable[[str, Any], None]) -> Plugin:
    distribution = entry.dist.name if entry.dist is not None else ""
    try:
        metric = entry.load()()
        validate(entry.name, metric)
    except (Exception, SystemExit) as error:  # anything an outside package raises costs only its own part
        message = f"{type(error).__name__}: {error}"
        warnings.warn(f"svcqa: the plugin {entry.name!r} ({entry.value}) cannot be used: {message}", stacklevel=4)
        _LOG.warning("%s (%s) cannot be used: %s", entry.name, entry.value, type(error).__name__)
        return Plugin(name=entry.name, source=entry.value, distribution=distribution, error=message)
    _LOG.info("loaded %s (%s) of %s", entry.name, entry.value, distribution or "no package")
    return Plugin(name=entry.name, source=entry.value, distribution=distribution, metric=metric)
