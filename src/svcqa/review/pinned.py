"""What pins a review: the digests of what its figures hang on, of the figures themselves and of its sections.

Word, forms and notebook are given the same pins; whoever computes the review again holds it against them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from svcqa.catalogue import Language
from svcqa.errors import Fault, ReviewChangedError
from svcqa.metrics.result import Figure
from svcqa.metrics.verdict import Judgement
from svcqa.review.courses import Course
from svcqa.review.period_review import PeriodReview

BASIS: Final = ("policy", "records", "calendar")
"""What figures hang on, by the names that :attr:`PeriodReview.about` has."""
SIGNIFICANT: Final = 10
"""Digits of a figure that must agree: two machines may add up in another order."""
_COLUMNS: Final = (
    "unit",
    "period",
    "measure",
    "value",
    "lower",
    "upper",
    "n",
    "numerator",
    "total",
    "goal",
    "verdict",
    "evidence",
    "at_risk",
)


def pins_of(review: PeriodReview) -> dict[str, str]:
    """The digests of a review by name: ``policy``, ``records``, ``calendar``, ``figures``."""
    return {**{name: review.about[name] for name in BASIS}, "figures": digest_of(_figures(review))}


def hold(digests: Mapping[str, str], pinned: Mapping[str, str], *, place: str, language: Language) -> None:
    """Refuse digests that are not the wanted ones; names that ``digests`` does not have are held elsewhere.

    Args:
        place: what was computed, such as ``2026H1``.
        language: what the refusal is told in where a notebook shows it.

    Raises:
        ReviewChangedError: naming each digest that differs.
    """
    differing = [name for name in digests if name in pinned and digests[name] != pinned[name]]
    if differing:
        # what the figures hang on explains why they differ, so it is told first
        faults = [Fault(f"pinned_{name}", place=place, got=digests[name], allowed=pinned[name]) for name in differing]
        raise ReviewChangedError(faults, language=language)


def digest_of(lines: Iterable[Sequence[object]]) -> str:
    """Sixteen hexadecimal digits for lines of plain values; floats count to :data:`SIGNIFICANT` digits."""
    hashed = hashlib.sha256()
    for line in lines:
        plain = [f"{item:.{SIGNIFICANT}g}" if isinstance(item, float) else item for item in line]
        hashed.update(json.dumps(plain, ensure_ascii=False).encode() + b"\n")
    return hashed.hexdigest()[:16]


def _figures(review: PeriodReview) -> Iterator[Sequence[object]]:
    """Everything that a review reports as a number, in its order."""
    for target in review.targets:
        yield "target", target.target.key, target.owner.code, *_judged(target.judged)
        yield from _course(target.course)
    for item in review.commitments:
        yield "commitment", item.commitment.key, item.goal, *_judged(item.judged)
        for course in (item.course, *(part.course for part in item.parts), *(unit.course for unit in item.departments)):
            yield from _course(course)
    for compared in review.returns:
        yield "returns", compared.commitment.key
        for month in compared.months:
            for figure in (month.records, month.returns):
                yield month.unit.code, month.month, *_values(figure)


def _judged(judged: Judgement) -> tuple[object, ...]:
    return judged.verdict, judged.evidence, judged.at_risk


def _course(course: Course) -> Iterator[Sequence[object]]:
    for single in (course.now, course.previous, course.year_before, course.year):
        yield _values(single)
    for figure in (*course.months, *course.cumulative, *course.year_months):
        yield _values(figure)


def _values(figure: Figure | None) -> tuple[object, ...]:
    """By name, so that a column which a later version adds to figures does not change an old digest."""
    return () if figure is None else tuple(getattr(figure, name) for name in _COLUMNS)
