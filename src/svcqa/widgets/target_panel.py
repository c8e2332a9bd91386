"""The panel of next year's targets: a goal, a volume, an assumption; its chance and its parts answer at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import ipywidgets as widgets

from svcqa.catalogue import Language
from svcqa.entities.plan import Assumption
from svcqa.errors import Fault, MetricError, SvcqaError
from svcqa.report.tables import next_year as tables
from svcqa.review.next_year.proposal import goal_step
from svcqa.widgets.panel import Panel, listen, unheard
from svcqa.widgets.target_cells import TargetCells

if TYPE_CHECKING:
    from svcqa.review.next_year.what_if import Answer, TargetWhatIf
    from svcqa.review.next_year.year import NextYear

_MEASURES: Final = ("failures", "points", "relative")
_RULES: Final = ("equal_gap_closing", "equal_points", "proportional")


class TargetPanel(Panel):
    """Widgets over the targets of one year to come. ``box`` is what a notebook shows.

    Args:
        target: key of the target to begin with; the first one that can be forecast where absent.

    Raises:
        MetricError: no target can be forecast, or not the one to begin with.
    """

    subject = "next_year"
    label_width = "9em"
    width = "38em"

    def __init__(self, planned: NextYear, *, language: Language, target: str | None = None) -> None:
        super().__init__(language)
        self.planned = planned
        self._asked: TargetWhatIf | None = None
        self._answer: Answer | None = None
        forecasts = planned.forecasts()
        options = [(item.target.name.in_language(language), item.target.key) for item in forecasts]
        if target is not None and target not in {key for _, key in options}:
            raise MetricError(Fault("target_not_forecast", got=target, allowed=", ".join(key for _, key in options)))
        self.target = self._dropdown("target", options)
        if target is not None:
            self.target.value = target
        self.goal = widgets.FloatSlider(readout_format=".4g", **self._looks("goal"))
        self.volume = widgets.FloatSlider(value=1.0, min=0.5, max=2.0, step=0.05, **self._looks("volume"))
        self.label = widgets.Text(**self._looks("assumption"))
        measures = [(self._text(f"measure_{name}"), name) for name in _MEASURES]
        self.measure = self._dropdown("measure", measures)
        self.size = widgets.FloatSlider(value=0, min=-50, max=50, step=1, **self._looks("size"))
        self.from_month = widgets.IntSlider(value=1, min=1, max=12, **self._looks("from_month"))
        rules = [(self._text(f"called_{name}"), name) for name in _RULES]
        self.rule = self._dropdown("rule", rules, value=planned.rules.fair)
        self.answer = widgets.HTML()
        self.cells = TargetCells(language=language, changed=self._move)
        self.author = widgets.Text(**self._looks("author"))
        self.reason = widgets.Text(**self._looks("reason"))
        self.button = self._button("save", self._save)
        self.message = widgets.HTML()
        self._moved = (self.goal, self.volume, self.label, self.measure, self.size, self.from_month, self.rule)
        listen(self._choose, self.target)
        listen(self._move, *self._moved)
        hint = widgets.HTML(self._plain(self._text("edit")))
        noted = (self.author, self.reason, self.button, self.message)
        self.box.children = (self.target, *self._moved, self.answer, hint, self.cells.box, *noted)
        self._choose(None)

    def _choose(self, _: object) -> None:
        """Read the records of the target once; everything else moves over what was read."""
        self._asked = what_if = self.planned.what_if(self.target.value)
        times = 100.0 if what_if.past.scale.unit == "share" else 1.0
        self.cells.begin(what_if, self.planned.policies.organisation, times)
        low, high = what_if.goal_range
        promise, step = what_if.subject.promise, goal_step(what_if.ahead)
        if promise is not None:
            low, high = (
                (promise, max(high, promise)) if what_if.ahead.better == "higher" else (min(low, promise), promise)
            )
        with unheard(self._move, *self._moved):
            self.goal.min, self.goal.max = (
                min(low * times, self.goal.min),
                max(high * times, low * times + step * times),
            )
            self.goal.min, self.goal.step = low * times, step * times
            self.goal.value = what_if.proposal.candidate("balanced").goal * times
            self.volume.value, self.volume.disabled = 1.0, what_if.ahead.kind == "amount"
            self.size.value = 0
        self._move(None)

    def _move(self, _: object) -> None:
        """Answer with what the controls say."""
        if self._asked is None:
            return
        times = self.cells.times
        self.message.value = ""  # what was saved is not what is shown from now on
        try:
            self._answer = self._asked.at(
                goal=round(self.goal.value / times, 12),
                volume=self.volume.value,
                assumptions=self._assumptions(),
                locked=self.cells.locked,
                fair=self.rule.value,
            )
        except SvcqaError as error:
            self._answer = None
            self.answer.value = self._plain(error)
            return
        self.cells.show(self._answer.decomposition)
        self.answer.value = self._said(self._answer)

    def _assumptions(self) -> tuple[Assumption, ...]:
        label = self.label.value.strip()
        if not label or self.size.value == 0:
            return ()
        assert self._asked is not None
        in_percent = self.measure.value != "points" or self._asked.past.scale.unit == "share"
        size = self.size.value / 100 if in_percent else self.size.value
        return (Assumption(label=label, measure=self.measure.value, size=size, from_month=self.from_month.value),)

    def _said(self, answer: Answer) -> str:
        """The answer in a sentence, what is needed, the rule, and each note."""
        assert self._asked is not None
        proposal, scale = self._asked.proposal, self._asked.past.scale
        sentences = [tables.answer_text(answer, scale, self.language)]
        if answer.improvement is not None:
            sentences.append(tables.improvement(answer.improvement, proposal.improvement_unit, self.language))
        sentences.append(tables.fair_text(answer.decomposition, self.language))
        sentences += [tables.assumption_text(assumption, scale, self.language) for assumption in answer.assumptions]
        if self.size.value != 0 and not self.label.value.strip():
            sentences.append(self._text("needs_label"))
        sentences += [tables.note_text(note, proposal, self.language) for note in self._asked.notes]
        return "<br>".join(map(self._plain, sentences))

    def _save(self, _: object) -> None:
        if self._answer is None or self._asked is None:  # what stands in the way is kept from being overlooked
            self.message.value = self.answer.value
            return
        try:
            plan = self.planned.plan_of(self._asked, self._answer, reason=self.reason.value)
            saved = self.planned.save(plan, author=self.author.value)
        except SvcqaError as error:
            self.message.value = self._plain(error)
            return
        name = self._asked.proposal.target.name.in_language(self.language)
        message = self._text("saved", target=name, version=saved.version, number=saved.number)
        self.message.value = self._plain(message)
