"""How figures are put into words: percentages, verdicts, flags."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from svcqa.catalogue import Language, has, or_key, text
from svcqa.entities.commitment import Commitment
from svcqa.entities.target import LevelTarget, MilestoneTarget, QuantityTarget, Target
from svcqa.metrics.result import Figure
from svcqa.metrics.verdict import Judgement

DASH: Final = "—"
_MORE_DECIMALS: Final = 3


def decimals_for(goal: float | None) -> int:
    """Decimals of a percentage held against ``goal``: one more than the goal itself has, at least one, at most four.

    >>> decimals_for(0.95), decimals_for(0.9999)
    (1, 3)
    """
    if goal is None:
        return 1
    shown = f"{goal * 100:.6f}".rstrip("0").partition(".")[2]
    return min(4, max(1, len(shown) + 1))


def in_percent(value: float) -> Decimal:
    """``value`` in per cent, at the 15 digits that Excel knows too."""
    return Decimal(f"{value:.15g}").scaleb(2)


def honest_decimals(value: float, goal: float | None) -> int | None:
    """Decimals at which a share does not read as better than it is; ``None`` where three more than usual do not do.

    A share below its goal never reads as the goal, nor one below 100 % as 100 %.

    >>> honest_decimals(0.9496, 0.95), honest_decimals(0.94996, 0.95), honest_decimals(0.9499999999, 0.95)
    (2, 3, None)
    """
    lines = [in_percent(line) for line in (goal, 1.0) if line is not None and value < line]
    usual = decimals_for(goal)
    for places in range(usual, usual + _MORE_DECIMALS + 1):
        shown = in_percent(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        if all(shown < line for line in lines):
            return places
    return None


def percent(value: float | None, goal: float | None = None) -> str:
    """A share as a percentage, such as ``94.9%``; ``<95.0%`` where no few decimals tell it from its goal."""
    if value is None:
        return DASH
    places = honest_decimals(value, goal)
    usual = decimals_for(goal)
    shown = in_percent(value).quantize(Decimal(1).scaleb(-(usual if places is None else places)), ROUND_HALF_UP)
    return f"{'<' if places is None else ''}{shown}%"


def interval(figure: Figure | None, goal: float | None = None) -> str:
    """The confidence interval of a share, such as ``92.1–95.8%``."""
    if figure is None or figure.lower is None or figure.upper is None:
        return DASH
    digits = decimals_for(goal)
    return f"{figure.lower * 100:.{digits}f}–{figure.upper * 100:.{digits}f}%"


def points(now: float | None, before: float | None, language: Language, goal: float | None = None) -> str:
    """The change of a share in percentage points, with its sign and the decimals of its goal."""
    if now is None or before is None:
        return DASH
    digits = decimals_for(goal)
    change = round((now - before) * 100, digits)  # a change that rounds to nothing has no sign
    return text("wording.points", language, change=f"{change:+.{digits}f}" if change else f"{0:.{digits}f}")


def amount(value: float | None) -> str:
    """An amount without needless decimals."""
    if value is None:
        return DASH
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def goal_text(target: Target) -> str:
    """A target's goal as it is shown."""
    if isinstance(target, LevelTarget):
        return f"≥{target.goal * 100:g}%"
    if isinstance(target, QuantityTarget):
        return f"≥{amount(target.goal)} {target.amount_unit}"
    return f"{target.due:%Y-%m-%d}"


def value_text(target: Target, figure: Figure | None, language: Language) -> str:
    """A target's figure in its goal's unit."""
    if figure is None:
        return DASH
    if isinstance(target, LevelTarget):
        return percent(figure.value, target.goal)
    if isinstance(target, MilestoneTarget):
        return text("wording.done" if figure.value else "wording.not_done", language)
    return amount(figure.value)


def verdict(judged: Judgement, language: Language) -> str:
    """The official verdict, with a sign that does not need colour."""
    return text(f"wording.verdict_{judged.verdict or 'none'}", language)


def evidence(judged: Judgement, language: Language) -> str:
    """How clear the evidence is."""
    return text(f"wording.evidence_{judged.evidence}", language) if judged.evidence else DASH


def risk(judged: Judgement, language: Language) -> str:
    """Whether the year is at risk."""
    return text("wording.at_risk", language) if judged.at_risk else ""


def needed(target: Target, judged: Judgement, language: Language) -> str:
    """What the rest of the year must bring."""
    if judged.needed is None:
        return DASH
    if isinstance(target, QuantityTarget):
        return amount(judged.needed)
    if judged.needed > 1:
        return text("wording.out_of_reach", language)
    return percent(judged.needed, target.goal if isinstance(target, LevelTarget) else None)


def in_unit(value: float | None, unit: str, goal: float | None = None) -> str:
    """A value of any metric: shares as percentages, everything else as an amount."""
    return percent(value, goal) if unit == "share" else amount(value)


def interval_in_unit(figure: Figure, unit: str) -> str:
    """The interval of any metric, in the value's unit."""
    if unit == "share":
        return interval(figure, figure.goal)
    if figure.lower is None or figure.upper is None:
        return DASH
    return f"{amount(figure.lower)}–{amount(figure.upper)}"


def flags(figure: Figure | None, language: Language) -> str:
    """The flags of a figure in words."""
    if figure is None:
        return ""
    glue = text("wording.separator", language)
    return glue.join(or_key(f"wording.flag_{flag}", language) for flag in figure.flags)


def state(name: str, language: Language) -> str:
    """The name of a state."""
    return text(f"wording.state_{name}", language)


def key(column: str, value: object, language: Language) -> str:
    """A value of a grouping column as it was recorded; only measures have names in the catalogue."""
    shown = "" if value is None else str(value)
    named = f"wording.measure_{shown}"
    return text(named, language) if column == "measure" and has(named) else shown


def reason(name: str, commitment: Commitment, language: Language) -> str:
    """A reason for exclusion: the policy's label where it has one, otherwise the reason as it was recorded."""
    labels = {item.reason: item.label for item in commitment.exclusions}
    label = labels.get(name)
    return label.in_language(language) if label is not None else name


def limit(shown: str, language: Language) -> str:
    """A limit such as ``3 working_day next_day`` in words."""
    parts = shown.split()
    if not parts:
        return DASH
    unit = or_key(f"wording.unit_{parts[1]}", language)
    glue = " " if language == "en" else ""  # Chinese sets no space before a bracket
    counted = f"({text(f'wording.counting_{parts[2]}', language)})" if len(parts) > 2 else ""
    return f"{parts[0]}{glue or ' '}{unit}{' ' if counted and glue else ''}{counted}"
