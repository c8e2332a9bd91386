"""Texts as a TOML file writes them: whatever a source calls its columns can be read back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def quoted(value: str) -> str:
    r"""A text of TOML; what cannot be printed is escaped.

    >>> print(quoted('a "b" \\ c'), quoted("\x7f"), quoted("\U000e0001"))
    "a \"b\" \\ c" "\u007f" "\U000e0001"
    """
    return '"' + "".join(_escaped(letter) for letter in value) + '"'


def _escaped(letter: str) -> str:
    if letter in '\\"':
        return f"\\{letter}"
    if letter.isprintable():
        return letter
    return f"\\u{ord(letter):04x}" if ord(letter) <= 0xFFFF else f"\\U{ord(letter):08x}"


def quoted_list(values: Iterable[str]) -> str:
    """Texts in brackets."""
    return "[" + ", ".join(map(quoted, values)) + "]"


def quoted_table(name: str, pairs: Mapping[str, str]) -> list[str]:
    """The lines of a table, an empty one before it; nothing where it holds nothing."""
    return ["", f"[{name}]", *(f"{quoted(key)} = {quoted(value)}" for key, value in pairs.items())] if pairs else []
