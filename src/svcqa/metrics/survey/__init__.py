"""Survey metrics: what a wave gives them, weights, estimates, examples for the conformance kit."""

from svcqa.metrics.survey.estimates import Asked, Estimated, difference, estimate, hits
from svcqa.metrics.survey.example import SurveyExample
from svcqa.metrics.survey.groups import Group, groups_of
from svcqa.metrics.survey.outcomes import disposition, outcomes_of
from svcqa.metrics.survey.waves import DrawnCustomer, FrameCell, Surveyed, SurveyParams, WaveDesign, WaveRecords
from svcqa.metrics.survey.weights import Weighted, WeightRule, weighted

__all__ = [
    "Asked",
    "DrawnCustomer",
    "Estimated",
    "FrameCell",
    "Group",
    "SurveyExample",
    "SurveyParams",
    "Surveyed",
    "WaveDesign",
    "WaveRecords",
    "WeightRule",
    "Weighted",
    "difference",
    "disposition",
    "estimate",
    "groups_of",
    "hits",
    "outcomes_of",
    "weighted",
]
