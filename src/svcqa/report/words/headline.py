"""The review in a few sentences: what a reader who has one minute should know."""

from __future__ import annotations

from svcqa.catalogue import Language, text
from svcqa.report.words.targets import target_words
from svcqa.review.period_review import PeriodReview
from svcqa.review.targets import TargetReview


def headline(review: PeriodReview, language: Language) -> str:
    """Sentences, one a line: counts, then what is missed, then what is at risk."""
    own_targets = [item for item in review.targets if item.owner.code == review.unit.code]
    missed = [item for item in own_targets if item.judged.verdict == "missed"]
    risky = [item for item in own_targets if item.judged.verdict == "met" and item.judged.at_risk]
    met = sum(item.judged.verdict == "met" for item in own_targets)
    unit = review.unit.name.in_language(language)
    lines = [
        text("headline.counts", language, unit=unit, period=review.period.label, met=met, judged=met + len(missed))
    ]
    for key, items in (("missed", missed), ("risk", risky)):
        if items:
            glue = text("wording.separator", language)
            lines.append(text(f"headline.{key}", language, list=glue.join(_short(item, language) for item in items)))
    return "\n".join(lines)


def _short(item: TargetReview, language: Language) -> str:
    words = target_words(item, language)
    value = words.figure(item.course.now).text
    return text("headline.item", language, name=words.name, value=value, goal=words.goal.text)
