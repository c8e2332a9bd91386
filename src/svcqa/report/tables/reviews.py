"""A review as plain tables for reading: rounded, ordered, the same text every time.

Every function gives a pandas frame of texts whose columns are named in the reader's language.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from svcqa.catalogue import Language, or_key, text
from svcqa.entities.action import ActionItem
from svcqa.metrics.result import Figure
from svcqa.metrics.states import State
from svcqa.report.tables.board import score_board
from svcqa.report.tables.drivers import drivers as drivers
from svcqa.report.tables.explained import explanation as explanation
from svcqa.report.tables.frames import frame as _frame
from svcqa.report.tables.frames import numbered as _numbered
from svcqa.report.words import figures as wording
from svcqa.review.commitments import CommitmentReview
from svcqa.review.courses import Course
from svcqa.review.period_review import PeriodReview
from svcqa.review.pinned import pins_of
from svcqa.review.returns import Comparison

if TYPE_CHECKING:
    import pandas as pd

    from svcqa.records.check import CheckReport
    from svcqa.records.report import IngestReport


def _value(figure: Figure | None) -> float | None:
    return figure.value if figure is not None else None


def board(review: PeriodReview, language: Language) -> pd.DataFrame:
    """The score board: one row a target, with verdict, evidence, risk."""
    return _frame(
        (
            (
                row.name,
                row.owner,
                row.goal.text,
                row.value.text,
                row.interval,
                row.n.text,
                row.verdict,
                row.evidence,
                row.risk,
            )
            for row in score_board(review, language)
        ),
        ("target", "owner", "goal", "now", "interval", "n", "verdict", "evidence", "risk"),
        language,
    )


def reading(report: IngestReport | CheckReport, language: Language) -> pd.DataFrame:
    """What was read, by table: accepted and quarantined rows add up to those read."""
    rows: dict[str, list[int]] = {}
    for file in report.files:
        counts = rows.setdefault(file.table, [0, 0, 0, 0])
        for index, number in enumerate((1, file.read, file.accepted, file.quarantined)):
            counts[index] += number
    shown = ((or_key(f"tables.table_{name}", language), *(f"{n:,}" for n in counts)) for name, counts in rows.items())
    return _frame(shown, ("table", "files", "read", "accepted", "quarantined"), language)


def progress(review: PeriodReview, language: Language) -> pd.DataFrame:
    """Each target's way through the year: so far, what the rest must bring, on-previous and year-on-year."""
    return _frame(
        (
            (
                row.name,
                row.owner,
                row.goal.text,
                row.year.text,
                row.words.needed,
                row.previous[1].text,
                row.year_before[1].text,
            )
            for row in score_board(review, language)
        ),
        ("target", "owner", "goal", "year_so_far", "rest_needed", "on_previous", "on_year"),
        language,
    )


def states(review: PeriodReview, language: Language) -> pd.DataFrame:
    """Where every case of each commitment stands: the states that occur anywhere add up to the total."""
    import pandas as pd

    figures = [item.course.now for item in review.commitments if item.course.now is not None]
    seen = [state for state in State if any(figure.count(state) for figure in figures if figure.total is not None)]
    rows = []
    for item in review.commitments:
        now = item.course.now
        if now is not None and now.total is not None:
            counts = {wording.state(state, language): f"{now.count(state):,}" for state in seen}
            total = {text("tables.total", language): f"{now.total:,}"}
            rows.append({text("tables.item", language): item.commitment.item.in_language(language), **counts, **total})
    return _numbered(pd.DataFrame(rows))


def exclusions(review: PeriodReview, language: Language) -> pd.DataFrame:
    """The figure with and without exclusions, and why cases were left out."""
    rows = []
    for item in review.commitments:
        now, goal, scale = item.course.now, item.goal, item.course.scale
        if now is not None and now.excluded_by:
            named = ((wording.reason(name, item.commitment, language), n) for name, n in now.excluded_by.items())
            reasons = ", ".join(f"{name} {count:,}" for name, count in named)
            levels = (wording.level(now.value, scale, goal), wording.level(now.value_without_exclusions, scale, goal))
            rows.append((item.commitment.item.in_language(language), *levels, reasons, _evidence(item)))
    return _frame(rows, ("item", "with_exclusions", "without_exclusions", "reasons", "exclusion_evidence"), language)


def _evidence(item: CommitmentReview) -> str:
    """What the policy names as proof of the exclusions that occurred; each case has its file and row besides."""
    happened = item.course.now.excluded_by if item.course.now is not None else {}
    named = (
        exclusion.evidence
        for exclusion in item.commitment.exclusions
        if exclusion.reason in happened and exclusion.evidence
    )
    return ", ".join(dict.fromkeys(named)) or wording.DASH


