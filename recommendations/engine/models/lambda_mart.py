"""LambdaMART over the candidates of public methods, a known recommender to be compared with. Needs LightGBM."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from recommendations.engine.base import Model, Scorer
from recommendations.engine.data.folds import folds
from recommendations.engine.data.interactions import LIKED, Histories, Interactions
from recommendations.engine.data.splitting import HeldOut, resplit
from recommendations.engine.models.evidence.evidence import flattened, nested
from recommendations.engine.models.evidence.facts import TitleFacts
from recommendations.engine.models.implicit_als import ImplicitAls
from recommendations.engine.models.linear import Ease
from recommendations.engine.models.neighbours import CosineNeighbours
from recommendations.engine.models.popularity import Popularity

PARTS = 5  # of a list to learn from; one is the targets, as in validation
AT_ONCE = 250  # lists
BEST = 10  # titles to whose mean a score is compared
LISTED = -np.inf  # in place of a listed title's score
TINY = 1e-6


class Candidates(NamedTuple):
    """Of n lists, k titles each.

    titles: (n, k). columns: (n, k, n_columns) what the public methods say. order: (n, n_items) EASE's places.
    """

    titles: NDArray[np.int64]
    columns: NDArray[np.float32]
    order: NDArray[np.int32]


@dataclass(frozen=True)
class Methods:
    """Public methods, fitted on the same rows."""

    ease: Ease
    ials: ImplicitAls
    knn: CosineNeighbours
    popularity: Popularity
    facts: TitleFacts

    @classmethod
    def unfitted(cls) -> Self:
        return cls(Ease(l2=100.0, dropout=0.1), ImplicitAls(), CosineNeighbours(), Popularity(), TitleFacts())

    @property
    def scorers(self) -> tuple[Scorer, ...]:
        return self.ease, self.ials, self.knn, self.popularity

    @property
    def all(self) -> tuple[Model, ...]:
        return *self.scorers, self.facts

    def fit(self, train: Interactions) -> Self:
        for model in self.all:
            model.fit(train)
        return self

    def load(self, arrays: Mapping[str, NDArray[Any]]) -> Self:
        for model in self.all:
            model.load(nested(arrays, model.name))
        return self

    def candidates(self, lists: Histories, n: int) -> Candidates:
        """Return the n titles that are first by EASE or by iALS, with each method's score and place, and all facts."""
        of_each = [_unlisted(model, lists) for model in self.scorers]
        places = [_places(scores) for scores in of_each]
        either = np.minimum(places[0], places[1]).astype(np.float32) + places[0] / np.float32(len(places[0][0]) + 1)
        titles = np.argsort(either, axis=1, kind="stable")[:, :n]
        columns = [column for pair in zip(of_each, places, strict=True) for column in _of_method(*pair, titles)]
        habits = np.repeat(_habits(lists)[:, None], titles.shape[1], axis=1)
        rows = [np.stack(columns, -1), habits, self.facts.arrays["titles"][titles]]
        return Candidates(titles, np.concatenate(rows, -1).astype(np.float32), places[0])


