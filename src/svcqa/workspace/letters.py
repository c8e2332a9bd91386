"""Responsibility letters: written, their signatures recorded, and told where one was changed after signing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from svcqa.catalogue import Language
from svcqa.errors import Fault, RegisterError
from svcqa.periods import day_of
from svcqa.register.plans import saved_plans
from svcqa.register.signatures import sign, signature, signatures
from svcqa.review.letters import LetterCheck, letters_of
from svcqa.workspace.opened import OpenedWorkspace

if TYPE_CHECKING:
    from svcqa.entities.plan import TargetPlan


class Letters:
    """The responsibility letters of a workspace. Reach it as ``workspace.letters``."""

    def __init__(self, workspace: OpenedWorkspace) -> None:
        self._workspace = workspace

    def write(
        self, year: int, out: str | Path, *, template: str | Path | None = None, language: Language | None = None
    ) -> dict[str, Path]:
        """Write a responsibility letter for each unit that has goals in ``year``; gives their paths by code of unit.

        Args:
            out: the folder; made where it is missing.
            template: a ``.docx`` of the company with placeholders such as ``{{unit}}``; ours where absent.
            language: the workspace's first where absent.

        Raises:
            RegisterError: no unit has a goal in that year, or one that does not exist in it has.
            PolicyError: the template cannot be read, or holds placeholders that nobody knows.
        """
        from svcqa.report.word.letter import write_letters

        period, chosen = self._workspace.period(str(year)), language or self._workspace.language
        letters = letters_of(
            self._workspace.policies,
            self._workspace.registry,
            year,
            first=period.first,
            last=period.last,
            plans=self._plans(year),
            provisional=self._workspace.calendar.is_provisional(period.last),
        )
        if not letters:
            raise RegisterError(Fault("no_letters", got=str(year)))
        company = self._workspace.settings.company.name.in_language(chosen)
        return write_letters(
            letters, Path(out), language=chosen, company=company, template=Path(template) if template else None
        )

    def _plans(self, year: int) -> tuple[TargetPlan, ...]:
        """The plans in force."""
        return tuple(
            saved_plan.plan for saved_plan in saved_plans(self._workspace.register, year=year) if saved_plan.in_force
        )

    def write_template(self, out: str | Path, *, language: Language | None = None) -> Path:
        """Write our template to ``out``, to be edited and given back as ``template``."""
        from svcqa.report.word.package import save
        from svcqa.report.word.template import letter_template

        return save(letter_template(language or self._workspace.language), Path(out))

    def sign(
        self, path: str | Path, *, name: str, role: str, on: dt.date | str | None = None, now: dt.datetime | None = None
    ) -> int:
        """Record that somebody signed the letter in ``path``; give the number of the entry.

        Args:
            role: in which capacity, such as head of the department.
            on: the day; today where absent.

        Raises:
            RegisterError: the file is none of our letters, or a field is empty.
            WorkspaceError: the day cannot be read.
        """
        from svcqa.report.word.letter import digest_of, key_of

        key = key_of(Path(path))
        if not key:
            raise RegisterError(Fault("not_a_letter", file=Path(path).name))
        item = signature(letter=key, digest=digest_of(Path(path)), name=name, role=role, on=day_of(on))
        return sign(self._workspace.register, item, now=now)

    def check(self, path: str | Path) -> LetterCheck:
        """Whose signatures hold for the letter in ``path``, and whose were given to another text.

        Raises:
            PolicyError: the file cannot be read.
        """
        from svcqa.report.word.letter import digest_of, key_of

        key, digest = key_of(Path(path)), digest_of(Path(path))
        signed = signatures(self._workspace.register, letter=key) if key else []
        holding = tuple(item for item in signed if item.digest == digest)
        return LetterCheck(key, digest, holding, tuple(item for item in signed if item.digest != digest))
