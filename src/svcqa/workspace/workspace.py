"""A workspace: a folder with ``svcqa.toml`` opened as one object, which notebooks, the command line and tests use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from svcqa.catalogue import LANGUAGES, Language
from svcqa.engine.contract import Progress
from svcqa.entities.complaint import Complaint
from svcqa.errors import Fault, NameUnknownError
from svcqa.metrics.figures import WhatIf
from svcqa.metrics.result import STATES, Result
from svcqa.periods import Period, PeriodKind, read_moment
from svcqa.records.check import CheckReport, check_report
from svcqa.records.ingest import Door
from svcqa.records.mapping import load_mapping
from svcqa.records.report import IngestReport
from svcqa.records.source_files import ingest_sources
from svcqa.workspace.callbacks import Callbacks
from svcqa.workspace.letters import LetterVerbs
from svcqa.workspace.notes import NoteVerbs
from svcqa.workspace.reviews import ReviewVerbs

if TYPE_CHECKING:
    import pandas as pd

    from svcqa.entities.plan import NextYearRules
    from svcqa.metrics.explanation import Explanation
    from svcqa.records.assistant import Proposal
    from svcqa.workspace.next_year import NextYear

SETTINGS_FILE = "svcqa.toml"


class Workspace(ReviewVerbs, NoteVerbs, LetterVerbs):
    """One company's policies, records and decisions. Make it with :func:`svcqa.open`."""

    @cached_property
    def callbacks(self) -> Callbacks:
        """Surveys by callback: plan, draw, call sheets, audit."""
        return Callbacks(self)

    def ingest(
        self,
        *,
        source_folder: str | Path | None = None,
        now: dt.datetime | None = None,
        progress: Progress | None = None,
    ) -> IngestReport:
        """Read all sources of the settings and the call sheets filled in; files already read change nothing.

        Args:
            source_folder: where the files are looked for; the workspace where absent.
            now: when they become known (UTC); the clock's moment where absent.
            progress: called with the number of files done and of all files.

        Raises:
            SourceError: with every file that is missing or cannot be read; the others have been read.
        """
        base = Path(source_folder) if source_folder is not None else self.folder
        door = Door(
            store=self.store,
            vault=self.vault,
            organisation=self.policies.organisation,
            time_zone=self.settings.company.time_zone,
            query=self.engine.query,
        )
        try:
            return ingest_sources(
                door,
                self.settings.sources,
                files=base,
                mappings=self.folder,
                progress=progress,
                now=now or dt.datetime.now(dt.UTC).replace(tzinfo=None),
                waves=self.callbacks.store,
            )
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
        self,
        metric: str,
        *,
        period: str | Period,
        commitment: str | None = None,
        target: str | None = None,
        by: Sequence[str] = (),
        as_of: dt.datetime | str | None = None,
        cumulative: bool = False,
        unit: str | None = None,
        level: float = 0.95,
        limit: int | None = None,
        known_at: dt.datetime | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> Result:
        """The figures of a metric.

        Args:
            metric: a name of ``svcqa plugins``.
            period: ``2026H1``, ``2026-06``, ``2026Q2``, ``2026-W23``, ``2026``.
            commitment: key of the commitment, for metrics that take one.
            target: key of the target, for metrics that take one.
            by: levels of the organisation, ``unit``, lengths of period, columns of codes.
            as_of: events after it are masked (local time); the end of the period where absent, of a survey metric that
                of the wave's calls.
            cumulative: each period counts from the first day of its year.
            unit: only this unit and what is below it.
            level: coverage of the intervals.
            limit: a limit to try instead of the promised one.
            known_at: only what had been read by then (UTC).
            params: further parameters of the metric, held against its own model.

        Returns:
            A tidy frame, see ``svcqa.metrics.result.COLUMNS``.
        """
        given = {**self._params(commitment, target), **(params or {})}
        asked = self.period(period) if isinstance(period, str) else period
        as_of = as_of or self.figures.asked_as_of(metric, given, asked)
        context = self._context(asked, as_of, by=by, cumulative=cumulative, unit=unit, level=level, known_at=known_at)
        known = self.registry.plugins().get(metric)
        if known is not None and "rebases" in known.accepts:
            given.setdefault("rebases", self.rebases())
        if limit is not None:
            return self.figures.what_if(metric, given, context).at(limit=limit)
        return self.figures.result(metric, given, context)

    def what_if(
        self,
        commitment: str,
        *,
        period: str | Period,
        by: Sequence[str] = (),
        unit: str | None = None,
        as_of: dt.datetime | str | None = None,
        metric: str | None = None,
    ) -> WhatIf:
        """A commitment's figure with parameters to move: ``.at(limit=45)`` answers at once.

        Args:
            metric: another metric of the same commitment, such as ``sla_percentiles``; its own where absent.
        """
        context = self._context(period, as_of, by=by, unit=unit)
        params = self._params(commitment, None)
        return self.figures.what_if(metric or params["commitment"].metric, params, context)

    def cases(
        self,
        commitment: str | None = None,
        *,
        period: str | Period,
        metric: str | None = None,
        params: Mapping[str, Any] | None = None,
        states: Sequence[str] = STATES,
        columns: Sequence[str] = (),
        unit: str | None = None,
        as_of: dt.datetime | str | None = None,
    ) -> pd.DataFrame:
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
        self,
        commitment: str,
        *,
        period: str | Period,
        against: str | Period | None = None,
        by: Sequence[str] = ("department",),
        unit: str | None = None,
        as_of: dt.datetime | str | None = None,
    ) -> pd.DataFrame:
        """What moved a figure since ``against`` (the period before where absent), split by each of ``by``.

        Columns: ``svcqa.review.drivers.COLUMNS``. The cases behind a row: :meth:`cases` with the same period.
        """
        from svcqa.review.drivers import drivers

        context = self._context(period, as_of, unit=unit)
        since = self.period(against) if isinstance(against, str) else against
        since = since or self.period_rule.previous(context.period)
        counted = self.policies.commitment(commitment).counted
        return drivers(self.figures, counted, context, against=since, by=by)

    def next_year(
        self,
        year: int,
        *,
        as_of: dt.datetime | str | None = None,
        unit: str | None = None,
        rules: NextYearRules | None = None,
    ) -> NextYear:
        """Next year's targets: what is proposed, shared out, tried and saved; arguments as those of its class."""
        from svcqa.workspace.next_year import NextYear

        return NextYear(self, year, as_of=as_of, unit=unit, rules=rules)

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
