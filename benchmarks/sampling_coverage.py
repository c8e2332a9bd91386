"""How often the limits of svcqa's survey estimates hold the figure of the population that the samples were drawn from.

Finite, stratified populations known to the last customer; draws without replacement; svcqa's own public functions. The
ceiling of what this can show is printed: the number of samples and the error of a coverage estimated from so many.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.sampling_population import Population, design_of, draws, generated, of_sample
from svcqa.errors import MetricError
from svcqa.stats.survey.allocation import proportional
from svcqa.stats.survey.design import SampleDesign
from svcqa.stats.survey.estimate import mean
from svcqa.stats.survey.nonresponse import weighted_for_response, worst_case
from svcqa.stats.survey.shares import LimitsOfShare, share

SAMPLES = 2000
SIZES = (100, 400)
SHARES = (0.5, 0.8, 0.9, 0.95, 0.99)
LIMITS: tuple[LimitsOfShare, ...] = ("beta", "wilson", "logit", "mean")
AIM = (0.93, 0.97)
AIM_BETA = 0.945
SILENT = 0.35
"""By which a dissatisfied customer's readiness to answer is multiplied where non-response is not ignorable."""


@dataclass
class Tally:
    """Samples whose limits held the truth, out of how many, and the sum of their errors."""

    held: int = 0
    samples: int = 0
    error: float = 0.0
    width: float = 0.0

    def add(self, lower: float, upper: float, truth: float, value: float = math.nan) -> None:
        self.held += lower - 1e-12 <= truth <= upper + 1e-12
        self.samples += 1
        self.error += value - truth
        self.width += upper - lower

    @property
    def coverage(self) -> float:
        return self.held / self.samples

    def told(self) -> str:
        """Coverage with its Monte-Carlo error of one standard deviation."""
        error = math.sqrt(max(self.coverage * (1 - self.coverage), 0.25 / self.samples) / self.samples)
        return f"{self.coverage:6.1%} ± {error:.1%}"


def run(rows: int, seed: int, population: Population | None = None) -> None:
    """Draw, estimate, count, print. ``rows`` caps the samples of each line."""
    begin = time.perf_counter()
    rng = np.random.default_rng(seed)
    samples = max(min(rows, SAMPLES), 10)
    print(
        f"coverage of nominal 95 % limits, {samples:,} samples a line, seed {seed}: with so many, a true 95 % shows as"
    )
    print(
        f"95 % ± {math.sqrt(0.95 * 0.05 / samples):.1%} (one standard deviation), and nothing finer can be told",
        flush=True,
    )
    populations = (
        {"given": population} if population else {"generated": generated(rng), "sample company": of_sample(rng)}
    )
    for name, drawn_from in populations.items():
        print(f"population: {name}")
        _means(rng, drawn_from, samples)
        _shares(rng, drawn_from, samples)
        _response(rng, drawn_from, samples)
    print(f"{time.perf_counter() - begin:.0f} s")


def _sizes(population: Population, n: int) -> dict[str, int]:
    sizes = population.sizes
    return dict(zip(sizes, proportional(n, population_size=list(sizes.values())).drawn.tolist(), strict=True))


def _aimed(coverage: float) -> str:
    return f"aim {AIM[0]:.0%} – {AIM[1]:.0%}: {'reached' if AIM[0] <= coverage <= AIM[1] else 'NOT reached'}"


def _means(rng: np.random.Generator, population: Population, samples: int) -> None:
    print(f"mean score of {len(population.value):,} customers in {len(population.sizes)} strata, Student's t")
    truth = float(population.value.mean())
    for n in SIZES:
        sizes, tally = _sizes(population, n), Tally()
        design = design_of(population, sizes)
        for chosen in draws(rng, population, sizes, samples):
            found = mean(design, population.value[chosen])
            tally.add(found.lower, found.upper, truth, found.value)
        print(f"  mean, n = {n}: {tally.told()}; {_aimed(tally.coverage)}")


