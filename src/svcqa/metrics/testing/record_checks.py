"""What a record metric must keep: each check is a function whose first line says what it holds."""

# Over 300 lines: one check a function, fifteen of them.

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from svcqa.engine.summary import Fact, Observations, Summary
from svcqa.errors import SvcqaError
from svcqa.metrics.contract import Metric, RecordMetric
from svcqa.metrics.drivers.record import RecordDriver
from svcqa.metrics.registry import checked_metric
from svcqa.metrics.result import Figure, Result
from svcqa.metrics.states import STATES
from svcqa.metrics.testing.problems import SEED, all_examples, name_of, require, same
from svcqa.metrics.testing.trial import Trial, WatchedBatch, cells, halves, only, singles, thirds, trials

_LATER: Final = (dt.timedelta(0), dt.timedelta(seconds=1), dt.timedelta(days=40), dt.timedelta(days=800))
"""How long after each moment of an example the world is looked at again."""


def _keeps_the_contract(metric: object) -> None:
    """The metric has what its shape asks for: description, parameters, methods."""
    checked_metric(name_of(metric), metric)


def _documented(metric: Metric) -> None:
    """Class, parameters, formula, reference and every example say what they are."""
    spec = metric.spec
    texts = {
        "the class has a docstring": type(metric).__doc__,
        "params has a docstring": metric.params.__doc__,
        "spec.unit names the unit of the value": spec.unit,
        "spec.formula says how the value is made": str(spec.formula),
        "spec.reference says where the formula comes from": spec.reference,
    }
    problems = [rule for rule, text in texts.items() if not (text or "").strip()]
    problems += [
        f"example {number} has a source: how its figures were worked out"
        for number, example in enumerate(all_examples(metric), start=1)
        if not example.source.strip()
    ]
    require(problems)


def _examples_reproduced(metric: RecordMetric[Any]) -> None:
    """Every example gives the figures that were worked out for it."""
    problems: list[str] = []
    for trial in trials(metric):
        if not trial.example.expected:
            problems.append(f"{trial.place} expects at least one figure")
        by_measure: dict[str, list[Figure]] = {}
        for row in trial.result().rows:
            by_measure.setdefault(row.measure, []).append(row)
        for key, expected in trial.example.expected.items():
            measure, _, column = key.partition(".")
            rows = by_measure.get(measure, [])
            if len(rows) != 1:
                problems.append(f"{trial.place}: {key} has one row, not {len(rows)}")
            elif not same(rows[0][column or "value"], expected):
                problems.append(f"{trial.place}: {key} is {expected!r}, not {rows[0][column or 'value']!r}")
    require(problems)


def _observations_are_well_formed(metric: RecordMetric[Any]) -> None:
    """The kernel's arrays have one length, whole numbers, known facts, rows of the batch."""
    problems: list[str] = []
    for trial in trials(metric):
        context = trial.example.context()
        for batch in trial.batches(context):
            observed = metric.observe(batch, trial.params, context)
            if not isinstance(observed, Observations):
                problems.append(f"observe gives Observations, not {type(observed).__name__}")
                continue
            arrays = {name: getattr(observed, name) for name in ("day", "fact", "value", "follow_up", "weight", "rows")}
            if observed.exclusion is not None:
                arrays["exclusion"] = observed.exclusion[0]
            count = batch.rows if observed.rows is None else len(observed.rows)
            for name, array in arrays.items():
                if array is None:
                    continue
                if not (isinstance(array, np.ndarray) and np.issubdtype(array.dtype, np.integer)):
                    problems.append(f"{name} is an array of integers")
                elif array.shape != (count,):
                    problems.append(f"{name} has the shape ({count},), not {array.shape}")
            if not problems and not np.isin(observed.fact, [int(fact) for fact in Fact]).all():
                problems.append("fact holds members of Fact")
            if not problems and count and observed.rows is not None and not _inside(observed.rows, batch.rows):
                problems.append("rows are rows of the batch")
    require(problems)


def _inside(rows: npt.NDArray[Any], count: int) -> bool:
    return bool((rows >= 0).all() and (rows < count).all())


def _input_not_mutated(metric: RecordMetric[Any]) -> None:
    """Neither the batch nor the summary is changed."""
    problems: list[str] = []
    for trial in trials(metric):
        context = trial.example.context(by=("unit",))
        for batch in trial.batches(context, kind=WatchedBatch):
            metric.observe(batch, trial.params, context)
            assert isinstance(batch, WatchedBatch)
            changed = dict.fromkeys(name for name, array, copy in batch.handed if not np.array_equal(array, copy))
            problems += [f"{trial.place}: observe changes the column {name!r} of its batch" for name in changed]
        summary = trial.summary(context)
        before = _arrays_of(summary)
        metric.measure(summary, trial.params, context)
        after = _arrays_of(summary)
        changed = {name: None for name, array in before.items() if not np.array_equal(array, after[name])}
        problems += [f"{trial.place}: measure changes {name!r} of its summary" for name in changed]
    require(problems)


