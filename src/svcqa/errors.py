"""The error tree. Every error carries its faults as data, so that they can be shown in any language.

A fault says what, where (file, place), what was got, what is allowed and what to do. One error can carry all
faults of a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass
from typing import TypeVar

from svcqa import catalogue
from svcqa.catalogue import Language

__all__ = [
    "Fault",
    "MetricError",
    "MissingExtraError",
    "NameUnknownError",
    "NotAllowedError",
    "NotebookError",
    "PeriodError",
    "PluginError",
    "PolicyError",
    "RegisterError",
    "Requirement",
    "ReviewChangedError",
    "SourceError",
    "StatsError",
    "SvcqaError",
    "WorkspaceError",
]

_T = TypeVar("_T")


class Requirement(str):
    """What is allowed: the entry ``allowed.KEY`` of the catalogue. As a string it is English."""

    key: str
    fields: dict[str, object]

    def __new__(cls, key: str, **fields: object) -> Requirement:
        """Made of the entry's key and of what fills its places."""
        made = super().__new__(cls, catalogue.text(f"allowed.{key}", "en", **fields))
        made.key, made.fields = key, fields
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:
        """What a copy in another process is made of."""
        return (self.key,), self.fields

    def in_language(self, language: Language) -> str:
        """What is allowed, in ``language``."""
        return catalogue.text(f"allowed.{self.key}", language, **self.fields)


class NotAllowedError(ValueError):
    """A check of one value or key; who reads the file makes a fault of it, with file and place."""

    def __init__(self, key: str, **fields: object) -> None:
        self.allowed = Requirement(key, **fields)
        super().__init__(self.allowed)


@dataclass(frozen=True)
class Fault:
    """One thing wrong: ``code`` names the catalogue entries ``faults.CODE`` and ``faults.CODE_fix``."""

    code: str
    _: KW_ONLY
    file: str = ""
    place: str = ""
    got: str = ""
    allowed: str = ""

    def render(self, language: Language = "en") -> str:
        """The fault as one line in ``language``."""
        allowed = self.allowed.in_language(language) if isinstance(self.allowed, Requirement) else self.allowed
        fields = {"file": self.file, "place": self.place, "got": self.got, "allowed": allowed}
        where = ": ".join(part for part in (self.file, self.place) if part)
        keys = [
            f"faults.{self.code}",
            *([f"faults.{self.code}_fix"] if catalogue.has(f"faults.{self.code}_fix") else []),
        ]
        templates = "".join(catalogue.text(key, language) for key in keys)
        sentences = [catalogue.text(key, language, **fields) for key in keys]
        # what the entry's own sentences do not mention is added before the fix
        added = [
            catalogue.text(f"faults.{name}", language, **{name: value})
            for name, value in (("got", self.got), ("allowed", allowed))
            if value and f"{{{name}}}" not in templates
        ]
        sentences[1:1] = added
        glue = " " if language == "en" else ""
        return (f"{where}: " if where else "") + glue.join(sentences)


class SvcqaError(Exception):
    """Anything svcqa refuses. ``faults`` says why; ``render`` says it in the reader's language."""

    def __init__(self, faults: Fault | Iterable[Fault], *, language: Language = "en") -> None:
        self.faults: tuple[Fault, ...] = (faults,) if isinstance(faults, Fault) else tuple(faults)
        self.language: Language = language
        """What a traceback is told in; whoever catches the error renders it in any language."""
        super().__init__(self.render(language))

    def render(self, language: Language = "en") -> str:
        """All faults, one a line."""
        lines = [fault.render(language) for fault in self.faults]
        if len(lines) == 1:
            return lines[0]
        head = catalogue.text("faults.count", language, count=len(lines))
        return "\n".join([head, *(f"- {line}" for line in lines)])

    def __str__(self) -> str:
        return self.render(self.language)


class PolicyError(SvcqaError, ValueError):
    """A settings, policy or mapping file that cannot be used as it is."""


class PeriodError(SvcqaError, ValueError):
    """A period that cannot be read."""


class SourceError(SvcqaError, ValueError):
    """A source file that cannot be read at all."""


class NameUnknownError(SvcqaError, KeyError):
    """A name (metric, commitment, unit, table, column) that nobody declared."""


class MetricError(SvcqaError, ValueError):
    """A metric asked for something it cannot give."""


class StatsError(SvcqaError, ValueError):
    """Numbers that a formula cannot be used on."""


class ReviewChangedError(SvcqaError, ValueError):
    """A review that was pinned and comes out otherwise when it is computed again."""


class NotebookError(SvcqaError, RuntimeError):
    """A notebook of svcqa that did not run to its end."""


class PluginError(SvcqaError, TypeError):
    """A plugin that does not keep the contract."""


class WorkspaceError(SvcqaError, OSError):
    """A workspace folder that cannot be opened or made."""


class MissingExtraError(SvcqaError, ImportError):
    """Work that needs a library which this installation lacks; it comes with an extra of the package."""


class RegisterError(SvcqaError, ValueError):
    """An entry the register refuses."""


def one_of(name: str, known: Mapping[str, _T], *, fault: str, place: str = "") -> _T:
    """What is called ``name``.

    Args:
        known: everything there is, by name.
        fault: what it is called in the catalogue where there is no such name.
        place: where the name was looked for.

    Raises:
        NameUnknownError: nothing is called so; with all that is known.
    """
    if name not in known:
        raise NameUnknownError(Fault(fault, place=place, got=repr(name), allowed=", ".join(known)))
    return known[name]
