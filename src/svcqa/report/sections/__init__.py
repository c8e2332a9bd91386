"""What a review is made of: sections that register themselves, shown by views that know none of them by name.

A section is a class under the entry-point group ``svcqa.review_sections``; see :mod:`svcqa.report.sections.contract`.
"""

from svcqa.report.sections.contract import SectionContent, SectionContext, SectionTable
from svcqa.report.sections.page import BuiltSection, Sections
from svcqa.report.sections.registry import SectionRegistry

__all__ = ["BuiltSection", "SectionContent", "SectionContext", "SectionRegistry", "SectionTable", "Sections"]
