"""Every optional ability of a metric: what it can do beyond the shape that it has.

A metric declares an ability by inheriting its Protocol: ``class MyMetric(HasStates[MyParams])``. Nobody guesses from
the names of its methods: a driver asks :func:`having`, the registry refuses a metric that declares more than it gives
and tells of methods that nothing will call, and the conformance kit chooses its checks by what is declared.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Literal, Protocol, TypeVar, get_origin

import numpy as np
import numpy.typing as npt

from svcqa.engine.batch import Batch
from svcqa.engine.summary import Observations, Summary
from svcqa.entities.base import Entity
from svcqa.errors import Fault
from svcqa.metrics.commitments import CommitmentParams
from svcqa.metrics.context import Context, MetricSpec, Shape
from svcqa.metrics.distribution import TimeDistribution
from svcqa.metrics.explanation import CaseClock
from svcqa.metrics.result import Figure, Result
from svcqa.metrics.survey.example import SurveyExample
from svcqa.metrics.survey.waves import Surveyed
from svcqa.periods import Period

AbilityT = TypeVar("AbilityT")
ParamsT = TypeVar("ParamsT", bound=Entity, contravariant=True)
FitT = TypeVar("FitT", covariant=True)


class HasStates(Protocol[ParamsT]):
    """Says in which state each case is, so that the cases behind a figure can be listed."""

    def states(self, observed: Observations | Summary, params: ParamsT) -> npt.NDArray[np.int8]:
        """The state of each observation or cell, as an index into ``svcqa.metrics.result.STATES``."""


class Explains(Protocol[ParamsT]):
    """Tells one case of a commitment from its beginning."""

    def explain(self, batch: Batch, params: ParamsT, context: Context) -> CaseClock | None:
        """The only case of ``batch``; ``None`` where it had not come in by ``as_of``."""


class HasKeys(Protocol[ParamsT]):
    """Keeps further columns apart in its summary, such as incidents for a bootstrap."""

    def keys(self, params: ParamsT) -> tuple[str, ...]:
        """The columns of codes, beside the unit and what is grouped by."""


class HasLimit(Protocol[ParamsT]):
    """Has a limit that can be moved without reading the records again: its parameters have a field ``limit``."""

    def limit_range(self, params: ParamsT) -> tuple[int, int, int] | None:
        """Lowest, highest and promised limit in the limit's own unit; ``None`` where there is none to move."""


class HasDistributions(Protocol[ParamsT]):
    """Gives the whole distributions behind its figures."""

    def distributions(self, summary: Summary, params: ParamsT, context: Context) -> Sequence[TimeDistribution]:
        """One for every group and period that has cases."""


class FromWaves(Protocol[ParamsT]):
    """Takes its figures from the waves of a survey where a stretch of time holds any."""

    def designed(self, params: ParamsT) -> str | None:
        """The key of the survey; ``None`` where the plain figures stand."""

    def from_waves(
        self,
        waves: Sequence[Surveyed],
        plain: Sequence[Figure],
        *,
        period: Period,
        params: ParamsT,
        context: Context,
    ) -> list[Figure]:
        """The rows of ``period``, which stand instead of the ``plain`` ones; none where those stay."""

    def wave_examples(self) -> tuple[SurveyExample, ...]:
        """Waves with figures worked out by hand; no plain row stands beside them."""


class MeasuresCommitments(Protocol):
    """Measures the commitments whose rule names it, and refuses those of other metrics."""


class TakesGoal(Protocol):
    """Is held against a goal: its parameters have a field ``goal``, which a target fills in."""


class TakesRebases(Protocol):
    """Is told of the rebases that people decided: its parameters have a field ``rebases``."""


class OverWhole(Protocol):
    """A series metric that reads its base over the whole period asked for at once, not month by month."""

    grain: ClassVar[Literal["whole"]]


class Fitted(Protocol[ParamsT, FitT]):
    """A series metric whose work is done once: its ``measure`` takes what ``fit`` gave in place of the series."""

    def fit(self, series: Result, params: ParamsT, context: Context) -> FitT:
        """What a parameter can then be moved over."""


class Stretches(Protocol[ParamsT]):
    """A series metric that reads its base over further stretches of time."""

    def stretches(self, params: ParamsT, context: Context) -> tuple[Period, ...]:
        """The stretches; their rows stand beside those of the series."""


