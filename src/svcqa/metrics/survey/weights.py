"""Weights of a wave: of the draw, for those who did not answer, to the frame's counts.

The sample is who was drawn first and every reserve that was called. Somebody who turned out not to belong to the
population has answered: he keeps his weight, and no figure counts him.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from svcqa.entities.base import Entity
from svcqa.entities.wave import WaveStratum
from svcqa.errors import Fault, MetricError
from svcqa.metrics.survey.outcomes import disposition
from svcqa.metrics.survey.waves import DrawnCustomer, WaveDesign, WaveRecords
from svcqa.stats.survey.calibration import post_stratified, raked
from svcqa.stats.survey.design import SampleDesign, sample_design
from svcqa.stats.survey.nonresponse import weighted_for_response

Weighting = Literal["design", "response_classes", "post_stratified", "raked"]
ClassColumn = Literal["stratum", "service", "unit", "department", "post", "tier", "customer_kind", "area"]
Bool = npt.NDArray[np.bool_]
_FEW: Final = 2
"""A group that the frame's counts are to hold for needs as many answers."""


class WeightRule(Entity):
    """How the sample is weighted.

    Attributes:
        weighting: ``design``: by the draw alone; ``response_classes``: those who answered stand for their class too;
            ``post_stratified`` and ``raked``: then to the frame's counts.
        classes: what makes a response class; a class with fewer than ``class_minimum`` answers joins the others of its
            stratum.
        margins: what the frame's counts are taken by: together where post-stratified, one by one where raked.
        without_callers: first digits of the pseudonyms of callers whose interviews do not count, as if nobody had
            answered them: to see what a caller who stands out does to the figure.
        collapse: strata to be put together, such as one of which a single customer was drawn.
    """

    weighting: Weighting = "response_classes"
    classes: tuple[ClassColumn, ...] = ("stratum", "tier")
    class_minimum: int = Field(default=5, ge=2)
    margins: tuple[ClassColumn, ...] = ("service", "tier")
    without_callers: tuple[str, ...] = ()
    collapse: dict[str, str] = Field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Weighted:
    """A sample with weights, ready to be estimated from.

    Attributes:
        people: the sample, in the order of the references.
        drawn: with the weights of the draw.
        design: with the weights asked for.
        answered: who gave an answer to the question that counts.
        eligible: who belongs to the population as far as anybody knows.
        scores: NaN where none was given.
        method: name of the weights.
    """

    people: tuple[DrawnCustomer, ...]
    drawn: SampleDesign
    design: SampleDesign
    answered: Bool
    eligible: Bool
    scores: npt.NDArray[np.float64]
    method: str
    flags: tuple[str, ...] = ()


def weighted(wave: WaveRecords, design: WaveDesign, *, question: str, rule: WeightRule) -> Weighted:
    """The sample of a wave with the weights that ``rule`` asks for.

    Raises:
        MetricError: nobody answered, or a stratum has a single customer of several: it names a stratum to join.
    """
    people = tuple(sorted(wave.released, key=lambda item: item.reference))
    scores = np.asarray([_score(item, question, rule.without_callers) for item in people], dtype=np.float64)
    eligible = np.asarray([disposition(item, design.survey) != "not_eligible" for item in people], dtype=np.bool_)
    answered = np.isfinite(scores) & eligible
    if not answered.any():
        raise MetricError(Fault("wave_silent", place=wave.code, got=question))
    drawn = _drawn(people, design, rule.collapse)
    caller_flags = ("without_callers",) if rule.without_callers else ()
    if rule.weighting == "design":
        return Weighted(
            people=people,
            drawn=drawn,
            design=drawn,
            answered=answered,
            eligible=eligible,
            scores=scores,
            method="weights:design",
            flags=(*caller_flags, "unadjusted"),
        )
    known = answered | ~eligible
    classes, merged = _classes(people, known, rule)
    adjusted = weighted_for_response(drawn, known, classes)
    flags = (*caller_flags, *(("classes_merged",) if merged else ()))
    name = f"weights:response_classes({'×'.join(rule.classes)})"
    if rule.weighting == "response_classes":
        return Weighted(
            people=people,
            drawn=drawn,
            design=adjusted,
            answered=answered,
            eligible=eligible,
            scores=scores,
            method=name,
            flags=flags,
        )
    if rule.weighting == "post_stratified":
        group, size = _margin(people, design, rule.margins, known)
        made, name = post_stratified(adjusted, group, population_size=size), f"{name}+post({'×'.join(rule.margins)})"
    else:
        margins: list[tuple[npt.ArrayLike, Mapping[Any, float]]] = [
            _margin(people, design, (column,), known) for column in rule.margins
        ]
        made, name = raked(adjusted, margins), f"{name}+raked({', '.join(rule.margins)})"
    return Weighted(
        people=people,
        drawn=drawn,
        design=made,
        answered=answered,
        eligible=eligible,
        scores=scores,
        method=name,
        flags=flags,
    )


