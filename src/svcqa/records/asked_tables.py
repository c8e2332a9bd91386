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
        Column("callback_id", type=_KEY, required=True),
        Column("question", type=_CODE, required=True),
        Column("unit", type=_UNIT, required=True),
        Column("wave", type=_CODE),
        Column("service", type=_CODE),
        Column("record_id", type=_KEY),
        Column("customer", type=ColumnType.CUSTOMER),
        Column("tier", type=_CODE),
        Column("called_at", type=_MOMENT, required=True),
        Column("outcome", type=_CODE, codes=CALL_OUTCOMES),
        Column("score", type=_INTEGER, unit="point"),
        Column("opinion", type=ColumnType.REMARK),
        Column("attempts", type=_INTEGER),
        Column("caller", type=ColumnType.PERSON),
    ),
)

INSPECTIONS = Table(
    name="inspections",
    key=("visit_id",),
    time="visited_at",
    columns=(
        Column("visit_id", type=_KEY, required=True),
        Column("unit", type=_UNIT, required=True),
        Column("kind", type=_CODE),
        Column("customer_kind", type=_CODE),
        Column("customer", type=ColumnType.CUSTOMER),
        Column("visited_at", type=_MOMENT, required=True),
        Column("outcome", type=_CODE, required=True, codes=("entered", "nobody_home", "refused")),
        Column("score", type=_INTEGER, unit="point"),
        Column("excluded_reason", type=_CODE),
    ),
)

MYSTERY_VISITS = Table(
    name="mystery_visits",
    key=("visit_id", "item"),
    time="visited_at",
    columns=(
        Column("visit_id", type=_KEY, required=True),
        Column("item", type=_CODE, required=True),
        Column("unit", type=_UNIT, required=True),
        Column("channel", type=_CODE),
        Column("visited_at", type=_MOMENT, required=True),
        Column("points", type=_INTEGER, required=True, unit="point"),
        Column("max_points", type=_INTEGER, required=True, unit="point"),
    ),
    not_above=(("points", "max_points"),),
)

CHECKED_ITEMS = Table(
    name="checked_items",
    key=("item_id",),
    time="checked_at",
    columns=(
        Column("item_id", type=_KEY, required=True),
        Column("unit", type=_UNIT, required=True),
        Column("record_id", type=_KEY),
        Column("checked_at", type=_MOMENT, required=True),
        Column("check", type=_CODE, required=True),
        Column("passed", type=ColumnType.FLAG),
        Column("checker", type=ColumnType.PERSON),
    ),
)

COLLEAGUE_RATINGS = Table(
    name="colleague_ratings",
    key=("rating_id",),
    time="rated_at",
    columns=(
        Column("rating_id", type=_KEY, required=True),
        Column("unit", type=_UNIT, required=True),
        Column("rated_at", type=_MOMENT, required=True),
        Column("rater_kind", type=_CODE, codes=("superior", "colleague", "customer")),
        Column("score", type=_INTEGER, unit="point"),
    ),
)
