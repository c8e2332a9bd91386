"""The conformance kit: what every metric must keep, checked on the metric's own examples.

One generator of checks feeds a function (:func:`check_metric`, all failures in one error) and a pytest decorator
(:func:`metric_checks`, one test a check)::

    @metric_checks(MyMetric())
    def test_contract(check):
        check()
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from svcqa.engine.batch import Batch
from svcqa.engine.derive import typed_table
from svcqa.engine.memory import MemoryEngine
from svcqa.engine.summary import Fact, Observations, Summary
from svcqa.entities.base import Entity
from svcqa.errors import Fault, PluginError, SvcqaError
from svcqa.metrics.contract import Context, Example
from svcqa.metrics.measure import read, request_for, summarise, validated
from svcqa.metrics.registry import validate_metric
from svcqa.metrics.result import STATES, Result
from svcqa.metrics.series_testing import series_checks
from svcqa.periods import PeriodKind

_SEED: Final = 20_260_131
_LATER: Final = (dt.timedelta(0), dt.timedelta(seconds=1), dt.timedelta(days=40), dt.timedelta(days=800))
"""How long after each moment of an example the world is looked at again."""


@dataclass(frozen=True)
class Check:
    """One check of one metric; calling it raises :class:`~svcqa.errors.PluginError` where the metric fails."""

    name: str
    about: str
    metric: Any
    run: Callable[[Any], None]

    def __call__(self) -> None:
        """Run the check."""
        try:
            self.run(self.metric)
        except _FailureError as failure:
            raise PluginError([self._fault(line) for line in failure.lines]) from None
        except PluginError as error:  # the registry's own, which names the metric already
            raise PluginError([self._fault(fault.got) for fault in error.faults]) from error
        except Exception as error:  # whatever the plugin raises is a failed check
            raise PluginError(self._fault(f"{type(error).__name__}: {error}")) from error

    def _fault(self, got: str) -> Fault:
        return Fault("check_failed", place=f"{_name(self.metric)} › {self.name}", got=got)


@dataclass(frozen=True)
class Outcome:
    """How a check ended; ``error`` is empty where it passed."""

    check: Check
    error: SvcqaError | None


def checks(metric: Any) -> Iterator[Check]:
    """The checks that apply to ``metric``, in order."""
    shape = getattr(getattr(metric, "spec", None), "shape", "record")
    own = {"record": _RECORD, "series": series_checks(_require, _same)}
    for run in (*_EVERY, *own.get(shape, ())):
        yield Check(run.__name__.strip("_"), str(run.__doc__).strip(), metric, run)


def outcomes(metric: Any) -> tuple[Outcome, ...]:
    """Run every check and say how each ended."""
    found = []
    for check in checks(metric):
        try:
            check()
            found.append(Outcome(check, None))
        except PluginError as error:
            found.append(Outcome(check, error))
    return tuple(found)


def check_metric(metric: Any, *, expected_failures: Mapping[str, str] | None = None) -> None:
    """Run every check.

    Args:
        expected_failures: checks known to fail, each with the reason; one of them that passes is a failure too.

    Raises:
        PluginError: with everything that failed.
    """
    expected = _expected(metric, expected_failures)
    faults: list[Fault] = []
    for outcome in outcomes(metric):
        name = outcome.check.name
        if outcome.error is not None and name not in expected:
            faults.extend(outcome.error.faults)
        elif outcome.error is None and name in expected:
            got = f"passes, although it is expected to fail: {expected[name]}"
            faults.append(Fault("check_failed", place=f"{_name(metric)} › {name}", got=got))
    if faults:
        raise PluginError(faults)


def metric_checks(metric: Any, *, expected_failures: Mapping[str, str] | None = None) -> Any:
    """A pytest decorator that makes one test a check; the test takes ``check`` and calls it."""
    import pytest

    expected = _expected(metric, expected_failures)
    cases = [
        pytest.param(
            check, id=check.name,
            marks=[pytest.mark.xfail(reason=expected[check.name], strict=True)] if check.name in expected else [],
        )
        for check in checks(metric)
    ]  # fmt: skip
    return pytest.mark.parametrize("check", cases)


def _expected(metric: Any, expected: Mapping[str, str] | None) -> Mapping[str, str]:
    """The expected failures.

    Raises:
        PluginError: one of them is no check, or has no reason.
    """
    found = dict(expected or {})
    known = [check.name for check in checks(metric)]
    wrong = [f"{name!r} is a check" for name in found if name not in known]
    wrong += [f"the expected failure of {name!r} has a reason" for name, why in found.items() if not why.strip()]
    if wrong:
        allowed = ", ".join(known)
        raise PluginError([Fault("check_failed", place=_name(metric), got=line, allowed=allowed) for line in wrong])
    return found


def _name(metric: Any) -> str:
    return str(getattr(getattr(metric, "spec", None), "name", type(metric).__name__))


# --- one example, driven as the engine would ---------------------------------------------------------------------


class _FailureError(Exception):
    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        super().__init__("; ".join(lines))


def _require(problems: Sequence[str]) -> None:
    if problems:
        raise _FailureError(list(dict.fromkeys(problems)))


@dataclass(frozen=True)
class _Trial:
    """A metric and one of its examples."""

    metric: Any
    example: Example
    number: int

    @property
    def place(self) -> str:
        return f"example {self.number} ({self.example.period})"

    @cached_property
    def params(self) -> Entity:
        return validated(self.metric, self.example.params)

    @cached_property
    def name(self) -> str:
        return str(self.metric.table(self.params))

    @cached_property
    def records(self) -> Any:
        return typed_table(self.name, self.example.records)

    @cached_property
    def groupings(self) -> tuple[tuple[str, ...], ...]:
        """What the kit groups by: months too, where the example's period has whole ones."""
        context = self.example.context()
        monthly = bool(context.period_rule.split(context.period, PeriodKind.MONTH))
        return ((), ("unit",), *((("unit", "month"),) if monthly else ()))

    def engine(self, records: Any = None, split: Any = None) -> MemoryEngine:
        empty = records is not None and records.num_rows == 0
        beside = {name: typed_table(name, {} if empty else given) for name, given in self.example.beside.items()}
        engine = MemoryEngine({**beside, self.name: self.records if records is None else records})
        if split is not None:
            engine.split = split
        return engine

    def result(self, by: Sequence[str] = (), *, records: Any = None, split: Any = None) -> Result:
        context = self.example.context(by=by)
        summary = summarise(self.engine(records, split), self.metric, self.params, context)  # type: ignore[arg-type]
        return read(self.metric, summary, self.params, context, pins={})

    def summary(self, context: Context) -> Summary:
        return summarise(self.engine(), self.metric, self.params, context)  # type: ignore[arg-type]

    def batches(self, context: Context, split: Any = None, kind: type[Batch] = Batch) -> list[Batch]:
        engine = self.engine(split=split)
        request = request_for(self.metric, self.params, context, engine.columns(self.name))
        return list(engine.batches(request, kind=kind))


