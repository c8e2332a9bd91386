"""What a wave brought, as tables and sentences for reading: outcomes, callers, estimates, feedback."""

# Over 300 lines: one table a function.

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from svcqa.catalogue import Language, or_key, text
from svcqa.entities.policy import Policies
from svcqa.entities.survey import Survey
from svcqa.entities.wave import Wave
from svcqa.metrics.measures import Format, Measure, Role
from svcqa.metrics.result import Figure, Result
from svcqa.report.tables.callbacks import part_names, stratum_name
from svcqa.report.tables.frames import frame
from svcqa.report.words import figures as wording
from svcqa.review.callbacks.callers import CallerEffect, CallQuality
from svcqa.review.callbacks.feedback import Feedback, InTime, problem
from svcqa.review.callbacks.outcomes import SHOWN_RATES, STANDARD, Outcomes, Waterfall

if TYPE_CHECKING:
    import pandas as pd


def _t(key: str, language: Language, **fields: object) -> str:
    return text(f"call_results.{key}", language, **fields)


def _table(rows: Iterable[Sequence[object]], columns: Sequence[str], language: Language) -> pd.DataFrame:
    return frame(rows, [f"head_{name}" for name in columns], language, subject="call_results")


def _unit(code: str, policies: Policies, language: Language) -> str:
    tree = policies.organisation
    return tree.unit(code).name.in_language(language) if tree.knows(code) else code


def _who(waterfall: Waterfall, wave: Wave, policies: Policies, language: Language) -> str:
    if waterfall.level == "stratum":
        return stratum_names(wave, policies, language).get(waterfall.key, waterfall.key)
    return _unit(waterfall.key, policies, language) if waterfall.key else _t("everybody", language)


def stratum_names(wave: Wave, policies: Policies, language: Language) -> dict[str, str]:
    """What the strata of a wave are called, by their keys."""
    names = part_names(policies, wave, language)
    return {item.key: stratum_name(item.parts, names, policies, language) for item in wave.strata}


def waterfall_table(outcomes: Outcomes, wave: Wave, policies: Policies, language: Language) -> pd.DataFrame:
    """How far the calls came: all together, by department, by stratum."""
    rows = [
        (
            _who(waterfall, wave, policies, language),
            waterfall.drawn,
            waterfall.reserves,
            waterfall.attempted,
            waterfall.eligible,
            waterfall.reached,
            waterfall.answered,
            waterfall.complete,
            waterfall.calls,
        )
        for waterfall in outcomes.waterfalls
    ]
    columns = ("group", "drawn", "reserves", "attempted", "eligible", "reached", "answered", "complete", "calls")
    return _table(rows, columns, language)


def rates_table(outcomes: Outcomes, language: Language) -> pd.DataFrame:
    """The rates of the standard for the whole wave, with what each is a share of."""
    rates = outcomes.overall.rates
    rows = [
        (
            name,
            _t(f"rate_{name}", language),
            wording.percent(_known(rates[name].value)),
            f"{rates[name].n:.1f}",
            rates[name].formula,
        )
        for name in SHOWN_RATES
    ]
    return _table(rows, ("rate", "meaning", "value", "base", "formula"), language)


def rates_note(language: Language) -> str:
    """Whose definitions the rates follow."""
    return _t("standard", language, standard=STANDARD)


def codes_table(outcomes: Outcomes, language: Language) -> pd.DataFrame:
    """The last outcome of every customer who was called."""
    codes, n = outcomes.overall.codes, max(outcomes.overall.attempted, 1)
    rows = [
        (or_key(f"call_results.outcome_{code}", language).removeprefix("outcome_"), count, f"{count / n:.1%}")
        for code, count in sorted(codes.items(), key=lambda item: (-item[1], item[0]))
    ]
    return _table(rows, ("outcome", "customers", "share"), language)


