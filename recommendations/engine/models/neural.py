"""Neural collaborative filtering: what a small network makes of a member's and a title's embedding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from recommendations.engine.base import Arrays, Scorer
from recommendations.engine.interactions import Histories, Interactions

HELD_BACK = 0.02  # of the interactions, to stop early by
RIDGE = 1e-3


@dataclass
class NeuralCf(Scorer):
    """P(watched) = sigmoid(dense 64 relu(dropout(dense 128 relu(member embedding ‖ title embedding)))).

    Trained on what was watched against titles drawn at random for the same member, `negatives` for each, drawn anew in
    every epoch; stopped when the held-back loss has not fallen for `patience` epochs, and the best weights kept. The
    losses of every epoch are in the arrays `loss_train` and `loss_held_back`. Members who were not in training are
    folded in: a linear map, fitted on the training members, makes their embedding from the mean of their titles'.

    TensorFlow trains; scoring is numpy's, so that only training needs it.
    Source: He et al. 2017 (arXiv:1708.05031), the MLP part. Deviation: the fold-in.
    """

    name: ClassVar[str] = "ncf"
    embedding: int = 50
    hidden: int = 128
    hidden_2: int = 64
    dropout: float = 0.2
    negatives: int = 4
    learning_rate: float = 0.002
    batch_size: int = 16_384
    epochs: int = 12
    patience: int = 1
    seed: int = 0

    def fit(self, train: Interactions) -> Self:
        generator = np.random.default_rng(self.seed)
        held_back = generator.random(len(train)) < HELD_BACK
        model = self._network(len(train.users), len(train.items))
        check = self._samples(train.where(held_back) if held_back.any() else train, generator)
        losses, best = self._train(model, train.where(~held_back), check, generator)
        fold_in = self._fit_fold_in(train, best["item_embeddings"], best.pop("user_embeddings"))
        self._arrays = {**best, **losses, "fold_in": fold_in, "known": train.item_counts() > 0}
        return self

    def score(self, histories: Histories) -> NDArray[np.float32]:
        a = self.arrays
        members = self._members(histories, a["item_embeddings"], a["fold_in"])
        by_member = members @ a["hidden_kernel"][: self.embedding] + a["hidden_bias"]
        by_title = a["item_embeddings"] @ a["hidden_kernel"][self.embedding :]
        scores = np.empty(histories.shape, dtype=np.float32)
        for row, own in enumerate(by_member):
            first = np.maximum(by_title + own, 0)
            second = np.maximum(first @ a["hidden_2_kernel"] + a["hidden_2_bias"], 0)
            scores[row] = (second @ a["output_kernel"] + a["output_bias"])[:, 0]
        scores[:, ~a["known"]] = np.nan
        return scores  # logits: their order is that of the probabilities

    def _network(self, n_users: int, n_items: int) -> Any:
        import keras

        keras.utils.set_random_seed(self.seed)
        user, item = keras.Input((), dtype="int32"), keras.Input((), dtype="int32")
        parts = [
            keras.layers.Embedding(n_users, self.embedding, name="user")(user),
            keras.layers.Embedding(n_items, self.embedding, name="item")(item),
        ]
        x = keras.layers.Dense(self.hidden, activation="relu", name="hidden")(keras.layers.Concatenate()(parts))
        x = keras.layers.Dropout(self.dropout, seed=self.seed)(x)
        x = keras.layers.Dense(self.hidden_2, activation="relu", name="hidden_2")(x)
        model = keras.Model([user, item], keras.layers.Dense(1, activation="sigmoid", name="output")(x))
        model.compile(keras.optimizers.Adam(self.learning_rate), loss="binary_crossentropy")
        return model

    def _train(
        self, model: Any, train: Interactions, check: tuple[Any, Any], generator: np.random.Generator
    ) -> tuple[Arrays, Arrays]:
        """→ the losses of every epoch, and the weights of the best one."""
        losses: list[tuple[float, float]] = []
        best: Arrays = _weights(model)
        lowest, since = np.inf, 0
        while len(losses) < self.epochs and since <= self.patience:
            inputs, labels = self._samples(train, generator)
            history = model.fit(inputs, labels, batch_size=self.batch_size, epochs=1, shuffle=True, verbose=0)
            held_back = float(model.evaluate(*check, batch_size=self.batch_size, verbose=0))
            losses.append((history.history["loss"][0], held_back))
            since += 1
            if held_back < lowest:
                lowest, since, best = held_back, 0, _weights(model)
        curves = np.array(losses, dtype=np.float32).T
        return {"loss_train": curves[0], "loss_held_back": curves[1]}, best

    def _samples(self, rows: Interactions, generator: np.random.Generator) -> tuple[list[NDArray[Any]], NDArray[Any]]:
        """([users, items], labels): every row, and `negatives` random titles for the member of each."""
        copies = self.negatives + 1
        users = np.tile(rows.user_index, copies)
        drawn = generator.integers(0, len(rows.items), len(rows) * self.negatives, dtype=np.int32)
        labels = np.zeros(len(users), dtype=np.float32)
        labels[: len(rows)] = 1
        return [users, np.concatenate([rows.item_index, drawn])], labels

    def _fit_fold_in(
        self, train: Interactions, items: NDArray[np.floating], users: NDArray[np.floating]
    ) -> NDArray[np.float32]:
        """(1 + embedding, embedding): from [1, mean of a list's title embeddings] to the member's own, by ridge regression."""
        inputs = _with_one(_mean_embeddings(train.histories(), items))
        ridge = inputs.T @ inputs + RIDGE * len(inputs) * np.eye(inputs.shape[1])
        return np.linalg.solve(ridge, inputs.T @ users).astype(np.float32)

    def _members(
        self, histories: Histories, items: NDArray[np.floating], fold_in: NDArray[np.floating]
    ) -> NDArray[np.floating]:
        return _with_one(_mean_embeddings(histories, items)) @ fold_in


def _mean_embeddings(histories: Histories, items: NDArray[np.floating]) -> NDArray[np.floating]:
    watched = histories.watched()
    length = np.maximum(np.diff(watched.indptr), 1)
    return (watched @ items) / length[:, None]


def _with_one(rows: NDArray[np.floating]) -> NDArray[np.floating]:
    return np.column_stack([np.ones(len(rows), dtype=rows.dtype), rows])


def _weights(model: Any) -> Arrays:
    named: Arrays = {
        "user_embeddings": model.get_layer("user").get_weights()[0],
        "item_embeddings": model.get_layer("item").get_weights()[0],
    }
    for layer in ("hidden", "hidden_2", "output"):
        kernel, bias = model.get_layer(layer).get_weights()
        named |= {f"{layer}_kernel": kernel, f"{layer}_bias": bias}
    return named
