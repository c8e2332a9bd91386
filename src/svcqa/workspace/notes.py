"""What people note in the register: problems and what became of them, success, rebases."""

from __future__ import annotations

import datetime as dt

from svcqa.entities.policy import Policies
from svcqa.entities.rebase import Rebase
from svcqa.errors import Fault, NameUnknownError
from svcqa.periods import Period, PeriodRule, day_of
from svcqa.register import Register
from svcqa.register.problems import action_item, action_step, note_problem, note_step
from svcqa.register.rebases import note_rebase, rebase_item, rebases
from svcqa.register.successes import note_success, success


class Notes:
    """The notes of a workspace. Reach it as ``workspace.notes``."""

    def __init__(self, register: Register, policies: Policies, period_rule: PeriodRule) -> None:
        self._register, self._policies, self._period_rule = register, policies, period_rule

    def add_problem(
        self,
        *,
        category: str,
        problem: str,
        author: str,
        action: str = "",
        due: dt.date | str | None = None,
        responsible: str = "",
        tracker: str = "",
        period: str = "",
        target: str = "",
        unit: str = "",
        now: dt.datetime | None = None,
    ) -> int:
        """Note a row of form B in the register and give its number.

        Args:
            period: the half-year or year that it is noted of, or a part of it, such as ``2026H1``.
            target: key of the target or commitment that it is about.
            unit: code of the unit where it is.

        Raises:
            RegisterError: naming each field that is empty.
            NameUnknownError: there is no such unit, target or commitment.
            PeriodError: the period cannot be read.
        """
        item = action_item(
            category=category,
            problem=problem,
            action=action,
            due=day_of(due) if due else None,
            responsible=responsible,
            tracker=tracker,
            period=self._period_rule.parse(period).label if period else "",
            target=self._served(target),
            unit=self._policies.organisation.unit(unit).code if unit else "",
        )
        return note_problem(self._register, item, author=author.strip() or "—", now=now)

    def add_rebase(
        self,
        indicator: str,
        *,
        unit: str,
        since: str | Period,
        reason: str,
        name: str,
        now: dt.datetime | None = None,
        replaces: int | None = None,
    ) -> int:
        """Note in the register that a process has a new level, so that its chart has new limits; give its number.

        Args:
            since: the first month of the new level, such as ``2025-10``.
            reason, name: what changed, and who decided it.
            replaces: number of the entry that this one corrects.

        Raises:
            RegisterError: reason, name or indicator is empty.
        """
        code = self._policies.organisation.unit(unit).code
        first = (self._period_rule.parse(since) if isinstance(since, str) else since).first
        item = rebase_item(indicator=indicator, unit=code, since=first, reason=reason, name=name)
        return note_rebase(self._register, item, now=now, replaces=replaces)

    def rebases(self, indicator: str | None = None) -> tuple[Rebase, ...]:
        """What people decided on new levels, oldest entry first; of one indicator where it is given."""
        return tuple(rebases(self._register, indicator=indicator))

    def add_step(
        self,
        number: int,
        step: str,
        *,
        by: str,
        on: dt.date | str | None = None,
        finding: str = "",
        due: dt.date | str | None = None,
        now: dt.datetime | None = None,
        after: int | None = None,
    ) -> int:
        """Note what became of a row of form B; give the number of the entry.

        Args:
            number: of the row, as :meth:`add_problem` gave it.
            step: ``done`` (reported), ``effective`` (checked, and so closed) or ``reopened`` (checked, and not enough).
            by: who reports or checks.
            on: the day; today where absent.
            finding: what the check found; needed for a check.
            due: the new date of a row that is opened again.
            after: number of the entry of the last step that is known to who notes this one; the row's own where there
                was none. Where somebody noted another one since, this one is refused. Absent: as things stand now.

        Raises:
            RegisterError: no such row, a check before the report, a step that another has overtaken, or a field that is
                empty or wrong.
            WorkspaceError: a day cannot be read.
        """
        item = action_step(
            action=number, step=step, by=by, on=day_of(on), finding=finding, due=day_of(due) if due else None
        )
        return note_step(self._register, item, now=now, after=after)

    def add_success(
        self,
        *,
        unit: str,
        experience: str,
        period: str,
        name: str,
        target: str = "",
        evidence: str = "",
        now: dt.datetime | None = None,
        replaces: int | None = None,
    ) -> int:
        """Note success experience in the register; give the number of the entry.

        Args:
            unit: code of the unit where it worked.
            experience: what worked.
            period: when, such as ``2026``.
            name: who tells it.
            target: key of the target or commitment that it served.
            evidence: the figure that shows it, in words.
            replaces: number of the entry that this one corrects.

        Raises:
            RegisterError: naming each field that is empty.
            NameUnknownError: there is no such unit, target or commitment.
            PeriodError: the period cannot be read.
        """
        item = success(
            unit=self._policies.organisation.unit(unit).code,
            experience=experience,
            period=self._period_rule.parse(period).label,
            name=name,
            target=self._served(target),
            evidence=evidence,
        )
        return note_success(self._register, item, now=now, replaces=replaces)

    def _served(self, key: str) -> str:
        """The key of a target or commitment, or nothing."""
        keys = [item.key for item in (*self._policies.targets, *self._policies.commitments)]
        if key and key not in keys:
            raise NameUnknownError(Fault("note_target", place="target", got=repr(key), allowed=", ".join(keys)))
        return key
