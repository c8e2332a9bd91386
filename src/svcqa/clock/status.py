"""From a history of statuses to the stretches in which the clock runs, pauses or stands still.

The rules:

- A status holds from its moment to the next entry of the case, the last one until ``as_of``; later entries are masked.
- Of several entries of one moment the last in the order of the rows counts.
- An entry without a status changes nothing: what held before goes on.
- Before the first entry that says something the clock runs, from the case's start where that is earlier.
- A history that begins before the start counts from the start on.
- What follows a stop is the case opened again.
- A case whose first word is a stop was born closed and burns no time.
- A case without any history runs from its start and is open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from svcqa.clock.calendar import Int64
from svcqa.clock.intervals import NULL, Intervals
from svcqa.errors import Fault, MetricError


class Effect(StrEnum):
    """What a status does to the clock."""

    RUNS = "runs"
    PAUSES = "pauses"
    STOPS = "stops"


Effects = npt.NDArray[np.int8]
_EFFECTS: Final = tuple(Effect)
_RUNS, _PAUSES, _STOPS = range(3)
_MISSING: Final = -1


@dataclass(frozen=True)
class StatusTimes:
    """What a history says of each case.

    Attributes:
        start: when the case began, ``(n,)``; ``NULL`` where it has not by ``as_of``.
        stop: when the case was last stopped, ``(n,)``; ``NULL`` where it is open.
        pauses: stretches in which the clock paused; ``NULL`` ends one that lasts.
        closed: stretches between a stop and the next opening.
    """

    start: Int64
    stop: Int64
    pauses: Intervals
    closed: Intervals


def effects_of(labels: Sequence[str], table: Mapping[str, Effect | str]) -> Effects:
    """What each status of ``labels`` does; an empty one says nothing.

    Raises:
        MetricError: with every status that ``table`` does not know, or an effect that is none.
    """
    wrong = sorted({str(effect) for effect in table.values()} - set(_EFFECTS))
    if wrong:
        raise MetricError(Fault("status_effect", got=", ".join(wrong), allowed=", ".join(_EFFECTS)))
    unknown = sorted({label for label in labels if label and label not in table})
    if unknown:
        raise MetricError(Fault("status_unknown", got=", ".join(unknown), allowed=", ".join(table)))
    codes = [_EFFECTS.index(Effect(table[label])) if label else _MISSING for label in labels]
    return np.asarray(codes, dtype=np.int8)


def status_times(
    row: Int64,
    moment: Int64,
    status: npt.NDArray[np.integer],
    labels: Sequence[str],
    *,
    table: Mapping[str, Effect | str],
    start: Int64,
    as_of: int,
) -> StatusTimes:
    """Start, stop, pauses and closed stretches of each case.

    Args:
        row: which case each entry of the history belongs to, ``(k,)``.
        moment: when each entry was made, ``(k,)``, in any order.
        status: index into ``labels``, ``(k,)``; negative where it is missing.
        table: what each status does to the clock.
        start: when each case began by its own record, ``(n,)``; ``NULL`` where only the history knows.
        as_of: entries after it are masked.

    Raises:
        MetricError: a status that ``table`` does not know, or an entry without a moment.
    """
    if (moment == NULL).any():
        raise MetricError(Fault("status_moment", got=str(int((moment == NULL).sum()))))
    effects = effects_of(labels, table)
    padded = np.append(effects, np.int8(_MISSING))  # a negative index finds the last
    effect = padded[np.maximum(status, -1)]
    later = (start != NULL) & (start > as_of)
    chosen = np.flatnonzero((moment <= as_of) & (effect != _MISSING) & ~later[row])
    begun = np.where(later, NULL, start)
    entries = _with_starts(row[chosen], moment[chosen], effect[chosen], begun)
    return _times(_stretches(*entries, start=begun, as_of=as_of), rows=len(start))


def _with_starts(row: Int64, moment: Int64, effect: Effects, start: Int64) -> tuple[Int64, Int64, Effects]:
    """The entries in order, and one more for each case whose start lies before its first: the clock runs."""
    first = np.full(len(start), np.iinfo(np.int64).max, dtype=np.int64)
    np.minimum.at(first, row, moment)
    early = np.flatnonzero((start != NULL) & (start < first))
    row, moment = np.concatenate([row, early]), np.concatenate([moment, start[early]])
    effect = np.concatenate([effect, np.full(len(early), _RUNS, dtype=np.int8)])
    order = np.lexsort((moment, row))  # stable: entries of one moment stay as they came
    return row[order], moment[order], effect[order]


def _stretches(
    row: Int64, moment: Int64, effect: Effects, *, start: Int64, as_of: int
) -> tuple[Int64, Int64, Int64, Effects]:
    """Case, begin, end and effect of each stretch, neighbours of one effect as one."""
    last = np.append(row[1:] != row[:-1], True)[: len(row)]
    begin = np.maximum(moment, start[row])  # a start that is missing lies before everything
    end = np.where(last, as_of, np.append(moment[1:], as_of)[: len(row)])
    lasting = (begin < end) | last
    row, begin, end, effect = row[lasting], begin[lasting], end[lasting], effect[lasting]
    fresh = np.append(True, (row[1:] != row[:-1]) | (effect[1:] != effect[:-1]))[: len(row)]
    return row[fresh], begin[fresh], end[np.append(fresh[1:], True)[: len(row)]], effect[fresh]


def _times(stretches: tuple[Int64, Int64, Int64, Effects], *, rows: int) -> StatusTimes:
    row, begin, end, effect = stretches
    first = np.append(True, row[1:] != row[:-1])[: len(row)]
    last = np.append(row[1:] != row[:-1], True)[: len(row)]
    stopped, paused = effect == _STOPS, effect == _PAUSES
    start, stop = np.full(rows, NULL, dtype=np.int64), np.full(rows, NULL, dtype=np.int64)
    start[row[first]] = begin[first]
    stop[row[last & stopped]] = begin[last & stopped]
    pauses = Intervals(row[paused], begin[paused], np.where(last, NULL, end)[paused])
    between = stopped & ~last
    return StatusTimes(start, stop, pauses, Intervals(row[between], begin[between], end[between]))