def months(review: PeriodReview, language: Language) -> pd.DataFrame:
    """Each commitment month by month, and the year so far recomputed from the parts."""
    import pandas as pd

    rows = []
    for item in review.commitments:
        named = [(item.commitment.item.in_language(language), item.course)]
        named += [(wording.part(part.measure, language), part.course) for part in item.parts]
        for name, course in named:
            by_month = {figure.period: figure for figure in course.year_months}
            row = {text("tables.item", language): name}
            for month in review.months:
                row[month.label] = _level(by_month.get(month.label), course)
            row[text("tables.year_so_far", language)] = _level(course.year, course)
            rows.append(row)
    return _numbered(pd.DataFrame(rows))


def _level(figure: Figure | None, course: Course) -> str:
    """A figure in its own unit, held against the goal of its own time."""
    return wording.level(_value(figure), course.scale, figure.goal if figure is not None else None)


def departments(item: CommitmentReview, language: Language) -> pd.DataFrame:
    """The departments of one commitment side by side."""
    goal, scale = item.goal, item.course.scale

    def row(name: str, course: Course) -> tuple[Any, ...]:
        now = course.now
        return (
            name,
            wording.level(_value(now), scale, goal),
            wording.level_interval(now, scale, goal),
            wording.cases(now),
            f"{now.count(State.BREACHED) + now.count(State.OPEN_OVERDUE):,}" if now else wording.DASH,
            wording.change_of_figures(now, course.previous, scale=scale, language=language, goal=goal),
            wording.change_of_figures(now, course.year_before, scale=scale, language=language, goal=goal),
        )

    rows = [row(unit.unit.name.in_language(language), unit.course) for unit in item.departments]
    rows.append(row(text("tables.whole", language), item.course))
    return _frame(rows, ("department", "now", "interval", "n", "not_kept", "on_previous", "on_year"), language)


def cases(item: CommitmentReview, language: Language, *, most: int = 10) -> pd.DataFrame:
    """The worst cases behind a commitment's figure: record, unit, state, where it was read. No customer in sight."""
    if item.cases is None:
        return _frame([], ("case", "department", "state", "counted", "source", "row"), language)
    shown = item.cases.head(most)
    key = shown.columns[0] if shown.columns[0] != "unit" else shown.columns[1]
    units = {unit.unit.code: unit.unit.name.in_language(language) for unit in item.departments}
    return _frame(
        (
            (
                record[key],
                units.get(record["unit"], record["unit"]),
                wording.state(State[record["state"].upper()], language),
                int(record["value"]),
                record["source_file"],
                int(record["source_row"]),
            )
            for record in shown.to_dict("records")
        ),
        ("case", "department", "state", "counted", "source", "row"),
        language,
    )


def differences(comparisons: Iterable[Comparison], language: Language) -> pd.DataFrame:
    """Department and month where return and records differ, and which of them counts."""
    return _frame(
        (
            (
                month.commitment.item.in_language(language),
                month.unit.name.in_language(language),
                month.month,
                _share_of(month.records, language),
                _share_of(month.returns, language),
                wording.points(_value(month.records), _value(month.returns), language, month.commitment.required_share),
                text(f"tables.from_{month.commitment.counted_from}", language),
            )
            for comparison in comparisons
            for month in comparison.differences
        ),
        ("item", "department", "month", "by_records", "by_returns", "difference", "counted_from"),
        language,
    )


def _share_of(figure: Figure | None, language: Language) -> str:
    """A share with its counts; amounts without."""
    if figure is None:
        return text("tables.not_reported", language)
    share = wording.percent(figure.value, figure.goal)
    return (
        share
        if wording.cases(figure) == wording.DASH or figure.base
        else f"{figure.numerator:,}/{figure.n:,} = {share}"
    )


def form_b(items: Sequence[ActionItem], language: Language) -> pd.DataFrame:
    """Form B: problems, what is done, by whom, until when."""
    return _frame(
        ((i.category, i.problem, i.action, f"{i.due or ''}", i.responsible, i.tracker) for i in items),
        ("category", "problem", "action", "due", "responsible", "tracker"),
        language,
    )


def about(review: PeriodReview, language: Language) -> pd.DataFrame:
    """What the figures rest on: moment, period, digests."""
    pairs = (
        ("period", f"{review.period.label} ({review.period.first} … {review.period.last})"),
        ("as_of", f"{review.as_of:%Y-%m-%d %H:%M:%S}"),
        ("records_digest", review.about["records"]),
        ("policy_digest", review.about["policy"]),
        ("calendar_digest", review.about["calendar"]),
        ("calendar_source", review.about["calendar_source"]),
        ("figures_digest", pins_of(review)["figures"]),
    )
    return _frame(((text(f"tables.{k}", language), v) for k, v in pairs), ("what", "content"), language)