def _arrays_of(summary: Summary) -> dict[str, npt.NDArray[Any]]:
    named = {name: getattr(summary, name).copy() for name in ("day", "fact", "value", "follow_up", "weight")}
    return {**named, **{f"codes[{name}]": codes.copy() for name, codes in summary.codes.items()}}


def _same_answer_twice(metric: RecordMetric[Any]) -> None:
    """Asked twice, it says the same."""
    _compare(metric, lambda trial, by: trial.result(by), "asked twice, the answers differ")


def _row_order_makes_no_difference(metric: RecordMetric[Any]) -> None:
    """Records in another order give the same figures."""
    shuffle = np.random.default_rng(SEED).permutation

    def mixed(trial: Trial, by: tuple[str, ...]) -> Result:
        return trial.result(by, records=trial.records.take(pa.array(shuffle(trial.records.num_rows))))

    def reversed_(trial: Trial, by: tuple[str, ...]) -> Result:
        return trial.result(by, records=trial.records.take(pa.array(np.arange(trial.records.num_rows)[::-1])))

    for other in (reversed_, mixed):
        _compare(metric, other, "records in another order give other figures")


def _batch_split_makes_no_difference(metric: RecordMetric[Any]) -> None:
    """The records in batches of one, or in three, give the same figures, cell for cell."""
    message = "split batches give other figures"
    _compare(metric, lambda trial, by: trial.result(by, split=singles), message)
    _compare(metric, lambda trial, by: trial.result(by, split=thirds), message)


def _halves_add_up(metric: RecordMetric[Any]) -> None:
    """The merged summaries of two halves give the figures of the whole, unless it says that it is not additive."""
    if metric.spec.additive:
        _compare(metric, lambda trial, by: trial.result(by, split=halves), "two halves merged are not the whole")


def _compare(metric: RecordMetric[Any], other: Callable[[Trial, tuple[str, ...]], Result], message: str) -> None:
    problems = []
    for trial in trials(metric):
        for by in trial.groupings:
            whole, again = trial.result(by).rows, other(trial, by).rows
            if whole != again:
                problems.append(f"{trial.place}: {message}{_difference(whole, again)}")
    require(problems)


def _difference(figures: Sequence[Figure], other: Sequence[Figure]) -> str:
    """The first column that differs, for a message."""
    if len(figures) != len(other):
        return f" ({len(figures)} rows, then {len(other)})"
    for left, right in zip(figures, other, strict=True):
        for name, value in vars(left).items():
            if value != vars(right)[name]:
                return f" ({name} is {value!r}, then {vars(right)[name]!r})"
    return ""


def _one_group_alone_equals_that_group(metric: RecordMetric[Any]) -> None:
    """A unit's records alone give the row that the unit has among the others, also where only it is asked for."""
    problems = []
    for trial in trials(metric):
        whole = trial.result(("unit",)).rows
        context = trial.example.context(by=("unit",))
        for unit in dict.fromkeys(row.unit for row in whole):
            unit_context = replace(context, unit=unit)
            narrowed = RecordDriver(metric).read(trial.summary(unit_context), trial.params, unit_context, pins={})
            among = [row for row in whole if row.unit == unit]
            for alone in (trial.result(("unit",), split=only(unit, context)), narrowed):
                rows = [row for row in alone.rows if row.unit == unit]
                if rows != among:
                    problems.append(f"{trial.place}: {unit} alone is not {unit} among all{_difference(among, rows)}")
    require(problems)


def _empty_input(metric: RecordMetric[Any]) -> None:
    """No record at all gives a result that counts no case."""
    problems = []
    for trial in trials(metric):
        for by in trial.groupings:
            for row in trial.result(by, records=trial.records.slice(0, 0)).rows:
                names = ("n", "total", *STATES, *(() if row.base else ("numerator",)))
                counted = {name: row[name] for name in names if row[name]}
                if counted:
                    problems.append(f"{trial.place}: with no record there is {counted}")
    require(problems)


def _words(derive: Any) -> set[str]:
    """The names in a query, but for columns of the tables beside the records that it calls by their table's name."""
    beside = "|".join(map(re.escape, derive.tables)) or "(?!)"
    return set(re.findall(r"\w+", re.sub(rf"\b(?:{beside})\.\w+", "", derive.sql)))


