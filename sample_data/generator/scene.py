"""The company that the records pretend to come from: its departments, customers, days, and how well it works.

Moments are whole seconds since 1970-01-01 in naive local time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, Final

import chinese_calendar
import numpy as np
import numpy.typing as npt

Record = dict[str, Any]
Int64 = npt.NDArray[np.int64]

FIRST_DAY: Final = dt.date(2023, 7, 1)
LAST_DAY: Final = dt.date(2026, 6, 30)
DAY: Final = 86_400
MINUTE: Final = 60
EPOCH: Final = dt.datetime(1970, 1, 1)

UNIT_NAMES: Final = {
    "CQ-KF": "城区客服部",
    "CQ-QX": "城区抢险中心",
    "CQ-GW": "城区管网部",
    "CQ-AJ": "城区安检部",
    "CJ-KF": "城郊客服部",
    "CJ-QX": "城郊抢险中心",
    "CJ-GW": "城郊管网部",
    "CJ-AJ": "城郊安检部",
    "CJ-QX2": "城郊抢险二队",
}
"""How the sources call the units; policy/organisation.toml has the full names."""
STATION_NOBODY_KNOWS: Final = "城北服务站"
"""The mappings still translate it; the organisation no longer has it: reason ``unknown_unit``."""
CLOSED_UNIT: Final = "CJ-QX2"
CLOSED_ON: Final = dt.date(2024, 12, 31)

CUSTOMERS: Final = 6000


def moment(when: dt.datetime) -> int:
    """Seconds since 1970-01-01."""
    return int((when - EPOCH).total_seconds())


def when(seconds: int) -> dt.datetime:
    """The opposite of :func:`moment`."""
    return EPOCH + dt.timedelta(seconds=int(seconds))


AS_OF: Final = moment(dt.datetime(2026, 7, 1))
"""The sources were exported at this moment: nothing later is written down."""


def month_of(seconds: int) -> str:
    """``2026-01``."""
    return f"{when(seconds):%Y-%m}"


def months() -> list[str]:
    """All 36 months."""
    return [
        f"{year}-{month:02d}"
        for year in range(2023, 2027)
        for month in range(1, 13)
        if (2023, 7) <= (year, month) <= (2026, 6)
    ]


DAYS: Final = tuple(FIRST_DAY + dt.timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1))
WORKDAYS: Final = tuple(
    day for n in range(-10, len(DAYS) + 60) if chinese_calendar.is_workday(day := FIRST_DAY + dt.timedelta(days=n))
)
SPRING_FESTIVAL: Final = tuple(
    day
    for day in DAYS
    if chinese_calendar.get_holiday_detail(day)[1] == "Spring Festival" and not chinese_calendar.is_workday(day)
)
_WORKDAY_ORDINALS: Final = np.array([day.toordinal() for day in WORKDAYS])


def workday_after(day: dt.date, number: int) -> dt.date:
    """The ``number``-th working day after ``day``; ``day`` itself where ``number`` is 0."""
    if number == 0:
        return day
    return WORKDAYS[int(np.searchsorted(_WORKDAY_ORDINALS, day.toordinal(), side="right")) + number - 1]


# --- how well the company works ---------------------------------------------------------------------------------

ARRIVAL: Final = {"CQ-QX": 0.97, "CJ-QX": 0.97, "CJ-QX2": 0.965}
ARRIVAL_END: Final = 0.86
"""What CJ-QX has come down to in 2026-06, in equal steps from 2025-07 on."""
REPLY: Final = {"CQ-KF": 0.97, "CJ-KF": 0.965, "CQ-AJ": 0.97, "CJ-AJ": 0.96}
REPLY_STEP: Final = 0.86
REPLY_STEP_MONTH: Final = "2025-10"
APPOINTMENT: Final = {"CQ-KF": 0.968, "CJ-KF": 0.96, "CQ-AJ": 0.972, "CJ-AJ": 0.965}
RESTORE: Final = {"CQ-GW": 0.985, "CJ-GW": 0.98}
RINGS: Final = {"CQ-KF": 0.935, "CJ-KF": 0.92}
SPRING_SHARE: Final = 0.35
WINTER_OVER_SUMMER: Final = 1.9


def arrival_probability(unit: str, month: str) -> float:
    """Chance that an emergency team of ``unit`` arrives within 40 minutes."""
    steps = max(0, months().index(month) - months().index("2025-06"))
    if unit == "CJ-QX":
        return ARRIVAL[unit] + (ARRIVAL_END - ARRIVAL[unit]) * steps / 12
    return ARRIVAL[unit]


def reply_probability(unit: str, month: str) -> float:
    """Chance that ``unit`` answers a complaint within three working days."""
    return REPLY_STEP if unit == "CQ-KF" and month >= REPLY_STEP_MONTH else REPLY[unit]


def emergency_season(day: dt.date) -> float:
    """Volume of emergencies against summer."""
    if day.month in (12, 1, 2):
        return WINTER_OVER_SUMMER
    return 1.0 if day.month in (6, 7, 8) else 1.35


# --- when things come in ----------------------------------------------------------------------------------------

ROUND_THE_CLOCK: Final = (2, 1, 1, 1, 1, 2, 4, 6, 6, 5, 5, 6, 6, 4, 4, 4, 5, 8, 9, 8, 6, 5, 4, 3)
OFFICE_HOURS: Final = (0, 0, 0, 0, 0, 0, 0, 2, 9, 13, 12, 8, 4, 7, 10, 10, 8, 4, 3, 2, 1, 1, 0, 0)
HOTLINE_HOURS: Final = (1, 1, 0, 0, 0, 1, 3, 7, 12, 14, 13, 10, 7, 8, 11, 11, 10, 9, 8, 7, 5, 4, 2, 1)
EVERY_DAY: Final = (1.0,) * 7
FEWER_AT_WEEKENDS: Final = (1.12, 1.08, 1.05, 1.05, 1.08, 0.85, 0.77)
HARDLY_AT_WEEKENDS: Final = (1.2, 1.18, 1.16, 1.15, 1.16, 0.62, 0.53)


def moments(
    rng: np.random.Generator,
    per_month: float,
    *,
    hours: Sequence[float],
    weekdays: Sequence[float] = EVERY_DAY,
    season: Callable[[dt.date], float] = lambda day: 1.0,
    spring: float = 1.0,
    first: dt.date = FIRST_DAY,
    last: dt.date = LAST_DAY,
) -> Int64:
    """When cases come in, sorted. ``spring`` is the share left on the days of the Spring Festival."""
    starts, means = [], []
    for day in DAYS:
        if first <= day <= last:
            factor = season(day) * weekdays[day.weekday()] * (spring if day in SPRING_FESTIVAL else 1.0)
            starts.append(moment(dt.datetime.combine(day, dt.time())))
            means.append(per_month * 12 / 365.25 * factor)
    counts = rng.poisson(means)
    weights = np.asarray(hours, dtype=np.float64)
    hour = rng.choice(24, size=counts.sum(), p=weights / weights.sum())
    return np.sort(np.repeat(starts, counts) + hour * 3600 + rng.integers(0, 3600, counts.sum()))


# --- customers --------------------------------------------------------------------------------------------------


def customer_number(rng: np.random.Generator, unit: str) -> int:
    """A customer of the subsidiary of ``unit``: of each five, three live in the city."""
    chosen = int(rng.integers(0, CUSTOMERS // 5)) * 5
    return chosen + int(rng.integers(0, 3) if unit.startswith("CQ") else rng.integers(3, 5))


def customer_code(number: int) -> str:
    """``KH000123``."""
    return f"KH{number:06d}"


def tier(number: int) -> str:
    """One in twenty is tier A, four in twenty are B."""
    return "A" if number % 20 == 7 else "B" if number % 20 in (3, 9, 11, 18) else "C"


def customer_kind(number: int) -> str:
    """One in twelve is a business."""
    return "business" if number % 12 == 5 else "resident"


def contact(number: int) -> tuple[str, str, str]:
    """A name, a telephone number and an address that nobody can have."""
    return f"测试用户{number:04d}", f"190-0000-{number:04d}", f"示例路{number % 300 + 1}号"
