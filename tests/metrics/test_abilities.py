"""Abilities are declared, never guessed: the registry refuses what lacks a part, and each check catches its own."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

import svcqa
from metrics.test_conformance import Sound
from support.workspaces import make_workspace
from svcqa.catalogue import LANGUAGES, has
from svcqa.entities.base import Entity
from svcqa.errors import MetricError, PluginError
from svcqa.metrics.abilities import (
    ABILITIES,
    Explains,
    HasKeys,
    HasLimit,
    HasStates,
    OverWhole,
    Stretches,
    TakesGoal,
    TakesRebases,
    having,
)
from svcqa.metrics.registry import Registry
from svcqa.metrics.result import Result
from svcqa.metrics.shapes import ShareMetric
from svcqa.metrics.testing import check_metric, checks
from svcqa.periods import Period, PeriodKind

COMPLIANCE, COVERAGE, PERCENTILES, RATING, FUNNEL, FORECAST, SEASONALITY, PROCESS = (
    type(Registry().get(name))
    for name in (
        "compliance",
        "coverage",
        "sla_percentiles",
        "rating",
        "funnel",
        "forecast",
        "seasonality",
        "process_chart",
    )
)


# --- what the registry refuses, and what it tells ------------------------------------------------------------------


class WithoutRange(Sound, HasLimit[Any]):
    """Declares a limit, and has neither the method nor the parameter."""


class OfAnotherShape(Sound, Stretches[Any]):
    """Declares what goes with series."""

    def stretches(self, params: Any, context: Any) -> tuple[Period, ...]:
        return ()


class OfNoCommitment(Sound, Explains[Any]):
    """Explains cases of commitments and takes none."""

    def explain(self, batch: Any, params: Any, context: Any) -> None:
        return None


class WithoutGrain(OverWhole):
    """Declares a grain and has none."""

    spec = replace(Sound.spec, shape="series")
    params = Entity

    def measure(self, series: Any, params: Any, context: Any) -> Result:
        return Result(())


@pytest.mark.parametrize(
    ("kind", "faults"),
    [
        (
            WithoutRange,
            {("ability_lacks", "limit_range", "HasLimit"), ("ability_field", "limit", "HasLimit")},
        ),
        (OfAnotherShape, {("ability_shape", "Stretches", 'shape="series"')}),
        (
            OfNoCommitment,
            {("ability_params", "Explains", "svcqa.plugin.CommitmentParams")},
        ),
        (WithoutGrain, {("ability_lacks", "grain", "OverWhole")}),
    ],
)
def test_a_metric_that_declares_more_than_it_gives_is_refused(kind: Any, faults: set[tuple[str, str, str]]) -> None:
    with pytest.raises(PluginError) as error:
        Registry([]).add(kind())
    assert {(fault.code, fault.got, fault.allowed) for fault in error.value.faults} == faults
    for language in LANGUAGES:
        told = error.value.render(language)
        assert all(part in told for _, got, allowed in faults for part in (got, allowed))
    assert len({error.value.render(language) for language in LANGUAGES}) == len(LANGUAGES)


class Guessed:
    """Has a method of an ability's name, and a parameter, and declares nothing."""

    spec = Sound.spec
    params = Sound.params
    table, columns, derive = ShareMetric.table, ShareMetric.columns, ShareMetric.derive
    observe, measure = Sound.observe, ShareMetric.measure

    def states(self, observed: Any, params: Any) -> Any:
        raise AssertionError("nobody calls it")


def test_a_method_that_nothing_will_call_is_told_and_not_called(tmp_path: Any) -> None:
    registry = Registry([])
    with pytest.warns(UserWarning, match="without declaring the ability") as warned:
        registry.add(Guessed())
    assert len(warned) == 2
    notes = registry.plugins()["sound"].notes
    assert {(note.code, note.got, note.allowed) for note in notes} == {
        ("ability_undeclared", "states", "HasStates"),
        ("ability_undeclared", "params.goal", "TakesGoal"),
    }
    workspace = one_order(tmp_path)
    workspace.registry = registry
    with pytest.raises(MetricError) as error:
        workspace.cases(metric="sound", period="2026-01")
    assert [fault.code for fault in error.value.faults] == ["cases_not_listed"]
    with pytest.raises(PluginError, match="states without declaring the ability HasStates"):
        check_metric(Guessed())


