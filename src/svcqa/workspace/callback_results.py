"""What a wave brought: outcomes, callers, estimates, feedback. The verbs of ``workspace.callbacks`` after the calls."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from svcqa.entities.organisation import LEVELS
from svcqa.errors import Fault, MetricError, RegisterError
from svcqa.metrics import defaults
from svcqa.metrics.contract import Context
from svcqa.metrics.grouping import PERIOD_KINDS
from svcqa.metrics.result import Result
from svcqa.metrics.survey import Surveyed, SurveyParams
from svcqa.metrics.survey.back_checks import BACK_CHECK
from svcqa.metrics.survey.waves import COLUMNS
from svcqa.periods import read_moment
from svcqa.register.follow_up import followed
from svcqa.review.callbacks.callers import CallQuality, call_quality
from svcqa.review.callbacks.feedback import Feedback, InTime, answered_in_time, feedback_of, proposed
from svcqa.review.callbacks.outcomes import Outcomes, wave_outcomes

if TYPE_CHECKING:
    from svcqa.workspace.workspace import Workspace


class CallbackResults:
    """The verbs of a wave that was called."""

    _workspace: Workspace

    def outcomes(self, code: str, *, as_of: dt.datetime | str | None = None) -> Outcomes:
        """Waterfall, rates of the standard, who was called in whose place.

        Args:
            as_of: calls after it are masked (local time); the end of the wave's calls where absent.

        Raises:
            MetricError: there is no such wave.
        """
        context = self._asked_after(code, as_of)
        return wave_outcomes(self._surveyed(code, context), as_of=context.as_of)

    def call_quality(self, code: str, *, as_of: dt.datetime | str | None = None) -> CallQuality:
        """What callers add to the answers, which interviews to listen to again, callers' scores, back-checks."""
        context = self._asked_after(code, as_of)
        engine = self._workspace.figures.engine
        surveyed = self._surveyed(code, context)
        references = [one.reference for one in surveyed.wave.people]
        checks = self._of(
            engine.rows("checked_items"), "record_id", wanted=references, moment="checked_at", context=context
        )
        second = [f"{reference}{BACK_CHECK}" for reference in references]
        calls = self._of(engine.rows("callbacks"), "callback_id", wanted=second, moment="called_at", context=context)
        return call_quality(surveyed, checks=checks, second_calls=calls, level=context.level)

    def estimate(
        self,
        code: str,
        *,
        by: Sequence[str] = (),
        as_of: dt.datetime | str | None = None,
        unit: str | None = None,
        level: float = 0.95,
        **params: Any,
    ) -> Result:
        """What the wave says of all customers: the metric ``satisfaction_sampling`` with its parameters.

        Raises:
            MetricError: ``by`` names a length of time; a wave is not parted so.
        """
        timed = [
            Fault("unknown_grouping", place=code, got=name, allowed=", ".join(dict.fromkeys((*LEVELS, *COLUMNS))))
            for name in by
            if name in PERIOD_KINDS
        ]
        if timed:
            raise MetricError(timed)
        context = self._asked_after(code, as_of)
        return self._workspace.measure(
            defaults.SAMPLED,
            period=context.period,
            by=by,
            as_of=context.as_of,
            unit=unit,
            level=level,
            params={"wave": code, **params},
        )

    def feedback(self, code: str, *, as_of: dt.datetime | str | None = None) -> tuple[Feedback, ...]:
        """Opinions and low scores, who must answer them by when, and whether that was done."""
        context = self._asked_after(code, as_of)
        return feedback_of(self._surveyed(code, context), context, noted=followed(self._workspace.register))

    def feedback_in_time(self, code: str, *, as_of: dt.datetime | str | None = None) -> tuple[InTime, ...]:
        """The share of the feedback answered within the promised working days, overall and by department."""
        return answered_in_time(self.feedback(code, as_of=as_of), self._workspace.policies.organisation.company.code)

    def note_feedback(
        self, code: str, *, author: str, as_of: dt.datetime | str | None = None, now: dt.datetime | None = None
    ) -> tuple[int, ...]:
        """Note what has no row of form B yet; gives the numbers of the new rows. Again, it notes nothing twice.

        Raises:
            RegisterError: nobody is named.
        """
        if not author.strip():
            raise RegisterError(Fault("feedback_author", got=repr(author)))
        context = self._asked_after(code, as_of)
        surveyed = self._surveyed(code, context)
        found = feedback_of(surveyed, context, noted=followed(self._workspace.register))
        survey, wave = surveyed.design.survey, surveyed.design.wave
        rows = proposed(found, survey, context, period=wave.period, language=self._workspace.language)
        return tuple(self._workspace.register.note(row, author=author.strip(), now=now) for row in rows)

    def _asked_after(self, code: str, as_of: dt.datetime | str | None) -> Context:
        """The circumstances of a question about a wave, after its calls where nobody says otherwise."""
        workspace = self._workspace
        surveys = workspace.figures.surveys
        assert surveys is not None
        wave = surveys.named(code)
        period = workspace.period(wave.period)
        asked = read_moment(as_of)
        if asked is not None and asked <= wave.as_of:
            allowed = f"> {wave.as_of:%Y-%m-%d %H:%M}"
            raise MetricError(Fault("wave_not_drawn_yet", place=code, got=f"{asked:%Y-%m-%d %H:%M}", allowed=allowed))
        moment = asked or surveys.calls_end(SurveyParams(wave=code), period)
        return workspace.figures.context(period, as_of=moment)

    def _surveyed(self, code: str, context: Context) -> Surveyed:
        return self._workspace.figures.surveyed(defaults.SAMPLED, SurveyParams(wave=code), context)

    @staticmethod
    def _of(rows: Any, column: str, *, wanted: Sequence[str], moment: str, context: Context) -> list[Mapping[str, Any]]:
        """Rows that belong to ``wanted`` and had happened."""
        import pyarrow as pa
        import pyarrow.compute as pc

        inside = pc.is_in(rows[column].cast(pa.string()), pa.array(list(wanted), pa.string()))
        return [row for row in rows.filter(inside).to_pylist() if row[moment] <= context.as_of]
