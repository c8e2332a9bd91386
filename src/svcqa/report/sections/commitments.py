"""Commitments month by month, where every case stands, and what was left out."""

from __future__ import annotations

from svcqa.catalogue import text
from svcqa.report.sections.contract import OwnSection, SectionContent, SectionContext, titled
from svcqa.report.tables.reviews import exclusions, months, states
from svcqa.review.commitments import CommitmentReview


class CommitmentsSection(OwnSection):
    """Every commitment of the policy."""

    name = "commitments"
    order = 200
    in_forms = True

    def build(self, context: SectionContext) -> SectionContent:
        """Months and period, states that add up, exclusions."""
        review, language = context.review, context.language
        if not review.commitments:
            return SectionContent()
        judged = [item for item in review.commitments if item.judged.verdict]
        met = sum(item.judged.verdict == "met" for item in judged)
        sentences = [text("sections.commitments_kept", language, kept=met, judged=len(judged))]
        sentences += [_refused(item, context) for item in review.commitments if item.fault is not None]
        tables = {
            "months": titled("commitment_months", months(review, language), language),
            "states": titled("states", states(review, language), language),
            "exclusions": titled("exclusions", exclusions(review, language), language),
        }
        return SectionContent(tuple(sentences), {name: table for name, table in tables.items() if len(table.frame)})


def _refused(item: CommitmentReview, context: SectionContext) -> str:
    assert item.fault is not None
    name = item.commitment.item.in_language(context.language)
    return text("sections.not_computed", context.language, name=name, why=item.fault.render(context.language))
