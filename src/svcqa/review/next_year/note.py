"""A note: one thing to know before a goal is set, with its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Note:
    """One warning: ``code`` names the catalogue entry ``next_year.note_CODE``, the numbers fill it.

    ``levels`` are in the figure's unit, ``shares`` are shown in per cent.
    """

    code: str
    levels: Mapping[str, float] = field(default_factory=dict)
    shares: Mapping[str, float] = field(default_factory=dict)
    counts: Mapping[str, float] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
