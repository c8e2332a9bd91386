"""What is shown of a target, whatever its kind."""

from __future__ import annotations

from abc import ABC, abstractmethod

from svcqa.catalogue import Language, text
from svcqa.metrics.result import Figure
from svcqa.report.words import figures as wording
from svcqa.report.words.shown import NOTHING, Shown
from svcqa.review.period_review import Kind
from svcqa.review.targets import TargetReview


class TargetWords(ABC):
    """What is shown of one target; figures are those of its course, or ``None``."""

    def __init__(self, item: TargetReview, language: Language) -> None:
        self.item, self.language = item, language
        self.target, self.course, self.judged, self.scale = item.target, item.course, item.judged, item.course.scale

    @property
    def name(self) -> str:
        """What it is called."""
        return self.target.name.in_language(self.language)

    @property
    def name_with_unit(self) -> str:
        """The same, with the unit of what is added up."""
        return self.name

    @property
    def name_and_goal(self) -> str:
        """Both in one line."""
        return self._say("name_and", name=self.name, what=self.goal.text)

    @property
    @abstractmethod
    def goal(self) -> Shown:
        """The year's goal."""

    def goal_by(self, figure: Figure | None) -> Shown:
        """What ``figure`` is held against."""
        return self.goal

    @abstractmethod
    def figure(self, figure: Figure | None, *, mark: bool = False) -> Shown:
        """A figure in its goal's unit, a miss with its sign if ``mark``."""

    @abstractmethod
    def change(self, now: Figure | None, before: Figure | None) -> Shown:
        """The change since ``before``; where there is none to tell, its text says what was before."""

    @property
    def difference(self) -> str:
        """From the goal to the figure."""
        return wording.DASH

    @property
    def needed(self) -> str:
        """What the rest of the year must bring."""
        if self.judged.needed is None:
            return wording.DASH
        if wording.out_of_reach(self.judged, self.scale):
            return text("wording.out_of_reach", self.language)
        return wording.level(self.judged.needed, self.scale, self.target.level)

    def needed_if(self, *, year_over: bool) -> Shown:
        """The same, as long as there is a rest and something is left to do."""
        needed = self.judged.needed
        if needed is None or year_over:
            return NOTHING
        if wording.out_of_reach(self.judged, self.scale):
            return Shown(self.needed)
        if needed <= 0:
            return Shown(self._say("safe"))
        return Shown(needed, self._needed_format(needed), self.needed)

    def _needed_format(self, needed: float) -> str:
        places = wording.usual_decimals(self.target.level, self.scale)
        sign, percent = "≤" if self.scale.better == "lower" else "≥", "%" if self.scale.unit == "share" else ""
        return f'"{sign}"0.{"0" * places}{percent}'

    def missed(self, figure: Figure | None) -> bool:
        """Whether a figure falls short of the target; while a cycle goes on, none does."""
        return (
            figure is not None
            and figure.value is not None
            and "cycle_open" not in figure.flags
            and self._falls_short(figure, figure.value)
        )

    @abstractmethod
    def _falls_short(self, figure: Figure, value: float) -> bool: ...

    @property
    def remark(self) -> str:
        """What is to be known of the target besides its figure."""
        return ""

    @abstractmethod
    def hint(self, now: Figure, kind: Kind, *, year_over: bool) -> tuple[str, ...]:
        """The facts behind a target that is missed or at risk."""

    @property
    @abstractmethod
    def problem(self) -> str:
        """The same in a sentence, for people to decide on."""

    def _say(self, key: str, **fields: object) -> str:
        return text(f"forms.{key}", self.language, **fields)

    def _propose(self, key: str, **fields: object) -> str:
        return text(f"proposals.{key}", self.language, **fields)
