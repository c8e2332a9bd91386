"""Where a department's monthly return and its records say different things."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from svcqa.entities.commitment import Commitment
from svcqa.entities.organisation import Unit
from svcqa.metrics.context import Context
from svcqa.metrics.figures import Figures
from svcqa.metrics.result import Figure

_SAME = 1e-9


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One department and month. A side is missing where nothing was reported, or no record was read."""

    commitment: Commitment
    unit: Unit
    month: str
    records: Figure | None
    returns: Figure | None

    @property
    def differs(self) -> bool:
        """Whether the two do not say the same: in their counts where they count cases, in the share otherwise."""
        records, returns = self.records, self.returns
        if records is None or returns is None:
            return True
        if self.commitment.returns is not None and self.commitment.returns.counts == "cases":
            return (records.numerator, records.n) != (returns.numerator, returns.n)
        return abs((records.value or 0.0) - (returns.value or 0.0)) > _SAME


@dataclass(frozen=True)
class Comparison:
    """All months of all departments of one commitment that has both."""

    commitment: Commitment
    months: tuple[Difference, ...]

    @property
    def differences(self) -> tuple[Difference, ...]:
        """The months that do not agree."""
        return tuple(month for month in self.months if month.differs)


def compare_returns(figures: Figures, commitments: Iterable[Commitment], context: Context) -> tuple[Comparison, ...]:
    """Records beside returns, per department and month of ``context.period``."""
    month_context = replace(context, by=("department", "month"), cumulative=False)
    return tuple(
        Comparison(commitment, _months(figures, commitment, month_context))
        for commitment in commitments
        if commitment.returns is not None
    )


def _months(figures: Figures, commitment: Commitment, context: Context) -> tuple[Difference, ...]:
    from_records = commitment.model_copy(update={"counted_from": "records", "cycle": "month"})
    sides = []
    for counted in (from_records, from_records.from_returns):
        result = figures.result(counted.metric, {"commitment": counted}, context)
        rows = (figure for figure in result.rows if figure.measure == result.rows[0].measure)
        sides.append({(figure.unit, figure.period): figure for figure in rows if figure.value is not None})
    records, returns = sides
    units = figures.organisation
    return tuple(
        Difference(
            commitment=commitment,
            unit=units.unit(unit),
            month=month,
            records=records.get((unit, month)),
            returns=returns.get((unit, month)),
        )
        for unit, month in sorted({*records, *returns})
    )
