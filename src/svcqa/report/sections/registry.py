"""Discovery of sections, and a review composed of them; a broken one costs only its own part."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, Final

from svcqa.catalogue import Language, text
from svcqa.errors import Fault, NameUnknownError, PluginError, SvcqaError
from svcqa.metrics.registry import Plugin, load_entries
from svcqa.report.charts.grammar import Chart
from svcqa.report.sections.contract import SectionContent, SectionContext
from svcqa.report.tables.frames import frame
from svcqa.review.period_review import KINDS

if TYPE_CHECKING:
    import pandas as pd

_LOG = logging.getLogger(__name__)
GROUP: Final = "svcqa.review_sections"


@dataclass(frozen=True, kw_only=True)
class BuiltSection:
    """A section with what it says of one review; ``fault`` where it could not be built."""

    name: str
    title: str
    in_forms: bool
    language: Language
    content: SectionContent = field(default_factory=SectionContent)
    fault: SvcqaError | None = None

    @property
    def said(self) -> str:
        """Its sentences, one a line; why there is nothing where it could not be built."""
        if self.fault is not None:
            return text("sections.not_built", self.language, why=self.fault.render(self.language))
        return "\n".join(self.content.sentences)

    @property
    def is_empty(self) -> bool:
        """Whether it has nothing to say."""
        return self.fault is None and not (self.content.sentences or self.content.tables or self.content.charts)

    def table(self, name: str) -> pd.DataFrame:
        """One of its tables; a table of why there is none where it could not be built.

        Raises:
            NameUnknownError: it has no such table.
        """
        if self.fault is not None:
            return frame([(self.fault.render(self.language),)], ("reason",), self.language)
        if name not in self.content.tables:
            allowed = ", ".join(self.content.tables) or "—"
            raise NameUnknownError(Fault("section_part", place=self.name, got=repr(name), allowed=allowed))
        return self.content.tables[name].frame

    def chart(self, name: str) -> Chart | None:
        """One of its charts; ``None`` where there was nothing to draw."""
        return self.content.charts.get(name)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Sentences and tables; a picture is asked for by itself, since no machine draws it like another."""
        from svcqa.report.sections.page import body_of, plain_body_of

        return {"text/html": body_of(self), "text/plain": plain_body_of(self)}


@dataclass(frozen=True)
class Sections:
    """A review in its sections, in order."""

    sections: tuple[BuiltSection, ...]

    def __iter__(self) -> Iterator[BuiltSection]:
        return iter(self.sections)

    def __len__(self) -> int:
        return len(self.sections)

    def __getitem__(self, name: str) -> BuiltSection:
        for section in self.sections:
            if section.name == name:
                return section
        raise NameUnknownError(Fault("unknown_section", got=repr(name), allowed=", ".join(s.name for s in self)))

    def without(self, *names: str) -> Sections:
        """Those that are not named: what other packages added."""
        return Sections(tuple(section for section in self if section.name not in names))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        from svcqa.report.sections.page import page_of, text_of

        return {"text/html": page_of(self), "text/plain": text_of(self)}


def validate_section(name: str, section: Any) -> None:
    """Check that ``section`` keeps the contract.

    Raises:
        PluginError: naming what is missing or wrong.
    """
    reviews = getattr(section, "reviews", ())
    wanted = {
        f"name is its entry point's name {name!r}": getattr(section, "name", None) == name,
        "order is a number": isinstance(getattr(section, "order", None), int),
        f"reviews names some of {', '.join(KINDS)}": bool(reviews) and set(reviews) <= set(KINDS),
        "in_forms is True or False": isinstance(getattr(section, "in_forms", None), bool),
        "it has a method label": callable(getattr(section, "label", None)),
        "it has a method build": callable(getattr(section, "build", None)),
    }
    problems = [said for said, holds in wanted.items() if not holds]
    if problems:
        raise PluginError([Fault("plugin_contract", place=name, got=problem) for problem in problems])


@dataclass
class SectionRegistry:
    """All sections that entry points offer. Nothing is imported until a review is composed."""

    entries: Iterable[EntryPoint] | None = None
    _loaded: dict[str, Plugin] | None = field(default=None, init=False)

    def plugins(self) -> dict[str, Plugin]:
        """Every registered section by name, broken ones with their error."""
        if self._loaded is None:
            entries = self.entries if self.entries is not None else entry_points(group=GROUP)
            self._loaded = load_entries(entries, validate_section)
        return self._loaded

    def compose(self, context: SectionContext) -> Sections:
        """The sections of the review, in their order; those that cannot be used come last, with their error."""
        usable = [one for one in self.plugins().values() if not one.error]
        mine = [one.metric for one in usable if context.review.kind in one.metric.reviews]
        built = [_built(section, context) for section in sorted(mine, key=lambda one: (one.order, one.name))]
        broken = [
            BuiltSection(
                name=one.name,
                title=one.name,
                in_forms=False,
                language=context.language,
                fault=_broken(one.name, one.error),
            )
            for one in self.plugins().values()
            if one.error
        ]
        return Sections((*built, *broken))


def _built(section: Any, context: SectionContext) -> BuiltSection:
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
    said = "built" if fault is None else f"could not build ({type(fault).__name__})"
    _LOG.info("%s the section %s, %.2f s", said, section.name, time.perf_counter() - began)
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
