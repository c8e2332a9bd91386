"""The document of a drawn wave: what a third party needs to draw it again, and what an estimate needs to know of it."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from svcqa.entities.base import Entity, Key

Role = Literal["main", "reserve"]


class WaveStratum(Entity):
    """One stratum of a wave. ``population_size`` counts the customers who could be drawn."""

    key: str
    parts: dict[str, str]
    population_size: int = Field(ge=0)
    cases: int = Field(ge=0)
    """How many cases these customers have, so that cases can be estimated beside customers."""
    excluded: dict[str, int] = Field(default_factory=dict)
    drawn: int = Field(ge=0)
    reserve: int = Field(ge=0)
    rule: Literal["allocated", "share", "take_all"] = "allocated"


class Wave(Entity):
    """A wave as it was drawn. Nothing here names a customer."""

    code: Key
    survey: Key
    number: int = Field(ge=1)
    """Which wave of the workspace, whatever survey: it decides where the draw begins on the circle."""
    period: str
    first: dt.date
    last: dt.date
    as_of: dt.datetime
    known_at: dt.datetime
    """UTC: what had been read by then was known."""
    calls_until: dt.date
    draw: Literal["random", "systematic"]
    start: str
    """Fifteen hexadecimal digits: the point of the circle, or the seed of the systematic start."""
    survey_digest: str
    policy: str
    records: str
    key_fingerprint: str
    do_not_call: str
    """Digest of the numbers on the list; empty where there is none."""
    strata: tuple[WaveStratum, ...]
    frame_digest: str
    list_digest: str

    @property
    def population_size(self) -> int:
        """All customers who could be drawn."""
        return sum(item.population_size for item in self.strata)

    @property
    def drawn(self) -> int:
        """All customers drawn, reserves aside."""
        return sum(item.drawn for item in self.strata)

    @property
    def reserve(self) -> int:
        """All reserves."""
        return sum(item.reserve for item in self.strata)

    def same_draw(self, other: Wave) -> bool:
        """Whether both are one draw; when the records were read and what else was read with them may differ."""
        aside = {"known_at", "records", "policy"}
        return self.model_dump(exclude=aside) == other.model_dump(exclude=aside)

    def reference(self, order: int) -> str:
        """What a row of the call sheet is called: the wave and the place in its list."""
        return f"{self.code}-{order:04d}"


class WaveNote(Entity):
    """That a wave was drawn, as the register keeps it."""

    code: Key
    survey: Key
    number: int = Field(ge=1)
    period: str
    key_fingerprint: str
    frame_digest: str
    list_digest: str

    @classmethod
    def of(cls, wave: Wave) -> WaveNote:
        """What is noted of ``wave``."""
        return cls(**wave.model_dump(include=set(cls.model_fields)))


class ContactExport(Entity):
    """That contacts of customers left the vault: how many, into which file (its name only), what for."""

    wave: Key
    rows: int = Field(ge=0)
    file: str
    purpose: str
