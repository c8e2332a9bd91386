"""The contract of a section: what it is given, and what it gives.

A section reads figures, register and policies and changes none of them. It gives sentences, tables of texts and charts
as data; HTML, Word, Excel and notebook show them all in the same way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Protocol

from svcqa.catalogue import Language, text
from svcqa.entities.policy import Policies
from svcqa.metrics.context import Context
from svcqa.metrics.figures import Figures
from svcqa.report.charts.grammar import Chart
from svcqa.review.period_review import Kind, PeriodReview

if TYPE_CHECKING:
    import pandas as pd

    from svcqa.records.check import CheckReport
    from svcqa.register import Register


@dataclass(frozen=True, kw_only=True)
class SectionContext:
    """What a section is given.

    Attributes:
        review: targets, commitments, returns and noted actions of the period.
        context: period, moment, unit and calendars, to ask ``figures`` with.
        check: what was read, quarantined and odd.
    """

    review: PeriodReview
    context: Context
    figures: Figures
    policies: Policies
    register: Register
    check: CheckReport
    language: Language


@dataclass(frozen=True)
class SectionTable:
    """A table of texts: column names and cells are what people read."""

    title: str
    frame: pd.DataFrame


@dataclass(frozen=True)
class SectionContent:
    """What a section says, each table and chart by a name of the section's own."""

    sentences: tuple[str, ...] = ()
    tables: Mapping[str, SectionTable] = field(default_factory=dict)
    charts: Mapping[str, Chart] = field(default_factory=dict)


class ReviewSection(Protocol):
    """A section.

    Attributes:
        name: that of its entry point.
        order: sections stand from the lowest to the highest; svcqa's own are multiples of 100.
        reviews: the reviews that it belongs to.
        in_forms: whether forms of the workbook show it already; otherwise it has a sheet there.
    """

    name: ClassVar[str]
    order: ClassVar[int]
    reviews: ClassVar[tuple[Kind, ...]]
    in_forms: ClassVar[bool]

    def label(self, language: Language) -> str:
        """Its heading."""
        ...

    def build(self, context: SectionContext) -> SectionContent:
        """Its content; empty where there is nothing to say."""
        ...


class OwnSection:
    """A section of svcqa: headings and titles stand in the catalogue as ``sections.…``."""

    name: ClassVar[str]
    order: ClassVar[int]
    reviews: ClassVar[tuple[Kind, ...]] = ("half_year", "annual")
    in_forms: ClassVar[bool] = False

    def label(self, language: Language) -> str:
        """Its heading."""
        return text(f"sections.{self.name}", language)


def titled(key: str, frame: pd.DataFrame, language: Language, **fields: object) -> SectionTable:
    """A table under the title ``sections.KEY``."""
    return SectionTable(text(f"sections.{key}", language, **fields), frame)
