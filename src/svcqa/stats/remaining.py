"""What the rest of a year must bring: exact arithmetic, no estimate."""

from __future__ import annotations


def needed_mean(*, goal: float, total: float, base: float, rest_base: float) -> float | None:
    """The mean, share or rate that ``rest_base`` must come to so that the whole comes to ``goal``.

    Args:
        total: sum of the numerators, or of value × weight, so far.
        base: cases, exposure or weight so far.

    >>> needed_mean(goal=0.95, total=90, base=100, rest_base=100)
    1.0
    """
    if rest_base <= 0:
        return None
    return (goal * (base + rest_base) - total) / rest_base


def needed_amount(*, goal: float, total: float) -> float:
    """The amount that is still missing; below 0 the goal has been passed.

    >>> needed_amount(goal=120, total=50)
    70
    """
    return goal - total
