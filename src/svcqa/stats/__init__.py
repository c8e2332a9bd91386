"""Statistics: arrays in, arrays out. Published are the modules listed here; each names its sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from svcqa.lazy_modules import loaded_when_named

if TYPE_CHECKING:
    from svcqa.stats import logrank as logrank
    from svcqa.stats import proportions as proportions
    from svcqa.stats import quantiles as quantiles
    from svcqa.stats import survey as survey
    from svcqa.stats import survival as survival

__all__ = ["logrank", "proportions", "quantiles", "survey", "survival"]

__getattr__ = loaded_when_named(__name__, __all__)
