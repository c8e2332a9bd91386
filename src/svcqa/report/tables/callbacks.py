"""Plans, waves, audits and what a frame leaves out, as tables and sentences for reading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from svcqa.catalogue import Language, text
from svcqa.entities.policy import Policies
from svcqa.entities.wave import Wave
from svcqa.report.tables.frames import numbered
from svcqa.report.words import figures as wording
from svcqa.review.callbacks.former import LeftOut
from svcqa.review.callbacks.plan import METHOD, Plan
from svcqa.review.callbacks.wave import Audit

if TYPE_CHECKING:
    import pandas as pd


def _t(key: str, language: Language, **fields: object) -> str:
    return text(f"callbacks.{key}", language, **fields)


def _frame(rows: Iterable[Sequence[object]], columns: Sequence[str], language: Language) -> pd.DataFrame:
    import pandas as pd

    heads = [_t(f"head_{name}", language) for name in columns]
    return numbered(pd.DataFrame([list(row) for row in rows], columns=heads))


def _number(value: float | None, decimals: int = 2) -> str:
    return wording.DASH if value is None else f"{value:.{decimals}f}"


def part_names(policies: Policies, plan_or_wave: Plan | Wave, language: Language) -> dict[tuple[str, str], str]:
    """What the parts of strata are called, by column and code."""
    key = plan_or_wave.survey if isinstance(plan_or_wave, Wave) else plan_or_wave.survey.key
    names = {("service", item.key): item.name.in_language(language) for item in policies.survey(key).services}
    names |= {("tier", tier.code): tier.name.in_language(language) for tier in policies.tiers}
    return names


def stratum_name(
    parts: Mapping[str, str], names: Mapping[tuple[str, str], str], policies: Policies, language: Language
) -> str:
    """``维修 · 城区客户服务部``."""
    tree = policies.organisation
    shown = []
    for column, code in parts.items():
        name = names.get((column, code))
        if name is None and tree.knows(code):
            name = tree.unit(code).name.in_language(language)
        shown.append(name or code)
    return " · ".join(part for part in shown if part)


def plan_table(plan: Plan, policies: Policies, language: Language) -> pd.DataFrame:
    """A row for each stratum, each department, and all together."""
    names = part_names(policies, plan, language)
    rows: list[tuple[object, ...]] = [
        (
            _t("level_stratum", language),
            stratum_name(item.counts.parts, names, policies, language),
            item.counts.population_size,
            sum(item.counts.excluded.values()),
            _t(f"rule_{item.rule}", language),
            item.drawn,
            item.reserve,
            f"{item.expected_answers:.1f}",
            _number(item.spread),
            _t(f"spread_{item.spread_from}", language),
            _number(item.half_width),
        )
        for item in plan.strata
    ]
    for level, bought in (*(("department", department) for department in plan.departments), ("overall", plan.overall)):
        name = policies.organisation.unit(bought.key).name.in_language(language) if bought.key else ""
        rows.append(
            (
                _t(f"level_{level}", language),
                name,
                bought.population_size,
                "",
                "",
                bought.drawn,
                bought.reserve,
                f"{bought.expected_answers:.1f}",
                "",
                "",
                _number(bought.half_width),
            )
        )
    columns = (
        "level",
        "key",
        "population_size",
        "excluded",
        "rule",
        "drawn",
        "reserve",
        "expected_answers",
        "spread",
        "spread_from",
        "half_width",
    )
    return _frame(rows, columns, language)


def plan_note(plan: Plan, language: Language) -> str:
    """How the half-widths were computed."""
    rules = plan.survey.allocation
    return _t(
        "plan_note",
        language,
        level=f"{rules.level:.0%}",
        method=METHOD,
        formula=plan.formula,
        rate=f"{rules.response_rate:.0%}",
    )


def former_note(plan: Plan, language: Language) -> str:
    """How many answers to back-checks former answers leave out; empty where there are none."""
    n = plan.former[""].back_checks if "" in plan.former else 0
    return _t("former_note", language, n=n) if n else ""


def left_out_table(
    left_out: Sequence[LeftOut], wave_or_plan: Plan | Wave, policies: Policies, language: Language
) -> pd.DataFrame:
    """Whom the frame leaves out: by stratum and reason, then over all strata."""
    names = part_names(policies, wave_or_plan, language)
    survey = policies.survey(wave_or_plan.survey if isinstance(wave_or_plan, Wave) else wave_or_plan.survey.key)
    rows = []
    for item in left_out:
        parts: dict[str, str] = dict(zip(survey.strata, item.stratum.split("/"), strict=False))
        name = stratum_name(parts, names, policies, language) if item.stratum else _t("level_overall", language)
        limits = f"({_number(item.bias_lower)} … {_number(item.bias_upper)})"
        bias = wording.DASH if item.bias is None else f"{item.bias:+.2f} {limits}"
        rows.append(
            (
                name,
                _t(f"reason_{item.reason}", language),
                item.customers,
                f"{item.share:.1%}",
                _mix(item.tiers),
                _mix(item.frame_tiers),
                f"{_number(item.mean)} ({item.answers})",
                f"{_number(item.frame_mean)} ({item.frame_answers})",
                bias,
            )
        )
    columns = ("key", "reason", "customers", "share", "tiers", "frame_tiers", "mean", "frame_mean", "bias")
    return _frame(rows, columns, language)


def _mix(tiers: Mapping[str, float]) -> str:
    return ", ".join(f"{tier or wording.DASH} {share:.0%}" for tier, share in tiers.items())


def bias_sentences(left_out: Sequence[LeftOut], language: Language) -> tuple[str, ...]:
    """The bias that each reason may bring, over all strata, in a sentence."""
    sentences = []
    for item in left_out:
        if item.stratum:
            continue
        fields = {
            "reason": _t(f"reason_{item.reason}", language),
            "customers": item.customers,
            "share": f"{item.share:.1%}",
            "answers": item.answers,
            "frame_answers": item.frame_answers,
        }
        if item.bias is None:
            sentences.append(_t("bias_unknown", language, **fields))
        else:
            assert item.bias_lower is not None
            assert item.bias_upper is not None
            bias, ends, key = item.bias, (item.bias_lower, item.bias_upper), "bias_known"
            if bias < 0:
                bias, ends, key = -bias, (-ends[1], -ends[0]), "bias_known_below"
            sentences.append(
                _t(
                    key,
                    language,
                    **fields,
                    mean=_number(item.mean),
                    frame_mean=_number(item.frame_mean),
                    bias=f"{bias:+.2f}",
                    lower=f"{ends[0]:+.2f}",
                    upper=f"{ends[1]:+.2f}",
                )
            )
    return tuple(sentences) or (_t("nobody_left_out", language),)


def waves_table(waves: Sequence[Wave], policies: Policies, language: Language) -> pd.DataFrame:
    """All waves in the order of drawing."""
    labels = {survey.key: survey.label.in_language(language) for survey in policies.surveys}
    rows = [
        (
            wave.code,
            labels.get(wave.survey, wave.survey),
            wave.period,
            f"{wave.as_of:%Y-%m-%d %H:%M}",
            wave.calls_until.isoformat(),
            wave.population_size,
            wave.drawn,
            wave.reserve,
        )
        for wave in waves
    ]
    columns = ("code", "survey", "period", "as_of", "calls_until", "population_size", "drawn", "reserve")
    return _frame(rows, columns, language)


def drawn_line(wave: Wave, language: Language) -> str:
    """What was drawn, with what pins it."""
    return _t(
        "drawn",
        language,
        code=wave.code,
        population_size=wave.population_size,
        drawn=wave.drawn,
        reserve=wave.reserve,
        digest=wave.list_digest[:16],
        fingerprint=wave.key_fingerprint,
    )


def audit_table(audit: Audit, language: Language) -> pd.DataFrame:
    """What an audit looked at, and what it found."""
    rows = [(_t(f"audit_{check.what}", language), _t(f"found_{check.found}", language)) for check in audit.checks]
    return _frame(rows, ("check", "found"), language)


def audit_line(audit: Audit, language: Language) -> str:
    """Whether the wave holds."""
    return _t("audit_passed" if audit.passed else "audit_failed", language, code=audit.wave.code)