def _shares(rng: np.random.Generator, population: Population, samples: int) -> None:
    """Shares of any height in the population's strata; the counts drawn follow the hypergeometric distribution."""
    print("share, by n, p and kind of limits; where a sample shows no variance, all kinds give the limits of beta")
    all_sizes = np.array(list(population.sizes.values()))
    for n in SIZES:
        sizes = _sizes(population, n)
        design, drawn = design_of(population, sizes), np.array(list(sizes.values()))
        within = np.concatenate([np.arange(count) for count in drawn])
        for p in SHARES:
            hits = _hits(all_sizes, p)
            truth = float(hits.sum() / all_sizes.sum())
            counts = rng.hypergeometric(hits, all_sizes - hits, drawn, size=(samples, len(drawn)))
            tallies = _tallied(design, within < counts[:, design.stratum], truth)
            cells = "; ".join(f"{name} {tally.told()}" for name, tally in tallies.items())
            print(f"  n = {n}, p = {p:.2f}, n(1 − p) = {n * (1 - p):.0f}: {cells}")
            if n * (1 - p) >= 10 - 1e-9:
                judged = [name for name in LIMITS if name != "mean"]
                missed = [name for name in judged if not AIM[0] <= tallies[name].coverage <= AIM[1]]
                print(
                    f"    {', '.join(judged)}: aim {AIM[0]:.0%} – {AIM[1]:.0%}: "
                    f"{'reached' if not missed else 'NOT reached by ' + ', '.join(missed)}"
                )
            if p == 0.99:
                told = "reached" if tallies["beta"].coverage >= AIM_BETA else "NOT reached"
                print(f"    beta: aim ≥ {AIM_BETA:.1%}: {told}")


def _hits(sizes: npt.NDArray[np.int64], p: float) -> npt.NDArray[np.int64]:
    """Counts in each stratum that together are p: the strata differ in odds by up to a factor of e."""
    odds = p / (1 - p) * np.exp(np.linspace(-0.5, 0.5, len(sizes)))
    return np.round(sizes * odds / (1 + odds)).astype(np.int64)


def _tallied(design: SampleDesign, samples: npt.NDArray[np.bool_], truth: float) -> dict[str, Tally]:
    tallies = {name: Tally() for name in LIMITS}
    for hits in samples:
        for name, tally in tallies.items():
            found = share(design, hits, limits=name)
            tally.add(found.lower, found.upper, truth, found.value)
    return {str(name): tally for name, tally in tallies.items()}


def _response(rng: np.random.Generator, population: Population, samples: int) -> None:
    n = SIZES[-1]
    ignorable = population.propensity
    low = population.value <= np.quantile(population.value, 0.3)
    print(
        f"mean score where {n} are drawn and not all answer; worst case: bounds with their limits, without assumption"
    )
    held = _answered(rng, population, propensity=ignorable, n=n, samples=samples)
    print(f"  response depends on the class alone ({ignorable.mean():.0%} answer)")
    _print_response(held)
    print(f"    weighted by class: {_aimed(held['weighted by class'].coverage)}")
    silent = ignorable * np.where(low, SILENT, 1.0)
    print(f"  the dissatisfied answer {SILENT:.0%} as readily as others ({silent.mean():.0%} answer): not ignorable")
    failed = _answered(rng, population, propensity=silent, n=n, samples=samples)
    _print_response(failed)
    print("    no weighting by class mends this; only the worst-case bounds hold")


def _print_response(tallies: dict[str, Tally]) -> None:
    for name, tally in tallies.items():
        bias = "" if math.isnan(tally.error) else f", bias {tally.error / tally.samples:+.3f}"
        print(f"    {name}: {tally.told()}{bias}, width {tally.width / tally.samples:.2f}")


def _answered(
    rng: np.random.Generator, population: Population, *, propensity: npt.NDArray[np.float64], n: int, samples: int
) -> dict[str, Tally]:
    """Samples in which everybody decides by chance whether to answer."""
    sizes = _sizes(population, n)
    design, truth = design_of(population, sizes), float(population.value.mean())
    tallies = {name: Tally() for name in ("answers as they are", "weighted by class", "worst case")}
    few = 0
    for chosen in draws(rng, population, sizes, samples):
        answered = rng.random(len(chosen)) < propensity[chosen]
        scores = np.where(answered, population.value[chosen], math.nan)
        plain = mean(design, scores, within=answered)
        tallies["answers as they are"].add(plain.lower, plain.upper, truth, plain.value)
        bounds = worst_case(design, scores, answered, lowest=1, highest=10)
        tallies["worst case"].add(bounds.lower_limit, bounds.upper_limit, truth)
        try:
            weighted = mean(weighted_for_response(design, answered, population.response_class[chosen]), scores)
        except MetricError:  # a class with a single answer: refused
            few += 1
            continue
        tallies["weighted by class"].add(weighted.lower, weighted.upper, truth, weighted.value)
    if few:
        print(f"    {few} samples refused: a class with fewer than two answers")
    return tallies
