"""Features reduced to vectors along their principal axes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from catalog.looks.pictures.features import Features, unit

N_AXES = 128
WHITENING = 0.25  # 0: axes count as covers differ along them; 1: all count the same. Measured by `make bench-looks`


@dataclass(frozen=True)
class Space:
    """mean: (n_features,). axes: (n_features, N_AXES); zeros where there are fewer."""

    mean: Features
    axes: Features

    def vectors(self, features: Features) -> Features:
        """Return (n, N_AXES) of length 1."""
        return unit((features - self.mean) @ self.axes)


def fit(features: Features, whitening: float = WHITENING) -> Space:
    """Return the space in which these covers (n, n_features) differ most."""
    mean = features.mean(axis=0)
    _left, lengths, directions = np.linalg.svd(features - mean, full_matrices=False)
    n = min(N_AXES, int((lengths > 1e-3 * lengths[0]).sum()))
    axes = np.zeros((features.shape[1], N_AXES), np.float32)
    axes[:, :n] = directions[:n].T / lengths[:n] ** whitening
    return Space(mean, axes)
