"""A population of customers to draw samples from, known to the last one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from svcqa.stats.survey.design import SampleDesign, sample_design

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
