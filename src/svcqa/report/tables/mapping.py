"""A proposed mapping as a table: what comes from where, how sure that is, samples with personal data masked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from svcqa.catalogue import Language, text

if TYPE_CHECKING:
    from svcqa.records.assistant import Proposal


def proposal_table(proposal: Proposal, language: Language) -> pd.DataFrame:
    """One row per column of ours that has a source."""
    rows = [
        (
            f"{guess.column} {text(f'data_dictionary.label_{guess.column}', language)}",
            guess.source,
            text(f"mapping.sure_{guess.sure}", language),
            text("forms.between_names", language).join(text(f"mapping.why_{reason}", language) for reason in guess.why),
            " | ".join(guess.samples),
        )
        for guess in proposal.guesses
    ]
    heads = [text(f"mapping.{name}", language) for name in ("column", "from", "sure", "why", "samples")]
    return pd.DataFrame(rows, columns=heads, dtype=object)


def proposal_title(proposal: Proposal, language: Language) -> str:
    """The file and the table it seems to be."""
    name = f"{proposal.table} {text(f'tables.table_{proposal.table}', language)}"
    return text("mapping.title", language, source=proposal.file, table=name)


def proposal_notes(proposal: Proposal, language: Language) -> list[str]:
    """What is missing and what is not used."""
    notes, between = [], text("forms.between_names", language)
    if proposal.missing:
        notes.append(text("mapping.missing", language, columns=between.join(proposal.missing)))
    if proposal.unused:
        notes.append(text("mapping.unused", language, columns=between.join(proposal.unused)))
    return notes
