"""Where days come from: the notices of the State Council, public holidays of a country, plain weekdays.

Each source gives every day from ``FIRST_DAY`` to ``LAST_DAY`` a kind, says where it has it from, and marks the days
that nobody has announced yet as *provisional*; those are counted by their weekday.
"""

from __future__ import annotations

import datetime as dt
import importlib.metadata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from svcqa.entities.settings import DAY_KINDS, FIRST_DAY, LAST_DAY, DayKind
from svcqa.entities.shifts import Stretches
from svcqa.errors import Fault, PolicyError

if TYPE_CHECKING:
    from svcqa.clock.table import TableDay

DAYS: Final = (LAST_DAY - FIRST_DAY).days + 1
BY_WEEKDAY: Final = "Monday to Friday"


def position(day: dt.date) -> int:
    """Index of ``day`` in the tables of a calendar."""
    return (day - FIRST_DAY).days


def kind_code(kind: DayKind) -> int:
    """Index of ``kind`` among all kinds."""
    return DAY_KINDS.index(kind)


@dataclass(frozen=True, kw_only=True)
class Days:
    """What a source says of each day, ``(days,)`` each.

    Attributes:
        kind: index into ``DAY_KINDS``.
        provisional: days that nobody has announced.
        origin: index into ``origins``, the names of where each day comes from.
        shifts: hours of single days, by position, where the source gives them.
        source: the source as reports name it.
    """

    kind: npt.NDArray[np.int8]
    provisional: npt.NDArray[np.bool_]
    origin: npt.NDArray[np.int16]
    origins: tuple[str, ...]
    source: str
    shifts: Mapping[int, Stretches] = field(default_factory=dict)


def _kinds(weekend: Iterable[int] = (5, 6)) -> npt.NDArray[np.int8]:
    """Workdays and weekends; Monday is 0."""
    weekday = (np.arange(DAYS) + FIRST_DAY.weekday()) % 7
    resting = np.isin(weekday, list(weekend))
    return np.where(resting, kind_code("weekend"), kind_code("workday")).astype(np.int8)


def weekdays() -> Days:
    """Monday to Friday, no holidays, nothing provisional."""
    return Days(
        kind=_kinds(),
        provisional=np.zeros(DAYS, np.bool_),
        origin=np.zeros(DAYS, np.int16),
        origins=(BY_WEEKDAY,),
        source=BY_WEEKDAY,
    )


def china() -> Days:
    """Days of mainland China by the yearly notices of the State Council, make-up days included."""
    import chinese_calendar
    from chinese_calendar.constants import holidays, workdays

    years = {day.year for day in holidays}
    version = getattr(chinese_calendar, "__version__", "")
    source = f"chinesecalendar {version} {min(years)}–{max(years)}"
    kind = _kinds()
    for day in holidays:
        kind[position(day)] = kind_code("holiday")
    for day in workdays:
        kind[position(day)] = kind_code("makeup" if day.weekday() > 4 else "workday")
    announced = slice(position(dt.date(min(years), 1, 1)), position(dt.date(max(years), 12, 31)) + 1)
    provisional, origin = np.ones(DAYS, np.bool_), np.ones(DAYS, np.int16)
    provisional[announced], origin[announced] = False, 0
    return Days(kind=kind, provisional=provisional, origin=origin, origins=(source, BY_WEEKDAY), source=source)


def public_holidays(country: str, *, subdivision: str | None = None, announced_to: int | None = None) -> Days:
    """Days of a country or one of its parts as the package ``holidays`` knows them.

    Years after ``announced_to`` are provisional, and so is each year in which the package only estimates a holiday:
    feasts that follow the sighting of the moon.

    Raises:
        PolicyError: the package knows no such country or part.
    """
    country_holidays = _country(country, subdivision)
    version = importlib.metadata.version("holidays")
    name = country if subdivision is None else f"{country}-{subdivision}"
    source = f"holidays {version} {name}"
    kind, provisional = _kinds(), np.zeros(DAYS, np.bool_)
    for number in range(DAYS):
        day = FIRST_DAY + dt.timedelta(days=number)
        kind[number] = kind_code(_kind_in(country_holidays, day))
    for year in _provisional_years(country_holidays, announced_to):
        provisional[position(dt.date(year, 1, 1)) : position(dt.date(year, 12, 31)) + 1] = True
    return Days(kind=kind, provisional=provisional, origin=np.zeros(DAYS, np.int16), origins=(source,), source=source)


def _country(country: str, subdivision: str | None) -> Any:
    """All holidays of the calendar's years, named in the country's own language whatever the machine speaks."""
    import holidays

    countries = holidays.list_supported_countries(include_aliases=False)
    if country not in countries:
        raise _unknown("country", country, countries)
    parts = countries[country]
    if subdivision is not None and subdivision not in parts:
        raise _unknown("subdivision", subdivision, parts)
    entity = getattr(holidays, country)
    years = range(FIRST_DAY.year, LAST_DAY.year + 1)
    return entity(subdiv=subdivision, years=years, language=entity.default_language, expand=False)


def _unknown(key: str, got: str, allowed: Iterable[str]) -> PolicyError:
    return PolicyError(
        Fault(
            "unknown_country",
            file="svcqa.toml",
            place=f"calendar.{key}",
            got=repr(got),
            allowed=", ".join(sorted(allowed)),
        )
    )


def _kind_in(country_holidays: Any, day: dt.date) -> DayKind:
    if day in country_holidays:
        return "holiday"
    if day in getattr(country_holidays, "weekend_workdays", ()):
        return "makeup"
    return "weekend" if country_holidays.is_weekend(day) else "workday"


def _provisional_years(country_holidays: Any, announced_to: int | None) -> set[int]:
    mark = (getattr(country_holidays, "estimated_label", None) or "").replace("%s", "").strip()
    estimated = {day.year for day, names in country_holidays.items() if mark and mark in names}
    beyond = range((announced_to or LAST_DAY.year) + 1, LAST_DAY.year + 1)
    return estimated | set(beyond)


def from_table(rows: Iterable[TableDay], *, file: str) -> Days:
    """Days of a table that a person keeps; what lies outside it goes by weekday and is provisional."""
    kind, provisional = _kinds(), np.ones(DAYS, np.bool_)
    names: dict[str, int] = {BY_WEEKDAY: 0}
    origin = np.zeros(DAYS, np.int16)
    shifts: dict[int, Stretches] = {}
    for row in rows:
        index = position(row.day)
        kind[index], provisional[index] = kind_code(row.kind), row.provisional
        origin[index] = names.setdefault(row.source or file, len(names))
        if row.shifts is not None:
            shifts[index] = row.shifts
    return Days(kind=kind, provisional=provisional, origin=origin, origins=tuple(names), source=file, shifts=shifts)
