"""A figure as it is shown: the exact value, an Excel number format that never tells a lie about it, and its text.

A cell keeps the full figure, so that whoever opens the workbook can go on calculating; the format decides what is read.
Tables and sentences take the text.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from svcqa.catalogue import Language, text
from svcqa.metrics.result import SHARE, Figure, Scale
from svcqa.report.words import figures as wording
from svcqa.report.words.figures import DASH, decimals_for, honest_decimals, in_percent, number_decimals, usual_decimals

_LARGE: Final = 100_000_000
MISSED: Final = "▼"
AMOUNT_CHANGE: Final = "+#,##0;-#,##0;0"
"""The number format of a change that is no level's."""


@dataclass(frozen=True)
class Shown:
    """What a cell holds, the number format it is read in (a text has none), and what is said of it elsewhere."""

    value: float | str | dt.date | None
    num_format: str = ""
    said: str | None = None
    """For tables and sentences; the value itself where absent."""

    @property
    def text(self) -> str:
        """As a table or a sentence shows it."""
        if self.said is not None:
            return self.said
        return "" if self.value is None else str(self.value)


NOTHING: Final = Shown(DASH)


def share_format(value: float, goal: float | None, *, mark: bool = False, suffix: str = "") -> str:
    """The number format of a share held against ``goal``; a miss is marked if ``mark``.

    It gets as many decimals as :func:`honest_decimals` says, and where those do not do, a ``<`` before the line it lies
    below.

    >>> share_format(0.9496, 0.95), share_format(0.94996, 0.95), share_format(0.9499999999, 0.95)
    ('0.00%', '0.000%', '"<"0.0%')
    >>> share_format(0.91, 0.95, mark=True)
    '"▼"0.0%'
    """
    sign = MISSED if mark and goal is not None and value < goal else ""
    tail = f'"{suffix}"' if suffix else ""
    places = honest_decimals(value, goal)
    if places is None:
        return f'"{sign}<"0.' + "0" * decimals_for(goal) + "%" + tail
    return (f'"{sign}"' if sign else "") + "0." + "0" * places + "%" + tail


def level_format(value: float, scale: Scale, goal: float | None, *, missed: bool = False, suffix: str = "") -> str:
    """The number format of a figure in its own unit; ``missed`` puts the sign of a miss before it.

    >>> level_format(8.96, Scale("point"), 9.0, missed=True), level_format(25.04, Scale("hour", "lower"), 24)
    ('"▼"0.00', '0.0')
    """
    if scale.unit == "share":
        return share_format(value, goal, mark=missed, suffix=suffix)
    places = number_decimals(value, goal, scale)
    below = "" if places is not None else ">" if scale.better == "lower" else "<"
    sign = (MISSED if missed else "") + below
    plain = "0." + "0" * (usual_decimals(goal, scale) if places is None else places)
    return (f'"{sign}"' if sign else "") + plain + (f'"{suffix}"' if suffix else "")


def goal_format(goal: float, scale: Scale = SHARE, unit: str = "") -> str:
    """The number format of a goal, with the decimals it has and the name of its ``unit``.

    >>> goal_format(0.95), goal_format(0.9999), goal_format(24, Scale("hour", "lower"), "h")
    ('"≥"0%', '"≥"0.00%', '"≤"0" h"')
    """
    sign = '"≤"' if scale.better == "lower" else '"≥"'
    if scale.unit == "share":
        decimals = max(0, -int(in_percent(goal).normalize().as_tuple().exponent))
        return sign + "0" + ("." + "0" * decimals if decimals else "") + "%"
    decimals = len(f"{goal:.6f}".rstrip("0").partition(".")[2])
    return sign + "0" + ("." + "0" * decimals if decimals else "") + (f'" {unit}"' if unit else "")


def change_format(change: float, goal: float | None, scale: Scale = SHARE) -> str:
    """The number format of a change (shares in percentage points); one that rounds to nothing has no sign.

    >>> change_format(-2.9, 0.95), change_format(-0.01, 0.95)
    ('+0.0;-0.0', '0.0;0.0')
    """
    places = usual_decimals(goal, scale)
    plain = "0." + "0" * places
    return f"+{plain};-{plain}" if abs(change) >= 0.5 * 10**-places else f"{plain};{plain}"


def amount_format(value: float, before: str = "") -> str:
    """The number format of an amount with a sign ``before`` it; its unit stands in the target's name."""
    plain = "#,##0" if float(value).is_integer() else "#,##0.0"
    return f'"{before}"{plain}' if before else plain


def level(figure: Figure | None, scale: Scale, goal: float | None, *, missed: bool = False, suffix: str = "") -> Shown:
    """A figure held against its goal; a dash where no case can be judged."""
    if figure is None or figure.value is None:
        return NOTHING
    number_format = level_format(figure.value, scale, goal, missed=missed, suffix=suffix)
    return Shown(figure.value, number_format, wording.level(figure.value, scale, goal))


def bound(value: float | None, scale: Scale, goal: float | None) -> Shown:
    """One end of an interval."""
    return NOTHING if value is None else Shown(value, level_format(value, scale, goal))


def goal_level(goal: float | None, scale: Scale, language: Language) -> Shown:
    """A goal in its figure's unit."""
    if goal is None:
        return NOTHING
    unit = "" if scale.unit == "share" else wording.unit_name(scale.unit, language)
    return Shown(goal, goal_format(goal, scale, unit), wording.goal_level(goal, scale, language))


def count(n: int | None, language: Language) -> Shown:
    """A number of cases; very large ones (minutes of all customers) read in millions."""
    if n is None:
        return NOTHING
    return Shown(n, f'#,##0,,"{text("forms.million", language)}"' if n >= _LARGE else "#,##0")


def cases(figure: Figure | None, language: Language) -> Shown:
    """The denominator of a figure."""
    number = count(figure.n if figure is not None else None, language)
    return Shown(number.value, number.num_format, wording.cases(figure))
