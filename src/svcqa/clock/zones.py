"""Natural time in zones that set their clocks forward and back.

Moments are naive local time everywhere; between two of them the clock on the wall may have jumped. A time that comes
twice is taken for its first pass; a time that is skipped for what the clock would show had it not been set yet.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from svcqa.clock.calendar import SECONDS_A_DAY, Int64
from svcqa.clock.intervals import NULL


def natural_seconds(start: Int64, stop: Int64, *, zone: str) -> Int64:
    """Seconds that really passed from ``start`` to ``stop`` in ``zone``, ``(n,)``; ``NULL`` where one is missing.

    From midnight to midnight, on the day on which Berlin goes forward from 2 to 3 o'clock:

    >>> day = np.array([20_541], dtype=np.int64) * 86_400  # 29 March 2026
    >>> natural_seconds(day, day + 86_400, zone="Europe/Berlin").tolist() == [23 * 3600]
    True
    """
    missing = (start == NULL) | (stop == NULL)
    first, last = np.where(missing, 0, start), np.where(missing, 0, stop)
    return np.where(missing, NULL, to_utc(last, zone=zone) - to_utc(first, zone=zone))


def to_utc(moments: Int64, *, zone: str) -> Int64:
    """Naive local moments as seconds since 1970-01-01 in UTC, ``(n,)``."""
    days, index = np.unique(moments // SECONDS_A_DAY, return_inverse=True)
    local = ZoneInfo(zone)
    edges = np.asarray(
        [[_offset(day * SECONDS_A_DAY, local), _offset((day + 1) * SECONDS_A_DAY, local)] for day in days.tolist()],
        dtype=np.int64,
    ).reshape(-1, 2)
    offset = edges[index, 0]
    for position in np.flatnonzero(edges[index, 0] != edges[index, 1]):  # the clocks are set on this day
        offset[position] = _offset(int(moments[position]), local)
    utc: Int64 = moments - offset
    return utc


@lru_cache(maxsize=4096)
def _offset(moment: int, zone: ZoneInfo) -> int:
    offset = (dt.datetime(1970, 1, 1) + dt.timedelta(seconds=moment)).replace(tzinfo=zone).utcoffset()
    return 0 if offset is None else round(offset.total_seconds())
