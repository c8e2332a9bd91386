"""A whole shared out to its parts: bounded least squares with one equality, level by level.

With v a part's weight, x what it is to deliver, s where it starts and d its share of the effort:

    minimise Σ (v/d)·(x − s)²   subject to   Σ v·x = whole,  lower ≤ x ≤ upper,  locked parts fixed.

Every part then moves by the same effort e in its own measure, x = s + e·d, as far as its limits allow; the effort is
found exactly, by the points where a part meets a limit. The rule that is called fair says what d is.

Source: P. Brucker (1984) Operations Research Letters 3, 163–166 (one equality and bounds, by breakpoints).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
import numpy.typing as npt

from svcqa.errors import Fault, MetricError

Float64 = npt.NDArray[np.float64]
Rule = Literal["equal_gap_closing", "equal_points", "proportional"]
RULES: Final[tuple[Rule, ...]] = get_args(Rule)
METHOD: Final = "bounded least squares, one equality"
_LEAST_SHARE: Final = 1e-6
"""Of the greatest share of the effort: a part that starts at the best there is can move too, if it must."""
_REACHED: Final = 1e-10
"""Of the whole: what is beyond the limits by less than this is rounding."""


@dataclass(frozen=True)
class Shared:
    """What each part is to deliver, ``(k,)``.

    Attributes:
        effort: the common effort in the measure of the rule; 0.1 of ``equal_gap_closing`` is a tenth of each gap.
        at_limit: −1 where a part stops at its lower limit, 1 at its upper one, else 0.
        error: Σ v·x less the whole.
    """

    value: Float64
    effort: float
    at_limit: npt.NDArray[np.int64]
    error: float


def effort_shares(rule: Rule, start: npt.ArrayLike, *, best: float) -> Float64:
    """How much each part moves for one unit of the common effort, ``(k,)``.

    Args:
        rule: ``equal_gap_closing``: each closes the same part of its gap to ``best``; ``equal_points``: each moves by
            the same amount; ``proportional``: each moves by the same part of where it starts.
        best: the best value there is, such as 1 for a share that should be high, or 0 for a time.

    >>> [round(float(share), 3) for share in effort_shares("equal_gap_closing", [0.9, 0.98], best=1.0)]
    [0.1, 0.02]
    """
    at = np.asarray(start, dtype=np.float64)
    if rule == "equal_points":
        return np.ones(len(at))
    shares = np.abs(best - at) if rule == "equal_gap_closing" else np.abs(at)
    greatest = float(shares.max(initial=0.0))
    return np.maximum(shares, _LEAST_SHARE * greatest) if greatest > 0 else np.ones(len(at))


def reach(weight: npt.ArrayLike, lower: npt.ArrayLike, upper: npt.ArrayLike) -> tuple[float, float]:
    """The least and the greatest whole that the limits allow.

    >>> reach([1, 3], [0, 0.5], [1, 1])
    (1.5, 4.0)
    """
    v, low, high = (np.asarray(given, dtype=np.float64) for given in (weight, lower, upper))
    return float((v * low).sum()), float((v * high).sum())


def share_out(
    whole: float, *, weight: npt.ArrayLike, start: npt.ArrayLike, effort: npt.ArrayLike, lower: npt.ArrayLike,
    upper: npt.ArrayLike,
) -> Shared:  # fmt: skip
    """What each part is to deliver so that Σ weight·value is the whole.

    Args:
        weight: of the parts in the whole, above 0, ``(k,)``.
        start: what each delivers without effort, ``(k,)``.
        effort: its share of the effort, above 0, ``(k,)``; see :func:`effort_shares`.
        lower, upper: what it may deliver, ``(k,)``; equal where it is locked.

    Raises:
        MetricError: the limits do not allow the whole.

    >>> found = share_out(0.97, weight=[0.5, 0.5], start=[0.9, 0.98], effort=[0.1, 0.02], lower=[0, 0], upper=[1, 1])
    >>> [round(float(value), 4) for value in found.value], round(found.effort, 4)
    ([0.95, 0.99], 0.5)
    """
    v, s, d, low, high = (
        np.asarray(given, dtype=np.float64) for given in (weight, start, effort, lower, upper)
    )  # fmt: skip
    least, most = reach(v, low, high)
    slack = _REACHED * max(1.0, abs(whole), abs(least), abs(most))
    if not least - slack <= whole <= most + slack:
        raise MetricError(Fault("decomposition_reach", got=f"{whole:.6g}", allowed=f"{least:.6g} … {most:.6g}"))
    e = _common_effort(whole, v, s, d, low, high)
    value = _settled(np.clip(s + e * d, low, high), whole, v, low, high)
    at_limit = np.where(value <= low, -1, np.where(value >= high, 1, 0)).astype(np.int64)
    return Shared(value, e, np.where(low == high, 0, at_limit), float((v * value).sum() - whole))


def _common_effort(whole: float, v: Float64, s: Float64, d: Float64, low: Float64, high: Float64) -> float:
    """Between two neighbouring points where a part meets a limit, the whole is a straight line of the effort."""
    free = low < high
    if not free.any():
        return 0.0
    points = np.unique(np.concatenate([(low - s)[free] / d[free], (high - s)[free] / d[free]]))
    points = np.concatenate([[-np.inf], points[np.isfinite(points)], [np.inf]])

    def delivered(e: float) -> float:
        return float((v * np.clip(s + e * d, low, high)).sum())

    first, last = 0, len(points) - 1
    while last - first > 1:
        middle = (first + last) // 2
        first, last = (middle, last) if delivered(float(points[middle])) <= whole else (first, middle)
    inner = points[first : last + 1]
    inside = float(inner[1]) - 1.0 if np.isinf(inner[0]) and not np.isinf(inner[1]) else float(inner[0]) + 1.0
    if np.isfinite(inner).all():
        inside = float(inner.mean())
    elif np.isinf(inner).all():
        inside = 0.0
    moving = free & (s + inside * d > low) & (s + inside * d < high)
    slope = float((v * d)[moving].sum())
    if slope == 0.0:
        return float(inner[0]) if np.isfinite(inner[0]) else float(inner[1])
    return inside + (whole - delivered(inside)) / slope


def _settled(value: Float64, whole: float, v: Float64, low: Float64, high: Float64) -> Float64:
    """What rounding leaves goes to the part with most room: never beyond a limit."""
    for _ in range(3):
        left = whole - float((v * value).sum())
        room = np.minimum(value - low, high - value) * v
        place = int(np.argmax(room))
        if left == 0.0 or room[place] <= abs(left):
            break
        value = value.copy()
        value[place] += left / v[place]
    return value


@dataclass(frozen=True)
class Part:
    """One cell of the tree: a unit that delivers by itself, or one that is made up of others.

    Attributes:
        code, parent: its name and that of what it is a part of; ``None`` for the whole.
        weight: of a part that delivers by itself; of others the sum of their parts, whatever is given.
        start, lower, upper: of a part that delivers by itself.
        locked: what it must deliver, come what may.
    """

    code: str
    parent: str | None
    weight: float = 0.0
    start: float = 0.0
    lower: float = -np.inf
    upper: float = np.inf
    locked: float | None = None


@dataclass(frozen=True)
class Conflict:
    """Constraints that do not go together: a whole, what its parts can reach, and what binds them."""

    code: str
    whole: float
    least: float
    most: float
    locked: tuple[str, ...]
    bounded: tuple[str, ...]


@dataclass(frozen=True)
class Cell:
    """One part of the answer.

    Attributes:
        weight: in the company's whole.
        value: what it is to deliver; of a part made up of others their weighted mean.
        at_limit: whether one of its limits stopped it: −1, 0, 1.
        effort: of the group of parts that it was balanced with.
    """

    code: str
    weight: float
    start: float
    value: float
    at_limit: int
    effort: float


@dataclass(frozen=True)
class Tree:
    """The whole shared out down to the parts that deliver; ``error`` is the largest of any level."""

    cells: tuple[Cell, ...]
    error: float

    def cell(self, code: str) -> Cell:
        """The cell of ``code``."""
        return next(cell for cell in self.cells if cell.code == code)


def conflicts(parts: Sequence[Part], whole: float) -> tuple[Conflict, ...]:
    """What keeps the parts from delivering the whole; empty where nothing does.

    >>> parts = [Part("C", None), Part("A", "C", 1, 0.9, 0, 1, locked=0.9), Part("B", "C", 1, 0.95, 0, 1)]
    >>> [(one.code, one.most, one.locked) for one in conflicts(parts, 0.97)]
    [('C', 0.95, ('A',))]
    """
    found = []
    for block in _blocks(parts, whole):
        v = block.weights / block.weights.sum()
        least, most = reach(v, block.lower, block.upper)
        slack = _REACHED * max(1.0, abs(block.whole), abs(least), abs(most))
        if not least - slack <= block.whole <= most + slack:
            locked = tuple(cell.code for cell in block.cells if cell.locked is not None)
            side = "upper" if block.whole > most else "lower"
            bounded = tuple(
                cell.code for cell in block.cells if cell.locked is None and np.isfinite(getattr(cell, side))
            )
            found.append(Conflict(block.code, block.whole, least, most, locked, bounded))
    return tuple(found)


def share_tree(parts: Sequence[Part], whole: float, *, rule: Rule, best: float) -> Tree:
    """Share the whole out over a tree: its parts deliver it by weighted mean, and so does every level between.

    All parts that deliver by themselves are balanced together, so that the rule holds across the tree. A part locked
    above others is a whole of its own for what is below it.

    Raises:
        MetricError: with every conflict.

    >>> parts = [Part("C", None), Part("A", "C", 100, 0.9, 0, 1), Part("B", "C", 300, 0.95, 0, 1)]
    >>> found = share_tree(parts, 0.96, rule="equal_points", best=1.0)
    >>> [(cell.code, round(cell.value, 4)) for cell in found.cells]
    [('C', 0.96), ('A', 0.9225), ('B', 0.9725)]
    """
    wrong = conflicts(parts, whole)
    if wrong:
        raise MetricError(
            Fault("decomposition_reach", place=one.code, got=f"{one.whole:.6g}",
                  allowed=f"{one.least:.6g} … {one.most:.6g}")
            for one in wrong
        )  # fmt: skip
    value: dict[str, tuple[float, int, float]] = {}
    error = 0.0
    if len(parts) == 1:  # the whole has no parts to share it with
        value[parts[0].code] = (whole, 0, 0.0)
    for block in _blocks(parts, whole):
        v = block.weights / block.weights.sum()
        shares = effort_shares(rule, block.starts, best=best)
        shared = share_out(block.whole, weight=v, start=block.starts, effort=shares, lower=block.lower,
                           upper=block.upper)  # fmt: skip
        error = max(error, abs(shared.error))
        for place, cell in enumerate(block.cells):
            value[cell.code] = (float(shared.value[place]), int(shared.at_limit[place]), shared.effort)
    return Tree(tuple(_cells(parts, value)), error)


@dataclass(frozen=True)
class _Block:
    """A whole and the parts that are balanced to deliver it: leaves, and locked parts with what is below them."""

    code: str
    whole: float
    cells: tuple[Part, ...]
    weights: Float64
    starts: Float64

    @property
    def lower(self) -> Float64:
        return np.asarray([cell.lower if cell.locked is None else cell.locked for cell in self.cells])

    @property
    def upper(self) -> Float64:
        return np.asarray([cell.upper if cell.locked is None else cell.locked for cell in self.cells])


def _blocks(parts: Sequence[Part], whole: float) -> Iterable[_Block]:
    tree = _Branches(parts)
    waiting = [(tree.root, whole)]
    while waiting:
        code, goal = waiting.pop(0)
        cells = tree.balanced_below(code)
        if not cells:
            continue
        weights = np.asarray([tree.weight(cell.code) for cell in cells])
        yield _Block(code, goal, tuple(cells), weights, np.asarray([tree.start(cell.code) for cell in cells]))
        waiting += [(cell.code, cell.locked) for cell in cells if cell.locked is not None]


class _Branches:
    """The tree by its branches."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = {part.code: part for part in parts}
        self.below: dict[str, list[Part]] = {}
        for part in parts:
            if part.parent is not None:
                self.below.setdefault(part.parent, []).append(part)
        self.root = next(part.code for part in parts if part.parent is None)

    def leaves(self, code: str) -> list[Part]:
        """The parts at or below ``code`` that deliver by themselves."""
        own = self.below.get(code)
        return [self.parts[code]] if own is None else [leaf for part in own for leaf in self.leaves(part.code)]

    def weight(self, code: str) -> float:
        return float(sum(leaf.weight for leaf in self.leaves(code)))

    def start(self, code: str) -> float:
        leaves = self.leaves(code)
        return float(sum(leaf.weight * leaf.start for leaf in leaves) / sum(leaf.weight for leaf in leaves))

    def balanced_below(self, code: str) -> list[Part]:
        """Leaves and locked parts below ``code``, no further than these."""
        found = []
        for part in self.below.get(code, []):
            if part.locked is not None or part.code not in self.below:
                found.append(part)
            else:
                found += self.balanced_below(part.code)
        return found


def _cells(parts: Sequence[Part], value: dict[str, tuple[float, int, float]]) -> Iterable[Cell]:
    tree = _Branches(parts)
    for part in parts:
        leaves = tree.leaves(part.code)
        weight = tree.weight(part.code)
        if part.code in value:
            delivered, at_limit, effort = value[part.code]
        else:
            delivered = sum(leaf.weight * value[leaf.code][0] for leaf in leaves) / weight
            at_limit, effort = 0, value[leaves[0].code][2]
        yield Cell(part.code, weight, tree.start(part.code), delivered, at_limit, effort)