def replacements_table(
    outcomes: Outcomes, language: Language, *, strata: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Who was called in whose place, by references of the call sheet; ``strata``: see :func:`stratum_names`."""
    named = strata or {}
    rows = [
        (
            named.get(replacement.stratum, replacement.stratum),
            replacement.replaced,
            or_key(f"call_results.outcome_{replacement.outcome}", language).removeprefix("outcome_"),
            replacement.reserve,
            replacement.place,
            _t("yes" if replacement.answered else "no", language),
        )
        for replacement in outcomes.replacements
    ]
    return _table(rows, ("stratum", "replaced", "outcome", "reserve", "place", "has_answered"), language)


def findings_table(outcomes: Outcomes, language: Language, *, strata: Mapping[str, str] | None = None) -> pd.DataFrame:
    """What was not done as the rules want it; ``strata``: see :func:`stratum_names`."""
    named = strata or {}
    rows = [
        (
            _t(f"finding_{finding.kind}", language),
            named.get(finding.stratum, finding.stratum),
            len(finding.references),
            ", ".join(finding.references[:5]),
        )
        for finding in outcomes.findings
    ]
    return _table(rows, ("finding", "stratum", "customers", "references"), language)


def callers_table(call_quality: CallQuality, survey: Survey, language: Language) -> pd.DataFrame:
    """How much of the answers lies in who called, question by question."""
    names = {item.key: item.text.in_language(language) for item in survey.questions}
    rows = [
        (
            names[effect.question],
            effect.effect.callers,
            effect.effect.n,
            f"{effect.effect.correlation:.3f}",
            f"{effect.effect.lower:.3f}–{effect.effect.upper:.3f}",
            f"{effect.effect.design_effect:.2f}",
            ", ".join(_standing_out(effect)) or wording.DASH,
        )
        for effect in call_quality.effects
    ]
    columns = ("question", "callers", "interviews", "correlation", "interval", "design_effect", "standing_out")
    return _table(rows, columns, language)


def _standing_out(effect: CallerEffect) -> list[str]:
    means = effect.means
    return [
        f"{_pseudonym(label)} {raw:.2f} (n {n})"
        for label, raw, n, out in zip(means.labels, means.raw, means.n, means.standing_out, strict=True)
        if out
    ]


def _pseudonym(caller: str) -> str:
    """The first digits of a colleague's surrogate: enough to tell callers apart."""
    return caller[:6]


def caller_scores_table(call_quality: CallQuality, language: Language) -> pd.DataFrame:
    """How well each caller calls, from the calls that were listened to again."""
    rows = [
        (
            _pseudonym(score.caller),
            score.interviews,
            f"{score.listened} / {score.wanted}",
            wording.percent(score.score),
            wording.DASH
            if score.lower is None or score.upper is None
            else f"{score.lower * 100:.1f}–{score.upper * 100:.1f}%",
        )
        for score in call_quality.scores
    ]
    return _table(rows, ("caller", "interviews", "listened", "score", "interval"), language)


def back_checks_table(call_quality: CallQuality, survey: Survey, language: Language) -> pd.DataFrame:
    """How far second calls find the same answers."""
    names = {item.key: item.text.in_language(language) for item in survey.questions}
    rows = [
        (
            names[back_check.question],
            back_check.agreement.n,
            wording.percent(back_check.agreement.same),
            f"{back_check.agreement.same_lower * 100:.1f}–{back_check.agreement.same_upper * 100:.1f}%",
            _number(back_check.agreement.kappa),
            ", ".join(back_check.far) or wording.DASH,
            back_check.agreement.method,
        )
        for back_check in call_quality.back_checks
    ]
    return _table(rows, ("question", "pairs", "same", "interval", "kappa", "far", "method"), language)


def listening_table(call_quality: CallQuality, language: Language) -> pd.DataFrame:
    """Which interviews are to be listened to again, and which of them nobody has checked yet."""
    missing = set(call_quality.missing)
    rows = [
        (
            _pseudonym(caller),
            ", ".join(references),
            ", ".join(item for item in references if item in missing) or wording.DASH,
        )
        for caller, references in call_quality.to_listen.items()
    ]
    return _table(rows, ("caller", "to_listen", "missing"), language)


def estimate_table(result: Result, policies: Policies, language: Language) -> pd.DataFrame:
    """A row for each group: the figure for all customers, and beside it what its reader must know."""
    beside = [measure for measure in result.measures if measure.role is Role.BESIDE]
    groups: dict[tuple[str, ...], dict[str, Figure]] = {}
    for figure in result.rows:
        key = (figure.unit, *(figure.by.get(name, "") for name in result.keys))
        groups.setdefault(key, {})[figure.measure] = figure
    rows = []
    for key, figures in groups.items():
        first, scale = (
            next(value for value in figures.values() if result.measure(value.measure).role is Role.ESTIMATE),
            result.scale,
        )
        rows.append(
            (
                _group_name(result, key, policies, language),
                wording.level_with_unit(first.value, scale, language, first.goal),
                wording.level_interval(first, scale, first.goal),
                first.n,
                *(_beside(figures.get(measure.name), measure, result, language) for measure in beside),
                text(f"wording.verdict_{first.verdict}", language) if first.verdict else wording.DASH,
                wording.flags(first, language),
            )
        )
    names = (measure.name for measure in beside)
    return _table(rows, ("group", "estimate", "interval", "n", *names, "verdict", "remarks"), language)


def _beside(figure: Figure | None, measure: Measure, result: Result, language: Language) -> str:
    if figure is None:
        return wording.DASH
    if measure.format is Format.INTERVAL:
        return wording.level_interval(figure, result.scale)
    return _change(figure, result, language) if measure.format is Format.CHANGE else _level(figure, result)


def _group_name(result: Result, key: tuple[str, ...], policies: Policies, language: Language) -> str:
    """What a group is called; the unit is left out where all groups have the same."""
    names = {tier.code: tier.name.in_language(language) for tier in policies.tiers}
    names |= {item.key: item.name.in_language(language) for survey in policies.surveys for item in survey.services}
    further = [names.get(part, part) or wording.DASH for part in key[1:]]
    alone = bool(further) and len({row.unit for row in result.rows}) == 1
    return " · ".join(further if alone else [_unit(key[0], policies, language), *further])


def _change(figure: Figure, result: Result, language: Language) -> str:
    """The change since the last wave and its limits: ``-0.27 (-0.51 … -0.03)``."""
    if figure.value is None:
        return wording.DASH
    scale = result.scale
    change = wording.level_change(figure.value, 0.0, scale=scale, language=language)
    if figure.lower is None or figure.upper is None:
        return change
    factor, places = (100, 1) if scale.unit == "share" else (1, wording.usual_decimals(None, scale))
    ends = " … ".join(f"{end * factor:+.{places}f}" for end in (figure.lower, figure.upper))
    return _t("change", language, change=change, ends=ends)


def _level(figure: Figure, result: Result) -> str:
    scale = result.scale_of(figure)
    if scale.unit == "ratio":
        return _number(figure.value)
    return wording.level(figure.value, scale)


def estimate_note(result: Result, language: Language) -> str:
    """Which formula, limits and weights the estimate has, and from which wave."""
    methods = dict.fromkeys(row.method for row in result.main)
    return _t(
        "estimate_note",
        language,
        wave=result.about["wave"],
        as_of=result.about["as_of"],
        methods=", ".join(filter(None, methods)),
        counts=_t(f"counts_{result.about['counts']}", language),
    )


def feedback_table(
    feedback: Sequence[Feedback], survey: Survey, policies: Policies, language: Language
) -> pd.DataFrame:
    """What must be answered by whom, until when."""
    rows = [
        (
            item.reference,
            problem(item, survey, language),
            _unit(item.responsible, policies, language),
            f"{item.due:%Y-%m-%d}" + (_t("provisional", language) if item.provisional else ""),
            item.number if item.number is not None else _t("not_noted", language),
            _t(f"state_{item.state}", language),
        )
        for item in feedback
    ]
    return _table(rows, ("reference", "problem", "responsible", "due", "number", "state"), language)


def in_time_table(in_times: Sequence[InTime], policies: Policies, language: Language) -> pd.DataFrame:
    """How much was answered within the promised working days."""
    rows = [
        (
            _unit(item.unit, policies, language),
            wording.percent(item.value),
            wording.DASH
            if item.lower is None or item.upper is None
            else f"{item.lower * 100:.1f}–{item.upper * 100:.1f}%",
            item.n,
            item.in_time,
            item.late,
            item.overdue,
            item.open,
        )
        for item in in_times
    ]
    columns = (
        "group",
        "answered_in_time",
        "interval",
        "judged",
        "state_in_time",
        "state_late",
        "state_overdue",
        "state_open",
    )
    return _table(rows, columns, language)


def _number(value: float | None) -> str:
    number = _known(value)
    return wording.DASH if number is None else f"{number:.2f}"


def _known(value: float | None) -> float | None:
    return None if value is None or value != value else value
