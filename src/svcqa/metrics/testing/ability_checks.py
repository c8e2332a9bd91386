"""What a metric must keep of each ability that it declares, whatever its shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from svcqa.entities.commitment import Commitment
from svcqa.entities.organisation import LEVELS
from svcqa.entities.rebase import Rebase
from svcqa.errors import PluginError, SvcqaError
from svcqa.metrics.abilities import Fitted, HasLimit, Mixes, Stretches, having, undeclared
from svcqa.metrics.contract import Metric
from svcqa.metrics.grouping import PERIOD_KINDS
from svcqa.metrics.testing.moved import moved
from svcqa.metrics.testing.problems import examples_of, name_of, require, same
from svcqa.periods import Period

_GOAL: Final = 0.5
"""A goal that a share, a score and a length of time can all have."""
_NOBODY: Final = "nobody"
"""An indicator that no example has."""


def _abilities_declared(metric: Metric) -> None:
    """Nothing has the name of an ability's method or parameter without the ability being declared."""
    notes = undeclared(name_of(metric), metric, metric.params)
    if notes:
        raise PluginError(notes)


def _limit_can_be_moved(metric: Metric) -> None:
    """lowest ≤ promised ≤ highest; the promised limit changes no value, one beyond the range is refused in words."""
    limited, problems = having(metric, HasLimit[Any]), []
    assert limited is not None
    for trial in moved(metric):
        ends = limited.limit_range(trial.params())
        if ends is None:
            continue
        lowest, highest, promised = ends
        if not lowest <= promised <= highest:
            problems.append(f"{trial.place}: not {lowest} ≤ {promised} ≤ {highest}")
        plain, again = ([row.value for row in rows] for rows in (trial.rows(), trial.rows(limit=promised)))
        if "limit" not in trial.given and plain != again:
            problems.append(f"{trial.place}: the promised limit gives {again}, not {plain}")
        for beyond in (lowest - 1, highest + 1):
            try:
                trial.rows(limit=beyond)
            except SvcqaError:
                continue
            problems.append(f"{trial.place}: the limit {beyond} lies beyond the range and is not refused")
    require(problems)


def _goal_is_taken(metric: Metric) -> None:
    """The goal that is asked for stands in the rows."""
    problems = []
    for trial in moved(metric):
        rows = trial.rows(goal=_GOAL)
        if rows and not any(same(row.goal, _GOAL) for row in rows):
            problems.append(f"{trial.place}: asked for the goal {_GOAL}, no row has it")
    require(problems)


def _commitments_name_it(metric: Metric) -> None:
    """The commitments of its examples are measured by it."""
    problems = []
    for number, example in enumerate(examples_of(metric), start=1):
        commitment = Commitment.model_validate(example.params["commitment"])
        if commitment.metric != metric.spec.name:
            problems.append(f"example {number}: its commitment is measured by {commitment.metric}")
    require(problems)


def _rebases_of_others_change_nothing(metric: Metric) -> None:
    """A rebase of another indicator, or of another unit, changes no figure."""
    problems = []
    for trial in moved(metric):
        plain = trial.rows()
        for row in plain[:1]:
            for indicator, unit in ((_NOBODY, row.unit), (row.indicator, _NOBODY)):
                since = trial.context.period.last
                other = Rebase(indicator=indicator, unit=unit, since=since, reason="—", name="—")
                if trial.rows(rebases=(*trial.given.get("rebases", ()), other)) != plain:
                    problems.append(f"{trial.place}: a rebase of {indicator} in {unit} changes the figures")
    require(problems)


def _rows_over_the_whole(metric: Metric) -> None:
    """Every row is one of the whole period asked for."""
    problems = []
    for trial in moved(metric):
        whole = (trial.context.period.first, trial.context.period.last)
        for row in trial.rows():
            if (row.first, row.last) != whole:
                problems.append(f"{trial.place}: a row of {row.period}")
    require(problems)


def _fit_says_the_same(metric: Metric) -> None:
    """Measured over what was fitted once, the figures are those of the series itself."""
    fitted, problems = having(metric, Fitted[Any, Any]), []
    assert fitted is not None
    for trial in moved(metric):
        plain = trial.rows()
        fit = fitted.fit(trial.prepared, trial.params(), trial.context)
        again = type(trial)(metric, trial.place, trial.given, fit, trial.context).rows()
        if again != plain:
            problems.append(f"{trial.place}: measured over its fit, the figures are others")
    require(problems)


def _stretches_are_over(metric: Metric) -> None:
    """The stretches are periods, each once, and none ends after the period asked for."""
    stretching, problems = having(metric, Stretches[Any]), []
    assert stretching is not None
    for trial in moved(metric):
        stretches = stretching.stretches(trial.params(), trial.context)
        for stretch in stretches:
            if not isinstance(stretch, Period):
                problems.append(f"{trial.place}: stretches gives Periods, not {type(stretch).__name__}")
            elif stretch.last > trial.context.period.last:
                problems.append(f"{trial.place}: the stretch {stretch.first}…{stretch.last} is to come")
        if len(set(stretches)) < len(stretches):
            problems.append(f"{trial.place}: a stretch stands twice")
    require(problems)


def _mixes_are_columns_of_codes(metric: Metric) -> None:
    """What it is mixed by are columns of codes that are not grouped by already, each with whether it must be there."""
    mixing, problems = having(metric, Mixes[Any]), []
    assert mixing is not None
    for trial in moved(metric):
        for name, needed in mixing.mixes(trial.params(), trial.context).items():
            if name in (*LEVELS, *PERIOD_KINDS, "unit", *trial.context.by):
                problems.append(f"{trial.place}: {name} is no further column of codes")
            if not isinstance(needed, bool):
                problems.append(f"{trial.place}: whether {name} must be there is True or False, not {needed!r}")
    require(problems)


EVERY_ABILITY: Final = (_abilities_declared,)
ABILITIES_OF_ALL: Final[Mapping[str, tuple[Callable[[Any], None], ...]]] = {
    "HasLimit": (_limit_can_be_moved,),
    "TakesGoal": (_goal_is_taken,),
    "MeasuresCommitments": (_commitments_name_it,),
    "TakesRebases": (_rebases_of_others_change_nothing,),
    "OverWhole": (_rows_over_the_whole,),
    "Fitted": (_fit_says_the_same,),
    "Stretches": (_stretches_are_over,),
    "Mixes": (_mixes_are_columns_of_codes,),
}
