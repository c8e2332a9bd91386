"""A goal shared out from company to subsidiary, department and post: the parts deliver the whole."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast

import numpy as np

from svcqa.entities.organisation import Organisation
from svcqa.entities.plan import FairRule, PlanCell
from svcqa.errors import Fault, MetricError, NameUnknownError
from svcqa.metrics.context import Context
from svcqa.metrics.figures import Figures
from svcqa.metrics.refusals import refusing
from svcqa.metrics.result import Scale
from svcqa.review.next_year.past import Past
from svcqa.review.next_year.subject import Subject
from svcqa.review.next_year.units import OWN, Start, Starts, starts_of
from svcqa.stats.decomposition import Cell, Conflict, Part, conflicts, share_tree
from svcqa.stats.share_out import METHOD


@dataclass(frozen=True, kw_only=True)
class Decomposition:
    """A goal and its parts.

    Attributes:
        cells: from the whole downwards, each before its parts.
        effort: what the rule asks of every part that is free: 0.1 of ``equal_gap_closing`` is a tenth of its gap.
        sum_of_parts: what the parts come to together; ``remainder`` is what this falls short of the goal.
        pooling: formula by which the units' levels were drawn together.
        within: where a percentile or a maximum is shared out: the limit that this share of cases keeps.
    """

    goal: float
    scale: Scale
    fair: FairRule
    cells: tuple[PlanCell, ...]
    effort: float
    error: float
    pooling: str
    additive: bool
    within: str = ""

    @property
    def method(self) -> str:
        """Formula by which the goal was shared out."""
        return METHOD

    @property
    def sum_of_parts(self) -> float:
        """What the parts come to: the weighted mean of levels, the sum of amounts."""
        return self.delivered([cell.goal for cell in self.parts])

    @property
    def parts(self) -> tuple[PlanCell, ...]:
        """The cells that deliver by themselves."""
        above = {cell.parent for cell in self.cells}
        return tuple(cell for cell in self.cells if cell.own or cell.unit not in above)

    def delivered(self, goals: list[float]) -> float:
        """What these goals of the parts come to, such as goals rounded by hand."""
        weights = np.asarray([cell.weight for cell in self.parts])
        total = float((weights * np.asarray(goals)).sum())
        return total if self.additive else total / float(weights.sum())

    @property
    def remainder(self) -> float:
        """What the parts lack of the goal; rounding aside it is nothing."""
        return self.goal - self.sum_of_parts

    def rounded(self, places: int) -> float:
        """What the parts lack of the goal once each is shown with so many decimals."""
        return self.goal - self.delivered([round(cell.goal, places) for cell in self.parts])


def decompose(
    figures: Figures,
    subject: Subject,
    past: Past,
    context: Context,
    *,
    year: int,
    goal: float,
    fair: FairRule,
    locked: Mapping[str, float] | None = None,
) -> Decomposition:
    """Share ``goal`` out to the units that have cases.

    Raises:
        MetricError: with the constraints that do not go together.
        NameUnknownError: a locked unit has no part in the goal.
    """
    starts = starts_of(figures, subject, past, context, year=year)
    return shared(
        starts, subject, past.scale, context.organisation, goal=goal, fair=fair, locked=locked or {}, top=context.unit
    )


@refusing()
def shared(
    starts: Starts,
    subject: Subject,
    scale: Scale,
    tree: Organisation,
    *,
    goal: float,
    fair: FairRule,
    locked: Mapping[str, float],
    top: str | None = None,
) -> Decomposition:
    """The same from levels already read: nothing is measured again when a cell changes.

    Raises:
        MetricError, NameUnknownError: as :func:`decompose`.
    """
    additive = subject.target.adds_up
    _check_goals(goal, locked, scale)
    parts = _parts(
        starts.units, tree, root=top or tree.company.code, ends=_ends(scale), locked=locked, additive=additive
    )
    total = sum(part.weight for part in parts)
    best = _ends(scale)[0 if scale.better == "lower" else 1]
    if not np.isfinite(best) and fair == "equal_gap_closing":
        fair = "proportional"  # an amount has no best value to have a gap to
    whole = goal / total if additive else goal
    wrong = conflicts(parts, whole)
    if wrong:
        raise MetricError(_conflict_faults(wrong, locked, scale, times=total if additive else 1.0))
    solution = share_tree(parts, whole, rule=fair, best=best)
    cells = tuple(_cell(part, solution.cell(part.code), starts, additive=additive) for part in parts)
    effort = next((solution.cell(part.code).effort for part in parts if part.locked is None and part.weight), 0.0)
    return Decomposition(
        goal=goal,
        scale=scale,
        fair=fair,
        cells=cells,
        effort=effort,
        error=solution.error,
        pooling=starts.pooling,
        additive=additive,
        within=subject.within,
    )


def _check_goals(goal: float, locked: Mapping[str, float], scale: Scale) -> None:
    """A goal that nobody can have is told as such, not as a conflict of the parts.

    Raises:
        MetricError: naming each goal beyond what the figure can be.
    """
    low, high = _ends(scale)
    allowed = f"{shown_goal(low, scale)} … {shown_goal(high, scale)}" if np.isfinite(high) else f"≥ {low:g}"
    goals = [("", goal), *locked.items()]
    wrong = [
        Fault("goal_beyond_scale", place=code, got=shown_goal(value, scale), allowed=allowed)
        for code, value in goals
        if not (np.isfinite(value) and low <= value <= high)
    ]
    if wrong:
        raise MetricError(wrong)


def _ends(scale: Scale) -> tuple[float, float]:
    """The worst and the best that a unit can be asked for, in order of size."""
    if scale.unit == "share":
        return 0.0, 1.0
    return (1.0, 10.0) if scale.unit == "point" else (0.0, np.inf)


def _parts(
    starts: tuple[Start, ...],
    tree: Organisation,
    *,
    root: str,
    ends: tuple[float, float],
    locked: Mapping[str, float],
    additive: bool,
) -> list[Part]:
    """The tree above the units that have cases, each unit before its parts."""
    parts: dict[str, Part] = {root: Part(code=root, parent=None)}
    for start in starts:
        path = [unit.code for unit in tree.path(start.unit)]
        path = path[path.index(root) :] if root in path else [root, start.unit]
        above = path if start.own else path[:-1]
        for parent, code in itertools.pairwise(above):
            parts.setdefault(code, Part(code=code, parent=parent))
        parts[start.code] = Part(
            code=start.code,
            parent=above[-1] if above else None,
            weight=start.weight,
            start=start.level,
            lower=ends[0],
            upper=ends[1],
        )
    unknown = [code for code in locked if code not in parts or code == root]
    if unknown:
        allowed = ", ".join(code for code in parts if code != root)
        raise NameUnknownError(Fault("not_in_decomposition", got=", ".join(unknown), allowed=allowed))
    ordered = sorted(parts.values(), key=lambda part: _place(part.code, tree))
    if not additive:
        return [replace(part, locked=locked.get(part.code)) for part in ordered]
    # an amount above others is shared out by the mean of its parts
    below = {part.code: sum(tree.within(start.unit, part.code) for start in starts) for part in ordered}
    return [
        replace(part, locked=locked[part.code] / (1 if part.weight else below[part.code]))
        if part.code in locked
        else part
        for part in ordered
    ]


def _place(code: str, tree: Organisation) -> tuple[str, ...]:
    """Sorts each unit before its parts, and the parts by their codes."""
    unit = code.removesuffix(OWN)
    path = tuple(step.code for step in tree.path(unit))
    return (*path, OWN) if code.endswith(OWN) else path


def _cell(part: Part, cell: Cell, starts: Starts, *, additive: bool) -> PlanCell:
    unit, parent = part.code.removesuffix(OWN), part.parent
    own = part.code.endswith(OWN)
    inside = [start for start in starts.units if start.code == part.code]
    times = cell.weight if additive else 1.0
    return PlanCell(
        unit=unit,
        parent=parent,
        own=own,
        weight=1.0 if additive else cell.weight,
        start=cell.start * times,
        goal=cell.value * times,
        n=inside[0].n if inside else None,
        locked=part.locked is not None,
        at_limit=cast(Literal[-1, 0, 1], cell.at_limit),
    )


def _conflict_faults(
    wrong: Sequence[Conflict], locked: Mapping[str, float], scale: Scale, *, times: float
) -> list[Fault]:
    """What cannot be, and each constraint that stands in its way."""
    faults = []
    for item in wrong:
        reach = f"{shown_goal(item.least, scale, times)} … {shown_goal(item.most, scale, times)}"
        faults.append(
            Fault("decomposition_conflict", place=item.code, got=shown_goal(item.whole, scale, times), allowed=reach)
        )
        faults += [Fault("locked_cell", place=code, got=shown_goal(locked[code], scale, 1.0)) for code in item.locked]
        bound = scale.unit == "share" or scale.unit == "point"
        if bound and item.bounded:
            faults.append(
                Fault(
                    "cells_at_limit",
                    place=", ".join(item.bounded),
                    got=shown_goal(_ends(scale)[1 if item.whole > item.most else 0], scale, 1.0),
                )
            )
    return faults


def shown_goal(value: float, scale: Scale, times: float = 1.0) -> str:
    """A goal in a fault: shares in per cent, as people write them.

    >>> shown_goal(0.95, Scale("share")), shown_goal(0.9999, Scale("share")), shown_goal(24.0, Scale("hour", "lower"))
    ('95%', '99.99%', '24')
    """
    return f"{value * 100:.6g}%" if scale.unit == "share" else f"{value * times:.6g}"
