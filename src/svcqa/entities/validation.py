"""From pydantic's errors to faults that name file, key, what was got and what is allowed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from svcqa.errors import Fault

T = TypeVar("T")
_CODES = {"missing": "missing_key", "extra_forbidden": "unknown_key"}


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "…"


def _dotted(location: tuple[int | str, ...]) -> str:
    """``rule.elapsed_natural.limit`` → ``rule.limit``: the tag of a union is no key of the file."""
    tags = {
        "elapsed_natural", "elapsed_working_time", "elapsed_working_days", "count_threshold", "record_due",
        "monthly_return", "level", "quantity", "milestone",
    }  # fmt: skip
    text = ""
    for step in location:
        if isinstance(step, int):
            text += f"[{step + 1}]"
        elif step not in tags:
            text += f".{step}" if text else step
    return text


def _allowed_keys(model: object, location: tuple[int | str, ...]) -> str:
    if len(location) == 1 and isinstance(model, type) and issubclass(model, BaseModel):
        return ", ".join(field.alias or name for name, field in model.model_fields.items())
    return ""


def faults_of(error: ValidationError, *, file: str, place: str, model: object = None) -> list[Fault]:
    """One fault for each thing pydantic found."""
    found = []
    for item in error.errors(include_url=False):
        code = _CODES.get(item["type"], "bad_value")
        key = _dotted(item["loc"])
        where = " › ".join(part for part in (place, key) if part)
        if code == "missing_key":
            found.append(Fault(code, file, where))
        elif code == "unknown_key":
            found.append(Fault(code, file, where, got=key, allowed=_allowed_keys(model, item["loc"])))
        else:
            message = item["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
            found.append(Fault(code, file, where, got=_shown(item["input"]), allowed=message))
    return found


def check(model: Any, data: object, *, file: str, place: str, faults: list[Fault]) -> Any:
    """``data`` as ``model``, or ``None`` with the faults added to ``faults``."""
    try:
        return TypeAdapter(model).validate_python(data)
    except ValidationError as error:
        faults.extend(faults_of(error, file=file, place=place, model=model))
        return None


def named(data: object, position: int, kind: str) -> str:
    """``commitment "emergency_arrival"``, or its position where it has no key."""
    key = data.get("key", data.get("code")) if isinstance(data, Mapping) else None
    return f'{kind} "{key}"' if isinstance(key, str) else f"{kind}[{position + 1}]"
