"""Working time of generated cases: rows a second and share of rows right, svcqa beside others.

The truth is a plain loop over days that asks chinese_calendar each time. The packages are no dependencies: those that
are not installed are named and left out. Each is given all it can be told: hours, lunch, holidays; none takes make-up
days. Seconds are those of the processor, on one core: others who share the machine do not count. Only ratios of one
run mean anything; the rates are printed for information.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from svcqa.clock.calendar import Int64, build_calendar
from svcqa.clock.elapsed import working_seconds
from svcqa.clock.intervals import Intervals
from svcqa.clock.pauses import due, elapsed
from svcqa.entities.settings import Calendar

REPETITIONS = 3
BATCH = 65_536
LOOP_ROWS = 20_000
PACKAGE_ROWS = 500
LONGEST_DAYS = 12
EPOCH = dt.datetime(1970, 1, 1)
SHIFTS = ((dt.time(8, 30), dt.time(12)), (dt.time(13, 30), dt.time(17, 30)))
FIRST, LAST = dt.datetime(2024, 1, 1), dt.datetime(2026, 12, 1)

Moments = Sequence[dt.datetime]
Way = Callable[[Moments, Moments], list[float]]
"""Working seconds of each case; NaN where a package gives none."""


def run(rows: int, seed: int) -> None:
    """Generate, measure, compare, print."""
    print(f"working time of {rows:,} cases, seed {seed}, {REPETITIONS} repetitions of ours", flush=True)
    start, stop = cases(rows, seed)
    taken, found = ours(start, stop)
    rate = rows / statistics.median(taken)
    few = slice(0, min(LOOP_ROWS, rows))
    begins, ends = moments(start[few]), moments(stop[few])
    truth, loop_rate = measured(day_loop, begins, ends)
    agreeing = np.mean(np.asarray(truth) == found[few])
    print(f"{'':<24}{'rows/s':>14}{'rows right':>12}")
    print(f"{'svcqa':<24}{rate:>14,.0f}{agreeing:>12.1%}  of {len(truth):,}")
    print(f"{'plain loop over days':<24}{loop_rate:>14,.0f}{1:>12.1%}  (the truth)", flush=True)
    ratios = {"plain loop over days": rate / loop_rate}
    for name, (module, way, tolerance) in ways().items():
        if importlib.util.find_spec(module) is None:
            print(f"{name:<24}  not installed: pip install {name}")
            continue
        part = slice(0, min(PACKAGE_ROWS, rows))
        given, package_rate = measured(way, begins[part], ends[part])
        right = np.mean(np.abs(np.asarray(given) - np.asarray(truth[part])) < tolerance)
        print(f"{name:<24}{package_rate:>14,.0f}{right:>12.1%}  of {len(given):,}", flush=True)
        ratios[name] = rate / package_rate
    for name, ratio in ratios.items():
        print(f"svcqa / {name}: {ratio:,.0f} times the rows a second")
    print_pauses(start, stop, seed, rate)


def cases(rows: int, seed: int) -> tuple[Int64, Int64]:
    """Starts in three years of China's calendar, and stops up to twelve days later."""
    generator = np.random.default_rng(seed)
    first, last = (int((moment - EPOCH).total_seconds()) for moment in (FIRST, LAST))
    start = generator.integers(first, last, rows)
    return start, start + generator.integers(0, LONGEST_DAYS * 86_400, rows)


def ours(start: Int64, stop: Int64) -> tuple[list[float], Int64]:
    """Seconds taken by each repetition, batch by batch as the engine asks, and the working seconds."""
    calendar = build_calendar(Calendar())
    working_seconds(calendar, start[:1], stop[:1])  # the tables are made once
    taken, found = [], np.zeros(len(start), dtype=np.int64)
    for _ in range(REPETITIONS):
        began = time.process_time()
        for begin in range(0, len(start), BATCH):
            piece = slice(begin, begin + BATCH)
            found[piece] = working_seconds(calendar, start[piece], stop[piece])
        taken.append(time.process_time() - began)
    return taken, found


def moments(seconds: Int64) -> list[dt.datetime]:
    return [EPOCH + dt.timedelta(seconds=int(second)) for second in seconds]


def measured(way: Way, starts: Moments, stops: Moments) -> tuple[list[float], float]:
    """What a way finds, and its rows a second."""
    began = time.process_time()
    found = way(starts, stops)
    return found, len(starts) / (time.process_time() - began)


