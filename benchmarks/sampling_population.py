"""A population of customers to draw samples from, known to the last one."""

from __future__ import annotations

import importlib
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from pyarrow import parquet

from svcqa.stats.survey.design import SampleDesign, sample_design

SAMPLE: Final = Path(__file__).parent.parent / "sample_data"
Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Population:
    """N customers; arrays of shape ``(N,)`` each.

    Attributes:
        stratum: label of each customer's stratum.
        value: what he would answer, 1 to 10.
        propensity: probability that he answers when called.
        response_class: label of his class, known of everybody; where response is ignorable, those of a class that would
            answer are like the others.
    """

    stratum: npt.NDArray[Any]
    value: Numbers
    propensity: Numbers
    response_class: npt.NDArray[Any]

    @property
    def sizes(self) -> dict[str, int]:
        labels, sizes = np.unique(self.stratum.astype(str), return_counts=True)
        return dict(zip(labels.tolist(), sizes.tolist(), strict=True))


def generated(rng: np.random.Generator, *, customers: int = 6000) -> Population:
    """Three services of four departments; two tiers of customers, the dearer ones pleased and seldom reached.

    Services, departments and tiers differ in their scores and in how often they answer. Within a tier of a service, who
    answers has nothing to do with the score.
    """
    service = rng.choice(3, customers, p=[0.5, 0.3, 0.2])
    department = rng.choice(4, customers, p=[0.4, 0.3, 0.2, 0.1])
    tier = rng.random(customers) < 0.3
    level = 7.6 + 0.5 * service - 0.3 * department + 1.0 * tier
    value = np.clip(np.round(level + rng.normal(0, 1.5, customers)), 1, 10)
    chance = 0.75 - 0.05 * service - 0.3 * tier
    stratum = np.char.add(service.astype(str), department.astype(str))
    return Population(stratum, value, chance, np.char.add(service.astype(str), tier.astype(np.int64).astype(str)))


def of_sample(rng: np.random.Generator) -> Population:
    """The customers whom the sample company's two waves were drawn from: frames as they were, scores as planted.

    A class is a tier: given the tier, the sample's customers answer whatever they think.
    """
    rows = [
        row
        for wave in ("2026Q1", "2026Q2")
        for row in parquet.read_table(SAMPLE / "waves" / wave / "frame.parquet").to_pylist()
        if not row["reason"]
    ]
    planted = _planted()
    tiers = [row["tier"] for row in rows]
    answers = {
        tier: _answers(share, sum(planted.LOST.values()), planted.ATTEMPTS) for tier, share in planted.REACHED.items()
    }
    return Population(
        np.array([row["stratum"] for row in rows]),
        np.array([planted.scores_of(rng, row)["attitude"] for row in rows], dtype=np.float64),
        np.array([answers[tier] for tier in tiers]),
        np.array(tiers),
    )


def _planted() -> Any:
    """The generator's own law of scores and answers."""
    sys.path.insert(0, str(SAMPLE))
    try:
        return importlib.import_module("generator.waves")
    finally:
        sys.path.remove(str(SAMPLE))


def _answers(reached: float, lost: float, attempts: int) -> float:
    """The chance that one of several attempts brings answers before one of them ends the matter."""
    good, again = reached * (1 - lost), (1 - reached) * (1 - lost)
    return float(sum(good * again**number for number in range(attempts)))


def draws(rng: np.random.Generator, population: Population, sizes: dict[str, int], samples: int) -> Places:
    """Simple random samples within strata, shape ``(samples, n)``: the customers with the smallest random numbers."""
    labels = population.stratum.astype(str)
    chosen = []
    for label, n in sizes.items():
        own = np.flatnonzero(labels == label)
        keys = rng.random((samples, len(own)), dtype=np.float32)
        chosen.append(own[np.argpartition(keys, n - 1, axis=1)[:, :n] if n < len(own) else keys.argsort(axis=1)])
    return np.concatenate(chosen, axis=1)


def design_of(population: Population, sizes: dict[str, int]) -> SampleDesign:
    """The design of such a sample, the same for all of them."""
    strata = np.repeat(list(sizes), list(sizes.values()))
    return sample_design(strata, population_size=population.sizes)
