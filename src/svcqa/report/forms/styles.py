"""Fonts, borders and colours of the forms. Colour only repeats what a word or sign already says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from svcqa.catalogue import Language

if TYPE_CHECKING:
    from xlsxwriter import Workbook

FONTS: Final[dict[Language, str]] = {
    "zh-Hans": "Microsoft YaHei",
    "zh-Hant": "Microsoft JhengHei",
    "en": "Arial",
}
"""Fonts that Excel and WPS have on Windows in that language; others fall back to what they have."""

_LINE: Final = "#7F7F7F"
_BOXED: Final[dict[str, Any]] = {"border": 1, "border_color": _LINE, "text_wrap": True, "valign": "vcenter"}
_FREE: Final[dict[str, Any]] = {"text_wrap": True, "valign": "vcenter"}
_RED: Final[dict[str, Any]] = {"bold": True, "font_color": "#9C0006", "bg_color": "#FDE9E7"}
_AMBER: Final[dict[str, Any]] = {"bold": True, "font_color": "#7F4A00", "bg_color": "#FFF2CC"}
_SMALL: Final[dict[str, Any]] = {**_BOXED, "align": "center", "font_size": 8, "font_color": "#595959"}

LOOKS: Final[dict[str, dict[str, Any]]] = {
    "title": {**_FREE, "font_size": 16, "bold": True, "align": "center"},
    "plain_title": {"font_size": 14, "bold": True, "valign": "vcenter"},
    "plain": {"font_size": 10},
    "lead": {**_FREE, "font_size": 10},
    "head_line": {**_FREE, "font_size": 11, "bold": True},
    "note": {**_FREE, "font_size": 8, "valign": "top", "font_color": "#404040"},
    "sign": {**_FREE, "font_size": 10},
    "head": {**_BOXED, "bold": True, "align": "center", "bg_color": "#DCE6F1"},
    "text": {**_BOXED, "align": "left"},
    "name": {**_BOXED, "align": "left", "bold": True},
    "center": {**_BOXED, "align": "center"},
    "count": _SMALL,
    "small": {**_BOXED, "align": "left", "font_size": 8},
    "center_above": {**_BOXED, "align": "center", "bottom": 0},
    "center_below": {**_SMALL, "top": 0},
    "missed_above": {**_BOXED, "align": "center", "bottom": 0, **_RED},
    "missed_below": {**_SMALL, "top": 0, "bg_color": _RED["bg_color"]},
    "met": {**_BOXED, "align": "center", "font_color": "#1E5C2E"},
    "missed": {**_BOXED, "align": "center", **_RED},
    "risk": {**_BOXED, "align": "center", **_AMBER},
    "draft": {**_BOXED, "align": "left", "italic": True, "font_color": "#6B6B6B"},
}
SIZE: Final = 9


def size_of(look: str) -> float:
    """The font size of a look, in points."""
    return float(LOOKS[look].get("font_size", SIZE))


class Styles:
    """The formats of one workbook, each made once."""

    def __init__(self, book: Workbook, language: Language) -> None:
        self._book, self._font = book, FONTS[language]
        self._made: dict[tuple[str, str, bool], Any] = {}

    def get(self, look: str, num_format: str = "", *, first: bool = False) -> Any:
        """The format of ``look``; ``first`` draws the strong line above the first row of a group."""
        key = (look, num_format, first)
        if key not in self._made:
            properties = {"font_name": self._font, "font_size": SIZE, **LOOKS[look]}
            if num_format:
                properties["num_format"] = num_format
            if first:
                properties |= {"top": 2, "top_color": _LINE}
            self._made[key] = self._book.add_format(properties)
        return self._made[key]
