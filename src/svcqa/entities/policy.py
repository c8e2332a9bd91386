"""The policies of a workspace: commitments, targets, surveys, the organisation, the tiers."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from svcqa.catalogue import Language
from svcqa.entities.commitment import Commitment
from svcqa.entities.organisation import CustomerTier, Organisation, Unit
from svcqa.entities.policy_table import read_excel
from svcqa.entities.settings import Settings
from svcqa.entities.survey import Survey
from svcqa.entities.target import LevelTarget, Target
from svcqa.entities.validation import check, named
from svcqa.errors import Fault, PolicyError, one_of

_KINDS: dict[str, Any] = {"commitment": Commitment, "target": Target, "tier": CustomerTier, "survey": Survey}
Found = dict[str, list[tuple[str, Any]]]
"""Entities by kind, each with the name of its file."""


@dataclass(frozen=True, kw_only=True)
class Policies:
    """What counts, and the digest that pins it to each result."""

    commitments: tuple[Commitment, ...]
    targets: tuple[Target, ...]
    tiers: tuple[CustomerTier, ...]
    organisation: Organisation
    digest: str
    surveys: tuple[Survey, ...] = ()
    """No part of the digest: a figure does not change with whom is called next. Each wave pins its own survey."""

    def names(self, language: Language) -> dict[str, str]:
        """What units and commitments are called, by code and key."""
        commitments = {item.key: item.item.in_language(language) for item in self.commitments}
        return self.organisation.names(language) | commitments

    def survey(self, key: str) -> Survey:
        """The survey ``key``.

        Raises:
            NameUnknownError: no policy file declares it.
        """
        return one_of(key, {survey.key: survey for survey in self.surveys}, fault="unknown_survey")

    def commitment(self, key: str) -> Commitment:
        """The commitment ``key``.

        Raises:
            NameUnknownError: no policy file declares it.
        """
        return one_of(key, {item.key: item for item in self.commitments}, fault="unknown_commitment")

    def target(self, key: str) -> Target:
        """The target ``key``.

        Raises:
            NameUnknownError: no policy file declares it.
        """
        return one_of(key, {target.key: target for target in self.targets}, fault="unknown_target")

    def targets_of(self, year: int) -> tuple[Target, ...]:
        """The targets of ``year`` in the order of the file."""
        return tuple(target for target in self.targets if target.year == year)


def read_file(path: Path) -> dict[str, Any]:
    """A TOML or Excel file as nested data.

    Raises:
        PolicyError: the file is missing, no TOML or no workbook.
    """
    if not path.is_file():
        raise PolicyError(Fault("missing_file", file=path.name, got=str(path)))
    if path.suffix.lower() in {".xlsx", ".xls"}:
        return dict(read_excel(path))
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(Fault("not_toml", file=path.name, got=str(error))) from error


def load_settings(path: Path) -> Settings:
    """``svcqa.toml`` as settings.

    Raises:
        PolicyError: with all faults of the file.
    """
    faults: list[Fault] = []
    settings = check(Settings, read_file(path), file=path.name, place="", faults=faults)
    if faults:
        raise PolicyError(faults)
    return settings  # type: ignore[no-any-return]


def _load_organisation(path: Path, faults: list[Fault]) -> tuple[Organisation | None, list[CustomerTier]]:
    data = read_file(path)
    units = [
        check(Unit, item, file=path.name, place=named(item, n, "unit"), faults=faults)
        for n, item in enumerate(data.pop("unit", []))
    ]
    tiers = [
        check(CustomerTier, item, file=path.name, place=named(item, n, "tier"), faults=faults)
        for n, item in enumerate(data.pop("tier", []))
    ]
    if faults:
        return None, []
    organisation = check(Organisation, {"units": units, **data}, file=path.name, place="unit", faults=faults)
    return organisation, tiers


def _load_entities(path: Path, faults: list[Fault]) -> Found:
    entities: Found = {}
    for kind, items in read_file(path).items():
        if kind not in _KINDS or not isinstance(items, list):
            faults.append(Fault("unknown_key", file=path.name, got=kind, allowed=", ".join(_KINDS)))
            continue
        for position, item in enumerate(items):
            place = named(item, position, kind)
            entity = check(_KINDS[kind], item, file=path.name, place=place, faults=faults)
            if entity is not None:
                entities.setdefault(kind, []).append((path.name, entity))
    return entities


def _cross_faults(entities: Found, tree: Organisation) -> Iterable[Fault]:
    """What is wrong between entities, each fault with the file of the entity that shows it."""
    commitments = {commitment.key: commitment for _, commitment in entities.get("commitment", [])}
    for kind in ("commitment", "target", "survey"):
        files: dict[str, list[str]] = {}
        for file, entity in entities.get(kind, []):
            files.setdefault(entity.key, []).append(file)
        for key, named_in in files.items():
            if len(named_in) > 1:
                where = ", ".join(dict.fromkeys(named_in))
                yield Fault("key_twice", file=where, place=f'{kind} "{key}"', got=str(len(named_in)))
    for file, target in entities.get("target", []):
        if target.commitment is not None and target.commitment not in commitments:
            yield Fault(
                "unknown_commitment",
                file=file,
                place=f'target "{target.key}" › commitment',
                got=repr(target.commitment),
                allowed=", ".join(sorted(commitments)),
            )
        if target.commitment in commitments:
            yield from _goal_faults(file, target, commitments[target.commitment])
        if not tree.knows(target.owner):
            yield _unknown_unit(file, f'target "{target.key}" › owner', target.owner, tree)
    for file, commitment in entities.get("commitment", []):
        department = commitment.reporting_department
        if department is not None and not tree.knows(department):
            yield _unknown_unit(file, f'commitment "{commitment.key}" › reporting_department', department, tree)


def _goal_faults(file: str, target: LevelTarget, commitment: Commitment) -> Iterable[Fault]:
    """A goal in the unit of the commitment's figure."""
    rule, place = commitment.rule, f'target "{target.key}" › goal'
    if rule.value_unit == "share" and not 0 <= target.goal <= 1:
        yield Fault("goal_is_no_share", file=file, place=place, got=repr(target.goal))
    if rule.scale is not None and not rule.holds(target.goal):
        low, high = rule.scale
        yield Fault("goal_off_scale", file=file, place=place, got=repr(target.goal), allowed=f"{low} … {high}")
    if rule.value_unit not in ("share", "point") and target.goal <= 0:
        yield Fault("goal_off_scale", file=file, place=place, got=repr(target.goal), allowed="> 0")


