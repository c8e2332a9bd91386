"""The organisation tree with effective dates, and the tiers of customers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import cached_property
from typing import Literal

from pydantic import ConfigDict, model_validator

from svcqa.catalogue import Language
from svcqa.entities.base import Entity, Text
from svcqa.errors import Fault, PolicyError, Requirement, one_of

Level = Literal["company", "subsidiary", "department", "post"]
LEVELS: tuple[Level, ...] = ("company", "subsidiary", "department", "post")


class CustomerTier(Entity):
    """A tier of customers (服务分级). Rank 1 is served first."""

    code: str
    name: Text
    rank: int


class Unit(Entity):
    """A unit of the organisation, valid from ``valid_from`` to ``valid_to`` (both included; open where absent)."""

    code: str
    name: Text
    level: Level
    parent: str | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    successor: str | None = None

    def valid_on(self, day: dt.date) -> bool:
        """Whether the unit exists on ``day``."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class Organisation(Entity):
    """The tree. ``adopt_unknown`` hangs units that only the records know under the company."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    units: tuple[Unit, ...]
    adopt_unknown: bool = False

    @model_validator(mode="after")
    def _is_a_tree(self) -> Organisation:
        codes = {unit.code for unit in self.units}
        problems: list[Requirement] = []
        if len(codes) != len(self.units):
            problems.append(Requirement("codes_once"))
        if sum(unit.level == "company" for unit in self.units) != 1:
            problems.append(Requirement("one_company"))
        for unit in self.units:
            if unit.level != "company" and unit.parent not in codes:
                problems.append(Requirement("parent_in_tree", code=repr(unit.code), parent=repr(unit.parent)))
            if unit.successor is not None and unit.successor not in codes:
                problems.append(Requirement("successor_in_tree", code=repr(unit.code), successor=repr(unit.successor)))
        if not problems:
            problems += [Requirement("no_circle", code=repr(code)) for code in self._in_circles()]
        if problems:
            raise PolicyError(Fault("bad_value", allowed=problem) for problem in problems)
        return self

    def _in_circles(self) -> Iterable[str]:
        by_code = {unit.code: unit for unit in self.units}
        for unit in self.units:
            for step in ("parent", "successor"):
                seen, current = {unit.code}, getattr(unit, step)
                while current is not None and current not in seen:
                    seen.add(current)
                    current = getattr(by_code[current], step)
                if current is not None:
                    yield unit.code
                    break

    @cached_property
    def _by_code(self) -> dict[str, Unit]:
        return {unit.code: unit for unit in sorted(self.units, key=lambda unit: unit.code)}

    @property
    def company(self) -> Unit:
        """The root."""
        return next(unit for unit in self.units if unit.level == "company")

    def knows(self, code: str) -> bool:
        """Whether records may name the unit ``code``."""
        return self.adopt_unknown or code in self._by_code

    def unit(self, code: str) -> Unit:
        """The unit ``code``.

        Raises:
            NameUnknownError: the tree has no such unit.
        """
        if code not in self._by_code and self.adopt_unknown:
            return Unit(code=code, name=Text(hans=code or "?"), level="department", parent=self.company.code)
        return one_of(code, self._by_code, fault="unknown_unit")

    def names(self, language: Language) -> dict[str, str]:
        """The names of the units of the file, by code, in its order."""
        return {unit.code: unit.name.in_language(language) for unit in self.units}

    def current(self, code: str, on: dt.date) -> str:
        """The unit that answers for ``code`` on the tree of day ``on``: closed units lead to their successor."""
        unit = self.unit(code)
        while not unit.valid_on(on) and unit.successor is not None:
            unit = self.unit(unit.successor)
        return unit.code

    def path(self, code: str) -> tuple[Unit, ...]:
        """From the company down to ``code``."""
        steps = [self.unit(code)]
        while (parent := steps[-1].parent) is not None:
            steps.append(self.unit(parent))
        return tuple(reversed(steps))

    def ancestor(self, code: str, level: Level) -> str | None:
        """The unit of ``level`` on the path of ``code``; ``None`` where the path has none."""
        return next((unit.code for unit in self.path(code) if unit.level == level), None)

    def within(self, code: str, ancestor: str) -> bool:
        """Whether ``code`` is ``ancestor`` or below it."""
        return any(unit.code == ancestor for unit in self.path(code))

    def at(self, level: Level, on: dt.date) -> tuple[Unit, ...]:
        """The units of ``level`` that exist on ``on``, in the order of the file."""
        return tuple(unit for unit in self.units if unit.level == level and unit.valid_on(on))
