"""How a check of the conformance kit ended: all that anybody needs to know who shows it and does not run it."""

from __future__ import annotations

from dataclasses import dataclass

from svcqa.errors import SvcqaError


@dataclass(frozen=True)
class CheckOutcome:
    """How one check ended; ``error`` is empty where it passed."""

    name: str
    error: SvcqaError | None