def one_order(folder: Any) -> svcqa.Workspace:
    row = {"order_id": "1", "unit": "D1", "received_at": "2026-01-05 08:00", "closed_at": "2026-01-05 08:30"}
    workspace = make_workspace(folder, records={"work_orders": [row]})
    workspace.ingest()
    return workspace


def test_what_is_declared_is_recorded_and_inherited() -> None:
    plugins = Registry().plugins()
    assert plugins["compliance"].abilities == ("HasStates", "Explains", "HasLimit", "MeasuresCommitments", "TakesGoal")
    assert plugins["repeats"].abilities == ("HasStates", "TakesGoal")  # from its base
    assert plugins["trend"].abilities == ()
    assert {name for plugin in plugins.values() for name in plugin.abilities} == {a.name for a in ABILITIES}
    assert [plugin.notes for plugin in plugins.values()] == [()] * len(plugins)
    assert having(Sound(), HasStates[Any]) is not None
    assert having(Sound(), TakesGoal) is not None
    assert having(Guessed(), HasStates[Any]) is None
    assert having(Sound(), TakesRebases) is None


def test_a_figure_without_distributions_says_so(tmp_path: Any) -> None:
    workspace = one_order(tmp_path)
    workspace.registry = Registry([])
    workspace.registry.add(Sound())
    context = workspace.figures.context(workspace.period("2026-01"))
    asked = workspace.figures.what_if("sound", {}, context)
    assert asked.limit_range is None
    with pytest.raises(MetricError, match="HasDistributions"):
        asked.distributions()


# --- each check of an ability catches its own ----------------------------------------------------------------------


class ToldOtherwise(COMPLIANCE):  # type: ignore[misc, valid-type]
    """Explains each case in another state than it is counted in."""

    def explain(self, batch: Any, params: Any, context: Any) -> Any:
        clock = super().explain(batch, params, context)
        return None if clock is None else replace(clock, state="excluded")


class KeyOfNothing(COVERAGE):  # type: ignore[misc, valid-type]
    """Names a column that nobody has."""

    def keys(self, params: Any) -> tuple[str, ...]:
        return ("no_such_column",)


class KeyAsText(COVERAGE):  # type: ignore[misc, valid-type]
    """Gives a text where names are wanted."""

    def keys(self, params: Any) -> Any:
        return "part"


class Promises(PERCENTILES):  # type: ignore[misc, valid-type]
    """Promises more than the highest limit."""

    def limit_range(self, params: Any) -> Any:
        ends = super().limit_range(params)
        return None if ends is None else (ends[0], ends[2] - 1, ends[2])


class TakesAnyLimit(HasLimit[Any], Sound):
    """Refuses no limit."""

    class params(Sound.params):  # noqa: N801
        """With a limit that is not looked at."""

        limit: int | None = None

    def limit_range(self, params: Any) -> tuple[int, int, int]:
        return (0, 10, 5)


class Backwards(PERCENTILES):  # type: ignore[misc, valid-type]
    """Its times descend."""

    def distributions(self, summary: Any, params: Any, context: Any) -> Any:
        return [replace(one, time=one.time[::-1]) for one in super().distributions(summary, params, context)]


class DeafToWaves(RATING):  # type: ignore[misc, valid-type]
    """Makes nothing of a wave."""

    def from_waves(self, *arguments: Any, **options: Any) -> list[dict[str, Any]]:
        return []


class WithoutWaves(RATING):  # type: ignore[misc, valid-type]
    """Has no example of a wave."""

    def wave_examples(self) -> tuple[Any, ...]:
        return ()


class OfOthers(COVERAGE):  # type: ignore[misc, valid-type]
    """Its examples have commitments that another metric measures."""

    def examples(self) -> Any:
        return COMPLIANCE().examples()


