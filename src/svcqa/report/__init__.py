"""What people read: words, tables and charts as data and pictures, sections of a review, forms, files.

Published are the modules listed here; where else things stand may change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from svcqa.lazy_modules import loaded_when_named

if TYPE_CHECKING:
    from svcqa.report import charts as charts
    from svcqa.report import sections as sections
    from svcqa.report import tables as tables
    from svcqa.report import words as words

__all__ = ["charts", "sections", "tables", "words"]

__getattr__ = loaded_when_named(__name__, __all__)