class Mixes(Protocol[ParamsT]):
    """A series metric that reads its base by further columns of codes."""

    def mixes(self, params: ParamsT, context: Context) -> Mapping[str, bool]:
        """The columns, and whether the base's records must have each of them."""


@dataclass(frozen=True, kw_only=True)
class Ability:
    """One Protocol, and what a metric needs to declare it.

    Attributes:
        shape: the only shape that it goes with; any where absent.
        params: what the metric's parameters are a subclass of.
        field: a field that they have.
    """

    protocol: type
    shape: Shape | None = None
    params: type[Entity] = Entity
    field: str = ""

    @property
    def name(self) -> str:
        """The name of the Protocol."""
        return self.protocol.__name__

    @property
    def members(self) -> tuple[str, ...]:
        """What the metric must give: methods, and attributes of the class."""
        named = (*inspect.get_annotations(self.protocol), *vars(self.protocol))
        return tuple(name for name in dict.fromkeys(named) if not name.startswith("_"))


ABILITIES: Final = (
    Ability(protocol=HasStates, shape="record"),
    Ability(protocol=Explains, shape="record", params=CommitmentParams),
    Ability(protocol=HasKeys, shape="record"),
    Ability(protocol=HasLimit, field="limit"),
    Ability(protocol=HasDistributions, shape="record"),
    Ability(protocol=FromWaves, shape="record", params=CommitmentParams),
    Ability(protocol=MeasuresCommitments, params=CommitmentParams),
    Ability(protocol=TakesGoal, field="goal"),
    Ability(protocol=TakesRebases, shape="series", field="rebases"),
    Ability(protocol=OverWhole, shape="series"),
    Ability(protocol=Fitted, shape="series"),
    Ability(protocol=Stretches, shape="series"),
    Ability(protocol=Mixes, shape="series"),
)


def having(metric: object, ability: Callable[..., AbilityT]) -> AbilityT | None:
    """The metric as one that has the ability; ``None`` where it does not declare it."""
    protocol = get_origin(ability) or ability
    return metric if protocol in type(metric).__mro__ else None  # type: ignore[return-value]  # the line says it


def declared(metric: object) -> tuple[Ability, ...]:
    """The abilities that a metric declares, in the order of :data:`ABILITIES`."""
    return tuple(ability for ability in ABILITIES if ability.protocol in type(metric).__mro__)


def given(metric: object, name: str) -> object | None:
    """What a class that nobody has checked yet has under ``name``, whatever it is; an ability's own stub is nothing."""
    attribute = inspect.getattr_static(metric, name, None)
    stubs = [vars(ability.protocol).get(name) for ability in ABILITIES]
    return None if any(attribute is stub for stub in stubs) else attribute


def faults_of_abilities(name: str, metric: object, spec: MetricSpec, params: type[Entity]) -> list[Fault]:
    """Where a metric declares an ability and lacks what belongs to it."""
    faults = []
    for ability in declared(metric):
        if ability.shape not in (None, spec.shape):
            allowed = f'shape="{ability.shape}"'
            faults.append(Fault("ability_shape", place=name, got=ability.name, allowed=allowed))
        if not issubclass(params, ability.params):
            needed = f"svcqa.plugin.{ability.params.__name__}"
            faults.append(Fault("ability_params", place=name, got=ability.name, allowed=needed))
        if ability.field and ability.field not in params.model_fields:
            faults.append(Fault("ability_field", place=name, got=ability.field, allowed=ability.name))
        missing = [member for member in ability.members if given(metric, member) is None]
        faults += [Fault("ability_lacks", place=name, got=member, allowed=ability.name) for member in missing]
    return faults


def undeclared(name: str, metric: object, params: type[Entity]) -> list[Fault]:
    """What has the name of an ability's member and is never used, because the ability is not declared."""
    faults = []
    for ability in ABILITIES:
        if ability.protocol in type(metric).__mro__:
            continue
        there = [member for member in ability.members if given(metric, member) is not None]
        if not ability.members and ability.field in params.model_fields:
            there.append(f"params.{ability.field}")
        faults += [Fault("ability_undeclared", place=name, got=member, allowed=ability.name) for member in there]
    return faults
