"""A workspace: a folder with ``svcqa.toml`` opened as one object, which notebooks, the command line and tests use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from svcqa.catalogue import LANGUAGES, Language
from svcqa.clock.calendar import WorkCalendar
from svcqa.clock.calendar_set import CalendarSet, build_calendars
from svcqa.engine.cache import SummaryCache
from svcqa.engine.embedded import EmbeddedEngine, Progress
from svcqa.entities.complaint import Complaint
from svcqa.entities.plan import NextYearRules
from svcqa.entities.policy import Policies, load_policies, load_settings
from svcqa.entities.published import Publication
from svcqa.entities.rebase import Rebase
from svcqa.entities.settings import Settings
from svcqa.entities.target import LevelTarget
from svcqa.errors import Fault, NameUnknownError, WorkspaceError
from svcqa.metrics.contract import Context
from svcqa.metrics.figures import Figures, WhatIf
from svcqa.metrics.measure import target_faults
from svcqa.metrics.registry import Registry
from svcqa.metrics.result import STATES, Result
from svcqa.periods import Period, PeriodKind, PeriodRule, read_moment
from svcqa.records.check import CheckReport, check_report
from svcqa.records.ingest import Door
from svcqa.records.mapping import load_mapping
from svcqa.records.report import IngestReport
from svcqa.records.source_files import ingest_sources
from svcqa.records.store import RecordStore
from svcqa.records.vault import Vault
from svcqa.register import Register
from svcqa.register.register import action_item, rebase_item

if TYPE_CHECKING:
    import pandas as pd

    from svcqa.metrics.explanation import Explanation
    from svcqa.records.assistant import Proposal
    from svcqa.review.half_year import HalfYearReview
    from svcqa.review.published import Restatement
    from svcqa.review.returns import Comparison
    from svcqa.workspace.next_year import NextYear

SETTINGS_FILE = "svcqa.toml"


def open_workspace(path: str | Path = ".") -> Workspace:
    """Open the workspace in folder ``path``.

    Raises:
        WorkspaceError: the folder holds no ``svcqa.toml``.
        PolicyError: with all faults of the settings or of the policy files.
    """
    folder = Path(path)
    if not (folder / SETTINGS_FILE).is_file():
        raise WorkspaceError(Fault("no_workspace", got=str(path)))
    settings = load_settings(folder / SETTINGS_FILE)
    registry = Registry()

    def metric_faults(target: LevelTarget, file: str) -> Iterable[Fault]:
        return target_faults(registry, target, file)

    return Workspace(folder, settings, load_policies(folder, settings, metric_faults=metric_faults), registry)


class Workspace:
    """One company's policies, records and decisions. Make it with :func:`svcqa.open`."""

    def __init__(self, folder: Path, settings: Settings, policies: Policies, registry: Registry | None = None) -> None:
        self.folder = folder
        self.settings = settings
        self.policies = policies
        self.period_rule = PeriodRule(settings.company.month_closes_on)
        self.store = RecordStore(folder / ".svcqa" / "records")
        self.registry = registry or Registry()
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

    @cached_property
    def register(self) -> Register:
        """What people decided."""
        path = (self.folder / "register.sqlite").resolve()
        return Register(self.settings.register_url or f"sqlite:///{path}")

    @cached_property
    def figures(self) -> Figures:
        """The door to all metrics."""
        engine = EmbeddedEngine(self.store, SummaryCache(self.folder / ".svcqa" / "cache"))
        return Figures(
            engine, self.registry, self.calendars, self.policies.organisation, self.period_rule, self.policies.digest,
            self.progress,
        )  # fmt: skip

    def period(self, label: str) -> Period:
        """A period of this company's calendar."""
        return self.period_rule.parse(label)

    def ingest(
        self, *, source_folder: str | Path | None = None, now: dt.datetime | None = None,
        progress: Progress | None = None,
    ) -> IngestReport:  # fmt: skip
        """Read all sources of the settings; files already read change nothing.

        Args:
            source_folder: where the files are looked for; the workspace where absent.
            now: when they become known (UTC); the clock's moment where absent.
            progress: called with the number of files done and of all files.

        Raises:
            SourceError: with every file that is missing or cannot be read; the others have been read.
        """
        base = Path(source_folder) if source_folder is not None else self.folder
        vault = Vault(self.folder / self.settings.vault)
        door = Door(self.store, vault, self.policies.organisation, self.settings.company.time_zone)
        try:
            return ingest_sources(
                door, self.settings.sources, files=base, mappings=self.folder, progress=progress,
                now=now or dt.datetime.now(dt.UTC).replace(tzinfo=None),
            )  # fmt: skip
        finally:
            self.__dict__.pop("figures", None)

    def check(self) -> CheckReport:
        """What was read, quarantined and odd, file by file, with places."""
        return check_report(self.store)

    def propose_mapping(self, file: str | Path, *, table: str | None = None) -> Proposal:
        """A mapping proposed for ``file``; samples have personal data masked.

        Raises:
            SourceError: the file cannot be read.
        """
        from svcqa.records.assistant import propose

        names: dict[str, str] = {}
        for unit in self.policies.organisation.units:
            names |= dict.fromkeys((unit.code, *map(unit.name.in_language, LANGUAGES)), unit.code)
        return propose(Path(file), table, units=names)

    def save_mapping(self, proposal: Proposal, out: str | Path, *, language: Language | None = None) -> None:
        """Write a proposed mapping to ``out``.

        Raises:
            PolicyError: it lacks required columns; the file is written all the same, to be completed by hand.
        """
        path = Path(out)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(proposal.toml(language or self.language), encoding="utf-8")
        load_mapping(path)

    def measure(
        self, metric: str, *, period: str | Period, commitment: str | None = None, target: str | None = None,
        by: Sequence[str] = (), as_of: dt.datetime | str | None = None, cumulative: bool = False,
        unit: str | None = None, level: float = 0.95, limit: int | None = None, known_at: dt.datetime | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> Result:  # fmt: skip
        """The figures of a metric.

        Args:
            metric: a name of ``svcqa plugins``.
            period: ``2026H1``, ``2026-06``, ``2026Q2``, ``2026-W23``, ``2026``.
            commitment: key of the commitment, for metrics that take one.
            target: key of the target, for metrics that take one.
            by: levels of the organisation, ``unit``, lengths of period, columns of codes.
            as_of: events after it are masked (local time); the end of the period where absent.
            cumulative: each period counts from the first day of its year.
            unit: only this unit and what is below it.
            level: coverage of the intervals.
            limit: a limit to try instead of the promised one.
            known_at: only what had been read by then (UTC).
            params: further parameters of the metric, held against its own model.

        Returns:
            A tidy frame, see ``svcqa.metrics.result.COLUMNS``.
        """
        context = self._context(period, as_of, by=by, cumulative=cumulative, unit=unit, level=level, known_at=known_at)
        given = {**self._params(commitment, target), **(params or {})}
        known = self.registry.plugins().get(metric)
        if known is not None and "rebases" in known.accepts:
            given.setdefault("rebases", self.rebases())
        if limit is not None:
            return self.figures.what_if(metric, given, context).at(limit=limit)
        return self.figures.result(metric, given, context)

    def what_if(
        self, commitment: str, *, period: str | Period, by: Sequence[str] = (), unit: str | None = None,
        as_of: dt.datetime | str | None = None, metric: str | None = None,
    ) -> WhatIf:  # fmt: skip
        """A commitment's figure with parameters to move: ``.at(limit=45)`` answers at once.

        Args:
            metric: another metric of the same commitment, such as ``sla_percentiles``; its own where absent.
        """
        context = self._context(period, as_of, by=by, unit=unit)
        params = self._params(commitment, None)
        return self.figures.what_if(metric or params["commitment"].metric, params, context)

    def cases(
        self, commitment: str | None = None, *, period: str | Period, metric: str | None = None,
        params: Mapping[str, Any] | None = None, states: Sequence[str] = STATES, columns: Sequence[str] = (),
        unit: str | None = None, as_of: dt.datetime | str | None = None,
    ) -> pd.DataFrame:  # fmt: skip
        """The cases behind a figure, one row each, with their state and where they were read.

        Args:
            commitment: key of the commitment whose cases are listed.
            metric: whose cases are listed; the commitment's own where absent.
            params: further parameters of the metric.
            states: only cases in one of these states.
            columns: further columns of the metric's table, or of what it joins to it.

        Raises:
            MetricError: the metric does not say in which state its cases are.
        """
        context = self._context(period, as_of, unit=unit)
        given = {**self._params(commitment, None), **(params or {})}
        chosen = metric or (given["commitment"].metric if commitment is not None else "")
        return self.figures.cases(chosen, given, context, columns=columns, states=states)

    def explain(
        self, case: str, *, commitment: str | None = None, as_of: dt.datetime | str | None = None
    ) -> tuple[Explanation, ...]:
        """Where the figure of one case comes from: state, due moment, and what of its time counted and why.

        Args:
            case: key of the record, such as an order's number.
            commitment: key of a commitment; every one that the case falls under where absent.
            as_of: as it was known at this moment (local time); now where absent.

        Raises:
            NameUnknownError: nobody has read such a case, or the commitment is not for it.
        """
        from svcqa.review.explained import explain

        moment = read_moment(as_of) or dt.datetime.now().replace(microsecond=0)
        month = self.period_rule.containing(moment.date(), PeriodKind.MONTH)
        return explain(self.figures, self.policies, self._context(month, moment), case, commitment=commitment)

    def drivers(
        self, commitment: str, *, period: str | Period, against: str | Period | None = None,
        by: Sequence[str] = ("department",), unit: str | None = None, as_of: dt.datetime | str | None = None,
    ) -> pd.DataFrame:  # fmt: skip
        """What moved a figure since ``against`` (the period before where absent), split by each of ``by``.

        Columns: ``svcqa.review.drivers.COLUMNS``. The cases behind a row: :meth:`cases` with the same period.
        """
        from svcqa.review.drivers import drivers

        context = self._context(period, as_of, unit=unit)
        since = self.period(against) if isinstance(against, str) else against
        since = since or self.period_rule.previous(context.period)
        counted = self.policies.commitment(commitment).counted
        return drivers(self.figures, counted, context, against=since, by=by)

    def complaint(self, complaint_id: str) -> Complaint:
        """One complaint as it is known now.

        Raises:
            NameUnknownError: no such complaint was accepted.
        """
        from svcqa.records.lookup import find_row

        row = find_row(self.store, "complaints", complaint_id)
        if row is None:
            raise NameUnknownError(Fault("no_records", place="complaints", got=complaint_id))
        return Complaint.model_validate({name: row[name] for name in Complaint.model_fields if name in row})

    def review_half_year(
        self, period: str | Period, *, as_of: dt.datetime | str | None = None, unit: str | None = None
    ) -> HalfYearReview:
        """The half-year review: pure figures and register entries, ready to be shown.

        Raises:
            PeriodError: the period is no half-year.
        """
        from svcqa.review.half_year import half_year_review

        context = self._context(period, as_of, unit=unit)
        return half_year_review(
            self.figures, self.policies, context, self.register.actions(period=context.period.label)
        )

    def compare_returns(
        self, period: str | Period, *, as_of: dt.datetime | str | None = None
    ) -> tuple[Comparison, ...]:
        """Records beside monthly returns, per department and month, of each commitment that has both."""
        from svcqa.review.returns import compare_returns

        return compare_returns(self.figures, self.policies.commitments, self._context(period, as_of))

    def publish(
        self, period: str | Period, *, author: str, as_of: dt.datetime | str | None = None,
        now: dt.datetime | None = None,
    ) -> Publication:  # fmt: skip
        """Pin the figures of a half-year review in the register: as reported, from now on.

        Args:
            author: who reports them.
            now: UTC; the clock's moment where absent.

        Raises:
            RegisterError: nobody is named.
        """
        from svcqa.review.published import publication

        moment = now or dt.datetime.now(dt.UTC).replace(tzinfo=None)
        found = publication(self.review_half_year(period, as_of=as_of), now=moment)
        self.register.publish(found, author=author, now=moment)
        return found

    def restated(
        self, period: str | Period | None = None, *, calendars: CalendarSet | None = None
    ) -> tuple[Restatement, ...]:
        """Every published figure beside what it is today, oldest publication first.

        Args:
            period: only publications of this period.
            calendars: count with these instead of today's.
        """
        from dataclasses import replace

        from svcqa.review.published import restate

        label = self.period(period).label if isinstance(period, str) else period.label if period else None
        figures = self.figures if calendars is None else replace(self.figures, calendars=calendars)
        return tuple(restate(figures, self.policies, one) for one in self.register.publications(period=label))

    def next_year(
        self, year: int, *, as_of: dt.datetime | str | None = None, unit: str | None = None,
        rules: NextYearRules | None = None,
    ) -> NextYear:  # fmt: skip
        """Next year's targets: proposals, decomposition, what if, plans.

        Args:
            as_of: what was known at this moment (local time); now where absent.
            unit: whose targets; the company's where absent.
            rules: how goals are proposed; those of ``svcqa.toml`` where absent.
        """
        from svcqa.workspace.next_year import NextYear

        moment = read_moment(as_of) or dt.datetime.now().replace(microsecond=0)
        month = self.period_rule.containing(moment.date(), PeriodKind.MONTH)
        context = self._context(month, moment, unit=unit)
        return NextYear(
            self.figures, self.policies, self.register, context, year=year, rules=rules or self.settings.next_year
        )

    def note_problem(
        self, *, category: str, problem: str, author: str, action: str = "", due: dt.date | None = None,
        responsible: str = "", tracker: str = "", period: str = "", target: str = "", unit: str = "",
        now: dt.datetime | None = None,
    ) -> int:  # fmt: skip
        """Note a row of form B in the register and give its number.

        Raises:
            RegisterError: naming each field that is empty.
        """
        item = action_item(
            category=category, problem=problem, action=action, due=due, responsible=responsible, tracker=tracker,
            period=period, target=target, unit=unit,
        )  # fmt: skip
        return self.register.note(item, author=author.strip() or "—", now=now)

    def note_rebase(
        self, indicator: str, *, unit: str, since: str | Period, reason: str, name: str, now: dt.datetime | None = None,
        replaces: int | None = None,
    ) -> int:  # fmt: skip
        """Note in the register that a process has a new level, so that its chart has new limits; give its number.

        Args:
            since: the first month of the new level, such as ``2025-10``.
            reason, name: what changed, and who decided it.
            replaces: number of the entry that this one corrects.

        Raises:
            RegisterError: reason, name or indicator is empty.
        """
        code = self.policies.organisation.unit(unit).code
        first = (self.period(since) if isinstance(since, str) else since).first
        item = rebase_item(indicator=indicator, unit=code, since=first, reason=reason, name=name)
        return self.register.note_rebase(item, now=now, replaces=replaces)

    def rebases(self, indicator: str | None = None) -> tuple[Rebase, ...]:
        """What people decided on new levels, oldest entry first; of one indicator where it is given."""
        return tuple(self.register.rebases(indicator=indicator))

    def _context(self, period: str | Period, as_of: dt.datetime | str | None, **options: Any) -> Context:
        found = self.period(period) if isinstance(period, str) else period
        return self.figures.context(found, as_of=read_moment(as_of), **options)

    def _params(self, commitment: str | None, target: str | None) -> dict[str, Any]:
        params: dict[str, Any] = {}
        if commitment is not None:
            params["commitment"] = self.policies.commitment(commitment).counted
        if target is not None:
            params["target"] = self.policies.target(target)
        return params
