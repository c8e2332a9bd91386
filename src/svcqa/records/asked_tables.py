"""Tables of what was asked and looked at: callbacks, inspections, mystery visits, checked recordings, ratings."""

from __future__ import annotations

from svcqa.records.schema import Column, ColumnType, Table

_CODE, _KEY, _UNIT, _MOMENT = ColumnType.CODE, ColumnType.KEY, ColumnType.UNIT, ColumnType.MOMENT
_INTEGER = ColumnType.INTEGER

CALL_OUTCOMES = (
    "reached",
    "partial",
    "declined",
    "no_answer",
    "busy",
    "switched_off",
    "call_later",
    "wrong_number",
    "not_eligible",
    "unable",
)
"""How the last attempt ended. A wave's ``callback_id`` is the reference of its call sheet."""

CALLBACKS = Table(
    name="callbacks",
    key=("callback_id", "question"),
    time="called_at",
    columns=(
        Column("callback_id", _KEY, required=True),
        Column("question", _CODE, required=True),
        Column("unit", _UNIT, required=True),
        Column("wave", _CODE),
        Column("service", _CODE),
        Column("record_id", _KEY),
        Column("customer", ColumnType.CUSTOMER),
        Column("tier", _CODE),
        Column("called_at", _MOMENT, required=True),
        Column("outcome", _CODE, codes=CALL_OUTCOMES),
        Column("score", _INTEGER, unit="point"),
        Column("opinion", ColumnType.REMARK),
        Column("attempts", _INTEGER),
        Column("caller", ColumnType.PERSON),
    ),
)

INSPECTIONS = Table(
    name="inspections",
    key=("visit_id",),
    time="visited_at",
    columns=(
        Column("visit_id", _KEY, required=True),
        Column("unit", _UNIT, required=True),
        Column("kind", _CODE),
        Column("customer_kind", _CODE),
        Column("customer", ColumnType.CUSTOMER),
        Column("visited_at", _MOMENT, required=True),
        Column("outcome", _CODE, required=True, codes=("entered", "nobody_home", "refused")),
        Column("score", _INTEGER, unit="point"),
        Column("excluded_reason", _CODE),
    ),
)

MYSTERY_VISITS = Table(
    name="mystery_visits",
    key=("visit_id", "item"),
    time="visited_at",
    columns=(
        Column("visit_id", _KEY, required=True),
        Column("item", _CODE, required=True),
        Column("unit", _UNIT, required=True),
        Column("channel", _CODE),
        Column("visited_at", _MOMENT, required=True),
        Column("points", _INTEGER, required=True, unit="point"),
        Column("max_points", _INTEGER, required=True, unit="point"),
    ),
    not_above=(("points", "max_points"),),
)

CHECKED_ITEMS = Table(
    name="checked_items",
    key=("item_id",),
    time="checked_at",
    columns=(
        Column("item_id", _KEY, required=True),
        Column("unit", _UNIT, required=True),
        Column("record_id", _KEY),
        Column("checked_at", _MOMENT, required=True),
        Column("check", _CODE, required=True),
        Column("passed", ColumnType.FLAG),
        Column("checker", ColumnType.PERSON),
    ),
)

COLLEAGUE_RATINGS = Table(
    name="colleague_ratings",
    key=("rating_id",),
    time="rated_at",
    columns=(
        Column("rating_id", _KEY, required=True),
        Column("unit", _UNIT, required=True),
        Column("rated_at", _MOMENT, required=True),
        Column("rater_kind", _CODE, codes=("superior", "colleague", "customer")),
        Column("score", _INTEGER, unit="point"),
    ),
)