def day_loop(starts: Moments, stops: Moments) -> list[float]:
    """Each day asked by itself, each shift cut with the case."""
    import chinese_calendar

    found = []
    for start, stop in zip(starts, stops, strict=True):
        total, day = dt.timedelta(), start.date()
        while day <= stop.date():
            if chinese_calendar.is_workday(day):
                for begin, end in SHIFTS:
                    shift = max(start, dt.datetime.combine(day, begin)), min(stop, dt.datetime.combine(day, end))
                    total += max(shift[1] - shift[0], dt.timedelta())
            day += dt.timedelta(days=1)
        found.append(total.total_seconds())
    return found


def ways() -> dict[str, tuple[str, Way, float]]:
    """Packages: the module, how it is asked, and by how many seconds it may be off: pandas counts whole hours."""
    return {
        "businesstimedelta": ("businesstimedelta", with_businesstimedelta, 0.5),
        "business-duration": ("business_duration", with_business_duration, 0.5),
        "pandas": ("pandas", with_pandas, 3600),
    }


def public_holidays() -> list[dt.date]:
    from chinese_calendar.constants import holidays

    return sorted(holidays)


def with_businesstimedelta(starts: Moments, stops: Moments) -> list[float]:
    import businesstimedelta as other

    rules = other.Rules(
        [
            other.WorkDayRule(start_time=dt.time(8, 30), end_time=dt.time(17, 30), working_days=[0, 1, 2, 3, 4]),
            other.LunchTimeRule(start_time=dt.time(12), end_time=dt.time(13, 30), working_days=[0, 1, 2, 3, 4]),
            other.HolidayRule({*public_holidays(), dt.date(2027, 1, 1)}),  # it always wants a next one
        ]
    )
    spans = [rules.difference(start, stop) for start, stop in zip(starts, stops, strict=True)]
    return [span.hours * 3600.0 + span.seconds for span in spans]


def with_business_duration(starts: Moments, stops: Moments) -> list[float]:
    """It takes one stretch a day, so it is asked for the morning and for the afternoon."""
    from business_duration import businessDuration

    closed: Any = dict.fromkeys(public_holidays(), "")
    return [
        sum(float(businessDuration(start, stop, begin, end, holidaylist=closed, unit="sec")) for begin, end in SHIFTS)
        for start, stop in zip(starts, stops, strict=True)
    ]


def with_pandas(starts: Moments, stops: Moments) -> list[float]:
    """The hours of ``CustomBusinessHour`` between start and stop, as its users count them."""
    import pandas as pd

    begins, ends = ([pair[place].strftime("%H:%M") for pair in SHIFTS] for place in (0, 1))
    hour = pd.offsets.CustomBusinessHour(start=begins, end=ends, holidays=public_holidays())
    found = []
    for start, stop in zip(starts, stops, strict=True):
        hours = pd.date_range(start, stop, freq=hour)
        found.append(3600.0 * max(len(hours) - 1, 0))
    return found


def print_pauses(start: Int64, stop: Int64, seed: int, rate: float) -> None:
    """The same cases, three in ten with a pause; and when eight working hours net of it are used up."""
    generator = np.random.default_rng(seed + 1)
    row = np.flatnonzero(generator.random(len(start)) < 0.3)
    begin = start[row] + generator.integers(-86_400, 86_400, len(row))
    pauses = Intervals(row, begin, begin + generator.integers(0, 2 * 86_400, len(row)))
    calendar, as_of = build_calendar(Calendar()), int(stop.max()) + 1
    net, late = 0.0, 0.0
    for first in range(0, len(start), BATCH):
        piece, own = slice(first, first + BATCH), slice(*np.searchsorted(row, [first, first + BATCH]))
        held = Intervals(row[own] - first, pauses.begin[own], pauses.end[own])
        began = time.process_time()
        elapsed(calendar, start[piece], stop[piece], as_of=as_of, pauses=held)
        between = time.process_time()
        due(calendar, start[piece], 8 * 3600, as_of=as_of, pauses=held)
        net, late = net + between - began, late + time.process_time() - between
    print(f"net of {len(row):,} pauses: {len(start) / net:,.0f} rows/s; ", end="")
    print(f"due moments net of them: {len(start) / late:,.0f} rows/s")
    print(f"time net of pauses / without: {net * rate / len(start):.1f}")
