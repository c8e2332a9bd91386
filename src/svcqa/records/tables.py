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
    Column("customer", ColumnType.CUSTOMER),
    Column("customer_name", ColumnType.CONTACT),
    Column("phone", ColumnType.CONTACT),
    Column("address", ColumnType.CONTACT),
)

WORK_ORDERS = Table(
    name="work_orders",
    key=("order_id",),
    time="received_at",
    columns=(
        Column("order_id", _KEY, required=True),
        Column("order_type", _CODE),
        Column("category", _CODE),
        Column("unit", _UNIT, required=True),
        Column("tier", _CODE),
        Column("area", _CODE),
        Column("customer_kind", _CODE),
        Column("channel", _CODE),
        *_CUSTOMER,
        Column("received_at", _MOMENT, required=True),
        Column("accepted_at", _MOMENT, after="received_at"),
        Column("due_at", _MOMENT, warn_before="received_at"),
        Column("arrived_at", _MOMENT, after="received_at"),
        Column("resolved_at", _MOMENT, after="received_at"),
        Column("closed_at", _MOMENT, after="received_at"),
        Column("excluded_reason", _CODE),
    ),
)

CALLS = Table(
    name="calls",
    key=("call_id",),
    time="started_at",
    columns=(
        Column("call_id", _KEY, required=True),
        Column("unit", _UNIT, required=True),
        Column("line", _CODE),
        Column("tier", _CODE),
        Column("customer", ColumnType.CUSTOMER),
        Column("started_at", _MOMENT, required=True),
        Column("outcome", _CODE, required=True),
        Column("rings", _INTEGER, unit="ring"),
        Column("wait_seconds", _INTEGER, unit="second"),
        Column("talk_seconds", _INTEGER, unit="second"),
        Column("excluded_reason", _CODE),
    ),
)

COMPLAINTS = Table(
    name="complaints",
    key=("complaint_id",),
    time="received_at",
    columns=(
        Column("complaint_id", _KEY, required=True),
        Column("unit", _UNIT, required=True),
        Column("source", _CODE),
        Column("channel", _CODE),
        Column("category", _CODE),
        Column("level", _CODE),
        Column("tier", _CODE),
        *_CUSTOMER,
        Column("received_at", _MOMENT, required=True),
        Column("accepted_at", _MOMENT, after="received_at"),
        Column("first_response_at", _MOMENT, after="received_at"),
        Column("resolved_at", _MOMENT, after="received_at"),
        Column("replied_at", _MOMENT, after="received_at"),
        Column("closed_at", _MOMENT, after="received_at"),
        Column("valid", _FLAG),
        Column("upheld", _FLAG),
        Column("repeat_of", _KEY),
        Column("excluded_reason", _CODE),
    ),
)

MONTHLY_RETURNS = Table(
    name="monthly_returns",
    key=("indicator", "unit", "month"),
    time="month",
    columns=(
        Column("indicator", _CODE, required=True),
        Column("unit", _UNIT, required=True),
        Column("month", _MONTH, required=True),
        Column("numerator", _INTEGER, required=True),
        Column("denominator", _INTEGER),
    ),
    not_above=(("numerator", "denominator"),),
)

MILESTONE_REPORTS = Table(
    name="milestone_reports",
    key=("target",),
    time="reported_at",
    columns=(
        Column("target", _CODE, required=True),
        Column("unit", _UNIT, required=True),
        Column("reported_at", _MOMENT, required=True),
        Column("done_at", _MOMENT),
        Column("evidence", _CODE),
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
