"""How figures are put into words: percentages, verdicts, flags."""
# over 300 lines: one vocabulary, which every table, section and form knows under one name

# Over 300 lines: one way of writing a function.

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from svcqa.catalogue import Language, has, or_key, text
from svcqa.entities.commitment import Commitment
from svcqa.metrics.result import SHARE, Figure, Result, Scale
from svcqa.metrics.states import State
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


def number_decimals(value: float, goal: float | None, scale: Scale) -> int | None:
    """Decimals at which a level that is no share does not read as its goal while it has not reached it.

    >>> number_decimals(8.96, 9.0, Scale("point")), number_decimals(8.996, 9.0, Scale("point"))
    (2, 3)
    """
    usual = usual_decimals(goal, scale)
    for places in range(usual, usual + _MORE_DECIMALS + 1):
        if goal is None or scale.reached(value, goal) or not scale.reached(float(_rounded(value, places)), goal):
            return places
    return None


def usual_decimals(goal: float | None, scale: Scale) -> int:
    """As many as the goal has; of a share in per cent one more, of points at least two, of times at least one."""
    if scale.unit == "share":
        return decimals_for(goal)
    shown = "" if goal is None else f"{goal:.6f}".rstrip("0").partition(".")[2]
    return min(4, max(2 if scale.unit == "point" else 1, len(shown)))


def _rounded(value: float, places: int) -> Decimal:
    return Decimal(f"{value:.15g}").quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def level(value: float | None, scale: Scale, goal: float | None = None) -> str:
    """A figure held against its goal, without the name of its unit; shares as percentages.

    >>> from svcqa.metrics.result import SHARE, Scale
    >>> level(8.96, Scale("point"), 9.0), level(25.04, Scale("hour", "lower"), 24), level(0.9496, SHARE, 0.95)
    ('8.96', '25.0', '94.96%')
    """
    if scale.unit == "share":
        return percent(value, goal)
    if value is None:
        return DASH
    if scale.unit in _AMOUNTS:
        return amount(value)
    if scale.unit == _RATIO:
        return f"{value:.3g}"
    places = number_decimals(value, goal, scale)
    sign = "" if places is not None else ">" if scale.better == "lower" else "<"
    return f"{sign}{_rounded(value, usual_decimals(goal, scale) if places is None else places)}"


_AMOUNTS: Final = ("amount", "done", "")
_RATIO: Final = "ratio"
"""A number without a unit, such as τ, φ or p."""


def level_with_unit(value: float | None, scale: Scale, language: Language, goal: float | None = None) -> str:
    """The same with the name of its unit."""
    shown = level(value, scale, goal)
    return shown if value is None else with_unit(shown, scale, language)


def with_unit(shown: str, scale: Scale, language: Language) -> str:
    """A figure's text with the name of its unit behind it; shares carry their own sign."""
    if scale.unit in ("share", _RATIO, *_AMOUNTS):
        return shown
    return f"{shown} {unit_name(scale.unit, language)}"


def unit_name(unit: str, language: Language) -> str:
    """What a unit is called; one that the catalogue does not know (of an outside plugin) by its own name."""
    return or_key(f"wording.unit_{unit}", language).removeprefix("unit_")


def goal_level(goal: float | None, scale: Scale, language: Language) -> str:
    """A goal with its sign and unit, such as ``≥95%`` or ``≤24 h``."""
    if goal is None:
        return DASH
    sign = "≤" if scale.better == "lower" else "≥"
    return with_unit(f"{sign}{goal * 100:g}%" if scale.unit == "share" else f"{sign}{goal:g}", scale, language)


def level_interval(figure: Figure | None, scale: Scale, goal: float | None = None) -> str:
    """The interval of a figure, such as ``92.1–95.8%``."""
    return DASH if figure is None else level_ends(figure.lower, figure.upper, scale, goal)


def level_ends(lower: float | None, upper: float | None, scale: Scale, goal: float | None = None) -> str:
    """An interval by its two ends, such as ``92.1–95.8%``."""
    if lower is None and upper is None:
        return DASH
    if scale.unit == "share":
        digits = decimals_for(goal)
        return f"{_ends(*(None if end is None else f'{end * 100:.{digits}f}' for end in (lower, upper)))}%"
    places = usual_decimals(goal, scale)
    low, high = (
        None if end is None else amount(end) if scale.unit in _AMOUNTS else f"{_rounded(end, places)}"
        for end in (lower, upper)
    )
    return _ends(low, high)


def _ends(low: str | None, high: str | None) -> str:
    """Both ends of an interval, or the one that the data reach."""
    if low is not None and high is not None:
        return f"{low}–{high}"
    return f"≥{low}" if low is not None else f"≤{high}"


def level_change(
    now: float | None, before: float | None, *, scale: Scale, language: Language, goal: float | None = None
) -> str:
    """The change of a figure with its sign: shares in percentage points, everything else in its own unit."""
    if scale.unit == "share":
        return points(now, before, language, goal)
    if now is None or before is None:
        return DASH
    places = usual_decimals(goal, scale)
    change = _rounded(now - before, places)
    return with_unit(f"{change:+}" if change else f"{abs(change)}", scale, language)


def change_of_figures(
    now: Figure | None, before: Figure | None, *, scale: Scale, language: Language, goal: float | None = None
) -> str:
    """:func:`level_change`, where both figures are of one kind: a designed estimate and the mean of whoever was reached
    are not."""
    designs = [{"designed", "undesigned"} & set(figure.flags) for figure in (now, before) if figure is not None]
    if len(designs) == 2 and designs[0] != designs[1]:
        return text("wording.not_comparable", language)
    new, old = (figure.value if figure is not None else None for figure in (now, before))
    return level_change(new, old, scale=scale, language=language, goal=goal)


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
    return level_interval(figure, SHARE, goal)


