"""A review as plain tables for reading: rounded, ordered, the same text every time.

Every function gives a pandas frame of texts whose columns are named in the reader's language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from svcqa.catalogue import Language, has, or_key, text
from svcqa.entities.action import ActionItem
from svcqa.entities.target import LevelTarget
from svcqa.metrics.measures import Format
from svcqa.metrics.result import Figure, Result
from svcqa.metrics.states import State
from svcqa.metrics.testing import outcomes
from svcqa.report.tables.drivers import drivers as drivers
from svcqa.report.tables.explained import explanation as explanation
from svcqa.report.tables.frames import frame as _frame
from svcqa.report.tables.frames import numbered as _numbered
from svcqa.report.tables.outlook import forecasts as forecasts
from svcqa.report.tables.outlook import management as management
from svcqa.report.tables.outlook import outlooks as outlooks
from svcqa.report.tables.restated import restated as restated
from svcqa.report.words import figures as wording
from svcqa.review.commitments import CommitmentReview
from svcqa.review.courses import Course
from svcqa.review.period_review import PeriodReview
from svcqa.review.returns import Comparison
from svcqa.review.targets import TargetReview

if TYPE_CHECKING:
    import pandas as pd

    from svcqa.records.check import CheckReport
    from svcqa.records.report import IngestReport


def _value(figure: Figure | None) -> float | None:
    return figure.value if figure is not None else None


def _compared(item: TargetReview, before: Figure | None, language: Language) -> str:
    if isinstance(item.target, LevelTarget):
        return wording.change_of_figures(
            item.course.now, before, scale=item.course.scale, language=language, goal=item.target.goal
        )
    return wording.value_text(item.target, before, item.course.scale, language)


def board(review: PeriodReview, language: Language) -> pd.DataFrame:
    """The score board: one row a target, with verdict, evidence, risk."""
    return _frame(
        (
            (
                item.target.name.in_language(language),
                item.owner.name.in_language(language),
                wording.goal_text(item.target, item.course.scale, language),
                wording.value_text(item.target, item.course.now, item.course.scale, language),
                wording.level_interval(item.course.now, item.course.scale, getattr(item.target, "goal", None)),
                wording.cases(item.course.now),
                wording.verdict(item.judged, language),
                wording.evidence(item.judged, language),
                wording.risk(item.judged, language),
            )
            for item in review.targets
        ),
        ("target", "owner", "goal", "now", "interval", "n", "verdict", "evidence", "risk"),
        language,
    )


def reading(report: IngestReport | CheckReport, language: Language) -> pd.DataFrame:
    """What was read, by table: accepted and quarantined rows add up to those read."""
    rows: dict[str, list[int]] = {}
    for file in report.files:
        counts = rows.setdefault(file.table, [0, 0, 0, 0])
        for place, number in enumerate((1, file.read, file.accepted, file.quarantined)):
            counts[place] += number
    shown = ((or_key(f"tables.table_{name}", language), *(f"{n:,}" for n in counts)) for name, counts in rows.items())
    return _frame(shown, ("table", "files", "read", "accepted", "quarantined"), language)


def progress(review: PeriodReview, language: Language) -> pd.DataFrame:
    """Each target's way through the year: so far, what the rest must bring, on-previous and year-on-year."""
    return _frame(
        (
            (
                item.target.name.in_language(language),
                item.owner.name.in_language(language),
                wording.goal_text(item.target, item.course.scale, language),
                wording.value_text(item.target, item.course.year, item.course.scale, language),
                wording.needed(item.target, item.judged, item.course.scale, language),
                _compared(item, item.course.previous, language),
                _compared(item, item.course.year_before, language),
            )
            for item in review.targets
        ),
        ("target", "owner", "goal", "year_so_far", "rest_needed", "on_previous", "on_year"),
        language,
    )


def states(review: PeriodReview, language: Language) -> pd.DataFrame:
    """Where every case of each commitment stands: the states that occur anywhere add up to the total."""
    import pandas as pd

    found = [item.course.now for item in review.commitments if item.course.now is not None]
    seen = [state for state in State if any(figure.count(state) for figure in found if figure.total is not None)]
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
            kept = (wording.level(now.value, scale, goal), wording.level(now.value_without_exclusions, scale, goal))
            rows.append((item.commitment.item.in_language(language), *kept, reasons, _evidence(item)))
    return _frame(rows, ("item", "with_exclusions", "without_exclusions", "reasons", "exclusion_evidence"), language)


