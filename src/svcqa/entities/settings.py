"""The settings of a workspace, ``svcqa.toml``."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Final, Literal, get_args
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, SecretStr, model_validator

from svcqa.catalogue import Language
from svcqa.entities.base import Entity, Text
from svcqa.entities.plan import NextYearRules
from svcqa.entities.shifts import SECONDS_A_DAY, Shifts
from svcqa.errors import NotAllowedError

FIRST_DAY: Final = dt.date(1999, 1, 1)
LAST_DAY: Final = dt.date(2060, 12, 31)
"""The days that a work calendar covers."""


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise NotAllowedError("time_zone")
    return name


class Company(Entity):
    """Whose records these are."""

    name: Text
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "Asia/Shanghai"
    month_closes_on: int | None = Field(default=None, ge=1, le=27)


Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: Final[tuple[Weekday, ...]] = get_args(Weekday)
DayKind = Literal["workday", "weekend", "holiday", "makeup", "override"]
DAY_KINDS: Final[tuple[DayKind, ...]] = get_args(DayKind)
"""A ``makeup`` day is worked for a holiday; an ``override`` is a day that the company keeps its own way."""


class DayOverride(Entity):
    """One day that the company, or one unit and what is below it, keeps otherwise than the calendar says."""

    day: dt.date = Field(ge=FIRST_DAY, le=LAST_DAY)
    working: bool
    reason: str
    unit: str | None = None
    shifts: Shifts | None = None
    """Its hours, where they are not the usual ones."""

    @model_validator(mode="after")
    def _hours_are_those_of_a_worked_day(self) -> DayOverride:
        if self.shifts is not None and self.working != bool(self.shifts):
            raise NotAllowedError("shifts_of_working_days")
        return self


class Post(Entity):
    """Hours of one unit and what is below it. A post staffed for 24 hours is staffed every day, unless it says so."""

    unit: str
    shifts: Shifts = Field(min_length=1)
    weekday_shifts: dict[Weekday, Shifts] = Field(default_factory=dict)
    days: Literal["working", "every"] | None = None

    @property
    def every_day(self) -> bool:
        """Whether the post is staffed on days of rest, too."""
        return self.days == "every" or (self.days is None and self.shifts == ((0, SECONDS_A_DAY),))


class Calendar(Entity):
    """Where working days come from, and the hours worked on them.

    Hours of a day: those of its override; otherwise of its weekday (workdays and weekends); otherwise of its kind;
    otherwise ``shifts`` on workdays and make-up days, and none on others.
    """

    source: Literal["china", "weekdays", "holidays", "table"] = "china"
    country: str | None = None
    """For ``holidays``: a country's code, such as HK."""
    subdivision: str | None = None
    announced_to: int | None = Field(default=None, ge=FIRST_DAY.year, le=LAST_DAY.year)
    """For ``holidays``: the last year whose days are announced; where absent, only estimated years are provisional."""
    file: str | None = None
    """For ``table``: the Excel or CSV file, beside ``svcqa.toml``."""
    shifts: Shifts = Field(default=((30_600, 43_200), (48_600, 63_000)), min_length=1)
    weekday_shifts: dict[Weekday, Shifts] = Field(default_factory=dict)
    day_shifts: dict[DayKind, Shifts] = Field(default_factory=dict)
    overrides: tuple[DayOverride, ...] = ()
    posts: tuple[Post, ...] = ()

    @model_validator(mode="after")
    def _keys_fit_the_source(self) -> Calendar:
        sources = {"country": "holidays", "file": "table"}
        for key, source in sources.items():
            if (getattr(self, key) is not None) != (self.source == source):
                raise NotAllowedError("goes_with_source", name=key, source=source)
        if self.source != "holidays" and (self.subdivision is not None or self.announced_to is not None):
            raise NotAllowedError("holidays_only")
        return self

    @model_validator(mode="after")
    def _each_stands_once(self) -> Calendar:
        days = [(item.unit, item.day) for item in self.overrides]
        units = [post.unit for post in self.posts]
        if len(set(days)) < len(days) or len(set(units)) < len(units):
            raise NotAllowedError("overrides_once")
        return self


class Source(Entity):
    """Files of one table, or a table or query of a database, and the mapping that reads them, in the order of reading.

    The address of a database may hold a password: better name an environment variable with ``url_env``.
    """

    mapping: str
    files: str | None = None
    url: SecretStr | None = None
    url_env: str | None = None
    query: str | None = None
    table_name: str | None = None
    name: str | None = None
    """What reports call a database's table or query."""

    @model_validator(mode="after")
    def _one_place(self) -> Source:
        if sum(item is not None for item in (self.files, self.url, self.url_env)) != 1:
            raise NotAllowedError("one_place")
        count = sum(item is not None for item in (self.query, self.table_name))
        if self.files is None and count != 1:
            raise NotAllowedError("query_or_table")
        if self.files is not None and (count or self.name):
            raise NotAllowedError("of_databases")
        return self


class Settings(Entity):
    """All of ``svcqa.toml``."""

    company: Company
    languages: tuple[Language, ...] = Field(default=("zh-Hans",), min_length=1)
    engine: Literal["embedded"] = "embedded"
    calendar: Calendar = Calendar()
    organisation: str = "policy/organisation.toml"
    policies: tuple[str, ...] = ("policy/commitments.toml", "policy/targets.toml")
    sources: tuple[Source, ...] = ()
    vault: str = "vault"
    vault_key: str | None = None
    """A file with the vault's key, where it is kept elsewhere: 64 hexadecimal digits. For fictional records only it may
    lie open, so that surrogates are the same in every copy."""
    draw_key: str = "draw.key"
    """The file with the key of random numbers; made at the first draw."""
    register_url: str | None = None
    next_year: NextYearRules = NextYearRules()
