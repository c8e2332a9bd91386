"""The one catalogue of texts: simplified Chinese, traditional Chinese, English.

Each file ``NAME.toml`` beside this module holds entries ``key = { hans = "…", hant = "…", en = "…" }``; the
text is asked for as ``NAME.key``. Open to every room, because errors too speak the reader's language.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Final, Literal, get_args

Language = Literal["zh-Hans", "zh-Hant", "en"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
_COLUMN: Final[dict[Language, str]] = {"zh-Hans": "hans", "zh-Hant": "hant", "en": "en"}


@cache
def entries() -> dict[str, dict[str, str]]:
    """Every entry of the catalogue, keyed ``file.key``."""
    entries_by_key: dict[str, dict[str, str]] = {}
    for source in sorted(files(__package__).iterdir(), key=lambda item: item.name):
        if source.name.endswith(".toml"):
            subject = source.name.removesuffix(".toml")
            for key, texts in tomllib.loads(source.read_text(encoding="utf-8")).items():
                entries_by_key[f"{subject}.{key}"] = texts
    return entries_by_key


def has(key: str) -> bool:
    """Whether the catalogue knows ``key``."""
    return key in entries()


def text(key: str, language: Language = "en", **fields: object) -> str:
    """The entry ``key`` in ``language`` with ``{fields}`` filled in.

    Raises:
        KeyError: the catalogue has no such entry (a fault of the program, not of the user).
    """
    template = entries()[key][_COLUMN[language]]
    return template.format(**fields) if fields else template


def or_key(key: str, language: Language = "en") -> str:
    """The entry ``key``, or the last part of the key where the catalogue has none (outside plugins)."""
    return text(key, language) if has(key) else key.rpartition(".")[2]
