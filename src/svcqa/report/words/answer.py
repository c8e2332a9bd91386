"""The answer of a panel as HTML: the figure, its interval, goal and verdict, and every state."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Literal

from svcqa.catalogue import Language, text
from svcqa.metrics.result import SHARE, Figure, Scale
from svcqa.metrics.states import State
from svcqa.report.words import figures as wording

Note = Literal["promised", "moved", "returns", "no_limit"]


def answer(
    figures: Sequence[Figure],
    language: Language,
    *,
    scale: Scale = SHARE,
    note: Note,
) -> str:
    """The first figure in words; every text is escaped."""

    def said(key: str, **fields: object) -> str:
        return html.escape(text(f"panel.{key}", language, **fields))

    if not figures:
        return said("no_cases")
    figure = figures[0]
    value = html.escape(wording.level_with_unit(figure.value, scale, language, figure.goal))
    parts = [
        f"<b style='font-size:1.6em'>{value}</b>",
        said("interval", interval=wording.level_interval(figure, scale, figure.goal), n=f"{figure.n or 0:,}"),
        said("goal", goal=wording.goal_level(figure.goal, scale, language)),
        html.escape(text(f"wording.verdict_{figure.verdict or 'none'}", language)),
    ]
    counts = ((html.escape(wording.state(state, language)), figure.count(state)) for state in State)
    cells = "".join(f"<td style='padding:2px 10px'>{name}<br><b>{count:,}</b></td>" for name, count in counts)
    return (
        f"<div class='svcqa-answer'>{' &nbsp; '.join(parts)}</div><table style='margin:6px 0'><tr>{cells}</tr></table>"
        f"<small>{said(note, limit=wording.limit(figure.limit, language))}</small>"
    )
