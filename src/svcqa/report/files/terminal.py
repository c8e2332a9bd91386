"""The score board in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from svcqa.catalogue import Language, text
from svcqa.report.tables import reviews as tables
from svcqa.review.period_review import PeriodReview

if TYPE_CHECKING:
    import pandas as pd


def table_of(frame: pd.DataFrame, *, title: str = "") -> Table:
    """A pandas frame as a table; texts are shown as they are, never as markup."""
    from rich.text import Text

    shown = Table(title=title or None, title_justify="left", header_style="bold")
    for name in frame.columns:
        shown.add_column(Text(str(name)), overflow="fold")
    for row in frame.itertuples(index=False):
        shown.add_row(*(Text("" if value is None else str(value)) for value in row))
    return shown


def print_board(review: PeriodReview, language: Language, console: Console, *, company: str) -> None:
    """Print the score board of the company's own targets, and what is to be said below it."""
    frame = tables.board(review, language)
    is_own = [item.owner.code == review.unit.code for item in review.targets]
    called = text(f"terminal.review_{review.kind}", language)
    title = text(
        "terminal.board",
        language,
        company=company,
        period=review.period.label,
        review=called,
        as_of=f"{review.as_of:%Y-%m-%d %H:%M}",
    )
    columns = [name for name in frame.columns if name != text("tables.owner", language)]
    console.print(table_of(frame.loc[is_own, columns], title=title))
    others = len(is_own) - sum(is_own)
    met = sum(item.judged.verdict == "met" for item in review.targets)
    risky = sum(item.judged.at_risk for item in review.targets)
    console.print(text("terminal.summary", language, all=len(is_own), met=met, risk=risky, others=others))
