"""The conformance kit: every built-in passes it, and each check catches the metric that breaks its rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from svcqa.entities.base import Text
from svcqa.errors import PluginError
from svcqa.metrics.context import MetricSpec
from svcqa.metrics.contract import Fact, Observations
from svcqa.metrics.examples import Example
from svcqa.metrics.registry import Registry
from svcqa.metrics.result import Result
from svcqa.metrics.shapes import SECONDS_A_DAY, ShareMetric, ShareParams, shares
from svcqa.metrics.testing import Check, check_metric, checks, metric_checks, outcomes

BUILT_IN = [p.metric for p in Registry().plugins().values() if p.source.startswith("svcqa.plugins.")]


@pytest.mark.parametrize("check", [pytest.param(c, id=f"{m.spec.name}-{c.name}") for m in BUILT_IN for c in checks(m)])
def test_every_built_in_passes(check: Check) -> None:
    check()


def test_built_ins_are_described_in_three_languages() -> None:
    for metric in BUILT_IN:
        for text in (metric.spec.label, metric.spec.formula):
            assert all((text.hans, text.hant, text.en)), metric.spec.name


class Params(ShareParams):
    """How long a case may take."""

    days: int = 1


class Sound(ShareMetric):
    """Orders closed within some days."""

    spec = MetricSpec(
        name="sound",
        label=Text(en="Sound"),
        unit="share",
        better="higher",
        formula=Text(en="closed ÷ decided"),
        reference="Wilson (1927)",
    )
    params = Params
    reads = ("received_at", "closed_at")

    def observe(self, batch: Any, params: Any, context: Any) -> Observations:
        received, closed = batch.moments("received_at"), batch.moments("closed_at")
        due = received + params.days * SECONDS_A_DAY
        return shares(context, received, good=(closed >= received) & (closed <= due), decided_at=due)

    def examples(self) -> tuple[Example, ...]:
        # 1 is closed within a day, 2 a second later, 3 never, 4 is not a day old, 5 is not there yet.
        return (
            Example(
                params={"days": 1, "goal": "50%"},
                records={
                    "order_id": ["1", "2", "3", "4", "5"],
                    "unit": ["D1", "D2", "D1", "D2", "D2"],
                    "received_at": [f"2026-01-{day:02} 08:00" for day in (5, 6, 7, 9, 20)],
                    "closed_at": ["2026-01-06 08:00", "2026-01-07 08:00:01", None, "2026-01-09 09:00", None],
                },
                period="2026-01",
                as_of="2026-01-10 07:59",
                expected={
                    "sound": 1 / 3,
                    "sound.n": 3,
                    "sound.not_determinable": 1,
                    "sound.total": 4,
                    "sound.verdict": "missed",
                },
                source="By hand.",
            ),
        )


def test_a_metric_of_three_lines_passes() -> None:
    check_metric(Sound())


@metric_checks(Sound())
def test_the_decorator_makes_one_test_a_check(check: Check) -> None:
    check()


# --- each check catches its own ------------------------------------------------------------------------------------


class NoDerive(Sound):
    """Lacks a method."""

    derive = None  # type: ignore[assignment]


class Undocumented(Sound):
    __doc__ = ""


class WrongFigure(Sound):
    """Its example was worked out wrongly."""

    def examples(self) -> tuple[Example, ...]:
        (example,) = super().examples()
        return (replace(example, expected={"sound": 0.5}),)


class NoExample(Sound):
    """Gives none."""

    def examples(self) -> tuple[Example, ...]:
        return ()


class Ragged(Sound):
    """One array is too short."""

    def observe(self, batch: Any, params: Any, context: Any) -> Observations:
        found = super().observe(batch, params, context)
        return replace(found, value=found.value[:-1])


class Mutates(Sound):
    """Writes into the batch."""

    def observe(self, batch: Any, params: Any, context: Any) -> Observations:
        found = super().observe(batch, params, context)
        batch.moments("closed_at")[:] = 0
        return found


class MutatesSummary(Sound):
    """Writes into the summary."""

    def measure(self, summary: Any, params: Any, context: Any) -> Result:
        found = super().measure(summary, params, context)
        summary.weight[:] = 7
        return found


class Forgetful(Sound):
    """Answers otherwise the second time."""

    asked = 0

    def measure(self, summary: Any, params: Any, context: Any) -> Result:
        self.asked += 1
        found = super().measure(summary, params, context)
        return replace(found, rows=tuple({**row, "rest_n": self.asked} for row in found.rows))


class Ordered(Sound):
    """Counts the first record of the batch as good, whichever it is."""

    def observe(self, batch: Any, params: Any, context: Any) -> Observations:
        found = super().observe(batch, params, context)
        fact = found.fact.copy()
        fact[:1] = Fact.CLOSED
        return replace(found, fact=fact)


class Ranks(Sound):
    """A figure of one unit depends on the others."""

    def measure(self, summary: Any, params: Any, context: Any) -> Result:
        found = super().measure(summary, params, context)
        return replace(found, rows=tuple({**row, "rest_n": len(summary)} for row in found.rows))


class CountsNothing(Sound):
    """Has a case where there is none."""

    def measure(self, summary: Any, params: Any, context: Any) -> Result:
        found = super().measure(summary, params, context)
        if found.rows:
            return found
        return Result(({"unit": "C", "period": "2026-01", "measure": "sound", "value": 0.0, "n": 1},))


class Undeclared(Sound):
    """Reads a column that it does not declare, where there is one."""

    reads = ("received_at",)

    def observe(self, batch: Any, params: Any, context: Any) -> Observations:
        received = batch.moments("received_at")
        closed = batch.moments("closed_at") if batch.has("closed_at") else received
        return shares(context, received, good=closed >= received)


class Silent(Sound):
    """Says nothing of a missing column."""

    def columns(self, params: Any) -> tuple[str, ...]:
        return ()


class Crossed(Sound):
    """The value lies outside its interval."""

    def measure(self, summary: Any, params: Any, context: Any) -> Result:
        found = super().measure(summary, params, context)
        return replace(found, rows=tuple({**row, "lower": row["upper"]} for row in found.rows))


class Miscounted(Sound):
    """The states miss a case."""

    def measure(self, summary: Any, params: Any, context: Any) -> Result:
        found = super().measure(summary, params, context)
        return replace(found, rows=tuple({**row, "total": row["total"] + 1} for row in found.rows))


class Complacent(Sound):
    """Leaves out what lies after as_of and claims to be complete."""

    def observe(self, batch: Any, params: Any, context: Any) -> Observations:
        return replace(super().observe(batch, params, context), complete=True)


class Fits(Sound):
    """Has a method of an ability's name and does not declare the ability."""

    def fit(self, series: Any, params: Any, context: Any) -> None: ...


