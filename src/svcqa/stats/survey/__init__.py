"""Statistics of samples of customers: sizes, designs, estimates, limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from svcqa.lazy_modules import loaded_when_named

if TYPE_CHECKING:
    from svcqa.stats.survey import allocation as allocation
    from svcqa.stats.survey import design as design
    from svcqa.stats.survey import estimate as estimate
    from svcqa.stats.survey import precision as precision
    from svcqa.stats.survey import shares as shares
    from svcqa.stats.survey import waves as waves

__all__ = ["allocation", "design", "estimate", "precision", "shares", "waves"]

__getattr__ = loaded_when_named(__name__, __all__)