def points(now: float | None, before: float | None, language: Language, goal: float | None = None) -> str:
    """The change of a share in percentage points, with its sign and the decimals of its goal."""
    if now is None or before is None:
        return DASH
    digits = decimals_for(goal)
    change = round((now - before) * 100, digits)  # a change that rounds to nothing has no sign
    return text("wording.points", language, change=f"{change:+.{digits}f}" if change else f"{0:.{digits}f}")


def probability(value: float) -> str:
    """A simulated chance in whole per cent: never nought, never certain.

    >>> probability(0.854), probability(0.999), probability(0.0)
    ('85%', '>99%', '<1%')
    """
    shown = round(value * 100)
    return "<1%" if shown < 1 else ">99%" if shown > 99 else f"{shown}%"


def amount(value: float | None) -> str:
    """An amount without needless decimals."""
    if value is None:
        return DASH
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def cases(figure: Figure | None) -> str:
    """The number of cases; a dash where a figure counts none."""
    if figure is None or figure.n is None or "amounts" in figure.flags:
        return DASH  # customer-hours and minutes are no number of cases
    return f"{figure.n:,}"


def change_limits(limits: tuple[float, float] | None, language: Language) -> str:
    """The limits of the change of a share, in percentage points."""
    if limits is None:
        return DASH
    low, high = (f"{round(end * 100, 1) or 0.0:+.1f}" for end in limits)
    return text("wording.points", language, change=f"{low} … {high}")


def clear_change(limits: tuple[float, float] | None, language: Language) -> str:
    """Whether a change is beyond chance: its limits leave out nought."""
    if limits is None:
        return DASH
    return text("wording.evidence_unclear" if limits[0] <= 0 <= limits[1] else "wording.evidence_clear", language)


def verdict(judged: Judgement, language: Language) -> str:
    """The official verdict, with a sign that does not need colour."""
    return text(f"wording.verdict_{judged.verdict or 'none'}", language)


def evidence(judged: Judgement, language: Language) -> str:
    """How clear the evidence is."""
    return text(f"wording.evidence_{judged.evidence}", language) if judged.evidence else DASH


def risk(judged: Judgement, language: Language) -> str:
    """Whether the year is at risk."""
    return text("wording.at_risk", language) if judged.at_risk else ""


def out_of_reach(judged: Judgement, scale: Scale) -> bool:
    """Whether the rest of the year cannot bring what is needed: more than all cases, or less than no time at all."""
    if judged.needed is None:
        return False
    if scale.better == "lower":
        return judged.needed <= 0
    return judged.needed > 1 if scale.unit == "share" else judged.verdict == "missed" and not judged.at_risk


def value_unit(unit: str, language: Language) -> str:
    """What a unit of values is called; its own name where the catalogue has none."""
    return "%" if unit == "share" else unit_name(unit, language)


def flags(figure: Figure | None, language: Language) -> str:
    """The flags of a figure in words."""
    if figure is None:
        return ""
    glue = text("wording.separator", language)
    return glue.join(or_key(f"wording.flag_{flag}", language) for flag in figure.flags)


def state(state: State, language: Language) -> str:
    """The name of a state."""
    return text(f"wording.state_{state.column}", language)


def measures(result: Result, language: Language) -> dict[str, str]:
    """What the measures of a result are called: as the metric says, by the catalogue, else by their names."""
    called = {}
    for row in result.rows:
        label = result.measure(row.measure).label or (result.label if row.measure == row.metric else None)
        called[row.measure] = measure(row.measure, language) if label is None else label.in_language(language)
    return called


def measure(name: str, language: Language) -> str:
    """What a measure is called; a percentile such as ``p90`` and what is said of it by rule.

    >>> measure("p97.5_closed_only", "en")
    'P97.5, closed cases only'
    """
    percentile = re.fullmatch(r"(p[\d.]+)(?:_(closed_only|difference))?", name)
    if percentile:
        tail = percentile[2]
        called = percentile[1].upper()
        return text(f"wording.measure_of_{tail}", language, name=called) if tail else called
    step = re.fullmatch(r"step_(\d+)_(p50|mean|share)", name)
    if step:
        return text(f"wording.measure_of_step_{step[2]}", language, number=step[1])
    return text(f"wording.measure_{name}", language) if has(f"wording.measure_{name}") else name


def part(measure: str, language: Language) -> str:
    """What stands beside a commitment's figure, such as the households entered."""
    return text("wording.part", language, name=or_key(f"wording.measure_{measure}", language))


def reason(name: str, commitment: Commitment, language: Language) -> str:
    """A reason for exclusion: the policy's label where it has one, otherwise the reason as it was recorded."""
    labels = {item.reason: item.label for item in commitment.exclusions}
    label = labels.get(name)
    return label.in_language(language) if label is not None else _recorded_reason(name, language)


def _recorded_reason(name: str, language: Language) -> str:
    key = f"wording.reason_{name}"
    return text(key, language) if has(key) else name


def has_counting_rule(shown: str) -> bool:
    """Whether a limit such as ``3 working_day next_day`` is counted by a rule that its unit does not tell."""
    return len(shown.split()) > 2


def limit(shown: str, language: Language) -> str:
    """A limit such as ``3 working_day next_day`` in words."""
    parts = shown.split()
    if not parts:
        return DASH
    unit = unit_name(parts[1], language)
    rules = text("wording.separator", language).join(text(f"wording.counting_{part}", language) for part in parts[2:])
    counted = text("wording.in_brackets", language, shown=rules) if rules else ""
    return f"{parts[0]} {unit}{counted}"
