"""What a wave brought, as tables and sentences for reading: outcomes, callers, estimates, feedback."""

# Over 300 lines: one table a function.

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from svcqa.catalogue import Language, or_key, text
from svcqa.entities.policy import Policies
from svcqa.entities.survey import Survey
from svcqa.entities.wave import Wave
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


def _who(one: Waterfall, wave: Wave, policies: Policies, language: Language) -> str:
    if one.level == "stratum":
        return stratum_names(wave, policies, language).get(one.key, one.key)
    return _unit(one.key, policies, language) if one.key else _t("everybody", language)


def stratum_names(wave: Wave, policies: Policies, language: Language) -> dict[str, str]:
    """What the strata of a wave are called, by their keys."""
    names = part_names(policies, wave, language)
    return {item.key: stratum_name(item.parts, names, policies, language) for item in wave.strata}


def waterfall_table(found: Outcomes, wave: Wave, policies: Policies, language: Language) -> pd.DataFrame:
    """How far the calls came: all together, by department, by stratum."""
    rows = [
        (
            _who(one, wave, policies, language),
            one.drawn,
            one.reserves,
            one.attempted,
            one.eligible,
            one.reached,
            one.answered,
            one.complete,
            one.calls,
        )
        for one in found.waterfalls
    ]
    columns = ("group", "drawn", "reserves", "attempted", "eligible", "reached", "answered", "complete", "calls")
    return _table(rows, columns, language)


def rates_table(found: Outcomes, language: Language) -> pd.DataFrame:
    """The rates of the standard for the whole wave, with what each is a share of."""
    rates = found.overall.rates
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


def codes_table(found: Outcomes, language: Language) -> pd.DataFrame:
    """The last outcome of every customer who was called."""
    codes, n = found.overall.codes, max(found.overall.attempted, 1)
    rows = [
        (or_key(f"call_results.outcome_{code}", language).removeprefix("outcome_"), count, f"{count / n:.1%}")
        for code, count in sorted(codes.items(), key=lambda item: (-item[1], item[0]))
    ]
    return _table(rows, ("outcome", "customers", "share"), language)


