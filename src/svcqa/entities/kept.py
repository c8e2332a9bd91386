"""What is kept for years: old bodies are lifted to today's form; what a newer program wrote is told and never fatal."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from svcqa.entities.base import Entity
from svcqa.entities.validation import faults_of
from svcqa.errors import Fault

Item = TypeVar("Item", bound=Entity)
Lift = Callable[[dict[str, Any]], dict[str, Any]]
"""From the body of one version to that of the next; it changes nothing that it is given."""


@dataclass(frozen=True, kw_only=True)
class Kept(Generic[Item]):
    """A form in which something is kept.

    Attributes:
        name: the kind of entry or document.
        model: what it is read as today.
        version: of the bodies that are written today.
        lifts: by version, how a body of it becomes one of the next.
    """

    name: str
    model: type[Item]
    version: int = 1
    lifts: Mapping[int, Lift] = field(default_factory=dict)

    def read(
        self, body: Mapping[str, Any], version: int, *, file: str, place: str = ""
    ) -> tuple[Item | None, tuple[Fault, ...]]:
        """The item, and what is to be told: fields left aside, or why it cannot be read and so is left out."""
        lifted = copy.deepcopy(dict(body))
        for step in range(version, self.version):
            lifted = self.lifts[step](lifted) if step in self.lifts else lifted
        unknown: list[str] = []
        while True:
            try:
                item = self.model.model_validate(lifted)
            except ValidationError as error:
                strange = [fault["loc"] for fault in error.errors() if fault["type"] == "extra_forbidden"]
                removed = [".".join(map(str, path)) for path in strange if _remove(lifted, path)]
                if not removed:
                    return None, self._unreadable(error, version, file=file, place=place)
                unknown += removed
                continue
            allowed = str(self.version)
            notice = Fault("kept_fields", file=file, place=place, got=", ".join(unknown), allowed=allowed)
            return item, (notice,) if unknown else ()

    def _unreadable(self, error: ValidationError, version: int, *, file: str, place: str) -> tuple[Fault, ...]:
        head = Fault("kept_unreadable", file=file, place=place, got=str(version), allowed=str(self.version))
        return head, *faults_of(error, file=file, place=place, model=self.model)


def _remove(body: Any, path: tuple[Any, ...]) -> bool:
    """Take away what lies at ``path``; steps that only name the member of a union are passed over."""
    *way, last = path
    for step in way:
        if (isinstance(body, dict) and step in body) or (isinstance(body, list) and isinstance(step, int)):
            body = body[step]
    return isinstance(body, dict) and body.pop(last, body) is not body
