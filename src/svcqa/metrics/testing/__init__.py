"""The conformance kit: what every metric must keep, checked on the metric's own examples.

One generator of checks feeds a function (:func:`check_metric`, all failures in one error) and a pytest decorator
(:func:`metric_checks`, one test a check)::

    @metric_checks(MyMetric())
    def test_contract(check):
        check()
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from svcqa.errors import Fault, PluginError
from svcqa.metrics.abilities import declared
from svcqa.metrics.conformance import CheckOutcome
from svcqa.metrics.testing.ability_checks import ABILITIES_OF_ALL, EVERY_ABILITY
from svcqa.metrics.testing.problems import FailureError, name_of, spec_of
from svcqa.metrics.testing.record_abilities import ABILITIES_OF_RECORDS
from svcqa.metrics.testing.record_checks import EVERY, RECORD
from svcqa.metrics.testing.series_checks import SERIES
from svcqa.metrics.testing.survey_checks import SURVEY

_OF_SHAPE: Final[Mapping[str, tuple[Callable[[Any], None], ...]]] = {
    "record": RECORD,
    "series": SERIES,
    "survey": SURVEY,
}
_OF_ABILITY: Final = {**ABILITIES_OF_ALL, **ABILITIES_OF_RECORDS}


@dataclass(frozen=True)
class Check:
    """One check of one metric; calling it raises :class:`~svcqa.errors.PluginError` where the metric fails."""

    name: str
    about: str
    metric: object
    run: Callable[[Any], None]

    def __call__(self) -> None:
        """Run the check."""
        try:
            self.run(self.metric)
        except FailureError as failure:
            raise PluginError([self._fault(line) for line in failure.lines]) from None
        except PluginError as error:  # the registry's own, which names the metric already
            raise PluginError([self._told(fault) for fault in error.faults]) from error
        except Exception as error:  # whatever the plugin raises is a failed check
            raise PluginError(self._fault(f"{type(error).__name__}: {error}")) from error

    @property
    def _place(self) -> str:
        return f"{name_of(self.metric)} › {self.name}"

    def _fault(self, got: str) -> Fault:
        return Fault("check_failed", place=self._place, got=got)

    def _told(self, fault: Fault) -> Fault:
        return self._fault(fault.got) if fault.code == "plugin_contract" else replace(fault, place=self._place)


def checks(metric: object) -> Iterator[Check]:
    """The checks that apply to ``metric``, in order."""
    spec = spec_of(metric)
    shape_checks = _OF_SHAPE.get(spec.shape if spec is not None else "record", ())
    abilities = [run for ability in declared(metric) for run in _OF_ABILITY[ability.name]]
    for run in (*EVERY, *EVERY_ABILITY, *shape_checks, *abilities):
        yield Check(run.__name__.strip("_"), str(run.__doc__).strip(), metric, run)


def outcomes(metric: object) -> tuple[CheckOutcome, ...]:
    """Run every check and say how each ended."""
    results = []
    for check in checks(metric):
        try:
            check()
            results.append(CheckOutcome(check.name, None))
        except PluginError as error:
            results.append(CheckOutcome(check.name, error))
    return tuple(results)


def check_metric(metric: object, *, expected_failures: Mapping[str, str] | None = None) -> None:
    """Run every check.

    Args:
        expected_failures: checks known to fail, each with the reason; one of them that passes is a failure too.

    Raises:
        PluginError: with everything that failed.
    """
    expected = _expected(metric, expected_failures)
    faults: list[Fault] = []
    for outcome in outcomes(metric):
        name = outcome.name
        if outcome.error is not None and name not in expected:
            faults.extend(outcome.error.faults)
        elif outcome.error is None and name in expected:
            got = f"passes, although it is expected to fail: {expected[name]}"
            faults.append(Fault("check_failed", place=f"{name_of(metric)} › {name}", got=got))
    if faults:
        raise PluginError(faults)


def metric_checks(metric: object, *, expected_failures: Mapping[str, str] | None = None) -> Any:
    """A pytest decorator that makes one test a check; the test takes ``check`` and calls it."""
    import pytest

    expected = _expected(metric, expected_failures)
    cases = [
        pytest.param(
            check,
            id=check.name,
            marks=[pytest.mark.xfail(reason=expected[check.name], strict=True)] if check.name in expected else [],
        )
        for check in checks(metric)
    ]
    return pytest.mark.parametrize("check", cases)


def _expected(metric: object, expected: Mapping[str, str] | None) -> Mapping[str, str]:
    """The expected failures.

    Raises:
        PluginError: one of them is no check, or has no reason.
    """
    reasons = dict(expected or {})
    names = [check.name for check in checks(metric)]
    wrong = [f"{name!r} is a check" for name in reasons if name not in names]
    wrong += [f"the expected failure of {name!r} has a reason" for name, why in reasons.items() if not why.strip()]
    if wrong:
        allowed = ", ".join(names)
        raise PluginError([Fault("check_failed", place=name_of(metric), got=line, allowed=allowed) for line in wrong])
    return reasons
