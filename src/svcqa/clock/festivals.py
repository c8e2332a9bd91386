"""When the Spring Festival is: the days off by the yearly notices, and the first day of the lunar year.

Days off come from the table of chinesecalendar, which holds the notices of the State Council for the years announced.
The first day of the lunar year is astronomy and known ahead; it comes from the tables of the package holidays.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from svcqa.entities.settings import FIRST_DAY, LAST_DAY

Stretch = tuple[dt.date, dt.date]
_NAME: Final = "Spring Festival"


def spring_festivals() -> tuple[Stretch, ...]:
    """First and last day off of each announced Spring Festival, oldest first.

    >>> [first.isoformat() for first, _ in spring_festivals() if first.year == 2026]
    ['2026-02-15']
    """
    from chinese_calendar.constants import holidays

    days: dict[int, list[dt.date]] = {}
    for day, name in holidays.items():
        if name == _NAME:
            days.setdefault(day.year, []).append(day)
    return tuple((min(found), max(found)) for _, found in sorted(days.items()))


def lunar_new_years() -> dict[int, dt.date]:
    """First day of the lunar year, by year.

    >>> lunar_new_years()[2026].isoformat()
    '2026-02-17'
    """
    import holidays

    years = range(FIRST_DAY.year, LAST_DAY.year + 1)
    known = holidays.country_holidays("CN", years=years, language="en_US")
    found: dict[int, dt.date] = {}
    for day in sorted(known):
        named = known[day].split("; ")
        if any(_NAME in name and "observed" not in name for name in named):
            found.setdefault(day.year, day)
    return found
