"""Discovery of sections, and a review composed of them; a broken one costs only its own part."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final, cast

from svcqa.errors import Fault, PluginError, SvcqaError
from svcqa.metrics.loading import Plugin, load_entries
from svcqa.report.sections.contract import ReviewSection, SectionContent, SectionContext
from svcqa.report.sections.page import BuiltSection, Sections
from svcqa.review.period_review import KINDS

_LOG = logging.getLogger(__name__)
GROUP: Final = "svcqa.review_sections"


def checked_section(name: str, section: Any) -> ReviewSection:
    """``section``, which keeps the contract.

    Raises:
        PluginError: naming what is missing or wrong.
    """
    reviews = getattr(section, "reviews", ())
    requirements = {
        f"name is its entry point's name {name!r}": getattr(section, "name", None) == name,
        "order is a number": isinstance(getattr(section, "order", None), int),
        f"reviews names some of {', '.join(KINDS)}": bool(reviews) and set(reviews) <= set(KINDS),
        "in_forms is True or False": isinstance(getattr(section, "in_forms", None), bool),
        "it has a method label": callable(getattr(section, "label", None)),
        "it has a method build": callable(getattr(section, "build", None)),
    }
    problems = [requirement for requirement, holds in requirements.items() if not holds]
    if problems:
        raise PluginError([Fault("plugin_contract", place=name, got=problem) for problem in problems])
    return cast(ReviewSection, section)


@dataclass
class SectionRegistry:
    """All sections that entry points offer. Nothing is imported until a review is composed."""

    entries: Iterable[EntryPoint] | None = None
    _loaded: dict[str, Plugin[ReviewSection]] | None = field(default=None, init=False)

    def plugins(self) -> dict[str, Plugin[ReviewSection]]:
        """Every registered section by name, broken ones with their error."""
        if self._loaded is None:
            entries = self.entries if self.entries is not None else entry_points(group=GROUP)
            self._loaded = load_entries(entries, checked_section)
        return self._loaded

    def compose(self, context: SectionContext) -> Sections:
        """The sections of the review, in their order; those that cannot be used come last, with their error."""
        usable = [value.metric for value in self.plugins().values() if value.metric is not None]
        mine = [section for section in usable if context.review.kind in section.reviews]
        built = [_built(section, context) for section in sorted(mine, key=lambda value: (value.order, value.name))]
        broken = [
            BuiltSection(
                name=value.name,
                title=value.name,
                in_forms=False,
                language=context.language,
                fault=_broken(value.name, value.error),
            )
            for value in self.plugins().values()
            if value.error
        ]
        return Sections((*built, *broken))


def _built(section: ReviewSection, context: SectionContext) -> BuiltSection:
    began = time.perf_counter()
    title, content = section.name, SectionContent()
    fault: SvcqaError | None = None
    try:
        title = section.label(context.language)
        content = section.build(context)
        if not isinstance(content, SectionContent):
            fault = _broken(section.name, f"build gives {type(content).__name__}")
            content = SectionContent()
    except SvcqaError as error:
        fault = error
    except Exception as error:  # whatever a section raises costs only its own part
        fault = _broken(section.name, f"{type(error).__name__}: {error}")
    outcome = "built" if fault is None else f"could not build ({type(fault).__name__})"
    _LOG.info("%s the section %s, %.2f s", outcome, section.name, time.perf_counter() - began)
    return BuiltSection(
        name=section.name,
        title=title,
        in_forms=section.in_forms,
        language=context.language,
        content=content,
        fault=fault,
    )


def _broken(name: str, message: str) -> PluginError:
    return PluginError(Fault("plugin_contract", place=name, got=message))
