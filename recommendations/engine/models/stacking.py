"""Models that learn from what others say of held-out lists, and the lists to learn from."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from recommendations.engine.base import Arrays, Model, NotFittedError
from recommendations.engine.data.folds import folds
from recommendations.engine.data.interactions import Interactions
from recommendations.engine.data.splitting import HeldOut, Split, resplit, truncated
from recommendations.engine.models.evidence.evidence import (
    Evidence,
    MemberEvidence,
    flattened,
    nested,
)

MOST_LISTS = 24_000  # of held-out members; large sites have more than needed
PARTS = 5  # of a list; one is the targets, so that the inputs are four fifths, as in evaluation
SHORT_LISTS = (1, 3, 10)  # each list is also truncated to these lengths, for cold start
FEW_SHORTENED = 9  # one in so many training members for each length: more cost long lists accuracy
NETWORK = "network"

Row = tuple[NDArray[np.int32], NDArray[np.float32]]  # titles and scores of one list


@dataclass(frozen=True)
class Lesson:
    """Members' lists to learn from, by evidence fitted without these members.

    partings: how often each list is split into input and targets, at most PARTS times.
    """

    evidence: Evidence
    held_out: HeldOut
    partings: int

    def sample(self, seed: int) -> HeldOut:
        """Return the members at random, so many that they make no more than MOST_LISTS."""
        members = np.random.default_rng(seed).permutation(len(self.held_out.inputs))
        return self.held_out.members(np.sort(members[: MOST_LISTS // (PARTS + len(SHORT_LISTS))]))

    def parted(self, seed: int) -> Iterator[tuple[Row, Row, float]]:
        """Yield (inputs, targets, weight) of each member several times; titles with their scores.

        A truncated list has the whole rest as targets, weighted to count as much as the targets of one split.
        """
        sample = self.sample(seed)
        whole = ((split, 1.0) for split in islice(resplit(sample, PARTS, seed), self.partings))
        for split, weight in (*whole, *self._shortened(sample, seed)):
            for member in range(len(split.inputs)):
                yield split.inputs.row(member), split.targets.row(member), weight

    def _shortened(self, sample: HeldOut, seed: int) -> Iterator[tuple[HeldOut, float]]:
        """Yield the lists truncated to each of SHORT_LISTS; of lists with one parting a part, to one length each."""
        every = FEW_SHORTENED if self.partings == 1 else 1
        for number, n in enumerate(SHORT_LISTS):
            members = np.arange(number % every, len(sample.inputs), every)
            yield truncated(sample.members(members), n, seed + n), 1 / PARTS


def lessons(
    evidence: Evidence, parts: Split, seed: int = 0, progress: Callable[[str], None] = lambda step: None
) -> list[Lesson]:
    """Return what there is to learn from, given evidence fitted on `parts.train`.

    The held-out members that don't judge, and the training members of each fold by evidence fitted without the fold
    (cross-fitting). Empty if there are too few of the first.
    Source: out-of-fold predictions as inputs of the next level, Wolpert 1992, "Stacked generalization".
    """
    if not len(parts.learning.inputs):
        return []
    found = [Lesson(evidence, parts.learning, PARTS)]
    for number, fold in enumerate(folds(parts.train, seed), start=1):
        progress(f"fold {number} of the training members, by evidence fitted without it")
        found.append(Lesson(evidence.refitted(fold.others), fold.held_out, 1))
    return found


class StackedModel(Model):
    """`fit` fits the base models; `learn_from` trains a network on their evidence, on members unseen by it.

    Without a network, `stand_in`, the best single base model, answers.
    """

    stand_in: ClassVar[str]

    seed: int

    @abstractmethod
    def _example(
        self, evidence: Evidence, member: MemberEvidence, targets: Row, weight: float, generator: np.random.Generator
    ) -> Any:
        """Return what one list teaches: the arrays that `_train` needs of it."""

    @abstractmethod
    def _train(self, examples: Sequence[Any]) -> None:
        """Train the network, or do without one if the examples have nothing to learn from."""

    def _look_back(self, lessons: Sequence[Lesson], seed: int) -> None:
        """Learn what the trained network itself does on the lessons' lists."""

    def learn_from(self, lessons: Sequence[Lesson]) -> Self:
        """Train the network, or do without one if the lists have nothing to learn from."""
        learn_together([self], lessons, self.seed)
        return self

    def __post_init__(self) -> None:
        super().__post_init__()
        self.evidence: Evidence | None = None
        self.network: Arrays | None = None

    def over(self, evidence: Evidence, network: Arrays | None = None) -> Self:
        """Use fitted evidence, and the network trained on it."""
        self.evidence, self.network = evidence, network or None
        return self

    def load(self, arrays: Mapping[str, NDArray[Any]]) -> Self:
        return self.over(Evidence.load(arrays), nested(arrays, NETWORK))

    @property
    def arrays(self) -> Arrays:
        network = {f"{NETWORK}.{name}": array for name, array in (self.network or {}).items()}
        return {**flattened(self.fitted.models), **network}

    @property
    def answered_by(self) -> str:
        return self.name if self.network is not None else self.stand_in

    def refitted(self, train: Interactions) -> Self:
        """Return the same network over evidence fitted on other rows, with the same hyperparameters."""
        return replace(self).over(self.fitted.refitted(train), self.network)

    @property
    def fitted(self) -> Evidence:
        """Return the fitted evidence. Raises NotFittedError."""
        if self.evidence is None:
            raise NotFittedError(f"{self.name} is not fitted")
        return self.evidence


def learn_together(
    models: Sequence[StackedModel],
    lessons: Sequence[Lesson],
    seed: int = 0,
    progress: Callable[[str], None] = lambda step: None,
) -> None:
    """Train the networks of several models; each list is read once for all, which is most of the work."""
    examples: list[list[Any]] = [[] for _ in models]
    generators = [np.random.default_rng(model.seed) for model in models]
    progress("reading the lists to learn from")
    for lesson in lessons:
        for own, targets, weight in lesson.parted(seed):
            member = lesson.evidence.read(*own)
            for model, found, generator in zip(models, examples, generators, strict=True):
                found.append(model._example(lesson.evidence, member, targets, weight, generator))
    for model, found in zip(models, examples, strict=True):
        progress(f"training the network of {model.name}")
        model._train(found)
        model._look_back(lessons, seed)
