"""Plugins: built-ins through the door of outsiders, broken ones that cost only themselves."""

from __future__ import annotations

import sys
import textwrap
import warnings
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import pytest

import svcqa
from support.workspaces import commitment, make_workspace, measured
from svcqa.errors import MetricError, NameUnknownError, PluginError, SvcqaError
from svcqa.metrics.contract import RecordMetric, SeriesMetric, SurveyMetric
from svcqa.metrics.registry import GROUP, Registry, checked_metric

# --- the registry -------------------------------------------------------------------------------------------------

OUTSIDE = '''
"""A metric as somebody else would write it: how many orders there are, of which how many are closed."""
import numpy as np
from svcqa.entities.base import Entity, Text
from svcqa.metrics.context import MetricSpec
from svcqa.metrics.contract import MATURE, NULL, Derive, Fact, Observations
from svcqa.metrics.grouping import group, rows, sums, windows, within
from svcqa.metrics.result import Result

class Params(Entity):
    table: str = "work_orders"

class Orders:
    spec = MetricSpec(name="orders", label=Text(en="Orders"), unit="case", better="neutral",
                      formula=Text(en="orders received"), reference="a census")
    params = Params
    def table(self, params): return params.table
    def columns(self, params): return ("received_at", "closed_at")
    def derive(self, params, context): return None
    def observe(self, batch, params, context):
        received = batch.moments("received_at")
        zeros = np.zeros(batch.rows, dtype=np.int64)
        return Observations(day=received // 86400, fact=zeros.astype(np.int8), value=zeros, follow_up=zeros + MATURE,
                            complete=bool((received <= context.as_of_seconds).all()))
    def measure(self, summary, params, context):
        groups, periods = group(summary, context), windows(context)
        one = np.zeros(len(summary), dtype=np.int8)
        found = [sums(within(summary, p.first, p.last), groups, classes=one, class_count=1, weight=summary.weight)
                 for p in periods]
        return Result(tuple({**lead, "metric": "orders", "measure": "count", "value": int(found[n][place, 0])}
                            for place, n, lead in rows(groups, periods)))

class LimitParams(Params):
    limit: int = 0

class Raises(Orders):
    spec = MetricSpec(**{**vars(Orders.spec), "name": "raises"})
    params = LimitParams
    def measure(self, summary, params, context): raise ZeroDivisionError("in measure")

class RaisesEarlier(Orders):
    spec = MetricSpec(**{**vars(Orders.spec), "name": "raises_earlier"})
    def observe(self, batch, params, context): raise IndexError("in observe")

class GivesNothing(Orders):
    spec = MetricSpec(**{**vars(Orders.spec), "name": "gives_nothing"})
    def measure(self, summary, params, context): return None

class Series:
    spec = MetricSpec(**{**vars(Orders.spec), "name": "outlook", "shape": "series"})
    params = Params
    def measure(self, series, params, context): return None

class WrongName(Orders): pass

class NoSpec:
    params = Params

class Empty:
    spec = MetricSpec(**{**vars(Orders.spec), "name": "empty"})
    params = dict

class OddShape(Orders):
    spec = MetricSpec(**{**vars(Orders.spec), "name": "odd_shape", "shape": "round"})

class NeedsArguments(Orders):
    def __init__(self, what): pass

class Quantity(Raises):
    spec = MetricSpec(**{**vars(Orders.spec), "name": "quantity"})
    class params(Entity):
        target: object
    def table(self, params): return "work_orders"
'''


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three modules that anybody could have installed."""
    folder = tmp_path / "site-packages"
    folder.mkdir()
    (folder / "outside_metrics.py").write_text(textwrap.dedent(OUTSIDE), encoding="utf-8")
    (folder / "outside_broken.py").write_text("raise RuntimeError('broken when imported')\n", encoding="utf-8")
    (folder / "outside_quits.py").write_text("import sys\nsys.exit('no licence')\n", encoding="utf-8")
    for name in ("outside_metrics", "outside_broken", "outside_quits"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.syspath_prepend(folder)


def entry(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, f"outside_{value}", GROUP)


def registry(*outsiders: EntryPoint) -> Registry:
    return Registry([*entry_points(group=GROUP), *outsiders])


def one_order(folder: Path, **options: Any) -> svcqa.Workspace:
    row = {"order_id": "1", "unit": "D1", "received_at": "2026-01-05 08:00", "closed_at": "2026-01-05 08:30"}
    workspace = make_workspace(folder, records={"work_orders": [row]}, commitments=[commitment()], **options)
    workspace.ingest()
    return workspace


def test_built_in_metrics_come_through_entry_points() -> None:
    found = Registry().plugins()
    ours = {entry.name: entry.value for entry in entry_points(group=GROUP) if entry.value.startswith("svcqa.plugins.")}
    assert set(ours) >= {"compliance", "quantity", "milestone"}
    for name, value in ours.items():
        assert (found[name].source, found[name].distribution, found[name].error) == (value, "svcqa", "")
        shape = {"record": RecordMetric, "series": SeriesMetric, "survey": SurveyMetric}[found[name].metric.spec.shape]
        assert isinstance(found[name].metric, shape)
        checked_metric(name, found[name].metric)
    assert list(found) == sorted(found)


def test_nothing_is_loaded_before_it_is_asked_for(outside: None) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        lazy = registry(entry("broken", "broken:Metric"))  # importing it would warn
    with pytest.warns(UserWarning, match="broken"):
        lazy.plugins()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        lazy.plugins()  # once is enough


def test_an_outside_metric_is_measured_like_a_built_in(outside: None, tmp_path: Path) -> None:
    workspace = one_order(tmp_path)
    workspace.registry = registry(entry("orders", "metrics:Orders"))
    (figure,) = workspace.measure("orders", period="2026-01").figures()
    assert (figure.unit, figure.value) == ("C", 1)
    assert workspace.measure("orders", period="2026-01", by=["unit"]).about["metric"] == "orders"


def test_an_installed_distribution_is_found_by_its_metadata(
    outside: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "site-packages/outside-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: outside\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[{GROUP}]\norders = outside_metrics:Orders\n", encoding="utf-8")
    plugin = Registry().plugins()["orders"]
    assert (plugin.distribution, plugin.error) == ("outside", "")


BROKEN = {
    # entry point → what the listing says
    ("broken", "broken:Metric"): "RuntimeError: broken when imported",
    ("quits", "quits:Metric"): "SystemExit: no licence",
    ("missing", "nowhere:Metric"): "ModuleNotFoundError",
    ("absent", "metrics:Absent"): "AttributeError",
    ("needs_arguments", "metrics:NeedsArguments"): "TypeError",
    ("wrong_name", "metrics:WrongName"): "'wrong_name'",
    ("no_spec", "metrics:NoSpec"): "spec is a MetricSpec",
    ("empty", "metrics:Empty"): "observe",
    ("odd_shape", "metrics:OddShape"): "'round' is one of record, series, survey",
}


@pytest.mark.parametrize("place", BROKEN)
def test_a_broken_plugin_warns_by_name_and_costs_only_itself(
    outside: None, tmp_path: Path, place: tuple[str, str]
) -> None:
    name, value = place
    workspace = one_order(tmp_path)
    workspace.registry = registry(entry(name, value), entry("orders", "metrics:Orders"))
    with pytest.warns(UserWarning, match="cannot be used") as warned:
        plugins = workspace.registry.plugins()
    (message,) = (str(item.message) for item in warned)
    assert name in message
    assert f"outside_{value}" in message
    assert BROKEN[place] in plugins[name].error
    assert plugins[name].metric is None
    with pytest.raises(MetricError, match=name):
        workspace.measure(name, period="2026-01")
    # the others work as ever
    assert measured(workspace, period="2026-01").value == 1
    assert workspace.measure("orders", period="2026-01").figures()[0].value == 1


def test_everything_wrong_with_a_contract_is_told_at_once(outside: None) -> None:
    import outside_metrics

    with pytest.raises(PluginError) as error:
        checked_metric("empty", outside_metrics.Empty())
    told = [fault.got for fault in error.value.faults]
    assert {fault.place for fault in error.value.faults} == {"empty"}
    for method in ("table", "columns", "derive", "observe", "measure"):
        assert any(text.endswith(method) for text in told)
    assert any("params" in text for text in told)


def test_of_two_plugins_with_one_name_the_second_is_ignored_aloud(outside: None) -> None:
    twice = registry(entry("orders", "metrics:Orders"), entry("orders", "metrics:WrongName"))
    with pytest.warns(UserWarning, match="svcqa") as warned:
        plugins = twice.plugins()
    messages = [str(item.message) for item in warned]
    assert any("outside_metrics:WrongName" in text and "outside_metrics:Orders" in text for text in messages)
    assert plugins["orders"].source == "outside_metrics:Orders"
    assert plugins["orders"].error == ""


def test_an_unknown_metric_is_refused_with_the_known_ones() -> None:
    with pytest.raises(NameUnknownError) as error:
        Registry().get("complience")
    assert "compliance" in error.value.faults[0].allowed


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("raises", "metrics:Raises", "ZeroDivisionError: in measure"),
        ("raises_earlier", "metrics:RaisesEarlier", "IndexError: in observe"),
        ("gives_nothing", "metrics:GivesNothing", "measure gives a Result, not NoneType"),
    ],
)
def test_a_metric_that_breaks_while_measuring_is_named(
    outside: None, tmp_path: Path, name: str, value: str, said: str
) -> None:
    workspace = one_order(tmp_path)
    workspace.registry = registry(entry(name, value))
    with pytest.raises(MetricError) as error:
        workspace.measure(name, period="2026-01")
    (fault,) = error.value.faults
    assert fault.place == name
    assert said in fault.got
    if "Error" in said:  # for the author of the plugin
        assert type(error.value.__cause__).__name__ in said
    assert measured(workspace, period="2026-01").value == 1


def test_a_metric_that_breaks_under_a_slider_is_named_too(outside: None, tmp_path: Path) -> None:
    workspace = one_order(tmp_path)
    workspace.registry = registry(entry("raises", "metrics:Raises"))
    with pytest.raises(MetricError, match="in measure"):
        workspace.measure("raises", period="2026-01", limit=3)


def test_a_series_metric_that_names_no_base_says_so(outside: None, tmp_path: Path) -> None:
    workspace = one_order(tmp_path)
    workspace.registry = registry(entry("outlook", "metrics:Series"))
    with pytest.raises(SvcqaError, match="outlook"):
        workspace.measure("outlook", period="2026-01")


def test_a_broken_metric_costs_the_review_its_own_row(outside: None, tmp_path: Path) -> None:
    targets = [
        {
            "kind": "level",
            "key": "level_2026",
            "name": "一",
            "year": 2026,
            "owner": "C",
            "commitment": "promise",
            "goal": "95%",
        },
        {
            "kind": "quantity",
            "key": "quantity_2026",
            "name": "二",
            "year": 2026,
            "owner": "C",
            "indicator": "pipes",
            "amount_unit": "户",
            "path": [1] * 12,
        },
    ]
    workspace = one_order(tmp_path, targets=targets)
    others = [item for item in entry_points(group=GROUP) if item.name != "quantity"]
    workspace.registry = Registry([*others, entry("quantity", "metrics:Quantity")])
    level, quantity = workspace.reviews.review("2026H1").targets
    assert quantity.fault is not None
    assert "quantity" in quantity.fault.render("en")
    assert level.fault is None
    assert level.course.now is not None
    assert level.course.now.value == 1
