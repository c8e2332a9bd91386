"""What to know before a goal is set: the ratchet, noise, few cases, goals met without effort, signs of gaming.

A note is a fact with its numbers, never a verdict on people: what looks like gaming is asked about, not punished.

Source: M. L. Weitzman (1980) Bell Journal of Economics 11, 302–308 (the ratchet); G. Bevan, C. Hood (2006) Public
Administration 84, 517–538 (gaming of targets).
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from svcqa.entities.plan import NextYearRules
from svcqa.entities.rules import ClockRule, LeadTime
from svcqa.errors import MetricError
from svcqa.metrics.contract import Context
from svcqa.metrics.figures import Figures
from svcqa.metrics.result import Figure, Scale
from svcqa.review.next_year.past import Past, PastYear
from svcqa.review.next_year.subject import PERCENTILES, Subject, needs_calendar
from svcqa.stats.bunching import Bunching, bunching
from svcqa.stats.drivers import newcombe
from svcqa.stats.year_ahead import YearAhead


@dataclass(frozen=True)
class Note:
    """One warning: ``code`` names the catalogue entry ``next_year.note_CODE``, the numbers fill it.

    ``levels`` are in the figure's unit, ``shares`` are shown in per cent.
    """

    code: str
    levels: Mapping[str, float] = field(default_factory=dict)
    shares: Mapping[str, float] = field(default_factory=dict)
    counts: Mapping[str, float] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)


def notes(
    figures: Figures, subject: Subject, past: Past, ahead: YearAhead, goals: Sequence[float], context: Context,
    rules: NextYearRules, year: int,
) -> tuple[Note, ...]:  # fmt: skip
    """All notes on one proposal; ``goals`` are the candidates, the easiest first."""
    found = [
        *_ratchet(past, goals), *_noise(past, ahead, goals), *_few_cases(ahead, rules), *_trivial(past),
        *_promise(subject, ahead), *_gaming(figures, subject, past, context, rules),
        *_forecast(ahead), *_calendar(subject, context, year),
    ]  # fmt: skip
    return tuple(found)


def _harder(scale: Scale, one: float, other: float) -> bool:
    """Whether ``one`` is the harder goal."""
    return one < other if scale.better == "lower" else one > other


def _ratchet(past: Past, goals: Sequence[float]) -> Iterator[Note]:
    """A goal was raised after a year that beat it, and would be raised again."""
    with_goal = [one for one in past.years if one.goal is not None]
    raised = [
        (before, after) for before, after in itertools.pairwise(with_goal)
        if after.goal is not None and before.goal is not None and _harder(past.scale, after.goal, before.goal)
        and _reached(past.scale, before)
    ]  # fmt: skip
    if not raised or not with_goal:
        return
    now, middle = with_goal[-1].goal, goals[len(goals) // 2]
    if now is not None and _harder(past.scale, middle, now):
        before, after = raised[-1]
        assert before.goal is not None
        assert after.goal is not None
        yield Note("ratchet", levels={"was": before.goal, "then": after.goal, "now": middle},
                   texts={"year": before.period.label, "next": after.period.label})  # fmt: skip


def _reached(scale: Scale, one: PastYear) -> bool:
    value = None if one.figure is None else one.figure.value
    return value is not None and one.goal is not None and scale.reached(value, one.goal)


def _noise(past: Past, ahead: YearAhead, goals: Sequence[float]) -> Iterator[Note]:
    """Candidates so near the forecast that the chance of single cases alone decides."""
    if ahead.kind != "share":
        return
    middle, cases = ahead.interval()[1], ahead.cases
    half = 1.96 * (middle * (1 - middle) / cases) ** 0.5 if cases else 0.0
    inside = [goal for goal in dict.fromkeys(goals) if abs(goal - middle) < half]
    if inside and half > 0:
        levels = {"easiest": inside[0], "hardest": inside[-1], "forecast": middle}
        if len(inside) == 1:
            yield Note("noise_of_one", {"goal": inside[0], "forecast": middle}, {"half": half}, {"n": cases})
        else:
            yield Note("noise", levels, {"half": half}, {"n": cases})


def _few_cases(ahead: YearAhead, rules: NextYearRules) -> Iterator[Note]:
    if ahead.kind in ("share", "rate") and ahead.cases < rules.least_cases:
        yield Note("few_cases", shares={"one": 1 / max(ahead.cases, 1.0)}, counts={"n": ahead.cases,
                   "least": rules.least_cases})  # fmt: skip


def _trivial(past: Past) -> Iterator[Note]:
    """Every period of the last year reached the goal, and the year's interval was clear of it."""
    with_goal = [one for one in past.years if one.goal is not None and one.over and one.figure is not None]
    if not with_goal:
        return
    latest = with_goal[-1]
    goal, figure = latest.goal, latest.figure
    assert goal is not None
    assert figure is not None
    inside = [one for one in past.figures if one.period.startswith(latest.period.label) and one.value is not None]
    if not inside or figure.value is None:
        return
    nearest = figure.upper if past.scale.better == "lower" else figure.lower
    clear = nearest is None or past.scale.reached(nearest, goal)
    if clear and all(past.scale.reached(one.value, goal) for one in inside if one.value is not None):
        yield Note("trivial", levels={"goal": goal, "value": figure.value}, counts={"n": len(inside)},
                   texts={"year": latest.period.label})  # fmt: skip


