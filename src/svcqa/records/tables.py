"""The tables that records come in: orders, calls, complaints and returns here, the others beside this module."""

from __future__ import annotations

from svcqa.errors import Fault, NameUnknownError
from svcqa.records.asked_tables import CALLBACKS, CHECKED_ITEMS, COLLEAGUE_RATINGS, INSPECTIONS, MYSTERY_VISITS
from svcqa.records.base_tables import CUSTOMER_COUNTS, CUSTOMERS, TRAININGS
from svcqa.records.event_tables import COMPENSATION, DUTY_GAPS, OUTAGES, STATUS_HISTORY
from svcqa.records.schema import Column, ColumnType, Table

_CODE, _KEY, _UNIT, _MOMENT = ColumnType.CODE, ColumnType.KEY, ColumnType.UNIT, ColumnType.MOMENT
_MONTH, _INTEGER, _FLAG = ColumnType.MONTH, ColumnType.INTEGER, ColumnType.FLAG

_CUSTOMER = (
    Column("customer", type=ColumnType.CUSTOMER),
    Column("customer_name", type=ColumnType.CONTACT),
    Column("phone", type=ColumnType.CONTACT),
    Column("address", type=ColumnType.CONTACT),
)

WORK_ORDERS = Table(
    name="work_orders",
    key=("order_id",),
    time="received_at",
    columns=(
        Column("order_id", type=_KEY, required=True),
        Column("order_type", type=_CODE),
        Column("category", type=_CODE),
        Column("unit", type=_UNIT, required=True),
        Column("tier", type=_CODE),
        Column("area", type=_CODE),
        Column("customer_kind", type=_CODE),
        Column("channel", type=_CODE),
        *_CUSTOMER,
        Column("received_at", type=_MOMENT, required=True),
        Column("accepted_at", type=_MOMENT, after="received_at"),
        Column("due_at", type=_MOMENT, warn_before="received_at"),
        Column("arrived_at", type=_MOMENT, after="received_at"),
        Column("resolved_at", type=_MOMENT, after="received_at"),
        Column("closed_at", type=_MOMENT, after="received_at"),
        Column("excluded_reason", type=_CODE),
    ),
)

CALLS = Table(
    name="calls",
    key=("call_id",),
    time="started_at",
    columns=(
        Column("call_id", type=_KEY, required=True),
        Column("unit", type=_UNIT, required=True),
        Column("line", type=_CODE),
        Column("tier", type=_CODE),
        Column("customer", type=ColumnType.CUSTOMER),
        Column("started_at", type=_MOMENT, required=True),
        Column("outcome", type=_CODE, required=True),
        Column("rings", type=_INTEGER, unit="ring"),
        Column("wait_seconds", type=_INTEGER, unit="second"),
        Column("talk_seconds", type=_INTEGER, unit="second"),
        Column("excluded_reason", type=_CODE),
    ),
)

COMPLAINTS = Table(
    name="complaints",
    key=("complaint_id",),
    time="received_at",
    columns=(
        Column("complaint_id", type=_KEY, required=True),
        Column("unit", type=_UNIT, required=True),
        Column("source", type=_CODE),
        Column("channel", type=_CODE),
        Column("category", type=_CODE),
        Column("level", type=_CODE),
        Column("tier", type=_CODE),
        *_CUSTOMER,
        Column("received_at", type=_MOMENT, required=True),
        Column("accepted_at", type=_MOMENT, after="received_at"),
        Column("first_response_at", type=_MOMENT, after="received_at"),
        Column("resolved_at", type=_MOMENT, after="received_at"),
        Column("replied_at", type=_MOMENT, after="received_at"),
        Column("closed_at", type=_MOMENT, after="received_at"),
        Column("valid", type=_FLAG),
        Column("upheld", type=_FLAG),
        Column("repeat_of", type=_KEY),
        Column("excluded_reason", type=_CODE),
    ),
)

MONTHLY_RETURNS = Table(
    name="monthly_returns",
    key=("indicator", "unit", "month"),
    time="month",
    columns=(
        Column("indicator", type=_CODE, required=True),
        Column("unit", type=_UNIT, required=True),
        Column("month", type=_MONTH, required=True),
        Column("numerator", type=_INTEGER, required=True),
        Column("denominator", type=_INTEGER),
    ),
    not_above=(("numerator", "denominator"),),
)

MILESTONE_REPORTS = Table(
    name="milestone_reports",
    key=("target",),
    time="reported_at",
    columns=(
        Column("target", type=_CODE, required=True),
        Column("unit", type=_UNIT, required=True),
        Column("reported_at", type=_MOMENT, required=True),
        Column("done_at", type=_MOMENT),
        Column("evidence", type=_CODE),
    ),
)

TABLES: tuple[Table, ...] = (
    WORK_ORDERS,
    CALLS,
    OUTAGES,
    DUTY_GAPS,
    COMPLAINTS,
    STATUS_HISTORY,
    CALLBACKS,
    INSPECTIONS,
    MYSTERY_VISITS,
    CHECKED_ITEMS,
    COLLEAGUE_RATINGS,
    COMPENSATION,
    CUSTOMERS,
    CUSTOMER_COUNTS,
    MONTHLY_RETURNS,
    MILESTONE_REPORTS,
    TRAININGS,
)


def table(name: str) -> Table:
    """The table ``name``.

    Raises:
        NameUnknownError: there is no such table.
    """
    for candidate in TABLES:
        if candidate.name == name:
            return candidate
    raise NameUnknownError(
        Fault("unknown_table", got=repr(name), allowed=", ".join(candidate.name for candidate in TABLES))
    )