def _unknown_unit(file: str, place: str, code: str, tree: Organisation) -> Fault:
    return Fault(
        "unknown_unit", file=file, place=place, got=repr(code), allowed=", ".join(unit.code for unit in tree.units)
    )


def load_policies(
    folder: Path,
    settings: Settings,
    *,
    metric_faults: Callable[[LevelTarget, str], Iterable[Fault]] | None = None,
    survey_faults: Callable[[Survey, str], Iterable[Fault]] | None = None,
) -> Policies:
    """All policy files that ``settings`` names, validated together.

    Args:
        metric_faults: what is wrong with a target that names a metric, given the target and its file.
        survey_faults: what a survey asks of the records that they do not have, given the survey and its file.

    Raises:
        PolicyError: one error with all faults of all files.
    """
    faults: list[Fault] = []
    paths = [folder / name for name in (settings.organisation, *settings.policies)]
    organisation, tiers, entities = None, list[CustomerTier](), Found()
    for position, path in enumerate(paths):
        try:
            if position == 0:
                organisation, tiers = _load_organisation(path, faults)
            else:
                for kind, of_kind in _load_entities(path, faults).items():
                    entities.setdefault(kind, []).extend(of_kind)
        except PolicyError as error:
            faults.extend(error.faults)
    if organisation is not None and not faults:
        faults.extend(_cross_faults(entities, organisation))
        for file, target in entities.get("target", []):
            if metric_faults is not None and target.level is not None and target.metric is not None:
                faults.extend(metric_faults(target, file))
        for file, survey in entities.get("survey", []):
            if survey_faults is not None:
                faults.extend(survey_faults(survey, file))
    if faults or organisation is None:
        raise PolicyError(faults)
    commitments, targets, more_tiers, surveys = (
        [entity for _, entity in entities.get(kind, [])] for kind in ("commitment", "target", "tier", "survey")
    )
    # What the user left to its default is left out: a new optional key must not change old digests.
    parts = [entity.model_dump_json(exclude_unset=True) for entity in (organisation, *commitments, *targets)]
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
    return Policies(
        commitments=tuple(commitments),
        targets=tuple(targets),
        tiers=(*tiers, *more_tiers),
        organisation=organisation,
        digest=digest,
        surveys=tuple(surveys),
    )
