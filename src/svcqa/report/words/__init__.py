"""Sentences in the language of the reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from svcqa.lazy_modules import loaded_when_named

if TYPE_CHECKING:
    from svcqa.report.words import headline as headline
    from svcqa.report.words import proposals as proposals

__all__ = ["headline", "proposals"]

__getattr__ = loaded_when_named(__name__, __all__)
