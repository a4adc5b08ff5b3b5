"""Features reduced to vectors along their principal axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from catalog.looks.pictures.features import COLOURS, SEEN, STYLE, Features, unit

N_AXES = 128
WEIGHTS = (1.0, 1.5, 0.7)  # of what covers show, their style, their colours; measured by `make bench-looks`
WHITENING = 0.25  # 0: axes count as covers differ along them; 1: all count the same


@dataclass(frozen=True)
class Space:
    """mean: (n_features,). axes: (n_features, N_AXES); zeros where there are fewer."""

    mean: Features
    axes: Features

    def vectors(self, features: Features) -> Features:
        """Return (n, N_AXES) of length 1."""
        return unit((features - self.mean) @ self.axes)


def fit(features: Features, weights: Sequence[float] = WEIGHTS, whitening: float = WHITENING) -> Space:
    """Return the space in which these covers (n, N_FEATURES) differ most."""
    mean = features.mean(axis=0)
    scales = _scales(features - mean, weights)
    _left, lengths, directions = np.linalg.svd((features - mean) * scales, full_matrices=False)
    n = min(N_AXES, int((lengths > 1e-3 * lengths[0]).sum()))
    axes = np.zeros((features.shape[1], N_AXES), np.float32)
    axes[:, :n] = scales[:, None] * directions[:n].T / lengths[:n] ** whitening
    return Space(mean, axes)


def _scales(centred: Features, weights: Sequence[float]) -> Features:
    """Return (n_features,) factors by which each part counts by its weight, and each feature of the style the same."""
    scales = np.ones(centred.shape[1], np.float32)
    deviations = centred[:, STYLE].std(axis=0)
    scales[STYLE] = np.where(deviations > 1e-6, 1 / np.maximum(deviations, 1e-6), 0)
    for part, weight in zip((SEEN, STYLE, COLOURS), weights, strict=True):
        squares = float(((centred[:, part] * scales[part]) ** 2).sum(axis=1).mean())
        scales[part] *= (weight / max(squares, 1e-9)) ** 0.5
    return scales
