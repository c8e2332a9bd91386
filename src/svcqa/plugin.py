"""All that the author of a metric needs: descriptions, parameters, kernels, results, joins, examples.

The checks that a metric must pass stand in :mod:`svcqa.testing`.
"""

from svcqa.entities.base import Conditions, Entity, Key, Text
from svcqa.entities.rebase import Rebase
from svcqa.metrics.abilities import (
    Explains,
    Fitted,
    FromWaves,
    HasDistributions,
    HasKeys,
    HasLimit,
    HasStates,
    MeasuresCommitments,
    Mixes,
    OverWhole,
    Stretches,
    TakesGoal,
    TakesRebases,
)
from svcqa.metrics.commitments import CommitmentParams
from svcqa.metrics.context import Context, MetricSpec
from svcqa.metrics.contract import (
    MATURE,
    NULL,
    Batch,
    Codes,
    Derive,
    Fact,
    Int64,
    Observations,
    RecordMetric,
    SeriesMetric,
    Summary,
    SurveyMetric,
)
from svcqa.metrics.derived import derive, first_contact, first_in_period, linked, next_of_same, repeat_within
from svcqa.metrics.distribution import TimeDistribution
from svcqa.metrics.examples import Example, SeriesExample
from svcqa.metrics.explanation import CaseClock, CaseLedger
from svcqa.metrics.grouping import group, rows, sums, windows, within
from svcqa.metrics.result import STATES, Result
from svcqa.metrics.series import Series, SeriesParams, split
from svcqa.metrics.shapes import SECONDS_A_DAY, ShareMetric, ShareParams, shares
from svcqa.metrics.survey import (
    DrawnCustomer,
    Surveyed,
    SurveyExample,
    SurveyParams,
    WaveDesign,
    WaveRecords,
    estimate,
    groups_of,
    weighted,
)
from svcqa.metrics.verdict import judge
from svcqa.periods import Period, PeriodKind, PeriodRule
from svcqa.starter import make_plugin

__all__ = [
    "MATURE",
    "NULL",
    "SECONDS_A_DAY",
    "STATES",
    "Batch",
    "CaseClock",
    "CaseLedger",
    "Codes",
    "CommitmentParams",
    "Conditions",
    "Context",
    "Derive",
    "DrawnCustomer",
    "Entity",
    "Example",
    "Explains",
    "Fact",
    "Fitted",
    "FromWaves",
    "HasDistributions",
    "HasKeys",
    "HasLimit",
    "HasStates",
    "Int64",
    "Key",
    "MeasuresCommitments",
    "MetricSpec",
    "Mixes",
    "Observations",
    "OverWhole",
    "Period",
    "PeriodKind",
    "PeriodRule",
    "Rebase",
    "RecordMetric",
    "Result",
    "Series",
    "SeriesExample",
    "SeriesMetric",
    "SeriesParams",
    "ShareMetric",
    "ShareParams",
    "Stretches",
    "Summary",
    "SurveyExample",
    "SurveyMetric",
    "SurveyParams",
    "Surveyed",
    "TakesGoal",
    "TakesRebases",
    "Text",
    "TimeDistribution",
    "WaveDesign",
    "WaveRecords",
    "derive",
    "estimate",
    "first_contact",
    "first_in_period",
    "group",
    "groups_of",
    "judge",
    "linked",
    "make_plugin",
    "next_of_same",
    "repeat_within",
    "rows",
    "shares",
    "split",
    "sums",
    "weighted",
    "windows",
    "within",
]
