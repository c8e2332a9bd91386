"""What a wave brought: outcomes, callers, estimates, feedback."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from svcqa.catalogue import Language
from svcqa.entities.organisation import LEVELS
from svcqa.errors import Fault, MetricError, RegisterError
from svcqa.metrics import defaults
from svcqa.metrics.context import Context
from svcqa.metrics.figures import Figures
from svcqa.metrics.grouping import PERIOD_KINDS
from svcqa.metrics.result import Result
from svcqa.metrics.survey import Surveyed, SurveyParams
from svcqa.metrics.survey.back_checks import BACK_CHECK
from svcqa.metrics.survey.waves import COLUMNS
from svcqa.periods import read_moment
from svcqa.register import Register
from svcqa.register.problems import followed, note_once
from svcqa.review.callbacks.callers import CallQuality, call_quality
from svcqa.review.callbacks.feedback import Feedback, InTime, answered_in_time, feedback_of, proposed
from svcqa.review.callbacks.outcomes import Outcomes, wave_outcomes


@dataclass(frozen=True, kw_only=True)
class WaveResults:
    """What a wave brought once it was called. Reach it as ``workspace.callbacks.results(code)``.

    Every verb raises a NameUnknownError where there is no such wave, a MetricError where it was not drawn by then.

    Attributes:
        code: of the wave.
        asked_as_of: calls after it are masked (local time); the end of the wave's calls where absent.
        language: of the rows that are noted.
    """

    figures: Figures
    register: Register
    code: str
    language: Language
    asked_as_of: dt.datetime | str | None = None

    def outcomes(self) -> Outcomes:
        """Waterfall, rates of the standard, who was called in whose place."""
        return wave_outcomes(self._surveyed, as_of=self._context.as_of)

    def call_quality(self) -> CallQuality:
        """What callers add to the answers, which interviews to listen to again, callers' scores, back-checks."""
        references = [item.reference for item in self._surveyed.wave.people]
        checks = self._happened("checked_items", "record_id", references=references, moment="checked_at")
        second = [f"{reference}{BACK_CHECK}" for reference in references]
        calls = self._happened("callbacks", "callback_id", references=second, moment="called_at")
        return call_quality(self._surveyed, checks=checks, second_calls=calls, level=self._context.level)

    def estimate(
        self, *, by: Sequence[str] = (), unit: str | None = None, level: float = 0.95, **params: Any
    ) -> Result:
        """What the wave says of all customers: the metric of sampled callbacks with its parameters.

        Raises:
            MetricError: ``by`` names a length of time; a wave is not parted so.
        """
        timed = [
            Fault("unknown_grouping", place=self.code, got=name, allowed=", ".join(dict.fromkeys((*LEVELS, *COLUMNS))))
            for name in by
            if name in PERIOD_KINDS
        ]
        if timed:
            raise MetricError(timed)
        context = self.figures.context(self._context.period, as_of=self._context.as_of, by=by, unit=unit, level=level)
        return self.figures.result(defaults.SAMPLED, {"wave": self.code, **params}, context)

    def feedback(self) -> tuple[Feedback, ...]:
        """Opinions and low scores, who must answer them by when, and whether that was done."""
        return feedback_of(self._surveyed, self._context, noted=followed(self.register))

    def feedback_in_time(self) -> tuple[InTime, ...]:
        """The share of the feedback answered within the promised working days, overall and by department."""
        return answered_in_time(self.feedback(), self._context.organisation.company.code)

    def note_feedback(self, *, author: str, now: dt.datetime | None = None) -> tuple[int, ...]:
        """Note what has no row of form B yet; gives the numbers of the new rows. Again, it notes nothing twice.

        Raises:
            RegisterError: nobody is named.
        """
        if not author.strip():
            raise RegisterError(Fault("feedback_author", got=repr(author)))
        design = self._surveyed.design
        rows = proposed(
            self.feedback(), design.survey, self._context, period=design.wave.period, language=self.language
        )
        return note_once(self.register, rows, author=author.strip(), now=now)

    @cached_property
    def _context(self) -> Context:
        """The circumstances of a question about the wave, after its calls where nobody says otherwise."""
        surveys = self.figures.surveys
        assert surveys is not None
        wave = surveys.named(self.code)
        period = self.figures.period_rule.parse(wave.period)
        as_of = read_moment(self.asked_as_of)
        if as_of is not None and as_of <= wave.as_of:
            allowed = f"> {wave.as_of:%Y-%m-%d %H:%M}"
            raise MetricError(
                Fault("wave_not_drawn_yet", place=self.code, got=f"{as_of:%Y-%m-%d %H:%M}", allowed=allowed)
            )
        moment = as_of or surveys.calls_end(SurveyParams(wave=self.code), period)
        return self.figures.context(period, as_of=moment)

    @cached_property
    def _surveyed(self) -> Surveyed:
        return self.figures.surveyed(defaults.SAMPLED, SurveyParams(wave=self.code), self._context)

    def _happened(self, table: str, column: str, *, references: Sequence[str], moment: str) -> list[Mapping[str, Any]]:
        """Rows of ``table`` that belong to ``references`` and had happened."""
        import pyarrow as pa
        import pyarrow.compute as pc

        rows = self.figures.engine.rows(table)
        inside = pc.is_in(rows[column].cast(pa.string()), pa.array(list(references), pa.string()))
        return [row for row in rows.filter(inside).to_pylist() if row[moment] <= self._context.as_of]
