"""How each kind of target is shown: one class a kind, and nobody else need know which kinds there are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from svcqa.catalogue import Language, text
from svcqa.metrics.result import Figure
from svcqa.report.words import figures as wording
from svcqa.report.words.shown import (
    AMOUNT_CHANGE,
    MISSED,
    NOTHING,
    Shown,
    amount_format,
    change_format,
    goal_level,
    level,
)
from svcqa.report.words.target_words import TargetWords
from svcqa.review.period_review import Kind
from svcqa.review.targets import TargetReview


class LevelWords(TargetWords):
    """A rate, a time, a score."""

    @property
    def goal(self) -> Shown:
        """With its sign and unit."""
        return goal_level(self.target.level, self.scale, self.language)

    def figure(self, figure: Figure | None, *, mark: bool = False) -> Shown:
        """As exact as it takes not to read as better than it is."""
        return level(figure, self.scale, self.target.level, missed=mark and self.missed(figure))

    def change(self, now: Figure | None, before: Figure | None) -> Shown:
        """In percentage points, or in the figure's unit."""
        goal, scale = self.target.level, self.scale
        in_words = wording.change_of_figures(now, before, scale=scale, language=self.language, goal=goal)
        if now is None or now.value is None or before is None or before.value is None:
            return Shown(wording.DASH, said=in_words)
        change = (now.value - before.value) * (100 if scale.unit == "share" else 1)
        return Shown(change, change_format(change, goal, scale), in_words)

    @property
    def difference(self) -> str:
        """In percentage points, or in the figure's unit."""
        now, goal = self.course.now, self.target.level
        value = now.value if now is not None else None
        return wording.level_change(value, goal, scale=self.scale, language=self.language, goal=goal)

    def _falls_short(self, figure: Figure, value: float) -> bool:
        return self.target.level is not None and not self.scale.reached(value, self.target.level)

    def hint(self, now: Figure, kind: Kind, *, year_over: bool) -> tuple[str, ...]:
        """How far the figure, or the worse end of its interval, lies from the goal; what the rest must bring."""
        goal, scale, judged = self.target.level, self.scale, self.judged
        assert goal is not None
        assert now.value is not None
        fields = {
            "this": self._say(f"this_{kind}"),
            "value": wording.level(now.value, scale, goal),
            "goal": self.goal.text,
        }
        if judged.verdict == "met":
            key, worst = ("hint_unclear_upper", now.upper) if scale.better == "lower" else ("hint_unclear", now.lower)
            return (self._say(key, **fields, worst=wording.level(worst, scale, goal)),)
        ends = max(goal, now.value), min(goal, now.value)
        gap = wording.level_change(*ends, scale=scale, language=self.language, goal=goal).lstrip("+")
        missed = self._say("hint_missed", **fields, gap=gap)
        if judged.needed is None or year_over:
            return (missed,)
        key = "hint_lost" if wording.out_of_reach(judged, scale) else "hint_needed"
        return missed, self._say(key, needed=self.needed)

    @property
    def problem(self) -> str:
        """The figure with its interval, the goal, what the rest of the year must bring."""
        now = self.figure(self.course.now).text
        spread = wording.level_interval(self.course.now, self.scale, self.target.level)
        shown = now if spread == wording.DASH else self._propose("spread", now=now, spread=spread)
        sentence = self._propose("level", name=self.name, now=shown, goal=self.goal.text)
        if self.judged.needed is None:
            return sentence
        if wording.out_of_reach(self.judged, self.scale):
            return sentence + self._propose("lost")
        return sentence + self._propose("rest", rest=self.needed)


