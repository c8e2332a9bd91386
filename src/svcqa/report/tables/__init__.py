"""Tables of texts in the language of the reader, ready to be shown: a module for each subject."""

from __future__ import annotations

from typing import TYPE_CHECKING

from svcqa.lazy_modules import loaded_when_named

if TYPE_CHECKING:
    from svcqa.report.tables import callback_results as callback_results
    from svcqa.report.tables import callbacks as callbacks
    from svcqa.report.tables import drivers as drivers
    from svcqa.report.tables import explained as explained
    from svcqa.report.tables import league as league
    from svcqa.report.tables import next_year as next_year
    from svcqa.report.tables import outlook as outlook
    from svcqa.report.tables import problem_states as problem_states
    from svcqa.report.tables import restated as restated
    from svcqa.report.tables import results as results
    from svcqa.report.tables import reviews as reviews

__all__ = [
    "callback_results",
    "callbacks",
    "drivers",
    "explained",
    "league",
    "next_year",
    "outlook",
    "problem_states",
    "restated",
    "results",
    "reviews",
]

__getattr__ = loaded_when_named(__name__, __all__)
