"""Small dense networks, trained with TensorFlow and evaluated with numpy, so web processes don't load TensorFlow."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommendations.engine.base import Arrays

CLIP = 5.0  # standard deviations, to limit the effect of outliers
WEIGHT_DECAY = 1e-3
RIDGE = 10.0
LEAST_SPREAD = 0.1  # points
NEVER = 1e-12  # in place of 0 where a logarithm is taken
REFINING_RATE = 5e-4  # learning rate
PLACES_APART = 10.0  # μ of LambdaLoss, as its authors chose


class Stage(NamedTuple):
    """A part of a training. loss: by name, or of (n, …) targets and outputs."""

    loss: str | Callable[[Any, Any], Any]
    epochs: int
    learning_rate: float


@dataclass(frozen=True)
class Training:
    """output = dense 1 (relu(dense `hidden_2` (dropout(relu(dense `hidden` (standardised row)))))).

    Trained by AdamW with a cosine schedule. NaN counts as the column's mean. refined: epochs of a second training, of
    rankers only, in which the first places count most.
    """

    hidden: int = 128
    hidden_2: int = 64
    dropout: float = 0.25
    learning_rate: float = 0.002
    epochs: int = 14
    refined: int = 0
    seed: int = 0

    def rank(
        self,
        rows: NDArray[np.float32],
        gains: NDArray[np.float32],
        counts: NDArray[np.float32] | None = None,
        batch_size: int = 64,
    ) -> Arrays:
        """Return a network trained to rank (n_lists, n_candidates, n_columns) rows by their gains, ≥ 0.

        counts: (n_lists, n_candidates) how many candidates a row stands for if only a sample was kept; 0 for padding.
        Lists without gains are ignored.
        """
        has_gain = gains.sum(1) > 0
        counts = np.ones_like(gains) if counts is None else counts
        targets = np.stack([gains, np.log(np.maximum(counts, NEVER))], -1)
        stages = [Stage(list_net, self.epochs, self.learning_rate)]
        if self.refined:
            stages.append(Stage(lambda_loss, self.refined, REFINING_RATE))
        return self._fit(rows[has_gain], targets[has_gain], stages, batch_size)

    def regress(self, rows: NDArray[np.float32], targets: NDArray[np.float32], batch_size: int = 512) -> Arrays:
        """Return a network trained to predict (n,) targets from (n, n_columns) rows, by least squares."""
        return self._fit(rows, targets[:, None], [Stage("mse", self.epochs, self.learning_rate)], batch_size)

    def _fit(
        self, rows: NDArray[np.float32], targets: NDArray[np.float32], stages: Sequence[Stage], batch_size: int
    ) -> Arrays:
        import keras

        keras.utils.set_random_seed(self.seed)
        centre, scale = _standard(rows)
        layers = [
            keras.layers.Dense(self.hidden, activation="relu"),
            keras.layers.Dense(self.hidden_2, activation="relu"),
            keras.layers.Dense(1),
        ]
        dropout = keras.layers.Dropout(self.dropout, seed=self.seed)
        model = keras.Sequential([keras.Input(rows.shape[1:]), layers[0], dropout, *layers[1:]])
        inputs = _standardised(rows, centre, scale)
        for stage in stages:
            steps = stage.epochs * -(-len(rows) // batch_size)
            schedule = keras.optimizers.schedules.CosineDecay(stage.learning_rate, steps)
            model.compile(keras.optimizers.AdamW(schedule, weight_decay=WEIGHT_DECAY), loss=stage.loss)
            model.fit(inputs, targets, batch_size=batch_size, epochs=stage.epochs, verbose=0)
        arrays: Arrays = {"centre": centre, "scale": scale}
        for number, layer in enumerate(layers):
            arrays[f"kernel_{number}"], arrays[f"bias_{number}"] = layer.get_weights()
        return arrays


def list_net(targets: Any, outputs: Any) -> Any:
    """Return the (n_lists,) cross entropy of the softmax of outputs with the gains, over the root of their sum.

    targets: (n_lists, n_candidates, 2) gains, and the log of how many candidates each stands for. outputs: (n_lists,
    n_candidates, 1). Source: ListNet, Cao et al. 2007 (ICML 24), the top-one probabilities; sampled softmax, Jean et
    al. 2015 (ACL 53), with the sum of the others estimated from the sample.
    """
    from keras import ops

    gains, log_counts = targets[..., 0], targets[..., 1]
    outputs = ops.squeeze(outputs, -1)
    log_sum = ops.logsumexp(outputs + log_counts, -1, keepdims=True)
    return -ops.sum(gains * (outputs - log_sum), -1) / ops.sqrt(ops.sum(gains, -1))


def lambda_loss(targets: Any, outputs: Any) -> Any:
    """Return the (n_lists,) logistic loss of the pairs in the wrong order, weighed by what they cost in NDCG.

    targets, outputs: as of `list_net`. Lists count equally. Source: LambdaLoss, Wang et al. 2018 (CIKM 27),
    NDCG-Loss2++. Deviations: linear gains, and places estimated from a sample of the candidates.
    """
    from keras import ops

    gains, counts = targets[..., 0], ops.exp(targets[..., 1])
    outputs = ops.squeeze(outputs, -1)
    ahead = outputs[:, :, None] - outputs[:, None, :]  # of a row's candidate before a column's
    place = 1 + ops.sum(ops.cast(ahead < 0, counts.dtype) * counts[:, None, :], -1)
    worth = 1 / ops.log2(1 + place)
    apart = ops.maximum(ops.abs(place[:, :, None] - place[:, None, :]), 1)
    cost = ops.abs(worth[:, :, None] - worth[:, None, :])
    cost += PLACES_APART * (1 / ops.log2(1 + apart) - 1 / ops.log2(2 + apart))
    weights = ops.relu(gains[:, :, None] - gains[:, None, :]) * cost * counts[:, None, :]
    best = ops.sum(ops.flip(ops.sort(gains, -1), -1) / np.log2(np.arange(2, gains.shape[1] + 2, dtype=np.float32)), -1)
    return ops.sum(ops.stop_gradient(weights) * ops.softplus(-ahead), (1, 2)) / best


def fit_spread(
    network: Mapping[str, NDArray[Any]], rows: NDArray[np.float32], errors: NDArray[np.floating], share: float
) -> Arrays:
    """Return arrays that `spread` reads, so that `share` of (n,) absolute errors are within it.

    rows: (n, n_columns) that the network was not trained on. The expected error is a ridge regression on the
    standardised columns and their squares, and a factor makes it the quantile.
    Source: normalised split conformal prediction, Lei et al. 2018 (JASA 113), section 5.2.
    """
    half = len(rows) // 2
    design = _design(network, rows)
    gram = design[:half].T @ design[:half] + RIDGE * np.eye(design.shape[1])
    weights = np.linalg.solve(gram, design[:half].T @ errors[:half])
    expected = np.maximum(design[half:] @ weights, LEAST_SPREAD)
    factor = np.quantile(errors[half:] / expected, share)
    return {"spread": weights.astype(np.float32), "spread_factor": np.array([factor], dtype=np.float32)}


def spread(network: Mapping[str, NDArray[Any]], rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the (n,) distance from the answer within which the share of `fit_spread` lies; NaN if never fitted."""
    if "spread" not in network:
        return np.full(len(rows), np.nan, dtype=np.float32)
    expected = np.maximum(_design(network, rows) @ network["spread"], LEAST_SPREAD)
    return (expected * network["spread_factor"]).astype(np.float32)


