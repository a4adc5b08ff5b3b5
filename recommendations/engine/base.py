"""What every model is: something that ranks titles (Scorer) or that says which score a member would give."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from recommendations.engine.data.interactions import Histories, Interactions

Arrays = dict[str, NDArray[Any]]


class NotFittedError(RuntimeError):
    """A model was asked before it was fitted."""


@dataclass
class Model(ABC):
    """A dataclass of parameters, and after `fit` the arrays in which everything learnt is held."""

    name: ClassVar[str]

    def __post_init__(self) -> None:
        self._arrays: Arrays | None = None

    @abstractmethod
    def fit(self, train: Interactions) -> Self:
        """Learn from `train`, forgetting any earlier fit. The same data and seed give the same arrays."""

    @property
    def arrays(self) -> Arrays:
        """All that was learnt. Raises NotFittedError."""
        if self._arrays is None:
            raise NotFittedError(f"{self.name} is not fitted")
        return self._arrays

    def load(self, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Take the arrays of an earlier fit instead of fitting."""
        self._arrays = dict(arrays)
        return self

    @property
    def parameters(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


class Scorer(Model):
    """Ranks titles for members that it has never seen, from their lists alone."""

    judges_unrated: ClassVar[bool] = False  # titles that nobody watched have scores, too

    @abstractmethod
    def score(self, histories: Histories) -> NDArray[np.float32]:
        """(n_members, n_items) unitless, higher is better; NaN where the model can't judge the title.

        Titles on the list are scored like any other: masking them is `ranking`'s work. Raises NotFittedError.
        """


class RatingPredictor(Model):
    """Says which score, 1–10, a member would give."""

    @abstractmethod
    def predict(self, user_index: NDArray[np.integer], item_index: NDArray[np.integer]) -> NDArray[np.float32]:
        """(n,) pairs of training members and titles → (n,) scores 1–10.

        A title nobody scored gets what the member gives on average.
        """

    @abstractmethod
    def predict_for(self, histories: Histories, item_index: NDArray[np.integer] | None = None) -> NDArray[np.float32]:
        """(n_members, n_items) scores 1–10 for members known by their lists alone ("fold-in").

        item_index: only these titles, in this order.
        """


class ListReadingPredictor(RatingPredictor):
    """Predicts from a list whoever's it is, and so keeps the training members' lists among its arrays."""

    @abstractmethod
    def predict_one(
        self, items: NDArray[np.integer], scores: NDArray[np.floating], wanted: NDArray[np.integer]
    ) -> NDArray[np.float32]:
        """(n,) titles with their scores (0: none) of one member → (n_wanted,) scores 1–10 of these titles."""

    def predict(self, user_index: NDArray[np.integer], item_index: NDArray[np.integer]) -> NDArray[np.float32]:
        a, predicted = self.arrays, np.empty(len(user_index), dtype=np.float32)
        order = np.argsort(user_index, kind="stable")
        users, starts = np.unique(user_index[order], return_index=True)
        for user, rows in zip(users.tolist(), np.split(order, starts[1:]), strict=True):
            own = slice(a["lists_indptr"][user], a["lists_indptr"][user + 1])
            predicted[rows] = self.predict_one(a["lists_items"][own], a["lists_scores"][own], item_index[rows])
        return predicted

    def predict_for(self, histories: Histories, item_index: NDArray[np.integer] | None = None) -> NDArray[np.float32]:
        wanted = np.arange(histories.shape[1]) if item_index is None else item_index
        rows = [self.predict_one(*histories.row(member), wanted) for member in range(len(histories))]
        return np.stack(rows) if rows else np.zeros((0, len(wanted)), dtype=np.float32)

    def _remembered(self, train: Interactions) -> Arrays:
        lists = train.histories().matrix
        return {"lists_indptr": lists.indptr, "lists_items": lists.indices, "lists_scores": lists.data - 1}

    def without_members(self) -> Arrays:
        """What serving needs: everything but the training members' lists."""
        return {name: array for name, array in self.arrays.items() if not name.startswith("lists_")}
