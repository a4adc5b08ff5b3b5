"""SASRec, a known recommender to be compared with: a transformer that reads a list in its order. Needs TensorFlow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from recommendations.engine.base import Arrays, Scorer
from recommendations.engine.data.interactions import Histories, Interactions

RANDOM, PREMIERE = "random", "premiere"  # orders of lists without dates
INNER = 4  # width of a layer's dense part, in sizes of the state
START = 0.02  # standard deviation of the initial weights
ALIKE = 0.2  # by how much lengths may differ in a step: less padding
NEVER = -1e9  # before a softmax
TINY = 1e-6


@dataclass(frozen=True)
class Sequences:
    """n lists, each in order. items: the titles of all lists, one list after another; indptr: (n + 1,) their bounds."""

    indptr: NDArray[np.integer]
    items: NDArray[np.integer]

    @classmethod
    def ordered(cls, lists: sp.csr_matrix, keys: NDArray[Any]) -> Self:
        """Return the rows of a matrix, each in ascending order of its entries' keys, (n_entries,)."""
        row = np.repeat(np.arange(lists.shape[0]), np.diff(lists.indptr))
        return cls(lists.indptr, lists.indices[np.lexsort((keys, row))])

    def __len__(self) -> int:
        return len(self.indptr) - 1

    def latest(self, rows: NDArray[np.integer], n: int, filler: int) -> NDArray[np.int32]:
        """Return (n_rows, ≤ n + 1): the filler, up to n latest titles of each of these lists, and fillers."""
        end = self.indptr[rows + 1]
        begin = np.maximum(self.indptr[rows], end - n)
        place = begin[:, None] + np.arange((end - begin).max(initial=0))
        titles = np.append(self.items, filler)[np.where(place < end[:, None], place, len(self.items))]
        return np.hstack([np.full((len(rows), 1), filler), titles]).astype(np.int32)


Order = Callable[[np.random.Generator], Sequences]


class Step(NamedTuple):
    """titles: (n, width) inputs, see `Sequences.latest`; lengths: (n,) without padding. places: (n_targets,) indices
    into the flattened inputs, and the titles that follow there."""

    titles: NDArray[np.int32]
    lengths: NDArray[np.int32]
    places: NDArray[np.int32]
    targets: NDArray[np.int32]