def _promise(subject: Subject, ahead: YearAhead) -> Iterator[Note]:
    if subject.promise is not None and (chance := ahead.chance(subject.promise)) < 0.5:
        yield Note("promise", levels={"promise": subject.promise}, shares={"chance": chance})


def _forecast(ahead: YearAhead) -> Iterator[Note]:
    if "short_history" in ahead.flags:
        yield Note("short_history", counts={"n": ahead.known_months})
    if "rough" in ahead.flags:
        yield Note("rough")


def _calendar(subject: Subject, context: Context, year: int) -> Iterator[Note]:
    if needs_calendar(subject) and calendar_is_provisional(context, year):
        yield Note("provisional_calendar", texts={"year": str(year)})


def calendar_is_provisional(context: Context, year: int) -> bool:
    """Whether any day of the year has not been announced."""
    period = context.period_rule.parse(str(year))
    days = (period.first + dt.timedelta(days=number) for number in range(period.days))
    return any(context.calendar.is_provisional(day) for day in days)


def _gaming(
    figures: Figures, subject: Subject, past: Past, context: Context, rules: NextYearRules
) -> Iterator[Note]:  # fmt: skip
    commitment = subject.commitment
    if commitment is None or not isinstance(commitment.rule, ClockRule):
        return
    yield from _bunching(figures, subject, past, context, rules)
    now = _total(figures, subject, replace(context, period=past.recent))
    was = _total(figures, subject, replace(context, period=past.before))
    if now is None or was is None:
        return
    yield from _risen("exclusions", _excluded(was), _excluded(now), past, rules)
    if commitment.where:
        everything = replace(subject, params={"commitment": commitment.model_copy(update={"where": (), "limits": ()})})
        all_now = _total(figures, everything, replace(context, period=past.recent))
        all_was = _total(figures, everything, replace(context, period=past.before))
        if all_now is not None and all_was is not None:
            lost_was, lost_now = _elsewhere(was, all_was), _elsewhere(now, all_now)
            yield from _risen("reclassified", lost_was, lost_now, past, rules)


def _total(figures: Figures, subject: Subject, context: Context) -> Figure | None:
    try:
        found = figures.result(subject.metric, subject.params, replace(context, by=())).figures()
    except MetricError:  # the metric cannot count them without its conditions: nothing to compare
        return None
    return found[0] if found and found[0].total else None


def _excluded(figure: Figure) -> tuple[int, int]:
    inside = (figure.total or 0) - figure.states["not_applicable"]
    return figure.states["excluded"], inside


def _elsewhere(counted: Figure, everything: Figure) -> tuple[int, int]:
    """Records of the same table that are not counted under the commitment, of all."""
    whole = (everything.total or 0) - everything.states["not_applicable"]
    inside = (counted.total or 0) - counted.states["not_applicable"]
    return max(whole - inside, 0), whole


def _risen(
    code: str, was: tuple[int, int], now: tuple[int, int], past: Past, rules: NextYearRules
) -> Iterator[Note]:  # fmt: skip
    """A share that has risen, clearly and by enough to matter."""
    if min(was[1], now[1]) < 1:
        return
    before, after = was[0] / was[1], now[0] / now[1]
    low, _ = newcombe(was, now, level=1 - rules.alarm)
    base = before if code == "exclusions" else 1 - before
    if low > 0 and after - before >= rules.least_change * base:
        shares = {"was": before, "now": after} if code == "exclusions" else {"was": 1 - before, "now": 1 - after}
        yield Note(code, shares=shares, counts={"n_was": was[1], "n_now": now[1]},
                   texts={"before": past.before.label, "recent": past.recent.label})  # fmt: skip


def _bunching(
    figures: Figures, subject: Subject, past: Past, context: Context, rules: NextYearRules
) -> Iterator[Note]:  # fmt: skip
    """Where all cases have one limit to stay below, and times fine enough to tell; where not, that is said."""
    found = _tested(figures, subject, replace(context, period=past.recent, by=()))
    if found is None:
        yield Note("bunching_untested")
        return
    limit, told = found
    if told.p < rules.alarm and told.excess > 0:
        counts = {"found": told.found, "expected": told.expected, "n": told.n, "limit": limit,
                  "from": limit - told.width}  # fmt: skip
        yield Note("bunching", shares={"p": told.p}, counts=counts, texts={"recent": past.recent.label})


def _tested(figures: Figures, subject: Subject, context: Context) -> tuple[float, Bunching] | None:
    commitment = subject.commitment
    if commitment is None or commitment.limits or isinstance(commitment.rule, LeadTime):
        return None
    try:
        whole = figures.what_if(PERCENTILES, {"commitment": commitment}, context).distributions()
    except MetricError:  # a due moment of each record's own, or a clock without percentiles
        return None
    one = next(iter(whole), None)
    if one is None or one.limit is None:
        return None
    found = bunching(one.time, one.closed, limit=one.limit)
    return None if found is None else (float(one.limit), found)