def _design(network: Mapping[str, NDArray[Any]], rows: NDArray[np.float32]) -> NDArray[np.float64]:
    columns = _standardised(rows, network["centre"], network["scale"]).astype(np.float64)
    return np.hstack([np.ones((len(rows), 1)), columns, columns**2])


def answer(network: Mapping[str, NDArray[Any]], rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the (n,) outputs for (n, n_columns) rows."""
    layer = _standardised(rows, network["centre"], network["scale"])
    for number in range(2):
        layer = np.maximum(layer @ network[f"kernel_{number}"] + network[f"bias_{number}"], 0)
    return (layer @ network["kernel_2"] + network["bias_2"])[:, 0]


def _standard(rows: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return (n_columns,) means and standard deviations of finite values; 0 and 1 for a column without any."""
    flat = rows.reshape(-1, rows.shape[-1])
    is_finite = np.isfinite(flat)
    counts = np.maximum(is_finite.sum(0), 1)
    centre = np.where(is_finite, flat, 0).sum(0, dtype=np.float64) / counts
    spread = np.sqrt((np.where(is_finite, flat - centre, 0) ** 2).sum(0, dtype=np.float64) / counts)
    return centre.astype(np.float32), np.where(spread > 0, spread, 1).astype(np.float32)


def _standardised(
    rows: NDArray[np.float32], centre: NDArray[np.float32], scale: NDArray[np.float32]
) -> NDArray[np.float32]:
    standardised = (rows - centre) / scale
    standardised[np.isnan(standardised)] = 0
    return np.clip(standardised, -CLIP, CLIP, out=standardised)
