"""Tables of whom the service is for and who renders it: customers, their counts by month, trainings and drills."""

from __future__ import annotations

from svcqa.records.schema import Column, ColumnType, Table

_CODE, _KEY, _UNIT, _MOMENT = ColumnType.CODE, ColumnType.KEY, ColumnType.UNIT, ColumnType.MOMENT
_INTEGER = ColumnType.INTEGER

CUSTOMERS = Table(
    name="customers",
    key=("customer",),
    time="entered_at",
    columns=(
        Column("customer", type=ColumnType.CUSTOMER, required=True),
        Column("unit", type=_UNIT, required=True),
        Column("tier", type=_CODE),
        Column("customer_kind", type=_CODE),
        Column("area", type=_CODE),
        Column("entered_at", type=_MOMENT, required=True),
        Column("fields_required", type=_INTEGER, unit="field"),
        Column("fields_filled", type=_INTEGER, unit="field"),
    ),
    not_above=(("fields_filled", "fields_required"),),
)

CUSTOMER_COUNTS = Table(
    name="customer_counts",
    key=("unit", "month", "customer_kind"),
    time="month",
    columns=(
        Column("unit", type=_UNIT, required=True),
        Column("month", type=ColumnType.MONTH, required=True),
        Column("customer_kind", type=_CODE),
        Column("valid_customers", type=_INTEGER, required=True, unit="customer"),
        Column("households", type=_INTEGER, unit="household"),
    ),
)

TRAININGS = Table(
    name="trainings",
    key=("training_id",),
    time="held_at",
    columns=(
        Column("training_id", type=_KEY, required=True),
        Column("unit", type=_UNIT, required=True),
        Column("kind", type=_CODE, codes=("training", "drill", "equipment_check")),
        Column("held_at", type=_MOMENT, required=True),
        Column("planned", type=_INTEGER, unit="person"),
        Column("attended", type=_INTEGER, unit="person"),
    ),
)
