"""Tables of what happened besides orders and calls: stoppages, unstaffed posts, changes of status, compensation."""

from __future__ import annotations

from svcqa.records.schema import Column, ColumnType, Table

_CODE, _KEY, _UNIT, _MOMENT = ColumnType.CODE, ColumnType.KEY, ColumnType.UNIT, ColumnType.MOMENT
_INTEGER = ColumnType.INTEGER

OUTAGES = Table(
    name="outages",
    key=("outage_id",),
    time="started_at",
    columns=(
        Column("outage_id", _KEY, required=True),
        Column("unit", _UNIT, required=True),
        Column("kind", _CODE, codes=("planned", "fault", "emergency")),
        Column("area", _CODE),
        Column("cause", _CODE),
        Column("started_at", _MOMENT, required=True),
        Column("restored_at", _MOMENT, after="started_at"),
        Column("planned_at", _MOMENT),
        Column("notified_at", _MOMENT),
        Column("customers_affected", _INTEGER, unit="customer"),
        Column("excluded_reason", _CODE),
    ),
)

DUTY_GAPS = Table(
    name="duty_gaps",
    key=("gap_id",),
    time="started_at",
    columns=(
        Column("gap_id", _KEY, required=True),
        Column("unit", _UNIT, required=True),
        Column("post", _CODE),
        Column("started_at", _MOMENT, required=True),
        Column("ended_at", _MOMENT, after="started_at"),
        Column("excluded_reason", _CODE),
    ),
)

STATUS_HISTORY = Table(
    name="status_history",
    key=("record_id", "changed_at", "status"),
    time="changed_at",
    columns=(
        Column("record_id", _KEY, required=True),
        Column("record_table", _CODE, codes=("work_orders", "complaints")),
        Column("changed_at", _MOMENT, required=True),
        Column("status", _CODE, required=True),
        Column("unit", _UNIT),
    ),
)

COMPENSATION = Table(
    name="compensation",
    key=("case_id",),
    time="decided_at",
    columns=(
        Column("case_id", _KEY, required=True),
        Column("unit", _UNIT, required=True),
        Column("decided_at", _MOMENT, required=True),
        Column("amount_cents", _INTEGER, unit="cent"),
        Column("authority_level", _CODE),
        Column("limit_cents", _INTEGER, unit="cent"),
    ),
)