class AmountWords(TargetWords):
    """An amount that adds up, held against its plan."""

    @property
    def _unit(self) -> str:
        unit = self.target.amount_unit
        return "" if unit is None else unit.in_language(self.language)

    @property
    def name_with_unit(self) -> str:
        """Cells hold bare amounts."""
        return self._say("name_and", name=self.name, what=self._unit)

    @property
    def name_and_goal(self) -> str:
        """With the whole year's amount."""
        amount = f"{wording.amount(self.target.goal)} {self._unit}"
        return self._say("name_and", name=self.name, what=self._say("in_the_year", amount=amount))

    @property
    def goal(self) -> Shown:
        """The year's amount."""
        goal = self.target.goal or 0.0
        return Shown(goal, amount_format(goal, "≥"), f"≥{wording.amount(goal)} {self._unit}")

    def goal_by(self, figure: Figure | None) -> Shown:
        """The amount planned for the figure's period."""
        if figure is None or figure.goal is None:
            return self.goal
        return Shown(figure.goal, amount_format(figure.goal, "≥"), f"≥{wording.amount(figure.goal)} {self._unit}")

    def figure(self, figure: Figure | None, *, mark: bool = False) -> Shown:
        """The amount."""
        if figure is None or figure.value is None:
            return NOTHING
        behind = mark and self._falls_short(figure, figure.value)
        return Shown(figure.value, amount_format(figure.value, MISSED if behind else ""), wording.amount(figure.value))

    def change(self, now: Figure | None, before: Figure | None) -> Shown:
        """The difference; in words, what was delivered before."""
        in_words = self.figure(before).text
        if now is None or now.value is None or before is None or before.value is None:
            return Shown(wording.DASH, said=in_words)
        return Shown(now.value - before.value, AMOUNT_CHANGE, in_words)

    @property
    def difference(self) -> str:
        """Against the plan."""
        now = self.course.now
        if now is None or now.value is None or now.goal is None:
            return wording.DASH
        gap = wording.amount(now.value - now.goal)
        return f"+{gap}" if now.value > now.goal else gap

    @property
    def needed(self) -> str:
        """The amount that is left."""
        return wording.amount(self.judged.needed)

    def _needed_format(self, needed: float) -> str:
        return amount_format(needed, "≥")

    def _falls_short(self, figure: Figure, value: float) -> bool:
        return figure.goal is not None and value < figure.goal

    @property
    def _to_date(self) -> tuple[float | None, float | None]:
        """What was delivered and what was planned, from the first day of the year."""
        year = self.course.year
        return (None, None) if year is None else (year.value, year.goal)

    @property
    def remark(self) -> str:
        """The whole plan, and where it stands."""
        actual, planned = (wording.amount(amount) for amount in self._to_date)
        return self._say("plan", whole=wording.amount(self.target.goal), actual=actual, planned=planned)

    def hint(self, now: Figure, kind: Kind, *, year_over: bool) -> tuple[str, ...]:
        """How far it is behind its plan."""
        actual, planned = (amount or 0.0 for amount in self._to_date)
        fields = {
            "actual": wording.amount(actual),
            "planned": wording.amount(planned),
            "gap": wording.amount(planned - actual),
        }
        return (self._say("hint_amount", **fields, unit=self._unit),)

    @property
    def problem(self) -> str:
        """What was delivered of what was planned, and what is left."""
        value, plan = (wording.amount(amount) for amount in self._to_date)
        return self._propose("quantity", name=self.name, value=value, plan=plan, left=self.needed)


class DateWords(TargetWords):
    """Something done by a date."""

    @property
    def _due(self) -> dt.date:
        assert self.target.due is not None
        return self.target.due

    @property
    def name_and_goal(self) -> str:
        """By when."""
        return self._say("name_and", name=self.name, what=self.goal.value)

    @property
    def goal(self) -> Shown:
        """The date."""
        return Shown(self._say("by_date", date=self._due.isoformat()), said=self._due.isoformat())

    def figure(self, figure: Figure | None, *, mark: bool = False) -> Shown:
        """Done or not; a cell says in time or late besides."""
        if figure is None:
            return NOTHING
        in_words = text("wording.done" if figure.value else "wording.not_done", self.language)
        return Shown(wording.DASH if figure.value is None else self._state(figure), said=in_words)

    def _state(self, figure: Figure) -> str:
        """Done in time, done late, overdue or not due yet."""
        done, late = "done" if figure.value else "open", "late" if figure.verdict == "missed" else "in_time"
        return self._say(f"milestone_{done}_{late}")

    def change(self, now: Figure | None, before: Figure | None) -> Shown:
        """Nothing; in words, what was before."""
        return Shown(wording.DASH, said=self.figure(before).text)

    def _falls_short(self, figure: Figure, value: float) -> bool:
        return figure.verdict == "missed"

    def hint(self, now: Figure, kind: Kind, *, year_over: bool) -> tuple[str, ...]:
        """Where it stands."""
        return (self._say("hint_milestone", state=self._state(now), date=self._due.isoformat()),)

    @property
    def problem(self) -> str:
        """What was due when."""
        return self._propose("milestone", name=self.name, due=self._due.isoformat())


_KINDS: Final[Mapping[str, type[TargetWords]]] = {
    "level": LevelWords,
    "quantity": AmountWords,
    "milestone": DateWords,
}


def target_words(item: TargetReview, language: Language) -> TargetWords:
    """The words of a target in a review."""
    return _KINDS[item.target.kind](item, language)
