"""Problems noted and what became of them; success experience, and where to look for more of it."""

from __future__ import annotations

from typing import Final

from svcqa.catalogue import Language, text
from svcqa.report.sections.contract import OwnSection, SectionContent, SectionContext, titled
from svcqa.report.tables.frames import frame
from svcqa.report.tables.problem_states import problem_states
from svcqa.report.tables.reviews import form_b
from svcqa.report.words import figures as wording
from svcqa.report.words.proposals import proposals
from svcqa.review.follow_up import STATES, problems_of
from svcqa.review.improvements import Improvement, improvements, successes_of

_IMPROVED: Final = ("item", "unit", "sections.last_year_value", "now", "change", "sections.change_limits", "n")


class ProblemsSection(OwnSection):
    """Form B of the year with the state of every row; below it what the program proposes."""

    name = "problems"
    order = 600

    def build(self, context: SectionContext) -> SectionContent:
        """Counts by state, the rows, the rows proposed."""
        review, language = context.review, context.language
        rule = context.context.period_rule
        problems = problems_of(
            context.register, review.year, rule, as_of=review.as_of, known_at=context.context.known_at
        )
        sentences, tables = [text("sections.no_problems", language)], {}
        if problems:
            names = context.policies.organisation.names(language)
            counts = {state: sum(item.state == state for item in problems) for state in STATES}
            glue = text("wording.separator", language)
            named = glue.join(f"{text(f'sections.state_{s}', language)} {n}" for s, n in counts.items() if n)
            sentences = [text("sections.problems_counted", language, count=len(problems), states=named)]
            tables["problems"] = titled("problem_states", problem_states(problems, language, names), language)
        proposed = proposals(review, language)
        if proposed:
            sentences.append(text("sections.proposed", language, count=len(proposed)))
            tables["proposed"] = titled("proposed_rows", form_b(proposed, language), language)
        return SectionContent(tuple(sentences), tables)


class SuccessSection(OwnSection):
    """What people told, and figures that improved clearly: candidates to ask about, never praise by the program."""

    name = "success"
    order = 700
    reviews = ("annual",)

    def build(self, context: SectionContext) -> SectionContent:
        """What was told; where figures improved beyond chance."""
        language, review = context.language, context.review
        successes = successes_of(context.register, review.year, context.context.period_rule, context.context.known_at)
        better = improvements(context.figures, review, context.context)
        tree = context.policies.organisation
        tables = {}
        if successes:
            rows = [
                (
                    tree.unit(item.unit).name.in_language(language),
                    item.experience,
                    item.evidence,
                    item.period,
                    item.name,
                )
                for item in successes
            ]
            columns = ("unit", "sections.experience", "evidence", "period", "sections.told_by")
            tables["told"] = titled("told", frame(rows, columns, language), language)
        if better.clear:
            shown = frame((_improved(item, language) for item in better.clear), _IMPROVED, language)
            tables["improved"] = titled("improved", shown, language)
        sentences = [
            text("sections.told_count", language, count=len(successes)),
            text(
                "sections.improved_count",
                language,
                clear=len(better.clear),
                compared=better.compared,
                by_chance=f"{better.by_chance:.1f}",
            ),
        ]
        return SectionContent(tuple(sentences), tables)


def _improved(improvement: Improvement, language: Language) -> tuple[str, ...]:
    goal = improvement.now.goal
    return (
        improvement.commitment.item.in_language(language),
        improvement.unit.name.in_language(language),
        wording.level(improvement.before.value, improvement.scale, goal),
        wording.level(improvement.now.value, improvement.scale, goal),
        wording.level_change(
            improvement.now.value, improvement.before.value, scale=improvement.scale, language=language, goal=goal
        ),
        wording.change_limits(improvement.limits, language),
        wording.cases(improvement.now),
    )