def _trials(metric: Any) -> list[_Trial]:
    given = metric.examples() if callable(getattr(metric, "examples", None)) else ()
    if not given:
        raise _FailureError(["it gives at least one example: without one nothing can be checked"])
    return [_Trial(metric, example, number) for number, example in enumerate(given, start=1)]


def _rows(result: Result) -> list[dict[str, Any]]:
    return [dict(row) for row in result.rows]


def _cells(observed: Observations) -> list[tuple[Any, ...]]:
    """The observations as they would be summed, in an order of their own."""
    count = len(observed.day)
    codes, labels = observed.exclusion or (np.zeros(count, dtype=np.int32), ("",))
    weight = np.ones(count, dtype=np.int64) if observed.weight is None else observed.weight
    place = np.arange(count) if observed.rows is None else observed.rows
    columns = (place, observed.day, observed.fact, observed.value, observed.follow_up, weight)
    numbers = zip(*(column.tolist() for column in columns), strict=True)
    return sorted((*row, labels[int(code)]) for row, code in zip(numbers, codes, strict=True))


def _singles(table: Any) -> list[Any]:
    return [table.slice(row, 1) for row in range(table.num_rows)] or [table]


def _halves(table: Any) -> list[Any]:
    return [table.slice(0, table.num_rows // 2), table.slice(table.num_rows // 2)]


def _only(unit: str, context: Context) -> Callable[[Any], list[Any]]:
    """Leaves the records of ``unit``, and of closed units that it took over."""
    tree, day = context.organisation, context.period.last

    def cut(table: Any) -> list[Any]:
        recorded = [tree.current(label or "", day) for label in table.column("unit").to_pylist()]
        return [table.filter(pa.array([label == unit for label in recorded], pa.bool_()))]

    return cut


def _thirds(table: Any) -> list[Any]:
    size = max(table.num_rows // 3, 1)
    return [table.slice(begin, size) for begin in range(0, table.num_rows, size)] or [table]


class _WatchedBatch(Batch):
    """Remembers what it handed out."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.handed: list[tuple[str, npt.NDArray[Any], npt.NDArray[Any]]] = []

    def _kept(self, name: str, array: npt.NDArray[Any]) -> npt.NDArray[Any]:
        self.handed.append((name, array, array.copy()))
        return array

    def moments(self, name: str) -> Any:
        return self._kept(name, super().moments(name))

    def integers(self, name: str) -> Any:
        return self._kept(name, super().integers(name))

    def codes(self, name: str) -> Any:
        index, labels = super().codes(name)
        return self._kept(name, index), labels


# --- the checks ---------------------------------------------------------------------------------------------------


def _keeps_the_contract(metric: Any) -> None:
    """The metric has what its shape asks for: description, parameters, methods."""
    validate_metric(_name(metric), metric)


def _documented(metric: Any) -> None:
    """Class, parameters, formula, reference and every example say what they are."""
    spec = metric.spec
    said = {
        "the class has a docstring": type(metric).__doc__,
        "params has a docstring": metric.params.__doc__,
        "spec.unit names the unit of the value": spec.unit,
        "spec.formula says how the value is made": str(spec.formula),
        "spec.reference says where the formula comes from": spec.reference,
    }
    problems = [rule for rule, text in said.items() if not (text or "").strip()]
    given = metric.examples() if callable(getattr(metric, "examples", None)) else ()
    problems += [
        f"example {number} has a source: how its figures were worked out"
        for number, example in enumerate(given, start=1)
        if not example.source.strip()
    ]
    _require(problems)


def _examples_reproduced(metric: Any) -> None:
    """Every example gives the figures that were worked out for it."""
    problems: list[str] = []
    for trial in _trials(metric):
        if not trial.example.expected:
            problems.append(f"{trial.place} expects at least one figure")
        found: dict[str, list[Mapping[str, Any]]] = {}
        for row in trial.result().rows:
            found.setdefault(str(row.get("measure")), []).append(row)
        for key, wanted in trial.example.expected.items():
            measure, _, column = key.partition(".")
            given = found.get(measure, [])
            if len(given) != 1:
                problems.append(f"{trial.place}: {key} has one row, not {len(given)}")
            elif not _same(given[0].get(column or "value"), wanted):
                problems.append(f"{trial.place}: {key} is {wanted!r}, not {given[0].get(column or 'value')!r}")
    _require(problems)


def _same(got: Any, wanted: Any) -> bool:
    if isinstance(wanted, float) and isinstance(got, (int, float)):
        return math.isclose(got, wanted, rel_tol=1e-9, abs_tol=1e-12)
    return bool(got == wanted)


def _observations_are_well_formed(metric: Any) -> None:
    """The kernel's arrays have one length, whole numbers, known facts, rows of the batch."""
    problems: list[str] = []
    for trial in _trials(metric):
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
    _require(problems)


def _inside(rows: npt.NDArray[Any], count: int) -> bool:
    return bool((rows >= 0).all() and (rows < count).all())


def _input_not_mutated(metric: Any) -> None:
    """Neither the batch nor the summary is changed."""
    problems: list[str] = []
    for trial in _trials(metric):
        context = trial.example.context(by=("unit",))
        for batch in trial.batches(context, kind=_WatchedBatch):
            metric.observe(batch, trial.params, context)
            assert isinstance(batch, _WatchedBatch)
            changed = dict.fromkeys(name for name, array, copy in batch.handed if not np.array_equal(array, copy))
            problems += [f"{trial.place}: observe changes the column {name!r} of its batch" for name in changed]
        summary = trial.summary(context)
        before = _arrays_of(summary)
        metric.measure(summary, trial.params, context)
        after = _arrays_of(summary)
        changed = {name: None for name, array in before.items() if not np.array_equal(array, after[name])}
        problems += [f"{trial.place}: measure changes {name!r} of its summary" for name in changed]
    _require(problems)


def _arrays_of(summary: Summary) -> dict[str, npt.NDArray[Any]]:
    named = {name: getattr(summary, name).copy() for name in ("day", "fact", "value", "follow_up", "weight")}
    return {**named, **{f"codes[{name}]": codes.copy() for name, codes in summary.codes.items()}}


def _same_answer_twice(metric: Any) -> None:
    """Asked twice, it says the same."""
    _compare(metric, lambda trial, by: trial.result(by), "asked twice, the answers differ")


def _row_order_makes_no_difference(metric: Any) -> None:
    """Records in another order give the same figures."""
    shuffle = np.random.default_rng(_SEED).permutation

    def mixed(trial: _Trial, by: tuple[str, ...]) -> Result:
        return trial.result(by, records=trial.records.take(pa.array(shuffle(trial.records.num_rows))))

    def reversed_(trial: _Trial, by: tuple[str, ...]) -> Result:
        return trial.result(by, records=trial.records.take(pa.array(np.arange(trial.records.num_rows)[::-1])))

    for other in (reversed_, mixed):
        _compare(metric, other, "records in another order give other figures")


def _batch_split_makes_no_difference(metric: Any) -> None:
    """The records in batches of one, or in three, give the same figures, cell for cell."""
    said = "split batches give other figures"
    _compare(metric, lambda trial, by: trial.result(by, split=_singles), said)
    _compare(metric, lambda trial, by: trial.result(by, split=_thirds), said)


def _halves_add_up(metric: Any) -> None:
    """The merged summaries of two halves give the figures of the whole, unless it says that it is not additive."""
    if metric.spec.additive:
        _compare(metric, lambda trial, by: trial.result(by, split=_halves), "two halves merged are not the whole")


def _compare(metric: Any, other: Callable[[_Trial, tuple[str, ...]], Result], said: str) -> None:
    problems = []
    for trial in _trials(metric):
        for by in trial.groupings:
            whole, again = _rows(trial.result(by)), _rows(other(trial, by))
            if whole != again:
                problems.append(f"{trial.place}: {said}{_difference(whole, again)}")
    _require(problems)


def _difference(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> str:
    """The first column that differs, for a message."""
    if len(one) != len(other):
        return f" ({len(one)} rows, then {len(other)})"
    for left, right in zip(one, other, strict=True):
        for name in left:
            if left[name] != right.get(name):
                return f" ({name} is {left[name]!r}, then {right.get(name)!r})"
    return ""


def _one_group_alone_equals_that_group(metric: Any) -> None:
    """A unit's records alone give the row that the unit has among the others, also where only it is asked for."""
    problems = []
    for trial in _trials(metric):
        whole = _rows(trial.result(("unit",)))
        context = trial.example.context(by=("unit",))
        for unit in dict.fromkeys(row["unit"] for row in whole):
            asked = replace(context, unit=unit)
            narrowed = read(metric, trial.summary(asked), trial.params, asked, pins={})
            among = [row for row in whole if row["unit"] == unit]
            for alone in (trial.result(("unit",), split=_only(unit, context)), narrowed):
                found = [row for row in _rows(alone) if row["unit"] == unit]
                if found != among:
                    problems.append(f"{trial.place}: {unit} alone is not {unit} among all{_difference(among, found)}")
    _require(problems)


def _empty_input(metric: Any) -> None:
    """No record at all gives a result that counts no case."""
    problems = []
    for trial in _trials(metric):
        for by in trial.groupings:
            for row in trial.result(by, records=trial.records.slice(0, 0)).rows:
                names = ("n", "total", *STATES, *(() if row.get("base") else ("numerator",)))
                counted = {name: row.get(name) for name in names if row.get(name)}
                if counted:
                    problems.append(f"{trial.place}: with no record there is {counted}")
    _require(problems)


def _missing_column_named(metric: Any) -> None:
    """A column that the records lack is named in the error."""
    problems = []
    for trial in _trials(metric):
        derive = metric.derive(trial.params, trial.example.context())
        words = set(re.findall(r"\w+", derive.sql)) if derive is not None else set()
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
    _require(problems)


def _interval_holds_the_value(metric: Any) -> None:
    """lower ≤ value ≤ upper; an interval names its method, one with an end that is not reached says so by a flag."""
    problems = []
    for trial in _trials(metric):
        for by in trial.groupings:
            for row in trial.result(by).rows:
                lower, value, upper = (row.get(name) for name in ("lower", "value", "upper"))
                known = [number for number in (lower, value, upper) if number is not None]
                said = {"interval_open", "not_reached"} & set(row.get("flags") or ())
                if not said and ((lower is None) != (upper is None) or (lower is not None and value is None)):
                    problems.append(f"{trial.place}: lower {lower}, value {value}, upper {upper}: some are missing")
                elif any(left > right for left, right in pairwise(known)) or any(map(math.isnan, known)):
                    problems.append(f"{trial.place}: not {lower} ≤ {value} ≤ {upper}")
                if lower is not None and not row.get("method"):
                    problems.append(f"{trial.place}: the interval names no method")
    _require(problems)


def _states_add_up(metric: Any) -> None:
    """The states of every row add up to its total; an additive metric's units add up to the whole."""
    problems = []
    for trial in _trials(metric):
        for by in trial.groupings:
            for row in trial.result(by).rows:
                added = sum(int(row.get(state) or 0) for state in STATES)
                if row.get("total") is not None and added != row["total"]:
                    problems.append(f"{trial.place}: the states add up to {added}, the total is {row['total']}")
                if row.get("total") is None and added:
                    problems.append(f"{trial.place}: there are states and no total")
        if metric.spec.additive:
            whole, parts = (
                [sum(row.get("total") or 0 for row in trial.result(by).rows)] for by in ((), ("unit",))
            )  # fmt: skip
            if whole != parts:
                problems.append(f"{trial.place}: the units' totals add up to {parts[0]}, the whole has {whole[0]}")
    _require(problems)


def _settled_stays_settled(metric: Any) -> None:
    """Observations that say they are settled are the same at every later moment.

    A kernel that leaves out records lying after ``as_of`` says ``complete=False``; otherwise a cache would keep them
    out for good.
    """
    problems = []
    for trial in _trials(metric):
        for split in (None, _singles):
            seen: dict[int, tuple[dt.datetime, list[tuple[Any, ...]]]] = {}
            batches = trial.batches(trial.example.context(), split=split)
            for moment in _moments(trial):
                context = trial.example.context(as_of=moment)
                for place, batch in enumerate(batches):
                    observed = metric.observe(batch, trial.params, context)
                    cells = _cells(observed)
                    if place in seen and seen[place][1] != cells:
                        problems.append(
                            f"{trial.place}: settled as of {seen[place][0]}, and yet other observations as of {moment}"
                        )
                    elif observed.settled:
                        seen.setdefault(place, (moment, cells))
    _require(problems[:3])


def _moments(trial: _Trial) -> list[dt.datetime]:
    """Every moment of the example and some time later, in order."""
    columns = [c for c, f in zip(trial.records.columns, trial.records.schema, strict=True)
               if pa.types.is_timestamp(f.type)]  # fmt: skip
    known = {value for column in columns for value in column.to_pylist() if value is not None}
    return sorted({moment + later for moment in known for later in _LATER} | {trial.example.context().as_of})


_EVERY: Final = (_keeps_the_contract, _documented)
_RECORD: Final = (
    _examples_reproduced, _observations_are_well_formed, _input_not_mutated, _same_answer_twice,
    _row_order_makes_no_difference, _batch_split_makes_no_difference, _halves_add_up,
    _one_group_alone_equals_that_group, _empty_input, _missing_column_named, _interval_holds_the_value, _states_add_up,
    _settled_stays_settled,
)  # fmt: skip
