"""Texts of the forms, and what periods and units are called in them."""

from __future__ import annotations

from collections.abc import Iterable

from svcqa.catalogue import Language, text
from svcqa.periods import Period
from svcqa.review.period_review import PeriodReview


def say(key: str, language: Language, **fields: object) -> str:
    """A text of the forms."""
    return text(f"forms.{key}", language, **fields)


def joined(parts: Iterable[str], language: Language) -> str:
    """Parts of a remark in one line."""
    return say("between_parts", language).join(part for part in parts if part)


def listed(names: Iterable[str], language: Language) -> str:
    """Names one after the other, each once."""
    return say("between_names", language).join(dict.fromkeys(names))


def period_name(review: PeriodReview, language: Language) -> str:
    """The half-year or the year in words."""
    if review.kind == "annual":
        return say("year", language, year=review.period.year)
    return say(f"half_{review.period.number}", language, year=review.period.year)


def current_month(review: PeriodReview) -> Period:
    """The month the forms report: the last that had begun by the as-of moment."""
    begun = [month for month in review.months if month.first < review.as_of.date()]
    return begun[-1] if begun else review.months[0]


def unit_names(review: PeriodReview, language: Language) -> dict[str, str]:
    """The names of the units the review knows, by code."""
    units = [review.unit, *(item.owner for item in review.targets)]
    units += [part.unit for item in review.commitments for part in item.departments]
    return {unit.code: unit.name.in_language(language) for unit in units}
