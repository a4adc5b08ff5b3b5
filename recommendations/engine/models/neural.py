"""Neural collaborative filtering: a small network over a member's and a title's embedding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from recommendations.engine.base import Arrays, Scorer
from recommendations.engine.data.interactions import LIKED, Histories, Interactions
from recommendations.engine.metrics.ranking import top_k
from recommendations.engine.models.linear import damp

HELD_BACK = 0.02  # share of members for early stopping
INPUT_SHARE = 0.7  # of a training member's list; the rest are targets
DAMPING = 0.25  # of long lists, as in the linear model
START = 0.3  # standard deviation of the initial embeddings
TINY = 1e-9


class Batch(NamedTuple):
    """Inputs and targets of n members' lists.

    lists: (n, 2 · n_items) see `_encode`. positives, weights: (n, k) target titles and their weights. negatives: (m,)
    sampled titles, shared by the members. unlisted: (n, m) 1 where a negative is not on the member's list.
    """

    lists: NDArray[np.float32]
    positives: NDArray[np.int32]
    weights: NDArray[np.float32]
    negatives: NDArray[np.int32]
    unlisted: NDArray[np.float32]


@dataclass
class NeuralCf(Scorer):
    """P(watched) = sigmoid(f − c), f = dense 64 relu(dropout(dense 128 relu(member embedding ‖ title embedding))).

    A member's embedding is the sum of those of the titles on their list, with separate ones for watched and liked, so
    new members need no training. From a random part of each list, the network learns to tell the other titles from
    `negatives` titles sampled ∝ popularity ^ `popularity_power`; liked ones weigh `liked_weight`. c is log Σ exp f over
    all titles, estimated from the sample with a correction for its distribution: without it, f would rank as if
    popularity were subtracted. The embeddings start from a factorisation of the lists; the learning rate falls to 0.
    Training stops when held-back members' loss has not fallen for more than `patience` epochs, and restores the best
    weights; the arrays `loss_train` and `loss_held_back` have the losses of every epoch. Training uses TensorFlow;
    scoring uses numpy.

    Measured on validation members: NDCG@10 liked 0.337 after 130 s on two cores; 0.206 after 374 s with embeddings of
    the training members alone, a linear fold-in and binary cross-entropy against uniformly sampled titles.

    Source: He et al. 2017 (arXiv:1708.05031), the MLP part; Yi et al. 2019 (RecSys) for the corrected sampled softmax;
    Koren 2008 (asymmetric SVD) for members as the sum of their titles.
    """

    name: ClassVar[str] = "ncf"
    embedding: int = 50
    hidden: int = 128
    hidden_2: int = 64
    dropout: float = 0.2
    positives: int = 16
    negatives: int = 128
    popularity_power: float = 0.75
    liked_weight: float = 3.0
    learning_rate: float = 0.007
    members_at_once: int = 128
    epochs: int = 20
    patience: int = 5
    seed: int = 0

    def fit(self, train: Interactions) -> Self:
        generator = np.random.default_rng(self.seed)
        histories, counts = train.histories(), train.item_counts()
        sampling = np.where(counts > 0, counts.astype(np.float64) ** self.popularity_power, 0)
        sampling /= max(sampling.sum(), TINY)
        held_back = generator.random(len(histories)) < HELD_BACK
        if not held_back.any():  # too few members to hold any back
            held_back[:] = True
        members = np.arange(len(histories))
        held_back_batch = self._batch(histories, members[held_back], sampling, np.random.default_rng(self.seed))
        training_members = members[~held_back] if not held_back.all() else members
        network = _Network(self, len(train.items), sampling, _factors(histories, self.embedding, generator))
        losses, best = self._train(network, histories, training_members, sampling, held_back_batch, generator)
        self._arrays = {**best, **losses, "known": counts > 0}
        return self

    def score(self, histories: Histories) -> NDArray[np.float32]:
        a = self.arrays
        members = _encode(histories.matrix) @ a["list_embeddings"] + a["member_bias"]
        by_member = members @ a["member_kernel"] + a["hidden_bias"]
        by_title = a["item_embeddings"] @ a["item_kernel"]
        scores = np.empty(histories.shape, dtype=np.float32)
        for row, own in enumerate(by_member):
            second = np.maximum(np.maximum(by_title + own, 0) @ a["hidden_2_kernel"] + a["hidden_2_bias"], 0)
            scores[row] = (second @ a["output_kernel"])[:, 0]
        scores[:, ~a["known"]] = np.nan
        return scores  # f ranks a member's titles as P(watched) does

    def similar_items(self, n: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return (n_items, n) indices and cosines of the nearest titles by embedding, best first."""
        embeddings = self.arrays["item_embeddings"]
        normalised = embeddings / np.maximum(np.linalg.norm(embeddings, axis=1, keepdims=True), TINY)
        cosines = normalised @ normalised.T
        cosines[:, ~self.arrays["known"]] = -np.inf
        np.fill_diagonal(cosines, -np.inf)
        nearest = top_k(cosines, n)
        return nearest, np.take_along_axis(cosines, nearest, 1)

    def _train(
        self,
        network: _Network,
        histories: Histories,
        members: NDArray[np.integer],
        sampling: NDArray[np.float64],
        held_back_batch: Batch,
        generator: np.random.Generator,
    ) -> tuple[Arrays, Arrays]:
        """Return the losses of every epoch, and the weights of the best one."""
        batch_size = min(self.members_at_once, len(members))
        losses: list[tuple[float, float]] = []
        best, lowest, n_worse = network.weights(), np.inf, 0
        while len(losses) < self.epochs and n_worse <= self.patience:
            order = generator.permutation(members)[: len(members) // batch_size * batch_size].reshape(-1, batch_size)
            network.set_learning_rate(self.learning_rate * (1 - len(losses) / self.epochs))
            steps = [network.step(self._batch(histories, batch, sampling, generator)) for batch in order]
            held_back_loss = network.loss(held_back_batch)
            losses.append((float(np.mean(steps)), held_back_loss))
            n_worse += 1
            if held_back_loss < lowest:
                best, lowest, n_worse = network.weights(), held_back_loss, 0
        curves = np.array(losses, dtype=np.float32).T
        return {"loss_train": curves[0], "loss_held_back": curves[1]}, best

    def _batch(
        self,
        histories: Histories,
        members: NDArray[np.integer],
        sampling: NDArray[np.float64],
        generator: np.random.Generator,
    ) -> Batch:
        rows = histories.matrix[members]
        is_input = generator.random(rows.nnz) < INPUT_SHARE
        targets = _where(rows, ~is_input)
        length = np.diff(targets.indptr)[:, None]
        place = targets.indptr[:-1, None] + generator.random((len(members), self.positives)) * length
        place = np.minimum(place.astype(np.int64), max(targets.nnz - 1, 0))
        positives, values = (np.append(array, 0)[place] for array in (targets.indices, targets.data))
        weights = np.where(values >= LIKED + 1, self.liked_weight, 1) * (length > 0)
        negatives = generator.choice(len(sampling), self.negatives, p=sampling)
        return Batch(
            lists=_encode(_where(rows, is_input)).toarray(),
            positives=positives.astype(np.int32),
            weights=weights.astype(np.float32),
            negatives=negatives.astype(np.int32),
            unlisted=(rows.toarray()[:, negatives] == 0).astype(np.float32),
        )


class _Network:
    """The TensorFlow variables, their loss, and one step of Adam."""

    def __init__(
        self, shape: NeuralCf, n_items: int, sampling: NDArray[np.float64], factors: NDArray[np.float32]
    ) -> None:
        import keras
        import tensorflow as tf

        keras.utils.set_random_seed(shape.seed)
        kernel, zeros = keras.initializers.GlorotUniform(shape.seed), keras.initializers.Zeros()
        initial = {
            "list_embeddings": np.tile(factors, (2, 1)),
            "member_bias": zeros((shape.embedding,)),
            "item_embeddings": factors,
            "member_kernel": kernel((shape.embedding, shape.hidden)),
            "item_kernel": kernel((shape.embedding, shape.hidden)),
            "hidden_bias": zeros((shape.hidden,)),
            "hidden_2_kernel": kernel((shape.hidden, shape.hidden_2)),
            "hidden_2_bias": zeros((shape.hidden_2,)),
            "output_kernel": kernel((shape.hidden_2, 1)),
        }
        self._variables = {name: tf.Variable(value) for name, value in initial.items()}
        self._dropout = shape.dropout
        self._log_sampling = tf.constant(np.log(np.maximum(sampling, TINY) * shape.negatives), dtype=tf.float32)
        self._adam = keras.optimizers.Adam(shape.learning_rate)
        self._adam.build(list(self._variables.values()))
        self._step = tf.function(self._learn)  # slower with XLA: 8 s of CPU time per epoch, not 4 s

    def step(self, batch: Batch) -> float:
        return float(self._step(*batch))

    def loss(self, batch: Batch) -> float:
        return float(self._loss(0.0, *batch))

    def set_learning_rate(self, rate: float) -> None:
        self._adam.learning_rate.assign(rate)

    def weights(self) -> Arrays:
        return {name: variable.numpy() for name, variable in self._variables.items()}

    def _learn(self, *batch: Any) -> Any:
        import tensorflow as tf

        variables = list(self._variables.values())
        with tf.GradientTape() as tape:
            loss = self._loss(self._dropout, *batch)
        self._adam.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return loss

    def _loss(self, dropout: float, lists: Any, positives: Any, weights: Any, negatives: Any, unlisted: Any) -> Any:
        import tensorflow as tf

        v = self._variables
        members = (lists @ v["list_embeddings"] + v["member_bias"]) @ v["member_kernel"] + v["hidden_bias"]
        positive_f = self._f(members[:, None], tf.gather(v["item_embeddings"], positives), dropout)
        negative_f = self._f(members[:, None], tf.gather(v["item_embeddings"], negatives)[None], dropout)
        negative_f += tf.math.log(unlisted + TINY) - tf.gather(self._log_sampling, negatives)
        of_all = tf.reduce_logsumexp(negative_f, 1, keepdims=True)
        return tf.reduce_sum(weights * tf.nn.softplus(of_all - positive_f)) / (tf.reduce_sum(weights) + TINY)

    def _f(self, members: Any, titles: Any, dropout: float) -> Any:
        """Return f, computing the dense layer over both embeddings as the sum of one over each."""
        import tensorflow as tf

        v = self._variables
        first = tf.nn.relu(members + tf.tensordot(titles, v["item_kernel"], 1))
        if dropout:
            first = tf.nn.dropout(first, dropout)
        second = tf.nn.relu(tf.tensordot(first, v["hidden_2_kernel"], 1) + v["hidden_2_bias"])
        return tf.tensordot(second, v["output_kernel"], 1)[..., 0]


def _encode(lists: sp.csr_matrix) -> sp.csr_matrix:
    """Return (n, 2 · n_items) damped watched and liked rows of (n, n_items) lists, stored as in Histories."""
    histories = Histories(lists)
    return sp.hstack([damp(histories.watched(), DAMPING), damp(histories.liked(), DAMPING)], format="csr")


def _where(rows: sp.csr_matrix, mask: NDArray[np.bool_]) -> sp.csr_matrix:
    selection = sp.csr_matrix((rows.data * mask, rows.indices, rows.indptr), shape=rows.shape, copy=True)
    selection.eliminate_zeros()
    return selection


def _factors(histories: Histories, n: int, generator: np.random.Generator) -> NDArray[np.float32]:
    """Return (n_items, n) leading singular vectors of the lists; missing ones are random."""
    from sklearn.decomposition import TruncatedSVD

    lists = damp(histories.liked(), DAMPING) + 0.5 * damp(histories.watched(), DAMPING)
    directions = TruncatedSVD(min(n, min(lists.shape) - 1), random_state=0).fit(lists).components_.T
    factors = generator.normal(0, START, (histories.shape[1], n))
    factors[:, : directions.shape[1]] = directions * START / max(directions.std(), TINY)
    return factors.astype(np.float32)
