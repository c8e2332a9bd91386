"""The score board (成绩总览): one row a target, from which tables, sections and forms take their columns."""

from __future__ import annotations

from dataclasses import dataclass

from svcqa.catalogue import Language
from svcqa.metrics.result import Figure
from svcqa.report.words import figures as wording
from svcqa.report.words.shown import Shown, bound, cases
from svcqa.report.words.target_words import TargetWords
from svcqa.report.words.targets import target_words
from svcqa.review.months_met import months_met
from svcqa.review.period_review import PeriodReview
from svcqa.review.targets import TargetReview


@dataclass(frozen=True)
class BoardRow:
    """One target in a review: what it is, its figure and interval, what is said of it, its way through the year."""

    item: TargetReview
    words: TargetWords
    year_over: bool

    @property
    def now(self) -> Figure | None:
        """The figure of the period."""
        return self.item.course.now

    @property
    def name(self) -> str:
        """What the target is called."""
        return self.words.name

    @property
    def owner(self) -> str:
        """Whose it is."""
        return self.item.owner.name.in_language(self.words.language)

    @property
    def goal(self) -> Shown:
        """The year's goal."""
        return self.words.goal

    @property
    def value(self) -> Shown:
        """The figure in its goal's unit."""
        return self.words.figure(self.now)

    @property
    def ends(self) -> tuple[Shown, Shown]:
        """Both ends of its interval."""
        low, high = (None, None) if self.now is None else (self.now.lower, self.now.upper)
        scale, goal = self.item.course.scale, self.item.target.goal
        return bound(low, scale, goal), bound(high, scale, goal)

    @property
    def interval(self) -> str:
        """The same in words."""
        return wording.level_interval(self.now, self.item.course.scale, self.item.target.goal)

    @property
    def n(self) -> Shown:
        """How many cases are behind it."""
        return cases(self.now, self.words.language)

    @property
    def verdict(self) -> str:
        """The official verdict."""
        return wording.verdict(self.item.judged, self.words.language)

    @property
    def evidence(self) -> str:
        """How clear it is."""
        return wording.evidence(self.item.judged, self.words.language)

    @property
    def risk(self) -> str:
        """Whether the year is at risk."""
        return wording.risk(self.item.judged, self.words.language)

    @property
    def months_met(self) -> str:
        """In how many months the goal was kept."""
        months = months_met(self.item)
        return wording.DASH if months is None else f"{months.met}/{months.judged}"

    @property
    def year(self) -> Shown:
        """The figure of the year so far."""
        return self.words.figure(self.item.course.year)

    @property
    def needed(self) -> Shown:
        """What the rest of the year must bring."""
        return self.words.needed_if(year_over=self.year_over)

    @property
    def year_before(self) -> tuple[Shown, Shown]:
        """The figure of the same period last year, and the change since (同比)."""
        return self._since(self.item.course.year_before)

    @property
    def previous(self) -> tuple[Shown, Shown]:
        """The figure of the period before, and the change since (环比)."""
        return self._since(self.item.course.previous)

    def _since(self, before: Figure | None) -> tuple[Shown, Shown]:
        return self.words.figure(before), self.words.change(self.now, before)


def score_board(review: PeriodReview, language: Language) -> tuple[BoardRow, ...]:
    """A row for each target of the review, in their order."""
    over = review.year_is_over
    return tuple(BoardRow(item, target_words(item, language), over) for item in review.targets)