def _evidence(item: CommitmentReview) -> str:
    """What the policy names as proof of the exclusions that occurred; each case has its file and row besides."""
    happened = item.course.now.excluded_by if item.course.now is not None else {}
    named = (one.evidence for one in item.commitment.exclusions if one.reason in happened and one.evidence)
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


def differences(found: Iterable[Comparison], language: Language) -> pd.DataFrame:
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
            for comparison in found
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
    )
    return _frame(((text(f"tables.{k}", language), v) for k, v in pairs), ("what", "content"), language)


def result(found: Result, language: Language, *, names: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Any result as a table for reading: what it is, the figure with its interval, every state that occurs.

    Args:
        names: what units and commitments are called, by code and key; those stand alone where absent.
    """
    rows, known = [], names or {}
    seen = [state for state in State if any(row.count(state) for row in found.rows)]
    called = wording.measures(found, language)
    for row in found.rows:
        rows.append(
            (
                known.get(row.indicator, row.indicator),
                known.get(row.unit, row.unit),
                row.period,
                *(row.by.get(key, "") for key in found.keys),
                *([called[row.measure]] if len(called) > 1 else []),
                _shown(row, found, language),
                wording.level_interval(row, found.scale_of(row), row.goal),
                wording.cases(row),
                *(f"{row.count(state):,}" for state in seen),
                _verdict_of(row, language),
                wording.flags(row, language),
            )
        )
    import pandas as pd

    head = [text(f"tables.{name}", language) for name in ("indicator", "unit", "period")]
    keys = [_key_heading(key, language) for key in (*found.keys, *(("measure",) if len(called) > 1 else ()))]
    tail = [text(f"tables.{name}", language) for name in ("now", "interval", "n")]
    states = [wording.state(state, language) for state in seen]
    last = [text(f"tables.{name}", language) for name in ("verdict", "flags")]
    return _numbered(pd.DataFrame(rows, columns=[*head, *keys, *tail, *states, *last]))


def _shown(row: Figure, found: Result, language: Language) -> str:
    """The figure as its measure is written."""
    if "not_reached" in row.flags:
        return text("wording.not_reached", language)
    scale = found.scale_of(row)
    if found.measure(row.measure).format is Format.CHANGE:
        return wording.level_change(row.value, 0.0, scale=scale, language=language)
    return wording.level_with_unit(row.value, scale, language, row.goal)


def _key_heading(key: str, language: Language) -> str:
    """A key of ours by its name, a column of the records as the data dictionary calls it, else the key itself."""
    return next((text(name, language) for name in (f"tables.{key}", f"data_dictionary.label_{key}") if has(name)), key)


def metric(found: Any, language: Language) -> pd.DataFrame:
    """What a metric says of itself, and its parameters."""
    spec = found.spec
    pairs = [
        ("plugin", spec.name),
        ("label", spec.label.in_language(language)),
        ("unit_of_value", spec.unit),
        ("better", text(f"tables.better_{spec.better}", language)),
        ("formula", spec.formula.in_language(language)),
        ("reference", spec.reference),
        ("params", ", ".join(found.params.model_fields)),
    ]
    return _frame(((text(f"tables.{k}", language), v) for k, v in pairs), ("what", "content"), language)


def conformance(found: Any, language: Language) -> pd.DataFrame:
    """The checks of the conformance kit and how each ended."""
    ended = outcomes(found)
    return _frame(
        (
            (
                text(f"tables.check_{one.check.name}", language),
                text("tables.passed", language) if one.error is None else one.error.render(language),
            )
            for one in ended
        ),
        ("check", "outcome"),
        language,
    )


def examples(found: Any, language: Language) -> pd.DataFrame:
    """The metric's examples: what was expected of them and how it was worked out."""
    return _frame(
        (
            (
                one.period,
                one.as_of,
                ", ".join(f"{key} = {_short(value)}" for key, value in one.expected.items()),
                one.source,
            )
            for one in found.examples()
        ),
        ("period", "as_of", "expected", "source_of_figures"),
        language,
    )


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _verdict_of(figure: Figure, language: Language) -> str:
    if figure.goal is None and not figure.verdict:
        return ""
    return text(f"wording.verdict_{figure.verdict or 'none'}", language)