class ListsOthers(Sound):
    """Lists its cases in another state than it counts them in."""

    def states(self, observed: Any, params: Any) -> Any:
        found = super().states(observed, params)
        return np.zeros_like(found) if isinstance(observed, Observations) else found


class Aimless(Sound):
    """Is given a goal and leaves it out."""

    def measure(self, summary: Any, params: Any, context: Any) -> Result:
        found = super().measure(summary, params, context)
        return replace(found, rows=tuple({**row, "goal": None} for row in found.rows))


BREAKERS = [
    (NoDerive, "keeps_the_contract"),
    (Undocumented, "documented"),
    (Fits, "abilities_declared"),
    (ListsOthers, "cases_are_those_counted"),
    (Aimless, "goal_is_taken"),
    (WrongFigure, "examples_reproduced"),
    (NoExample, "examples_reproduced"),
    (Ragged, "observations_are_well_formed"),
    (Mutates, "input_not_mutated"),
    (MutatesSummary, "input_not_mutated"),
    (Forgetful, "same_answer_twice"),
    (Ordered, "row_order_makes_no_difference"),
    (Ordered, "batch_split_makes_no_difference"),
    (Ordered, "halves_add_up"),
    (Ranks, "one_group_alone_equals_that_group"),
    (CountsNothing, "empty_input"),
    (Silent, "missing_column_named"),
    (Undeclared, "examples_reproduced"),
    (Crossed, "interval_holds_the_value"),
    (Miscounted, "states_add_up"),
    (Complacent, "settled_stays_settled"),
]


@pytest.mark.parametrize(("kind", "name"), [pytest.param(k, n, id=f"{k.__name__}-{n}") for k, n in BREAKERS])
def test_each_check_catches_its_own(kind: type[Any], name: str) -> None:
    failed = {outcome.name: outcome.error for outcome in outcomes(kind()) if outcome.error is not None}
    assert name in failed
    assert "sound" in str(failed[name])
    with pytest.raises(PluginError, match=name):
        check_metric(kind())


def test_every_check_has_a_metric_that_breaks_it() -> None:
    assert {check.name for check in checks(Sound())} == {name for _, name in BREAKERS}


def test_a_metric_that_does_not_add_up_may_say_so() -> None:
    class Apart(Ordered):
        """Says that it does not add up."""

        spec = replace(Sound.spec, additive=False)

    assert "halves_add_up" not in {o.name for o in outcomes(Apart()) if o.error is not None}


def test_all_failures_are_told_at_once() -> None:
    with pytest.raises(PluginError) as error:
        check_metric(Ordered())
    places = {fault.place for fault in error.value.faults}
    assert {"sound › halves_add_up", "sound › row_order_makes_no_difference"} <= places


def test_an_expected_failure_needs_a_reason_and_must_fail() -> None:
    expected = {"settled_stays_settled": "as_of is not masked yet"}
    check_metric(Complacent(), expected_failures=expected)
    with pytest.raises(PluginError, match="passes, although"):
        check_metric(Sound(), expected_failures=expected)
    with pytest.raises(PluginError, match="has a reason"):
        check_metric(Complacent(), expected_failures={"settled_stays_settled": " "})
    with pytest.raises(PluginError, match="is a check"):
        check_metric(Sound(), expected_failures={"unheard_of": "why"})


@metric_checks(Complacent(), expected_failures={"settled_stays_settled": "as_of is not masked yet"})
def test_the_decorator_takes_expected_failures(check: Check) -> None:
    check()


def test_what_happened_before_it_is_decided_counts_for_nothing() -> None:
    received = np.array([0, 0], dtype=np.int64)
    context = Sound().examples()[0].context()
    late = context.as_of_seconds + 1
    observed = shares(context, received, good=np.array([True, False]), decided_at=np.array([late, late]))
    assert list(observed.fact) == [Fact.OPEN, Fact.OPEN]
    assert not observed.settled
