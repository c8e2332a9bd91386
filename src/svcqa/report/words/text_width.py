"""How wide a text is before it is drawn, and where it breaks."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Final

_TOKENS: Final = re.compile(r"[≥≤]?[\x21-\x7e]+|\s|.")
_NO_LINE_BEGINS: Final = frozenset("\uff0c\u3002\uff1b\uff1a\uff09\u3001%")


def text_width(text: str) -> float:
    """Width of a text where a Chinese character is 2, a digit or capital 1.1, any other letter 0.9."""
    return sum(
        2.0 if unicodedata.east_asian_width(sign) in "WFA" else 1.1 if sign.isdigit() or sign.isupper() else 0.9
        for sign in text
    )


def lines_needed(text: str, room: float) -> int:
    """Lines that ``text`` takes where a line has ``room``; words of letters are kept whole."""
    lines = 0
    for paragraph in text.split("\n"):
        lines, used = lines + 1, 0.0
        for token in _TOKENS.findall(paragraph):
            width = text_width(token)
            if used and used + width > room:
                lines, used = lines + 1, 0.0
            over = max(0, math.ceil(width / room) - 1)
            lines, used = lines + over, used + width - over * room
    return lines


def wrapped(text: str, room: float) -> list[str]:
    """``text`` in lines of at most ``room``; words of letters are kept whole, however long.

    No line begins with a comma, a full stop or a closing bracket: Chinese typesetting forbids it.

    >>> wrapped("one two three", 7)
    ['one two', 'three']
    """
    lines = [""]
    for token in _TOKENS.findall(text):
        if lines[-1].strip() and token not in _NO_LINE_BEGINS and text_width(lines[-1] + token.rstrip()) > room:
            lines.append("")
        lines[-1] += token if lines[-1] or not token.isspace() else ""
    return [line.rstrip() for line in lines]
