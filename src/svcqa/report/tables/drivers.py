"""What moved a figure, as a table for reading and one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from svcqa.catalogue import Language, or_key, text
from svcqa.entities.organisation import LEVELS
from svcqa.metrics.result import Scale
from svcqa.report.tables.frames import frame
from svcqa.report.words import figures as wording
from svcqa.report.words.signals import signed_change

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = (
    "split_by",
    "group",
    "n_before",
    "n_after",
    "value_before",
    "value_after",
    "rate_effect",
    "interval",
    "mix_effect",
    "effect",
    "cumulative",
    "not_kept",
)


def drivers(
    effects: pd.DataFrame, scale: Scale, language: Language, *, names: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """One row a group, largest effect first; the effects of each split add up to the whole change.

    Args:
        effects: what ``workspace.drivers`` gives.
        scale: unit and direction of the figure.
        names: what units are called, by code.
    """
    rows = [_row(row, scale, language, names or {}) for row in effects.to_dict("records")]
    return frame(rows, _COLUMNS, language)


def drivers_sentence(
    frame: pd.DataFrame, scale: Scale, language: Language, *, names: Mapping[str, str] | None = None
) -> str:
    """The change, and for each split the group that moved it most."""
    called = names or {}
    clauses = []
    several = frame["by"].nunique() > 1
    for row in frame[(frame["rank"] == 1) & (frame["effect"] != 0)].to_dict("records"):
        fields = {name: signed_change(row[name], scale, language) for name in ("effect", "rate_effect", "mix_effect")}
        split = text("signals.driver_split", language, split=_split(row, language)) if several else ""
        clauses.append(split + text("signals.driver", language, group=_group(row, called), **fields))
    if not clauses:
        return text("signals.drivers_none", language)
    whole = signed_change(frame["change"].iloc[0], scale, language)
    return text("signals.drivers", language, change=whole) + text("wording.separator", language).join(clauses)


def _row(row: Mapping[Any, Any], scale: Scale, language: Language, called: Mapping[str, str]) -> tuple[str, ...]:
    return (
        _split(row, language),
        _group(row, called),
        wording.amount(row["n_before"]),
        wording.amount(row["n_after"]),
        *(wording.level_with_unit(_known(row[name]), scale, language) for name in ("value_before", "value_after")),
        signed_change(row["rate_effect"], scale, language),
        _interval(row, scale),
        signed_change(row["mix_effect"], scale, language),
        signed_change(row["effect"], scale, language),
        f"{row['cumulative']:.0%}",
        _not_kept(row),
    )


def _known(value: Any) -> float | None:
    import pandas as pd

    return None if pd.isna(value) else float(value)


def _split(row: Mapping[Any, Any], language: Language) -> str:
    """What the change is split by, in words; a column that the catalogue does not know by its own name."""
    return or_key(f"signals.split_{row['by']}", language).removeprefix("split_")


def _group(row: Mapping[Any, Any], called: Mapping[str, str]) -> str:
    """A unit by its name; a code as it is, since that of a tier may be that of a unit too."""
    units = row["by"] in ("unit", *LEVELS)
    return (called.get(row["group"], row["group"]) if units else row["group"]) or wording.DASH


def _not_kept(row: Mapping[Any, Any]) -> str:
    before, after = (_known(row[name]) for name in ("missed_before", "missed_after"))
    if before is None or after is None:
        return wording.DASH
    return f"{before:,.0f} → {after:,.0f}"


def _interval(row: Mapping[Any, Any], scale: Scale) -> str:
    lower, upper = (_known(row[name]) for name in ("lower", "upper"))
    if lower is None or upper is None:
        return wording.DASH
    factor = 100 if scale.unit == "share" else 1
    low, high = (f"{end * factor:+.2f}".replace("-", "\N{MINUS SIGN}") for end in (lower, upper))
    return f"{low} … {high}"