@dataclass
class LambdaMart(Scorer):
    """The best `candidates` of EASE and iALS, ranked by trees that read public methods' scores and places.

    The trees learn from 1,500 training members of each of some `folds`, by methods fitted without the fold, from four
    fifths of each list; a liked title of the last fifth has gain 1, another `watched_gain`. Other titles follow in
    EASE's order, which is the whole answer if nobody's list is long enough to learn from.

    Source: Burges 2010, "From RankNet to LambdaRank to LambdaMART", by LightGBM (Ke et al. 2017).
    """

    name: ClassVar[str] = "lambdamart"
    candidates: int = 200
    folds: int = 1
    watched_gain: float = 0.3
    trees: int = 150
    leaves: int = 15
    least_in_leaf: int = 100
    learning_rate: float = 0.1
    seed: int = 0

    def fit(self, train: Interactions) -> Self:
        read = islice(folds(train, self.seed), self.folds)
        examples = [example for fold in read for example in self._examples(fold.others, fold.held_out)]
        methods = Methods.unfitted().fit(train)
        self._arrays = {**flattened(methods.all), "trees": self._trained(examples)}
        return self

    def score(self, histories: Histories) -> NDArray[np.float32]:
        methods, trees = Methods.unfitted().load(self.arrays), self._booster()
        rows = [
            self._ranked(methods, trees, histories[start : start + AT_ONCE])
            for start in range(0, len(histories), AT_ONCE)
        ]
        scores = np.concatenate(rows) if rows else np.zeros(histories.shape, dtype=np.float32)
        scores[:, ~methods.ease.arrays["known"]] = np.nan
        return scores

    @property
    def answered_by(self) -> str:
        return self.name if len(self.arrays["trees"]) else Ease.name

    def _ranked(self, methods: Methods, trees: Any, lists: Histories) -> NDArray[np.float32]:
        found = methods.candidates(lists, self.candidates)
        scores = -found.order.astype(np.float32)
        if trees is not None:
            ranked = trees.predict(found.columns.reshape(-1, found.columns.shape[-1])).reshape(found.titles.shape)
            np.put_along_axis(scores, found.titles, (ranked - ranked.min() + 1).astype(np.float32), 1)
        return scores

    def _booster(self) -> Any:
        """Return LightGBM's trees, or None if there are none."""
        text = self.arrays["trees"].tobytes().decode()
        if not text:
            return None
        import lightgbm

        return lightgbm.Booster(model_str=text)

    def _examples(
        self, others: Interactions, members: HeldOut
    ) -> Iterator[tuple[NDArray[np.float32], NDArray[np.int64]]]:
        """Yield (n, k, n_columns) rows and (n, k) labels, 2 liked, 1 watched, 0 neither, of lists with any."""
        methods = Methods.unfitted().fit(others)
        parted = next(iter(resplit(members, PARTS, self.seed)))
        for start in range(0, len(parted.inputs), AT_ONCE):
            rows = slice(start, start + AT_ONCE)
            found = methods.candidates(parted.inputs[rows], self.candidates)
            scores = np.take_along_axis(parted.targets[rows].matrix.toarray(), found.titles, 1)
            labels = (scores > 0).astype(np.int64) + (scores >= LIKED + 1)
            has_target = labels.any(1)
            yield found.columns[has_target], labels[has_target]

    def _trained(self, examples: list[tuple[NDArray[np.float32], NDArray[np.int64]]]) -> NDArray[np.uint8]:
        """Return LightGBM's text of the trees; empty without lists to learn from."""
        if not sum(len(labels) for _rows, labels in examples):
            return np.zeros(0, dtype=np.uint8)
        import lightgbm

        rows, labels = (np.concatenate(parts) for parts in zip(*examples, strict=True))
        data = lightgbm.Dataset(
            rows.reshape(-1, rows.shape[-1]), labels.ravel(), group=np.full(len(labels), labels.shape[1])
        )
        text = lightgbm.train(self._options(), data, self.trees).model_to_string()
        return np.frombuffer(text.encode(), dtype=np.uint8)

    def _options(self) -> dict[str, Any]:
        return {
            "objective": "lambdarank",
            "label_gain": [0, self.watched_gain, 1],
            "num_leaves": self.leaves,
            "min_data_in_leaf": self.least_in_leaf,
            "learning_rate": self.learning_rate,
            "seed": self.seed,
            "deterministic": True,
            "force_row_wise": True,
            "verbosity": -1,
        }


def _unlisted(model: Scorer, lists: Histories) -> NDArray[np.float32]:
    """Return (n, n_items) scores, LISTED for listed titles and those that the model can't judge."""
    scores = np.nan_to_num(model.score(lists), nan=LISTED, neginf=LISTED)
    scores[lists.matrix.nonzero()] = LISTED
    return scores


def _places(scores: NDArray[np.float32]) -> NDArray[np.int32]:
    """Return (n, n_items) places from 0, the highest score first."""
    order = np.argsort(-scores, axis=1, kind="stable")
    places = np.empty(scores.shape, dtype=np.int32)
    np.put_along_axis(places, order, np.arange(scores.shape[1], dtype=np.int32)[None], 1)
    return places


def _of_method(
    scores: NDArray[np.float32], places: NDArray[np.int32], titles: NDArray[np.int64]
) -> Iterator[NDArray[np.floating]]:
    """Yield three (n, k) columns: the score, against the mean of the best, and the log place."""
    own = np.take_along_axis(scores, titles, 1)
    own = np.where(np.isfinite(own), own, np.nan)
    best = -np.partition(-scores, min(BEST, scores.shape[1] - 1), axis=1)[:, :BEST]
    best = np.where(np.isfinite(best), best, 0).mean(1, keepdims=True)
    yield own
    yield own / np.maximum(best, TINY)
    yield np.log1p(np.take_along_axis(places, titles, 1))


def _habits(lists: Histories) -> NDArray[np.float32]:
    """Return (n, 2): the log length of each list, and its mean score, NaN without any."""
    scores = lists.scores()
    n_scored = np.diff(scores.indptr)
    sums = np.asarray(scores.sum(1)).ravel()
    means = np.divide(sums, n_scored, out=np.full(len(sums), np.nan), where=n_scored > 0)
    return np.column_stack([np.log1p(np.diff(lists.matrix.indptr)), means]).astype(np.float32)
