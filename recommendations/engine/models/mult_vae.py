"""Mult-VAE, a known recommender to be compared with: trained with TensorFlow, evaluated with numpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from recommendations.engine.base import Scorer
from recommendations.engine.data.interactions import Histories, Interactions

LAYERS = ("encoder", "mean", "variance", "decoder", "output")


@dataclass
class MultVae(Scorer):
    """scores = logits of a multinomial over titles, from a list's mean code; it ignores scores.

    encoder: tanh dense `hidden`, then mean and log variance of a code of `code` values; decoder: tanh dense `hidden`.
    The input is a list of unit length, of which `dropout` is hidden. The divergence's weight rises to `most_beta` over
    the first half of the training.

    Source: Liang et al. 2018 (WWW), "Variational Autoencoders for Collaborative Filtering", with its sizes.
    """

    name: ClassVar[str] = "mult_vae"
    hidden: int = 600
    code: int = 200
    dropout: float = 0.5
    most_beta: float = 0.2
    learning_rate: float = 0.001
    epochs: int = 50
    members_at_once: int = 500
    seed: int = 0

    def fit(self, train: Interactions) -> Self:
        import keras
        import tensorflow as tf

        keras.utils.set_random_seed(self.seed)
        layers = self._layers(keras, len(train.items))
        variables = [weight for layer in layers.values() for weight in layer.trainable_variables]
        adam = keras.optimizers.Adam(self.learning_rate)
        adam.build(variables)

        @tf.function(reduce_retracing=True)
        def step(lists: Any, beta: Any) -> None:
            with tf.GradientTape() as tape:
                loss = self._loss(tf, layers, lists, beta)
            adam.apply(tape.gradient(loss, variables), variables)

        for lists, beta in self._batches(train.histories()):
            step(tf.constant(lists), tf.constant(beta, tf.float32))
        weights = {f"{name}_{part}": value for name in LAYERS for part, value in _weights(layers[name])}
        self._arrays = {**weights, "known": train.item_counts() > 0}
        return self

    def score(self, histories: Histories) -> NDArray[np.float32]:
        a = self.arrays
        hidden = np.tanh(_unit(histories.watched()) @ a["encoder_kernel"] + a["encoder_bias"])
        code = hidden @ a["mean_kernel"] + a["mean_bias"]
        scores = np.tanh(code @ a["decoder_kernel"] + a["decoder_bias"]) @ a["output_kernel"] + a["output_bias"]
        scores[:, ~a["known"]] = np.nan
        return scores.astype(np.float32)

    def _layers(self, keras: Any, n_items: int) -> dict[str, Any]:
        sizes = {
            "encoder": (n_items, self.hidden),
            "mean": (self.hidden, self.code),
            "variance": (self.hidden, self.code),
            "decoder": (self.code, self.hidden),
            "output": (self.hidden, n_items),
        }
        layers = {name: keras.layers.Dense(width) for name, (_, width) in sizes.items()}
        for name, (n_inputs, _) in sizes.items():
            layers[name].build((None, n_inputs))
        return layers

    def _loss(self, tf: Any, layers: dict[str, Any], lists: Any, beta: Any) -> Any:
        """Return the negative lower bound of (n, n_items) lists, per member."""
        hidden = tf.tanh(layers["encoder"](tf.nn.dropout(tf.math.l2_normalize(lists, 1), self.dropout)))
        mean, log_variance = layers["mean"](hidden), layers["variance"](hidden)
        code = mean + tf.random.normal(tf.shape(mean)) * tf.exp(log_variance / 2)
        logits = layers["output"](tf.tanh(layers["decoder"](code)))
        likelihood = tf.reduce_sum(tf.nn.log_softmax(logits) * lists, 1)
        divergence = tf.reduce_sum(tf.exp(log_variance) + mean**2 - 1 - log_variance, 1) / 2
        return tf.reduce_mean(beta * divergence - likelihood)

    def _batches(self, histories: Histories) -> Any:
        """Yield (n, n_items) lists and the divergence's weight, for each step."""
        generator, watched = np.random.default_rng(self.seed), histories.watched()
        n_steps = self.epochs * -(-watched.shape[0] // self.members_at_once)
        done = 0
        for _ in range(self.epochs):
            order = generator.permutation(watched.shape[0])
            for start in range(0, len(order), self.members_at_once):
                beta = self.most_beta * min(1, 2 * done / n_steps)
                yield watched[order[start : start + self.members_at_once]].toarray(), beta
                done += 1


def _weights(layer: Any) -> list[tuple[str, NDArray[np.float32]]]:
    return list(zip(("kernel", "bias"), layer.get_weights(), strict=True))


def _unit(watched: sp.csr_matrix) -> sp.csr_matrix:
    """Return the rows with a length of 1."""
    length = np.sqrt(np.maximum(np.diff(watched.indptr), 1))
    return sp.csr_matrix(sp.diags((1 / length).astype(np.float32)) @ watched)
