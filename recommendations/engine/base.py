"""Base classes of all models: scorers rank titles, rating predictors predict scores."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from recommendations.engine.data.interactions import Histories, Interactions

Arrays = dict[str, NDArray[Any]]


class NotFittedError(RuntimeError):
    """Raised when a model is used before it is fitted."""


@dataclass
class Model(ABC):
    """A dataclass of hyperparameters; `fit` or `load` sets the learned arrays."""

    name: ClassVar[str]

    def __post_init__(self) -> None:
        self._arrays: Arrays | None = None

    @abstractmethod
    def fit(self, train: Interactions) -> Self:
        """Fit to `train`, discarding any earlier fit. The same data and seed give the same arrays."""

    @property
    def arrays(self) -> Arrays:
        """Return the learned arrays. Raises NotFittedError."""
        if self._arrays is None:
            raise NotFittedError(f"{self.name} is not fitted")
        return self._arrays

    def load(self, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Restore the arrays of an earlier fit."""
        self._arrays = dict(arrays)
        return self

    @property
    def answered_by(self) -> str:
        """Return the name of the model whose answers these are: its own, or that of a simpler one it falls back on."""
        return self.name

    @property
    def parameters(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


class Scorer(Model):
    """Ranks titles for members outside the training set, from their lists alone."""

    judges_unrated: ClassVar[bool] = False  # scores titles without interactions too (cold start)

    @abstractmethod
    def score(self, histories: Histories) -> NDArray[np.float32]:
        """Return (n_members, n_items) scores: unitless, higher is better, NaN for titles the model can't judge.

        Scores listed titles too; `ranking` masks them. Raises NotFittedError.
        """


class RatingPredictor(Model):
    """Predicts the score, 1–10, that a member would give a title."""

    @abstractmethod
    def predict(self, user_index: NDArray[np.integer], item_index: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return (n,) scores, 1–10, for (n,) pairs of training members and titles.

        For a title that nobody scored: the global mean plus the member's bias, before any correction by `RatingBlend`.
        """

    @abstractmethod
    def predict_for(self, histories: Histories, item_index: NDArray[np.integer] | None = None) -> NDArray[np.float32]:
        """Return (n_members, n_items) scores, 1–10, for members known by their lists alone ("fold-in").

        item_index: predict only these titles, in this order.
        """


class ListReadingPredictor(RatingPredictor):
    """Predicts from any list, so for `predict` it stores the training members' lists among its arrays."""

    @abstractmethod
    def predict_one(
        self, items: NDArray[np.integer], scores: NDArray[np.floating], targets: NDArray[np.integer]
    ) -> NDArray[np.float32]:
        """Return (n_targets,) scores, 1–10, for one member's list: (n,) titles with scores (0: none)."""

    def predict(self, user_index: NDArray[np.integer], item_index: NDArray[np.integer]) -> NDArray[np.float32]:
        return self._of_each_member(self.predict_one, user_index, item_index)

    def _of_each_member(
        self,
        answer: Callable[[NDArray[Any], NDArray[Any], NDArray[Any]], NDArray[np.float32]],
        user_index: NDArray[np.integer],
        item_index: NDArray[np.integer],
    ) -> NDArray[np.float32]:
        """Return (n, …) answers for (n,) pairs of training members and titles.

        answer: of a list's titles, their scores, and (n_targets,) titles, one row for each of the targets.
        """
        a, order = self.arrays, np.argsort(user_index, kind="stable")
        users, starts = np.unique(user_index[order], return_index=True)
        rows_of = np.split(order, starts[1:]) if len(users) else []
        answers = []
        for user, rows in zip(users.tolist(), rows_of, strict=True):
            span = slice(a["lists_indptr"][user], a["lists_indptr"][user + 1])
            answers.append(answer(a["lists_items"][span], a["lists_scores"][span], item_index[rows]))
        if not answers:
            return np.zeros(0, dtype=np.float32)
        back = np.empty(len(order), dtype=np.int64)
        back[order] = np.arange(len(order))
        return np.concatenate(answers)[back]

    def predict_for(self, histories: Histories, item_index: NDArray[np.integer] | None = None) -> NDArray[np.float32]:
        targets = np.arange(histories.shape[1]) if item_index is None else item_index
        rows = [self.predict_one(*histories.row(member), targets) for member in range(len(histories))]
        return np.stack(rows) if rows else np.zeros((0, len(targets)), dtype=np.float32)

    def _list_arrays(self, train: Interactions) -> Arrays:
        lists = train.histories().matrix
        return {"lists_indptr": lists.indptr, "lists_items": lists.indices, "lists_scores": lists.data - 1}

    def without_members(self) -> Arrays:
        """Return the arrays needed for serving: everything but the training members' lists."""
        return {name: array for name, array in self.arrays.items() if not name.startswith("lists_")}
