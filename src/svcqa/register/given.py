"""What a person gives, checked before it becomes an entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError

from svcqa.entities.base import Entity
from svcqa.entities.validation import allowed_of
from svcqa.errors import Fault, RegisterError, SvcqaError

_Item = TypeVar("_Item", bound=Entity)


def checked(model: type[_Item], fields: Mapping[str, object], code: str) -> _Item:
    """An entry's body from what a person gives; ``code`` is the fault of a field that is empty.

    Raises:
        RegisterError: naming each field that is empty or wrong.
    """
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        wrong = [fault for item in error.errors(include_url=False) for fault in _faults(dict(item), model, code)]
        raise RegisterError(wrong) from error


def named(name: str, code: str) -> str:
    """Who is named; ``code`` is the fault where nobody is.

    Raises:
        RegisterError: nobody is named.
    """
    if not name.strip():
        raise RegisterError(Fault(code, got=repr(name)))
    return name.strip()


def _faults(item: dict[str, Any], model: type[Entity], code: str) -> Sequence[Fault]:
    """What is wrong with a field, or with how fields go together."""
    cause = item.get("ctx", {}).get("error")
    if isinstance(cause, SvcqaError):
        return cause.faults
    place = str(item["loc"][0]) if item["loc"] else model.__name__
    if item["loc"] and (item["type"] in ("missing", "string_too_short") or item["input"] is None):
        return [Fault(code, place=place)]
    return [Fault("bad_value", place=place, got=repr(item["input"]), allowed=allowed_of(item))]
