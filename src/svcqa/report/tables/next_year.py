"""Next year's targets as tables for reading: proposals, what to know of them, their parts, the plans saved."""

# Over 300 lines: one table a function.

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from svcqa.catalogue import Language, text
from svcqa.entities.organisation import Organisation
from svcqa.entities.plan import Assumption, PlanCell, TargetPlan
from svcqa.metrics.result import Scale
from svcqa.report.tables.frames import frame
from svcqa.report.words import figures as wording
from svcqa.review.next_year.decomposition import Decomposition
from svcqa.review.next_year.note import Note
from svcqa.review.next_year.past import PastYear
from svcqa.review.next_year.proposal import Candidate, Proposal
from svcqa.review.next_year.what_if import Answer

if TYPE_CHECKING:
    import pandas as pd

    from svcqa.register.plans import SavedPlan

_SUBJECT: Final = "next_year"
_IMPROVEMENTS: Final = {"case": ("needs_cases", "spare_cases"), "amount": ("needs_amount", "spare_amount")}


def proposals(proposals: Iterable[Proposal], language: Language) -> pd.DataFrame:
    """One row a target: the year under no change, and each candidate with its chance."""
    entries = tuple(proposals)
    year = entries[0].year if entries else ""
    shown = frame(
        (_proposal_row(item, language) for item in entries),
        (
            "target",
            "current_goal",
            "forecast",
            "interval",
            "conservative",
            "balanced",
            "stretch",
            "cases_a_year",
            "remark",
        ),
        language,
        subject=_SUBJECT,
    )
    return shown.rename(columns=lambda name: str(name).replace("{year}", str(year)))


def _proposal_row(proposal: Proposal, language: Language) -> tuple[str, ...]:
    name = proposal.target.name.in_language(language)
    if proposal.ahead is None or proposal.past is None or proposal.subject is None:
        remark = proposal.fault.render(language) if proposal.fault is not None else _milestone(proposal, language)
        return (name, *[wording.DASH] * 7, remark)
    scale, goal, cases = proposal.past.scale, proposal.subject.goal, proposal.cases_in(proposal.ahead)
    lower, median, upper = proposal.ahead.interval()
    within = text("next_year.within", language, limit=wording.limit(proposal.subject.within, language))
    return (
        name,
        wording.goal_level(goal, scale, language),
        wording.level(median, scale, goal),
        wording.level_ends(lower, upper, scale, goal),
        *(_candidate(c, scale, language) for c in proposal.candidates),
        wording.DASH if cases is None else f"{cases:,.0f}",
        within if proposal.subject.within else "",
    )


def _milestone(proposal: Proposal, language: Language) -> str:
    state = "open" if proposal.kept is None else "kept" if proposal.kept else "missed"
    return text(f"next_year.milestone_{state}", language)


def _candidate(candidate: Candidate, scale: Scale, language: Language) -> str:
    goal = wording.goal_level(candidate.goal, scale, language)
    return text("next_year.with_chance", language, goal=goal, chance=wording.probability(candidate.chance))


def candidates(proposal: Proposal, language: Language) -> pd.DataFrame:
    """The candidate goals of one target: chance under no change, and what they need a month."""
    rows = []
    for candidate in proposal.candidates:
        assert proposal.past is not None
        rows.append(
            (
                text(f"next_year.{candidate.name}", language),
                wording.goal_level(candidate.goal, proposal.past.scale, language),
                wording.probability(candidate.chance),
                improvement(candidate.improvement, proposal.improvement_unit, language),
                text("next_year.is_promise", language) if candidate.is_promise else "",
            )
        )
    return frame(rows, ("candidate", "goal", "chance", "improvement", "remark"), language, subject=_SUBJECT)


def improvement(value: float | None, unit: str, language: Language) -> str:
    """Cases a month that are needed or can be spared; amounts likewise."""
    if value is None or not unit:
        return wording.DASH
    needs, spare = _IMPROVEMENTS[unit]
    return text(f"next_year.{needs if value > 0 else spare}", language, count=f"{abs(value):,.1f}")


def past(proposal: Proposal, language: Language) -> pd.DataFrame:
    """The years of one target: goal, figure with its interval, verdict."""
    scale = proposal.past.scale if proposal.past is not None else Scale()
    rows = (_past_row(item, scale, language) for item in (proposal.past.years if proposal.past is not None else ()))
    return frame(rows, ("year", "goal", "figure", "interval", "cases_a_year", "verdict"), language, subject=_SUBJECT)