@dataclass
class SelfAttention(Scorer):
    """score = state · title embedding + title bias; the state is a causal transformer's, after a list's last title.

    It learns to tell each title of a list from those before it, by the cross entropy of the softmax over all titles.
    Of long lists it reads the `window` latest titles. Scores of titles are ignored.

    Lists without dates have no order: with "random", they are shuffled anew in every epoch, states have no positions,
    and `readings` shuffled lists are averaged to score. With "premiere" the titles are in the order they came out.
    `fit_sequences` and `score_sequences` take lists in their own order. Up to `targets` titles of a step teach.

    Source: Kang & McAuley 2018 (arXiv:1808.09781). The softmax over all titles: Klenitskiy & Vasilev 2023 (RecSys 17).
    Deviations: layers normalise their inputs and are wider inside, there are biases, and a token begins each list.
    """

    name: ClassVar[str] = "sasrec"
    size: int = 64
    layers: int = 2
    heads: int = 2
    dropout: float = 0.2
    window: int = 64
    order: str = RANDOM
    readings: int = 4
    learning_rate: float = 0.001
    epochs: int = 20
    lists_at_once: int = 64
    targets: int = 1024
    seed: int = 0

    def fit(self, train: Interactions) -> Self:
        lists = train.histories().matrix
        if self.order == RANDOM:
            shuffled = lambda generator: Sequences.ordered(lists, generator.random(lists.nnz))  # noqa: E731
            return self._learn(shuffled, train.item_counts(), {})
        premiere = _premieres(train)
        in_order = Sequences.ordered(lists, premiere[lists.indices])
        return self._learn(lambda generator: in_order, train.item_counts(), {"premiere": premiere})

    def fit_sequences(self, sequences: Sequences, n_items: int) -> Self:
        """Fit on lists in their own order, with each state's place."""
        return self._learn(lambda generator: sequences, np.bincount(sequences.items, minlength=n_items), {})

    def score(self, histories: Histories) -> NDArray[np.float32]:
        lists, generator = histories.matrix, np.random.default_rng(self.seed)
        if self.order != RANDOM:
            return self.score_sequences(Sequences.ordered(lists, self.arrays["premiere"][lists.indices]))
        ranks = (generator.permutation(lists.shape[1])[lists.indices] for _ in range(self.readings))
        return np.mean([self.score_sequences(Sequences.ordered(lists, rank)) for rank in ranks], axis=0)

    def score_sequences(self, sequences: Sequences) -> NDArray[np.float32]:
        """Return (n, n_items) scores of what comes next in each list."""
        known = self.arrays["known"]
        titles = sequences.latest(np.arange(len(sequences)), self.window, len(known))
        lengths = np.minimum(np.diff(sequences.indptr), self.window) + 1
        scores = _Network(self, self.arrays).score(titles, lengths.astype(np.int32))
        scores[:, ~known] = np.nan
        return scores

    def _learn(self, order: Order, counts: NDArray[np.integer], more: Arrays) -> Self:
        network = _Network(self, self._initial(counts))
        network.learn(self._steps(order, len(counts)))
        self._arrays = {**network.weights(), **more, "known": counts > 0}
        return self

    def _initial(self, counts: NDArray[np.integer]) -> Arrays:
        """Return the initial weights; the biases make a title as likely as it is frequent."""
        generator, size = np.random.default_rng(self.seed), self.size
        shapes = {"titles": (len(counts) + 1, size)}
        if self.order != RANDOM:
            shapes["places"] = (self.window + 1, size)
        for layer in range(self.layers):
            shapes |= {f"mix_{layer}": (size, 3 * size), f"out_{layer}": (size, size)}
            shapes |= {f"wide_{layer}": (size, INNER * size), f"narrow_{layer}": (INNER * size, size)}
        weights: Arrays = {name: generator.normal(0, START, shape) for name, shape in shapes.items()}
        for name in (*(f"{part}_{layer}" for part in ("before", "between") for layer in range(self.layers)), "last"):
            weights |= {f"gain_{name}": np.ones(size), f"shift_{name}": np.zeros(size)}
        weights |= {f"wide_bias_{layer}": np.zeros(INNER * size) for layer in range(self.layers)}
        weights["bias"] = np.log((counts + 1) / (counts.sum() + len(counts)))
        return {name: array.astype(np.float32) for name, array in weights.items()}

    def _steps(self, order: Order, n_items: int) -> Iterator[tuple[Step, float]]:
        """Yield the steps of all epochs, and the share of the training that is done."""
        generator = np.random.default_rng(self.seed)
        for epoch in range(self.epochs):
            sequences = order(generator)
            lengths = np.diff(sequences.indptr)
            alike = np.argsort(lengths * generator.uniform(1 - ALIKE, 1 + ALIKE, len(lengths)))
            alike = alike[lengths[alike] > 0]
            batches = [alike[start : start + self.lists_at_once] for start in range(0, len(alike), self.lists_at_once)]
            for number, batch in enumerate(generator.permutation(len(batches)).tolist()):
                titles = sequences.latest(batches[batch], self.window, n_items)
                yield self._step(titles, n_items, generator), (epoch + number / len(batches)) / self.epochs

    def _step(self, titles: NDArray[np.int32], filler: int, generator: np.random.Generator) -> Step:
        inputs, following = titles[:, :-1], titles[:, 1:].ravel()
        places = np.flatnonzero(following != filler)
        places = generator.permutation(places)[: self.targets]
        lengths = (titles[:, 1:] != filler).sum(1)
        return Step(inputs, lengths.astype(np.int32), places.astype(np.int32), following[places])