def _missing_column_named(metric: RecordMetric[Any]) -> None:
    """A column that the records lack is named in the error."""
    problems = []
    for trial in trials(metric):
        derive = metric.derive(trial.params, trial.example.context())
        words = _words(derive) if derive is not None else set()
        read_ = [name for name in trial.records.schema.names if name in words or name in metric.columns(trial.params)]
        if not read_:
            problems.append(f"{trial.place}: columns names what the kernel reads")
        for name in read_:
            try:
                trial.result(records=trial.records.drop_columns([name]))
            except SvcqaError as error:
                if not re.search(rf"\b{re.escape(name)}\b", error.render("en")):
                    problems.append(f"the error does not name the missing column {name!r}")
            else:
                problems.append(f"nothing is said of the missing column {name!r}")
    require(problems)


def _interval_holds_the_value(metric: RecordMetric[Any]) -> None:
    """lower ≤ value ≤ upper; an interval names its method, one with an end that is not reached says so by a flag."""
    problems = []
    for trial in trials(metric):
        for by in trial.groupings:
            for row in trial.result(by).rows:
                lower, value, upper = row.lower, row.value, row.upper
                present = [number for number in (lower, value, upper) if number is not None]
                open_flags = {"interval_open", "not_reached"} & set(row.flags)
                if not open_flags and ((lower is None) != (upper is None) or (lower is not None and value is None)):
                    problems.append(f"{trial.place}: lower {lower}, value {value}, upper {upper}: some are missing")
                elif any(left > right for left, right in pairwise(present)) or any(map(math.isnan, present)):
                    problems.append(f"{trial.place}: not {lower} ≤ {value} ≤ {upper}")
                if lower is not None and not row.method:
                    problems.append(f"{trial.place}: the interval names no method")
    require(problems)


def _states_add_up(metric: RecordMetric[Any]) -> None:
    """The states of every row add up to its total; an additive metric's units add up to the whole."""
    problems = []
    for trial in trials(metric):
        for by in trial.groupings:
            for row in trial.result(by).rows:
                added = sum(row.states.values())
                if row.total is not None and added != row.total:
                    problems.append(f"{trial.place}: the states add up to {added}, the total is {row.total}")
                if row.total is None and added:
                    problems.append(f"{trial.place}: there are states and no total")
        if metric.spec.additive:
            whole, parts = ([sum(row.total or 0 for row in trial.result(by).rows)] for by in ((), ("unit",)))
            if whole != parts:
                problems.append(f"{trial.place}: the units' totals add up to {parts[0]}, the whole has {whole[0]}")
    require(problems)


def _settled_stays_settled(metric: RecordMetric[Any]) -> None:
    """Observations that say they are settled are the same at every later moment.

    A kernel that leaves out records lying after ``as_of`` says ``complete=False``; otherwise a cache would keep them
    out for good.
    """
    problems = []
    for trial in trials(metric):
        for split in (None, singles):
            seen: dict[int, tuple[dt.datetime, list[tuple[Any, ...]]]] = {}
            batches = trial.batches(trial.example.context(), split=split)
            for moment in _moments(trial):
                context = trial.example.context(as_of=moment)
                for index, batch in enumerate(batches):
                    observed = metric.observe(batch, trial.params, context)
                    observations = cells(observed)
                    if index in seen and seen[index][1] != observations:
                        problems.append(
                            f"{trial.place}: settled as of {seen[index][0]}, and yet other observations as of {moment}"
                        )
                    elif observed.settled:
                        seen.setdefault(index, (moment, observations))
    require(problems[:3])


def _moments(trial: Trial) -> list[dt.datetime]:
    """Every moment of the example and some time later, in order."""
    columns = [
        c for c, f in zip(trial.records.columns, trial.records.schema, strict=True) if pa.types.is_timestamp(f.type)
    ]
    moments = {value for column in columns for value in column.to_pylist() if value is not None}
    return sorted({moment + later for moment in moments for later in _LATER} | {trial.example.context().as_of})


EVERY: Final = (_keeps_the_contract, _documented)
RECORD: Final = (
    _examples_reproduced,
    _observations_are_well_formed,
    _input_not_mutated,
    _same_answer_twice,
    _row_order_makes_no_difference,
    _batch_split_makes_no_difference,
    _halves_add_up,
    _one_group_alone_equals_that_group,
    _empty_input,
    _missing_column_named,
    _interval_holds_the_value,
    _states_add_up,
    _settled_stays_settled,
)
