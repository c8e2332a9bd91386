"""The cases behind a figure, and one of them told from its beginning."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from svcqa.engine.batch import Batch
from svcqa.engine.contract import Engine, time_of
from svcqa.engine.summary import Observations
from svcqa.entities.base import Entity
from svcqa.errors import Fault, MetricError, NameUnknownError
from svcqa.metrics.commitments import CommitmentParams
from svcqa.metrics.context import Context
from svcqa.metrics.contract import RecordMetric
from svcqa.metrics.drivers.requests import request_for
from svcqa.metrics.explanation import CaseClock, Explanation
from svcqa.metrics.grouping import day_number
from svcqa.metrics.states import STATES, State

if TYPE_CHECKING:
    import pandas as pd


def list_cases(
    engine: Engine,
    metric: RecordMetric[Any],
    params: Entity,
    context: Context,
    *,
    states_of: Callable[[Observations, Any], npt.NDArray[np.int8]],
    columns: Sequence[str],
    states: Sequence[str],
) -> pd.DataFrame:
    """The cases of ``context.period`` that are in one of ``states``, one row each.

    Columns: those asked for, ``source_file`` and ``source_row`` (where the record was read), ``state``, ``value`` in
    the metric's unit of counting, ``day`` (which places the case in a period) and ``excluded_by``.

    Raises:
        NameUnknownError: the table has not all of ``columns``, or there is no such state.
    """
    import pandas as pd

    _check_states(states)
    available = engine.columns(metric.table(params))
    request = request_for(metric, params, context, available)
    if request.derive is not None:  # what was joined shows why a case is in its state
        available = list(dict.fromkeys((*available, *request.columns)))
    unknown = [name for name in columns if name not in available]
    if unknown:
        place, allowed = metric.table(params), ", ".join(available)
        raise NameUnknownError([Fault("unknown_column", place=place, got=repr(n), allowed=allowed) for n in unknown])
    selected = (*columns, "source_file", "source_row")
    first, last = day_number(context.period.first), day_number(context.period.last)
    frames: list[pd.DataFrame] = []
    for table, observed in engine.observe_rows(
        request, lambda batch: metric.observe(batch, params, context), ("unit", *selected)
    ):
        state = states_of(observed, params)
        in_states = np.isin(state, [State[name.upper()] for name in states])
        chosen = np.flatnonzero(in_states & (observed.day >= first) & (observed.day <= last))
        if not len(chosen) and frames:
            continue
        rows = chosen if observed.rows is None else observed.rows[chosen]
        frame = _texts(table.select(list(dict.fromkeys(("unit", *selected)))).take(pa.array(rows))).to_pandas()
        codes, labels = observed.exclusion or (np.zeros(len(observed.day), dtype=np.int32), ("",))
        frame["state"] = [State(code).column for code in state[chosen]]
        frame["value"] = observed.value[chosen]
        frame["day"] = observed.day[chosen].astype("datetime64[D]").astype("datetime64[s]")
        frame["excluded_by"] = [labels[code] for code in codes[chosen]]
        if context.unit is not None:
            tree = context.organisation
            frame = frame[
                [tree.within(tree.current(code, context.period.last), context.unit) for code in frame["unit"]]
            ]
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def _check_states(states: Sequence[str]) -> None:
    unknown = [name for name in states if name not in STATES]
    if unknown:
        raise NameUnknownError([Fault("unknown_state", got=repr(n), allowed=", ".join(STATES)) for n in unknown])


def _texts(table: Any) -> Any:
    """``table`` with plain texts: how the store keeps codes is nothing to the reader."""
    for index, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            table = table.set_column(index, field.name, table.column(index).cast(pa.string()))
    return table


def explain_case(
    engine: Engine,
    metric: RecordMetric[Any],
    *,
    explain: Callable[[Batch, Any, Context], CaseClock | None],
    params: CommitmentParams,
    context: Context,
    case: str,
) -> Explanation:
    """One case under the commitment of ``params``, as its metric tells it.

    Raises:
        NameUnknownError: the table has no such case, or the commitment is not for it, or it had not come in yet.
        MetricError: the metric tells another figure than its kernel counts.
    """
    request = request_for(metric, params, context, engine.columns(metric.table(params)))
    key = engine.key(request.table)[0]
    case_rows = None
    for rows in engine.read_rows(request, (key, "source_file", "source_row")):
        same = pc.equal(rows[key].cast(pa.string()), case)
        if pc.any(same).as_py():
            case_rows = pa.table({name: rows[name] for name in rows.schema.names}).filter(same)
            break
    if case_rows is None:
        raise NameUnknownError(Fault("unknown_case", place=request.table, got=repr(case)))
    batch = Batch(case_rows.slice(0, 1), time=time_of(request))
    _check_conditions(batch, params, case)
    clock = explain(batch, params, context)
    if clock is None:
        raise NameUnknownError(
            Fault(
                "case_not_yet",
                place=params.commitment.key,
                got=repr(case),
                allowed=f"{context.as_of:%Y-%m-%d %H:%M:%S}",
            )
        )
    _check_sum(metric.spec.name, clock)
    return _explanation(batch, params, context=context, case=case, clock=clock, row=case_rows.slice(0, 1))


def _check_conditions(batch: Batch, params: CommitmentParams, case: str) -> None:
    """Raises NameUnknownError with every condition of the commitment that the case does not meet."""
    faults = []
    for name, allowed in params.commitment.where:
        if not batch.matches(((name, allowed),))[0]:
            index, labels = batch.codes(name)
            place, got = f"{params.commitment.key} › {name}", repr(labels[index[0]])
            faults.append(Fault("case_not_under", file=case, place=place, got=got, allowed=", ".join(allowed)))
    if faults:
        raise NameUnknownError(faults)


def _check_sum(metric: str, clock: CaseClock) -> None:
    """A ledger that does not add up to the figure explains nothing."""
    if clock.told is not None and clock.told != clock.value:
        got = f"explain: {clock.told}, observe: {clock.value}"
        raise MetricError(Fault("plugin_contract", place=metric, got=got))


def _explanation(
    batch: Batch, params: CommitmentParams, *, context: Context, case: str, clock: CaseClock, row: Any
) -> Explanation:
    index, labels = batch.codes("unit")
    unit = labels[index[0]]
    calendar = context.calendars.of(unit)
    return Explanation(
        case=case,
        commitment=params.commitment,
        unit=context.organisation.unit(unit),
        as_of=context.as_of,
        clock=clock,
        source_file=str(row["source_file"][0].as_py()),
        source_row=int(row["source_row"][0].as_py()),
        calendar=calendar.digest,
        calendar_source=calendar.source,
        own_hours=calendar is not context.calendar,
    )