def _past_row(item: PastYear, scale: Scale, language: Language) -> tuple[str, ...]:
    figure, goal = item.figure, item.goal
    value = None if figure is None else figure.value
    verdict = wording.DASH
    if not item.over:
        verdict = text("next_year.so_far", language)
    elif value is not None and goal is not None:
        verdict = text(f"wording.verdict_{'met' if scale.reached(value, goal) else 'missed'}", language)
    return (
        item.period.label,
        wording.goal_level(goal, scale, language),
        wording.level(value, scale, goal),
        wording.level_interval(figure, scale, goal),
        f"{figure.n:,}" if figure and figure.n else wording.DASH,
        verdict,
    )


def notes(proposals: Iterable[Proposal], language: Language) -> pd.DataFrame:
    """What to know before goals are set, one row a note."""
    rows = [
        (item.target.name.in_language(language), note_text(note, item, language))
        for item in proposals
        for note in item.notes
    ]
    return frame(rows, ("target", "note"), language, subject=_SUBJECT)


def note_text(note: Note, proposal: Proposal, language: Language) -> str:
    """One note in words."""
    scale = proposal.past.scale if proposal.past is not None else Scale()
    goal = proposal.subject.goal if proposal.subject is not None else None
    fields: dict[str, str] = {
        name: wording.level_with_unit(value, scale, language, goal) for name, value in note.levels.items()
    }
    for name, value in note.shares.items():
        fields[name] = wording.probability(value) if name == "chance" else f"{value:.1%}"
        if name == "p":
            fields[name] = "< 0.001" if value < 0.001 else f"{value:.3f}"
    fields |= {name: f"{value:,.0f}" for name, value in note.counts.items()}
    commitment = proposal.subject.commitment if proposal.subject is not None else None
    clock = commitment.rule.clock_rule if commitment is not None else None
    if "limit" in note.counts and clock is not None:
        fields["limit"] = wording.limit(f"{note.counts['limit']:g} {clock.own_unit}", language)
    tightened = note.code == "ratchet" and scale.better == "lower"
    key = "tightened_ratchet" if tightened else f"note_{note.code}"
    return text(f"next_year.{key}", language, **fields, **note.texts)


def decomposition(
    decomposition: Decomposition, tree: Organisation, language: Language, *, promise: float | None = None
) -> pd.DataFrame:
    """Each unit's part, the company first; the last row says what the parts come to and whether it is the whole."""
    above = {cell.unit: cell for cell in decomposition.cells if not cell.own}
    total = sum(cell.weight for cell in decomposition.parts)
    rows: list[Sequence[str]] = []
    for cell in decomposition.cells:
        depth = 0 if cell.parent is None else len(_above(cell, above))
        called = tree.unit(cell.unit).name.in_language(language)
        name = text("next_year.own_part", language, unit=called) if cell.own else called
        rows.append(
            ("　" * depth + name, *_cell_row(cell, decomposition, total=total, promise=promise, language=language))
        )
    rows.append(_sum_row(decomposition, language))
    columns = ("unit", "part_of_cases", "start", "goal", "change", "locked", "remark")
    return frame(rows, columns, language, subject=_SUBJECT)


def _above(cell: PlanCell, above: Mapping[str, PlanCell]) -> list[str]:
    names, parent = [], cell.parent
    while parent is not None:
        names.append(parent)
        parent = above[parent].parent
    return names


def _cell_row(
    cell: PlanCell, decomposition: Decomposition, *, total: float, promise: float | None, language: Language
) -> tuple[str, ...]:
    scale = decomposition.scale
    looser = promise is not None and not scale.reached(cell.goal, promise) and abs(cell.goal - promise) > 1e-9
    key = "looser_than_promise" if scale.better == "lower" else "below_promise"
    remarks = [text(f"next_year.{key}", language)] if looser else []
    remarks += [text("next_year.at_limit", language)] if cell.at_limit else []
    whole = decomposition.cells[0].start
    part = cell.start / whole if decomposition.additive and whole else cell.weight / total
    return (
        f"{part:.1%}",
        wording.level(cell.start, scale, decomposition.goal),
        _goal(cell.goal, decomposition),
        wording.level_change(cell.goal, cell.start, scale=scale, language=language, goal=decomposition.goal),
        text("next_year.yes", language) if cell.locked else "",
        text("wording.separator", language).join(remarks),
    )


def _goal(goal: float, decomposition: Decomposition) -> str:
    """A part's goal with a decimal more than the whole's: it is exact, and only shown rounded."""
    if decomposition.scale.unit == "share":
        return f"{goal:.{wording.decimals_for(decomposition.goal)}%}"
    places = wording.usual_decimals(decomposition.goal, decomposition.scale)
    return f"{goal:,.{places}f}"


