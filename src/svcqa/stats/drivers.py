"""What moved a share or a mean between two periods: the cases' mix, or the rates within groups.

With w a group's part of all cases, r its rate and R the rate of all, each taken before (0) and after (1):

    rate effect = (w₀ + w₁)/2 · (r₁ − r₀)
    mix effect  = (w₁ − w₀) · ((r₀ + r₁)/2 − (R₀ + R₁)/2)

Over all groups they sum to R₁ − R₀, exactly: everything is counted in fractions. The midpoints are Shapley's value of
two factors, so neither period is the favoured one; the middle of R adds nothing in sum, and lets a group that grows
weigh on the figure only as far as its rate differs from that of all.

Source: E. M. Kitagawa (1955) JASA 50, 1168–1194; P. Das Gupta (1993) Standardization and Decomposition of Rates, U.S.
Bureau of the Census P23-186; L. S. Shapley (1953) Annals of Mathematics Studies 28, 307–317.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from svcqa.errors import Fault, StatsError

METHOD = "Kitagawa, midpoint"
Number = int | float | Fraction


@dataclass(frozen=True)
class Effects:
    """The parts of a change, one a group, as exact fractions.

    Attributes:
        before, after: the rate of all groups together.
        rate: what moved because the group's own rate did.
        mix: what moved because the group's part of the cases did.
    """

    before: Fraction
    after: Fraction
    rate: tuple[Fraction, ...]
    mix: tuple[Fraction, ...]

    @property
    def change(self) -> Fraction:
        """After less before."""
        return self.after - self.before

    @property
    def total(self) -> tuple[Fraction, ...]:
        """Rate and mix effect of each group together."""
        return tuple(rate + mix for rate, mix in zip(self.rate, self.mix, strict=True))


def decompose(
    numerator_before: Sequence[Number],
    base_before: Sequence[Number],
    numerator_after: Sequence[Number],
    base_after: Sequence[Number],
) -> Effects:
    """Split the change of Σ numerators ÷ Σ bases into effects of rate and of mix.

    A group without cases in one of the periods is taken to have had the other period's rate: it came or went, which is
    mix.

    Raises:
        StatsError: a period has no cases, or a base is below zero.

    >>> found = decompose([90, 40], [100, 50], [45, 84], [50, 100])
    >>> [str(part) for part in (*found.rate, *found.mix, found.change)]
    ['0', '1/50', '-11/900', '-13/900', '-1/150']
    """
    starts, bases = [Fraction(x) for x in numerator_before], [Fraction(x) for x in base_before]
    ends, bases_after = [Fraction(x) for x in numerator_after], [Fraction(x) for x in base_after]
    if min((*bases, *bases_after), default=Fraction(0)) < 0 or not sum(bases) or not sum(bases_after):
        raise StatsError(Fault("drivers_no_cases", got=f"{float(sum(bases)):g}, {float(sum(bases_after)):g}"))
    before, after = sum(starts, Fraction(0)) / sum(bases), sum(ends, Fraction(0)) / sum(bases_after)
    middle, rate, mix = (before + after) / 2, [], []
    for start, base, end, base_now in zip(starts, bases, ends, bases_after, strict=True):
        weight, weight_now = base / sum(bases), base_now / sum(bases_after)
        if not base and not base_now:
            rate.append(Fraction(0))
            mix.append(Fraction(0))
            continue
        was = start / base if base else end / base_now
        now = end / base_now if base_now else was
        rate.append((weight + weight_now) / 2 * (now - was))
        mix.append((weight_now - weight) * ((was + now) / 2 - middle))
    return Effects(before, after, tuple(rate), tuple(mix))


@dataclass(frozen=True)
class Pareto:
    """Places from the largest part to the smallest, and how much of all they make up together."""

    order: tuple[int, ...]
    cumulative: tuple[float, ...]


def pareto(parts: Sequence[Number]) -> Pareto:
    """The parts by size, signs aside; equal ones keep their order.

    Source: J. M. Juran (1975) Quality Progress 8(5), 8–9 (the vital few).

    >>> found = pareto([1, -6, 3])
    >>> found.order, found.cumulative
    ((1, 2, 0), (0.6, 0.9, 1.0))
    """
    sizes = [abs(Fraction(part)) for part in parts]
    order = sorted(range(len(sizes)), key=lambda index: (-sizes[index], index))
    whole, reached, cumulative = sum(sizes, Fraction(0)), Fraction(0), []
    for index in order:
        reached += sizes[index]
        cumulative.append(float(reached / whole) if whole else 0.0)
    return Pareto(tuple(order), tuple(cumulative))


def newcombe(before: tuple[int, int], after: tuple[int, int], *, level: float = 0.95) -> tuple[float, float]:
    """Limits of the difference of two independent shares, after less before, from the Wilson limits of each.

    Source: R. G. Newcombe (1998) Statistics in Medicine 17, 873–890, method 10.

    Args:
        before, after: numerator and cases; at least one case each.

    >>> low, high = newcombe((48, 80), (56, 70))
    >>> round(low, 4), round(high, 4)
    (0.0524, 0.3339)
    """
    from svcqa.stats.proportions import wilson

    lower, upper = wilson([before[0], after[0]], [before[1], after[1]], level=level)
    was, now = before[0] / before[1], after[0] / after[1]
    change = now - was
    down = ((now - float(lower[1])) ** 2 + (float(upper[0]) - was) ** 2) ** 0.5
    up = ((float(upper[1]) - now) ** 2 + (was - float(lower[0])) ** 2) ** 0.5
    return change - down, change + up
