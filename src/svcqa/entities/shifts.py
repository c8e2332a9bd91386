"""Worked stretches of a day, as people write them and as the clock counts them.

A stretch that ends at or before its beginning ends on the next day: 22:00–06:00 belongs to the day it starts.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Annotated, Any, Final

from pydantic import BeforeValidator

from svcqa.errors import NotAllowedError

SECONDS_A_DAY: Final = 86_400
AROUND_THE_CLOCK: Final = "24h"

Stretches = tuple[tuple[int, int], ...]
"""Seconds after midnight of the day on which a stretch starts; an end above 86,400 lies on the next day."""

_TIME: Final = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_SIGNS: Final = str.maketrans({"\uff1a": ":", "–": "-", "—": "-", "－": "-", "~": "-", "～": "-", "至": "-"})


def _second(value: Any) -> int:
    if isinstance(value, dt.time):
        return value.hour * 3600 + value.minute * 60 + value.second
    match = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is not None:
        hour, minute, second = (int(part or 0) for part in match.groups())
        if hour < 24 and minute < 60 and second < 60:
            return hour * 3600 + minute * 60 + second
        if (hour, minute, second) == (24, 0, 0):
            return SECONDS_A_DAY
    raise NotAllowedError("time_of_day", got=repr(value))


def _stretch(pair: Any) -> tuple[int, int]:
    if not isinstance(pair, (list, tuple)) or len(pair) != 2:
        raise NotAllowedError("pair_of_times")
    if all(isinstance(end, int) for end in pair):
        return int(pair[0]), int(pair[1])
    start, stop = map(_second, pair)
    if start == stop:
        raise NotAllowedError("no_stretch", begin=pair[0], end=pair[1])
    return start, stop if stop > start else stop + SECONDS_A_DAY


def _pairs(text: str) -> list[list[str]]:
    """``08:30-12:00 13:30-17:30`` as pairs; blanks, commas and semicolons divide."""
    plain = re.sub(r"\s*-\s*", "-", text.translate(_SIGNS))
    return [part.split("-") for part in re.split(r"[\s,;\uff0c\uff1b、]+", plain) if part]


def read_shifts(value: Any) -> Stretches:
    """Stretches from ``"24h"``, from ``"08:30-12:00 13:30-17:30"`` or from pairs of times.

    >>> read_shifts("08:30-12:00 13:30-17:30")
    ((30600, 43200), (48600, 63000))
    >>> read_shifts([["22:00", "06:00"]])
    ((79200, 108000),)

    Raises:
        ValueError: a time cannot be read, or stretches overlap, those of the next day included.
    """
    if isinstance(value, str):
        value = [["00:00", "24:00"]] if value.strip().lower() == AROUND_THE_CLOCK else _pairs(value)
    if not isinstance(value, (list, tuple)):
        raise NotAllowedError("pairs_of_times")
    stretches = tuple(_stretch(pair) for pair in value)
    _check(stretches)
    return stretches


def _check(stretches: Sequence[tuple[int, int]]) -> None:
    again = [*stretches, *((start + SECONDS_A_DAY, stop + SECONDS_A_DAY) for start, stop in stretches[:1])]
    for (start, stop), (following, _) in zip(stretches, again[1:], strict=True):
        if not 0 <= start < SECONDS_A_DAY or start >= stop or stop > following:
            raise NotAllowedError("shifts_in_order")


Shifts = Annotated[Stretches, BeforeValidator(read_shifts)]
"""Shifts as a settings file writes them."""


def _time_text(second: int) -> str:
    second = second if second == SECONDS_A_DAY else second % SECONDS_A_DAY
    hour, minute, rest = second // 3600, second // 60 % 60, second % 60
    return f"{hour:02d}:{minute:02d}" + (f":{rest:02d}" if rest else "")


def shifts_text(shifts: Stretches) -> str:
    """Stretches as text that :func:`read_shifts` reads back.

    >>> shifts_text(((30600, 43200), (79200, 108000)))
    '08:30-12:00 22:00-06:00'
    """
    if shifts == ((0, SECONDS_A_DAY),):
        return AROUND_THE_CLOCK
    return " ".join(f"{_time_text(start)}-{_time_text(stop)}" for start, stop in shifts)
