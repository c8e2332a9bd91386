"""What a call sheet calls services, units, tiers and outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from svcqa.catalogue import Language, text
from svcqa.entities.policy import Policies
from svcqa.entities.survey import Survey
from svcqa.records.tables import table

if TYPE_CHECKING:
    from svcqa.report.forms.call_sheet import SheetNames


def sheet_names(
    survey: Survey, policies: Policies, language: Language, rows: Sequence[Mapping[str, Any]] = ()
) -> SheetNames:
    """What a call sheet of ``survey`` may say, by code; where two are called the same, their codes."""
    from svcqa.report.forms.call_sheet import SheetNames

    # what the records name and no policy does is called by its code
    codes = {name: {row[name]: row[name] for row in rows if row[name]} for name in ("unit", "tier")}
    outcomes = table("callbacks").column("outcome").codes
    return SheetNames(
        services=_told_apart({item.key: item.name.in_language(language) for item in survey.services}),
        units=_told_apart(codes["unit"] | policies.organisation.names(language)),
        tiers=_told_apart(codes["tier"] | {tier.code: tier.name.in_language(language) for tier in policies.tiers}),
        outcomes={code: text(f"data_dictionary.code_{code}", language) for code in outcomes},
    )


def _told_apart(names: dict[str, str]) -> dict[str, str]:
    shown = list(names.values())
    return {code: name if shown.count(name) == 1 else code for code, name in names.items()}