class _Network:
    """The TensorFlow variables, the states of lists, and the training."""

    def __init__(self, shape: SelfAttention, arrays: Arrays) -> None:
        import keras
        import tensorflow as tf

        keras.utils.set_random_seed(shape.seed)
        self.shape = shape
        self.v = {name: tf.Variable(a) for name, a in arrays.items() if name not in ("known", "premiere")}

    def weights(self) -> Arrays:
        return {name: variable.numpy() for name, variable in self.v.items()}

    def score(self, titles: NDArray[np.int32], lengths: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return (n, n_items) scores after the last title of each of (n, width) lists."""
        import tensorflow as tf

        states = tf.gather(self._states(titles, lengths, 0.0), lengths - 1, batch_dims=1)
        return np.array(self._logits(states))

    def learn(self, steps: Iterator[tuple[Step, float]]) -> None:
        import keras
        import tensorflow as tf

        variables = list(self.v.values())
        adam = keras.optimizers.Adam(self.shape.learning_rate)
        adam.build(variables)

        @tf.function(reduce_retracing=True)
        def step(*batch: Any) -> None:
            with tf.GradientTape() as tape:
                loss = self._loss(*batch)
            gradients = [tf.convert_to_tensor(gradient) for gradient in tape.gradient(loss, variables)]
            adam.apply(gradients, variables)

        for batch, done in steps:
            adam.learning_rate.assign(self.shape.learning_rate * (1 + np.cos(np.pi * done)) / 2)
            step(*(tf.constant(part) for part in batch))

    def _loss(self, titles: Any, lengths: Any, places: Any, targets: Any) -> Any:
        import tensorflow as tf

        states = tf.reshape(self._states(titles, lengths, self.shape.dropout), (-1, self.shape.size))
        logits = self._logits(tf.gather(states, places))
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits))

    def _logits(self, states: Any) -> Any:
        import tensorflow as tf

        return tf.matmul(states, self.v["titles"][:-1], transpose_b=True) + self.v["bias"]

    def _states(self, titles: Any, lengths: Any, dropout: float) -> Any:
        """Return (n, width, size): what the list is up to each title. Padding comes last, so that nothing sees it."""
        import tensorflow as tf

        v, width = self.v, tf.shape(titles)[1]
        states = tf.gather(v["titles"], titles) * self.shape.size**0.5
        if "places" in v:  # counted from the end of the list
            states += tf.gather(v["places"], tf.maximum(lengths[:, None] - 1 - tf.range(width), 0))
        states = _dropped(states, dropout)
        hidden = NEVER * (1 - tf.linalg.band_part(tf.ones((width, width)), -1, 0))
        for layer in range(self.shape.layers):
            states += _dropped(self._attended(self._normal(states, f"before_{layer}"), hidden, layer, dropout), dropout)
            wide = self._normal(states, f"between_{layer}") @ v[f"wide_{layer}"] + v[f"wide_bias_{layer}"]
            states += _dropped(_dropped(tf.nn.relu(wide), dropout) @ v[f"narrow_{layer}"], dropout)
        return self._normal(states, "last")

    def _attended(self, states: Any, hidden: Any, layer: int, dropout: float) -> Any:
        """Return what each state takes from itself and those before it. hidden: (width, width), NEVER for others."""
        import tensorflow as tf

        n, width, depth = tf.shape(states)[0], tf.shape(states)[1], self.shape.size // self.shape.heads
        mixed = tf.reshape(states @ self.v[f"mix_{layer}"], (n, width, 3, self.shape.heads, depth))
        queries, keys, values = tf.unstack(tf.transpose(mixed, (2, 0, 3, 1, 4)))
        shares = tf.nn.softmax(tf.matmul(queries, keys, transpose_b=True) / depth**0.5 + hidden)
        taken = tf.transpose(_dropped(shares, dropout) @ values, (0, 2, 1, 3))
        return tf.reshape(taken, (n, width, self.shape.size)) @ self.v[f"out_{layer}"]

    def _normal(self, states: Any, name: str) -> Any:
        import tensorflow as tf

        mean, variance = tf.nn.moments(states, -1, keepdims=True)
        return (states - mean) * tf.math.rsqrt(variance + TINY) * self.v[f"gain_{name}"] + self.v[f"shift_{name}"]


def _dropped(values: Any, dropout: float) -> Any:
    import tensorflow as tf

    return tf.nn.dropout(values, dropout) if dropout else values


def _premieres(train: Interactions) -> NDArray[np.float64]:
    """Return the (n_items,) years in which titles came out; unknown ones first."""
    features = train.features
    if features is None or features.started is None:
        return np.zeros(len(train.items))
    return np.nan_to_num(features.started)
