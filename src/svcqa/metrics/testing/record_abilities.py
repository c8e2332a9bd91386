"""What a record metric must keep of the abilities that go with records alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from svcqa.errors import MetricError
from svcqa.metrics.abilities import Explains, FromWaves, HasDistributions, HasKeys, HasStates, having
from svcqa.metrics.contract import RecordMetric
from svcqa.metrics.distribution import TimeDistribution
from svcqa.metrics.grouping import day_number
from svcqa.metrics.parameters import validated
from svcqa.metrics.states import STATES, State
from svcqa.metrics.testing.problems import require
from svcqa.metrics.testing.row_checks import unexpected
from svcqa.metrics.testing.trial import Trial, singles, trials


def _cases_are_those_counted(metric: RecordMetric[Any]) -> None:
    """The states of the single cases are those that the rows count."""
    listing, problems = having(metric, HasStates[Any]), []
    assert listing is not None
    for trial in trials(metric):
        row = next((row for row in trial.result().rows if row.total is not None), None)
        if row is None or trial.example.unit is not None:
            continue
        counted = _counted(trial, listing, day_number(row.first), day_number(row.last))
        shown = {state.column: row.count(state) for state in State}
        if counted != shown:
            differing = [f"{n} {state}, {shown[state]} in the row" for state, n in counted.items() if n != shown[state]]
            problems.append(f"{trial.place}: of the cases are {'; '.join(differing)}")
    require(problems)


def _counted(trial: Trial, listing: HasStates[Any], first: int, last: int) -> dict[str, int]:
    counts = np.zeros(len(STATES), dtype=np.int64)
    context = trial.example.context()
    for batch in trial.batches(context):
        observed = trial.metric.observe(batch, trial.params, context)
        states: npt.NDArray[np.int8] = listing.states(observed, trial.params)
        require([] if states.shape == observed.day.shape else ["states gives one state for each observation"])
        inside = (observed.day >= first) & (observed.day <= last)
        weight = np.ones(len(states), dtype=np.int64) if observed.weight is None else observed.weight
        np.add.at(counts, states[inside], weight[inside])
    return {state: int(n) for state, n in zip(STATES, counts, strict=True)}


def _explained_as_counted(metric: RecordMetric[Any]) -> None:
    """A single case is told in the state and with the value that the kernel counts, or refused in words."""
    telling, listing, problems = having(metric, Explains[Any]), having(metric, HasStates[Any]), []
    assert telling is not None
    for trial in trials(metric):
        context = trial.example.context()
        for batch in trial.batches(context, split=singles):
            observed = metric.observe(batch, trial.params, context)
            try:
                clock = telling.explain(batch, trial.params, context)
            except MetricError:
                continue
            if (clock is None) != (not len(observed.day)):
                problems.append(f"{trial.place}: {'nothing' if clock is None else 'something'} is told of a case")
            elif clock is not None:
                if clock.told not in (None, clock.value):
                    problems.append(f"{trial.place}: the ledger adds up to {clock.told}, the value is {clock.value}")
                state = clock.state if listing is None else State(listing.states(observed, trial.params)[0])
                if clock.state != state:
                    problems.append(f"{trial.place}: a case is told as {clock.state} and counted as {state}")
    require(problems)


def _keys_are_kept_apart(metric: RecordMetric[Any]) -> None:
    """The keys are names of columns, and the summary has each of them."""
    keyed, problems = having(metric, HasKeys[Any]), []
    assert keyed is not None
    for trial in trials(metric):
        names = keyed.keys(trial.params)
        if not isinstance(names, tuple):
            problems.append(f"{trial.place}: keys gives a tuple of names, not {names!r}")
            continue
        codes = trial.summary(trial.example.context()).codes
        problems += [f"{trial.place}: the summary has no key {name!r}" for name in names if name not in codes]
    require(problems)


def _distributions_well_formed(metric: RecordMetric[Any]) -> None:
    """Times ascend, cases are whole numbers, the share that takes longer falls from 1 to 0 within its limits."""
    drawing, problems = having(metric, HasDistributions[Any]), []
    assert drawing is not None
    for trial in trials(metric):
        context = trial.example.context()
        for distribution in drawing.distributions(trial.summary(context), trial.params, context):
            rules = _rules(distribution) if isinstance(distribution, TimeDistribution) else _NO_TIMES
            problems += [f"{trial.place}: {rule}" for rule, holds in rules.items() if not holds]
    require(problems)


_NO_TIMES: Final = {"distributions gives TimeDistributions": False}


def _rules(time_distribution: TimeDistribution) -> dict[str, bool]:
    arrays = (
        time_distribution.time,
        time_distribution.closed,
        time_distribution.open,
        time_distribution.survival,
        time_distribution.lower,
        time_distribution.upper,
    )
    if len({array.shape for array in arrays}) > 1:
        return {"the arrays of a distribution have one length": False}
    limits = np.isfinite(time_distribution.lower) & np.isfinite(time_distribution.upper)
    low, share, high = (
        time_distribution.lower[limits],
        time_distribution.survival[limits],
        time_distribution.upper[limits],
    )
    return {
        "times are finite and ascend": bool(
            np.isfinite(time_distribution.time).all() and (np.diff(time_distribution.time) > 0).all()
        ),
        "no number of cases lies below 0": bool(
            (time_distribution.closed >= 0).all() and (time_distribution.open >= 0).all()
        ),
        "the share that takes longer falls": bool((np.diff(time_distribution.survival) <= 0).all()),
        "the share that takes longer lies within its limits": bool(((low <= share) & (share <= high)).all()),
    }


def _waves_reproduced(metric: RecordMetric[Any]) -> None:
    """Every example of a wave gives the figures worked out for it."""
    waved, problems = having(metric, FromWaves[Any]), []
    assert waved is not None
    examples = waved.wave_examples()
    require([] if examples else ["it gives at least one example of a wave: without one nothing can be checked"])
    for number, example in enumerate(examples, start=1):
        place = f"wave example {number} ({example.period})"
        params, context = validated(metric, example.params), example.context()
        if not waved.designed(params):
            problems.append(f"{place}: designed names the survey")
        rows = waved.from_waves([example.surveyed()], [], period=context.period, params=params, context=context)
        problems += unexpected(place, rows, example.expected)
    require(problems)


ABILITIES_OF_RECORDS: Final[Mapping[str, tuple[Callable[[Any], None], ...]]] = {
    "HasStates": (_cases_are_those_counted,),
    "Explains": (_explained_as_counted,),
    "HasKeys": (_keys_are_kept_apart,),
    "HasDistributions": (_distributions_well_formed,),
    "FromWaves": (_waves_reproduced,),
}
