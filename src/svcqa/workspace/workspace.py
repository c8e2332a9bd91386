"""A workspace: a folder with ``svcqa.toml`` opened as one object, which notebooks, the command line and tests use.

Here stand its core verbs, and one property or method for each further subject; what they do stands beside it.
"""

from __future__ import annotations

import datetime as dt
from functools import cached_property

from svcqa.errors import Fault
from svcqa.periods import Period
from svcqa.workspace import measuring, planning, reading
from svcqa.workspace.callbacks import Callbacks
from svcqa.workspace.complaints import Complaints
from svcqa.workspace.letters import Letters
from svcqa.workspace.mappings import Mappings
from svcqa.workspace.notes import Notes
from svcqa.workspace.opened import OpenedWorkspace
from svcqa.workspace.outlooks import Outlooks
from svcqa.workspace.reviews import Reviews


class Workspace(OpenedWorkspace):
    """One company's policies, records and decisions. Make it with :func:`svcqa.open`."""

    ingest = reading.ingest
    check = reading.check
    measure = measuring.measure
    what_if = measuring.what_if
    cases = measuring.cases
    explain = measuring.explain
    drivers = measuring.drivers
    next_year = planning.next_year

    @cached_property
    def reviews(self) -> Reviews:
        """Half-year and annual reviews: built, shown in sections, published, restated."""
        return Reviews(self)

    @cached_property
    def notes(self) -> Notes:
        """What people note: problems and what became of them, success, new levels of a process."""
        return Notes(self.register, self.policies, self.period_rule)

    @cached_property
    def letters(self) -> Letters:
        """Responsibility letters: written, signed, checked."""
        return Letters(self)

    @cached_property
    def callbacks(self) -> Callbacks:
        """Surveys by callback: plan, draw, call sheets, audit, results."""
        return Callbacks(self)

    def notices(self) -> tuple[Fault, ...]:
        """What is to be known of register and waves as they are kept: mended, altered, of a newer program."""
        return (*self.register.notices(), *self.callbacks.notices())

    @cached_property
    def mappings(self) -> Mappings:
        """Mapping files: proposed and saved."""
        return Mappings(self.policies.organisation, self.language)

    @cached_property
    def complaints(self) -> Complaints:
        """Complaints, one by one."""
        return Complaints(self.store)

    def outlook(
        self, period: str | Period, *, as_of: dt.datetime | str | None = None, unit: str | None = None
    ) -> Outlooks:
        """Commitments in time up to ``period``: charts, seasons, forecasts; arguments as those of its class."""
        return Outlooks(self, period=period, as_of=as_of, unit=unit)
