"""When the Spring Festival is: the days off by the yearly notices, and the first day of the lunar year.

Days off come from the table of chinesecalendar, which holds the notices of the State Council for the years announced.
The first day of the lunar year is astronomy and known ahead; it comes from the tables of the package holidays.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from svcqa.entities.settings import FIRST_DAY, LAST_DAY

if TYPE_CHECKING:
    from svcqa.clock.calendar import WorkCalendar

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
    return tuple((min(days_off), max(days_off)) for _, days_off in sorted(days.items()))


def festivals(first: dt.date, last: dt.date) -> tuple[Stretch, ...]:
    """Each Spring Festival between two days: days off as announced; beyond the notices, eve to sixth day.

    >>> [(begin.isoformat(), end.isoformat()) for begin, end in festivals(dt.date(2026, 1, 1), dt.date(2027, 12, 31))]
    [('2026-02-15', '2026-02-23'), ('2027-02-05', '2027-02-11')]
    """
    announced = {stretch[0].year: stretch for stretch in spring_festivals()}
    day = dt.timedelta(days=1)
    expected = {year: (new_year - day, new_year + 5 * day) for year, new_year in lunar_new_years().items()}
    by_year = {**expected, **announced}
    return tuple(by_year[year] for year in sorted(by_year) if first <= by_year[year][1] and by_year[year][0] <= last)


def follows_china(calendar: WorkCalendar) -> bool:
    """Whether the calendar's days come from the notices for the mainland of China."""
    return calendar.source.startswith("chinesecalendar ")


def lunar_new_years() -> dict[int, dt.date]:
    """First day of the lunar year, by year.

    >>> lunar_new_years()[2026].isoformat()
    '2026-02-17'
    """
    import holidays

    years = range(FIRST_DAY.year, LAST_DAY.year + 1)
    chinese_holidays = holidays.country_holidays("CN", years=years, language="en_US")
    new_years: dict[int, dt.date] = {}
    for day in sorted(chinese_holidays):
        named = chinese_holidays[day].split("; ")
        if any(_NAME in name and "observed" not in name for name in named):
            new_years.setdefault(day.year, day)
    return new_years