def _score(person: DrawnCustomer, question: str, without: tuple[str, ...]) -> float:
    left_out = bool(person.caller) and person.caller.startswith(without)
    return np.nan if left_out else person.scores.get(question, np.nan)


def _drawn(people: Sequence[DrawnCustomer], design: WaveDesign, collapse: Mapping[str, str]) -> SampleDesign:
    """The design of the draw; strata that are to be joined are one."""
    size: dict[Any, float] = {}
    for item in design.wave.strata:
        if item.population_size:
            name = collapse.get(item.key, item.key)
            size[name] = size.get(name, 0) + item.population_size
    strata = [collapse.get(person.stratum, person.stratum) for person in people]
    faults = [
        Fault("wave_single", place=name, got=f"{strata.count(name)} / {most:g}", allowed=_nearest(name, design))
        for name, most in size.items()
        if strata.count(name) < min(2, most)
    ]
    if faults:
        raise MetricError(faults)
    return sample_design(strata, population_size=size)


def _nearest(name: str, design: WaveDesign) -> str:
    """The stratum to join: the largest of the same service, else of the same department, else of all."""
    strata = {item.key: item for item in design.wave.strata}
    stratum = strata.get(name)

    def likeness(other: WaveStratum) -> tuple[bool, bool, int]:
        parts: Mapping[str, str] = stratum.parts if stratum is not None else {}
        same = [
            bool(parts.get(part)) and parts.get(part) == other.parts.get(part) for part in ("service", "department")
        ]
        return (same[0], same[1], other.population_size)

    others = [item for key, item in strata.items() if key != name and item.population_size]
    best = max(others, key=likeness, default=None)
    return f'collapse = {{ "{name}" = "{best.key}" }}' if best is not None else ""


def _classes(people: Sequence[DrawnCustomer], known: Bool, rule: WeightRule) -> tuple[list[str], bool]:
    """Each one's response class, and whether classes with few answers had to join others."""
    fine = [_label(item, rule.classes) for item in people]
    steps = (fine, [f"{item.stratum}/*" for item in people], ["*"] * len(people))
    classes = list(fine)
    for step in (*steps[1:], None):
        short = _short(classes, known, rule.class_minimum if step is not None else _FEW)
        if not short:
            return classes, classes != fine
        if step is None:
            return ["*"] * len(people), True
        classes = [coarse if label in short else label for label, coarse in zip(classes, step, strict=True)]
    return classes, True


def _short(labels: Sequence[str], known: Bool, least: int) -> set[str]:
    """Classes in which fewer than ``least`` answered although not all did."""
    answers: dict[str, list[bool]] = {}
    for label, is_known in zip(labels, known.tolist(), strict=True):
        answers.setdefault(label, []).append(is_known)
    return {label for label, statuses in answers.items() if sum(statuses) < least and not all(statuses)}


def _label(person: DrawnCustomer, columns: Sequence[str]) -> str:
    return "×".join(person.columns.get(name, "") for name in columns)


def _margin(
    people: Sequence[DrawnCustomer], design: WaveDesign, columns: Sequence[str], known: Bool
) -> tuple[list[str], dict[Any, float]]:
    """Each one's group and the frame's counts; groups with hardly any answer are one, which the largest may join."""
    labels = [_label(item, columns) for item in people]
    size = {"×".join(key): float(count) for key, count in design.population(*columns).items()}
    answers = {label: sum(known[index] for index, other in enumerate(labels) if other == label) for label in size}
    few = {label for label, n in answers.items() if n < _FEW}
    if few and sum(answers[label] for label in few) < _FEW:
        few.add(max(answers, key=lambda label: (answers[label], label)))
    grouped = ["*" if label in few else label for label in labels]
    counts: dict[Any, float] = {}
    for label, count in size.items():
        name = "*" if label in few else label
        counts[name] = counts.get(name, 0) + count
    return grouped, counts
