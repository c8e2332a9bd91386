"""One example of a record metric, driven as the engine would drive it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from typing_extensions import override

from svcqa.engine.batch import Batch
from svcqa.engine.contract import time_of
from svcqa.engine.derive import typed_table
from svcqa.engine.memory import MemoryEngine
from svcqa.engine.summary import Observations, Summary
from svcqa.entities.base import Entity
from svcqa.metrics.context import Context
from svcqa.metrics.contract import RecordMetric
from svcqa.metrics.drivers.record import RecordDriver
from svcqa.metrics.drivers.requests import request_for, summarise
from svcqa.metrics.examples import Example
from svcqa.metrics.parameters import validated
from svcqa.metrics.result import Result
from svcqa.metrics.testing.problems import examples_of
from svcqa.periods import PeriodKind


@dataclass(frozen=True)
class Trial:
    """A metric and one of its examples."""

    metric: RecordMetric[Any]
    example: Example
    number: int

    @property
    def place(self) -> str:
        """How messages call the example."""
        return f"example {self.number} ({self.example.period})"

    @cached_property
    def params(self) -> Entity:
        """The metric's parameters as its own model."""
        return validated(self.metric, self.example.params)

    @cached_property
    def name(self) -> str:
        """The table that the metric reads."""
        return str(self.metric.table(self.params))

    @cached_property
    def records(self) -> Any:
        """The records of the example."""
        return typed_table(self.name, self.example.records)

    @cached_property
    def groupings(self) -> tuple[tuple[str, ...], ...]:
        """What the kit groups by: months too, where the example's period has whole ones."""
        context = self.example.context()
        monthly = bool(context.period_rule.split(context.period, PeriodKind.MONTH))
        return ((), ("unit",), *((("unit", "month"),) if monthly else ()))

    def engine(self, records: Any = None, split: Any = None) -> MemoryEngine:
        """An engine over the example, or over ``records`` instead of its own."""
        empty = records is not None and records.num_rows == 0
        beside = {name: typed_table(name, {} if empty else columns) for name, columns in self.example.beside.items()}
        return MemoryEngine({**beside, self.name: self.records if records is None else records}, split=split)

    def result(self, by: Sequence[str] = (), *, records: Any = None, split: Any = None) -> Result:
        """The figures."""
        context = self.example.context(by=by)
        summary = summarise(self.engine(records, split), self.metric, self.params, context)
        return RecordDriver(self.metric).read(summary, self.params, context, pins={})

    def summary(self, context: Context) -> Summary:
        """The summary that figures are read from."""
        return summarise(self.engine(), self.metric, self.params, context)

    def batches(self, context: Context, split: Any = None, kind: type[Batch] = Batch) -> list[Batch]:
        """What the kernel sees."""
        engine = self.engine(split=split)
        request = request_for(self.metric, self.params, context, engine.columns(self.name))
        return [kind(table, time=time_of(request)) for table in engine.read_rows(request, ())]


def trials(metric: RecordMetric[Any]) -> list[Trial]:
    """Every example of ``metric``, ready to be driven."""
    return [Trial(metric, example, number) for number, example in enumerate(examples_of(metric), start=1)]


def cells(observed: Observations) -> list[tuple[Any, ...]]:
    """The observations as they would be summed, in an order of their own."""
    count = len(observed.day)
    codes, labels = observed.exclusion or (np.zeros(count, dtype=np.int32), ("",))
    weight = np.ones(count, dtype=np.int64) if observed.weight is None else observed.weight
    row_numbers = np.arange(count) if observed.rows is None else observed.rows
    columns = (row_numbers, observed.day, observed.fact, observed.value, observed.follow_up, weight)
    numbers = zip(*(column.tolist() for column in columns), strict=True)
    return sorted((*row, labels[int(code)]) for row, code in zip(numbers, codes, strict=True))


def singles(table: Any) -> list[Any]:
    """Cut into single rows."""
    return [table.slice(row, 1) for row in range(table.num_rows)] or [table]


def halves(table: Any) -> list[Any]:
    """Cut in two."""
    return [table.slice(0, table.num_rows // 2), table.slice(table.num_rows // 2)]


def only(unit: str, context: Context) -> Callable[[Any], list[Any]]:
    """Leaves the records of ``unit``, and of closed units that it took over."""
    tree, day = context.organisation, context.period.last

    def cut(table: Any) -> list[Any]:
        recorded = [tree.current(label or "", day) for label in table.column("unit").to_pylist()]
        return [table.filter(pa.array([label == unit for label in recorded], pa.bool_()))]

    return cut


def thirds(table: Any) -> list[Any]:
    """Cut in three."""
    size = max(table.num_rows // 3, 1)
    return [table.slice(begin, size) for begin in range(0, table.num_rows, size)] or [table]


class WatchedBatch(Batch):
    """Remembers what it handed out."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.handed: list[tuple[str, npt.NDArray[Any], npt.NDArray[Any]]] = []

    def _kept(self, name: str, array: npt.NDArray[Any]) -> npt.NDArray[Any]:
        self.handed.append((name, array, array.copy()))
        return array

    @override
    def moments(self, name: str) -> Any:
        return self._kept(name, super().moments(name))

    @override
    def integers(self, name: str) -> Any:
        return self._kept(name, super().integers(name))

    @override
    def codes(self, name: str) -> Any:
        index, labels = super().codes(name)
        return self._kept(name, index), labels
