"""Drivers: what moved a figure between two periods, by unit, category or tier, largest part first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from svcqa.entities.commitment import Commitment
from svcqa.errors import Fault, MetricError
from svcqa.metrics.context import Context
from svcqa.metrics.figures import Figures
from svcqa.metrics.grouping import PERIOD_KINDS
from svcqa.metrics.refusals import refusing
from svcqa.metrics.result import Figure
from svcqa.periods import Period
from svcqa.stats.drivers import METHOD, decompose, newcombe, pareto

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: Final[Mapping[str, str]] = {
    "by": "what the change is split by; the parts of each split sum to the whole change",
    "group": "unit or code of the group; empty where the records have none",
    "rank": "1 for the largest effect, signs aside",
    "n_before": "cases (or base) of the period compared with",
    "n_after": "cases (or base) of the period asked for",
    "value_before": "figure of the period compared with",
    "value_after": "figure of the period asked for",
    "rate_effect": "what moved because the group's own figure did",
    "lower": "lower limit of the rate effect; missing where the metric gives no interval or counts no cases",
    "upper": "upper limit of the rate effect",
    "mix_effect": "what moved because the group's part of the cases did",
    "effect": "both together",
    "cumulative": "part that the groups up to this one make up of all effects, signs aside (Pareto)",
    "missed_before": "cases that did not count as good, of the period compared with",
    "missed_after": "the same of the period asked for",
    "change": "change of the whole figure",
    "method": "names of the formulas",
}
_CLOSE: Final = 1e-9


@refusing()
def drivers(
    figures: Figures, commitment: Commitment, context: Context, *, against: Period, by: Sequence[str]
) -> pd.DataFrame:
    """Split the change from ``against`` to ``context.period``; see :data:`COLUMNS`.

    ``as_of`` is that of ``context`` for both periods: what is known today of the one and of the other.

    Raises:
        MetricError: nothing to split by, a length of time among them, a period without cases, or groups that do not
            add up to the whole.
    """
    import pandas as pd

    if not by or any(name in PERIOD_KINDS for name in by):
        raise MetricError(Fault("unknown_grouping", got=", ".join(by) or "—"))
    rows: list[dict[str, Any]] = []
    for name in by:
        before = _parts(figures, commitment, replace(context, period=against), name)
        rows += _split(name, before, _parts(figures, commitment, context, name), context.level)
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    for name in ("rank", "missed_before", "missed_after"):
        frame[name] = frame[name].astype("Int64")
    for name in ("value_before", "value_after", "lower", "upper"):
        frame[name] = frame[name].astype("Float64")
    return frame


class _Part:
    """Numerator and base of one group: ``counted`` where both are cases, ``estimated`` where there is an interval."""

    def __init__(self, row: Figure | None = None) -> None:
        # of an estimate the customers it speaks for: the answers of its parts do not weigh alike
        value, numerator, base = (None, None, 0.0) if row is None else (row.value, row.numerator, _weight(row))
        self.base, self.value = Fraction(base), value
        direct = value is not None and numerator is not None and base and abs(numerator / base - value) < _CLOSE
        self.numerator = Fraction(numerator) if direct and numerator is not None else Fraction(value or 0) * self.base
        self.counted = bool(direct) and row is not None and not row.base and self.numerator <= self.base
        self.estimated = self.counted and row is not None and row.lower is not None  # a census is not
        if value is None:
            self.base = Fraction(0)  # cases that cannot be judged yet weigh nothing


def _weight(row: Figure) -> float:
    return row.population or row.base or row.n or 0


def _parts(figures: Figures, commitment: Commitment, context: Context, name: str) -> dict[str, _Part]:
    """The groups of a period, checked to add up to the whole."""
    params = {"commitment": commitment}
    whole = _first_measure(figures.result(commitment.metric, params, replace(context, by=())).rows)
    rows = _first_measure(figures.result(commitment.metric, params, replace(context, by=(name,))).rows)
    parts = {row.by.get(name, row.unit): _Part(row) for row in rows}
    total = _Part(whole[0] if whole else None)
    sums = sum(part.base for part in parts.values()), sum(part.numerator for part in parts.values())
    for got, expected in zip(sums, (total.base, total.numerator), strict=True):
        if abs(float(got - expected)) > _CLOSE * max(1.0, abs(float(expected))):
            raise MetricError(
                Fault(
                    "drivers_not_additive",
                    file=context.period.label,
                    place=name,
                    got=f"{float(got):g}",
                    allowed=f"{float(expected):g}",
                )
            )
    return parts


def _first_measure(rows: Sequence[Figure]) -> list[Figure]:
    """The rows of the metric's own measure, which comes first."""
    return [row for row in rows if row.measure == rows[0].measure]


def _split(name: str, before: dict[str, _Part], after: dict[str, _Part], level: float) -> list[dict[str, Any]]:
    groups = sorted({*before, *after})
    pairs = [(before.get(group, _Part()), after.get(group, _Part())) for group in groups]
    effects = decompose(
        [was.numerator for was, _ in pairs],
        [was.base for was, _ in pairs],
        [now.numerator for _, now in pairs],
        [now.base for _, now in pairs],
    )
    bases = sum(was.base for was, _ in pairs), sum(now.base for _, now in pairs)
    ranked = pareto(effects.total)
    rows = []
    for rank, (index, cumulative) in enumerate(zip(ranked.order, ranked.cumulative, strict=True), start=1):
        was, now = pairs[index]
        weight = float((was.base / bases[0] + now.base / bases[1]) / 2)
        limits = _limits(was, now, level)
        rows.append(
            {
                "by": name,
                "group": groups[index],
                "rank": rank,
                "n_before": float(was.base),
                "n_after": float(now.base),
                "value_before": was.value,
                "value_after": now.value,
                "rate_effect": float(effects.rate[index]),
                "lower": None if limits is None else weight * limits[0],
                "upper": None if limits is None else weight * limits[1],
                "mix_effect": float(effects.mix[index]),
                "effect": float(effects.total[index]),
                "cumulative": cumulative,
                "missed_before": _missed(was),
                "missed_after": _missed(now),
                "change": float(effects.change),
                "method": METHOD + ("" if limits is None else f"; Newcombe {level:.0%}"),
            }
        )
    return rows


def _limits(was: _Part, now: _Part, level: float) -> tuple[float, float] | None:
    if not (was.estimated and now.estimated):
        return None
    return newcombe((int(was.numerator), int(was.base)), (int(now.numerator), int(now.base)), level=level)


def _missed(part: _Part) -> int | None:
    return int(part.base - part.numerator) if part.counted else None
