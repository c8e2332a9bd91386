"""The calendars of a company: one for all, others for units that keep their own days or hours."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from svcqa.clock.calendar import Int64, WorkCalendar, assemble, days_of
from svcqa.entities.organisation import Organisation
from svcqa.entities.settings import Calendar as CalendarSettings
from svcqa.errors import Fault, PolicyError


@dataclass(frozen=True)
class CalendarSet:
    """The company's calendar, and by code those of the units that have their own."""

    company: WorkCalendar
    units: Mapping[str, WorkCalendar]
    organisation: Organisation

    @property
    def digest(self) -> str:
        """Changes when any of the calendars does."""
        unit_digests = "".join(f"{code}\n{self.units[code].digest}\n" for code in sorted(self.units))
        return hashlib.sha256(f"{self.company.digest}\n{unit_digests}".encode()).hexdigest()[:16]

    def of(self, unit: str) -> WorkCalendar:
        """The calendar that ``unit`` works by: its own, or that of the nearest unit above it.

        Raises:
            NameUnknownError: the organisation has no such unit.
        """
        if not self.units:
            return self.company
        above = [step.code for step in reversed(self.organisation.path(unit))]
        return next((self.units[code] for code in above if code in self.units), self.company)

    def row_groups(
        self, index: npt.NDArray[np.integer], labels: Sequence[str]
    ) -> Iterator[tuple[slice | Int64, WorkCalendar]]:
        """The rows of a batch by calendar: what to index arrays with, and the calendar of these rows.

        Args:
            index: which of ``labels`` each row's unit is, ``(n,)``.
            labels: codes of units.
        """
        calendars = [self.of(label) for label in labels]
        distinct = list({id(calendar): calendar for calendar in calendars}.values())
        if len(distinct) <= 1:
            yield slice(None), distinct[0] if distinct else self.company
            return
        number_of = {id(calendar): number for number, calendar in enumerate(distinct)}
        group = np.asarray([number_of[id(calendar)] for calendar in calendars], dtype=np.int64)[index]
        for number, calendar in enumerate(distinct):
            rows = np.flatnonzero(group == number)
            if len(rows):
                yield rows, calendar


def build_calendars(
    settings: CalendarSettings, organisation: Organisation, *, folder: Path | None = None
) -> CalendarSet:
    """All calendars of a company.

    Overrides and posts of a unit count for what is below it, too, where nothing nearer says otherwise.

    Raises:
        PolicyError: a unit that the organisation does not have, or whatever is wrong with the source of days.
    """
    named = [("overrides", n, item.unit) for n, item in enumerate(settings.overrides, start=1)]
    named += [("posts", n, post.unit) for n, post in enumerate(settings.posts, start=1)]
    unit_codes = {unit.code for unit in organisation.units}
    faults = [
        Fault(
            "unknown_unit",
            file="svcqa.toml",
            place=f"calendar.{key}[{n}].unit",
            got=repr(unit),
            allowed=", ".join(unit_codes),
        )
        for key, n, unit in named
        if unit is not None and unit not in unit_codes
    ]
    if faults:
        raise PolicyError(faults)
    days = days_of(settings, folder=folder)
    calendars = {
        unit: assemble(days, settings, units=[step.code for step in organisation.path(unit)])
        for unit in dict.fromkeys(unit for _, _, unit in named if unit is not None)
    }
    return CalendarSet(assemble(days, settings), calendars, organisation)