class MovedByAll(PROCESS):  # type: ignore[misc, valid-type]
    """Heeds every rebase, whosever it is."""

    def measure(self, series: Any, params: Any, context: Any) -> Result:
        found = super().measure(series, params, context)
        return replace(found, rows=found.rows[: -1 - len(params.rebases)])


class InPieces(FUNNEL):  # type: ignore[misc, valid-type]
    """Gives rows of other days than those asked for."""

    def measure(self, series: Any, params: Any, context: Any) -> Result:
        found = super().measure(series, params, context)
        return replace(found, rows=tuple({**row, "first": row["last"]} for row in found.rows))


class Forgets(FORECAST):  # type: ignore[misc, valid-type]
    """Its fit keeps nothing."""

    def fit(self, series: Any, params: Any, context: Any) -> Any:
        return replace(super().fit(series, params, context), years=())

    def measure(self, series: Any, params: Any, context: Any) -> Result:
        fit = super().fit(series, params, context) if isinstance(series, Result) else series
        return super().measure(fit, params, context)


class Foresees(SEASONALITY):  # type: ignore[misc, valid-type]
    """Asks for a stretch that is to come."""

    def stretches(self, params: Any, context: Any) -> tuple[Period, ...]:
        first = context.period.last + dt.timedelta(days=1)
        return (Period(first=first, last=first, kind=PeriodKind.RANGE, year=first.year, number=first.month),)


class MixedByMonth(FUNNEL):  # type: ignore[misc, valid-type]
    """Takes a length of time for a column of codes."""

    def mixes(self, params: Any, context: Any) -> dict[str, Any]:
        return {"month": True}


class MixedPerhaps(FUNNEL):  # type: ignore[misc, valid-type]
    """Does not say whether the column must be there."""

    def mixes(self, params: Any, context: Any) -> dict[str, Any]:
        return {"category": "perhaps"}


BREAKERS = [
    (ToldOtherwise, "explained_as_counted"),
    (KeyOfNothing, "keys_are_kept_apart"),
    (KeyAsText, "keys_are_kept_apart"),
    (Promises, "limit_can_be_moved"),
    (TakesAnyLimit, "limit_can_be_moved"),
    (Backwards, "distributions_well_formed"),
    (DeafToWaves, "waves_reproduced"),
    (WithoutWaves, "waves_reproduced"),
    (OfOthers, "commitments_name_it"),
    (MovedByAll, "rebases_of_others_change_nothing"),
    (InPieces, "rows_over_the_whole"),
    (Forgets, "fit_says_the_same"),
    (Foresees, "stretches_are_over"),
    (MixedByMonth, "mixes_are_columns_of_codes"),
    (MixedPerhaps, "mixes_are_columns_of_codes"),
]


@pytest.mark.parametrize(("kind", "name"), [pytest.param(k, n, id=f"{k.__name__}-{n}") for k, n in BREAKERS])
def test_each_check_of_an_ability_catches_its_own(kind: type[Any], name: str) -> None:
    (check,) = (check for check in checks(kind()) if check.name == name)
    with pytest.raises(PluginError, match=name):
        check()


def test_every_check_of_an_ability_has_a_metric_that_breaks_it() -> None:
    """Those of shares stand with the conformance kit."""
    shared = {check.name for check in checks(Sound())}
    own = {check.name for plugin in Registry().plugins().values() for check in checks(plugin.metric)}
    plain = {check.name for name in ("trend", "milestone") for check in checks(Registry().get(name))}
    assert own - shared - plain - {"empty_wave"} == {name for _, name in BREAKERS}


def test_every_check_is_named_in_the_readers_language() -> None:
    names = {check.name for plugin in Registry().plugins().values() for check in checks(plugin.metric)}
    assert [name for name in sorted(names) if not has(f"tables.check_{name}")] == []
    assert "waves_reproduced" in names


def test_an_ability_that_is_not_declared_is_not_checked() -> None:
    assert "keys_are_kept_apart" in {check.name for check in checks(COVERAGE())}
    assert "keys_are_kept_apart" not in {check.name for check in checks(Sound())}
    assert having(COVERAGE(), HasKeys[Any]) is not None
