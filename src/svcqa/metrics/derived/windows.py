"""Windows: what came before and after a record among those of the same customer and matter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from svcqa.engine.derive import queried
from svcqa.errors import Fault, MetricError
from svcqa.metrics.derived.query import Part, Piece, at_least, days_after, known, ordered
from svcqa.metrics.sql import MONTHS_IN, cycle_number
from svcqa.periods import PeriodKind, PeriodRule

if TYPE_CHECKING:
    from svcqa.records.schema import Table


class _Same:
    """The records that are the same in ``same``, in order of ``order_by`` or of what places the table in time."""

    def __init__(self, table: Table, same: Sequence[str], order_by: str) -> None:
        if not same:
            raise MetricError(Fault("bad_value", place=f"{table.name} › same", got="()", allowed="≥ 1"))
        self.moment = order_by or table.time
        queried(table.name, same, moments=(self.moment,))
        self.at = f"r.{self.moment}"
        self.known = known((*same, self.moment))
        self.partition = ", ".join(f"r.{name}" for name in same)
        self.order = ordered(self.moment, table.key)
        self.reads = tuple(("records", name) for name in dict.fromkeys((*same, self.moment, *table.key)))

    def over(self, function: str, *, apart: str = "", rows: str = "") -> str:
        """``function`` over the same records in order; ``apart`` parts them further, ``rows`` says which of them."""
        partition = ", ".join(filter(None, (self.partition, apart)))
        return f"{function} OVER (PARTITION BY {partition} {self.order}{rows and ' ' + rows})"

    def where_known(self, expression: str) -> str:
        """``expression`` where the record is the same as any, else nothing."""
        return f"CASE WHEN {self.known} THEN {expression} END"


def next_of_same(
    *, same: Sequence[str], order_by: str = "", again: str = "again_at", before: str = "before_at"
) -> Part:
    """When the same came next, and when it last came.

    Args:
        same: columns in which two records must agree, such as customer and category.
        order_by: the moment that orders them; the one that places the table in time where absent.
        again, before: names of the two columns.
    """

    def build(table: Table) -> Piece:
        records = _Same(table, same, order_by)
        columns = (
            (again, records.where_known(records.over(f"lead({records.at})"))),
            (before, records.where_known(records.over(f"lag({records.at})"))),
        )
        return Piece(layers=(columns,), reads=records.reads)

    return Part(build)


def repeat_within(*, same: Sequence[str], days: int, order_by: str = "", name: str = "repeated") -> Part:
    """Whether the same came again within some days.

    Columns: ``NAME`` (1, 0, or nothing where nobody can tell what is the same), ``NAME_decided_at`` (when the days are
    over; only then it is known that nothing more comes).
    """

    def build(table: Table) -> Piece:
        records = _Same(table, same, order_by)
        end = days_after(records.at, at_least(days, 1, "repeat_within › days"))
        again = records.over(f"lead({records.at})")
        columns = (
            (name, records.where_known(f"CASE WHEN {again} <= {end} THEN 1 ELSE 0 END")),
            (f"{name}_decided_at", records.where_known(end)),
        )
        return Piece(layers=(columns,), reads=records.reads)

    return Part(build)


def first_contact(*, same: Sequence[str], days: int, order_by: str = "", name: str = "matter") -> Part:
    """Records of the same as contacts about one matter: one follows the other within some days.

    Columns, all empty where nobody can tell what is the same:

    - ``NAME_opened``: 1 where no other came within the days before, else 0;
    - ``NAME_number``: which matter of the same it is, counted from one;
    - ``NAME_contacts``: how many contacts the matter took;
    - ``NAME_decided_at``: when the days after its last contact are over; only then the contacts are all known.
    """

    def build(table: Table) -> Piece:
        records = _Same(table, same, order_by)
        span = at_least(days, 1, "first_contact › days")
        opened, number = f"{name}_opened", f"{name}_number"
        before = days_after(records.over(f"lag({records.at})"), span)
        so_far = records.over(f"sum(r.{opened})", rows="ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW")
        matter = f"OVER (PARTITION BY {records.partition}, r.{number})"
        of_matter = f"CASE WHEN r.{number} IS NOT NULL THEN"
        first = ((opened, records.where_known(f"CASE WHEN {before} >= {records.at} THEN 0 ELSE 1 END")),)
        second = ((number, records.where_known(f"CAST({so_far} AS BIGINT)")),)
        third = (
            (f"{name}_contacts", f"{of_matter} count(*) {matter} END"),
            (f"{name}_decided_at", f"{of_matter} {days_after(f'max({records.at}) {matter}', span)} END"),
        )
        return Piece(layers=(first, second, third), reads=records.reads)

    return Part(build)


def first_in_period(
    *,
    same: Sequence[str],
    cycle: Literal["month", "quarter", "half", "year"],
    period_rule: PeriodRule | None = None,
    order_by: str = "",
    name: str = "first_in_period",
) -> Part:
    """Whether a record is the first of the same in its month, quarter, half-year or year.

    Args:
        period_rule: when months end; ``context.period_rule`` of the figure asked for.
        name: of the column: 1, 0, or nothing where nobody can tell what is the same.
    """

    def build(table: Table) -> Piece:
        records = _Same(table, same, order_by)
        if cycle not in MONTHS_IN:
            allowed = ", ".join(MONTHS_IN)
            raise MetricError(Fault("bad_value", place="first_in_period › cycle", got=repr(cycle), allowed=allowed))
        period = cycle_number(records.at, PeriodKind(cycle), period_rule or PeriodRule())
        rank = records.over("row_number()", apart=period)
        column = (name, records.where_known(f"CASE WHEN {rank} = 1 THEN 1 ELSE 0 END"))
        return Piece(layers=((column,),), reads=records.reads)

    return Part(build)
