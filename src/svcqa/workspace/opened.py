"""What an open workspace holds: settings, policies, calendars, records, register. Its verbs stand beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from svcqa.catalogue import Language
from svcqa.clock.calendar import WorkCalendar
from svcqa.clock.calendar_set import CalendarSet, build_calendars
from svcqa.engine.cache import SummaryCache
from svcqa.engine.contract import Engine, Progress
from svcqa.engine.embedded import EmbeddedEngine
from svcqa.entities.policy import Policies
from svcqa.entities.settings import Settings
from svcqa.metrics.context import Context
from svcqa.metrics.figures import Figures
from svcqa.metrics.registry import Registry
from svcqa.metrics.survey.waves import Surveys
from svcqa.periods import Period, PeriodRule, read_moment
from svcqa.records.store import RecordStore
from svcqa.records.vault import Vault
from svcqa.records.wave_store import WAVES, WaveStore
from svcqa.register import Register

if TYPE_CHECKING:
    from svcqa.report.sections import SectionRegistry


class OpenedWorkspace:
    """One company's settings, policies and stores."""

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        policies: Policies,
        registry: Registry | None = None,
        *,
        known_at: dt.datetime | None = None,
    ) -> None:
        self.folder = folder
        self.settings = settings
        self.policies = policies
        self.period_rule = PeriodRule(settings.company.month_closes_on)
        self.store = RecordStore(folder / ".svcqa" / "records")
        self.registry = registry or Registry()
        self.known_at = known_at
        """Questions see only what had been read or noted by then (UTC), unless they say otherwise; all where absent."""
        self.progress: Callable[[str], Progress] | None = None

    @property
    def language(self) -> Language:
        """The first language of the settings."""
        return self.settings.languages[0]

    @cached_property
    def calendar(self) -> WorkCalendar:
        """Working days and hours of the company."""
        return self.calendars.company

    @cached_property
    def calendars(self) -> CalendarSet:
        """Working days and hours of the company and of the units that keep others."""
        return build_calendars(self.settings.calendar, self.policies.organisation, folder=self.folder)

    def calendars_with(self, **changes: Any) -> CalendarSet:
        """The same with some of the section ``[calendar]`` changed, to try another calendar before it is adopted."""
        settings = self.settings.calendar.model_copy(update=changes)
        return build_calendars(settings, self.policies.organisation, folder=self.folder)

    @cached_property
    def register(self) -> Register:
        """What people decided."""
        path = (self.folder / "register.sqlite").resolve()
        return Register(self.settings.register_url or f"sqlite:///{path}")

    @property
    def vault(self) -> Vault:
        """Who surrogates stand for."""
        key = self.settings.vault_key
        return Vault(self.folder / self.settings.vault, key_file=self.folder / key if key is not None else None)

    @cached_property
    def engine(self) -> Engine:
        """What reads the records and runs SQL. Which one, the settings decide, here and nowhere else."""
        match self.settings.engine:
            case "embedded":
                return EmbeddedEngine(self.store, SummaryCache(self.folder / ".svcqa" / "cache"))

    @cached_property
    def figures(self) -> Figures:
        """The door to all metrics."""
        from svcqa.report.tables.shown import ResultReader

        return Figures(
            engine=self.engine,
            registry=self.registry,
            calendars=self.calendars,
            organisation=self.policies.organisation,
            period_rule=self.period_rule,
            policy_digest=self.policies.digest,
            progress=self.progress,
            surveys=Surveys(self.policies.surveys, self.wave_store),
            reader=ResultReader(self.language, self.policies.names(self.language)),
        )

    @cached_property
    def wave_store(self) -> WaveStore:
        """The documents, lists and frames of waves of callbacks."""
        return WaveStore(self.folder / WAVES)

    @cached_property
    def section_registry(self) -> SectionRegistry:
        """The sections that reviews are made of."""
        from svcqa.report.sections import SectionRegistry

        return SectionRegistry()

    def period(self, label: str) -> Period:
        """A period of this company's calendar."""
        return self.period_rule.parse(label)

    def context(self, period: str | Period, as_of: dt.datetime | str | None = None, **options: Any) -> Context:
        """The circumstances of a question about ``period``; options are those of ``Figures.context``."""
        resolved_period = self.period(period) if isinstance(period, str) else period
        options["known_at"] = options.get("known_at") or self.known_at
        return self.figures.context(resolved_period, as_of=read_moment(as_of), **options)

    def as_known_at(self, moment: dt.datetime | None = None) -> Self:
        """The workspace as it is known at ``moment`` (UTC): what is read or noted later changes no answer.

        Args:
            moment: now where absent, and no earlier than the last reading, should the clock have been set back.
        """
        last = self.store.last_read or dt.datetime.min
        now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        pinned = type(self)(self.folder, self.settings, self.policies, self.registry, known_at=moment or max(now, last))
        pinned.progress = self.progress
        return pinned

    def months_read(self, *further: str) -> list[str]:
        """The months of which records were read, of the tables that commitments and ``further`` name."""
        tables = {item.counted.table for item in self.policies.commitments} | set(further)
        return [part.month for table in tables for part in self.store.parts(table) if part.month]

    def forget_figures(self) -> None:
        """What was measured is measured anew: other records have been read."""
        self.__dict__.pop("figures", None)
