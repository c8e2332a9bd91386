"""What to know of a figure, and why a target needs words, as sentences."""

from __future__ import annotations

from collections.abc import Iterable

from svcqa.catalogue import Language, or_key
from svcqa.entities.commitment import Commitment
from svcqa.metrics.result import Figure, Scale
from svcqa.metrics.states import State
from svcqa.report.forms.naming import joined, listed, say
from svcqa.report.words import figures as wording
from svcqa.report.words.targets import target_words
from svcqa.review.period_review import Kind
from svcqa.review.targets import TargetReview


def remarks(item: TargetReview, language: Language) -> str:
    """What to know of a target's figure."""
    if item.fault is not None:
        return say("not_computed", language, why=item.fault.render(language))
    now = item.course.now
    if now is None or now.value is None:
        return say("no_data", language)
    parts = [or_key(f"wording.flag_{flag}", language) for flag in now.flags]
    if item.commitment is not None:
        parts += case_remarks(now, item.commitment, item.course.scale, language)
    if now.count(State.NOT_DETERMINABLE):
        parts.append(say("not_determinable", language, count=f"{now.count(State.NOT_DETERMINABLE):,}"))
    parts.append(target_words(item, language).remark)
    return joined(parts, language)


def case_remarks(figure: Figure, commitment: Commitment, scale: Scale, language: Language) -> list[str]:
    """Cases that the rate leaves out: excluded by rule, or not due yet."""
    parts = []
    if figure.excluded_by:
        without = wording.level(figure.value_without_exclusions, scale, figure.goal)
        count = sum(figure.excluded_by.values())
        parts.append(say("excluded", language, count=f"{count:,}", without=without))
    waiting = figure.count(State.OPEN_NOT_DUE) + figure.count(State.MET_NOT_DUE)
    if waiting and not commitment.rule.counts_amounts:
        parts.append(say("not_due", language, count=f"{waiting:,}"))
    return parts


def hint(item: TargetReview, language: Language, *, kind: Kind, year_over: bool) -> str:
    """The facts behind a target that is missed or at risk; nothing for the others."""
    now, judged = item.course.now, item.judged
    if now is None or now.value is None or not (judged.verdict == "missed" or judged.at_risk):
        return ""
    return joined(target_words(item, language).hint(now, kind, year_over=year_over), language)


def counting_lines(named: Iterable[tuple[str, Figure | None]], language: Language) -> list[str]:
    """One line that says how the limits behind the figures are counted, where their unit does not tell."""
    items = [
        say("item_line", language, name=name, text=wording.limit(figure.limit, language))
        for name, figure in named
        if figure is not None and wording.has_counting_rule(figure.limit)
    ]
    return [say("counting_line", language, items=joined(dict.fromkeys(items), language))] if items else []


def flag_lines(named: Iterable[tuple[str, Figure | None]], language: Language) -> list[str]:
    """One line for each flag, saying which figures bear it; that they count amounts is said elsewhere."""
    bearers: dict[str, list[str]] = {}
    names = []
    for name, figure in named:
        names.append(name)
        for flag in figure.flags if figure is not None else ():
            bearers.setdefault(flag, []).append(name)
    whole = say("all_items", language)
    lines = [
        say(
            "flag_line",
            language,
            flag=or_key(f"wording.flag_{flag}", language),
            names=whole if len(who) == len(names) else listed(who, language),
        )
        for flag, who in bearers.items()
        if flag != "amounts"
    ]
    return [line[:1].upper() + line[1:] for line in lines]
