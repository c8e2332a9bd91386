"""How many to draw, in which stratum, and what precision that buys: from counts alone, for sliders."""

# Over 300 lines: sizes, rules and expected precision of one allocation.

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from svcqa.entities.survey import Survey
from svcqa.errors import Fault, MetricError
from svcqa.metrics.refusals import refusing
from svcqa.review.callbacks.counts import StratumCounts
from svcqa.stats.survey.allocation import Allocation, Limits, neyman, power, proportional
from svcqa.stats.survey.precision import precision, smallest

if TYPE_CHECKING:
    import pandas as pd

LEAST_ANSWERS: Final = 10
"""Fewer former answers do not tell a stratum's spread."""
METHOD: Final = "stratified_mean_fpc"
COLUMNS: Final = (
    "level",
    "key",
    "population_size",
    "cases",
    "excluded",
    "rule",
    "drawn",
    "reserve",
    "expected_answers",
    "spread",
    "spread_from",
    "standard_error",
    "half_width",
    "confidence",
    "method",
)
Rule = Literal["allocated", "share", "take_all"]


@dataclass(frozen=True)
class Former:
    """What former answers of a stratum tell: how many, their mean, their standard deviation.

    ``back_checks`` answers are not among them: who was called a second time is counted once.
    """

    n: int
    mean: float
    spread: float
    back_checks: int = 0


@dataclass(frozen=True, kw_only=True)
class PlannedStratum:
    """One stratum of a plan; ``half_width`` is that of the mean of the survey's question, missing where nobody is."""

    counts: StratumCounts
    rule: Rule
    drawn: int
    reserve: int
    expected_answers: float
    spread: float
    spread_from: Literal["answers", "all_answers", "policy", "scale"]
    standard_error: float | None
    half_width: float | None


