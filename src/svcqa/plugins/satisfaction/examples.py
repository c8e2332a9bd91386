"""Small waves worked out by hand."""

from __future__ import annotations

from math import sqrt
from typing import Any, Final

from svcqa.metrics.survey import SurveyExample

_T2: Final = 4.302652729911275
"""97.5 % point of Student's t with 2 degrees of freedom: √(2·0.95²/(1 − 0.95²))."""
_FRAME: Final = (
    {"stratum": "a", "unit": "D1", "tier": "x", "customers": 40, "cases": 60},
    {"stratum": "b", "unit": "D2", "tier": "x", "customers": 20, "cases": 20},
)


def _person(stratum: str, score: int | None, **fields: Any) -> dict[str, Any]:
    unit = {"a": "D1", "b": "D2"}[stratum]
    outcome = {"outcome": "no_answer"} if score is None else {"scores": {"attitude": score}}
    return {"stratum": stratum, "unit": unit, "tier": "x", **outcome, **fields}


_PEOPLE: Final = (
    _person("a", 9),
    _person("a", 7),
    _person("a", 10),
    _person("a", None),
    _person("b", 8),
    _person("b", 6),
    _person("b", None, outcome="declined"),
    _person("b", 9, role="reserve"),
    _person("b", None, role="reserve", outcome=""),
)
_CLASSES: Final = {"classes": ["stratum"], "class_minimum": 2}
_HALF: Final = _T2 * sqrt((10 / 14) ** 2 * (1 - 2 / 10) * 2 / 2 + (4 / 14) ** 2 * (1 - 2 / 4) * 2 / 2)

EXAMPLES: Final = (
    SurveyExample(
        params={"weighting": "design", "goal": 8},
        frame=[{"stratum": "a", "unit": "D1", "customers": 10}, {"stratum": "b", "unit": "D2", "customers": 4}],
        people=[_person("a", 8), _person("a", 10), _person("b", 5), _person("b", 7)],
        period="2026Q1",
        expected={
            "mean": 114 / 14,
            "mean.n": 4,
            "mean.lower": 114 / 14 - _HALF,
            "mean.upper": 114 / 14 + _HALF,
            "mean.verdict": "met",
            "mean.evidence": "unclear",
            "unweighted": 7.5,
            "response_rate": 1.0,
            "worst_case.lower": 114 / 14,
            "worst_case.upper": 114 / 14,
        },
        source="By hand: (10·9 + 4·6) ÷ 14; V = Σ W²(1 − n/N)s²/n, s² = 2 in both strata; t of 2 degrees of freedom.",
    ),
    SurveyExample(
        params=_CLASSES,
        frame=_FRAME,
        people=_PEOPLE,
        period="2026Q1",
        by=("department",),
        expected={
            "mean@D1": 26 / 3,
            "mean@D2": 23 / 3,
            "mean.n@D2": 3,
            "response_rate@D1": 3 / 4,
            "response_rate@D2": 3 / 4,
            "worst_case.lower@D1": 27 / 4,
            "worst_case.upper@D1": 36 / 4,
        },
        source="By hand: the reserve who was called makes four drawn in b; the other was not needed. With 1 or 10 for "
        "whoever did not answer, D1 has 27 or 36 points of four.",
    ),
    SurveyExample(
        params={**_CLASSES, "estimate": "total", "at_least": 9},
        frame=_FRAME,
        people=_PEOPLE,
        period="2026Q1",
        expected={"total": 40 * 2 / 3 + 20 * 1 / 3, "total.n": 6},
        source="By hand: two of three answers in a and one of three in b are 9 or more.",
    ),
    SurveyExample(
        params={**_CLASSES, "counts": "cases"},
        frame=_FRAME,
        people=[_person("a", 10, cases=3), _person("a", 4), _person("b", 6), _person("b", 6)],
        period="2026Q1",
        expected={"mean": (20 * (3 * 10 + 4) + 10 * (6 + 6)) / (20 * 4 + 10 * 2)},
        source="By hand: in a each customer stands for 20, the first with three cases; in b for 10.",
    ),
    SurveyExample(
        params={**_CLASSES, "estimate": "top_box"},
        frame=_FRAME,
        people=_PEOPLE,
        period="2026Q2",
        before=(_FRAME, [_person("a", 9), _person("a", 10), _person("b", 6), _person("b", 9)]),
        expected={"top_box": 5 / 9, "against_last_wave": 5 / 9 - 5 / 6},
        source="By hand: (40·2/3 + 20·1/3) ÷ 60 of now, (40·1 + 20·1/2) ÷ 60 of the wave before.",
    ),
)