def _sum_row(decomposition: Decomposition, language: Language) -> tuple[str, ...]:
    exact = abs(decomposition.remainder) < 1e-9 * max(1.0, abs(decomposition.goal))
    remark = text("next_year.adds_up", language)
    if not exact:
        remark = text("next_year.lacks", language, gap=_gap(decomposition.remainder, decomposition, language))
    elif (gap := _gap(decomposition.rounded(_places(decomposition)), decomposition, language)) != _gap(
        0.0, decomposition, language
    ):
        remark = text("wording.separator", language).join((remark, text("next_year.rounded", language, gap=gap)))
    name = text("next_year.sum_of_parts", language)
    return (name, "100.0%", wording.DASH, _goal(decomposition.sum_of_parts, decomposition), "", "", remark)


def _places(decomposition: Decomposition) -> int:
    """Decimals that the parts' goals are shown with."""
    if decomposition.scale.unit == "share":
        return wording.decimals_for(decomposition.goal) + 2
    return wording.usual_decimals(decomposition.goal, decomposition.scale)


def _gap(gap: float, decomposition: Decomposition, language: Language) -> str:
    """A difference with two decimals more than goals are shown with."""
    places = _places(decomposition)
    if decomposition.scale.unit == "share":
        return text("wording.points", language, change=f"{abs(gap) * 100:.{places}f}")
    return wording.with_unit(f"{abs(gap):.{places + 2}f}", decomposition.scale, language)


def fair_text(decomposition: Decomposition, language: Language) -> str:
    """The rule that the goal was shared out by, and its common effort."""
    points = decomposition.fair == "equal_points"
    effort = (
        wording.level_change(decomposition.effort, 0.0, scale=decomposition.scale, language=language)
        if points
        else f"{decomposition.effort:+.1%}"
    )
    return text(f"next_year.rule_{decomposition.fair}", language, effort=effort)


def answer_text(answer: Answer, scale: Scale, language: Language) -> str:
    """What a goal would mean, in one sentence."""
    key = "answer" if answer.cases is not None else "answer_without_cases"
    fields = {
        "goal": wording.goal_level(answer.goal, scale, language),
        "chance": wording.probability(answer.chance),
        "unchanged": wording.probability(answer.unchanged),
        "median": wording.level(answer.median, scale, answer.goal),
        "interval": wording.level_ends(answer.lower, answer.upper, scale, answer.goal),
    }
    if answer.cases is not None:
        fields["cases"] = f"{answer.cases:,.0f}"
    return text(f"next_year.{key}", language, **fields)


def assumption_text(assumption: Assumption, scale: Scale, language: Language) -> str:
    """An assumption in its author's words, with what it was taken to do."""
    points = assumption.measure == "points"
    size = (
        wording.level_change(assumption.size, 0.0, scale=scale, language=language)
        if points
        else f"{assumption.size:.0%}"
    )
    return text(
        f"next_year.assumed_{assumption.measure}",
        language,
        label=assumption.label,
        month=assumption.from_month,
        size=size,
    )


def plans(saved: Iterable[SavedPlan], names: Mapping[str, str], language: Language) -> pd.DataFrame:
    """The versions saved, oldest first; ``names`` are what targets are called, by key."""
    rows = []
    for saved_plan in saved:
        plan, scale = saved_plan.plan, Scale(saved_plan.plan.unit, saved_plan.plan.better)
        glue = text("wording.separator", language)
        rows.append(
            (
                names.get(plan.target, plan.target),
                f"{saved_plan.version}",
                wording.goal_level(plan.goal, scale, language),
                wording.probability(plan.probability),
                glue.join(assumption_text(item, scale, language) for item in plan.assumptions) or wording.DASH,
                saved_plan.author,
                plan.reason,
                text("next_year.yes", language) if saved_plan.in_force else "",
            )
        )
    columns = ("target", "version", "goal", "chance", "assumptions", "author", "reason", "in_force")
    return frame(rows, columns, language, subject=_SUBJECT)


def evidence(plan: TargetPlan, language: Language) -> pd.DataFrame:
    """What a plan rests on."""
    basis = plan.evidence
    span = text(
        "next_year.history_span", language, first=basis.first_month, last=basis.last_month, n=basis.known_months
    )
    calendar = basis.calendar
    if basis.provisional_calendar:
        calendar = text("next_year.provisional", language, digest=calendar, year=plan.year)
    pairs = (
        ("tables.as_of", f"{basis.as_of:%Y-%m-%d %H:%M:%S}"),
        ("next_year.history", span),
        ("next_year.method", f"{basis.method} ({basis.model}, {basis.draws} draws, seed {basis.seed})"),
        ("tables.records_digest", basis.records),
        ("tables.policy_digest", basis.policy),
        ("next_year.calendar", calendar),
    )
    rows = ((text(key, language), value) for key, value in pairs)
    return frame(rows, ("what", "content"), language)