@dataclass(frozen=True, kw_only=True)
class Bought:
    """The precision of the mean of several strata together."""

    key: str
    population_size: int
    drawn: int
    reserve: int
    expected_answers: float
    standard_error: float | None
    half_width: float | None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A plan: strata, departments where the strata know them, and all together."""

    survey: Survey
    strata: tuple[PlannedStratum, ...]
    departments: tuple[Bought, ...]
    overall: Bought
    formula: str
    former: Mapping[str, Former] = field(default_factory=dict)

    @property
    def frame(self) -> pd.DataFrame:
        """A tidy frame with :data:`COLUMNS`: a row for each stratum, each department, and all together."""
        import pandas as pd

        level, rows = self.survey.allocation.level, list[dict[str, Any]]()
        for item in self.strata:
            rows.append(
                {
                    "level": "stratum",
                    "key": item.counts.key,
                    "population_size": item.counts.population_size,
                    "cases": item.counts.cases,
                    "excluded": sum(item.counts.excluded.values()),
                    "rule": item.rule,
                    "drawn": item.drawn,
                    "reserve": item.reserve,
                    "expected_answers": item.expected_answers,
                    "spread": item.spread,
                    "spread_from": item.spread_from,
                    "standard_error": item.standard_error,
                    "half_width": item.half_width,
                }
            )
        for name, bought in (
            *(("department", department) for department in self.departments),
            ("overall", self.overall),
        ):
            rows.append(
                {
                    "level": name,
                    "key": bought.key,
                    "population_size": bought.population_size,
                    "drawn": bought.drawn,
                    "reserve": bought.reserve,
                    "expected_answers": bought.expected_answers,
                    "standard_error": bought.standard_error,
                    "half_width": bought.half_width,
                }
            )
        frame = pd.DataFrame(rows, columns=list(COLUMNS))
        frame["confidence"], frame["method"] = level, METHOD
        return frame


@refusing()
def make_plan(
    survey: Survey,
    counts: Sequence[StratumCounts],
    *,
    former: Mapping[str, Former] | None = None,
    calls: int | None = None,
    half_width: float | None = None,
) -> Plan:
    """Allocate a sample.

    Args:
        counts: of the frame.
        former: what former answers tell, by stratum; ``""`` for all together.
        calls: customers to be drawn; what the survey says where absent.
        half_width: of the overall mean that is wanted, in the question's own unit; not beside ``calls``.

    Raises:
        MetricError: both aims, or one that is not above 0; fewer calls than the minima and prescribed shares take, or a
            precision that all customers together do not buy.
    """
    _check_aim(calls, half_width)
    rules = survey.allocation
    if calls is None and half_width is None:
        calls, half_width = rules.calls, rules.half_width
    former_by_stratum = dict(former or {})
    present = [item for item in counts if item.population_size]
    sizes = [item.population_size for item in present]
    spreads = [_spread(survey, item.key, former_by_stratum) for item in present]
    limits = _limits(survey, present)
    domains = [item.parts.get("department", "") for item in present]
    bought = _Buyer(survey, sizes, [spread for spread, _ in spreads], domains)
    lowest, highest = _ends(survey, present)
    means = [_mean(survey, item.key, former_by_stratum) for item in present]

    def allocated(n: int) -> Allocation:
        if rules.method == "proportional":
            return proportional(n, population_size=sizes, limits=limits)
        if rules.method == "neyman":
            return neyman(n, population_size=sizes, spread=bought.spreads, limits=limits)
        return power(n, population_size=sizes, spread=bought.spreads, mean=means, exponent=rules.power, limits=limits)

    if not present:
        drawn: list[int] = []
    elif half_width is not None and calls is None:
        target_width = half_width
        allocation = smallest(
            lambda candidate: bought(candidate.drawn).half_width <= target_width,
            allocated,
            lowest=lowest,
            highest=highest,
        )
        drawn = allocation.drawn.tolist()
    else:
        drawn = allocated(calls or 0).drawn.tolist()
    return _plan(survey, counts, present=present, drawn=drawn, spreads=spreads, buyer=bought, former=former_by_stratum)


def _check_aim(calls: int | None, half_width: float | None) -> None:
    if calls is not None and half_width is not None:
        raise MetricError(Fault("plan_one_aim", got=f"calls = {calls}, half_width = {half_width:g}"))
    if calls is not None and calls < 1:
        raise MetricError(Fault("bad_value", place="calls", got=str(calls), allowed="≥ 1"))
    if half_width is not None and not 0 < half_width < math.inf:
        raise MetricError(Fault("bad_value", place="half_width", got=f"{half_width:g}", allowed="> 0"))


def calls_range(survey: Survey, counts: Sequence[StratumCounts]) -> tuple[int, int]:
    """The fewest customers that keep every minimum and prescribed share, and the most that can be drawn."""
    return _ends(survey, [item for item in counts if item.population_size])


class _Buyer:
    """The precision that a number drawn from each stratum can be expected to buy."""

    def __init__(self, survey: Survey, sizes: list[int], spreads: list[float], domains: list[str]) -> None:
        self.rate, self.level = survey.allocation.response_rate, survey.allocation.level
        self.sizes, self.spreads, self.domains = sizes, spreads, domains

    def __call__(self, drawn: Any) -> Any:
        expected = [int(n) * self.rate for n in drawn]
        return precision(
            expected, population_size=self.sizes, spread=self.spreads, domain=self.domains, level=self.level
        )


def _rule(survey: Survey, item: StratumCounts) -> tuple[Rule, float]:
    """How the stratum is drawn, and the share prescribed; NaN where the allocation decides."""
    service = survey.service(item.parts["service"]) if "service" in item.parts else survey.services[0]
    if service.take_all:
        return "take_all", 1.0
    if service.share is not None:
        return "share", service.share
    return "allocated", math.nan


def _limits(survey: Survey, present: Sequence[StratumCounts]) -> Limits:
    rules = survey.allocation
    domain = [item.parts["department"] for item in present] if "department" in survey.strata else None
    return Limits(
        minimum=rules.minimum,
        prescribed_share=[_rule(survey, item)[1] for item in present],
        domain=domain,
        domain_minimum=rules.minimum_per_department if domain is not None else 0,
    )


def _ends(survey: Survey, present: Sequence[StratumCounts]) -> tuple[int, int]:
    """The fewest that keep every prescription, and the most that the prescriptions leave room for."""
    rules, lowest, highest = survey.allocation, dict[str, int](), 0
    sizes = dict[str, int]()
    for item in present:
        share = _rule(survey, item)[1]
        size, department = item.population_size, item.parts.get("department", "")
        least = min(rules.minimum, size)
        fixed = not math.isnan(share)
        required = max(math.ceil(share * size - 1e-9), least) if fixed else least
        lowest[department] = lowest.get(department, 0) + required
        sizes[department] = sizes.get(department, 0) + (required if fixed else size)
        highest += required if fixed else size
    department_minimum = rules.minimum_per_department if "department" in survey.strata else 0
    return sum(max(low, min(department_minimum, sizes[department])) for department, low in lowest.items()), highest


def _spread(
    survey: Survey, key: str, former: Mapping[str, Former]
) -> tuple[float, Literal["answers", "all_answers", "policy", "scale"]]:
    """The standard deviation to expect, and who says so."""
    if survey.allocation.spread_from_records:
        for name, source in ((key, "answers"), ("", "all_answers")):
            earlier = former.get(name)
            if earlier is not None and earlier.n >= LEAST_ANSWERS and earlier.spread > 0:
                return earlier.spread, "answers" if source == "answers" else "all_answers"
    return survey.expected_spread, "policy" if survey.allocation.spread else "scale"


def _mean(survey: Survey, key: str, former: Mapping[str, Former]) -> float:
    """The mean to expect: that of former answers, otherwise the middle of the scale."""
    for name in (key, ""):
        earlier = former.get(name)
        if earlier is not None and earlier.n >= LEAST_ANSWERS and earlier.mean > 0:
            return earlier.mean
    lowest, highest = survey.measured.range
    return max((lowest + highest) / 2, 1e-9)


def _plan(
    survey: Survey,
    counts: Sequence[StratumCounts],
    *,
    present: Sequence[StratumCounts],
    drawn: Sequence[int],
    spreads: Sequence[tuple[float, Any]],
    buyer: _Buyer,
    former: Mapping[str, Former],
) -> Plan:
    rules = survey.allocation
    bought: Any = buyer(drawn) if present else None
    placed = {item.key: index for index, item in enumerate(present)}
    strata = []
    for item in counts:
        index = placed.get(item.key)
        if index is None:
            spread, source = _spread(survey, item.key, former)
            strata.append(
                PlannedStratum(
                    counts=item,
                    rule=_rule(survey, item)[0],
                    drawn=0,
                    reserve=0,
                    expected_answers=0.0,
                    spread=spread,
                    spread_from=source,
                    standard_error=None,
                    half_width=None,
                )
            )
            continue
        n = drawn[index]
        reserve = min(math.ceil(n * survey.reserve - 1e-9), item.population_size - n)
        spread, source = spreads[index]
        strata.append(
            PlannedStratum(
                counts=item,
                rule=_rule(survey, item)[0],
                drawn=n,
                reserve=reserve,
                expected_answers=n * rules.response_rate,
                spread=spread,
                spread_from=source,
                standard_error=_number(bought.stratum_standard_error[index]),
                half_width=_number(bought.stratum_half_width[index]),
            )
        )
    departments = []
    if bought is not None and "department" in survey.strata:
        for index, name in enumerate(bought.domains):
            in_department = [stratum for stratum in strata if stratum.counts.parts["department"] == name]
            error, half = bought.domain_standard_error[index], bought.domain_half_width[index]
            departments.append(_together(name, in_department, _number(error), _number(half)))
    error, half = (bought.standard_error, bought.half_width) if bought is not None else (None, None)
    overall = _together("", strata, _number(error), _number(half))
    return Plan(
        survey=survey,
        strata=tuple(strata),
        departments=tuple(departments),
        overall=overall,
        formula=rules.method,
        former=dict(former),
    )


def _together(key: str, strata: Sequence[PlannedStratum], error: float | None, half: float | None) -> Bought:
    return Bought(
        key=key,
        population_size=sum(item.counts.population_size for item in strata),
        drawn=sum(item.drawn for item in strata),
        reserve=sum(item.reserve for item in strata),
        expected_answers=sum(item.expected_answers for item in strata),
        standard_error=error,
        half_width=half,
    )


def _number(value: Any) -> float | None:
    return None if value is None or math.isnan(value) else float(value)
