"""The settings of a workspace, ``svcqa.toml``."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field

from svcqa.catalogue import Language
from svcqa.entities.base import Entity, Text


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

    day: dt.date
    working: bool
    reason: str


class Calendar(Entity):
    """Where working days come from, and the hours worked on them."""

    source: Literal["china", "weekdays"] = "china"
    shifts: tuple[tuple[dt.time, dt.time], ...] = ((dt.time(8, 30), dt.time(12)), (dt.time(13, 30), dt.time(17, 30)))
    overrides: tuple[DayOverride, ...] = ()


class Source(Entity):
    """Files of one table and the mapping that reads them, in the order of reading."""

    files: str
    mapping: str


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
