"""The cases behind a figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from svcqa.engine.embedded import EmbeddedEngine
from svcqa.entities.base import Entity
from svcqa.errors import Fault, MetricError, NameUnknownError
from svcqa.metrics.contract import Context
from svcqa.metrics.grouping import day_number
from svcqa.metrics.measure import request_for
from svcqa.metrics.result import STATES

if TYPE_CHECKING:
    import pandas as pd


def list_cases(
    engine: EmbeddedEngine, metric: Any, params: Entity, context: Context, *, columns: Sequence[str],
    states: Sequence[str] = STATES,
) -> pd.DataFrame:  # fmt: skip
    """The cases of ``context.period`` that are in one of ``states``, one row each.

    Columns: those asked for, ``source_file`` and ``source_row`` (where the record was read), ``state``, ``value`` in
    the metric's unit of counting, ``day`` (which places the case in a period) and ``excluded_by``.

    Raises:
        NameUnknownError: the table has not all of ``columns``, or there is no such state.
        MetricError: the metric does not say in which state its cases are.
    """
    import pandas as pd

    _check_states(metric, states)
    available = engine.columns(metric.table(params))
    request = request_for(metric, params, context, available)
    if request.derive is not None:  # what was joined shows why a case is in its state
        available = list(dict.fromkeys((*available, *request.columns)))
    unknown = [name for name in columns if name not in available]
    if unknown:
        place, allowed = metric.table(params), ", ".join(available)
        raise NameUnknownError([Fault("unknown_column", place=place, got=repr(n), allowed=allowed) for n in unknown])
    wanted = (*columns, "source_file", "source_row")
    first, last = day_number(context.period.first), day_number(context.period.last)
    frames: list[pd.DataFrame] = []
    for table, observed in engine.observe_rows(
        request, lambda batch: metric.observe(batch, params, context), ("unit", *wanted)
    ):
        state = metric.states(observed, params)
        asked = np.isin(state, [STATES.index(name) for name in states])
        chosen = np.flatnonzero(asked & (observed.day >= first) & (observed.day <= last))
        if not len(chosen) and frames:
            continue
        rows = chosen if observed.rows is None else observed.rows[chosen]
        frame = _texts(table.select(list(dict.fromkeys(("unit", *wanted)))).take(pa.array(rows))).to_pandas()
        codes, labels = observed.exclusion or (np.zeros(len(observed.day), dtype=np.int32), ("",))
        frame["state"] = [STATES[int(code)] for code in state[chosen]]
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


def _check_states(metric: Any, states: Sequence[str]) -> None:
    if not callable(getattr(metric, "states", None)):
        raise MetricError(Fault("cases_not_listed", place=metric.spec.name))
    unknown = [name for name in states if name not in STATES]
    if unknown:
        raise NameUnknownError([Fault("unknown_state", got=repr(n), allowed=", ".join(STATES)) for n in unknown])


def _texts(table: Any) -> Any:
    """``table`` with plain texts: how the store keeps codes is nothing to the reader."""
    for place, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            table = table.set_column(place, field.name, table.column(place).cast(pa.string()))
    return table
