"""Declared joins and windows, held against plain loops over the same records."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcqa.engine import duckdb_query
from svcqa.engine.derive import run_derive, typed_table
from svcqa.errors import MetricError, NameUnknownError, SvcqaError
from svcqa.metrics.derived import Part, derive, first_contact, first_in_period, linked, next_of_same, repeat_within
from svcqa.metrics.sql import quoted
from svcqa.periods import PeriodKind, PeriodRule

Row = dict[str, Any]
START = dt.datetime(2025, 12, 20)
HALF_DAYS = st.integers(0, 40).map(lambda n: START + dt.timedelta(hours=12 * n))
"""Few moments, so that several records share one, and spans of whole days are hit exactly."""
NEARLY = st.builds(lambda at, second: at + dt.timedelta(seconds=second), HALF_DAYS, st.sampled_from((-1, 0, 0, 1)))
CUSTOMERS, CATEGORIES = st.sampled_from((None, "A", "B")), st.sampled_from((None, "leak", "meter"))


def records(moments: st.SearchStrategy[dt.datetime] = NEARLY) -> st.SearchStrategy[list[Row]]:
    """Complaints in any order, their keys in an order of their own."""
    row = st.fixed_dictionaries(
        {"customer": CUSTOMERS, "category": CATEGORIES, "received_at": moments, "closed_at": st.none() | moments}
    )
    return st.lists(row, min_size=1, max_size=14).flatmap(
        lambda rows: st.permutations(range(len(rows))).map(
            lambda order: [{**row, "complaint_id": f"{n:02}", "unit": "D1"} for n, row in zip(order, rows, strict=True)]
        )
    )


def columns_of(rows: Sequence[Row]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in (rows[0] if rows else ())}


def run(*parts: Part, rows: Sequence[Row], beside: Sequence[Row] = ()) -> dict[str, Row]:
    """What the query gives for each complaint, by key."""
    views = {"records": typed_table("complaints", columns_of(rows))}
    query = derive(*parts, table="complaints")
    views |= {name: typed_table(name, columns_of(beside)) for name in query.tables}
    found = run_derive(duckdb_query.query, query, views, place="complaints", wanted=["unit"]).to_pylist()
    assert len(found) == len(rows)
    return {row["complaint_id"]: row for row in found}


# --- plain loops ----------------------------------------------------------------------------------------------------


def same_as(row: Row, rows: Sequence[Row], same: Sequence[str], moment: str = "received_at") -> list[Row] | None:
    """All records like ``row``, it among them, in order of time and key; ``None`` where nobody can tell."""
    if any(row[name] is None for name in (*same, moment)):
        return None
    alike = [other for other in rows if all(other[name] == row[name] for name in same) and other[moment] is not None]
    return sorted(alike, key=lambda other: (other[moment], other["complaint_id"]))


def neighbours(row: Row, rows: Sequence[Row], same: Sequence[str], moment: str) -> tuple[Any, Any]:
    alike = same_as(row, rows, same, moment)
    if alike is None:
        return None, None
    place = alike.index(row)
    after = alike[place + 1][moment] if place + 1 < len(alike) else None
    return after, alike[place - 1][moment] if place else None


@pytest.mark.parametrize("moment", ["received_at", "closed_at"])
@given(rows=records())
def test_next_and_last_of_the_same(moment: str, rows: list[Row]) -> None:
    same = ("customer", "category")
    found = run(next_of_same(same=same, order_by=moment), rows=rows)
    for row in rows:
        got = found[row["complaint_id"]]
        assert (got["again_at"], got["before_at"]) == neighbours(row, rows, same, moment)


@given(rows=records(), days=st.integers(1, 9), same=st.sampled_from([("customer",), ("customer", "category")]))
def test_repeated_within_days(rows: list[Row], days: int, same: tuple[str, ...]) -> None:
    found = run(repeat_within(same=same, days=days), rows=rows)
    span = dt.timedelta(days=days)
    for row in rows:
        got, alike = found[row["complaint_id"]], same_as(row, rows, same)
        if alike is None:
            assert (got["repeated"], got["repeated_decided_at"]) == (None, None)
            continue
        later = alike[alike.index(row) + 1 :]
        assert got["repeated"] == int(any(other["received_at"] - row["received_at"] <= span for other in later))
        assert got["repeated_decided_at"] == row["received_at"] + span


def matters_of(alike: Sequence[Row], days: int) -> list[list[Row]]:
    """Contacts in order, cut where the next comes more than ``days`` after the one before."""
    matters: list[list[Row]] = []
    for row in alike:
        if not matters or row["received_at"] - matters[-1][-1]["received_at"] > dt.timedelta(days=days):
            matters.append([])
        matters[-1].append(row)
    return matters


@given(rows=records(), days=st.integers(1, 4))
def test_contacts_about_one_matter(rows: list[Row], days: int) -> None:
    found = run(first_contact(same=("customer",), days=days), rows=rows)
    names = ("matter_opened", "matter_number", "matter_contacts", "matter_decided_at")
    for row in rows:
        got, alike = tuple(found[row["complaint_id"]][name] for name in names), same_as(row, rows, ("customer",))
        if alike is None:
            assert got == (None,) * 4
            continue
        number, matter = next((n, m) for n, m in enumerate(matters_of(alike, days), start=1) if row in m)
        decided = matter[-1]["received_at"] + dt.timedelta(days=days)
        assert got == (int(matter[0] is row), number, len(matter), decided)


@given(rows=records(), days=st.integers(1, 4), cut=NEARLY)
def test_what_is_decided_by_a_moment_does_not_depend_on_what_comes_later(
    rows: list[Row], days: int, cut: dt.datetime
) -> None:
    parts = (first_contact(same=("customer",), days=days), repeat_within(same=("customer",), days=days))
    whole = run(*parts, rows=rows)
    early = [row for row in rows if row["received_at"] <= cut]
    for key, then in run(*parts, rows=early).items() if early else ():
        for decided, names in (
            ("matter_decided_at", ("matter_opened", "matter_number", "matter_contacts", "matter_decided_at")),
            ("repeated_decided_at", ("repeated", "repeated_decided_at")),
        ):
            assert (then[decided] is not None and then[decided] <= cut) == (
                whole[key][decided] is not None and whole[key][decided] <= cut
            )
            if then[decided] is not None and then[decided] <= cut:
                assert [then[name] for name in names] == [whole[key][name] for name in names]


LONG = st.integers(0, 900).map(lambda n: dt.datetime(2024, 11, 1) + dt.timedelta(days=n, seconds=n % 2))


@pytest.mark.parametrize("cycle", ["month", "quarter", "half", "year"])
@given(rows=records(LONG), closes_on=st.sampled_from([None, 1, 25, 27]))
def test_the_first_of_its_period(cycle: Any, closes_on: int | None, rows: list[Row]) -> None:
    rule = PeriodRule(closes_on)
    found = run(first_in_period(same=("customer",), cycle=cycle, period_rule=rule), rows=rows)

    def period(row: Row) -> Any:
        return rule.containing(row["received_at"].date(), PeriodKind(cycle))

    for row in rows:
        alike = same_as(row, rows, ("customer",))
        first = next((other for other in alike or () if period(other) == period(row)), None)
        wanted = None if alike is None else int(first is row)
        assert found[row["complaint_id"]]["first_in_period"] == wanted


def test_a_statistical_year_begins_in_december() -> None:
    """By hand: with months that close on the 25th, 26 December 2025 is the first day of 2026."""
    days = ("2025-12-25", "2025-12-26", "2026-01-02", "2026-12-25", "2026-12-26")
    rows = [
        {"complaint_id": str(n), "unit": "D1", "customer": "A", "received_at": f"{day} 08:00"}
        for n, day in enumerate(days)
    ]
    for rule, wanted in ((PeriodRule(25), [1, 1, 0, 0, 1]), (PeriodRule(), [1, 0, 1, 0, 0])):
        found = run(first_in_period(same=("customer",), cycle="year", period_rule=rule), rows=rows)
        assert [found[str(n)]["first_in_period"] for n in range(5)] == wanted


# --- complaint and callback -----------------------------------------------------------------------------------------

OUTCOMES = st.sampled_from((None, "reached", "no_answer", "declined"))


@st.composite
def calls(draw: Callable[..., Any]) -> tuple[list[Row], list[Row]]:
    """Complaints and calls about them; some calls name none, or one that nobody knows."""
    rows = draw(records())
    about = st.sampled_from([None, "ZZ", *(row["complaint_id"] for row in rows)])
    call = st.fixed_dictionaries(
        {"record_id": about, "called_at": NEARLY, "outcome": OUTCOMES, "score": st.none() | st.integers(0, 10)}
    )
    made = draw(st.lists(call, max_size=10))
    order = draw(st.permutations(range(len(made))))
    named = [{"callback_id": f"{n:02}", "question": "q", "unit": "D1"} for n in order]
    return rows, [{**keys, **call} for keys, call in zip(named, made, strict=True)]


@given(drawn=calls(), from_day=st.integers(0, 3))
def test_the_first_call_after_closing_and_the_first_that_reached(
    drawn: tuple[list[Row], list[Row]], from_day: int
) -> None:
    rows, made = drawn
    on = ("record_id", "complaint_id")
    found = run(
        linked("callbacks", on=on, after="closed_at", from_day=from_day, take=("outcome", "score"), name="call"),
        linked("callbacks", on=on, after="closed_at", where={"outcome": ["reached", "declined"]}, name="reached"),
        linked("callbacks", on=on),
        rows=rows,
        beside=made,
    )

    def first(row: Row, days: int | None, outcomes: Sequence[Any] | None = None) -> Row:
        begins = None if days is None or row["closed_at"] is None else row["closed_at"] + dt.timedelta(days=days)
        about = [
            call
            for call in made
            if call["record_id"] == row["complaint_id"]
            and (outcomes is None or call["outcome"] in outcomes)
            and (days is None or (begins is not None and call["called_at"] >= begins))
        ]
        nothing: Row = {"called_at": None, "outcome": None, "score": None}
        return min(about, key=lambda call: (call["called_at"], call["callback_id"]), default=nothing)

    for row in rows:
        got = found[row["complaint_id"]]
        call = first(row, from_day)
        assert (got["call_at"], got["call_outcome"], got["call_score"]) == tuple(
            call[name] for name in ("called_at", "outcome", "score")
        )
        assert got["reached_at"] == first(row, 0, ("reached", "declined"))["called_at"]
        assert got["callbacks_at"] == first(row, None)["called_at"]


def test_questions_of_one_call_are_told_apart_by_their_condition() -> None:
    """By hand: one call asks two questions; without a condition the first by key is taken."""
    rows = [{"complaint_id": "1", "unit": "D1", "received_at": "2026-01-01 08:00"}]
    asked = [
        {
            "callback_id": "a",
            "question": question,
            "unit": "D1",
            "record_id": "1",
            "called_at": "2026-01-05 09:00",
            "score": score,
        }
        for question, score in (("speed", 4), ("manner", 9))
    ]
    on = ("record_id", "complaint_id")
    speed = linked("callbacks", on=on, take=("score",), where={"question": ["speed"]}, name="speed")
    got = run(linked("callbacks", on=on, take=("score",)), speed, rows=rows, beside=asked)["1"]
    assert (got["callbacks_score"], got["speed_score"]) == (9, 4)


@given(value=st.text(max_size=12).filter(lambda text: "\x00" not in text and text.isprintable()))
def test_any_value_is_only_a_value(value: str) -> None:
    rows = [{"complaint_id": "1", "unit": "D1", "received_at": "2026-01-01 08:00"}]
    call = {"callback_id": "a", "question": "q", "unit": "D1", "record_id": "1", "called_at": "2026-01-05 09:00"}
    part = linked("callbacks", on=("record_id", "complaint_id"), where={"outcome": [value]}, name="call")
    for outcome, wanted in ((value, True), (value + "x", False)):
        got = run(part, rows=rows, beside=[{**call, "outcome": outcome}])["1"]
        assert (got["call_at"] is not None) is wanted


@pytest.mark.parametrize("value", ["'; DROP TABLE records; --", "a\\", "${x}", "\n'", '"x"', "它's", ""])
def test_awkward_values_stand_by_their_number(value: str) -> None:
    """Inside of quotes there are letters, digits, spaces, ``_`` and ``-`` only: engines differ in all others."""
    shown = quoted(value)
    assert re.fullmatch(r"('[\w \-]*'|chr\(\d+\))( \|\| ('[\w \-]*'|chr\(\d+\)))*", shown), shown


# --- put together ---------------------------------------------------------------------------------------------------

EVERYTHING = (
    next_of_same(same=("customer", "category")),
    repeat_within(same=("customer",), days=30),
    first_contact(same=("customer", "category"), days=7),
    first_in_period(same=("customer",), cycle="quarter", period_rule=PeriodRule(25)),
    linked("callbacks", on=("record_id", "complaint_id"), after="closed_at", take=("outcome",), name="call"),
    linked("callbacks", on=("record_id", "complaint_id"), where={"outcome": ["reached"]}, name="reached"),
)


@given(drawn=calls())
def test_together_they_give_what_each_gives_alone(drawn: tuple[list[Row], list[Row]]) -> None:
    rows, made = drawn
    together = run(*EVERYTHING, rows=rows, beside=made)
    for part in EVERYTHING:
        for key, alone in run(part, rows=rows, beside=made).items():
            assert alone == {name: together[key][name] for name in alone}


BOTH_ENGINES = frozenset(
    {
        *("with", "as", "select", "from", "left", "join", "on", "where", "and", "is", "not", "null", "in", "cast"),
        *("case", "when", "then", "else", "end", "over", "partition", "by", "order", "asc", "nulls", "last", "rows"),
        *("between", "unbounded", "preceding", "current", "row", "interval", "day", "bigint"),
        *("lead", "lag", "sum", "count", "max", "row_number", "floor", "year", "month", "day", "chr"),
    }
)
"""Words of the standard and functions that stand in the lists of Spark SQL and of DuckDB alike."""
ONE_ENGINE_ONLY = frozenset(
    {
        *(
            "qualify",
            "exclude",
            "replace",
            "date_trunc",
            "datediff",
            "date_diff",
            "strftime",
            "epoch",
            "list",
            "struct",
        ),
        *("unnest", "array", "union", "pivot", "asof", "ilike", "regexp_matches", "arg_min", "arg_max", "try_cast"),
        *("hugeint", "using", "filter", "lateral", "positional", "summarize", "macro", "date_part", "time_bucket"),
    }
)
"""Words that DuckDB alone knows, or that Spark SQL understands otherwise."""


@pytest.mark.parametrize("parts", [*((part,) for part in EVERYTHING), EVERYTHING])
def test_only_words_that_both_engines_know(parts: tuple[Part, ...]) -> None:
    sql = derive(*parts, table="complaints").sql
    assert "::" not in sql
    assert '"' not in sql
    assert "`" not in sql
    bare = re.sub(r"'[^']*'", "''", sql)
    qualified = re.findall(r"(\w+)\.(\w+)", bare)
    named = re.findall(r"\bAS ([a-z]\w*)|(\w+) AS \(|(?:FROM|JOIN) (\w+)", bare)
    names = {word for found in (*qualified, *named) for word in found}
    words = {word.lower() for word in re.findall(r"[A-Za-z_]\w*", bare) if word not in names}
    assert {"select", "as"} <= words <= BOTH_ENGINES
    assert words & ONE_ENGINE_ONLY == set()


def refused(*parts: Part, table: str = "complaints") -> SvcqaError:
    with pytest.raises((MetricError, NameUnknownError)) as error:
        derive(*parts, table=table)
    return error.value


@pytest.mark.parametrize(
    ("part", "got", "allowed"),
    [
        (next_of_same(same=("custommer",)), "custommer", "customer"),
        (next_of_same(same=("customer",), order_by="category"), "category", "closed_at"),
        (next_of_same(same=("phone",)), "phone", "customer"),  # contacts are not in the store
        (next_of_same(same=("customer; DROP TABLE records",)), "DROP", "customer"),
        (next_of_same(same=()), "()", "≥ 1"),
        (repeat_within(same=("customer",), days=0), "0", "≥ 1"),
        (repeat_within(same=("customer",), days="7' OR '1"), "OR", "≥ 1"),  # type: ignore[arg-type]
        (repeat_within(same=("customer",), days=True), "True", "≥ 1"),
        (first_in_period(same=("customer",), cycle="week"), "week", "quarter"),  # type: ignore[arg-type]
        (linked("calback", on=("record_id", "complaint_id")), "calback", "callbacks"),
        (linked("callbacks", on=("record", "complaint_id")), "record", "record_id"),
        (linked("callbacks", on=("record_id", "complaint")), "complaint", "complaint_id"),
        (linked("callbacks", on=("record_id", "complaint_id"), take=("points",)), "points", "score"),
        (linked("callbacks", on=("record_id", "complaint_id"), where={"score": ["9"]}), "score", "outcome"),
        (linked("callbacks", on=("record_id", "complaint_id"), where={"outcome": []}), "[]", "≥ 1"),
        (linked("callbacks", on=("record_id", "complaint_id"), after="closed_at", from_day=-1), "-1", "≥ 0"),
        (next_of_same(same=("customer",), again="again at"), "again at", "[a-z]"),
    ],
)
def test_what_is_wrong_is_named_with_what_is_allowed(part: Part, got: str, allowed: str) -> None:
    (fault,) = refused(part).faults
    assert got in fault.got
    assert allowed in fault.allowed


def test_two_columns_of_one_name_are_refused() -> None:
    twice = refused(next_of_same(same=("customer",)), next_of_same(same=("category",)))
    assert {fault.got for fault in twice.faults} == {"again_at", "before_at"}
    (taken,) = refused(next_of_same(same=("customer",), again="closed_at")).faults
    assert (taken.code, taken.got) == ("derived_twice", "closed_at")
    assert refused().faults[0].code == "bad_value"


def test_a_column_that_no_record_has_is_named_before_the_query_runs() -> None:
    views: Mapping[str, Any] = {
        "records": typed_table("complaints", {}).drop_columns(["customer"]),
        "callbacks": typed_table("callbacks", {}).drop_columns(["outcome"]),
    }
    query = derive(*EVERYTHING, table="complaints")
    with pytest.raises(MetricError) as error:
        run_derive(duckdb_query.query, query, views, place="complaints", wanted=["unit"])
    told = {(fault.code, fault.place, fault.got) for fault in error.value.faults}
    assert told == {
        ("column_missing_in_table", "complaints", "customer"),
        ("column_missing_in_table", "complaints › callbacks", "outcome"),
    }
