"""What the figures rest on: returns beside records, what was read, digests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from svcqa.catalogue import Language, or_key, text
from svcqa.report.sections.contract import OwnSection, SectionContent, SectionContext, titled
from svcqa.report.tables.frames import frame
from svcqa.report.tables.reviews import about, differences, reading

if TYPE_CHECKING:
    from svcqa.records.check import Place


class ReturnsSection(OwnSection):
    """Returns beside records."""

    name = "returns"
    order = 900
    in_forms = True

    def build(self, context: SectionContext) -> SectionContent:
        """Department-months that differ."""
        comparisons, language = context.review.returns, context.language
        compared, differing = (
            sum(len(item.months) for item in comparisons),
            sum(len(item.differences) for item in comparisons),
        )
        if not compared:
            return SectionContent()
        sentence = text("terminal.returns", language, compared=compared, differing=differing)
        tables = (
            {"differences": titled("returns_beside", differences(comparisons, language), language)} if differing else {}
        )
        return SectionContent((sentence,), tables)


class DataQualitySection(OwnSection):
    """What was read, refused and odd; what is to be known of the register."""

    name = "data_quality"
    order = 1000

    def build(self, context: SectionContext) -> SectionContent:
        """Rows by table; why rows were refused or marked."""
        check, language = context.check, context.language
        known_at = context.context.known_at
        notices = tuple(fault.render(language) for fault in context.register.notices(known_at=known_at))
        if not check.files:
            return SectionContent(notices)
        sentence = text(
            "sections.rows_read",
            language,
            read=f"{sum(file.read for file in check.files):,}",
            quarantined=f"{sum(file.quarantined for file in check.files):,}",
            odd=f"{len(check.odd):,}",
            changed=f"{len(check.changes):,}",
        )
        tables = {"reading": titled("what_was_read", reading(check, language), language)}
        rows = [
            row
            for key, places in (("quarantined", check.quarantined), ("odd", check.odd))
            for row in _reasons(key, places, language)
        ]
        if rows:
            columns = ("sections.row_fate", "reason", "sections.places", "sections.where_found")
            tables["reasons"] = titled("why_refused", frame(rows, columns, language), language)
        return SectionContent((sentence, *notices), tables)


def _reasons(key: str, places: Sequence[Place], language: Language) -> Iterator[tuple[str, str, str, str]]:
    """Each reason with how often it was found and in which tables, the most frequent first."""
    counts = Counter(place.reason for place in places)
    tables = Counter((place.reason, place.table) for place in places)
    glue = text("wording.separator", language)
    for reason, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        per_table = sorted(
            ((n, table) for (why, table), n in tables.items() if why == reason), key=lambda item: (-item[0], item[1])
        )
        where = glue.join(f"{or_key(f'tables.table_{table}', language)} {n:,}" for n, table in per_table)
        yield text(f"sections.{key}", language), or_key(f"reasons.{reason}", language), f"{count:,}", where


class BasisSection(OwnSection):
    """The moment and the digests."""

    name = "basis"
    order = 1100
    in_forms = True

    def build(self, context: SectionContext) -> SectionContent:
        """The same digests give the same figures."""
        sentence = text("sections.same_digests", context.language)
        basis = about(context.review, context.language)
        return SectionContent((sentence,), {"about": titled("basis", basis, context.language)})
