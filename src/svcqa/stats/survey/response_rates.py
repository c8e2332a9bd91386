"""Outcome rates of a wave of calls, by the standard of the American Association for Public Opinion Research.

AAPOR (2016) Standard Definitions: Final Dispositions of Case Codes and Outcome Rates for Surveys, 9th edition. Its
letters: I complete, P partial, R refused, NC not contacted, O other, U unknown whether the person belongs to the
population (its UH + UO). e, the share of U that does, is estimated by that among the others: Council of American Survey
Research Organizations (1982) On the Definition of Response Rates.
"""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass
from typing import Final

from svcqa.stats.survey.checks import within_range

STANDARD: Final = "AAPOR Standard Definitions, 9th edition (2016)"


@dataclass(frozen=True, kw_only=True)
class Outcomes:
    """How the drawn calls ended: counts, or sums of weights.

    Attributes:
        complete: the interview was finished (I).
        partial: enough of it was, by the wave's own rule (P).
        refused: refused or broken off (R).
        no_answer: known to belong to the population, never reached (NC).
        other: reached, not able to answer: ill, no common language (O).
        unknown: nobody knows whether the person belongs to the population: number dead, not identified (U).
        not_eligible: does not belong to it: wrong number, no such service (left out of all rates).
    """

    complete: float
    partial: float = 0
    refused: float = 0
    no_answer: float = 0
    other: float = 0
    unknown: float = 0
    not_eligible: float = 0


@dataclass(frozen=True)
class Rate:
    """One outcome rate; NaN without any case.

    Attributes:
        value: 0 … 1.
        n: its denominator.
        formula: in the letters of the standard.
    """

    value: float
    n: float
    formula: str


def eligible_share(outcomes: Outcomes) -> float:
    """e: the share that belongs to the population among those of whom it is known; 1 where it is known of nobody.

    >>> eligible_share(Outcomes(complete=4, partial=2, refused=1, no_answer=1, other=1, unknown=2, not_eligible=1))
    0.9
    """
    eligible = outcomes.complete + outcomes.partial + outcomes.refused + outcomes.no_answer + outcomes.other
    return eligible / (eligible + outcomes.not_eligible) if eligible + outcomes.not_eligible > 0 else 1.0


def outcome_rates(outcomes: Outcomes, *, e: float | None = None) -> dict[str, Rate]:
    """All rates of the standard: response RR1–RR6, cooperation COOP1–4, refusal REF1–3, contact CON1–3.

    They describe the calls that were made and have no interval.

    Args:
        outcomes: of the whole wave, or of a stratum.
        e: share of the unknown that belongs to the population; :func:`eligible_share` where it is not given.

    >>> rates = outcome_rates(Outcomes(complete=60, refused=20, no_answer=15, unknown=5))
    >>> rates["RR1"].value, rates["COOP1"].value, rates["RR1"].formula
    (0.6, 0.75, 'I / ((I + P) + (R + NC + O) + U)')
    """
    for name, count in zip(Outcomes.__dataclass_fields__, astuple(outcomes), strict=True):
        within_range(count, name, 0, math.inf)
    share = eligible_share(outcomes) if e is None else float(within_range(e, "e", 0, 1))
    i, interviews = outcomes.complete, outcomes.complete + outcomes.partial
    reached = interviews + outcomes.refused + outcomes.other
    eligible = reached + outcomes.no_answer
    unknown = outcomes.unknown
    bases = {
        "((I + P) + (R + NC + O) + U)": eligible + unknown,
        "((I + P) + (R + NC + O) + e·U)": eligible + share * unknown,
        "((I + P) + (R + NC + O))": eligible,
        "((I + P) + R + O)": reached,
        "((I + P) + R)": interviews + outcomes.refused,
    }
    least, estimated, most, cooperating, able = bases
    table: dict[str, tuple[str, float, str]] = {}
    for number, base in enumerate((least, estimated, most)):
        table[f"RR{2 * number + 1}"] = ("I", i, base)
        table[f"RR{2 * number + 2}"] = ("(I + P)", interviews, base)
        table[f"REF{number + 1}"] = ("R", outcomes.refused, base)
        table[f"CON{number + 1}"] = ("((I + P) + R + O)", reached, base)
    for number, base in enumerate((cooperating, able)):
        table[f"COOP{2 * number + 1}"] = ("I", i, base)
        table[f"COOP{2 * number + 2}"] = ("(I + P)", interviews, base)
    return {
        name: Rate(count / bases[base] if bases[base] > 0 else math.nan, bases[base], f"{letters} / {base}")
        for name, (letters, count, base) in sorted(table.items())
    }
