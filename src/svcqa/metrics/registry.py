"""Discovery of metrics: lazy, cached, and tolerant of one broken plugin."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from importlib.metadata import EntryPoint, entry_points
from typing import Final, cast

from svcqa.entities.base import Entity
from svcqa.errors import Fault, MetricError, PluginError, one_of
from svcqa.metrics.abilities import declared, faults_of_abilities, given, undeclared
from svcqa.metrics.context import MetricSpec
from svcqa.metrics.contract import Metric
from svcqa.metrics.loading import Plugin, load_entries
from svcqa.metrics.measures import undrawable

GROUP: Final = "svcqa.metrics"
_METHODS: Final = {
    "record": ("table", "columns", "derive", "observe", "measure"),
    "series": ("measure",),
    "survey": ("measure",),
}


def checked_metric(name: str, metric: object) -> Metric:
    """``metric``, which keeps the contract of its shape and of the abilities that it declares.

    Raises:
        PluginError: naming what is missing or wrong.
    """
    spec, params = given(metric, "spec"), given(metric, "params")
    problems = []
    if not isinstance(spec, MetricSpec):
        problems.append("spec is a MetricSpec")
    else:
        if spec.name != name:
            problems.append(f"spec.name {spec.name!r} is its entry point's name {name!r}")
        if spec.shape not in _METHODS:
            problems.append(f"spec.shape {spec.shape!r} is one of {', '.join(_METHODS)}")
        methods = _METHODS.get(spec.shape, ())
        problems += undrawable(spec.picture, spec.measures)
        problems += [f"it has a method {method}" for method in methods if given(metric, method) is None]
    if not (isinstance(params, type) and issubclass(params, Entity)):
        problems.append("params is a frozen model (a subclass of svcqa.entities.base.Entity)")
    faults = [Fault("plugin_contract", place=name, got=problem) for problem in problems]
    if isinstance(spec, MetricSpec) and isinstance(params, type) and issubclass(params, Entity):
        faults += faults_of_abilities(name, metric, spec, params)
    if faults:
        raise PluginError(faults)
    return cast(Metric, metric)


def recorded(plugin: Plugin[Metric]) -> Plugin[Metric]:
    """With the abilities that its metric declares; a method that nothing will call is told aloud."""
    if plugin.metric is None:
        return plugin
    notes = undeclared(plugin.name, plugin.metric, plugin.metric.params)
    for note in notes:
        warnings.warn(f"svcqa: {note.render('en')}", stacklevel=3)
    abilities = tuple(ability.name for ability in declared(plugin.metric))
    return replace(plugin, abilities=abilities, notes=tuple(notes))


@dataclass
class Registry:
    """All metrics that entry points offer. Nothing is imported until it is asked for."""

    entries: Iterable[EntryPoint] | None = None
    _loaded: dict[str, Plugin[Metric]] | None = field(default=None, init=False)

    def plugins(self) -> dict[str, Plugin[Metric]]:
        """Every registered plugin by name, broken ones with their error."""
        if self._loaded is None:
            entries = self.entries if self.entries is not None else entry_points(group=GROUP)
            loaded = load_entries(entries, checked_metric)
            self._loaded = {name: recorded(plugin) for name, plugin in loaded.items()}
        return self._loaded

    def add(self, metric: object) -> None:
        """Try out a metric that no package has registered, in this registry alone; one of the same name gives way.

        Raises:
            PluginError: it does not keep the contract.
        """
        spec = given(metric, "spec")
        name = spec.name if isinstance(spec, MetricSpec) else ""
        kind, tried = type(metric), checked_metric(name, metric)
        source = f"{kind.__module__}:{kind.__qualname__}"
        added = recorded(Plugin(name=name, source=source, distribution="", metric=tried))
        self._loaded = dict(sorted({**self.plugins(), name: added}.items()))

    def get(self, name: str) -> Metric:
        """The metric ``name``.

        Raises:
            NameUnknownError: nobody registered it.
            MetricError: it is registered and broken.
        """
        plugin = one_of(name, self.plugins(), fault="unknown_metric")
        if plugin.metric is None:
            raise MetricError(Fault("plugin_contract", place=plugin.name, got=plugin.error))
        return plugin.metric
