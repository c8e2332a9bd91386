"""What all entities share: frozen models, texts in three languages, shares, conditions on records."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from svcqa.catalogue import Language
from svcqa.errors import NotAllowedError


class Entity(BaseModel):
    """Base of every entity: unknown keys are refused, values never change after validation."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, populate_by_name=True)


class Text(Entity):
    """A text in one to three languages. A plain string is simplified Chinese or whatever the user writes.

    >>> Text.model_validate("紧急抢险").in_language("en")
    '紧急抢险'
    """

    hans: str | None = Field(default=None, alias="zh-Hans")
    hant: str | None = Field(default=None, alias="zh-Hant")
    en: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_string(cls, value: Any) -> Any:
        return {"zh-Hans": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _some_language(self) -> Text:
        if not any((self.hans, self.hant, self.en)):
            raise NotAllowedError("text_in_a_language")
        return self

    def in_language(self, language: Language) -> str:
        """The text in ``language``, or the nearest language that was given."""
        order = {
            "zh-Hans": (self.hans, self.hant, self.en),
            "zh-Hant": (self.hant, self.hans, self.en),
            "en": (self.en, self.hans, self.hant),
        }[language]
        return next(text for text in order if text)

    def __str__(self) -> str:
        return self.in_language("zh-Hans")


_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*[%％]")


def _read_share(value: Any) -> Any:
    if isinstance(value, str) and (match := _PERCENT.fullmatch(value.strip())):
        _, _, decimals = match[1].partition(".")
        return round(float(match[1]) / 100, len(decimals) + 2)
    return value


Level = Annotated[float, BeforeValidator(_read_share)]
"""A level in a metric's own unit; a share may be written "95%"."""


def _check_share(value: float) -> float:
    if not 0 <= value <= 1:
        raise NotAllowedError("share")
    return value


Share = Annotated[float, BeforeValidator(_read_share), AfterValidator(_check_share)]
"""A share between 0 and 1, written 0.95 or "95%"."""


def _read_conditions(value: Any) -> Any:
    if isinstance(value, Mapping):
        return tuple((str(k), v if isinstance(v, (list, tuple)) else (v,)) for k, v in value.items())
    return value


def _check_conditions(value: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    for column, allowed in value:
        if not allowed:
            raise NotAllowedError("condition_values", column=column)
    return value


Conditions = Annotated[
    tuple[tuple[str, tuple[str, ...]], ...], BeforeValidator(_read_conditions), AfterValidator(_check_conditions)
]
"""Conditions on columns of codes: ``{ order_type = ["emergency", "repair"] }``; all must hold."""

Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.\-]+$", max_length=64)]
"""A key: letters, digits, ``_``, ``-``, ``.``."""
