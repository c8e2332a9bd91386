"""The files of a half-year review: executed notebook, HTML report, forms in one workbook."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from svcqa.catalogue import Language, text
from svcqa.report.forms import write_forms
from svcqa.report.notebook import run_notebook, write_html
from svcqa.report.proposals import proposals
from svcqa.review.period_review import PeriodReview

NOTEBOOK = "02_half_year_review.ipynb"


def write_half_year(
    review: PeriodReview,
    out: Path,
    *,
    notebook: Path,
    language: Language,
    company: str,
    parameters: Mapping[str, object],
) -> dict[str, Path]:
    """Run ``notebook`` and write all files into ``out``; gives their paths by kind: notebook, html, forms."""
    out.mkdir(parents=True, exist_ok=True)
    stem = f"half_year_review_{review.period.label}"
    executed = run_notebook(notebook, out / f"{stem}.ipynb", parameters, language=language)
    title = f"{company} {review.period.label} {text('terminal.review', language)}"
    page = write_html(executed, out / f"{stem}.html", title=title)
    workbook = write_forms(
        review, out / f"forms_{review.period.label}.xlsx", language=language, company=company,
        proposals=proposals(review, language),
    )  # fmt: skip
    return {"notebook": executed, "html": page, "forms": workbook}
