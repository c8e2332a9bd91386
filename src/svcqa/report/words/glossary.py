"""The glossary: each term as the catalogue and the metrics' own descriptions have it, with its meaning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from svcqa.catalogue import LANGUAGES, entries, text
from svcqa.entities.base import Text
from svcqa.metrics.contract import Metric
from svcqa.metrics.loading import Plugin

_FILLED: Final = {"name": "P90", "number": "1"}
"""What stands in the places of a label that is made by rule."""
_GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "basis": (
        "glossary.commitment",
        "tables.target",
        "tables.goal",
        "tables.limit",
        "tables.as_of",
        "glossary.statistical_month",
        "glossary.work_calendar",
        "calendar.kind_makeup",
        "terminal.quarantined",
        "glossary.surrogate",
        "glossary.vault",
        "glossary.register",
        "glossary.published",
        "tables.as_reported",
        "tables.restated",
    ),
    "states": ("wording.state_*",),
    "verdicts": (
        "wording.verdict_*",
        "wording.evidence_*",
        "wording.at_risk",
    ),
    "metrics": (),
    "measures": ("wording.measure_*",),
    "statistics": (
        "tables.interval",
        "glossary.percentile",
        "glossary.kaplan_meier",
        "glossary.rebase",
    ),
    "surveys": (
        "glossary.survey",
        "glossary.wave",
        "glossary.frame",
        "callbacks.level_stratum",
        "glossary.allocation",
        "callbacks.role_reserve",
        "glossary.weight",
        "callbacks.head_half_width",
        "glossary.back_check",
        "call_results.head_kappa",
        "call_results.head_correlation",
        "call_results.rate_*",
    ),
}
"""The labels of each group; ``*`` for all that begin alike."""


@dataclass(frozen=True)
class Term:
    """What something is called, and what that means."""

    called: Text
    meaning: Text


def terms(metrics: Iterable[Plugin[Metric]]) -> dict[str, tuple[Term, ...]]:
    """The terms by group; ``metrics`` explain themselves by their formula."""
    by_group = {group: tuple(_of_labels(labels)) for group, labels in _GROUPS.items()}
    described = [plugin.metric.spec for plugin in metrics if plugin.metric is not None]
    return by_group | {"metrics": tuple(Term(spec.label, spec.formula) for spec in described)}


def _of_labels(patterns: Iterable[str]) -> Iterator[Term]:
    """Labels that read alike stand once."""
    seen = set[tuple[str, ...]]()
    for pattern in patterns:
        for key in (key for key in entries() if key == pattern or _begins(key, pattern)):
            called = _in_all(key)
            if called not in seen:
                seen.add(called)
                yield Term(_text_of(called), _text_of(_in_all(f"glossary.{key.partition('.')[2]}_means")))


def _begins(key: str, pattern: str) -> bool:
    return pattern.endswith("*") and key.startswith(pattern.removesuffix("*"))


def _in_all(key: str) -> tuple[str, ...]:
    """An entry in every language, without the sign in front that repeats what the label says."""
    return tuple(text(key, language, **_FILLED).lstrip("✓✗—! ") for language in LANGUAGES)


def _text_of(texts: tuple[str, ...]) -> Text:
    return Text.model_validate(dict(zip(LANGUAGES, texts, strict=True)))


def markdown(metrics: Iterable[Plugin[Metric]]) -> str:
    """The whole glossary as a page: English, simplified and traditional Chinese, the meaning in Chinese and English."""
    lines = [f"# {_both('glossary.title')}", "", f"<!-- {text('glossary.generated', 'en')} -->"]
    lines += [text("glossary.generated", "zh-Hans"), ""]
    heads = [text(f"glossary.head_{name}", "en") for name in ("term", "hans", "hant", "meaning")]
    for group, members in terms(metrics).items():
        lines += [f"## {_both(f'glossary.group_{group}')}", "", _row(heads), _row(["---"] * len(heads))]
        for term in members:
            called = [term.called.in_language(language) for language in ("en", "zh-Hans", "zh-Hant")]
            meaning = dict.fromkeys(term.meaning.in_language(language) for language in ("zh-Hans", "en"))
            lines.append(_row([*called, "<br>".join(meaning)]))
        lines.append("")
    return "\n".join(lines)


def _both(key: str) -> str:
    return f"{text(key, 'zh-Hans')} {text(key, 'en')}"


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
