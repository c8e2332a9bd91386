"""From pydantic's errors to faults that name file, key, what was got and what is allowed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from svcqa import catalogue
from svcqa.errors import Fault, NotAllowedError, Requirement, SvcqaError

_CODES = {"missing": "missing_key", "extra_forbidden": "unknown_key"}


_PASSWORD = re.compile(r"(://[^:/@\s]*:)[^\s'\"]*@|((?i:password|passwd|pwd)=)[^&\s'\"]*")


def _shown(value: Any) -> str:
    text = _PASSWORD.sub(lambda match: f"{match[1]}***@" if match[1] else f"{match[2]}***", repr(value))
    return text if len(text) <= 80 else text[:77] + "…"


def _models(annotation: Any) -> list[type[BaseModel]]:
    """The models that ``annotation`` allows: one, the members of a union, the items of a list."""
    if isinstance(annotation, type) and get_origin(annotation) is None:
        return [annotation] if issubclass(annotation, BaseModel) else []
    return [model for part in get_args(annotation) for model in _models(part)]


def _keys(model: type[BaseModel]) -> dict[str, Any]:
    """What a file may write into ``model``, with the type of each."""
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _where(annotation: Any, location: tuple[int | str, ...]) -> tuple[str, str]:
    """The place that pydantic means as it stands in the file, and the keys allowed there.

    The tag of a union is no key of the file: ``rule.elapsed_natural.limit`` → ``rule.limit``.
    """
    text, allowed = "", ""
    for step in location:
        if isinstance(step, int):
            text += f"[{step + 1}]"
            continue
        models = _models(annotation)
        tagged = [model for model in models if step in get_args(_keys(model).get("kind"))]
        if len(models) > 1 and tagged:
            annotation = tagged[0]
            continue
        text += f".{step}" if text else step
        if get_origin(annotation) is dict:
            annotation = get_args(annotation)[1]
            continue
        keys = _keys(models[0]) if models else {}
        annotation, allowed = keys.get(step), ", ".join(keys)
    return text, allowed


def faults_of(error: ValidationError, *, file: str, place: str, model: object = None) -> list[Fault]:
    """One fault for each thing pydantic found."""
    faults: list[Fault] = []
    for item in error.errors(include_url=False):
        code = _CODES.get(item["type"], "bad_value")
        key, keys = _where(model, item["loc"])
        where = " › ".join(part for part in (place, key) if part)
        cause = item.get("ctx", {}).get("error")
        if isinstance(cause, SvcqaError):  # a check of ours that already speaks every language
            faults.extend(replace(fault, file=file, place=where) for fault in cause.faults)
        elif code == "missing_key":
            faults.append(Fault(code, file=file, place=where))
        elif code == "unknown_key":
            faults.append(Fault(code, file=file, place=where, got=str(item["loc"][-1]), allowed=keys))
        else:
            faults.append(Fault(code, file=file, place=where, got=_shown(item["input"]), allowed=allowed_of(item)))
    return faults


def allowed_of(item: Any) -> str:
    """What pydantic's ``item`` allows instead: what our own check says, otherwise pydantic's check by its name."""
    context = item.get("ctx", {})
    cause = context.get("error")
    if isinstance(cause, NotAllowedError):
        return cause.allowed
    key = f"type_{item['type']}"
    if catalogue.has(f"allowed.{key}"):
        fields = {name: str(value).replace(" or ", ", ") for name, value in context.items()}
        return Requirement(key, **fields)
    return str(item["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")


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
