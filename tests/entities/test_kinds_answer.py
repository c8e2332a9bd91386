"""Kinds of targets and rules answer for themselves: outside the entities nobody asks which kind it is."""

from __future__ import annotations

import ast
import datetime as dt
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from support.workspaces import REPO
from svcqa.entities import clock_rules, rule_base, rules, target
from svcqa.entities.commitment import Commitment
from svcqa.entities.organisation import Unit
from svcqa.entities.rules import Rule
from svcqa.entities.target import LevelTarget, MilestoneTarget, QuantityTarget, Target
from svcqa.metrics.verdict import Judgement
from svcqa.report.words.targets import target_words
from svcqa.review.courses import NO_COURSE
from svcqa.review.targets import TargetReview

SOURCE = REPO / "src" / "svcqa"
NAMED = {"en": "x"}
ALLOWED = {
    "stats/monthly_history.py": "kinds of a history, one of which is called rating, too",
    "stats/year_ahead.py": "the same",
}
"""Modules that may ask for a kind, each with its reason."""
ASKED = ("isinstance", "issubclass", "singledispatch")


def kinds() -> set[str]:
    """The names of all kinds, and of what they share."""
    modules = (rule_base, clock_rules, rules, target)
    found = {
        name
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, (rule_base.RuleBase, target.TargetBase))
    }
    return found | {"Rule", "Target"}


def asks(tree: ast.AST, names: set[str]) -> Iterator[int]:
    """Lines that ask for a kind: by class, by a pattern, or by the name of the kind."""
    for node in ast.walk(tree):
        asked = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ASKED
        if asked and names & {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}:
            yield node.lineno
        if isinstance(node, ast.MatchClass) and isinstance(node.cls, ast.Name) and node.cls.id in names:
            yield node.lineno
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            words = {one.value for side in sides for one in ast.walk(side) if isinstance(one, ast.Constant)}
            if words & KIND_WORDS and any(isinstance(one, ast.Attribute) and one.attr == "kind" for one in sides):
                yield node.lineno


def models(union: Any) -> tuple[type[BaseModel], ...]:
    """The classes of a union with a discriminator."""
    return get_args(get_args(union)[0])


KIND_WORDS = {get_args(one.model_fields["kind"].annotation)[0] for one in (*models(Rule), *models(Target))}


def test_nobody_outside_the_entities_asks_for_a_kind() -> None:
    names = kinds()
    assert {"LevelTarget", "ElapsedNatural", "MonthlyReturn", "ClockRule", "Target"} <= names
    found = {
        f"{path.relative_to(SOURCE).as_posix()}:{line}"
        for path in SOURCE.rglob("*.py")
        if path.relative_to(SOURCE).parts[0] != "entities" and path.relative_to(SOURCE).as_posix() not in ALLOWED
        for line in asks(ast.parse(path.read_text(encoding="utf-8")), names)
    }
    assert found == set()


@pytest.mark.parametrize(
    "code",
    [
        "isinstance(x, LevelTarget)",
        "isinstance(x, (int, Rating))",
        "issubclass(x, ClockRule)",
        "match x:\n    case MonthlyReturn():\n        pass",
        "x.rule.kind == 'rating'",
        "x.kind in ('level', 'quantity')",
    ],
)
def test_each_way_to_ask_is_seen(code: str) -> None:
    assert list(asks(ast.parse(code), kinds()))


def a_target(kind: str) -> LevelTarget | QuantityTarget | MilestoneTarget:
    about: dict[str, Any] = {"key": "t", "name": NAMED, "year": 2026, "owner": "C", "kind": kind}
    if kind == "level":
        return LevelTarget(**about, commitment="c", goal=0.95)
    if kind == "quantity":
        return QuantityTarget(**about, indicator="i", amount_unit={"en": "km"}, path=(1.0,) * 12)
    return MilestoneTarget(**about, due=dt.date(2026, 6, 30))


