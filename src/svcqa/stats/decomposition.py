"""A whole shared out over a tree, level by level: its parts deliver it, and so does every level between.

All parts that deliver by themselves are balanced together (``stats/share_out.py``), so that the rule holds across the
tree. A part locked above others is a whole of its own for what is below it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from svcqa.errors import Fault, StatsError
from svcqa.stats.share_out import Rule, effort_shares, is_within, reach, share_out

Float64 = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
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


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """Constraints that do not go together: a whole, what its parts can reach, and what binds them."""

    code: str
    whole: float
    least: float
    most: float
    locked: tuple[str, ...]
    bounded: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
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

    >>> shared = {"parent": "C", "weight": 1, "lower": 0, "upper": 1}
    >>> one, other = Part(code="A", start=0.9, locked=0.9, **shared), Part(code="B", start=0.95, **shared)
    >>> parts = [Part(code="C", parent=None), one, other]
    >>> [(one.code, one.most, one.locked) for one in conflicts(parts, 0.97)]
    [('C', 0.95, ('A',))]
    """
    conflicting = []
    for block in _blocks(parts, whole):
        v = block.weights / block.weights.sum()
        least, most = reach(v, block.lower, block.upper)
        if not is_within(block.whole, least, most):
            locked = tuple(cell.code for cell in block.cells if cell.locked is not None)
            side = "upper" if block.whole > most else "lower"
            bounded = tuple(
                cell.code for cell in block.cells if cell.locked is None and np.isfinite(getattr(cell, side))
            )
            conflicting.append(
                Conflict(code=block.code, whole=block.whole, least=least, most=most, locked=locked, bounded=bounded)
            )
    return tuple(conflicting)


def share_tree(parts: Sequence[Part], whole: float, *, rule: Rule, best: float) -> Tree:
    """Share the whole out over a tree; a part made up of others has their weighted mean.

    Raises:
        StatsError: with every conflict.

    >>> shared = {"parent": "C", "lower": 0, "upper": 1}
    >>> one, other = Part(code="A", weight=100, start=0.9, **shared), Part(code="B", weight=300, start=0.95, **shared)
    >>> parts = [Part(code="C", parent=None), one, other]
    >>> found = share_tree(parts, 0.96, rule="equal_points", best=1.0)
    >>> [(cell.code, round(cell.value, 4)) for cell in found.cells]
    [('C', 0.96), ('A', 0.9225), ('B', 0.9725)]
    """
    wrong = conflicts(parts, whole)
    if wrong:
        raise StatsError(
            Fault(
                "decomposition_reach",
                place=item.code,
                got=f"{item.whole:.6g}",
                allowed=f"{item.least:.6g} … {item.most:.6g}",
            )
            for item in wrong
        )
    value: dict[str, tuple[float, int, float]] = {}
    error = 0.0
    if len(parts) == 1:  # the whole has no parts to share it with
        value[parts[0].code] = (whole, 0, 0.0)
    for block in _blocks(parts, whole):
        v = block.weights / block.weights.sum()
        shares = effort_shares(rule, block.starts, best=best)
        shared = share_out(
            block.whole, weight=v, start=block.starts, effort=shares, lower=block.lower, upper=block.upper
        )
        error = max(error, abs(shared.error))
        for index, cell in enumerate(block.cells):
            value[cell.code] = (float(shared.value[index]), int(shared.at_limit[index]), shared.effort)
    return Tree(tuple(_cells(parts, value)), error)


@dataclass(frozen=True, kw_only=True)
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
        yield _Block(
            code=code,
            whole=goal,
            cells=tuple(cells),
            weights=weights,
            starts=np.asarray([tree.start(cell.code) for cell in cells]),
        )
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
        children = self.below.get(code)
        return (
            [self.parts[code]] if children is None else [leaf for part in children for leaf in self.leaves(part.code)]
        )

    def weight(self, code: str) -> float:
        return float(sum(leaf.weight for leaf in self.leaves(code)))

    def start(self, code: str) -> float:
        leaves = self.leaves(code)
        return float(sum(leaf.weight * leaf.start for leaf in leaves) / sum(leaf.weight for leaf in leaves))

    def balanced_below(self, code: str) -> list[Part]:
        """Leaves and locked parts below ``code``, no further than these."""
        balanced = []
        for part in self.below.get(code, []):
            if part.locked is not None or part.code not in self.below:
                balanced.append(part)
            else:
                balanced += self.balanced_below(part.code)
        return balanced


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
        yield Cell(
            code=part.code,
            weight=weight,
            start=tree.start(part.code),
            value=delivered,
            at_limit=at_limit,
            effort=effort,
        )
