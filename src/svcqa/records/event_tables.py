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
        Column("outage_id", type=_KEY, required=True),
        Column("unit", type=_UNIT, required=True),
        Column("kind", type=_CODE, codes=("planned", "fault", "emergency")),
        Column("area", type=_CODE),
        Column("cause", type=_CODE),
        Column("started_at", type=_MOMENT, required=True),
        Column("restored_at", type=_MOMENT, after="started_at"),
        Column("planned_at", type=_MOMENT),
        Column("notified_at", type=_MOMENT),
        Column("customers_affected", type=_INTEGER, unit="customer"),
        Column("excluded_reason", type=_CODE),
    ),
)

DUTY_GAPS = Table(
    name="duty_gaps",
    key=("gap_id",),
    time="started_at",
    columns=(
        Column("gap_id", type=_KEY, required=True),
        Column("unit", type=_UNIT, required=True),
        Column("post", type=_CODE),
        Column("started_at", type=_MOMENT, required=True),
        Column("ended_at", type=_MOMENT, after="started_at"),
        Column("excluded_reason", type=_CODE),
    ),
)

STATUS_HISTORY = Table(
    name="status_history",
    key=("record_id", "changed_at", "status"),
    time="changed_at",
    columns=(
        Column("record_id", type=_KEY, required=True),
        Column("record_table", type=_CODE, codes=("work_orders", "complaints")),
        Column("changed_at", type=_MOMENT, required=True),
        Column("status", type=_CODE, required=True),
        Column("unit", type=_UNIT),
    ),
)

COMPENSATION = Table(
    name="compensation",
    key=("case_id",),
    time="decided_at",
    columns=(
        Column("case_id", type=_KEY, required=True),
        Column("unit", type=_UNIT, required=True),
        Column("decided_at", type=_MOMENT, required=True),
        Column("amount_cents", type=_INTEGER, unit="cent"),
        Column("authority_level", type=_CODE),
        Column("limit_cents", type=_INTEGER, unit="cent"),
    ),
)
