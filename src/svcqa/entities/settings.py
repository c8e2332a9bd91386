"""The settings of a workspace, ``svcqa.toml``."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Final, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, SecretStr, model_validator

from svcqa.catalogue import Language
from svcqa.entities.base import Entity, Text

FIRST_DAY: Final = dt.date(1999, 1, 1)
LAST_DAY: Final = dt.date(2060, 12, 31)
"""The days that a work calendar covers."""


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("a time zone of the IANA list, such as Asia/Shanghai")
    return name


class Company(Entity):
    """Whose records these are."""

    name: Text
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "Asia/Shanghai"
    month_closes_on: int | None = Field(default=None, ge=1, le=27)


class DayOverride(Entity):
    """One day that the company keeps otherwise than the calendar says."""

    day: dt.date = Field(ge=FIRST_DAY, le=LAST_DAY)
    working: bool
    reason: str


class Calendar(Entity):
    """Where working days come from, and the hours worked on them."""

    source: Literal["china", "weekdays"] = "china"
    shifts: tuple[tuple[dt.time, dt.time], ...] = ((dt.time(8, 30), dt.time(12)), (dt.time(13, 30), dt.time(17, 30)))
    overrides: tuple[DayOverride, ...] = ()

    @model_validator(mode="after")
    def _shifts_follow_each_other(self) -> Calendar:
        stops = [dt.time(), *(stop for _, stop in self.shifts)]
        ordered = all(start < stop for start, stop in self.shifts) and all(
            before <= start for before, (start, _) in zip(stops, self.shifts, strict=False)
        )
        if not self.shifts or not ordered:
            raise ValueError("shifts: at least one, each within one day and none before the end of the one before it")
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
            raise ValueError("exactly one of files, url, url_env")
        asked = sum(item is not None for item in (self.query, self.table_name))
        if self.files is None and asked != 1:
            raise ValueError("with url or url_env: exactly one of query, table_name")
        if self.files is not None and (asked or self.name):
            raise ValueError("query, table_name and name go with url or url_env, not with files")
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
    register_url: str | None = None