@pytest.mark.parametrize("kind", [get_args(one.model_fields["kind"].annotation)[0] for one in models(Target)])
def test_each_kind_of_target_has_words(kind: str) -> None:
    item = TargetReview(
        target=a_target(kind),
        owner=Unit(code="C", name=NAMED, level="company"),
        commitment=None,
        course=NO_COURSE,
        judged=Judgement(),
    )
    words = target_words(item, "en")
    assert words.goal.text
    assert words.name_and_goal.startswith("x")
    assert words.figure(None).text == "—" == words.needed
    assert not words.missed(None)


def test_each_kind_of_target_answers_for_itself() -> None:
    level, amount, deed = (a_target(kind) for kind in ("level", "quantity", "milestone"))
    assert (level.level, level.goal, level.adds_up, level.by_month) == (0.95, 0.95, False, True)
    assert (amount.level, amount.goal, amount.adds_up, amount.metric) == (None, 12.0, True, "quantity")
    assert (deed.level, deed.goal, deed.by_month, deed.metric) == (None, None, False, "milestone")
    assert len({one.subject for one in (level, amount, deed)}) == 3


def test_a_commitment_and_a_metric_of_one_name_are_two_subjects() -> None:
    about: dict[str, Any] = {"key": "t", "name": NAMED, "year": 2026, "owner": "C", "kind": "level", "goal": 0.9}
    assert LevelTarget(**about, commitment="rating").subject != LevelTarget(**about, metric="rating").subject
    one = LevelTarget(**about, metric="m", params={"a": [1, 2], "b": {"c": 3}})
    other = LevelTarget(**about, metric="m", params={"b": {"c": 3}, "a": [1, 2]})
    assert one.subject == other.subject


def a_rule(**fields: Any) -> Any:
    named: dict[str, Any] = dict.fromkeys(("category", "item", "promise"), NAMED)
    return Commitment.model_validate({"key": "c", "table": "work_orders", "rule": fields, **named}).rule


ENDS = {"start": "received_at", "stop": "closed_at"}


@pytest.mark.parametrize(
    ("fields", "unit", "units"),
    [
        ({"kind": "elapsed_natural", **ENDS, "limit": 45, "unit": "minute"}, "minute", 45),
        ({"kind": "elapsed_natural", **ENDS, "limit": 24, "unit": "hour"}, "hour", 24 * 60),
        ({"kind": "elapsed_natural", **ENDS, "limit": 90, "unit": "second"}, "second", 90),
        ({"kind": "elapsed_working_time", **ENDS, "limit": 2, "unit": "hour"}, "working_hour", 120),
        ({"kind": "elapsed_working_days", **ENDS, "limit": 3, "counting": "next_day"}, "working_day", 3),
        ({"kind": "count_threshold", "start": "started_at", "value": "rings", "limit": 3, "unit": "ring"}, "ring", 3),
        (
            {"kind": "lead_time", "start": "a", "event": "b", "notice": "c", "limit": 48, "unit": "hour"},
            "hour",
            -48 * 60,
        ),
        ({"kind": "record_due", "start": "a", "due": "b", "stop": "c"}, "minute", 0),
    ],
)
def test_each_clock_says_its_limit_in_units_of_its_value(fields: dict[str, Any], unit: str, units: int) -> None:
    clock = a_rule(**fields).clock_rule
    assert (clock.limit_unit, clock.in_units()) == (unit, units)
    assert clock.in_units(clock.limit) == units
    assert set(clock.columns) <= set(map(str, fields.values()))


def test_which_working_days_count_is_known_of_each_kind() -> None:
    days = {"kind": "elapsed_working_days", **ENDS, "limit": 3}
    assert a_rule(**days, counting="same_day").needs_calendar
    assert not a_rule(**days, counting="same_day").can_pause
    assert a_rule(**days, counting="minutes").can_pause
    mean = {"kind": "mean_and_maximum", **ENDS, "mean": 30, "maximum": 45, "unit": "minute"}
    assert not a_rule(**mean).needs_calendar
    assert a_rule(**mean, clock="working_time").needs_calendar
    assert a_rule(**mean).within(45).in_units() == a_rule(**mean, clock="working_time").within(45).in_units() == 45
    assert a_rule(**mean).within(45).natural
    assert not a_rule(**mean, clock="working_time").within(45).natural
