"""Texts as people write them to texts that can be read: full-width signs, Chinese dates, Excel's day numbers, units.

Only what can mean one thing is rewritten; everything else stays as it is and is refused where it is read.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final

import pyarrow as pa

_FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_MORNING: Final = ("上午", "凌晨", "早上", "清晨", "am")
_AFTERNOON: Final = ("下午", "傍晚", "晚上", "pm")
_MOMENT: Final = re.compile(
    r"(?P<year>\d{4})\s*[年./-]\s*(?P<month>\d{1,2})\s*[月./-]\s*(?P<day>\d{1,2})\s*[日号號]?\s*"
    r"(?:[T ]?\s*(?P<part>上午|凌晨|早上|清晨|中午|下午|傍晚|晚上|[Aa][Mm]|[Pp][Mm])?\s*"
    r"(?P<hour>\d{1,2})\s*[:时時点點]\s*(?:(?P<half>半)|(?P<minute>\d{1,2})\s*"
    r"(?:(?:分|:)\s*(?P<second>\d{1,2})\s*秒?|分)?)?\s*(?P<suffix>[Aa][Mm]|[Pp][Mm])?)?"
)
_MONTH: Final = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月(份)?")
_SERIAL: Final = re.compile(r"\d{5}(\.\d+)?")
_FIRST_SERIAL, _LAST_SERIAL = 36161, 58074  # 1999-01-01 and 2058-12-30 in Excel's days since 1899-12-30
_PIECE: Final = re.compile(r"(\d[\d,]*(?:\.\d+)?)\s*([^\d\s,.+-]+)")
_GROUPED: Final = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?|\d+(\.\d+)?")


def _times(**factors: str) -> dict[str, Fraction]:
    named = {"hour": 3600, "minute": 60, "second": 1}
    return {word: Fraction(named[name]) for name, words in factors.items() for word in words.split()}


_DURATION: Final = _times(
    second="秒 秒钟 秒鐘 s sec second seconds",
    minute="分 分钟 分鐘 min minute minutes",
    hour="小时 小時 时 時 h hour hours",
)
UNIT_WORDS: Final[dict[str, dict[str, Fraction]]] = {
    "second": _DURATION,
    "minute": {word: factor / 60 for word, factor in _DURATION.items()},
    "ring": dict.fromkeys(("声", "聲", "ring", "rings"), Fraction(1)),
    "point": dict.fromkeys(("分", "point", "points"), Fraction(1)),
    "customer": dict.fromkeys(("户", "戶", "customer", "customers"), Fraction(1)),
    "household": dict.fromkeys(("户", "戶", "household", "households"), Fraction(1)),
    "person": dict.fromkeys(("人", "人次", "名", "person", "persons"), Fraction(1)),
    "field": dict.fromkeys(("项", "項", "field", "fields"), Fraction(1)),
    "cent": {
        "分": Fraction(1),
        "角": Fraction(10),
        "元": Fraction(100),
        "万元": Fraction(10**6),
        "萬元": Fraction(10**6),
    },
    "permille": {"‰": Fraction(1), "%": Fraction(10), "share": Fraction(1000)},
    "per_ten_thousand": {"‰": Fraction(10), "%": Fraction(100), "share": Fraction(10_000)},
}
"""Words for the unit a column is kept in, and how many of that unit each is worth."""


def narrow(text: str) -> str:
    """Full-width digits, letters and punctuation as plain ones."""
    return text.translate(_FULL_WIDTH)


def moment_text(text: str, *, month: bool = False) -> str:
    """A date and time as ISO text where it is one in Chinese, in full-width signs or Excel's day number."""
    plain = narrow(text).strip()
    if _SERIAL.fullmatch(plain) and _FIRST_SERIAL <= float(plain) < _LAST_SERIAL + 1:
        seconds = round(float(plain) * 86_400)
        return (dt.datetime(1899, 12, 30) + dt.timedelta(seconds=seconds)).isoformat(" ")
    if month and (month_match := _MONTH.fullmatch(plain)):
        return f"{month_match[1]}-{int(month_match[2]):02d}"
    match = _MOMENT.fullmatch(plain)
    if match is None:
        return plain
    hour = _hour(match)
    if hour is None:
        return text
    minute = 30 if match["half"] else int(match["minute"] or 0)
    date = f"{match['year']}-{int(match['month']):02d}-{int(match['day']):02d}"
    return f"{date} {hour:02d}:{minute:02d}:{int(match['second'] or 0):02d}"


def _hour(match: re.Match[str]) -> int | None:
    """The hour of the day, ``None`` where the words do not say which."""
    hour = int(match["hour"] or 0)
    part = (match["part"] or match["suffix"] or "").lower()
    if match["part"] and match["suffix"]:
        return None
    if part in _MORNING:
        return hour % 12 if hour <= 12 else None
    if part == "晚上" and hour == 12:
        return None  # of this day or the next?
    if part in _AFTERNOON:
        return hour % 12 + 12 if hour <= 12 else hour
    if part == "中午":
        return hour if hour in (11, 12, 13) else 13 if hour == 1 else None
    return hour


def number_text(text: str, unit: str, source_unit: str | None) -> str:
    """A number in ``unit`` as digits where ``text`` is one number with one unit's word and comes out whole.

    Args:
        unit: what the column is kept in.
        source_unit: the word that bare numbers of the source stand for.
    """
    words = UNIT_WORDS.get(unit, {})
    plain = narrow(text).strip()
    if unit == "cent" and plain[:1] in "¥￥":
        plain = plain[1:].strip() + ("" if plain.endswith("元") else "元")
    if source_unit and _GROUPED.fullmatch(plain):
        plain += source_unit
    match = _PIECE.fullmatch(plain)
    if match is None:
        return plain
    factor = words.get(match[2]) or words.get(match[2].lower())
    if factor is None or not _GROUPED.fullmatch(match[1]):
        return plain
    number = Fraction(match[1].replace(",", "")) * factor
    return str(number) if number.denominator == 1 else plain


def cell_text(cell: Any) -> str:
    """A cell of a workbook or a database as text."""
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def each(texts: Any, rewrite: Callable[[str], str]) -> Any:
    """``rewrite`` of every text, once per different text."""
    encoded = texts.dictionary_encode()
    rewritten = pa.array([rewrite(text) for text in encoded.dictionary.to_pylist()], pa.string())
    return rewritten.take(encoded.indices)
