"""The sections of a review as built, and how they show themselves: HTML and plain text, every text escaped."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from svcqa.catalogue import Language, text
from svcqa.errors import Fault, NameUnknownError, SvcqaError, one_of
from svcqa.report.charts.grammar import Chart
from svcqa.report.charts.picture import Picture
from svcqa.report.sections.contract import SectionContent
from svcqa.report.tables.frames import frame
from svcqa.review.pinned import digest_of

if TYPE_CHECKING:
    import pandas as pd


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

    def picture(self, name: str) -> Picture | None:
        """A picture of one of its charts; ``None`` where there was nothing to draw."""
        chart = self.chart(name)
        return Picture(chart) if chart is not None else None

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Sentences and tables; a picture is asked for by itself, since no machine draws it like another."""
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
        return one_of(name, {section.name: section for section in self}, fault="unknown_section")

    def without(self, *names: str) -> Sections:
        """Those that are not named: what other packages added."""
        return Sections(tuple(section for section in self if section.name not in names))

    @property
    def digest(self) -> str:
        """Pins what the sections say: sentences, every cell of every table, titles of charts."""
        return digest_of(line for section in self for line in _said(section))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": page_of(self), "text/plain": text_of(self)}


def _said(section: BuiltSection) -> Iterator[Sequence[object]]:
    yield section.name, section.title, section.said
    for name, table in section.content.tables.items():
        yield name, table.title, *map(str, table.frame.columns)
        yield from ([str(cell) for cell in row] for row in table.frame.itertuples(index=False))
    for name, chart in section.content.charts.items():
        yield name, chart.title


def page_of(sections: Sections) -> str:
    """Headings, sentences, pictures and tables, one after the other."""
    parts = []
    for section in sections:
        pictures = [Picture(chart).html() for chart in section.content.charts.values()]
        parts += [f"<h2>{html.escape(section.title)}</h2>", *pictures, body_of(section)]
    return "\n".join(parts)


def body_of(section: BuiltSection) -> str:
    """Sentences and tables, without heading and pictures."""
    parts = [f"<p>{html.escape(line)}</p>" for line in section.said.splitlines()]
    for table in section.content.tables.values():
        parts += [f"<h4>{html.escape(table.title)}</h4>", _whole(table.frame)]
    return "\n".join(parts)


def _whole(frame: pd.DataFrame) -> str:
    """A frame as an HTML table, escaped and with no text cut short."""
    import pandas as pd

    with pd.option_context("display.max_colwidth", None):
        return str(frame.to_html(border=0))


def text_of(sections: Sections) -> str:
    """The same as plain text."""
    lines = []
    for section in sections:
        pictures = [Picture(chart).text() for chart in section.content.charts.values()]
        lines += [section.title, *pictures, plain_body_of(section)]
    return "\n".join(lines)


def plain_body_of(section: BuiltSection) -> str:
    """Sentences and tables as plain text."""
    lines = section.said.splitlines()
    for table in section.content.tables.values():
        lines += [table.title, table.frame.to_string()]
    return "\n".join(lines)
