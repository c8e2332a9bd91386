"""Signs of gaming: cases bunching just under a limit, exclusions that rise, cases classed elsewhere.

Each is a reason to ask how things are recorded, never a finding against anybody.

Source: G. Bevan, C. Hood (2006) Public Administration 84, 517–538 (gaming of targets).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from svcqa.entities.plan import NextYearRules
from svcqa.errors import MetricError
from svcqa.metrics import defaults
from svcqa.metrics.context import Context
from svcqa.metrics.figures import Figures
from svcqa.metrics.result import Figure
from svcqa.metrics.states import State
from svcqa.review.next_year.note import Note
from svcqa.review.next_year.past import Past
from svcqa.review.next_year.subject import Subject
from svcqa.stats.bunching import Bunching, bunching
from svcqa.stats.drivers import newcombe


def gaming(figures: Figures, subject: Subject, *, past: Past, context: Context, rules: NextYearRules) -> Iterator[Note]:
    """What the cases of the last twelve months show, beside the twelve before; of commitments with a clock."""
    commitment = subject.commitment
    if commitment is None or commitment.rule.clock_rule is None:
        return
    yield from _bunching(figures, subject, past=past, context=context, rules=rules)
    now = _total(figures, subject, replace(context, period=past.recent))
    was = _total(figures, subject, replace(context, period=past.before))
    if now is None or was is None:
        return
    yield from _risen("exclusions", _excluded(was), now=_excluded(now), past=past, rules=rules)
    if commitment.where:
        everything = replace(subject, params={"commitment": commitment.model_copy(update={"where": (), "limits": ()})})
        all_now = _total(figures, everything, replace(context, period=past.recent))
        all_was = _total(figures, everything, replace(context, period=past.before))
        if all_now is not None and all_was is not None:
            lost_was, lost_now = _elsewhere(was, all_was), _elsewhere(now, all_now)
            yield from _risen("reclassified", lost_was, now=lost_now, past=past, rules=rules)


def _total(figures: Figures, subject: Subject, context: Context) -> Figure | None:
    rows = figures.result(subject.metric, subject.params, replace(context, by=())).figures()
    return rows[0] if rows and rows[0].total else None


def _excluded(figure: Figure) -> tuple[int, int]:
    inside = (figure.total or 0) - figure.count(State.NOT_APPLICABLE)
    return figure.count(State.EXCLUDED), inside


def _elsewhere(counted: Figure, everything: Figure) -> tuple[int, int]:
    """Records of the same table that are not counted under the commitment, of all."""
    whole = (everything.total or 0) - everything.count(State.NOT_APPLICABLE)
    inside = (counted.total or 0) - counted.count(State.NOT_APPLICABLE)
    return max(whole - inside, 0), whole


def _risen(
    code: str, was: tuple[int, int], *, now: tuple[int, int], past: Past, rules: NextYearRules
) -> Iterator[Note]:
    """A share that has risen, clearly and by enough to matter."""
    if min(was[1], now[1]) < 1:
        return
    before, after = was[0] / was[1], now[0] / now[1]
    low, _ = newcombe(was, now, level=1 - rules.alarm)
    base = before if code == "exclusions" else 1 - before
    if low > 0 and after - before >= rules.least_change * base:
        shares = {"was": before, "now": after} if code == "exclusions" else {"was": 1 - before, "now": 1 - after}
        yield Note(
            code=code,
            shares=shares,
            counts={"n_was": was[1], "n_now": now[1]},
            texts={"before": past.before.label, "recent": past.recent.label},
        )


def _bunching(
    figures: Figures, subject: Subject, *, past: Past, context: Context, rules: NextYearRules
) -> Iterator[Note]:
    """Where all cases have one limit to stay below, and times fine enough to tell; where not, that is said."""
    tested = _tested(figures, subject, replace(context, period=past.recent, by=()))
    if tested is None:
        yield Note(code="bunching_untested")
        return
    limit, outcome = tested
    if outcome.p < rules.alarm and outcome.excess > 0:
        counts = {
            "found": outcome.found,
            "expected": outcome.expected,
            "n": outcome.n,
            "limit": limit,
            "from": limit - outcome.width,
        }
        yield Note(code="bunching", shares={"p": outcome.p}, counts=counts, texts={"recent": past.recent.label})


def _tested(figures: Figures, subject: Subject, context: Context) -> tuple[float, Bunching] | None:
    commitment = subject.commitment
    clock = commitment.rule.clock_rule if commitment is not None else None
    if commitment is None or commitment.limits or clock is None or clock.backwards:
        return None
    try:
        whole = figures.what_if(defaults.TIMES, {"commitment": commitment}, context).distributions()
    except MetricError:  # a due moment of each record's own, or a clock without percentiles
        return None
    distribution = next(iter(whole), None)
    if distribution is None or distribution.limit is None:
        return None
    outcome = bunching(distribution.time, distribution.closed, limit=distribution.limit)
    return None if outcome is None else (float(distribution.limit), outcome)
