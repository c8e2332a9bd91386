"""The files of a review: executed notebook, HTML report, forms in one workbook, summary in Word."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from svcqa.catalogue import Language, text
from svcqa.report.files.notebook import run_notebook, write_html
from svcqa.report.forms import write_forms
from svcqa.report.sections import Sections
from svcqa.report.word.summary import write_summary
from svcqa.report.words.proposals import proposals
from svcqa.review.period_review import Kind, PeriodReview
from svcqa.review.pinned import pins_of

NOTEBOOKS: Final[Mapping[Kind, str]] = {
    "half_year": "02_half_year_review.ipynb",
    "annual": "03_annual_review.ipynb",
}


def write_review(
    review: PeriodReview,
    sections: Sections,
    out: Path,
    *,
    notebook: Path,
    language: Language,
    company: str,
    parameters: Mapping[str, object],
) -> dict[str, Path]:
    """Run ``notebook`` and write all files into ``out``; gives their paths by kind: notebook, html, forms, word.

    Forms and summary show ``review`` and ``sections``; the notebook, and the HTML report made of it, compute them in a
    process of its own. It is given their digests and the moment up to which records count, and refuses others.

    Raises:
        ReviewChangedError: the notebook computed other figures or sections.
    """
    pins = {**pins_of(review), "sections": sections.digest}
    known_at = review.known_at.isoformat() if review.known_at is not None else ""
    parameters = {**parameters, "known_at": known_at, "pins": pins}
    out.mkdir(parents=True, exist_ok=True)
    stem = f"{review.kind}_review_{review.period.label}"
    executed = run_notebook(notebook, out / f"{stem}.ipynb", parameters, language=language)
    title = f"{company} {review.period.label} {text(f'terminal.review_{review.kind}', language)}"
    page = write_html(executed, out / f"{stem}.html", title=title)
    workbook = write_forms(
        review,
        out / f"forms_{review.period.label}.xlsx",
        language=language,
        company=company,
        proposals=proposals(review, language),
        sections=sections,
    )
    summary = write_summary(review, sections, out / f"{stem}.docx", language=language, company=company)
    return {"notebook": executed, "html": page, "forms": workbook, "word": summary}
