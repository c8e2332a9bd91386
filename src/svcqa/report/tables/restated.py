"""Figures as reported beside restated: what changed since they were published, and what pins them that differs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from svcqa.catalogue import Language, or_key, text
from svcqa.entities.policy import Policies
from svcqa.entities.published import PublishedFigure
from svcqa.metrics.result import Figure
from svcqa.report.tables.frames import frame
from svcqa.report.words import figures as wording
from svcqa.review.published import Restated, Restatement

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = ("figure", "unit", "period", "as_reported", "restated", "change", "why")


def restated(
    restatements: Iterable[Restatement], policies: Policies, language: Language, *, everything: bool = False
) -> pd.DataFrame:
    """One row a figure that changed, or every figure: as reported, restated, the change, what differs since.

    Args:
        policies: today's, for the names of commitments, targets and units.
    """
    rows = (
        (
            _name(item, policies, language),
            _unit(item.reported, policies, language),
            _period(item, language),
            _shown(item.reported, item, language),
            _shown(item.now, item, language),
            _change(item, language),
            _why(item, causes(publication, language), language),
        )
        for publication in restatements
        for item in (publication.figures if everything else publication.changed)
    )
    return frame(rows, _COLUMNS, language)


def causes(restatement: Restatement, language: Language) -> str:
    """What pins the figures and is no longer the same."""
    glue = text("wording.separator", language)
    return glue.join(text(f"tables.cause_{cause}", language) for cause in restatement.causes)


def _name(restated: Restated, policies: Policies, language: Language) -> str:
    figure = restated.reported
    items = {item.key: item.item for item in policies.commitments} if figure.subject == "commitment" else {}
    items |= {item.key: item.name for item in policies.targets} if figure.subject == "target" else {}
    name = items[figure.key].in_language(language) if figure.key in items else figure.key
    beside = or_key(f"wording.measure_{figure.measure}", language) if restated.beside else ""
    kind = text(f"tables.subject_{figure.subject}", language, name=name)
    return f"{kind} · {beside}" if beside else kind


def _unit(published_figure: PublishedFigure, policies: Policies, language: Language) -> str:
    tree = policies.organisation
    return (
        tree.unit(published_figure.unit).name.in_language(language)
        if tree.knows(published_figure.unit)
        else published_figure.unit
    )


def _period(restated: Restated, language: Language) -> str:
    period = restated.reported.period
    return text("tables.year_to", language, period=period) if restated.reported.cumulative else period


def _shown(figure: PublishedFigure | Figure | None, restated: Restated, language: Language) -> str:
    """The value with its counts and its verdict: any of them can change while the others stay."""
    if figure is None:
        return wording.DASH
    if restated.now is None or figure.value is None:  # nobody knows its unit any more
        return wording.DASH if figure.value is None else f"{figure.value:.10g}"
    shown = wording.level_with_unit(figure.value, restated.scale, language, restated.now.goal)
    if restated.scale.unit == "share" and figure.n and figure.numerator is not None and not restated.now.base:
        shown = f"{figure.numerator:,}/{figure.n:,} = {shown}"
    return f"{shown} {text(f'wording.verdict_{figure.verdict}', language)}" if figure.verdict else shown


def _change(restated: Restated, language: Language) -> str:
    """The change of the value, and of the verdict where it is another; in words where only counts or interval moved."""
    now, reported = restated.now, restated.reported
    if now is None or not restated.changed:
        return wording.DASH
    moved = text("tables.same_value", language)
    if now.value != reported.value:
        moved = wording.level_change(now.value, reported.value, scale=restated.scale, language=language, goal=now.goal)
    if now.verdict == reported.verdict:
        return moved
    before, after = (
        text(f"wording.verdict_{verdict or 'none'}", language) for verdict in (reported.verdict, now.verdict)
    )
    return f"{moved} {before} → {after}"


def _why(restated: Restated, reason: str, language: Language) -> str:
    return restated.fault.render(language) if restated.fault is not None else reason if restated.changed else ""
