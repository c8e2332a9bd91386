"""Measures described: what each figure of a metric is, how it is shown, which picture all of them make together.

Views ask a result for roles, never for the names of metrics or measures: somebody else's process chart is drawn like
the one that comes along.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from svcqa.entities.base import Text


class Role(StrEnum):
    """What a measure is."""

    ESTIMATE = "estimate"
    """A figure in its own right: all that is not said to be something else."""
    BESIDE = "beside"
    """What the reader of the estimate must know of it, such as the share that answered."""

    LIMITS = "limits"
    """Centre as value, limits of what is to be expected as interval: three standard deviations, 95 %."""
    INNER_LIMITS = "inner_limits"
    """Likewise, nearer to the centre."""
    OUTER_LIMITS = "outer_limits"
    """Likewise, further from it."""
    CENTRE = "centre"
    """The figure of all, where it is a row of its own."""
    SIGNAL = "signal"
    """What the latest point says: its flags are the icons of variation and assurance, the chart and why."""
    CHANGE_POINT = "change_point"
    """From where on limits of their own may be wanted."""
    DISPERSION = "dispersion"
    """How many times wider figures lie than chance alone lets them."""
    BETWEEN = "between"
    """The variance between units beyond chance."""

    POOLED = "pooled"
    EXPECTED = "expected"
    """What the kinds of case of a unit let expect."""
    STANDARDISED = "standardised"
    COMPOSITION = "composition"
    """The part of one kind in a unit's cases."""
    DISTANCE = "distance"
    """How far that composition is from everybody's."""

    CHANCE = "chance"
    WHOLE_YEAR = "whole_year"
    SO_FAR = "so_far"
    NEEDED = "needed"
    """What the rest must bring."""
    AHEAD = "ahead"
    """A period to come."""

    SLOPE = "slope"
    TEST = "test"
    """Of the slope: the probability of as clear a one without a trend."""
    SLOPE_IN_SEASON = "slope_in_season"
    """Between the same months of the years alone."""
    TEST_IN_SEASON = "test_in_season"

    ADJUSTED = "adjusted"
    """Without the season."""
    LEVEL = "level"
    """Without season and remainder."""
    SEASON = "season"
    """What the place in the year adds, by its latest month."""
    STRENGTH = "strength"
    """How much of all movement is season."""
    FESTIVAL = "festival"
    """What a day of the festival changes."""


class Format(StrEnum):
    """How a measure's value is written."""

    LEVEL = "level"
    """As its unit is: shares in per cent."""
    CHANGE = "change"
    """With its sign; shares in percentage points."""
    INTERVAL = "interval"
    """By its two ends alone."""


Picture = Literal["figures", "estimate", "process", "funnel"]
"""What a result is drawn as: all figures on one scale, the estimate alone, a process chart, a funnel."""

_NEEDED: Final[dict[Picture, tuple[Role, ...]]] = {
    "figures": (),
    "estimate": (),
    "process": (Role.ESTIMATE, Role.LIMITS, Role.SIGNAL),
    "funnel": (Role.ESTIMATE, Role.LIMITS, Role.OUTER_LIMITS, Role.POOLED, Role.CENTRE, Role.DISPERSION, Role.BETWEEN),
}


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One measure of a metric.

    Attributes:
        name: as it stands in the column ``measure``.
        role: what it is.
        unit: of its values, where it is another than the metric's.
        format: how its values are written.
        label: what it is called; by the catalogue or its name where absent.
    """

    name: str
    role: Role = Role.ESTIMATE
    unit: str = ""
    format: Format = Format.LEVEL
    label: Text | None = None


def undrawable(picture: str, measures: Sequence[Measure]) -> list[str]:
    """What keeps a picture from being drawn of such measures, in the words of the contract."""
    if picture not in _NEEDED:
        return [f"spec.picture {picture!r} is one of {', '.join(_NEEDED)}"]
    roles = {measure.role for measure in measures}
    missing = [role for kind, needed in _NEEDED.items() if kind == picture for role in needed if role not in roles]
    return [f"spec.measures has a {role.name}: the picture {picture!r} is drawn of it" for role in missing]