def replacements_table(found: Outcomes, language: Language, *, strata: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Who was called in whose place, by references of the call sheet; ``strata``: see :func:`stratum_names`."""
    named = strata or {}
    rows = [
        (
            named.get(one.stratum, one.stratum),
            one.replaced,
            or_key(f"call_results.outcome_{one.outcome}", language).removeprefix("outcome_"),
            one.reserve,
            one.place,
            _t("yes" if one.answered else "no", language),
        )
        for one in found.replacements
    ]
    return _table(rows, ("stratum", "replaced", "outcome", "reserve", "place", "has_answered"), language)


def findings_table(found: Outcomes, language: Language, *, strata: Mapping[str, str] | None = None) -> pd.DataFrame:
    """What was not done as the rules want it; ``strata``: see :func:`stratum_names`."""
    named = strata or {}
    rows = [
        (
            _t(f"finding_{one.kind}", language),
            named.get(one.stratum, one.stratum),
            len(one.references),
            ", ".join(one.references[:5]),
        )
        for one in found.findings
    ]
    return _table(rows, ("finding", "stratum", "customers", "references"), language)


def callers_table(found: CallQuality, survey: Survey, language: Language) -> pd.DataFrame:
    """How much of the answers lies in who called, question by question."""
    names = {item.key: item.text.in_language(language) for item in survey.questions}
    rows = [
        (
            names[one.question],
            one.effect.callers,
            one.effect.n,
            f"{one.effect.correlation:.3f}",
            f"{one.effect.lower:.3f}–{one.effect.upper:.3f}",
            f"{one.effect.design_effect:.2f}",
            ", ".join(_standing_out(one)) or wording.DASH,
        )
        for one in found.effects
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


def caller_scores_table(found: CallQuality, language: Language) -> pd.DataFrame:
    """How well each caller calls, from the calls that were listened to again."""
    rows = [
        (
            _pseudonym(one.caller),
            one.interviews,
            f"{one.listened} / {one.wanted}",
            wording.percent(one.score),
            wording.DASH if one.lower is None or one.upper is None else f"{one.lower * 100:.1f}–{one.upper * 100:.1f}%",
        )
        for one in found.scores
    ]
    return _table(rows, ("caller", "interviews", "listened", "score", "interval"), language)


def back_checks_table(found: CallQuality, survey: Survey, language: Language) -> pd.DataFrame:
    """How far second calls find the same answers."""
    names = {item.key: item.text.in_language(language) for item in survey.questions}
    rows = [
        (
            names[one.question],
            one.agreement.n,
            wording.percent(one.agreement.same),
            f"{one.agreement.same_lower * 100:.1f}–{one.agreement.same_upper * 100:.1f}%",
            _number(one.agreement.kappa),
            ", ".join(one.far) or wording.DASH,
            one.agreement.method,
        )
        for one in found.back_checks
    ]
    return _table(rows, ("question", "pairs", "same", "interval", "kappa", "far", "method"), language)


def listening_table(found: CallQuality, language: Language) -> pd.DataFrame:
    """Which interviews are to be listened to again, and which of them nobody has checked yet."""
    missing = set(found.missing)
    rows = [
        (_pseudonym(caller), ", ".join(wanted), ", ".join(one for one in wanted if one in missing) or wording.DASH)
        for caller, wanted in found.to_listen.items()
    ]
    return _table(rows, ("caller", "to_listen", "missing"), language)


_BESIDE = ("unweighted", "design_effect", "effective_n", "response_rate", "worst_case", "against_last_wave")


def estimate_table(found: Result, policies: Policies, language: Language) -> pd.DataFrame:
    """A row for each group: the figure for all customers, and beside it what its reader must know."""
    groups: dict[tuple[str, ...], dict[str, Figure]] = {}
    for row, figure in zip(found.rows, found.figures(), strict=True):
        key = (figure.unit, *(str(row.get(name) or "") for name in found.keys))
        groups.setdefault(key, {})[figure.measure] = figure
    return _table(
        (
            _estimate_row(found, key, figures=figures, policies=policies, language=language)
            for key, figures in groups.items()
        ),
        ("group", "estimate", "interval", "n", *_BESIDE, "verdict", "remarks"),
        language,
    )


def _estimate_row(
    found: Result, key: tuple[str, ...], *, figures: Mapping[str, Figure], policies: Policies, language: Language
) -> tuple[object, ...]:
    first = figures[found.about["estimate"]]
    name = _group_name(found, key, policies, language)
    scale = found.scale
    beside = []
    for measure in _BESIDE:
        figure = figures.get(measure)
        if figure is None:
            beside.append(wording.DASH)
        elif measure == "worst_case":
            beside.append(wording.level_interval(figure, scale))
        elif measure == "against_last_wave":
            beside.append(_change(figure, found, language))
        else:
            beside.append(_level(figure, found))
    return (
        name,
        wording.level_with_unit(first.value, scale, language, first.goal),
        wording.level_interval(first, scale, first.goal),
        first.n,
        *beside,
        text(f"wording.verdict_{first.verdict}", language) if first.verdict else wording.DASH,
        wording.flags(first, language),
    )


def _group_name(found: Result, key: tuple[str, ...], policies: Policies, language: Language) -> str:
    """What a group is called; the unit is left out where all groups have the same."""
    known = {tier.code: tier.name.in_language(language) for tier in policies.tiers}
    known |= {item.key: item.name.in_language(language) for one in policies.surveys for item in one.services}
    further = [known.get(part, part) or wording.DASH for part in key[1:]]
    alone = bool(further) and len({row["unit"] for row in found.rows}) == 1
    return " · ".join(further if alone else [_unit(key[0], policies, language), *further])


def _change(figure: Figure, found: Result, language: Language) -> str:
    """The change since the last wave and its limits: ``-0.27 (-0.51 … -0.03)``."""
    if figure.value is None:
        return wording.DASH
    scale = found.scale
    change = wording.level_change(figure.value, 0.0, scale=scale, language=language)
    if figure.lower is None or figure.upper is None:
        return change
    factor, places = (100, 1) if scale.unit == "share" else (1, wording.usual_decimals(None, scale))
    ends = " … ".join(f"{end * factor:+.{places}f}" for end in (figure.lower, figure.upper))
    return _t("change", language, change=change, ends=ends)


def _level(figure: Figure, found: Result) -> str:
    scale = found.scale_of(figure)
    if scale.unit == "ratio":
        return _number(figure.value)
    return wording.level(figure.value, scale)


def estimate_note(found: Result, language: Language) -> str:
    """Which formula, limits and weights the estimate has, and from which wave."""
    methods = dict.fromkeys(str(row.get("method")) for row in found.rows if row["measure"] == found.about["estimate"])
    return _t(
        "estimate_note",
        language,
        wave=found.about["wave"],
        as_of=found.about["as_of"],
        methods=", ".join(name for name in methods if name != "None"),
        counts=_t(f"counts_{found.about['counts']}", language),
    )


def feedback_table(found: Sequence[Feedback], survey: Survey, policies: Policies, language: Language) -> pd.DataFrame:
    """What must be answered by whom, until when."""
    rows = [
        (
            one.reference,
            problem(one, survey, language),
            _unit(one.responsible, policies, language),
            f"{one.due:%Y-%m-%d}" + (_t("provisional", language) if one.provisional else ""),
            one.number if one.number is not None else _t("not_noted", language),
            _t(f"state_{one.state}", language),
        )
        for one in found
    ]
    return _table(rows, ("reference", "problem", "responsible", "due", "number", "state"), language)


def in_time_table(found: Sequence[InTime], policies: Policies, language: Language) -> pd.DataFrame:
    """How much was answered within the promised working days."""
    rows = [
        (
            _unit(one.unit, policies, language),
            wording.percent(one.value),
            wording.DASH if one.lower is None or one.upper is None else f"{one.lower * 100:.1f}–{one.upper * 100:.1f}%",
            one.n,
            one.in_time,
            one.late,
            one.overdue,
            one.open,
        )
        for one in found
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
    known = _known(value)
    return wording.DASH if known is None else f"{known:.2f}"


def _known(value: float | None) -> float | None:
    return None if value is None or value != value else value
