"""What process charts and trends say in a sentence."""

from __future__ import annotations

import math
from typing import Final

from svcqa.catalogue import Language, text
from svcqa.metrics.measures import Role
from svcqa.metrics.result import Figure, Result, Scale
from svcqa.report.words import figures as wording

SIGNALS: Final = (
    "outside_high",
    "outside_low",
    "trend_up",
    "trend_down",
    "near_limit_high",
    "near_limit_low",
    "one_side_high",
    "one_side_low",
)
"""The flags of a point with a special cause, in the order of their rules' precedence."""

FUNNEL_FLAGS: Final = ("funnel_near_high", "funnel_near_low", "funnel_far_high", "funnel_far_low")
"""The flags of a unit outside a funnel's limits."""


def signal(row: Figure) -> str:
    """The signal of a point of a process chart; empty where there is none."""
    return next((flag for flag in row.flags if flag in SIGNALS), "")


def icon(row: Figure, kind: str) -> str:
    """The code of an icon of a row of signals: ``variation``, ``assurance``, ``chart`` or ``choice``."""
    return next((flag for flag in row.flags if flag.startswith(f"{kind}_")), "")


def flag(code: str, language: Language) -> str:
    """A flag in words."""
    return text(f"wording.flag_{code}", language)


def icons_sentence(result: Result, row: Figure, language: Language) -> str:
    """What the latest point of a process chart and its limits say, in one sentence."""
    goal = row.goal
    value = wording.level_with_unit(row.value, result.scale, language, goal)
    special = signal(row)
    fields = {"period": row.period, "value": value}
    if icon(row, "variation") == "variation_none":
        return text("signals.sentence_no_limits", language, **fields)
    if special:
        sentence = text("signals.sentence_special", language, **fields, signal=flag(special, language))
    else:
        sentence = text("signals.sentence_common", language, **fields)
    sure = icon(row, "assurance").removeprefix("assurance_")
    shown = {} if sure == "none" else {"goal": wording.goal_level(goal, result.scale, language)}
    sentence += text(f"signals.sentence_{sure}", language, **shown)
    few = text("wording.in_brackets", language, shown=flag("few_periods", language))
    return sentence + (few if "few_periods" in row.flags else "")


def trend_sentence(result: Result, unit: str, language: Language, *, name: str = "", seasonal: bool = False) -> str:
    """A trend in words, of ``unit``; with ``seasonal`` from the same months of the years alone.

    What rises by nothing in the median is said to stand still in most periods; fewer than two values have no trend.

    Args:
        name: what the unit is called.
    """
    roles = (Role.SLOPE_IN_SEASON, Role.TEST_IN_SEASON) if seasonal else (Role.SLOPE, Role.TEST)
    slope, test = (next((row for row in result.of(role) if row.unit == unit), None) for role in roles)
    if slope is None or test is None or slope.value is None or slope.lower is None or slope.upper is None:
        return text("signals.trend_unknown", language, unit=name or unit)
    direction = next(flag for flag in slope.flags if flag in ("rising", "falling", "no_trend"))
    signed = direction == "no_trend"
    side = -1 if direction == "falling" else 1
    low, high = sorted((side * slope.lower, side * slope.upper))
    fields = {
        "unit": name or unit,
        "change": _change(side * slope.value, result, language, signed=signed),
        "interval": _between(low, high, result),
        "level": slope.method.split()[-1],
        "p": probability_of(test.value),
    }
    still = "_still" if not signed and slope.value == 0 else ""
    sentence = text(f"signals.trend_{direction}{still}", language, **fields)
    if seasonal:
        sentence = text("signals.trend_seasonal", language, said=sentence)
    few = text("wording.in_brackets", language, shown=flag("few_points", language))
    return sentence + (few if "few_points" in slope.flags else "")


def probability_of(p: float | None) -> str:
    """A test's p behind its sign, such as ``= 0.023``; below a thousandth it is said to be no more."""
    return wording.DASH if p is None else "< 0.001" if p < 0.001 else f"= {p:.2g}"


def _between(low: float, high: float, result: Result) -> str:
    """Two ends; a dash between them would be read as a sign where one of them is below nought."""
    return ("–" if low >= 0 else " … ").join(_number(end, result) for end in (low, high))


def _number(value: float, result: Result) -> str:
    """A slope with three figures; shares in percentage points."""
    return _three_figures(value * 100 if result.unit == "share" else value)


def _three_figures(value: float, *, signed: bool = False) -> str:
    """Three figures without a power of ten, which nobody reads at a glance.

    >>> _three_figures(0.0000421), _three_figures(-12345.6), _three_figures(0.25, signed=True)
    ('0.0000421', '−12,346', '+0.25')
    """
    sign = "+" if signed else ""
    shown = f"{value:{sign}.3g}"
    if "e" in shown:
        places = 2 - math.floor(math.log10(abs(value)))
        shown = f"{value:{sign},.{max(places, 0)}f}"
    return shown.replace("-", "\N{MINUS SIGN}")


def _change(value: float, result: Result, language: Language, *, signed: bool) -> str:
    shown = ("+" if signed and value > 0 else "") + _number(value, result)
    if result.unit == "share":
        return text("wording.points", language, change=shown)
    return wording.with_unit(shown, result.scale, language)


def signed_change(value: float | None, scale: Scale, language: Language) -> str:
    """A change with its sign: shares in percentage points with two decimals, else three figures."""
    if value is None:
        return wording.DASH
    if scale.unit == "share":
        shown = f"{value * 100:+.2f}".replace("-", "\N{MINUS SIGN}")
        return text("wording.points", language, change=shown)
    return wording.with_unit(_three_figures(value, signed=True), scale, language)
